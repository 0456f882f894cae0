//! The listings of all sources, and the merged view of them: each job once, by the first source that is
//! not stale. A handle stays valid until its listing goes, so that rows, sorting and drawing work on four
//! bytes a job. What follows from the listings (counts, the order by age, who speaks for a job that two
//! keys list) is kept up change by change and never counted afresh. It knows nothing of merging rules.

mod gather;
mod gone;
mod shown;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use super::ahead::{ahead, touch};
use super::index::Index;
use super::journal::Journal;
use super::order::Order;
use super::overdue::Watch;
use super::query::Signature;
use super::row::{Held, Row, Words, fingerprint};
use super::slab::{Beside, Slab};
use super::summary::Tally;
use crate::model::{EnvironmentId, Fleet, Job, SourceId, Status};

pub use super::slab::Handle;

/// What became of a job that was put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    New(Handle),
    Changed { handle: Handle, before: Status },
    Same,
}

/// One environment.
#[derive(Debug, Default)]
struct Place {
    /// The listings of all its sources, by id.
    index: Index,
    /// Listings of jobs that other sources list too.
    shared: HashSet<Handle>,
    /// Whether more than one key is tried here.
    rivalry: bool,
    tally: Tally,
}

/// One source.
#[derive(Debug)]
struct List {
    environment: EnvironmentId,
    /// Newest first.
    order: Order,
    /// Whether it does not answer with jobs now.
    stale: bool,
    /// The round that is being listed, and how many listings it has seen.
    round: (u32, usize),
}

/// Going through all places for the listings of one source.
#[derive(Clone, Copy, Debug)]
struct Sweep {
    source: SourceId,
    at: usize,
}

/// All listings of all sources.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    slab: Slab<Row>,
    signatures: Beside<Signature>,
    words: Words,
    places: Vec<Place>,
    lists: Vec<List>,
    /// What is shown: newest first, then by environment and id.
    ages: Order,
    journal: Journal,
    /// What is left to decide afresh since sources failed or recovered.
    sweeps: Vec<Sweep>,
    /// Whether nothing is kept up but the listings and who speaks for which job: see [`Jobs::arrange`].
    gathers: bool,
    hasher: RandomState,
}

impl Jobs {
    pub(super) fn new(fleet: &Fleet) -> Self {
        let sources_at = |id| fleet.sources.iter().filter(move |source| source.environment == id).count();
        let place = |(id, _)| Place { rivalry: sources_at(id) > 1, ..Place::default() };
        let list = |(_, source): (_, &crate::model::Source)| List {
            environment: source.environment,
            order: Order::default(),
            stale: false,
            round: (0, 0),
        };
        Self {
            places: fleet.environments().map(place).collect(),
            lists: fleet.sources().map(list).collect(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, handle: Handle) -> Option<Held<'_>> {
        let row = self.slab.get(handle)?;
        // Where listings are gathered nobody has looked at any text.
        let signature = self.signatures.get(handle).unwrap_or(&Signature::ANY);
        Some(Held { handle, row, signature, words: &self.words })
    }

    /// What the jobs share.
    pub(super) fn shared(&self) -> &Words {
        &self.words
    }

    /// A job that is shown.
    pub(super) fn shown(&self, handle: Handle) -> Option<Held<'_>> {
        self.get(handle).filter(|held| held.row.shown)
    }

    /// What is shown, newest first.
    pub(super) fn ages(&self) -> &Order {
        &self.ages
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(super) fn tallies(&self) -> impl Iterator<Item = &Tally> {
        self.places.iter().map(|place| &place.tally)
    }

    pub(super) fn tally(&self, environment: EnvironmentId) -> Option<&Tally> {
        self.places.get(environment.index()).map(|place| &place.tally)
    }

    pub(super) fn watch_mut(&mut self, environment: EnvironmentId) -> Option<&mut Watch> {
        self.places.get_mut(environment.index()).map(|place| place.tally.watch_mut())
    }

    /// The listing that is shown of a job.
    pub(super) fn find(&self, environment: EnvironmentId, id: &str) -> Option<Handle> {
        let hash = self.hash(id);
        self.listings(environment, hash, id).find(|(_, row)| row.shown).map(|(handle, _)| handle)
    }

    /// How many jobs a source lists.
    pub(super) fn count_of(&self, source: SourceId) -> usize {
        self.lists.get(source.index()).map_or(0, |list| list.order.len())
    }

    /// When the oldest job that a source lists was created.
    pub(super) fn oldest_of(&self, source: SourceId) -> Option<Timestamp> {
        let mut oldest_first = self.lists.get(source.index())?.order.iter().rev();
        oldest_first.find_map(|handle| self.get(handle)?.created_at())
    }

    fn hash(&self, id: &str) -> u64 {
        self.hasher.hash_one(id)
    }

    fn listings<'a>(
        &'a self,
        environment: EnvironmentId,
        hash: u64,
        id: &'a str,
    ) -> impl Iterator<Item = (Handle, &'a Row)> {
        let place = self.places.get(environment.index());
        place
            .into_iter()
            .flat_map(move |place| place.index.get(hash))
            .filter_map(|handle| Some((handle, self.slab.get(handle)?)))
            .filter(move |(_, row)| row.id(&self.words) == id)
    }

    /// Touches a row, so that it says soon where its text is.
    pub(super) fn touch(&self, handle: Handle) -> u64 {
        self.slab.get(handle).map_or(0, Row::touch)
    }

    /// Jobs that have been touched before, with their texts or without.
    pub(super) fn ahead<'a>(
        &'a self,
        handles: &'a mut [Handle],
        texts: bool,
    ) -> impl Iterator<Item = &'a mut Handle> {
        let text = move |handle: &Handle| {
            let row = self.slab.get(*handle).filter(|_| texts);
            row.map_or(0, |row| row.touch_text(&self.words))
        };
        ahead(handles, |handle| self.touch(*handle), text)
    }

    /// Touches what is held of jobs that will be [put](Self::put) in.
    pub(super) fn approach(&self, source: SourceId, jobs: &[Job]) {
        let environment = self.lists.get(source.index()).map(|list| list.environment);
        let Some(place) = environment.and_then(|id| self.places.get(id.index())) else { return };
        let mut known: Vec<Handle> = Vec::with_capacity(jobs.len());
        known.extend(jobs.iter().filter_map(|job| place.index.get(self.hash(job.id.as_str())).next()));
        touch_texts(&self.slab, &self.words, &known);
        let signature = |handle: &Handle| self.signatures.get(*handle).map_or(0, Signature::touch);
        std::hint::black_box(known.iter().map(signature).fold(0, u64::wrapping_add));
    }

    /// Takes a job as listed in round `seen`; the newest listing wins.
    pub(super) fn put(&mut self, source: SourceId, job: &Job, seen: u64) -> Change {
        let Some(environment) = self.lists.get(source.index()).map(|list| list.environment) else {
            return Change::Same;
        };
        let (hash, seen) = (self.hash(job.id.as_str()), round(seen));
        // What is gathered is seldom listed twice, and then put in its place again.
        let content = if self.gathers { 0 } else { fingerprint(&self.hasher, job) };
        let known = self.listings(environment, hash, job.id.as_str()).find(|(_, row)| row.source == source);
        let Some(handle) = known.map(|(handle, _)| handle) else {
            return Change::New(self.list(source, environment, hash, job, (seen, content)));
        };
        let Some(row) = self.slab.get_mut(handle) else { return Change::Same };
        let again = std::mem::replace(&mut row.seen, seen) == seen;
        let same = row.fingerprint == content && !self.gathers;
        if !again {
            self.count_round(source, seen);
        }
        if same {
            return Change::Same;
        }
        self.exchange(handle, source, job, (seen, content))
    }

    /// Counts a listing for the round.
    fn count_round(&mut self, source: SourceId, seen: u32) {
        if let Some(list) = self.lists.get_mut(source.index()) {
            let count = if list.round.0 == seen { list.round.1 } else { 0 };
            list.round = (seen, count + 1);
        }
    }

    /// Takes a listing that was not there.
    fn list(
        &mut self,
        source: SourceId,
        environment: EnvironmentId,
        hash: u64,
        job: &Job,
        listed: (u32, u64),
    ) -> Handle {
        let row = self.words.pack(source, job, listed, (self.slab.next(), None));
        let (handle, seen) = (self.slab.insert(row), listed.0);
        self.words.set_errors(handle, None, &job.errors);
        self.sign(handle);
        self.count_round(source, seen);
        self.enlist(source, handle);
        let mut rivalry = false;
        if let Some(place) = self.places.get_mut(environment.index()) {
            let (slab, words, hasher) = (&self.slab, &self.words, &self.hasher);
            let id = |handle| slab.get(handle).map_or("", |row| row.id(words));
            let touch = |held: &[Handle]| touch_texts(slab, words, held);
            place.index.insert(hash, handle, |handle| hasher.hash_one(id(handle)), touch);
            rivalry = place.rivalry;
        }
        if rivalry {
            self.share_out(environment, hash, job.id.as_str());
        } else {
            self.show(environment, handle);
        }
        handle
    }

    /// Puts a new content in the place of an old one.
    fn exchange(&mut self, handle: Handle, source: SourceId, job: &Job, listed: (u32, u64)) -> Change {
        let Some(environment) = self.lists.get(source.index()).map(|list| list.environment) else {
            return Change::Same;
        };
        let before = (handle, self.slab.get(handle));
        let mut fresh = self.words.pack(source, job, listed, before);
        let Some(held) = self.get(handle) else { return Change::Same };
        let (before, shown) = (held.status().clone(), held.row.shown);
        let moved = held.row.created() != fresh.created();
        if shown {
            self.count(environment, handle, Tally::remove);
            if moved {
                self.leave_ages(handle);
            }
        }
        if moved {
            self.delist(source, handle);
        }
        fresh.shown = shown;
        let mut same_text = false;
        if let Some(row) = self.slab.get_mut(handle) {
            let old = std::mem::replace(row, fresh);
            same_text = old.has_text_of(row);
            self.words.set_errors(handle, Some(&old), &job.errors);
            self.words.release(&old, Some(row));
        }
        if !same_text {
            self.sign(handle);
        }
        self.words.compact(&mut self.slab);
        if moved {
            self.enlist(source, handle);
        }
        if shown {
            self.count(environment, handle, Tally::add);
            if moved {
                self.join_ages(handle);
            }
            self.journal.push(handle);
        }
        Change::Changed { handle, before }
    }

    fn enlist(&mut self, source: SourceId, handle: Handle) {
        let slab = &self.slab;
        if let Some(list) = self.lists.get_mut(source.index()) {
            list.order.insert(handle, |held| newest_first(slab, held, handle));
        }
    }

    fn delist(&mut self, source: SourceId, handle: Handle) {
        let slab = &self.slab;
        if let Some(list) = self.lists.get_mut(source.index()) {
            list.order.remove(handle, |held| newest_first(slab, held, handle));
        }
    }

    /// How many shared values are held.
    #[cfg(test)]
    pub(super) fn words(&self) -> usize {
        self.words.len()
    }
}

fn newest_first(slab: &Slab<Row>, a: Handle, b: Handle) -> Ordering {
    let created = |handle| slab.get(handle).and_then(Row::created);
    created(b).cmp(&created(a)).then_with(|| a.cmp(&b))
}

fn touch_texts(slab: &Slab<Row>, words: &Words, handles: &[Handle]) {
    let row = |handle: &Handle| slab.get(*handle).map_or(0, Row::touch);
    let text = |handle: &Handle| slab.get(*handle).map_or(0, |row| row.touch_text(words));
    touch(handles, row, text);
}

fn moment(at: Timestamp) -> (i64, i32) {
    (at.as_second(), at.subsec_nanosecond())
}

fn round(sequence: u64) -> u32 {
    u32::try_from(sequence).unwrap_or(u32::MAX)
}
