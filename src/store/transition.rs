//! What a page says of jobs that were known before: each change of a job's status is an event. What was
//! over before voxtop looked is history and not news, and of a flood of changes a page tells the first.

use jiff::Timestamp;

use super::event::{Event, Severity, Subject};
use super::jobs::Change;
use super::{Handle, Store};
use crate::model::{JobId, SourceId, Status};

/// So many changes of jobs are told of one page; the rest is counted.
const TOLD: usize = 20;

/// The changes of one page, as they are told.
#[derive(Debug, Default)]
pub(super) struct Told {
    told: usize,
    untold: usize,
}

impl Store {
    /// Takes note of what became of a job on a page. `fresh`: it was created since voxtop looks.
    pub(super) fn note_change(
        &mut self,
        (source, at): (SourceId, Timestamp),
        change: &Change,
        fresh: bool,
        told: &mut Told,
    ) {
        let (handle, before) = match change {
            Change::Same => return,
            Change::New(handle) => {
                if let Some(held) = self.jobs.get(*handle) {
                    self.resubmissions.add(*handle, held, at);
                }
                (*handle, None)
            }
            Change::Changed { handle, before } => (*handle, Some(before)),
        };
        if !self.is_news(handle, before, fresh) {
            return;
        }
        self.note_end(handle);
        if told.told >= TOLD {
            told.untold += 1;
            return;
        }
        told.told += 1;
        if let Some((severity, text)) = self.news_of(handle) {
            self.push_job_event(source, at, severity, handle, text);
        }
    }

    /// Counts the changes that were too many to tell.
    pub(super) fn note_untold(&mut self, source: SourceId, at: Timestamp, told: &Told) {
        if told.untold > 0 {
            let noun = if told.untold == 1 { "job" } else { "jobs" };
            let text = format!("{} more {noun} changed their status", told.untold);
            let Some(source) = self.fleet.source(source) else { return };
            let (environment, key) = (Some(source.environment), Some(source.key));
            self.events.push(Event {
                at,
                severity: Severity::Info,
                subject: Subject::Jobs,
                environment,
                key,
                text,
            });
        }
    }

    /// Whether a job's status is one that was not known before.
    fn is_news(&self, handle: Handle, before: Option<&Status>, fresh: bool) -> bool {
        self.jobs.get(handle).is_some_and(|held| {
            let status = held.status();
            before.map_or(fresh && *status == Status::Rejected, |before| before != status)
        })
    }

    /// How a job's new status reads.
    fn news_of(&self, handle: Handle) -> Option<(Severity, String)> {
        let held = self.jobs.get(handle)?;
        let (id, status) = (held.id(), held.status());
        let error = held.errors().last().map_or(String::new(), |error| format!(": {}", error.message));
        Some(match status {
            Status::Rejected => (Severity::Warning, format!("job {id} was rejected{error}")),
            Status::Done if error.is_empty() => (Severity::Info, format!("job {id} is done")),
            Status::Done => (Severity::Warning, format!("job {id} is done, with errors afterwards{error}")),
            Status::Deleted => (Severity::Info, format!("job {id} was deleted")),
            Status::Expired => (Severity::Info, format!("job {id} has expired")),
            other => (Severity::Info, format!("job {id} is {other} now")),
        })
    }

    fn push_job_event(
        &mut self,
        source: SourceId,
        at: Timestamp,
        severity: Severity,
        handle: Handle,
        text: String,
    ) {
        let id = self.jobs.get(handle).map(|held| JobId::new(held.id()));
        let (Some(source), Some(id)) = (self.fleet.source(source), id) else { return };
        let (environment, key) = (Some(source.environment), Some(source.key));
        self.events.push(Event { at, severity, subject: Subject::Job(id), environment, key, text });
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EU1, fleet, job, round};
    use super::*;
    use crate::model::JobError;

    fn texts(store: &Store) -> Vec<(Severity, String)> {
        store.events().map(|event| (event.severity, event.text.clone())).collect()
    }

    #[test]
    fn every_change_of_a_known_job_is_told() {
        use Severity::{Info, Warning};
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &[job("a", -9, "running"), job("old", -9, "done")]);
        let mut told = job("a", -9, "done");
        told.errors = vec![JobError { timestamp: None, message: "Sending notification failed".into() }];
        for (sequence, next) in (2..).zip([
            job("a", -9, "transcribing"),
            job("a", -9, "done"),
            job("a", -9, "running"),
            told,
            job("a", -9, "deleted"),
            job("a", -9, "deleted"),
            job("a", -9, "expired"),
        ]) {
            round(&mut store, EU1, sequence, 10, &[next, job("old", -9, "done")]);
        }
        let expected = [
            (Info, "job a has expired"),
            (Info, "job a was deleted"),
            (Warning, "job a is done, with errors afterwards: Sending notification failed"),
            (Info, "job a is running now"),
            (Info, "job a is done"),
            (Info, "job a is transcribing now"),
            (Info, "key accepted"),
        ];
        assert_eq!(texts(&store), expected.map(|(severity, text)| (severity, text.to_owned())));
    }

    #[test]
    fn a_flood_is_counted() {
        let mut store = Store::new(fleet());
        let all = |status: &str| (0..100).map(|n| job(&format!("j{n}"), n, status)).collect::<Vec<_>>();
        round(&mut store, EU1, 1, 0, &all("running"));
        round(&mut store, EU1, 2, 5, &all("done"));
        let texts = texts(&store);
        assert_eq!(texts.len(), 1 + TOLD + 1);
        assert_eq!(texts[0].1, "80 more jobs changed their status");
    }
}
