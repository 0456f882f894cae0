//! The merged view: who speaks for a job that several keys list, and what follows from a listing being
//! shown or hidden (the counts, the order by age, the journal).

use std::cmp::Ordering;

use super::super::row::{Held, Row};
use super::super::slab::Slab;
use super::super::summary::Tally;
use super::{Handle, Jobs, List};
use crate::model::{EnvironmentId, Job, SourceId, Status};

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
        let environment = list.environment;
        let Some(place) = self.places.get(environment.index()) else { return };
        let ids: Vec<Box<str>> = place
            .shared
            .iter()
            .filter_map(|handle| self.slab.get(*handle))
            .filter(|row| row.source == source)
            .map(|row| row.id().into())
            .collect();
        for id in ids {
            self.regroup(environment, self.hash(&id), &id);
        }
    }

    /// Decides afresh who speaks for a job.
    pub(super) fn regroup(&mut self, environment: EnvironmentId, hash: u32, id: &str) {
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
        how: fn(&mut Tally, Held<'_>),
    ) {
        let Some(row) = self.slab.get(handle) else { return };
        if let Some(place) = self.places.get_mut(environment.index()) {
            how(&mut place.tally, Held { row, words: &self.words });
        }
    }

    pub(super) fn join_ages(&mut self, handle: Handle) {
        let (slab, lists) = (&self.slab, &self.lists);
        self.ages.insert(handle, |held| by_age(slab, lists, held, handle));
    }

    pub(super) fn leave_ages(&mut self, handle: Handle) {
        let (slab, lists) = (&self.slab, &self.lists);
        self.ages.remove(handle, |held| by_age(slab, lists, held, handle));
    }
}

/// Newest first; what has no date last. `Sort::compare` says the same of the default sort.
fn by_age(slab: &Slab, lists: &[List], a: Handle, b: Handle) -> Ordering {
    let (Some(a), Some(b)) = (slab.get(a), slab.get(b)) else { return a.cmp(&b) };
    let environment = |row: &Row| lists.get(row.source.index()).map(|list| list.environment);
    // `None` is less than any moment, and so last.
    let by_moment = b.created().cmp(&a.created());
    by_moment.then_with(|| environment(a).cmp(&environment(b))).then_with(|| a.id().cmp(b.id()))
}
