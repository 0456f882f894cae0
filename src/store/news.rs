//! Jobs that came to their end while voxtop looked: what alerts are made of. Apart from the event list,
//! which counts a flood instead of telling it: a rule that waits for one job must see that job among a
//! hundred. Bounded; whoever does not ask loses the oldest.

use std::collections::{HashSet, VecDeque};

use foldhash::quality::RandomState;
use jiff::Timestamp;

use super::query::{Query, Scratch};
use super::{Handle, Held, Store};
use crate::model::{JobKey, Status};

/// So many ends wait to be taken: several refreshes of a busy fleet.
const WAITING: usize = 4_096;
/// So many of the latest are remembered, so that a job that two keys list ends once.
const REMEMBERED: usize = 1_024;

/// A job that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub job: JobKey,
    /// How: done or rejected.
    pub status: Status,
    handle: Handle,
}

/// The ends that wait to be taken.
#[derive(Debug, Default)]
pub(super) struct News {
    waiting: VecDeque<Ended>,
    latest: VecDeque<(JobKey, Status)>,
    /// The same, to be found.
    known: HashSet<(JobKey, Status), RandomState>,
}

impl News {
    fn push(&mut self, ended: Ended) {
        let told = (ended.job.clone(), ended.status.clone());
        if !self.known.insert(told.clone()) {
            return;
        }
        if self.latest.len() == REMEMBERED
            && let Some(oldest) = self.latest.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.latest.push_back(told);
        if self.waiting.len() == WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(ended);
    }
}

impl Store {
    /// Takes note of a job that is known to have changed its status just now.
    pub(super) fn note_end(&mut self, handle: Handle) {
        let Some(status) = self.jobs.get(handle).map(|held| held.status().clone()) else { return };
        if let (Status::Done | Status::Rejected, Some(job)) = (&status, self.key_of(handle)) {
            self.news.push(Ended { job, status, handle });
        }
    }

    /// The jobs that came to their end since this was asked last, oldest first. What was over before voxtop
    /// looked is not among them.
    pub fn take_ended(&mut self) -> Vec<Ended> {
        self.news.waiting.drain(..).collect()
    }

    /// A job that ended, as far as it is still listed and has the same end.
    pub fn ended_job(&self, ended: &Ended) -> Option<Held<'_>> {
        self.job(ended.handle)
            .filter(|held| *held.status() == ended.status && held.id() == ended.job.id.as_str())
    }

    /// Whether a query means a job; its ages are as of `now`.
    pub fn is_meant(&self, held: Held<'_>, query: &Query, now: Timestamp, scratch: &mut Scratch) -> bool {
        let subject = self.subject(&held, held.source());
        subject.is_some_and(|subject| query.matches(&subject, now, scratch))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::fixture::{EU1, EU1_OTHER, at, fleet, job, round};
    use super::*;

    fn taken(store: &mut Store) -> Vec<String> {
        store.take_ended().iter().map(|ended| format!("{} {}", ended.job.id, ended.status)).collect()
    }

    #[test]
    fn every_end_of_a_flood_is_told_once_and_history_never() {
        let mut store = Store::new(fleet());
        let all = |status: &str| (0..100).map(|n| job(&format!("j{n}"), n - 200, status)).collect::<Vec<_>>();
        let mut first = all("running");
        first.push(job("old", -900, "rejected"));
        round(&mut store, EU1, 1, 0, &first);
        round(&mut store, EU1_OTHER, 1, 0, &first);
        assert!(taken(&mut store).is_empty(), "nothing ended: it was over before, or runs");
        let mut second = all("done");
        second.push(job("old", -900, "rejected"));
        round(&mut store, EU1, 2, 5, &second);
        round(&mut store, EU1_OTHER, 2, 5, &second);
        let ended = taken(&mut store);
        assert_eq!(ended.len(), 100, "by both keys, and each once");
        assert!(taken(&mut store).is_empty());
        second.push(job("new", 9, "rejected"));
        round(&mut store, EU1, 3, 10, &second);
        assert_eq!(taken(&mut store), ["new rejected"], "it came and went between two looks");
    }

    #[test]
    fn a_query_is_asked_of_the_job_that_ended() {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &[job("a", -9, "running")]);
        round(&mut store, EU1, 2, 5, &[job("a", -9, "done")]);
        let ended = store.take_ended();
        let held = store.ended_job(&ended[0]).unwrap();
        for (text, meant) in [("id:a env:eu1", true), ("status:rejected", false), ("", true)] {
            let query = Query::parse(text, &TimeZone::UTC).unwrap();
            assert_eq!(store.is_meant(held, &query, at(5), &mut Scratch::default()), meant, "{text}");
        }
    }

    #[test]
    fn who_does_not_ask_loses_the_oldest() {
        let mut news = News::default();
        for number in 0..WAITING + 10 {
            let job = JobKey {
                environment: crate::model::EnvironmentId(0),
                id: crate::model::JobId::new(format!("j{number}")),
            };
            news.push(Ended { job, status: Status::Done, handle: Handle::new(0) });
        }
        assert_eq!((news.waiting.len(), news.latest.len()), (WAITING, REMEMBERED));
        assert_eq!(news.known, news.latest.iter().cloned().collect());
        assert_eq!(news.waiting[0].job.id.as_str(), "j10");
    }
}
