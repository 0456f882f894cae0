//! One entry of a list, as a [`Job`].
//!
//! Every field is decoded by itself and may be missing, null or of another type: that costs the
//! field, not the job. Only an entry without an id is no job. Facts of the shapes: the vendor's
//! `JobDetails`, its examples (which put the configuration's fields beside the job's), and what its
//! own clients send.

use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::scan::Scan;
use super::settings::{Settings, Shared};
use super::text::Reader;
use super::{instant, json};
use crate::model::{Job, JobError, JobId, Status};

/// The largest value that is decoded at all, in bytes of JSON. A word list of 20,000 entries, the
/// service's limit, has about two million.
pub(super) const LARGEST: usize = 4 * 1024 * 1024;

/// The most entries of `errors` and of `tags` that are kept.
pub(super) const MOST: usize = 64;

/// Audio longer than a year is a wrong number.
pub(super) const LONGEST_AUDIO_S: u64 = 366 * 24 * 60 * 60;

/// Fields of a configuration that old answers hold beside the job's own.
const LEGACY: [&str; 6] = ["type", "tracking", "fetch_data", "fetch_text", "transcription", "model"];

/// Whether a field beside the job's own may be a part of the configuration.
pub(super) fn is_legacy(name: &str) -> bool {
    name.ends_with("_config") || LEGACY.contains(&name)
}

/// What an entry gave.
pub(super) struct Entry {
    /// The job, unless the entry has no id.
    pub(super) job: Option<Job>,
    /// When it was created; also known of an entry without an id.
    pub(super) created_at: Option<Timestamp>,
    /// A hash of what an entry says that is no job.
    pub(super) says: u64,
}

/// The reader of a page's entries, with what one learned for the next.
pub(super) struct Entries<'t, 'k> {
    reader: Reader<'k>,
    shared: Shared<'t>,
}

impl<'t, 'k> Entries<'t, 'k> {
    /// `briefly`: without their configurations.
    pub(super) fn new(reader: Reader<'k>, briefly: bool) -> Self {
        Self { reader, shared: Shared::new(briefly) }
    }

    /// A reader like this one that has learned nothing yet.
    pub(super) fn anew<'a>(&self) -> Entries<'a, 'k> {
        Entries::new(self.reader, self.shared.briefly)
    }

    /// Reads one entry of a list. Total: whatever the entry is, the answer is an [`Entry`]; only where the
    /// JSON itself is broken there is none.
    pub(super) fn next(&mut self) -> EntrySeed<'_, 't, 'k> {
        EntrySeed(self)
    }

    /// What reads the entries, whatever they are.
    pub(super) fn reader(&self) -> Reader<'k> {
        self.reader
    }

    /// What reads the entry, and what it learned.
    pub(super) fn parts(&mut self) -> (Reader<'k>, &mut Shared<'t>) {
        (self.reader, &mut self.shared)
    }

    fn read(&mut self, fields: &Fields<'t>) -> Entry {
        let reader = self.reader;
        let created_at = fields.text(Field::CreatedAt).and_then(|text| instant::parse(&text));
        let job = fields.id(reader).map(|id| {
            let settings = Settings::read(fields, reader, &mut self.shared);
            let text = |field| fields.text(field);
            Job {
                id,
                status: Status::parse(&reader.name(&text(Field::Status).unwrap_or_default())),
                created_at,
                data_name: reader.file(&text(Field::DataName).unwrap_or_default()).into(),
                duration_s: fields.seconds(),
                language: settings
                    .language
                    .or_else(|| text(Field::Lang).and_then(|lang| name(&lang, reader))),
                model: settings.model,
                title: settings.title,
                reference: settings.reference,
                tags: settings.tags,
                errors: fields
                    .value(Field::Errors)
                    .map_or(Vec::new(), |errors| self::errors(&errors, reader)),
                config: settings.config,
            }
        });
        let says = if job.is_none() { fields.hash() } else { 0 };
        Entry { job, created_at, says }
    }
}

/// Reads an entry that stands alone.
pub(super) fn read(entry: &RawValue, reader: Reader<'_>) -> Entry {
    let mut parser = serde_json::Deserializer::from_str(entry.get());
    Entries::new(reader, false).next().deserialize(&mut parser).unwrap_or(NO_JOB)
}

/// See [`Entries::next`].
pub(super) struct EntrySeed<'e, 't, 'k>(&'e mut Entries<'t, 'k>);

impl<'t> DeserializeSeed<'t> for EntrySeed<'_, 't, '_> {
    type Value = Entry;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Entry, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What is no object is no job, and no mistake of the page.
const NO_JOB: Entry = Entry { job: None, created_at: None, says: 0 };

impl<'t> Visitor<'t> for EntrySeed<'_, 't, '_> {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a job")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut entry: A) -> Result<Entry, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = entry.next_key_seed(NameSeed)? {
            match name {
                Name::Known(field) => fields.put(field, entry.next_value()?),
                Name::Legacy(name) => fields.legacy.push((name, entry.next_value()?)),
                Name::Other => drop(entry.next_value::<IgnoredAny>()?),
            }
        }
        Ok(self.0.read(&fields))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<Entry, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(NO_JOB)
    }

    fn visit_str<E>(self, _: &str) -> Result<Entry, E> {
        Ok(NO_JOB)
    }

    fn visit_unit<E>(self) -> Result<Entry, E> {
        Ok(NO_JOB)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Entry, E> {
        Ok(NO_JOB)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Entry, E> {
        Ok(NO_JOB)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Entry, E> {
        Ok(NO_JOB)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Entry, E> {
        Ok(NO_JOB)
    }
}

/// The fields of a job that are read.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Id,
    CreatedAt,
    Status,
    DataName,
    Duration,
    Lang,
    Config,
    Errors,
}

/// A field's name as far as it matters.
enum Name {
    Known(Field),
    /// It may be a part of the configuration.
    Legacy(String),
    Other,
}

struct NameSeed;

impl<'t> DeserializeSeed<'t> for NameSeed {
    type Value = Name;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(match name {
            "id" => Name::Known(Field::Id),
            "created_at" => Name::Known(Field::CreatedAt),
            "status" => Name::Known(Field::Status),
            "data_name" => Name::Known(Field::DataName),
            "duration" => Name::Known(Field::Duration),
            "lang" => Name::Known(Field::Lang),
            "config" => Name::Known(Field::Config),
            "errors" => Name::Known(Field::Errors),
            _ if is_legacy(name) => Name::Legacy(name.to_owned()),
            _ => Name::Other,
        })
    }
}

/// The entry's fields, not yet decoded. Of fields that are there twice the last one counts.
#[derive(Default)]
pub(super) struct Fields<'t> {
    known: [Option<&'t RawValue>; 8],
    /// What old answers hold of the configuration beside the job's own fields.
    pub(super) legacy: Vec<(String, &'t RawValue)>,
}

impl<'t> Fields<'t> {
    pub(super) fn put(&mut self, field: Field, value: &'t RawValue) {
        if let Some(place) = self.known.get_mut(field as usize) {
            *place = Some(value);
        }
    }

    /// A field as it is written.
    pub(super) fn raw(&self, field: Field) -> Option<&'t str> {
        self.known.get(field as usize).copied().flatten().map(RawValue::get)
    }

    /// A hash of all that is known, the same wherever the entry stands.
    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.known.map(|value| value.map(RawValue::get)).hash(&mut hasher);
        hasher.finish()
    }

    /// A field's value; `None` where it is missing, null or beyond reading.
    fn value(&self, field: Field) -> Option<Value> {
        value(self.raw(field)?)
    }

    fn text(&self, field: Field) -> Option<Cow<'t, str>> {
        let raw = self.raw(field)?;
        Scan::new(raw).string().map(Cow::Borrowed).or_else(|| {
            let value = value(raw)?;
            json::text(&value).map(|text| Cow::Owned(text.into_owned()))
        })
    }

    /// The id is what tells jobs apart, so it is never cut: one that is too long is none.
    fn id(&self, reader: Reader<'_>) -> Option<JobId> {
        let raw = self.text(Field::Id)?;
        let id = reader.whole(&raw);
        (!id.is_empty() && id.len() <= super::scrub::NAME).then(|| JobId::new(id))
    }

    /// The length of the audio.
    fn seconds(&self) -> Option<u64> {
        let raw = self.raw(Field::Duration)?;
        let digits = raw.len() < 9 && raw.bytes().all(|byte| byte.is_ascii_digit());
        let whole = raw.parse().ok().filter(|seconds| digits && *seconds <= LONGEST_AUDIO_S);
        whole.or_else(|| seconds(&value(raw)?))
    }
}

/// Decodes a value; `None` where it is null or beyond reading. What a parser chokes on is replaced first.
pub(super) fn value(raw: &str) -> Option<Value> {
    if raw.len() > LARGEST {
        return None;
    }
    let read = serde_json::from_str(raw).or_else(|_| serde_json::from_str(&json::tame(raw)));
    read.ok().filter(|value: &Value| !value.is_null())
}

/// A text that is there only if something can be read in it.
pub(super) fn name<T: for<'n> From<Cow<'n, str>>>(raw: &str, reader: Reader<'_>) -> Option<T> {
    Some(reader.name(raw)).filter(|name| !name.is_empty()).map(Into::into)
}

/// A length in seconds: documented as a whole number, seen as a float and a string; rounded.
fn seconds(value: &Value) -> Option<u64> {
    let seconds: f64 = json::text(value)?.trim().parse().ok()?;
    let length = Duration::try_from_secs_f64(seconds.round()).ok()?.as_secs();
    (length <= LONGEST_AUDIO_S).then_some(length)
}

pub(super) fn tags(value: &Value, reader: Reader<'_>) -> Vec<Box<str>> {
    one_or_many(value).filter_map(json::text).filter_map(|tag| name(&tag, reader)).take(MOST).collect()
}

pub(super) fn errors(value: &Value, reader: Reader<'_>) -> Vec<JobError> {
    let errors = one_or_many(value).filter_map(|error| {
        let field = |name| error.get(name).and_then(json::text);
        let message = match error {
            Value::Object(_) => ["message", "error", "detail"].into_iter().find_map(field),
            Value::String(_) | Value::Number(_) => json::text(error),
            _ => return None,
        };
        let message = reader.said(message.as_deref().unwrap_or_default());
        Some(JobError {
            timestamp: field("timestamp").and_then(|text| instant::parse(&text)),
            message: if message.is_empty() { "(no message)".into() } else { message.into() },
        })
    });
    errors.take(MOST).collect()
}

/// A list's entries; anything else is a list of itself.
fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}
