//! Probable resubmissions: the same file name or reference in two environments within an hour, which is
//! what a failover by hand leaves behind.
//!
//! An index by hash finds candidates; whether they are what they seem is looked up in the jobs when a row
//! is drawn, so that nothing has to be taken back when a job changes or goes. The index is bounded: it
//! forgets what is old first, and of one name that everybody uses it keeps a few.

use std::hash::{BuildHasher, Hash};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use jiff::{SignedDuration, Timestamp};

use super::jobs::Jobs;
use super::row::Held;
use super::{Handle, Store};
use crate::model::{Fleet, RETENTION, SourceId};

/// How far apart two jobs may have been created to be the same work twice.
const WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// How many entries the index has room for: about four megabytes.
const MOST: usize = 200_000;
/// It is in so many parts, none of which is ever large: who frees a large piece as it is teaches the system's allocator
/// to keep large ones.
const PARTS: usize = 128;
/// How many jobs of one name are kept in mind.
const CHAIN: usize = 32;
/// How long a full index takes nothing more before it looks again for what is old, in seconds.
const PATIENCE: i64 = 60;

/// What two jobs have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Common {
    /// The audio file's name.
    Name,
    /// `tracking.reference`.
    Reference,
}

/// Another job that probably is the same work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resubmission {
    /// The other job, in another environment; valid until the next merge.
    pub other: Handle,
    /// What they have in common.
    pub common: Common,
    /// How much later the other one was created; negative where it came first.
    pub apart: SignedDuration,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    handle: Handle,
    created: i64,
}

/// The index.
#[derive(Debug)]
pub(super) struct Resubmissions {
    parts: Vec<HashTable<Entry>>,
    len: usize,
    hasher: RandomState,
    /// Whether there is more than one environment at all.
    of_use: bool,
    /// What was created longer ago than so many seconds is not kept.
    horizon: i64,
    /// Full, and nothing to forget before this second.
    full_until: i64,
}

impl Resubmissions {
    pub(super) fn new(fleet: &Fleet) -> Self {
        Self {
            parts: (0..PARTS).map(|_| HashTable::new()).collect(),
            len: 0,
            hasher: RandomState::default(),
            of_use: fleet.environments.len() > 1,
            horizon: RETENTION.as_secs(),
            full_until: i64::MIN,
        }
    }

    /// Takes note of a job that was not there before.
    pub(super) fn add(&mut self, handle: Handle, held: Held<'_>, at: Timestamp) {
        let Some(created) = held.created_at().map(Timestamp::as_second) else { return };
        if !self.of_use {
            return;
        }
        for (common, text) in marks(held) {
            let now = at.as_second();
            if created < now.saturating_sub(self.horizon) || (self.len >= MOST && !self.forget(now)) {
                return;
            }
            let hash = self.hash(common, text);
            self.insert(Entry { hash, handle, created });
        }
    }

    fn insert(&mut self, entry: Entry) {
        let Some(table) = self.parts.get_mut(part(entry.hash)) else { return };
        let mut known = 0;
        let mut oldest: Option<&mut Entry> = None;
        for other in table.iter_hash_mut(spread(entry.hash)).filter(|other| other.hash == entry.hash) {
            known += 1;
            if oldest.as_ref().is_none_or(|oldest| other.created < oldest.created) {
                oldest = Some(other);
            }
        }
        if known < CHAIN {
            table.insert_unique(spread(entry.hash), entry, |entry| spread(entry.hash));
            self.len += 1;
        } else if let Some(oldest) = oldest.filter(|oldest| oldest.created < entry.created) {
            *oldest = entry;
        }
    }

    /// Makes room by forgetting what is old; says whether there is any.
    fn forget(&mut self, now: i64) -> bool {
        if now < self.full_until {
            return false;
        }
        loop {
            let oldest = now.saturating_sub(self.horizon);
            self.parts.iter_mut().for_each(|table| table.retain(|entry| entry.created >= oldest));
            self.len = self.parts.iter().map(HashTable::len).sum();
            if self.len <= MOST / 4 * 3 {
                return true;
            }
            if self.horizon <= WITHIN.as_secs() {
                self.full_until = now.saturating_add(PATIENCE);
                return false;
            }
            self.horizon = (self.horizon / 2).max(WITHIN.as_secs());
        }
    }

    fn hash(&self, common: Common, text: &str) -> u32 {
        let mut state = self.hasher.build_hasher();
        (common, text).hash(&mut state);
        u32::try_from(std::hash::Hasher::finish(&state) >> 32).unwrap_or_default()
    }

    /// The job in another environment that is nearest in time and has a mark in common.
    fn of(&self, jobs: &Jobs, fleet: &Fleet, handle: Handle) -> Option<Resubmission> {
        let held = jobs.shown(handle)?;
        let created = held.created_at()?;
        let environment = |source: SourceId| fleet.source(source).map(|source| source.environment);
        let candidates = marks(held).flat_map(|(common, text)| {
            let hash = self.hash(common, text);
            let table = self.parts.get(part(hash)).into_iter();
            table
                .flat_map(move |table| table.iter_hash(spread(hash)))
                .filter(move |entry| entry.hash == hash)
                .map(move |entry| (common, text, entry.handle))
        });
        candidates
            .filter_map(|(common, text, other)| {
                // A handle may have passed to another job since: only what is there now counts.
                let there = jobs.shown(other)?;
                let apart = there.created_at()?.duration_since(created);
                let same = marks(there).any(|mark| mark == (common, text))
                    && environment(there.source()) != environment(held.source())
                    && apart.abs() <= WITHIN
                    && may_be_equal(there.duration_s(), held.duration_s());
                same.then_some(Resubmission { other, common, apart })
            })
            .min_by_key(|found| found.apart.abs())
    }
}

impl Store {
    /// Another job that probably is the same work, submitted to another environment within an hour: it
    /// has the same file name or reference, and the same length as far as both are known.
    pub fn resubmission(&self, handle: Handle) -> Option<Resubmission> {
        self.resubmissions.of(&self.jobs, &self.fleet, handle)
    }
}

/// What a job can be recognised by.
fn marks(held: Held<'_>) -> impl Iterator<Item = (Common, &str)> {
    let reference = held.reference().unwrap_or_default();
    [(Common::Name, held.data_name()), (Common::Reference, reference)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
}

/// A length of 0 is not known yet.
fn may_be_equal(one: Option<u64>, other: Option<u64>) -> bool {
    let known = |length: Option<u64>| length.filter(|seconds| *seconds > 0);
    known(one).zip(known(other)).is_none_or(|(one, other)| one == other)
}

/// The part for a hash, by bits that a table does not look at.
fn part(hash: u32) -> usize {
    usize::try_from(spread(hash) >> 40).unwrap_or_default() % PARTS
}

/// A hash of 32 bits over the 64 that the table looks at.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EU1, EU1_OTHER, EU2, US1, fleet, job, round};
    use super::*;
    use crate::model::{EnvironmentId, Job, JobId, JobKey};

    fn named(id: &str, created: i64, name: &str, reference: Option<&str>, seconds: u64) -> Job {
        Job {
            data_name: name.into(),
            reference: reference.map(Into::into),
            duration_s: Some(seconds),
            ..job(id, created, "done")
        }
    }

    /// What is found for the job `a` of eu1.
    fn found(own: Job, theirs: &[Job]) -> Option<(String, Common, i64)> {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 9_000, &[own]);
        round(&mut store, US1, 1, 9_000, theirs);
        let key = JobKey { environment: EnvironmentId(0), id: JobId::new("a") };
        let found = store.resubmission(store.find(&key).unwrap())?;
        Some((store.job(found.other).unwrap().id().to_owned(), found.common, found.apart.as_secs()))
    }

    #[test]
    fn the_same_work_in_two_environments_within_an_hour_is_marked() {
        use Common::{Name, Reference};
        let own = || named("a", 0, "call.wav", Some("R-1"), 60);
        for (theirs, expected) in [
            (vec![named("b", 600, "call.wav", None, 60)], Some(("b", Name, 600))),
            (vec![named("b", -600, "call.wav", None, 60)], Some(("b", Name, -600))),
            (vec![named("b", 3_600, "call.wav", None, 60)], Some(("b", Name, 3_600))),
            (vec![named("b", 3_601, "call.wav", None, 60)], None),
            (vec![named("b", 600, "other.wav", None, 60)], None),
            (vec![named("b", 600, "", Some("R-1"), 60)], Some(("b", Reference, 600))),
            // A reference is no name.
            (vec![named("b", 600, "R-1", Some("call.wav"), 60)], None),
            // Another length is another recording of the same name; a length of 0 is not known yet.
            (vec![named("b", 600, "call.wav", None, 61)], None),
            (vec![named("b", 600, "call.wav", None, 0)], Some(("b", Name, 600))),
            (
                vec![named("b", 600, "call.wav", None, 60), named("c", -50, "call.wav", None, 60)],
                Some(("c", Name, -50)),
            ),
        ] {
            let expected = expected.map(|(id, common, apart)| (id.to_owned(), common, apart));
            assert_eq!(found(own(), &theirs), expected, "{theirs:?}");
        }
        let nameless = || named("a", 0, "", None, 60);
        assert_eq!(found(nameless(), &[named("b", 1, "", None, 60)]), None, "nothing in common is nothing");
    }

    #[test]
    fn twice_in_one_environment_or_listed_by_two_keys_is_not() {
        let mut store = Store::new(fleet());
        let jobs = [named("a", 0, "call.wav", None, 60), named("b", 5, "call.wav", None, 60)];
        round(&mut store, EU1, 1, 10, &jobs);
        round(&mut store, EU1_OTHER, 1, 10, &jobs);
        let handles: Vec<Handle> = store.jobs().map(|(handle, _)| handle).collect();
        assert_eq!(handles.len(), 2);
        assert!(handles.iter().all(|handle| store.resubmission(*handle).is_none()));
        // A job that went away is no resubmission any more.
        round(&mut store, EU2, 1, 10, &[named("c", 6, "call.wav", None, 60)]);
        assert!(handles.iter().all(|handle| store.resubmission(*handle).is_some()));
        round(&mut store, EU2, 2, 15, &[]);
        assert!(handles.iter().all(|handle| store.resubmission(*handle).is_none()));
    }

    #[test]
    fn the_index_is_bounded_and_keeps_the_newest() {
        let mut store = Store::new(fleet());
        let index = &mut store.resubmissions;
        let (count, now) = (i64::try_from(MOST).unwrap(), 2_000_000);
        for created in 0..count * 2 {
            let hash = u32::try_from(created % 150_000).unwrap();
            if index.len >= MOST && !index.forget(now) {
                continue;
            }
            index.insert(Entry { hash, handle: Handle::new(0), created: now - count * 2 + created });
        }
        let entries = || index.parts.iter().flat_map(HashTable::iter);
        assert_eq!(index.len, entries().count());
        assert!(index.len <= MOST, "{}", index.len);
        // From 128 KiB on a C library's allocator learns from what is freed.
        assert!(index.parts.iter().all(|part| part.allocation_size() < 128 << 10));
        assert!(entries().any(|entry| entry.created == now - 1), "the newest is there");
        for created in 0..1_000 {
            index.insert(Entry { hash: 7, handle: Handle::new(0), created: now + created });
        }
        let chain: Vec<i64> =
            index.parts.iter().flatten().filter(|entry| entry.hash == 7).map(|entry| entry.created).collect();
        assert_eq!((chain.len(), chain.iter().min()), (CHAIN, Some(&(now + 1_000 - 32))));
    }
}
