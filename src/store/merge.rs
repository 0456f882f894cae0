//! Merging reports. The laws, which the tests hold as properties: the newest round of a source wins,
//! a report of an older round changes nothing, merging a report twice is merging it once, sources
//! never touch each other's jobs, and a failure keeps every row.

use std::time::Duration;

use jiff::Timestamp;

use super::event::{Event, Severity, Subject};
use super::health::Outcome;
use super::jobs::Change;
use super::transition::Told;
use super::{Store, advice};
use crate::model::{
    Coverage, EnvironmentState, Failure, FailureKind, Job, PollEvent, Report, SourceId, Span,
};

impl Store {
    /// Takes one report. Late reports of older rounds are dropped.
    pub fn merge(&mut self, report: Report) {
        let Report { source, sequence, at, event } = report;
        if let PollEvent::Job { answer, .. } = event {
            if let Ok(job) = answer {
                self.merge_sighting(source, at, &job);
            }
            return;
        }
        let Some(record) = self.sources.get_mut(source.index()) else { return };
        if sequence < record.sequence {
            return;
        }
        if sequence > record.sequence {
            record.sequence = sequence;
            record.paged = false;
        }
        match event {
            PollEvent::Asked => record.asked = Some(at),
            PollEvent::Page { jobs, unreadable, latency, spans } => {
                self.drop_absent(source, &jobs, &spans);
                self.merge_page(source, at, jobs, unreadable, latency);
            }
            PollEvent::Progress(progress) => {
                record.note_progress(progress, at);
                self.note_alias(source, at);
                self.note_clock(at);
            }
            PollEvent::Finished { coverage, next } => {
                record.asked = None;
                record.next = Some(next);
                record.note_coverage(coverage);
                self.drop_unlisted(source, sequence, coverage);
                self.note_round(source, at);
                self.note_backlog(source, at);
            }
            PollEvent::Failed { failure, latency, next } => {
                record.asked = None;
                record.next = Some(next);
                self.merge_failure(source, at, &failure, latency);
            }
            // It is of no round, and was taken above.
            PollEvent::Job { .. } => {}
        }
    }

    fn merge_page(
        &mut self,
        source: SourceId,
        at: Timestamp,
        jobs: Vec<Job>,
        unreadable: usize,
        latency: Duration,
    ) {
        let Some(record) = self.sources.get_mut(source.index()) else { return };
        let first = !std::mem::replace(&mut record.paged, true);
        let watched_since = *record.watched_since.get_or_insert(at);
        record.note_unreadable(unreadable, first, at);
        let before = record.last_good.replace(at);
        if first {
            record.looked_before = before;
        }
        let looked_before = record.looked_before;
        let recovered = record.trouble.take().is_some();
        let key_news = record.note_accepted(at);
        let sequence = record.sequence;
        if recovered {
            self.jobs.set_stale(source, false);
            self.revision += 1;
        }
        if first {
            self.note_outcome(source, at, Outcome::Listed(latency));
        }
        if key_news {
            self.note_key_event(source, at, None);
        }
        let mut told = Told::default();
        self.jobs.approach(source, &jobs);
        for job in jobs {
            let job = if self.ended.is_empty() { job } else { self.unless_ended(source, job) };
            // What was rejected before voxtop looked is history, not news.
            let fresh = job.created_at.is_some_and(|created| created >= watched_since);
            let change = self.jobs.put(source, &job, sequence);
            // Who looks but once asks for no news.
            if change != Change::Same && !self.jobs.gathers() {
                self.revision += 1;
                self.note_turnaround((source, at), &change, looked_before);
                self.note_change((source, at), &change, fresh, &mut told);
            }
        }
        self.note_untold(source, at, &told);
    }

    fn merge_failure(&mut self, source: SourceId, at: Timestamp, failure: &Failure, latency: Duration) {
        let kind = failure.kind;
        let Some(record) = self.sources.get_mut(source.index()) else { return };
        if record.trouble.is_none() {
            self.jobs.set_stale(source, true);
            self.revision += 1;
        }
        record.note_failure(failure.clone(), at);
        let paged = record.paged;
        let key_news = record.note_verdict(failure, at);
        if kind != FailureKind::Internal {
            let outcome = match (kind.endpoint_answered(), paged) {
                (true, true) => None,
                (true, false) => Some(Outcome::Refused(latency)),
                (false, _) => Some(Outcome::Failed),
            };
            if outcome == Some(Outcome::Failed) {
                self.note_endpoint_failure(source, at, failure);
            }
            if let Some(outcome) = outcome {
                self.note_outcome(source, at, outcome);
            }
        }
        if key_news {
            self.note_key_event(source, at, Some(failure));
        }
        if kind == FailureKind::Internal {
            self.push_event(source, at, Severity::Error, Subject::Voxtop, failure.sentence());
        }
    }

    /// Drops what lies in a stretch of which the page holds every job, and is not on the page.
    fn drop_absent(&mut self, source: SourceId, jobs: &[Job], spans: &[Span]) {
        let gone = self.jobs.remove_absent(source, jobs, spans);
        if gone > 0 {
            self.revision += 1;
        }
    }

    /// Drops what a finished round should have listed and did not.
    fn drop_unlisted(&mut self, source: SourceId, sequence: u64, coverage: Coverage) {
        let gone = match coverage {
            Coverage::Whole => self.jobs.remove_unseen(source, sequence, None),
            Coverage::Since(oldest) => self.jobs.remove_unseen(source, sequence, Some(oldest)),
            Coverage::Gaps => 0,
        };
        if gone > 0 {
            self.revision += 1;
        }
    }

    fn note_endpoint_failure(&mut self, source: SourceId, at: Timestamp, failure: &Failure) {
        let environment = self.fleet.source(source).map(|source| source.environment);
        let health = environment.and_then(|environment| self.health.get_mut(environment.index()));
        if let Some(health) = health {
            health.note_failure(at, failure);
        }
    }

    fn note_outcome(&mut self, source: SourceId, at: Timestamp, outcome: Outcome) {
        let Some(environment) = self.fleet.source(source).map(|source| source.environment) else { return };
        let Some(health) = self.health.get_mut(environment.index()) else { return };
        let before = health.state();
        if !health.push(source, at, outcome)
            || (before == EnvironmentState::Unknown && health.state() == EnvironmentState::Up)
        {
            return;
        }
        let (severity, text) = advice::state_event(health.state(), self.endpoint_failure(environment));
        let (subject, environment) = (Subject::Endpoint, Some(environment));
        self.events.push(Event { at, severity, subject, environment, key: None, text });
    }

    fn note_key_event(&mut self, source: SourceId, at: Timestamp, failure: Option<&Failure>) {
        let state = self.key_state(source, at);
        let entitlement = self.fleet.source(source).map(|source| source.entitlement);
        let before = self.source(source).and_then(|record| record.key.accepted);
        let (severity, text) = advice::key_event(state, entitlement, before.is_some(), failure);
        self.push_event(source, at, severity, Subject::Key, text);
    }

    fn push_event(
        &mut self,
        source: SourceId,
        at: Timestamp,
        severity: Severity,
        subject: Subject,
        text: String,
    ) {
        let Some(source) = self.fleet.source(source) else { return };
        let (environment, key) = (Some(source.environment), Some(source.key));
        self.events.push(Event { at, severity, subject, environment, key, text });
    }
}
