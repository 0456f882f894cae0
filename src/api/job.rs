//! One entry of a list, as a [`Job`].
//!
//! Every field is decoded by itself and may be missing, null or of another type: that costs the
//! field, not the job. Only an entry without an id is no job. Facts of the shapes: the vendor's
//! `JobDetails`, its examples (which put the configuration's fields beside the job's), and what its
//! own clients send.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::text::Reader;
use super::{config, instant, json};
use crate::model::{Job, JobError, JobId, Status};

/// The largest value that is decoded at all, in bytes of JSON. A word list of 20,000 entries, the
/// service's limit, has about two million.
const LARGEST: usize = 4 * 1024 * 1024;

/// The most entries of `errors` and of `tags` that are kept.
const MOST: usize = 64;

/// Audio longer than a year is a wrong number.
const LONGEST_AUDIO_S: u64 = 366 * 24 * 60 * 60;

/// Fields of a configuration that old answers hold beside the job's own.
const LEGACY: [&str; 6] = ["type", "tracking", "fetch_data", "fetch_text", "transcription", "model"];

/// What an entry gave.
pub(super) struct Entry {
    /// The job, unless the entry has no id.
    pub(super) job: Option<Job>,
    /// When it was created; also known of an entry without an id.
    pub(super) created_at: Option<Timestamp>,
}

/// Reads one entry of a list. Total: whatever the entry is, the answer is an [`Entry`].
pub(super) fn read(raw: &RawValue, reader: Reader<'_>) -> Entry {
    let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) else {
        return Entry { job: None, created_at: None };
    };
    let fields = Fields(fields);
    let created_at = fields.text("created_at").and_then(|text| instant::parse(&text));
    let job = fields.id(reader).map(|id| {
        let settings = Settings::of(&fields);
        let word = fields.text("status").map_or(Box::default(), |word| reader.name(&word));
        Job {
            id,
            status: Status::parse(&word),
            created_at,
            data_name: fields.text("data_name").map_or(Box::default(), |name| reader.name(&name)),
            duration_s: fields.value("duration").as_ref().and_then(seconds),
            language: settings
                .first(&[&["transcription_config", "language"], &["alignment_config", "language"]], reader)
                .or_else(|| fields.text("lang").and_then(|lang| name(&lang, reader))),
            model: settings.first(
                &[&["transcription_config", "model"], &["transcription_config", "operating_point"]],
                reader,
            ),
            title: settings.first(&[&["tracking", "title"]], reader),
            reference: settings.first(&[&["tracking", "reference"]], reader),
            tags: settings.value(&["tracking", "tags"]).map_or(Vec::new(), |tags| self::tags(tags, reader)),
            errors: fields.value("errors").map_or(Vec::new(), |errors| self::errors(&errors, reader)),
            config: settings.text(&fields, reader),
        }
    });
    Entry { job, created_at }
}

/// The entry's fields, not yet decoded. Of fields that are there twice the last one counts.
struct Fields<'t>(BTreeMap<String, &'t RawValue>);

impl Fields<'_> {
    /// A field's value; `None` where it is missing, null or beyond reading.
    fn value(&self, name: &str) -> Option<Value> {
        let raw = self.0.get(name).filter(|raw| raw.get().len() <= LARGEST)?;
        serde_json::from_str(raw.get()).ok().filter(|value: &Value| !value.is_null())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name).as_ref().and_then(json::text).map(Cow::into_owned)
    }

    /// The id is what tells jobs apart, so it is never cut: one that is too long is none.
    fn id(&self, reader: Reader<'_>) -> Option<JobId> {
        let id = reader.whole(&self.text("id")?);
        (!id.is_empty() && id.len() <= super::scrub::NAME).then(|| JobId::new(id))
    }
}

/// The job's configuration, and what old answers hold of it beside the job's own fields.
struct Settings {
    config: Map<String, Value>,
    legacy: Map<String, Value>,
}

impl Settings {
    fn of(fields: &Fields<'_>) -> Self {
        let config = match fields.value("config") {
            Some(Value::Object(config)) => config,
            Some(Value::String(text)) => serde_json::from_str(&json::tame(&text)).unwrap_or_default(),
            _ => Map::new(),
        };
        let names =
            fields.0.keys().filter(|name| name.ends_with("_config") || LEGACY.contains(&name.as_str()));
        let legacy = names.filter_map(|name| Some((name.clone(), fields.value(name)?))).collect();
        Self { config, legacy }
    }

    /// What stands at a path: in the configuration, else beside it.
    fn value(&self, path: &[&str]) -> Option<&Value> {
        [&self.config, &self.legacy].into_iter().find_map(|fields| {
            let (first, rest) = path.split_first()?;
            let value = rest.iter().try_fold(fields.get(*first)?, |value, name| value.get(name))?;
            (!value.is_null()).then_some(value)
        })
    }

    /// The first of several paths at which a text stands.
    fn first(&self, paths: &[&[&str]], reader: Reader<'_>) -> Option<Box<str>> {
        paths.iter().find_map(|path| name(&json::text(self.value(path)?)?, reader))
    }

    /// The configuration to show: the legacy fields where there is no other.
    fn text(&self, fields: &Fields<'_>, reader: Reader<'_>) -> Option<Arc<str>> {
        let config = if self.config.is_empty() { &self.legacy } else { &self.config };
        if !config.is_empty() {
            return Some(config::to_text(config, reader));
        }
        let unread = fields.0.get("config").map(|raw| raw.get().len()).filter(|size| *size > LARGEST)?;
        Some(config::too_large(unread))
    }
}

/// A text that is there only if something can be read in it.
fn name(raw: &str, reader: Reader<'_>) -> Option<Box<str>> {
    Some(reader.name(raw)).filter(|name| !name.is_empty())
}

/// A length in seconds: documented as a whole number, seen as a float and a string; rounded.
fn seconds(value: &Value) -> Option<u64> {
    let seconds: f64 = json::text(value)?.trim().parse().ok()?;
    let length = Duration::try_from_secs_f64(seconds.round()).ok()?.as_secs();
    (length <= LONGEST_AUDIO_S).then_some(length)
}

fn tags(value: &Value, reader: Reader<'_>) -> Vec<Box<str>> {
    one_or_many(value).filter_map(json::text).filter_map(|tag| name(&tag, reader)).take(MOST).collect()
}

fn errors(value: &Value, reader: Reader<'_>) -> Vec<JobError> {
    let errors = one_or_many(value).filter_map(|error| {
        let field = |name| error.get(name).and_then(json::text);
        let message = match error {
            Value::Object(_) => ["message", "error", "detail"].into_iter().find_map(field),
            Value::String(_) | Value::Number(_) => json::text(error),
            _ => return None,
        };
        let message = reader.message(message.as_deref().unwrap_or_default());
        Some(JobError {
            timestamp: field("timestamp").and_then(|text| instant::parse(&text)),
            message: if message.is_empty() { "(no message)".into() } else { message },
        })
    });
    errors.take(MOST).collect()
}

/// A list's entries; anything else is a list of itself.
fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}
