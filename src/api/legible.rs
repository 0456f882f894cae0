//! Transcripts and logs as text that may be shown: line by line cleaned, without the key; secrets in a
//! log's URLs masked; JSON in lines that can be read.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::text::Reader;
use super::{config, json, mask};
use crate::model::{KeyValue, Material};

/// JSON is broken into lines down to here; what lies deeper (a word of a transcript) has one line.
const DEEPEST_BREAK: usize = 2;

/// Makes a text of what came with a key. It goes over all of it: not for a task that others wait for.
pub fn legible(body: &[u8], material: Material, key: &KeyValue) -> String {
    let reader = Reader::new(key);
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    if material == Material::Json {
        let whole = without_secrets(&json::tame(text), reader);
        return lines(&broken(&whole), |line| reader.whole_line(&mask::text(line)));
    }
    // A job that fetches is named by its URL, in transcripts too.
    lines(text, |line| reader.whole_line(&mask::text(line)))
}

/// A JSON transcript whose job and configuration are masked as they are in a list; what was said stays.
/// What cannot be read as one comes out as it is.
fn without_secrets(text: &str, reader: Reader<'_>) -> String {
    let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) else {
        return text.to_owned();
    };
    let shown = fields.into_iter().map(|(name, value)| {
        let said = name == "results";
        let masked = serde_json::from_str(value.get()).ok().filter(|_| !said);
        let masked = masked.map(|value| config::field(&name, &value, reader, false).to_string());
        format!("{}:{}", Value::from(name), masked.as_deref().unwrap_or(value.get()))
    });
    format!("{{{}}}", shown.collect::<Vec<_>>().join(","))
}

fn lines(text: &str, clean: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.trim_end_matches(['\n', '\r']).split('\n') {
        out.push_str(&clean(line.trim_end_matches('\r')));
        out.push('\n');
    }
    out.pop();
    out
}

/// Sound JSON with line breaks and indents; anything else comes out readable all the same.
fn broken(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if quoted {
            out.push(char);
            quoted = escaped || char != '"';
            escaped = char == '\\' && !escaped;
            continue;
        }
        let line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        };
        match char {
            '"' => {
                quoted = true;
                out.push(char);
            }
            '{' | '[' => {
                out.push(char);
                depth += 1;
                if depth <= DEEPEST_BREAK && !matches!(chars.peek(), Some('}' | ']')) {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                if depth <= DEEPEST_BREAK && !out.ends_with(['{', '[']) {
                    line(&mut out, depth.saturating_sub(1));
                }
                depth = depth.saturating_sub(1);
                out.push(char);
            }
            ',' if depth <= DEEPEST_BREAK => {
                out.push(',');
                line(&mut out, depth);
            }
            ',' => out.push_str(", "),
            ':' => out.push_str(": "),
            ' ' | '\n' | '\r' | '\t' => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str, material: Material) -> String {
        legible(body.as_bytes(), material, &KeyValue::new("sk-1234567890").unwrap())
    }

    #[test]
    fn lines_stay_and_what_a_terminal_obeys_goes() {
        let body =
            "\u{feff}SPEAKER: S1\r\nHello\u{1b}[2J \u{202e}there,\tsk-1234567890.\n\nSPEAKER: S2\nYes\n\n";
        assert_eq!(shown(body, Material::Txt), "SPEAKER: S1\nHello[2J there, [key].\n\nSPEAKER: S2\nYes");
        assert_eq!(shown("", Material::Txt), "");
        assert_eq!(
            shown("GET https://s.example/a.wav?sig=secret now", Material::Log),
            "GET https://s.example/a.wav?… now"
        );
    }

    #[test]
    fn json_has_lines_down_to_its_words() {
        let body =
            r#"{"format":"2.9","job":{"id":"a","x":[]},"results":[{"a":[1,{"b":"c, \"d\" {"}]},{"e":2}]}"#;
        let lines = [
            "{",
            r#"  "format": "2.9","#,
            r#"  "job": {"#,
            r#"    "id": "a","#,
            r#"    "x": []"#,
            "  },",
            r#"  "results": ["#,
            r#"    {"a": [1, {"b": "c, \"d\" {"}]},"#,
            r#"    {"e": 2}"#,
            "  ]",
            "}",
        ];
        assert_eq!(shown(body, Material::Json), lines.join("\n"));
        assert_eq!(shown("{\"cut\": [1,", Material::Json), "{\n  \"cut\": [\n    1,\n    ");
        assert_eq!(shown("{}", Material::Json), "{}");
        let value: Value = serde_json::from_str(&shown(body, Material::Json)).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(body).unwrap());
    }
}
