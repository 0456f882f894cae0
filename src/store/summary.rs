//! Counts over the merged jobs, for the header and the environments pane. They are kept up with every
//! change; asking for them counts nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::hours::Hours;
use super::overdue::Watch;
use super::row::Held;
use super::{Handle, Store};
use crate::model::{EnvironmentId, EnvironmentState, Status};

/// Jobs of one environment, or of all, by what an operator asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub jobs: usize,
    /// Still running, or in a state that may change by itself.
    pub active: usize,
    /// Of those, the ones that run for far longer than is usual where they are.
    pub stuck: usize,
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

/// What is counted of the jobs that one environment shows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    jobs: usize,
    active: usize,
    /// Rejected jobs by the hour they were submitted in, so that a day is a few dozen numbers.
    rejected: BTreeMap<i64, Hour>,
    hours: Hours,
    watch: Watch,
}

#[derive(Debug, Default)]
struct Hour {
    jobs: usize,
    moments: BTreeMap<Timestamp, usize>,
}

impl Tally {
    pub(super) fn add(&mut self, handle: Handle, held: Held<'_>) {
        self.hours.add(held);
        self.watch.add(handle, held);
        self.jobs += 1;
        self.active += usize::from(held.status().is_active());
        if let Some(at) = rejected(held) {
            let hour = self.rejected.entry(hour_of(at)).or_default();
            hour.jobs += 1;
            *hour.moments.entry(at).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, handle: Handle, held: Held<'_>) {
        self.hours.remove(held);
        self.watch.remove(handle, held);
        self.jobs = self.jobs.saturating_sub(1);
        self.active = self.active.saturating_sub(usize::from(held.status().is_active()));
        let Some(at) = rejected(held) else { return };
        let Some(hour) = self.rejected.get_mut(&hour_of(at)) else { return };
        hour.jobs = hour.jobs.saturating_sub(1);
        if let Some(count) = hour.moments.get_mut(&at) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                hour.moments.remove(&at);
            }
        }
        if hour.jobs == 0 {
            self.rejected.remove(&hour_of(at));
        }
    }

    fn rejected_since(&self, start: Timestamp) -> usize {
        let first = hour_of(start);
        let within = self
            .rejected
            .get(&first)
            .map_or(0, |hour| hour.moments.range(start..).map(|(_, count)| *count).sum());
        let behind: usize = self.rejected.range(first.saturating_add(1)..).map(|(_, hour)| hour.jobs).sum();
        within + behind
    }

    fn counts(&self, today: Timestamp) -> Counts {
        let rejected_today = self.rejected_since(today);
        Counts { jobs: self.jobs, active: self.active, stuck: self.watch.count(), rejected_today }
    }

    pub(super) fn active(&self) -> usize {
        self.active
    }

    pub(super) fn hours(&self) -> &Hours {
        &self.hours
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(super) fn watch_mut(&mut self) -> &mut Watch {
        &mut self.watch
    }
}

/// When a rejected job was submitted; a job without a date is not of any day.
fn rejected(held: Held<'_>) -> Option<Timestamp> {
    if *held.status() == Status::Rejected { held.created_at() } else { None }
}

fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}

impl Store {
    /// The counts. `today` is the start of the day in the zone that the user reads.
    pub fn summary(&self, today: Timestamp) -> Summary {
        let mut summary = Summary {
            environments: self.jobs.tallies().map(|tally| tally.counts(today)).collect(),
            ..Summary::default()
        };
        for counts in &summary.environments {
            summary.total.jobs += counts.jobs;
            summary.total.active += counts.active;
            summary.total.stuck += counts.stuck;
            summary.total.rejected_today += counts.rejected_today;
        }
        summary
    }

    /// How many environments answer as they should, quickly or slowly.
    pub fn environments_up(&self) -> usize {
        use EnvironmentState::{Slow, Up};
        self.health.iter().filter(|health| matches!(health.state(), Up | Slow)).count()
    }
}
