//! How many jobs were running, minute by minute, from a sample taken at the end of each round. A minute in which
//! no round ended has no figure: nobody looked.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::Store;
use crate::model::{EnvironmentId, SourceId};

/// So many minutes are kept: a day.
const KEPT: i64 = 24 * 60;

/// The backlog of one environment over the last day.
#[derive(Debug, Default)]
pub struct Backlog {
    /// Minute since 1970 and the most that ran in it, oldest first.
    minutes: VecDeque<(i64, usize)>,
}

impl Backlog {
    fn note(&mut self, at: Timestamp, running: usize) {
        let minute = minute_of(at);
        match self.minutes.back_mut() {
            // A clock that was set back goes on in the minute that it left.
            Some((last, most)) if *last >= minute => *most = (*most).max(running),
            _ => self.minutes.push_back((minute, running)),
        }
        while self.minutes.front().is_some_and(|(first, _)| minute - first >= KEPT) {
            self.minutes.pop_front();
        }
    }

    /// Since when samples are kept; `None` before the first.
    pub fn since(&self) -> Option<Timestamp> {
        let (minute, _) = self.minutes.front()?;
        Timestamp::from_second(minute * 60).ok()
    }

    /// The most that ran in each of so many equal parts of the last `minutes` (at most a day), oldest first; `None`
    /// where nobody looked.
    pub fn parts(&self, now: Timestamp, minutes: i64, parts: usize) -> Vec<Option<usize>> {
        let mut most = vec![None; parts];
        let (minutes, last) = (minutes.clamp(1, KEPT), minute_of(now));
        let first = last - minutes + 1;
        let wide = i64::try_from(parts).unwrap_or(1);
        for (minute, running) in self.minutes.iter().filter(|(minute, _)| (first..=last).contains(minute)) {
            let at = usize::try_from((minute - first) * wide / minutes).unwrap_or(usize::MAX);
            // Where there are more parts than minutes, a minute fills all that are its own.
            let end = usize::try_from((minute - first + 1) * wide / minutes).unwrap_or(usize::MAX);
            for part in most.iter_mut().take(end.max(at + 1)).skip(at) {
                *part = (*part).max(Some(*running));
            }
        }
        most
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl Store {
    /// The backlog of an environment; `None` for an id of another fleet.
    pub fn backlog(&self, id: EnvironmentId) -> Option<&Backlog> {
        self.backlogs.get(id.index())
    }

    /// Takes a sample, at the end of a round.
    pub(super) fn note_backlog(&mut self, source: SourceId, at: Timestamp) {
        let Some(environment) = self.fleet.source(source).map(|source| source.environment) else { return };
        let Some(running) = self.jobs.tally(environment).map(super::summary::Tally::active) else { return };
        if let Some(backlog) = self.backlogs.get_mut(environment.index()) {
            backlog.note(at, running);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EU1, at, fleet, job, round};
    use super::*;

    #[test]
    fn a_minute_keeps_its_most_and_a_gap_is_a_gap() {
        let mut backlog = Backlog::default();
        assert_eq!((backlog.since(), backlog.parts(at(0), 3, 3)), (None, vec![None; 3]));
        // The fixture's start lies at the 40th second of a minute.
        for (second, running) in [(-40, 3), (-35, 9), (0, 4), (100, 7)] {
            backlog.note(at(second), running);
        }
        assert_eq!(backlog.since(), Some(at(-40)));
        assert_eq!(backlog.parts(at(100), 4, 4), [None, Some(9), None, Some(7)]);
        assert_eq!(backlog.parts(at(100), 4, 2), [Some(9), Some(7)]);
        assert_eq!(backlog.parts(at(100), 4, 8)[2..4], [Some(9), Some(9)]);
        assert!(backlog.parts(at(100), 0, 0).is_empty());
    }

    #[test]
    fn a_day_is_kept_and_no_more() {
        let mut backlog = Backlog::default();
        for minute in 0..KEPT * 3 {
            backlog.note(at(minute * 60), 1);
        }
        assert_eq!(i64::try_from(backlog.minutes.len()).unwrap(), KEPT);
        backlog.note(at(0), 5);
        assert_eq!(i64::try_from(backlog.minutes.len()).unwrap(), KEPT, "a clock that was set back");
    }

    #[test]
    fn a_round_is_a_sample() {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &[job("a", 0, "running"), job("b", 0, "done")]);
        let backlog = store.backlog(EnvironmentId(0)).unwrap();
        assert_eq!(backlog.parts(at(0), 1, 1), [Some(1)]);
        assert_eq!(store.backlog(EnvironmentId(1)).unwrap().since(), None);
    }
}
