//! The jobs that may still change, and which pages show all of them: a page begins at the newest one
//! that has not been seen in this sweep, and shows a hundred, so that no fewer pages would do.

use std::collections::{BTreeMap, HashSet};

use super::covered::{BEGINNING, Stretch};
use crate::model::{Job, JobId};

/// The running jobs of a source, by the millisecond of their creation.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// In which sweep each was seen last.
    jobs: BTreeMap<(i64, JobId), u64>,
    sweep: u64,
    /// What is newer has been looked at in this sweep.
    at: i64,
}

impl Default for Running {
    fn default() -> Self {
        Self { jobs: BTreeMap::new(), sweep: 0, at: BEGINNING }
    }
}

impl Running {
    /// Takes note of a page: of its jobs, and of those that would be on it if they still were.
    pub(super) fn learn(&mut self, jobs: &[Job], whole: &[Stretch]) {
        for job in jobs {
            let Some(created) = job.created_at else { continue };
            let place = (created.as_millisecond(), job.id.clone());
            if job.status.is_active() {
                self.jobs.insert(place, self.sweep);
            } else {
                self.jobs.remove(&place);
            }
        }
        let listed: HashSet<&JobId> = jobs.iter().map(|job| &job.id).collect();
        for stretch in whole {
            let held = self.jobs.range(first(stretch.lo)..first(stretch.hi.saturating_add(1)));
            let gone: Vec<_> =
                held.map(|(place, _)| place).filter(|place| !listed.contains(&place.1)).cloned().collect();
            for place in gone {
                self.jobs.remove(&place);
            }
        }
    }

    /// Begins to look at all jobs up to `hi`, unless that is still going on.
    pub(super) fn begin_sweep(&mut self, hi: i64) {
        if self.next().is_none() {
            self.sweep += 1;
            self.at = hi;
        }
    }

    /// The number of the sweep.
    pub(super) fn sweep(&self) -> u64 {
        self.sweep
    }

    /// What is newer than `ms` has been looked at.
    pub(super) fn pass(&mut self, ms: i64) {
        self.at = self.at.min(ms);
    }

    /// The moment of the newest job that is still to be looked at in this sweep.
    pub(super) fn next(&self) -> Option<i64> {
        let older = self.jobs.range(..first(self.at.saturating_add(1))).rev();
        older.map(|(place, seen)| (place.0, *seen)).find(|(_, seen)| *seen < self.sweep).map(|(at, _)| at)
    }
}

/// The first place of a millisecond. No id is shorter than the empty one.
fn first(ms: i64) -> (i64, JobId) {
    (ms, JobId::new(""))
}
