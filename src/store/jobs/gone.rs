//! Listings that go: those that a round or a page should have brought and did not. They are taken out of everything
//! that is kept up.

use std::collections::HashSet;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use super::super::row::Row;
use super::{Handle, Jobs, moment, round};
use crate::model::{EnvironmentId, Job, SourceId, Span};
use crate::store::summary::Tally;

/// So many listings that go at once are taken out of the orders in one pass.
const MANY: usize = 4_096;

impl Jobs {
    /// Drops the listings of a source that the round did not bring, of those created after `since`
    /// (`None` for all); says how many went.
    pub(in crate::store) fn remove_unseen(
        &mut self,
        source: SourceId,
        seen: u64,
        since: Option<Timestamp>,
    ) -> usize {
        let seen = round(seen);
        let Some(list) = self.lists.get(source.index()) else { return 0 };
        // The quiet case: the round brought all there is.
        if list.round == (seen, list.order.len()) {
            return 0;
        }
        let after = since.map(moment);
        let rows = list.order.iter().filter_map(|handle| Some((handle, self.slab.get(handle)?)));
        let doomed: Vec<Handle> = rows
            .take_while(|(_, row)| after.is_none_or(|after| row.created().is_some_and(|at| at > after)))
            .filter(|(_, row)| row.seen < seen)
            .map(|(handle, _)| handle)
            .collect();
        self.remove(source, &doomed);
        doomed.len()
    }

    /// Drops the listings of a source that lie in a stretch of which `jobs` are all, and are not among
    /// them; says how many went.
    pub(in crate::store) fn remove_absent(
        &mut self,
        source: SourceId,
        jobs: &[Job],
        spans: &[Span],
    ) -> usize {
        let Some(list) = self.lists.get(source.index()).filter(|_| !spans.is_empty()) else { return 0 };
        let created = |handle| self.slab.get(handle).and_then(Row::created);
        let within = |span: &Span| {
            let (first, last) = (moment(span.first), moment(span.last));
            let newer = move |handle: &Handle| created(*handle).is_some_and(|at| at > last);
            list.order.from(newer).take_while(move |handle| created(*handle).is_some_and(|at| at >= first))
        };
        let held: Vec<Handle> = spans.iter().flat_map(within).collect();
        // Of history that is read for the first time nothing is held.
        if held.is_empty() {
            return 0;
        }
        let listed: HashSet<&str, RandomState> = jobs.iter().map(|job| job.id.as_str()).collect();
        let absent =
            |handle: &Handle| self.slab.get(*handle).is_some_and(|row| !listed.contains(row.id(&self.words)));
        let doomed: Vec<Handle> = held.into_iter().filter(absent).collect();
        self.remove(source, &doomed);
        doomed.len()
    }

    fn remove(&mut self, source: SourceId, doomed: &[Handle]) {
        let many = doomed.len() > MANY;
        let ids: Vec<_> = doomed.iter().filter_map(|handle| self.drop_listing(*handle, many)).collect();
        if many {
            let slab = &self.slab;
            let stays = |handle: Handle| slab.get(handle).is_some_and(|row| row.shown);
            self.ages.retain(stays);
            if let Some(list) = self.lists.get_mut(source.index()) {
                list.order.retain(|handle| slab.get(handle).is_some());
            }
        }
        self.words.compact(&mut self.slab);
        for (environment, hash, id) in ids {
            self.share_out(environment, hash, &id);
        }
    }

    /// Takes a listing out of everything (but of the orders, where they are swept afterwards); gives what
    /// must be regrouped.
    fn drop_listing(&mut self, handle: Handle, swept: bool) -> Option<(EnvironmentId, u64, Box<str>)> {
        let row = self.slab.get(handle)?;
        let (source, shown, hash) = (row.source, row.shown, self.hash(row.id(&self.words)));
        let list = self.lists.get_mut(source.index())?;
        // Brought by the round and gone within it: it is none of those that the round has brought.
        list.round.1 = list.round.1.saturating_sub(usize::from(list.round.0 == row.seen));
        let environment = list.environment;
        if shown {
            self.count(environment, handle, Tally::remove);
            if !swept {
                self.leave_ages(handle);
            }
            self.journal.push(handle);
        }
        if !swept {
            self.delist(source, handle);
        }
        let place = self.places.get_mut(environment.index())?;
        place.index.remove(hash, handle);
        let shared = place.shared.remove(&handle);
        let row = self.slab.remove(handle)?;
        let shared = shared.then(|| (environment, hash, row.id(&self.words).into()));
        self.words.set_errors(handle, Some(&row), &[]);
        self.words.release(&row, None);
        shared
    }
}
