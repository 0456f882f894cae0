//! A job's configuration as masked, scrubbed, compact JSON.
//!
//! Unknown fields are kept: the configuration is shown as the service lists it, only without its
//! secrets (callback headers, signed URLs, whatever is named like a secret) and without
//! `tracking.details`, which is the customer's own data.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::mask;
use super::text::Reader;

/// The longest configuration that is kept, in bytes of JSON.
pub(super) const LARGEST: usize = 16 * 1024;

/// What is shown in the place of `tracking.details`.
pub(super) const DETAILS: &str = "… (customer data, not shown)";

/// The configuration as text; a note in its place where it is too large even without its word list.
pub(super) fn to_text(config: &Map<String, Value>, reader: Reader<'_>) -> Arc<str> {
    let mut masked = object(config, reader, false);
    let mut text = masked.to_string();
    if text.len() > LARGEST {
        let size = text.len();
        count_words(&mut masked);
        text = masked.to_string();
        if text.len() > LARGEST {
            return too_large(size);
        }
    }
    text.into()
}

/// The note in the place of a configuration of so many bytes.
pub(super) fn too_large(size: usize) -> Arc<str> {
    Value::from(format!("… ({size} bytes, too large to show)")).to_string().into()
}

fn object(fields: &Map<String, Value>, reader: Reader<'_>, in_tracking: bool) -> Value {
    let masked = fields
        .iter()
        .map(|(name, value)| (reader.name(name).into_owned(), field(name, value, reader, in_tracking)));
    Value::Object(masked.collect())
}

/// A field's value without its secrets.
pub(super) fn field(name: &str, value: &Value, reader: Reader<'_>, in_tracking: bool) -> Value {
    if is_headers(name) {
        headers(value, reader)
    } else if in_tracking && name == "details" && !value.is_null() {
        Value::from(DETAILS)
    } else if mask::is_secret_name(name) {
        hidden(value)
    } else if let (Value::String(place), true) = (value, is_location(name)) {
        Value::from(&*reader.location(place))
    } else {
        any(value, reader, name == "tracking")
    }
}

fn any(value: &Value, reader: Reader<'_>, is_tracking: bool) -> Value {
    match value {
        Value::String(text) => Value::from(&*reader.message(text)),
        Value::Array(items) => items.iter().map(|item| any(item, reader, is_tracking)).collect(),
        Value::Object(fields) => object(fields, reader, is_tracking),
        Value::Number(_) | Value::Bool(_) | Value::Null => value.clone(),
    }
}

pub(super) fn is_headers(name: &str) -> bool {
    let letters = || name.bytes().filter(u8::is_ascii_alphabetic).map(|byte| byte.to_ascii_lowercase());
    letters().eq("authheaders".bytes()) || letters().eq("headers".bytes())
}

pub(super) fn is_location(name: &str) -> bool {
    let ends = |end: &str| {
        let tail = name.len().checked_sub(end.len()).and_then(|at| name.get(at..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    ["url", "uri", "urls", "uris"].into_iter().any(ends)
}

/// Headers come as `Name: value` strings; as an object the names are its fields.
fn headers(value: &Value, reader: Reader<'_>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| headers(item, reader)).collect(),
        Value::String(text) => Value::from(&*reader.name(&mask::header(text))),
        Value::Object(fields) => {
            let named = fields.iter().map(|(name, value)| (reader.name(name).into_owned(), hidden(value)));
            Value::Object(named.collect())
        }
        other => hidden(other),
    }
}

/// A secret's place: whether there is one can be seen, and nothing else.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        _ => Value::from(mask::HIDDEN),
    }
}

/// Replaces word lists, which have thousands of entries where they are used, by their count.
fn count_words(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(words) if name == "additional_vocab" => {
                        *value = Value::from(format!("… ({} entries)", words.len()));
                    }
                    _ => count_words(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(count_words),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::KeyValue;

    fn masked(config: &Value) -> String {
        let key = KeyValue::new("key-in-use-1234").unwrap();
        to_text(config.as_object().unwrap(), Reader::new(&key)).to_string()
    }

    #[test]
    fn names_stay_and_values_go() {
        let text = masked(&json!({
            "type": "transcription",
            "transcription_config": {"language": "en", "additional_vocab": null, "future": {"x": [1, 2.5, true]}},
            "notification_config": [{
                "url": "https://cb.example/n?k=SECRET", "contents": ["transcript"],
                "auth_headers": ["Authorization: Bearer SECRET", "SECRET"],
            }],
            "fetch_data": {"url": "s3.example/b k?sig=SECRET x", "auth_headers": {"X-Key": "SECRET"}},
            "tracking": {"title": "a\u{202e}b", "details": {"customer": "SECRET"}},
            "vendor": {"api-key": "SECRET", "tokens": ["SECRET"], "signature": {"deep": "SECRET"}, "password": null},
            "echo key-in-use-1234": "key-in-use-1234",
        }));
        assert!(!text.contains("SECRET") && !text.contains("key-in-use"), "{text}");
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["transcription_config"]["future"], json!({"x": [1, 2.5, true]}));
        assert_eq!(back["notification_config"][0]["url"], "https://cb.example/n?…");
        assert_eq!(back["notification_config"][0]["auth_headers"], json!(["Authorization: …", "…"]));
        assert_eq!(back["fetch_data"], json!({"url": "s3.example/b k?…", "auth_headers": {"X-Key": "…"}}));
        assert_eq!(back["tracking"], json!({"title": "ab", "details": DETAILS}));
        let vendor = json!({"api-key": "…", "tokens": "…", "signature": "…", "password": null});
        assert_eq!(back["vendor"], vendor);
    }

    #[test]
    fn a_long_word_list_is_counted_and_the_rest_is_bounded() {
        let words = vec![json!({"content": "Speechmatics", "sounds_like": ["speech matics"]}); 5_000];
        let text = masked(&json!({"transcription_config": {"language": "en", "additional_vocab": words}}));
        assert!(text.contains("5000 entries") && text.contains(r#""language":"en""#), "{text}");
        let text = masked(&json!({"huge": vec!["x".repeat(1_000); 100]}));
        assert!(text.len() < 100 && text.contains("too large"), "{text}");
    }

    proptest! {
        #[test]
        fn no_planted_secret_survives(
            secret in "[A-Za-z0-9]{12,24}",
            name in prop::sample::select(vec!["auth_headers", "Auth-Headers", "token", "client_secret", "PASSWORD",
                "api_key", "apiKey", "authorization", "x-signature", "url", "callback_url"]),
            wrap in 0_usize..4,
        ) {
            let secret = format!("{secret}S3CR3T");
            let value = if name.ends_with("url") { format!("https://u:{secret}@h/p?x={secret}#{secret}") }
                else { format!("Authorization: Bearer {secret}") };
            let value = match wrap {
                1 if !name.ends_with("url") => json!([value, {"inner": value}]),
                2 => json!([{"url": "x"}, [value]]),
                _ => json!(value),
            };
            let inner = json!({ name: value });
            let text = masked(&json!({"a": [{"b": inner.clone()}], "c": inner}));
            prop_assert!(!text.contains(&secret), "{}", text);
        }
    }
}
