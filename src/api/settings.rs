//! What a job's configuration says: the few fields that the dashboard shows in columns, and the whole of it
//! as [`config`] masks it.
//!
//! It is read in one go where it is plainly written. What is not goes through
//! [`Settings::at_length`], and comes out the same.

use std::borrow::Cow;
use std::sync::Arc;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde_json::{Map, Value};

use super::job::{Field, Fields, LARGEST, MOST, name, tags, value};
use super::plain::{Holds, Pen, quote};
use super::scan::Scan;
use super::text::Reader;
use super::{config, json};

/// What is read of a configuration. Each is the field of [`Job`](crate::model::Job) of the same name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) language: Option<CompactString>,
    pub(super) model: Option<CompactString>,
    pub(super) title: Option<CompactString>,
    pub(super) reference: Option<CompactString>,
    pub(super) tags: Vec<Box<str>>,
    pub(super) config: Option<Arc<str>>,
}

/// What a transcription is asked for.
#[derive(Clone)]
struct Transcription {
    language: Option<CompactString>,
    model: Option<CompactString>,
}

/// Those of a page that are shown as they are written, by how that is.
type Known<'t> = HashMap<&'t str, Transcription, RandomState>;

/// What the entries of one page have in common.
#[derive(Default)]
pub(super) struct Shared<'t> {
    /// Whether the configurations are left out.
    pub(super) briefly: bool,
    /// What was asked for up to here.
    transcriptions: Known<'t>,
    pen: Pen<'t>,
}

/// So many are remembered.
const REMEMBERED: usize = 256;

/// What configurations have, and their tracking data and transcriptions, in the order of the vendor's clients.
const CONFIG: [(&str, Holds); 6] = [
    ("type", Holds::Other),
    ("transcription_config", Holds::Transcription),
    ("alignment_config", Holds::Alignment),
    ("fetch_data", Holds::Other),
    ("notification_config", Holds::Other),
    ("tracking", Holds::Tracking),
];
const TRACKING: [(&str, Holds); 4] = [
    ("title", Holds::Title),
    ("reference", Holds::Reference),
    ("tags", Holds::Tags),
    ("details", Holds::Details),
];
const TRANSCRIPTION: [(&str, Holds); 5] = [
    ("language", Holds::Language),
    ("model", Holds::Model),
    ("operating_point", Holds::OperatingPoint),
    ("diarization", Holds::Other),
    ("enable_entities", Holds::Other),
];

impl Settings {
    pub(super) fn read<'t>(fields: &Fields<'t>, reader: Reader<'_>, shared: &mut Shared<'t>) -> Self {
        let raw = fields.raw(Field::Config).filter(|_| fields.legacy.is_empty());
        let quick = raw.and_then(|raw| Self::in_parts(&mut Scan::new(raw), reader, shared));
        let settings = quick.unwrap_or_else(|| Self::at_length(fields, reader));
        Self { config: settings.config.filter(|_| !shared.briefly), ..settings }
    }

    /// Reads a plainly written configuration; `None` for any other.
    pub(super) fn in_parts<'t>(
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        shared: &mut Shared<'t>,
    ) -> Option<Self> {
        let mut settings = Self::default();
        let Shared { briefly, transcriptions, pen } = shared;
        scan.peek()?;
        let start = *scan;
        pen.begin(start);
        pen.object(scan, reader, &CONFIG, |pen, holds, scan| match holds {
            Holds::Tracking => settings.track(scan, reader, pen),
            Holds::Transcription => {
                let part = Transcription::of(transcriptions, scan, reader, pen)?;
                (settings.language, settings.model) = (part.language, part.model);
                Some(())
            }
            Holds::Alignment => None,
            _ if *briefly => scan.value().map(drop),
            _ => pen.field(holds, scan, reader),
        })?;
        let text = pen.end(scan);
        if scan.since(start).len().max(text.len()) > config::LARGEST {
            return None;
        }
        settings.config = (!*briefly && text != "{}").then(|| Arc::from(text));
        Some(settings)
    }

    /// Reads plainly written tracking data, and writes what is not shown as it is.
    fn track<'t>(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>, pen: &mut Pen<'t>) -> Option<()> {
        pen.object(scan, reader, &TRACKING, |pen, holds, scan| {
            match holds {
                Holds::Title => self.title = text(scan, reader, pen)?,
                Holds::Reference => self.reference = text(scan, reader, pen)?,
                Holds::Details => {
                    let before = *scan;
                    if scan.value()? != "null" {
                        pen.instead(before, scan, |out| quote(out, &[config::DETAILS]));
                    }
                }
                Holds::Tags => scan.items(|scan| {
                    scan.peek()?;
                    let tag = short(scan, reader, pen)?;
                    if !tag.is_empty() && self.tags.len() < MOST {
                        self.tags.push(tag.into());
                    }
                    Some(())
                })?,
                _ => return None,
            }
            Some(())
        })
    }

    /// Reads any configuration, however it is written, and what old answers hold of it beside the job's
    /// own fields.
    fn at_length(fields: &Fields<'_>, reader: Reader<'_>) -> Self {
        let raw = fields.raw(Field::Config);
        let given = match raw.and_then(value) {
            Some(Value::Object(config)) => config,
            Some(Value::String(text)) => serde_json::from_str(&json::tame(&text)).unwrap_or_default(),
            _ => Map::new(),
        };
        let legacy = fields.legacy.iter().filter_map(|(name, raw)| Some((name.clone(), value(raw.get())?)));
        let sources = Sources { config: given, legacy: legacy.collect() };
        Self {
            language: sources
                .first(&[&["transcription_config", "language"], &["alignment_config", "language"]], reader),
            model: sources.first(
                &[&["transcription_config", "model"], &["transcription_config", "operating_point"]],
                reader,
            ),
            title: sources.first(&[&["tracking", "title"]], reader),
            reference: sources.first(&[&["tracking", "reference"]], reader),
            tags: sources.value(&["tracking", "tags"]).map_or(Vec::new(), |value| tags(value, reader)),
            config: sources.text(raw, reader),
        }
    }
}

/// The job's configuration, and what old answers hold of it beside the job's own fields.
struct Sources {
    config: Map<String, Value>,
    legacy: Map<String, Value>,
}

impl Sources {
    /// What stands at a path: in the configuration, else beside it.
    fn value(&self, path: &[&str]) -> Option<&Value> {
        [&self.config, &self.legacy].into_iter().find_map(|fields| {
            let (first, rest) = path.split_first()?;
            let value = rest.iter().try_fold(fields.get(*first)?, |value, name| value.get(name))?;
            (!value.is_null()).then_some(value)
        })
    }

    /// The first of several paths at which a text stands.
    fn first<T: for<'n> From<Cow<'n, str>>>(&self, paths: &[&[&str]], reader: Reader<'_>) -> Option<T> {
        paths.iter().find_map(|path| name(&json::text(self.value(path)?)?, reader))
    }

    /// The configuration to show: the legacy fields where there is no other.
    fn text(&self, raw: Option<&str>, reader: Reader<'_>) -> Option<Arc<str>> {
        let config = if self.config.is_empty() { &self.legacy } else { &self.config };
        if !config.is_empty() {
            return Some(config::to_text(config, reader));
        }
        raw.map(str::len).filter(|size| *size > LARGEST).map(config::too_large)
    }
}

impl Shared<'_> {
    pub(super) fn new(briefly: bool) -> Self {
        Self { briefly, ..Self::default() }
    }
}

impl Transcription {
    /// Reads what a transcription is asked for: most jobs of a page ask for one of a few.
    fn of<'t>(
        known: &mut Known<'t>,
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        pen: &mut Pen<'t>,
    ) -> Option<Self> {
        // Most have one brace, at their end. What begins like a whole object that is known is that object.
        let raw = scan.up_to(b'}')?;
        if let Some(part) = known.get(raw) {
            scan.takes_all(raw);
            return Some(part.clone());
        }
        let (start, place) = (*scan, pen.place());
        let part = Self::read(scan, reader, pen)?;
        if known.len() == REMEMBERED {
            known.clear();
        }
        // Only what is shown as it is written can be passed over.
        if pen.place() == place {
            known.insert(scan.since(start), part.clone());
        }
        Some(part)
    }

    fn read<'t>(scan: &mut Scan<'t>, reader: Reader<'_>, pen: &mut Pen<'t>) -> Option<Self> {
        let (mut language, mut model, mut point) = (None, None, None);
        pen.object(scan, reader, &TRANSCRIPTION, |pen, holds, scan| {
            match holds {
                Holds::Language => language = text(scan, reader, pen)?,
                Holds::Model => model = text(scan, reader, pen)?,
                Holds::OperatingPoint => point = text(scan, reader, pen)?,
                _ => pen.field(holds, scan, reader)?,
            }
            Some(())
        })?;
        Some(Self { language, model: model.or(point) })
    }
}

/// Reads a text that is plainly written or null, and writes it as it is shown; `None` for anything else.
#[expect(clippy::option_option, reason = "whether it was plain, and whether there is any")]
fn text<'t>(scan: &mut Scan<'t>, reader: Reader<'_>, pen: &mut Pen<'t>) -> Option<Option<CompactString>> {
    if scan.peek() != Some(b'"') {
        return scan.value().filter(|raw| *raw == "null").map(|_| None);
    }
    let text = short(scan, reader, pen)?;
    Some((!text.is_empty()).then(|| text.into()))
}

/// Reads a text that is plainly written, writes it as it is shown, and gives it as the short text that it is.
fn short<'t>(scan: &mut Scan<'t>, reader: Reader<'_>, pen: &mut Pen<'t>) -> Option<Cow<'t, str>> {
    let mut before = *scan;
    let message = pen.message(scan, reader)?;
    // Of a short text the long and the short reading are the same.
    if message.len() <= super::scrub::NAME {
        Some(message)
    } else {
        before.string().map(|raw| reader.name(raw))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;
    use crate::model::KeyValue;

    /// Strings that are masked, escaped, cut, or as they are.
    fn string() -> impl Strategy<Value = Value> {
        prop_oneof![
            "[a-z0-9 ._/-]{0,12}".prop_map(Value::from),
            "[ -~äö\u{202e}\u{1b}]{0,12}".prop_map(Value::from),
            Just(json!("https://u:p@h.example/a?sig=1")),
            Just(json!("sk-0123456789")),
            Just(json!("x".repeat(600))),
        ]
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![string(), any::<i32>().prop_map(Value::from), Just(Value::Null), Just(json!(true))];
        let name = prop::sample::select(vec!["language", "headers", "contents", "url", "token", "x"]);
        leaf.prop_recursive(2, 8, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..3).prop_map(|members| members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()),
            ]
        })
    }

    fn object(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
        let member = (prop::sample::select(names), prop_oneof![3 => string(), 1 => anything()]);
        prop::collection::vec(member, 0..5)
            .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn configuration() -> impl Strategy<Value = Value> {
        let tags = prop::collection::vec(string(), 0..4);
        let tracking = (object(&["title", "reference", "details", "other"]), prop::option::of(tags))
            .prop_map(|(mut tracking, tags)| {
                if let (Some(tags), Value::Object(tracking)) = (tags, &mut tracking) {
                    tracking.insert("tags".to_owned(), tags.into());
                }
                tracking
            });
        let settings = || object(&["language", "model", "operating_point", "enable_entities"]);
        let rest =
            object(&["type", "notification_config", "fetch_data", "auth_headers", "sk-0123456789", "a b"]);
        (prop::option::of(tracking), prop::option::of(settings()), prop::option::of(settings()), rest)
            .prop_map(|(tracking, transcription, alignment, mut rest)| {
                let parts = [
                    ("tracking", tracking),
                    ("transcription_config", transcription),
                    ("alignment_config", alignment),
                ];
                for (name, part) in parts {
                    if let (Some(part), Value::Object(rest)) = (part, &mut rest) {
                        rest.insert(name.to_owned(), part);
                    }
                }
                rest
            })
    }

    proptest! {
        #[test]
        fn in_parts_it_is_what_it_is_at_length(configs in prop::collection::vec(configuration(), 1..5)) {
            let key = KeyValue::new("sk-0123456789").unwrap();
            let reader = Reader::new(&key);
            // Each twice: from the second time on its parts are known.
            let bodies: Vec<String> = configs.iter().chain(&configs).map(Value::to_string).collect();
            let mut shared = Shared::default();
            for body in &bodies {
                let raw: &RawValue = serde_json::from_str(body).unwrap();
                let mut fields = Fields::default();
                fields.put(Field::Config, raw);
                if let Some(quick) = Settings::in_parts(&mut Scan::new(raw.get()), reader, &mut shared) {
                    prop_assert_eq!(quick, Settings::at_length(&fields, reader), "{}", body);
                }
            }
        }
    }

    #[test]
    fn what_the_service_lists_is_read_in_parts() {
        let key = KeyValue::new("sk-0123456789").unwrap();
        let config = json!({"type": "transcription", "fetch_data": {"url": "https://h.example/a?sig=1"},
            "notification_config": [{"url": "https://h.example/n", "auth_headers": ["A: b"]}],
            "tracking": {"title": "a b", "reference": null, "tags": ["t"], "details": {"a": 1}},
            "transcription_config": {"language": "de", "operating_point": "enhanced"}})
        .to_string();
        let settings =
            Settings::in_parts(&mut Scan::new(&config), Reader::new(&key), &mut Shared::default()).unwrap();
        assert_eq!((settings.title.as_deref(), settings.language.as_deref()), (Some("a b"), Some("de")));
        assert_eq!(settings.tags, ["t".into()]);
    }
}
