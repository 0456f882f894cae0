//! Masking a configuration as it is read, without building it up first: for JSON that is written in the
//! plainest way, which is all that the service writes. Whoever is told `None` takes the long way by
//! [`config`], which masks anything; what is written here is what that writes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::text::Reader;
use super::{config, mask};

/// The text of a string in which nothing is escaped.
pub(super) fn string(raw: &str) -> Option<&str> {
    let text = raw.strip_prefix('"')?.strip_suffix('"')?;
    (!text.as_bytes().contains(&b'\\')).then_some(text)
}

/// Writes a text without anything to escape in quotes.
pub(super) fn quote(text: &str, out: &mut String) -> Option<()> {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\')) {
        return None;
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
    Some(())
}

/// Begins a member of an object that begins at `outer`.
pub(super) fn begin(out: &mut String, outer: usize, name: &str) {
    out.push_str(if out.len() == outer { "{\"" } else { ",\"" });
    out.push_str(name);
    out.push_str("\":");
}

/// Writes a field's value without its secrets. Not for tracking data.
pub(super) fn field(name: &str, raw: &str, reader: Reader<'_>, out: &mut String) -> Option<()> {
    if config::is_headers(name) {
        headers(raw, reader, out)
    } else if mask::is_secret_name(name) {
        hidden(raw, out)
    } else if config::is_location(name)
        && let Some(place) = string(raw)
    {
        quote(&reader.location(place), out)
    } else {
        any(raw, reader, out)
    }
}

fn any(raw: &str, reader: Reader<'_>, out: &mut String) -> Option<()> {
    match raw.as_bytes().first()? {
        b'"' => quote(&reader.message(string(raw)?), out),
        b'[' => list(raw, out, |item, out| any(item, reader, out)),
        b'{' => {
            let outer = out.len();
            for (name, raw) in members(raw, reader)? {
                begin(out, outer, name);
                if name == "tracking" {
                    return None;
                }
                field(name, raw, reader, out)?;
            }
            out.push_str(if out.len() == outer { "{}" } else { "}" });
            Some(())
        }
        _ => scalar(raw, out),
    }
}

/// Writes null, a truth value, or a number that has but one spelling.
fn scalar(raw: &str, out: &mut String) -> Option<()> {
    let number = raw.len() < 16 && raw.bytes().all(|byte| byte.is_ascii_digit());
    (number || matches!(raw, "null" | "true" | "false")).then(|| out.push_str(raw))
}

/// A secret's place: whether there is one can be seen, and nothing else.
fn hidden(raw: &str, out: &mut String) -> Option<()> {
    if matches!(raw, "null" | "true" | "false") {
        out.push_str(raw);
        return Some(());
    }
    quote(mask::HIDDEN, out)
}

fn headers(raw: &str, reader: Reader<'_>, out: &mut String) -> Option<()> {
    match raw.as_bytes().first()? {
        b'"' => quote(&reader.name(&mask::header(string(raw)?)), out),
        b'[' => list(raw, out, |item, out| headers(item, reader, out)),
        b'{' => None,
        _ => hidden(raw, out),
    }
}

fn list(raw: &str, out: &mut String, write: impl Fn(&str, &mut String) -> Option<()>) -> Option<()> {
    let mut parser = serde_json::Deserializer::from_str(raw);
    let items = parser.deserialize_seq(Items).ok()?;
    for (at, item) in items.iter().enumerate() {
        out.push(if at == 0 { '[' } else { ',' });
        write(item, out)?;
    }
    out.push_str(if items.is_empty() { "[]" } else { "]" });
    Some(())
}

/// The members of an object in the order of their names, as they are written. `None` where it is none, or
/// where a name is not plain or is there twice.
pub(super) fn members<'t>(raw: &'t str, reader: Reader<'_>) -> Option<Vec<(&'t str, &'t str)>> {
    if !raw.starts_with('{') {
        return None;
    }
    let mut parser = serde_json::Deserializer::from_str(raw);
    let mut members = parser.deserialize_map(Members).ok()?;
    members.sort_unstable_by_key(|(name, _)| *name);
    let is_plain = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && matches!(reader.name(name), Cow::Borrowed(shown) if shown.len() == name.len())
    };
    let distinct = members.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a != b));
    (distinct && members.iter().all(|(name, _)| is_plain(name))).then_some(members)
}

struct Members;

impl<'t> Visitor<'t> for Members {
    type Value = Vec<(&'t str, &'t str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some((name, value)) = entries.next_entry::<&str, &RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(members)
    }
}

struct Items;

impl<'t> Visitor<'t> for Items {
    type Value = Vec<&'t str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(value) = entries.next_element::<&RawValue>()? {
            items.push(value.get());
        }
        Ok(items)
    }
}
