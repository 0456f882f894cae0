//! How many jobs of each kind were submitted in each hour, kept up with every change of a job, so that a chart
//! over a million of them reads some hundred numbers. It knows nothing of zones: an hour is one of UTC.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Store;
use super::row::Held;
use crate::model::Status;

/// Jobs of one hour, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourCounts {
    /// Finished, with a transcript.
    pub done: usize,
    /// Still running, or in a state that may change by itself.
    pub active: usize,
    /// Given up.
    pub rejected: usize,
    /// Deleted, expired, or in a state that only the service knows.
    pub other: usize,
}

impl HourCounts {
    /// All of them.
    pub fn total(self) -> usize {
        self.done + self.active + self.rejected + self.other
    }

    fn of(&mut self, status: &Status) -> &mut usize {
        match status {
            Status::Done => &mut self.done,
            Status::Rejected => &mut self.rejected,
            status if status.is_active() => &mut self.active,
            _ => &mut self.other,
        }
    }

    /// Adds another hour's.
    pub fn add(&mut self, other: Self) {
        self.done += other.done;
        self.active += other.active;
        self.rejected += other.rejected;
        self.other += other.other;
    }
}

/// The jobs that one environment shows, by the hour in which they were submitted. The service keeps jobs for
/// seven days, so that these are some hundred hours.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<i64, HourCounts>);

impl Hours {
    pub(super) fn add(&mut self, held: Held<'_>) {
        let Some(hour) = held.created_at().map(hour_of) else { return };
        *self.0.entry(hour).or_default().of(held.status()) += 1;
    }

    pub(super) fn remove(&mut self, held: Held<'_>) {
        let Some(hour) = held.created_at().map(hour_of) else { return };
        let Some(counts) = self.0.get_mut(&hour) else { return };
        let count = counts.of(held.status());
        *count = count.saturating_sub(1);
        if counts.total() == 0 {
            self.0.remove(&hour);
        }
    }
}

/// The hour in which a moment lies, counted from 1970.
fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}

impl Store {
    /// The jobs of all environments by the hour of their submission: so many hours (at most 10,000), the last one
    /// being that in which `until` lies.
    pub fn by_hour(&self, until: Timestamp, hours: usize) -> Vec<HourCounts> {
        let hours = hours.min(10_000);
        let mut counted = vec![HourCounts::default(); hours];
        let last = hour_of(until);
        let first = last - i64::try_from(hours).unwrap_or_default() + 1;
        if first > last {
            return counted;
        }
        for tally in self.jobs.tallies() {
            for (hour, counts) in tally.hours().0.range(first..=last) {
                let at = usize::try_from(hour - first).unwrap_or(usize::MAX);
                if let Some(sum) = counted.get_mut(at) {
                    sum.add(*counts);
                }
            }
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EU1, EU2, at, fleet, job, round};
    use super::*;

    #[test]
    fn every_change_moves_a_count_and_nothing_else_does() {
        let mut store = Store::new(fleet());
        let hour = 3_600;
        // The fixture's start lies at 26:40 of an hour.
        let jobs = [
            job("a", 0, "running"),
            job("b", -hour, "done"),
            job("c", -hour, "rejected"),
            job("d", -hour, "transcribing"),
            job("e", -hour, "deleted"),
            job("f", -30 * hour, "done"),
        ];
        round(&mut store, EU1, 1, 0, &jobs);
        round(&mut store, EU2, 1, 0, &[job("a", 0, "done")]);
        let zero = HourCounts::default();
        let before = HourCounts { done: 1, active: 1, rejected: 1, other: 1 };
        assert_eq!(store.by_hour(at(0), 3), [zero, before, HourCounts { active: 1, done: 1, ..zero }]);
        let ended = jobs.clone().map(|job| match job.id.as_str() {
            "a" => crate::store::fixture::job("a", 0, "done"),
            _ => job,
        });
        round(&mut store, EU1, 2, 5, &ended[..4]);
        let now = store.by_hour(at(0), 31);
        assert_eq!(now[30], HourCounts { done: 2, ..zero });
        assert_eq!(now[29], HourCounts { other: 0, ..before }, "what is no longer listed is gone");
        assert_eq!(now.iter().map(|counts| counts.total()).sum::<usize>(), 5);
        assert!(store.by_hour(at(0), 0).is_empty());
    }
}
