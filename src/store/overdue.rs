//! Which jobs are stuck: they run for far longer than jobs of their length do where they are (`turnaround`). Kept
//! up by changes: a running job waits in the order of the moment when it is due, and goes over to the stuck ones
//! when the rounds have come to that moment. Time is that of the last whole round and not of the clock: of an
//! environment that does not answer nobody knows what has ended there.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::row::Held;
use super::turnaround::Turnarounds;
use super::{Handle, Store};
use crate::model::{EnvironmentId, SourceId};

/// The running jobs that one environment shows.
#[derive(Debug, Default)]
pub(super) struct Watch {
    turnarounds: Turnarounds,
    /// When they are due, in seconds since 1970 by the service's clock: those to which the rounds have not come.
    waiting: BTreeSet<(i64, Handle)>,
    /// And those that are past it.
    stuck: BTreeSet<(i64, Handle)>,
    /// How far the rounds have come; 0 before the first.
    round: i64,
    /// Goes up with every change of `stuck`.
    changes: u64,
}

impl Watch {
    pub(super) fn turnarounds(&self) -> &Turnarounds {
        &self.turnarounds
    }

    pub(super) fn turnarounds_mut(&mut self) -> &mut Turnarounds {
        &mut self.turnarounds
    }

    pub(super) fn add(&mut self, handle: Handle, held: Held<'_>) {
        let Some(due) = self.turnarounds.due(held) else { return };
        if due <= self.round {
            self.changes += 1;
            self.stuck.insert((due, handle));
        } else {
            self.waiting.insert((due, handle));
        }
    }

    /// Must be asked while the job still is as it was when it was added.
    pub(super) fn remove(&mut self, handle: Handle, held: Held<'_>) {
        let Some(due) = self.turnarounds.due(held) else { return };
        if self.stuck.remove(&(due, handle)) {
            self.changes += 1;
        } else {
            self.waiting.remove(&(due, handle));
        }
    }

    /// The rounds have come to a moment, in seconds; or back to one, where a clock was set right.
    fn come_to(&mut self, round: i64) {
        self.round = round;
        while let Some(first) = self.waiting.first().copied().filter(|(due, _)| *due <= round) {
            self.waiting.remove(&first);
            self.stuck.insert(first);
            self.changes += 1;
        }
        while let Some(last) = self.stuck.last().copied().filter(|(due, _)| *due > round) {
            self.stuck.remove(&last);
            self.waiting.insert(last);
            self.changes += 1;
        }
    }

    /// Takes all out, so that they can be judged anew.
    pub(super) fn take_all(&mut self) -> Vec<Handle> {
        self.changes += u64::from(!self.stuck.is_empty());
        let (waiting, stuck) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.stuck));
        waiting.into_iter().chain(stuck).map(|(_, handle)| handle).collect()
    }

    fn is_stuck(&self, handle: Handle, held: Held<'_>) -> bool {
        self.turnarounds.due(held).is_some_and(|due| self.stuck.contains(&(due, handle)))
    }

    pub(super) fn count(&self) -> usize {
        self.stuck.len()
    }

    /// The stuck ones.
    pub(super) fn stuck(&self) -> impl Iterator<Item = Handle> {
        self.stuck.iter().map(|(_, handle)| *handle)
    }
}

impl Store {
    /// Whether a job runs for far longer than is usual where it is, as of the last whole round there.
    pub fn is_stuck(&self, handle: Handle) -> bool {
        let Some(held) = self.jobs.get(handle).filter(|held| held.status().is_active()) else { return false };
        let environment = self.fleet.source(held.source()).map(|source| source.environment);
        let watch = environment.and_then(|id| self.jobs.tally(id)).map(super::summary::Tally::watch);
        watch.is_some_and(|watch| watch.is_stuck(handle, held))
    }

    /// How many jobs of an environment are stuck.
    pub fn stuck_at(&self, id: EnvironmentId) -> usize {
        self.jobs.tally(id).map_or(0, |tally| tally.watch().count())
    }

    /// How many are stuck in all.
    pub fn stuck(&self) -> usize {
        self.jobs.tallies().map(|tally| tally.watch().count()).sum()
    }

    /// Since when there are stuck jobs at an environment: when the first of them was due.
    pub(super) fn stuck_since(&self, id: EnvironmentId) -> Option<Timestamp> {
        let (due, _) = self.jobs.tally(id)?.watch().stuck.first()?;
        Timestamp::from_second(*due).ok()
    }

    /// Goes up with every change of which jobs are stuck.
    pub fn stuck_revision(&self) -> u64 {
        self.jobs.tallies().map(|tally| tally.watch().changes).sum()
    }

    /// A whole round has been seen: who is past its time by now is stuck.
    pub(super) fn note_round(&mut self, source: SourceId, at: Timestamp) {
        let Some(environment) = self.fleet.source(source).map(|source| source.environment) else { return };
        let ahead = self.source(source).and_then(|record| record.progress.clock_ahead).unwrap_or_default();
        let round = at.checked_add(ahead).unwrap_or(at).as_second();
        self.jobs.judge_anew(environment);
        if let Some(watch) = self.jobs.watch_mut(environment) {
            watch.come_to(round);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EU1, EU2, at, failed, finished, fleet, job, page, report, round};
    use super::*;
    use crate::model::{Coverage, FailureKind, Job};

    const HERE: EnvironmentId = EnvironmentId(0);

    fn stuck(store: &Store) -> Vec<String> {
        let held = store.jobs().filter(|(handle, _)| store.is_stuck(*handle));
        held.map(|(_, held)| held.id().to_owned()).collect()
    }

    /// A minute of audio without a history: it is due after 13 minutes.
    const DUE: i64 = 13 * 60;

    #[test]
    fn a_job_is_stuck_from_its_moment_until_its_end() {
        let mut store = Store::new(fleet());
        let jobs = [job("new", 0, "running"), job("old", -600, "running"), job("done", -9_000, "done")];
        round(&mut store, EU1, 1, DUE - 601, &jobs);
        assert_eq!((stuck(&store), store.stuck_at(HERE)), (vec![], 0));
        let revision = store.stuck_revision();
        round(&mut store, EU1, 2, DUE - 600, &jobs);
        assert_eq!((stuck(&store), store.stuck_at(HERE)), (vec!["old".to_owned()], 1));
        assert_ne!(store.stuck_revision(), revision);
        assert_eq!(store.stuck_since(HERE), Some(at(DUE - 600)));
        round(&mut store, EU1, 3, DUE, &jobs);
        assert_eq!(stuck(&store), ["new", "old"]);
        // One that comes late is stuck at once.
        let late = [job("late", -9_000, "running")];
        round(&mut store, EU1, 4, DUE, &[&jobs[..1], &late].concat());
        assert_eq!(stuck(&store), ["new", "late"]);
        round(&mut store, EU1, 5, DUE, &[job("new", 0, "done")]);
        assert_eq!((stuck(&store), store.stuck_at(HERE)), (vec![], 0));
    }

    #[test]
    fn who_does_not_answer_makes_nothing_stuck() {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &[job("a", 0, "running")]);
        round(&mut store, EU2, 1, 0, &[job("b", 0, "running")]);
        store.merge(report(EU1, 2, 2 * DUE, failed(FailureKind::Timeout, None)));
        round(&mut store, EU2, 2, 2 * DUE, &[job("b", 0, "running")]);
        assert_eq!(stuck(&store), ["b"]);
        // A page is not a round: what it does not hold may have ended.
        store.merge(report(EU1, 3, 2 * DUE, page(&[job("a", 0, "running")])));
        assert_eq!(stuck(&store), ["b"]);
        store.merge(report(EU1, 3, 2 * DUE, finished(Coverage::Whole)));
        assert_eq!(stuck(&store), ["a", "b"]);
    }

    #[test]
    fn a_clock_that_is_set_right_takes_back_what_it_called_stuck() {
        let mut store = Store::new(fleet());
        let jobs = [job("a", 0, "running"), job("b", -9_000, "running")];
        round(&mut store, EU1, 1, 86_400, &jobs);
        assert_eq!(stuck(&store), ["a", "b"]);
        // The machine is a day ahead of the service, of which the first answers do not tell yet.
        let ahead = Some(jiff::SignedDuration::from_hours(-24));
        let progress = crate::model::Progress { clock_ahead: ahead, ..crate::model::Progress::default() };
        store.merge(report(EU1, 1, 86_400, crate::store::fixture::progress(progress)));
        let revision = store.stuck_revision();
        round(&mut store, EU1, 2, 86_405, &jobs);
        assert_eq!((stuck(&store), store.stuck_revision() > revision), (vec!["b".to_owned()], true));
    }

    #[test]
    fn what_is_learnt_is_held_against_those_that_run_already() {
        let mut store = Store::new(fleet());
        let long =
            |id: &str, created, status: &str| Job { duration_s: Some(3_600), ..job(id, created, status) };
        let running = long("slow", -900, "running");
        round(&mut store, EU1, 1, 0, std::slice::from_ref(&running));
        assert_eq!(store.stuck_at(HERE), 0, "an hour of audio may take three");
        // A minute for an hour of audio, ten times: five minutes and three are far beyond.
        for nth in 0..10 {
            let id = format!("q{nth}");
            round(&mut store, EU1, 2 + nth * 2, 0, &[running.clone(), long(&id, -55, "running")]);
            round(&mut store, EU1, 3 + nth * 2, 5, &[running.clone(), long(&id, -55, "done")]);
        }
        assert_eq!(stuck(&store), ["slow"]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_kept_up_is_what_would_be_found_by_looking(
            steps in proptest::collection::vec((0..12_u8, 0..3_u8, 0..4_000_i64, 1..2_000_u64), 1..60)
        ) {
            let mut store = Store::new(fleet());
            let mut jobs: std::collections::BTreeMap<u8, Job> = std::collections::BTreeMap::new();
            for ((id, status, created, duration), sequence) in steps.into_iter().zip(1..) {
                let status = ["running", "done", "transcribing"][usize::from(status)];
                let made = Job { duration_s: Some(duration), ..job(&format!("j{id}"), -created, status) };
                if id < 10 { jobs.insert(id, made) } else { jobs.remove(&(id - 10)) };
                let listed: Vec<Job> = jobs.values().cloned().collect();
                let now = i64::try_from(sequence).unwrap() * 20;
                round(&mut store, EU1, sequence, now, &listed);
                let watch = store.jobs.tally(HERE).unwrap().watch();
                let wanted = store.jobs().filter(|(_, held)| {
                    watch.turnarounds().due(*held).is_some_and(|due| due <= at(now).as_second())
                });
                let wanted: Vec<_> = wanted.map(|(_, held)| held.id().to_owned()).collect();
                proptest::prop_assert_eq!(stuck(&store), wanted);
                let active = store.jobs().filter(|(_, held)| held.status().is_active()).count();
                proptest::prop_assert_eq!(watch.waiting.len() + watch.stuck.len(), active);
            }
        }
    }
}
