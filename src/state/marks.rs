//! The marked jobs: by one, by a range, or all that the filter shows. A mark is a job, not a row, and
//! outlives sorting, filtering and refreshes. What failed of a job that was marked stays with its mark.

use std::collections::BTreeMap;

use super::{Action, State};
use crate::model::JobKey;

/// So many jobs may be marked at once.
const MOST: usize = 10_000;

/// The marked jobs.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    jobs: BTreeMap<JobKey, Option<String>>,
    /// Where a range begins that is being marked.
    from: Option<JobKey>,
}

impl Marks {
    /// How many.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Whether a job is marked, and why what was wanted of it failed.
    pub fn of(&self, key: &JobKey) -> Option<Option<&str>> {
        self.jobs.get(key).map(Option::as_deref)
    }

    /// The marked jobs, by environment and id.
    pub fn jobs(&self) -> impl Iterator<Item = &JobKey> {
        self.jobs.keys()
    }

    /// Whether a range is being marked.
    pub fn is_ranging(&self) -> bool {
        self.from.is_some()
    }

    pub(super) fn remove(&mut self, key: &JobKey) {
        self.jobs.remove(key);
    }

    /// Marks a job because what was wanted of it failed.
    pub(super) fn fail(&mut self, key: JobKey, why: String) {
        self.jobs.insert(key, Some(why));
    }

    /// Marks as many as there is room for; says whether all are marked.
    fn add(&mut self, keys: impl Iterator<Item = JobKey>) -> bool {
        for key in keys {
            if self.jobs.len() >= MOST && !self.jobs.contains_key(&key) {
                return false;
            }
            self.jobs.entry(key).or_default();
        }
        true
    }
}

impl State {
    /// Marks or unmarks the selected job, and goes on to the next.
    pub(super) fn toggle_mark(&mut self) {
        let Some((key, _)) = self.selected_one() else { return };
        if self.marks.jobs.remove(&key).is_none() {
            let all = self.marks.add(std::iter::once(key));
            self.say_marked(all);
        }
        self.selection.step(&self.store, &self.rows, 1);
    }

    /// Begins a range at the selected job; the second time marks all from there to the selected one.
    pub(super) fn mark_range(&mut self) {
        let Some((key, _)) = self.selected_one() else { return };
        let begun = self.marks.from.take();
        let place = |key: &JobKey| self.rows.position(&self.store, key);
        let Some((from, to)) = begun.as_ref().and_then(place).zip(place(&key)) else {
            let again = self.key_of(Action::MarkRange);
            self.remark(format!(
                "a range begins here: {again} again marks up to the row that is selected then"
            ));
            self.marks.from = Some(key);
            return;
        };
        self.mark_rows(from.min(to), from.abs_diff(to) + 1);
    }

    /// Marks all that the filter shows.
    pub(super) fn mark_all(&mut self) {
        self.mark_rows(0, self.rows.len());
    }

    /// Marks nothing any more.
    pub(super) fn clear_marks(&mut self) {
        self.marks = Marks::default();
    }

    fn mark_rows(&mut self, first: usize, count: usize) {
        let rows = self.rows.slice(first, count.min(MOST + 1));
        let all = self.marks.add(rows.iter().filter_map(|handle| self.store.key_of(*handle)));
        self.say_marked(all);
    }

    fn say_marked(&mut self, all: bool) {
        let count = self.marks.len();
        self.remark(if all {
            format!("{count} marked")
        } else {
            format!("{count} marked, which is the most; the others are not")
        });
    }
}
