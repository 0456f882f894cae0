//! What is learnt of a single job that was asked for by its id, outside of any round. It changes that
//! job and nothing else: rounds, health and keys are not touched, and a job that is not listed is not
//! brought into the list by it.

use jiff::Timestamp;

use super::Store;
use super::jobs::Change;
use super::transition::Told;
use crate::model::{Job, JobId, SourceId};

/// So many ends are remembered: no more jobs are followed at once, and a list confirms an end within a
/// round.
const REMEMBERED: usize = 64;

impl Store {
    /// Takes a job as it was answered for by itself.
    pub(super) fn merge_sighting(&mut self, source: SourceId, at: Timestamp, job: &Job) {
        let Some((before, seen)) = self.jobs.listing(source, job.id.as_str()) else { return };
        // The list knew of the end first. What has ended does not go on.
        if !before.is_active() && job.status.is_active() {
            return;
        }
        let ended = !job.status.is_active();
        if ended && !self.ended.contains(&(source, job.id.clone())) {
            self.ended.truncate(REMEMBERED - 1);
            self.ended.insert(0, (source, job.id.clone()));
        }
        let change = self.jobs.put(source, job, seen);
        if change != Change::Same {
            self.revision += 1;
            self.note_turnaround((source, at), &change, None);
            self.note_change((source, at), &change, false, &mut Told::default());
        }
    }

    /// A listed job as it is to be taken: where its end was told already and the page is of before, as it
    /// is held; else as listed.
    pub(super) fn unless_ended(&mut self, source: SourceId, listed: Job) -> Job {
        let told = |(of, id): &(SourceId, JobId)| *of == source && *id == listed.id;
        let Some(place) = self.ended.iter().position(told) else { return listed };
        if !listed.status.is_active() {
            // The list has caught up.
            self.ended.remove(place);
            return listed;
        }
        self.jobs.listed(source, listed.id.as_str()).unwrap_or(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EnvironmentId, EnvironmentState, Failure, FailureKind, KeyState, PollEvent, Report};
    use crate::store::fixture::{EU1, EU1_OTHER, EU2, at, failed, fleet, job, report, round};

    fn store() -> Store {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 5, 0, &[job("b", 2, "running"), job("a", 1, "done")]);
        store
    }

    fn saw(store: &mut Store, source: SourceId, id: &str, created: i64, status: &str) {
        let answer = Ok(Box::new(job(id, created, status)));
        let event = PollEvent::Job { id: JobId::new(id), answer, over: status != "running" };
        store.merge(Report { source, sequence: 0, at: at(9), event });
    }

    fn statuses(store: &Store) -> Vec<(String, String)> {
        store.jobs().map(|(_, held)| (held.id().to_owned(), held.status().to_string())).collect()
    }

    fn held(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect()
    }

    #[test]
    fn an_end_is_taken_at_once_and_told_once() {
        let mut store = store();
        let (revision, events) = (store.revision(), store.events_recorded());
        saw(&mut store, EU1, "b", 2, "running");
        assert_eq!((store.revision(), store.events_recorded()), (revision, events), "nothing is new");
        saw(&mut store, EU1, "b", 2, "done");
        assert_eq!(statuses(&store), held(&[("b", "done"), ("a", "done")]));
        assert_eq!(store.revision(), revision + 1);
        assert_eq!(store.events().next().unwrap().text, "job b is done");
        let events = store.events_recorded();
        saw(&mut store, EU1, "b", 2, "done");
        round(&mut store, EU1, 6, 10, &[job("b", 2, "done"), job("a", 1, "done")]);
        assert_eq!((store.events_recorded(), store.jobs().count()), (events, 2));
    }

    #[test]
    fn what_has_ended_does_not_go_on_whoever_says_so() {
        let mut store = store();
        saw(&mut store, EU1, "a", 1, "running");
        assert_eq!(statuses(&store), held(&[("b", "running"), ("a", "done")]), "the list told of its end");
        saw(&mut store, EU1, "b", 2, "rejected");
        // A page that was asked for before the end, and comes after it.
        round(&mut store, EU1, 6, 10, &[job("b", 2, "running"), job("a", 1, "done")]);
        assert_eq!(statuses(&store), held(&[("b", "rejected"), ("a", "done")]));
        // The list is right again once it has caught up, and then it is the list that counts.
        round(&mut store, EU1, 7, 15, &[job("b", 2, "rejected"), job("a", 1, "done")]);
        round(&mut store, EU1, 8, 20, &[job("b", 2, "running"), job("a", 1, "done")]);
        assert_eq!(statuses(&store), held(&[("b", "running"), ("a", "done")]));
    }

    #[test]
    fn rounds_health_and_keys_are_not_touched() {
        let mut store = store();
        store.merge(report(EU1, 6, 10, failed(FailureKind::Timeout, None)));
        let told = |store: &Store| {
            let record = store.source(EU1).unwrap();
            (record.sequence, record.last_good, record.trouble.clone(), record.next, record.asked)
        };
        let before = (told(&store), store.is_stale(EU1), format!("{:?}", store.health(EnvironmentId(0))));
        saw(&mut store, EU1, "b", 2, "done");
        let failure = Failure::new(FailureKind::Rejected, "");
        let event = PollEvent::Job { id: JobId::new("b"), answer: Err(failure), over: false };
        store.merge(report(EU1, 0, 12, event));
        let after = (told(&store), store.is_stale(EU1), format!("{:?}", store.health(EnvironmentId(0))));
        assert_eq!(before, after);
        assert_eq!(store.key_state(EU1, at(12)), KeyState::Accepted);
        assert_eq!(store.state(EnvironmentId(1)), EnvironmentState::Unknown);
        assert_eq!(statuses(&store), held(&[("b", "done"), ("a", "done")]));
    }

    #[test]
    fn a_job_that_is_not_listed_is_not_brought_in_nor_kept() {
        let mut store = store();
        for source in [EU1, EU1_OTHER, EU2] {
            saw(&mut store, source, "elsewhere", 3, "done");
        }
        assert_eq!(store.jobs().count(), 2);
        saw(&mut store, EU1, "b", 2, "done");
        round(&mut store, EU1, 6, 10, &[job("a", 1, "done")]);
        assert_eq!(statuses(&store), held(&[("a", "done")]), "the list no longer has it");
    }
}
