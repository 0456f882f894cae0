//! The merged view: who speaks for a job that several keys list, and what follows from a listing being
//! shown or hidden (the counts, the order by age, the journal).

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::super::row::{Held, Row, Words};
use super::super::slab::Slab;
use super::super::summary::Tally;
use super::{Handle, Jobs, List, Sweep};
use crate::model::{EnvironmentId, Job, SourceId, Status};

/// So many listings are looked at in one go when a source fails or recovers: a millisecond or two.
const SETTLED: usize = 2_048;

impl Jobs {
    /// The status that a source listed of a job, and in which round it did last.
    pub(in crate::store) fn listing(&self, source: SourceId, id: &str) -> Option<(Status, u64)> {
        let held = self.listed_by(source, id)?;
        Some((held.status().clone(), held.row.seen.into()))
    }

    /// A job as a source listed it.
    pub(in crate::store) fn listed(&self, source: SourceId, id: &str) -> Option<Job> {
        self.listed_by(source, id).map(Held::to_job)
    }

    fn listed_by(&self, source: SourceId, id: &str) -> Option<Held<'_>> {
        let environment = self.lists.get(source.index())?.environment;
        let mut listings = self.listings(environment, self.hash(id), id);
        let (handle, _) = listings.find(|(_, row)| row.source == source)?;
        self.get(handle)
    }

    /// Notes whether a source answers with jobs: another one may now speak for those that both list.
    pub(in crate::store) fn set_stale(&mut self, source: SourceId, stale: bool) {
        let Some(list) = self.lists.get_mut(source.index()) else { return };
        if std::mem::replace(&mut list.stale, stale) == stale {
            return;
        }
        if self.places.get(list.environment.index()).is_some_and(|place| place.shared.is_empty()) {
            return;
        }
        self.sweeps.retain(|sweep| sweep.source != source);
        self.sweeps.push(Sweep { source, at: 0 });
        // A fleet of usual size is settled at once.
        self.settle(SETTLED);
    }

    /// Whether there are jobs for which it has to be decided afresh who speaks for them.
    pub(in crate::store) fn is_settling(&self) -> bool {
        !self.sweeps.is_empty()
    }

    /// Decides that for some of them, looking at no more than so many listings. Until all are decided, who
    /// spoke for a job goes on speaking for it.
    pub(in crate::store) fn settle(&mut self, most: usize) {
        let Some(Sweep { source, at }) = self.sweeps.pop() else { return };
        let end = (at + most).min(self.slab.places());
        let Some(environment) = self.lists.get(source.index()).map(|list| list.environment) else { return };
        for handle in (at..end).filter_map(|at| u32::try_from(at).ok()).map(Handle::new) {
            let Some(row) = self.slab.get(handle).filter(|row| row.source == source) else { continue };
            if self.places.get(environment.index()).is_some_and(|place| place.shared.contains(&handle)) {
                let id: Box<str> = row.id(&self.words).into();
                self.regroup(environment, self.hash(&id), &id);
            }
        }
        if end < self.slab.places() {
            self.sweeps.push(Sweep { source, at: end });
        }
    }

    /// Whether more than one key is tried at an environment.
    pub(in crate::store) fn has_rivals(&self, environment: EnvironmentId) -> bool {
        self.places.get(environment.index()).is_some_and(|place| place.rivalry)
    }

    /// The sources that list a job.
    pub(in crate::store) fn listers<'a>(
        &'a self,
        environment: EnvironmentId,
        id: &'a str,
    ) -> impl Iterator<Item = SourceId> + use<'a> {
        self.listings(environment, self.hash(id), id).map(|(_, row)| row.source)
    }

    /// Decides who speaks for a job of which a listing came or went. Whoever it is, which keys list it has changed,
    /// and with that what a query says of it.
    pub(super) fn share_out(&mut self, environment: EnvironmentId, hash: u64, id: &str) {
        let speaker = |jobs: &Self| {
            let mut listings = jobs.listings(environment, hash, id);
            listings.find(|(_, row)| row.shown).map(|(handle, _)| handle)
        };
        let before = speaker(self);
        self.regroup(environment, hash, id);
        if let Some(handle) = before.filter(|before| speaker(self) == Some(*before)) {
            self.journal.push(handle);
        }
    }

    /// Decides afresh who speaks for a job.
    fn regroup(&mut self, environment: EnvironmentId, hash: u64, id: &str) {
        let rank = |row: &Row| (self.lists.get(row.source.index()).is_none_or(|list| list.stale), row.source);
        let mut group: Vec<_> = self
            .listings(environment, hash, id)
            .map(|(handle, row)| (rank(row), handle, row.shown))
            .collect();
        group.sort_unstable_by_key(|(rank, ..)| *rank);
        let shared = group.len() > 1;
        if let Some(place) = self.places.get_mut(environment.index()) {
            for (_, handle, _) in &group {
                if shared {
                    place.shared.insert(*handle);
                } else {
                    place.shared.remove(handle);
                }
            }
        }
        // Who no longer speaks goes before who speaks now comes: no order holds a job twice.
        for (_, handle, _) in group.iter().skip(1).filter(|(.., shown)| *shown) {
            self.hide(environment, *handle);
        }
        if let Some((_, handle, false)) = group.first() {
            self.show(environment, *handle);
        }
    }

    pub(super) fn show(&mut self, environment: EnvironmentId, handle: Handle) {
        if let Some(row) = self.slab.get_mut(handle) {
            row.shown = true;
        }
        self.count(environment, handle, Tally::add);
        self.join_ages(handle);
        self.journal.push(handle);
    }

    fn hide(&mut self, environment: EnvironmentId, handle: Handle) {
        self.count(environment, handle, Tally::remove);
        self.leave_ages(handle);
        if let Some(row) = self.slab.get_mut(handle) {
            row.shown = false;
        }
        self.journal.push(handle);
    }

    pub(super) fn count(
        &mut self,
        environment: EnvironmentId,
        handle: Handle,
        how: fn(&mut Tally, Handle, Held<'_>),
    ) {
        if self.gathers {
            return;
        }
        let (row, signature) = (self.slab.get(handle), self.signatures.get(handle));
        let (Some(row), Some(signature)) = (row, signature) else { return };
        if let Some(place) = self.places.get_mut(environment.index()) {
            how(&mut place.tally, handle, Held { handle, row, signature, words: &self.words });
        }
    }

    /// Takes a job's end into the history of its environment.
    pub(in crate::store) fn note_end(
        &mut self,
        environment: EnvironmentId,
        handle: Handle,
        at: Timestamp,
        took: SignedDuration,
    ) {
        let (row, signature) = (self.slab.get(handle), self.signatures.get(handle));
        let (Some(row), Some(signature)) = (row, signature) else { return };
        if let Some(place) = self.places.get_mut(environment.index()) {
            let held = Held { handle, row, signature, words: &self.words };
            place.tally.watch_mut().turnarounds_mut().note(held, at, took);
        }
    }

    /// Where the history has moved what counts as usual, judges the running jobs anew: in one go, as few run at once.
    pub(in crate::store) fn judge_anew(&mut self, environment: EnvironmentId) {
        let Some(place) = self.places.get_mut(environment.index()) else { return };
        let watch = place.tally.watch_mut();
        if !watch.turnarounds_mut().weigh() {
            return;
        }
        for handle in watch.take_all() {
            if let (Some(row), Some(signature)) = (self.slab.get(handle), self.signatures.get(handle)) {
                watch.add(handle, Held { handle, row, signature, words: &self.words });
            }
        }
    }

    /// The stuck jobs of all environments, as the default sort has them.
    pub(in crate::store) fn stuck_by_age(&self) -> Vec<Handle> {
        let mut stuck: Vec<Handle> = self.tallies().flat_map(|tally| tally.watch().stuck()).collect();
        stuck.sort_unstable_by(|a, b| by_age((&self.slab, &self.words), &self.lists, *a, *b));
        stuck
    }

    pub(super) fn join_ages(&mut self, handle: Handle) {
        if self.gathers {
            return;
        }
        let (rows, lists) = ((&self.slab, &self.words), &self.lists);
        self.ages.insert(handle, |held| by_age(rows, lists, held, handle));
    }

    pub(super) fn leave_ages(&mut self, handle: Handle) {
        if self.gathers {
            return;
        }
        let (rows, lists) = ((&self.slab, &self.words), &self.lists);
        self.ages.remove(handle, |held| by_age(rows, lists, held, handle));
    }
}

/// Newest first; what has no date last. `Sort::compare` says the same of the default sort.
fn by_age((slab, words): (&Slab<Row>, &Words), lists: &[List], a: Handle, b: Handle) -> Ordering {
    let (Some(a), Some(b)) = (slab.get(a), slab.get(b)) else { return a.cmp(&b) };
    let environment = |row: &Row| lists.get(row.source.index()).map(|list| list.environment);
    // `None` is less than any moment, and so last.
    let by_moment = b.created().cmp(&a.created());
    by_moment.then_with(|| environment(a).cmp(&environment(b))).then_with(|| a.id(words).cmp(b.id(words)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Job, Status};
    use crate::store::fixture::{EU1, EU1_OTHER, US1, fleet, job};

    fn lists(jobs: &Jobs, source: SourceId) -> usize {
        jobs.ages()
            .iter()
            .filter(|handle| jobs.get(*handle).is_some_and(|held| held.source() == source))
            .count()
    }

    #[test]
    fn whoever_answers_comes_to_speak_for_all_in_bounded_steps() {
        let count = 3 * SETTLED;
        let ids = (0..count).map(|number| job(&format!("j{number}"), 0, "done"));
        let mut jobs = Jobs::new(&fleet());
        for job in ids {
            jobs.put(EU1, &job, 1);
            jobs.put(EU1_OTHER, &Job { status: Status::Running, ..job }, 1);
        }
        jobs.put(US1, &job("alone", 0, "done"), 1);
        assert_eq!((lists(&jobs, EU1), lists(&jobs, EU1_OTHER), jobs.is_settling()), (count, 0, false));
        jobs.set_stale(EU1, true);
        let after_one = lists(&jobs, EU1_OTHER);
        assert!(jobs.is_settling() && (1..=SETTLED).contains(&after_one), "{after_one} at once");
        // It comes back before all is settled, and goes again.
        jobs.set_stale(EU1, false);
        jobs.settle(SETTLED);
        jobs.set_stale(EU1, true);
        while jobs.is_settling() {
            let before = lists(&jobs, EU1_OTHER);
            jobs.settle(500);
            assert!(lists(&jobs, EU1_OTHER) <= before + 500);
            assert_eq!(jobs.ages().len(), count + 1, "no job is lost or doubled on the way");
        }
        assert_eq!((lists(&jobs, EU1), lists(&jobs, EU1_OTHER), lists(&jobs, US1)), (0, count, 1));
        jobs.set_stale(US1, true);
        assert!(!jobs.is_settling(), "nobody else lists its jobs");
    }
}
