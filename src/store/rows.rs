//! The visible rows: which jobs, in which order. A change of some jobs moves those jobs' rows and looks at
//! no others; a new query or sort is a [`Build`].

use jiff::Timestamp;

use super::build::Build;
use super::order::Order;
use super::picking::Asking;
use super::query::{Query, Scratch, Signature};
use super::room::give_back;
use super::{Handle, Held, Sort, Store};
use crate::model::JobKey;

/// What the rows are to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) query: Query,
    pub(super) sort: Sort,
    /// Whether stuck jobs alone.
    pub(super) stuck: bool,
}

impl Wanted {
    pub(super) fn new(query: &Query, sort: Sort) -> Self {
        Self { query: query.clone(), sort, stuck: false }
    }

    /// Whether a job may match, as far as that can be told without reading its text.
    pub(super) fn may_match(&self, store: &Store, handle: Handle) -> bool {
        store.jobs.signature(handle).is_some_and(|signature| self.query.may_mean(signature))
    }

    /// Whether [`may_match`](Self::may_match) may rule any job out.
    pub(super) fn asks_of_text(&self) -> bool {
        self.query.asks_of_text()
    }

    /// Whether [`matches`](Self::matches) or the sort may read a job's text.
    pub(super) fn reads_text(&self) -> bool {
        self.sort.is_of_text() || self.query.reads_text(Signature::ANY)
    }

    /// A job, if it is shown and matches.
    pub(super) fn matches<'a>(
        &self,
        asking: &Asking<'a>,
        handle: Handle,
        scratch: &mut Scratch,
    ) -> Option<Held<'a>> {
        let held = asking.store.jobs.shown(handle)?;
        if self.stuck && !asking.store.is_stuck(handle) {
            return None;
        }
        if self.query.is_empty() {
            return Some(held);
        }
        let origin = asking.origins.get(held.source().index()).copied().flatten()?;
        self.query.matches(&origin.subject(&held), asking.now, scratch).then_some(held)
    }
}

/// Room for so many changed jobs is kept.
const ROOM: usize = 1_024;

/// How far rows have kept up with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// They are true.
    All,
    /// They lack some jobs still: follow again.
    Some,
    /// Too much has changed since: build them afresh.
    Lost,
}

/// The rows of the jobs pane, as handles into the store.
#[derive(Debug)]
pub struct Rows {
    wanted: Wanted,
    order: Order,
    total: usize,
    /// The place in the store's journal up to which they are true.
    at: u64,
    /// Jobs that changed and have not been looked at since.
    waiting: Vec<Handle>,
}

impl Default for Rows {
    /// No rows, as of a store that knows no job.
    fn default() -> Self {
        Self::new(Wanted::default(), Order::with_homes(), 0)
    }
}

impl Rows {
    pub(super) fn new(wanted: Wanted, order: Order, at: u64) -> Self {
        Self { wanted, total: order.len(), order, at, waiting: Vec::new() }
    }

    /// Filters and sorts the whole store at once.
    pub fn build(store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Self {
        let mut build = Build::start(store, query, sort, now);
        let mut rows = loop {
            if let Some(rows) = build.step(store) {
                break rows;
            }
        };
        rows.total = store.jobs.ages().len();
        rows
    }

    /// Takes over what changed in the store since, looking at no more than `most` jobs. Rows that have
    /// not seen all changes lack the jobs that they have not looked at.
    pub fn follow(&mut self, store: &Store, now: Timestamp, scratch: &mut Scratch, most: usize) -> Followed {
        self.total = store.jobs.ages().len();
        let Some(changed) = store.jobs.journal().since(self.at) else { return Followed::Lost };
        // First everything that changed goes: what is left is in order, and can be compared with.
        for handle in changed {
            self.order.remove_at_home(*handle);
        }
        self.waiting.extend_from_slice(changed);
        self.at = store.jobs.journal().end();
        let asking = Asking { store, wanted: &self.wanted, now, key: None, origins: store.origins() };
        for _ in 0..most {
            let Some(handle) = self.waiting.pop() else {
                // While a history is read there may be hundreds of thousands.
                self.waiting.shrink_to(ROOM);
                return Followed::All;
            };
            // It may have changed twice.
            if !self.order.contains(handle) && self.wanted.matches(&asking, handle, scratch).is_some() {
                insert(&mut self.order, &asking, handle);
            }
        }
        if self.waiting.is_empty() { Followed::All } else { Followed::Some }
    }

    /// For how many changed jobs there is room.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.waiting.capacity()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nothing matches.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many jobs there are before filtering.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The job of a row.
    pub fn get(&self, row: usize) -> Option<Handle> {
        self.order.get(row)
    }

    /// The rows from `first`, at most `count`.
    pub fn slice(&self, first: usize, count: usize) -> Vec<Handle> {
        self.order.slice(first, count)
    }

    /// Whether a job is among the rows.
    pub fn contains(&self, handle: Handle) -> bool {
        self.order.contains(handle)
    }

    /// Where a job stands, if it is among the rows.
    pub fn position(&self, store: &Store, key: &JobKey) -> Option<usize> {
        self.order.position(store.find(key)?)
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        give_back(&mut self.waiting);
    }
}

/// Puts a job's row where it belongs.
fn insert(order: &mut Order, asking: &Asking<'_>, handle: Handle) {
    let (store, sort) = (asking.store, asking.wanted.sort);
    let Some(new) = store.job(handle) else { return };
    order.insert(handle, |held| {
        store.job(held).map_or(std::cmp::Ordering::Less, |held| sort.compare(store.fleet(), held, new))
    });
}
