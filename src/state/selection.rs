//! Which job is selected, and which rows are in view.
//!
//! The selection is a job, not a row: it survives sorting, filtering and refreshes. The top of the list
//! is live: new jobs appear there, and the selection moves down with its job. Once scrolled, the view
//! stands still instead: the selected job keeps its line, so that nothing is pushed away under
//! somebody's eyes.

use crate::model::JobKey;
use crate::store::{Rows, Store};

/// The cursor of the jobs pane.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    job: Option<JobKey>,
    /// Whether the job is among the rows; a filter may hide it without ending the selection.
    visible: bool,
    row: usize,
    first: usize,
}

impl Selection {
    /// The selected job.
    pub fn job(&self) -> Option<&JobKey> {
        self.job.as_ref()
    }

    /// Its row, if a job is selected and the filter does not hide it.
    pub fn row(&self) -> Option<usize> {
        self.visible.then_some(self.row)
    }

    /// The first row in view.
    pub fn first(&self) -> usize {
        self.first
    }

    /// Selects nothing and follows the top again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Selects the job of a row; the last one where there are fewer.
    pub fn select(&mut self, store: &Store, rows: &Rows, row: usize) {
        let row = row.min(rows.len().saturating_sub(1));
        self.job = rows.get(row).and_then(|handle| store.key_of(handle));
        self.visible = self.job.is_some();
        self.row = row;
    }

    /// Selects a job, wherever its row is.
    pub(super) fn select_job(&mut self, job: JobKey) {
        (self.job, self.visible) = (Some(job), false);
    }

    /// Moves by rows. Without a selection the first step down selects the first row in view.
    pub fn step(&mut self, store: &Store, rows: &Rows, by: isize) {
        let row = match self.row() {
            Some(row) => row.saturating_add_signed(by),
            None if by == 1 || by == -1 => self.first,
            None => self.first.saturating_add_signed(by),
        };
        self.select(store, rows, row);
    }

    /// Moves the view by rows. The selected row comes along only where it would leave the view.
    pub(super) fn scroll(&mut self, store: &Store, rows: &Rows, by: isize, height: usize) {
        let last = rows.len().saturating_sub(height);
        self.first = self.first.saturating_add_signed(by).min(last);
        if let Some(row) = self.row() {
            let kept = row.clamp(self.first, self.first + height.saturating_sub(1));
            if kept != row {
                self.select(store, rows, kept);
            }
        }
    }

    /// Fits the selection to new rows or a new height: finds the job's row, keeps its line on the
    /// screen, and keeps the view inside the rows. Where the job went away for good its place is taken
    /// by the row that is there now.
    pub(super) fn settle(&mut self, store: &Store, rows: &Rows, height: usize) {
        if let Some(job) = &self.job {
            let line = self.row.saturating_sub(self.first);
            match rows.position(store, job) {
                Some(row) => {
                    // At the top the view is live; further down it stands still.
                    if self.first > 0 {
                        self.first = row.saturating_sub(line);
                    }
                    self.row = row;
                    self.visible = true;
                }
                None if store.find(job).is_some() => self.visible = false,
                None => self.select(store, rows, self.row),
            }
        }
        if let Some(row) = self.row() {
            if row < self.first {
                self.first = row;
            } else if height > 0 && row >= self.first + height {
                self.first = row + 1 - height;
            }
        }
        self.first = self.first.min(rows.len().saturating_sub(height));
    }
}
