//! The visible rows: which jobs, in which order. They are refreshed only when the store's revision, the
//! query or the sort changed (or time passed, where the query asks for it).

use jiff::Timestamp;

use super::query::{Query, Scratch, Subject};
use super::{Handle, Sort, Store};
use crate::model::JobKey;

/// The rows of the jobs pane, as handles into the store at one revision.
#[derive(Debug, Default)]
pub struct Rows {
    handles: Vec<Handle>,
    total: usize,
}

impl Rows {
    /// Filters and sorts the whole store.
    pub fn build(store: &Store, query: &Query, sort: Sort, now: Timestamp, scratch: &mut Scratch) -> Self {
        let fleet = store.fleet();
        let mut total = 0;
        let mut picked = Vec::new();
        for (handle, held) in store.jobs() {
            total += 1;
            let Some(source) = fleet.source(held.source) else { continue };
            let Some(environment) = fleet.environment(source.environment) else { continue };
            let subject = Subject {
                job: &held.job,
                environment: environment.name.as_str(),
                region: environment.region.as_str(),
                key: fleet.key_name(source.key),
            };
            if query.is_empty() || query.matches(&subject, now, scratch) {
                picked.push((handle, held));
            }
        }
        picked.sort_unstable_by(|(_, a), (_, b)| sort.compare(fleet, a, b));
        Self { handles: picked.into_iter().map(|(handle, _)| handle).collect(), total }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.handles.len()
    }

    /// Whether nothing matches.
    pub fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// How many jobs there are before filtering.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The job of a row.
    pub fn get(&self, row: usize) -> Option<Handle> {
        self.handles.get(row).copied()
    }

    /// The rows from `first`, at most `count`.
    pub fn slice(&self, first: usize, count: usize) -> &[Handle] {
        let end = first.saturating_add(count).min(self.handles.len());
        self.handles.get(first..end).unwrap_or_default()
    }

    /// Where a job stands, if it is among the rows.
    pub fn position(&self, store: &Store, key: &JobKey) -> Option<usize> {
        let handle = store.find(key)?;
        self.handles.iter().position(|row| *row == handle)
    }
}
