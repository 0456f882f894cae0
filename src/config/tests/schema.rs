use serde_json::Value;

use super::starter::uncommented;
use super::*;
use crate::config::{fields, schema};

/// What is wrong with a value by a schema, of whose words only those are known that ours uses: any other
/// fails.
fn mistakes(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |what: String| found.push(format!("{at}: {what}"));
    let nested = |schema: &Value, value: &Value, name: &str| mistakes(schema, value, &format!("{at}/{name}"));
    let mut deeper = Vec::new();
    for (word, rule) in schema.as_object().expect("a schema is an object") {
        match word.as_str() {
            "$schema" | "title" | "description" | "examples" => assert!(rule.is_string() || rule.is_array()),
            "type" => {
                if !is_a(rule, value) {
                    note(format!("{value} is no {rule}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => note(format!("{value} is none of {rule}")),
            "minimum" if value.as_i64() < rule.as_i64() => note(format!("{value} is below {rule}")),
            "maximum" if value.as_i64() > rule.as_i64() => note(format!("{value} is above {rule}")),
            "enum" | "minimum" | "maximum" => {}
            "required" => {
                let missing = rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|name| value.get(name.as_str().unwrap()).is_none());
                missing.for_each(|name| note(format!("{name} is missing")));
            }
            "oneOf" => {
                let right = rule.as_array().unwrap().iter().filter(|one| mistakes(one, value, at).is_empty());
                if right.count() != 1 {
                    note(format!("not exactly one of {rule}"));
                }
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                deeper.extend(items.flat_map(|(nth, item)| nested(rule, item, &nth.to_string())));
            }
            "properties" => {
                let own = value.as_object().into_iter().flatten();
                let known = own.filter_map(|(name, value)| Some((name, rule.get(name)?, value)));
                deeper.extend(known.flat_map(|(name, rule, value)| nested(rule, value, name)));
            }
            "additionalProperties" => {
                let unknown = value.as_object().into_iter().flatten();
                let unknown = unknown.filter(|(name, _)| schema["properties"].get(name).is_none());
                if rule == &Value::Bool(false) {
                    unknown.for_each(|(name, _)| note(format!("{name} is unknown")));
                } else {
                    deeper.extend(unknown.flat_map(|(name, value)| nested(rule, value, name)));
                }
            }
            other => panic!("the schema uses {other}, of which this test knows nothing"),
        }
    }
    found.extend(deeper);
    found
}

fn is_a(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        other => panic!("type {other}"),
    }
}

fn by_schema(config: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(&schema()).expect("a schema is JSON");
    let value: Value = toml::from_str(config).expect("a configuration is TOML");
    mistakes(&schema, &value, "")
}

#[test]
fn the_starter_file_is_right_by_the_schema() {
    assert_eq!(by_schema(STARTER), Vec::<String>::new());
    assert_eq!(by_schema(&uncommented()), Vec::<String>::new());
}

/// Who checks by the schema and who reads the file agree.
#[test]
fn what_the_reader_refuses_the_schema_refuses_too() {
    for config in [
        "refesh = \"5s\"",
        "refresh = 5",
        "theme = \"drak\"",
        "colours = \"8\"",
        "builtin_environments = \"no\"",
        "keys = \"x\"",
        "keys = [1]",
        "[limits]\nrequests_per_second = 0",
        "[limits]\nrequests_per_second = 1.5",
        "[limits]\ntime-out = \"5s\"",
        "[[keys]]\nenv = \"A\"",
        "[[keys]]\nname = \"a\"",
        "[[keys]]\nname = \"a\"\nenv = \"A\"\nfile = \"b\"",
        "[[keys]]\nname = \"a\"\ncommand = \"pass x\"",
        "[[keys]]\nname = \"a\"\nenv = \"A\"\nenvironments = [1]",
        "[[environments]]\nurl = \"https://lab.example.com\"",
        "[[environments]]\nname = \"lab\"\nurl = \"https://lab.example.com\"\nprotected = \"yes\"",
    ] {
        assert!(Home::with(config).set("A", "k").load().is_err(), "{config}");
        assert!(!by_schema(config).is_empty(), "{config}");
    }
}

/// The schema names every field with what it is for.
#[test]
fn every_field_is_described() {
    let fields = fields();
    assert!(fields.len() > 15, "{fields:?}");
    for (table, name, holds, help) in fields {
        assert!(!holds.is_empty() && help.len() > 8, "{table} {name}");
        assert!(schema().contains(&format!("{help:?}")), "{table} {name}: {help}");
    }
}
