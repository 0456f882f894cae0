//! What a field of the file may hold, said once, in [`tables`](super::tables): the JSON schema that
//! editors complete and check by, and the README's list, are made of it.

use serde_json::{Map, Value, json};

use super::tables::{TABLES, TOP};

/// A table of the file: how it is called in errors, and its fields.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) fields: &'static [Field],
    /// Fields that must be there.
    required: &'static [&'static str],
    /// Fields of which exactly one must be there.
    one_of: &'static [&'static str],
}

/// A field: its name, what it may hold, and what it is for.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    kind: Kind,
    help: &'static str,
}

/// What a field may hold.
#[derive(Debug)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A span of time: `5s`, `1m30s`.
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Switch,
    /// A whole number, at least and at most.
    Number(i64, i64),
    /// A list of texts.
    Texts,
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// By the names of actions a key, a list of keys, or a table of such for one context.
    Bindings,
    /// A table of its own.
    Of(&'static Table),
    /// Any number of tables.
    Many(&'static Table),
}

/// A row of a table.
pub(super) const fn field(name: &'static str, kind: Kind, help: &'static str) -> Field {
    Field { name, kind, help }
}

impl Table {
    /// A table whose fields may all be left out.
    pub(super) const fn new(title: &'static str, fields: &'static [Field]) -> Self {
        Self { title, fields, required: &[], one_of: &[] }
    }

    /// These must be there.
    pub(super) const fn requires(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }

    /// Exactly one of these must be there.
    pub(super) const fn one_of(self, one_of: &'static [&'static str]) -> Self {
        Self { one_of, ..self }
    }

    /// The names of its fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }

    /// Whether it has a field of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    fn schema(&self) -> Map<String, Value> {
        let properties: Map<String, Value> =
            self.fields.iter().map(|field| (field.name.to_owned(), field.schema())).collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), properties.into());
        schema.insert("additionalProperties".to_owned(), json!(false));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), json!(self.required));
        }
        if !self.one_of.is_empty() {
            let one = self.one_of.iter().map(|name| json!({"required": [name]}));
            schema.insert("oneOf".to_owned(), one.collect());
        }
        schema
    }
}

impl Field {
    fn schema(&self) -> Value {
        let mut schema = match &self.kind {
            Kind::Text => json!({"type": "string"}),
            Kind::Duration => json!({"type": "string", "examples": ["500ms", "5s", "1m30s", "1h"]}),
            Kind::Word(words) => json!({"type": "string", "enum": words}),
            Kind::Switch => json!({"type": "boolean"}),
            Kind::Number(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
            Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Kind::Words(words) => json!({"type": "array", "items": {"type": "string", "enum": words}}),
            Kind::Bindings => {
                let one = json!({"type": "string"});
                let some = json!({"type": "array", "items": one});
                let below = json!({"type": "object", "additionalProperties": {"oneOf": [one, some]}});
                json!({"type": "object", "additionalProperties": {"oneOf": [one, some, below]}})
            }
            Kind::Of(table) => table.schema().into(),
            Kind::Many(table) => json!({"type": "array", "items": table.schema()}),
        };
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".to_owned(), json!(self.help));
        }
        schema
    }

    fn holds(&self) -> String {
        match &self.kind {
            Kind::Text => "text".to_owned(),
            Kind::Duration => "duration".to_owned(),
            Kind::Word(words) => words.join(", "),
            Kind::Switch => "true or false".to_owned(),
            Kind::Number(least, _) => format!("whole number from {least}"),
            Kind::Texts => "list of texts".to_owned(),
            Kind::Words(words) => format!("list of {}", words.join(", ")),
            Kind::Bindings => "table of keys".to_owned(),
            Kind::Of(_) => "table".to_owned(),
            Kind::Many(_) => "tables".to_owned(),
        }
    }
}

/// The JSON schema of the configuration file (draft 2020-12), for editors that know one for TOML.
pub fn schema() -> String {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("voxtop's configuration"));
    schema.extend(TOP.schema());
    format!("{:#}\n", Value::Object(schema))
}

/// Every field: the table that it belongs to, its name, what it may hold, and what it is for.
pub fn fields() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let rows = |table: &'static Table| {
        table.fields.iter().map(|field| (table.title, field.name, field.holds(), field.help))
    };
    TABLES.into_iter().flat_map(rows).collect()
}
