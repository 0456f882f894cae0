//! One page of the list: `{"jobs": [...]}`, read entry by entry.

use std::fmt;

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::text::Reader;
use super::{job, json};
use crate::model::Job;

/// The most entries that are decoded; the service lists at most 100 when it is asked for 100.
const MOST: usize = 10_000;

/// One page of jobs, newest first as the service lists them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The jobs, in the order of the page.
    pub jobs: Vec<Job>,
    /// Entries that were no jobs: they have no id.
    pub unreadable: usize,
    /// All entries of the page, jobs or not: fewer than asked for means that it was the last page.
    pub listed: usize,
    /// The earliest `created_at` of all entries, from which the next page is asked.
    pub oldest: Option<Timestamp>,
}

/// Reads a body. The error says in a few words what it is instead.
pub(super) fn read(body: &[u8], reader: Reader<'_>) -> Result<Page, &'static str> {
    let text = String::from_utf8_lossy(body);
    let text = json::tame(text.trim_start_matches('\u{feff}'));
    if text.trim().is_empty() {
        return Err(EMPTY);
    }
    let mut parser = serde_json::Deserializer::from_str(&text);
    let page = PageSeed(reader).deserialize(&mut parser).and_then(|page| parser.end().map(|()| page));
    page.map_err(|error| instead(&error, "the JSON holds no list of jobs"))
}

/// What is said of a body without a word in it.
pub(super) const EMPTY: &str = "the body is empty";

/// What a body is that cannot be read; `other` where it is JSON of another kind.
pub(super) fn instead(error: &serde_json::Error, other: &'static str) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Data => other,
        _ => "the body is not JSON",
    }
}

struct PageSeed<'k>(Reader<'k>);

impl<'t> DeserializeSeed<'t> for PageSeed<'_> {
    type Value = Page;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Page, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for PageSeed<'_> {
    type Value = Page;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with jobs")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut fields: A) -> Result<Page, A::Error> {
        let mut page = None;
        while let Some(name) = fields.next_key::<String>()? {
            if name == "jobs" {
                fields.next_value_seed(JobsSeed(self.0, page.get_or_insert_default()))?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        page.ok_or_else(|| Error::missing_field("jobs"))
    }
}

struct JobsSeed<'p, 'k>(Reader<'k>, &'p mut Page);

impl<'t> DeserializeSeed<'t> for JobsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for JobsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of jobs")
    }

    /// Null: Go's way to write an empty list.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self(reader, page) = self;
        while page.listed < MOST
            && let Some(raw) = entries.next_element::<&RawValue>()?
        {
            let entry = job::read(raw, reader);
            page.listed += 1;
            page.oldest = [page.oldest, entry.created_at].into_iter().flatten().min();
            match entry.job {
                Some(job) => page.jobs.push(job),
                None => page.unreadable += 1,
            }
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {
            page.listed += 1;
            page.unreadable += 1;
        }
        Ok(())
    }
}
