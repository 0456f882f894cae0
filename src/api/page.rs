//! One page of the list: `{"jobs": [...]}`, read entry by entry.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::job::{Entries, Entry};
use super::text::Reader;
use super::{json, quick};
use crate::model::{Job, KeyValue};

/// The most entries that are decoded; the service lists at most 100 when it is asked for 100.
pub(super) const MOST: usize = 10_000;

/// One page of jobs, newest first as the service lists them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The jobs, in the order of the page.
    pub jobs: Vec<Job>,
    /// Entries that were no jobs: they have no id, or were too large to be read.
    pub unreadable: usize,
    /// Those of them that say when they were created, and a hash of what else they say: the same entry on
    /// another page has the same.
    pub odd: Vec<(Timestamp, u64)>,
    /// All entries of the page, jobs or not: fewer than asked for means that nothing older is there, unless
    /// the service gives less than it is asked for.
    pub listed: usize,
    /// The earliest `created_at` of all entries, from which the next page is asked.
    pub oldest: Option<Timestamp>,
    /// The latest one, of all entries too: an entry that is no job has its place in the list.
    pub newest: Option<Timestamp>,
    /// How many bytes it had.
    pub size: usize,
    /// The service's clock when it answered, to the second; `None` where it does not say.
    pub served_at: Option<Timestamp>,
}

impl Page {
    /// Reads the body of an answer that was got with a key; the key is nowhere in the page.
    ///
    /// # Errors
    /// With a few words on what the body is instead.
    pub fn read(body: &[u8], key: &KeyValue) -> Result<Self, &'static str> {
        read(body, Reader::new(key))
    }

    /// Counts the next entry.
    pub(super) fn count(&mut self, created_at: Option<Timestamp>) {
        self.listed += 1;
        self.see(created_at);
    }

    /// Takes note of when an entry was created.
    pub(super) fn see(&mut self, created_at: Option<Timestamp>) {
        self.oldest = [self.oldest, created_at].into_iter().flatten().min();
        self.newest = self.newest.max(created_at);
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self, entry: Entry) {
        self.count(entry.created_at);
        if let Some(job) = entry.job {
            self.jobs.push(job);
        } else {
            self.unreadable += 1;
            self.odd.extend(entry.created_at.map(|at| (at, entry.says)));
        }
    }
}

/// Reads a body. The error says in a few words what it is instead.
pub(super) fn read(body: &[u8], reader: Reader<'_>) -> Result<Page, &'static str> {
    read_with(&Entries::new(reader, false), body)
}

/// The same, with entries read as others were.
pub(super) fn read_with(entries: &Entries<'_, '_>, body: &[u8]) -> Result<Page, &'static str> {
    // Looked at as a whole first: the lossy way goes character by character.
    let text = std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(EMPTY);
    }
    if let Some(page) = quick::page(text, entries.anew()) {
        return Ok(page);
    }
    // Sound JSON is read as it is; only what cannot be read is gone over first.
    let page = parse(text, entries.anew()).or_else(|_| parse(&json::tame(text), entries.anew()));
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

pub(super) fn parse<'t>(text: &'t str, entries: Entries<'t, '_>) -> serde_json::Result<Page> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let page = PageSeed(entries).deserialize(&mut parser)?;
    parser.end().map(|()| page)
}

struct PageSeed<'t, 'k>(Entries<'t, 'k>);

impl<'t> DeserializeSeed<'t> for PageSeed<'t, '_> {
    type Value = Page;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Page, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for PageSeed<'t, '_> {
    type Value = Page;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with jobs")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut fields: A) -> Result<Page, A::Error> {
        let (mut entries, mut page) = (self.0, None);
        while let Some(name) = fields.next_key::<String>()? {
            if name == "jobs" {
                fields.next_value_seed(JobsSeed(&mut entries, page.get_or_insert_default()))?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        page.ok_or_else(|| Error::missing_field("jobs"))
    }
}

struct JobsSeed<'p, 't, 'k>(&'p mut Entries<'t, 'k>, &'p mut Page);

impl<'t> DeserializeSeed<'t> for JobsSeed<'_, 't, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for JobsSeed<'_, 't, '_> {
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
            && let Some(entry) = entries.next_element_seed(reader.next())?
        {
            page.take(entry);
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {
            page.listed += 1;
            page.unreadable += 1;
        }
        Ok(())
    }
}
