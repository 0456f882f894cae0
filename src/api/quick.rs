//! Reading a page in one pass over its bytes, entry by entry. An entry that is not plainly written is read
//! the long way by [`Entries`], and comes out as it would have; a page that is not one list of jobs and
//! nothing else is left to the parser as a whole.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::DeserializeSeed;

use super::job::{self, Entries, Field};
use super::page::{MOST, Page};
use super::scan::Scan;
use super::settings::Settings;
use super::text::Reader;
use super::{instant, scrub};
use crate::model::{Job, JobError, JobId, Status};

/// Reads a plainly written page; `None` for any other.
pub(super) fn page<'t>(text: &'t str, mut entries: Entries<'t, '_>) -> Option<Page> {
    let mut page = None;
    let mut scan = Scan::new(text);
    let reader = entries.reader().of_parts(text);
    scan.members(|name, scan| {
        // Of two lists the parser knows which counts.
        if name != "jobs" || page.is_some() {
            return None;
        }
        let page = page.insert(Page { jobs: Vec::with_capacity(100), ..Page::default() });
        scan.items(|scan| {
            if page.listed == MOST {
                return None;
            }
            entry(scan, reader, &mut entries, page)
        })
    })?;
    page.filter(|_| scan.is_over())
}

/// What an entry has, in the order of the service.
const FIELDS: [(&str, Field); 8] = [
    ("created_at", Field::CreatedAt),
    ("data_name", Field::DataName),
    ("duration", Field::Duration),
    ("id", Field::Id),
    ("status", Field::Status),
    ("config", Field::Config),
    ("errors", Field::Errors),
    ("lang", Field::Lang),
];

/// Takes the next entry into the page; `None` where it is beyond reading.
fn entry<'t>(
    scan: &mut Scan<'t>,
    reader: Reader<'_>,
    entries: &mut Entries<'t, '_>,
    page: &mut Page,
) -> Option<()> {
    let start = *scan;
    if plain(scan, reader, entries, page).is_none() {
        *scan = start;
        let raw = scan.value()?;
        page.take(entries.next().deserialize(&mut serde_json::Deserializer::from_str(raw)).ok()?);
    }
    Some(())
}

/// Takes an entry that is plainly written; `reader` reads parts of the page as they stand in it.
fn plain<'t>(
    scan: &mut Scan<'t>,
    reader: Reader<'_>,
    entries: &mut Entries<'t, '_>,
    page: &mut Page,
) -> Option<()> {
    let (anything, shared) = entries.parts();
    let (mut id, mut status, mut created_at, mut data_name) = (None, None, None, None);
    let (mut duration_s, mut settings, mut errors) = (None, None, Vec::new());
    scan.fields(&FIELDS, |field, scan| {
        match field {
            Ok(Field::CreatedAt) => created_at = Some(instant::parse(scan.string()?)),
            Ok(Field::DataName) => data_name = Some(reader.file(scan.string()?).into()),
            Ok(Field::Duration) => {
                let seconds = scan.scalar()?.parse().ok();
                duration_s = Some(seconds.filter(|seconds| *seconds <= job::LONGEST_AUDIO_S)?);
            }
            Ok(Field::Id) => id = Some(self::id(scan.string()?, reader)?),
            Ok(Field::Status) => status = Some(self::status(scan.string()?, reader)),
            Ok(Field::Config) => settings = Some(Settings::in_parts(scan, reader, shared)?),
            Ok(Field::Errors) => errors = self::errors(scan, reader, anything)?,
            Ok(Field::Lang) => return None,
            Err(name) if job::is_legacy(name) => return None,
            Err(_) => drop(scan.value()?),
        }
        Some(())
    })?;
    let settings = settings.unwrap_or_default();
    let (id, status, created_at, data_name) = (id?, status?, created_at?, data_name?);
    page.count(created_at);
    page.jobs.push(Job {
        id,
        status,
        created_at,
        data_name,
        duration_s,
        language: settings.language,
        model: settings.model,
        title: settings.title,
        reference: settings.reference,
        tags: settings.tags,
        errors,
        config: settings.config,
    });
    Some(())
}

/// An id that is read as it is; any other is looked at closely.
fn id(raw: &str, reader: Reader<'_>) -> Option<JobId> {
    match reader.whole(raw) {
        Cow::Borrowed(id) if !id.is_empty() && id.len() <= scrub::NAME => Some(JobId::new(id)),
        _ => None,
    }
}

/// Reads what went wrong: as a list of nothing but moments and messages, else at length.
fn errors(scan: &mut Scan<'_>, reader: Reader<'_>, anything: Reader<'_>) -> Option<Vec<JobError>> {
    let (start, mut errors) = (*scan, Vec::new());
    let plain = scan.items(|scan| {
        let (mut timestamp, mut message) = (None, None);
        scan.members(|name, scan| {
            match name {
                "timestamp" => timestamp = instant::parse(scan.string()?),
                "message" => message = Some(Arc::<str>::from(self::message(scan, reader, anything)?)),
                _ => return None,
            }
            Some(())
        })?;
        let message = message.filter(|message| !message.is_empty())?;
        (errors.len() < job::MOST).then(|| errors.push(JobError { timestamp, message }))
    });
    if plain.is_some() {
        return Some(errors);
    }
    *scan = start;
    Some(job::errors(&job::value(scan.value()?)?, anything))
}

/// Reads a message, whatever is escaped in it.
fn message<'t>(scan: &mut Scan<'t>, reader: Reader<'_>, anything: Reader<'_>) -> Option<Cow<'t, str>> {
    let start = *scan;
    if let Some(plain) = scan.string() {
        return Some(reader.said(plain));
    }
    *scan = start;
    let text: String = serde_json::from_str(scan.value()?).ok()?;
    Some(Cow::Owned(anything.said(&text).into_owned()))
}

fn status(word: &str, reader: Reader<'_>) -> Status {
    match word {
        "done" => Status::Done,
        "running" => Status::Running,
        "rejected" => Status::Rejected,
        word => Status::parse(&reader.name(word)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::api::page;
    use crate::model::KeyValue;

    fn text() -> impl Strategy<Value = Value> {
        prop_oneof![
            6 => "[a-zA-Z0-9 ._/-]{0,20}".prop_map(Value::from),
            1 => "(bearer|Basic|token) [a-z0-9]{6,20}".prop_map(Value::from),
            1 => "[ -~äöü\u{202e}\u{1b}\n]{0,12}".prop_map(Value::from),
            1 => "[a-zºé·–株会「」نشأ .:?Jy\u{301}\u{3000}]{0,12}".prop_map(Value::from),
            1 => "(https?)?(%3A|%253a|:)(%2F%2F|//)(u%3Ap%40)?[a-z.]{1,6}[/a-z]{0,4}(%3F|%23|%2525|\\?)?[a-z ]{0,4}(%3D|=)?[a-z0-9% ]{0,5}".prop_map(Value::from),
            1 => "https?://(u:p@)?[a-z.]{1,6}(:80)?/[a-z0-9%+~._/;=-]{0,10}([?#][a-z=\"]{0,5})?".prop_map(Value::from),
            1 => "(Authorization|X-Key|[a-z ]{0,6}): ?[a-z0-9\u{200b} ]{0,20}".prop_map(Value::from),
            1 => "[a-z ]{0,3}eyJ[a-z]{0,30}\\.[a-z]{1,9}\\.[a-z]{0,3}".prop_map(Value::from),
            1 => "[a-z/:. ]{0,12}sk-0123\u{200b}?456789[a-z?]{0,3}".prop_map(Value::from),
            1 => Just(json!("x".repeat(600))),
        ]
    }

    fn odd() -> impl Strategy<Value = Value> {
        let odd = vec![json!(null), json!(1), json!(-2.5), json!([]), json!({"a": [1, "b"]}), json!(true)];
        prop_oneof![text(), prop::sample::select(odd)]
    }

    fn entry() -> impl Strategy<Value = Value> {
        let seldom = |value: BoxedStrategy<Value>| prop_oneof![9 => value, 1 => odd().boxed()];
        let moment = prop::sample::select(vec!["2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00Z", "soon"]);
        let status = prop::sample::select(vec!["done", "running", "rejected", "Done", "odd", "deleted"]);
        let error = (text(), prop::sample::select(vec!["message", "detail"]), moment.clone());
        let error = prop_oneof![9 => error.prop_map(|(text, name, at)| json!({name: text, "timestamp": at})), 1 => odd()];
        let errors = prop::collection::vec(error, 0..3).prop_map(Value::from);
        let config = (seldom(text().boxed()), seldom(text().boxed()), odd(), odd(), odd()).prop_map(
            |(title, language, tags, url, header)| {
                json!({"type": "transcription", "transcription_config": {"language": language, "model": "enhanced"},
                    "tracking": {"title": title, "tags": [tags]},
                    "fetch_data": {"url": url, "auth_headers": [header]}})
            },
        );
        let fields = (
            seldom(text().boxed()),
            seldom(text().boxed()),
            seldom((0_u32..100_000).prop_map(Value::from).boxed()),
            seldom(moment.prop_map(Value::from).boxed()),
            seldom(status.prop_map(Value::from).boxed()),
            seldom(config.boxed()),
            prop::option::weighted(0.3, seldom(errors.boxed())),
            prop::option::weighted(
                0.1,
                (prop::sample::select(vec!["lang", "model", "x_config", "other"]), odd()),
            ),
            prop::option::weighted(0.1, 0..6_usize),
        );
        fields.prop_map(|(id, name, duration, created, status, config, errors, more, missing)| {
            let mut entry = json!({"id": id, "data_name": name, "duration": duration, "created_at": created,
                "status": status, "config": config});
            if let Value::Object(fields) = &mut entry {
                fields.extend(errors.map(|errors| ("errors".to_owned(), errors)));
                fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
                let name = missing.and_then(|at| fields.keys().nth(at).cloned());
                name.and_then(|name| fields.remove(&name));
            }
            entry
        })
    }

    proptest! {
        #[test]
        fn in_one_pass_it_is_what_the_parser_makes_of_it(
            entries in prop::collection::vec(prop_oneof![9 => entry(), 1 => odd()], 0..6),
            pretty: bool, more: bool, briefly: bool, short: bool,
        ) {
            let key = KeyValue::new(if short { "bearer" } else { "sk-0123456789" }).unwrap();
            let mut body = json!({"jobs": entries});
            if let (true, Value::Object(body)) = (more, &mut body) {
                body.insert("a".to_owned(), json!({"total": 3.5}));
            }
            let body = if pretty { format!("{body:#}\n") } else { body.to_string() };
            let entries = Entries::new(Reader::new(&key), briefly);
            let parsed = page::parse(&body, entries.anew()).unwrap();
            prop_assert!(!briefly || parsed.jobs.iter().all(|job| job.config.is_none()));
            let mut whole = page::parse(&body, Entries::new(Reader::new(&key), false)).unwrap();
            match page(&body, entries) {
                Some(page) => {
                    prop_assert_eq!(&page, &parsed);
                    whole.jobs.iter_mut().filter(|_| briefly).for_each(|job| job.config = None);
                    prop_assert_eq!(page, whole, "the rest is the same");
                }
                None => prop_assert!(more, "{}", body),
            }
        }
    }

    #[test]
    fn the_key_is_found_where_only_its_escapes_stand_in_the_page() {
        let key = KeyValue::new("sk-0123456789").unwrap();
        let hidden = r"a \u0073k-0123\u003456789 b";
        let body = format!(
            r#"{{"jobs":[{{"id":"a","status":"done","created_at":"2026-11-22T10:00:00Z","data_name":"{hidden}",
                "config":{{"tracking":{{"title":"{hidden}"}},"x":"{hidden}","url":"https://h/{hidden}"}},
                "errors":[{{"timestamp":"2026-11-22T10:00:00Z","message":"{hidden}"}}]}},
                {{"id":"b","status":"done","created_at":"2026-11-22T10:00:00Z","data_name":"c",
                "errors":[{{"timestamp":"2026-11-22T10:00:00Z","message":"{hidden}"}}]}}]}}"#
        );
        assert!(!body.contains(key.expose()));
        let page = page(&body, Entries::new(Reader::new(&key), false)).unwrap();
        assert_eq!(page.jobs.len(), 2);
        assert_eq!(page.jobs[0].data_name, "a [key] b");
        assert_eq!(&*page.jobs[1].errors[0].message, "a [key] b");
        assert!(!format!("{page:?}").contains(key.expose()));
    }

    #[test]
    fn what_is_cut_off_or_more_than_a_page_is_left_to_the_parser() {
        let key = KeyValue::new("sk-0123456789").unwrap();
        let page = |body: &str| page(body, Entries::new(Reader::new(&key), false));
        let body =
            r#"{"jobs":[{"id":"a","status":"done","created_at":"2026-11-22T10:00:00Z","data_name":"b"}]}"#;
        assert_eq!(page(body).map(|page| page.jobs.len()), Some(1));
        for cut in 0..body.len() {
            assert_eq!(page(&body[..cut]), None, "{cut}");
        }
        for body in [format!("{body}x"), format!("{body}{body}"), body.replace("}]", "}],\"jobs\":[]")] {
            assert_eq!(page(&body), None, "{body}");
        }
        for body in ["", "{}", "[]", r#"{"jobs":null}"#, r#"{"jobs":[{"id":"a",}]}"#] {
            assert_eq!(page(body), None, "{body}");
        }
    }
}
