//! Counts over the merged jobs, for the header and the environments pane.

use jiff::Timestamp;

use super::Store;
use crate::model::{EnvironmentId, EnvironmentState, Status};

/// Jobs of one environment, or of all, by what an operator asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub jobs: usize,
    /// Still running, or in a state that may change by itself.
    pub active: usize,
    /// Rejected, of those submitted since the start of the day.
    pub rejected_today: usize,
}

/// Counts for every environment, and over all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Over all environments.
    pub total: Counts,
    /// By environment.
    pub environments: Vec<Counts>,
}

impl Summary {
    /// The counts of one environment.
    pub fn environment(&self, id: EnvironmentId) -> Counts {
        self.environments.get(id.index()).copied().unwrap_or_default()
    }
}

impl Store {
    /// Counts everything afresh. `today` is the start of the day in the zone that the user reads.
    pub fn summary(&self, today: Timestamp) -> Summary {
        let mut summary = Summary {
            environments: vec![Counts::default(); self.fleet.environments.len()],
            ..Summary::default()
        };
        for (_, held) in self.jobs() {
            let Some(source) = self.fleet.source(held.source) else { continue };
            let active = held.job.status.is_active();
            let rejected = held.job.status == Status::Rejected
                && held.job.created_at.is_some_and(|created| created >= today);
            let own = summary.environments.get_mut(source.environment.index());
            for counts in [Some(&mut summary.total), own].into_iter().flatten() {
                counts.jobs += 1;
                counts.active += usize::from(active);
                counts.rejected_today += usize::from(rejected);
            }
        }
        summary
    }

    /// How many environments answer as they should, quickly or slowly.
    pub fn environments_up(&self) -> usize {
        use EnvironmentState::{Slow, Up};
        self.health.iter().filter(|health| matches!(health.state(), Up | Slow)).count()
    }
}
