//! What is known of the fleet, and everything that follows from it: the merged jobs, the health of
//! each environment, the state of each key, the banners and the events.
//!
//! Pure: reports go in by [`Store::merge`], answers come out; time is a parameter. It never asks the
//! network and never draws.
//!
//! ```text
//! Look ─── merge_look ─▶ hosts
//! Report ─ merge ─▶ jobs (a slab)      ─ Build, Rows    ─▶ what the jobs pane shows
//!                   source records     ─ banners(now)   ─▶ what the banner strip shows
//!                   environment health ─ summary(today) ─▶ what header and panes count
//!                   events
//! ```
//!
//! It is made for a million jobs: a merge costs what it changes, and the rows follow the journal of the
//! changes. Only a new query or sort looks at every job, and does so in steps ([`Build`]); where there are many, several
//! threads share a step, and what comes out is the same.

mod advice;
mod ahead;
mod alias;
mod backlog;
mod banners;
mod build;
mod clock;
mod column;
mod config;
mod event;
mod exchange;
mod gathering;
mod health;
mod hosts;
mod hours;
mod index;
mod jobs;
mod journal;
mod keys;
mod merge;
mod news;
mod order;
mod overdue;
mod picking;
mod pool;
mod record;
mod resubmission;
mod room;
mod row;
mod rows;
mod sighting;
mod slab;
mod sort;
mod sorting;
mod summary;
mod texts;
mod transition;
mod turnaround;
mod vocabulary;

pub mod query;

use std::sync::Arc;

use jiff::Timestamp;

pub use advice::{evidence, without_evidence};
pub use alias::AliasInUse;
pub use backlog::Backlog;
pub use banners::{Banner, Cause, Sureness};
pub use build::Build;
pub use column::{Align, COLUMNS, Column, ColumnSpec};
pub use event::{Event, Severity, Subject};
pub use gathering::{Gathered, Gathering};
pub use health::{Health, Share};
pub use hosts::HostRecord;
pub use hours::HourCounts;
pub use jobs::Handle;
pub use news::Ended;
pub use record::{KeyRecord, SourceRecord, Trouble};
pub use resubmission::{Common, Resubmission};
pub use row::Held;
pub use rows::{Followed, Rows};
pub use sort::Sort;
pub use summary::{Counts, Summary};
pub use turnaround::{Limit, Turnaround, times};

use crate::model::{EnvironmentId, EnvironmentState, Failure, Fleet, JobId, JobKey, SourceId};
use clock::WrongClock;
use event::EventLog;
use jobs::Jobs;
use news::News;
use resubmission::Resubmissions;

/// Everything known of the fleet.
#[derive(Debug)]
pub struct Store {
    fleet: Arc<Fleet>,
    jobs: Jobs,
    resubmissions: Resubmissions,
    sources: Vec<SourceRecord>,
    health: Vec<Health>,
    /// By environment.
    backlogs: Vec<Backlog>,
    hosts: Vec<HostRecord>,
    /// By environment.
    aliases: Vec<Option<AliasInUse>>,
    clock: Option<WrongClock>,
    events: EventLog,
    news: News,
    /// Jobs whose end was told by an answer for them alone, and by no list yet.
    ended: Vec<(SourceId, JobId)>,
    revision: u64,
}

impl Store {
    /// An empty store for a fleet: nothing asked, nothing known.
    pub fn new(fleet: Arc<Fleet>) -> Self {
        Self {
            jobs: Jobs::new(&fleet),
            resubmissions: Resubmissions::new(&fleet),
            sources: fleet.sources.iter().map(|_| SourceRecord::default()).collect(),
            health: fleet.environments.iter().map(|_| Health::default()).collect(),
            backlogs: fleet.environments.iter().map(|_| Backlog::default()).collect(),
            hosts: Vec::new(),
            aliases: fleet.environments.iter().map(|_| None).collect(),
            clock: None,
            events: EventLog::default(),
            news: News::default(),
            ended: Vec::new(),
            revision: 0,
            fleet,
        }
    }

    /// The fleet that this store is about.
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Goes up whenever a job came, changed or went, or a source's rows became stale or fresh: as long
    /// as it stands still, visible rows need no refresh.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What is known of one source. `None` for an id of another fleet.
    pub fn source(&self, id: SourceId) -> Option<&SourceRecord> {
        self.sources.get(id.index())
    }

    /// All sources' records, with their ids.
    pub fn sources(&self) -> impl Iterator<Item = (SourceId, &SourceRecord)> {
        (0..).map(SourceId).zip(&self.sources)
    }

    /// The records of the sources at one environment.
    pub fn sources_at(&self, environment: EnvironmentId) -> impl Iterator<Item = (SourceId, &SourceRecord)> {
        self.sources()
            .filter(move |(id, _)| self.fleet.source(*id).is_some_and(|s| s.environment == environment))
    }

    /// The health of one environment. `None` for an id of another fleet.
    pub fn health(&self, id: EnvironmentId) -> Option<&Health> {
        self.health.get(id.index())
    }

    /// The latest failure of the endpoint itself at an environment, while it lasts; a rejected key is none.
    pub fn endpoint_failure(&self, id: EnvironmentId) -> Option<&Failure> {
        self.sources_at(id)
            .filter_map(|(_, record)| record.trouble.as_ref())
            .filter(|trouble| !trouble.failure.kind.endpoint_answered())
            .max_by_key(|trouble| trouble.at)
            .map(|trouble| &trouble.failure)
    }

    /// An environment's state; unknown for an id of another fleet.
    pub fn state(&self, id: EnvironmentId) -> EnvironmentState {
        self.health(id).map_or(EnvironmentState::Unknown, Health::state)
    }

    /// The state of an environment for who looks once and goes: what fails at the only look is down.
    pub fn verdict(&self, id: EnvironmentId) -> EnvironmentState {
        self.health(id).map_or(EnvironmentState::Unknown, Health::verdict)
    }

    /// A job by its handle; `None` once it is gone.
    pub fn job(&self, handle: Handle) -> Option<Held<'_>> {
        self.jobs.get(handle)
    }

    /// A job by its identity, as the merged view shows it.
    pub fn find(&self, key: &JobKey) -> Option<Handle> {
        self.jobs.find(key.environment, key.id.as_str())
    }

    /// The identity of a job.
    pub fn key_of(&self, handle: Handle) -> Option<JobKey> {
        let held = self.jobs.get(handle)?;
        let environment = self.fleet.source(held.source())?.environment;
        Some(JobKey { environment, id: JobId::new(held.id()) })
    }

    /// Whether the rows of a source are stale: its last round failed, or its key is no longer accepted.
    pub fn is_stale(&self, source: SourceId) -> bool {
        self.source(source).is_some_and(SourceRecord::is_stale)
    }

    /// Whether some jobs are still shown as a source lists them that answers no longer, though another one
    /// lists them too, or the other way round.
    pub fn is_settling(&self) -> bool {
        self.jobs.is_settling()
    }

    /// Sets that right for some of them, looking at no more than so many listings.
    pub fn settle(&mut self, most: usize) {
        self.jobs.settle(most);
        if !self.jobs.is_settling() {
            self.revision += 1;
        }
    }

    /// The merged jobs, newest first: each (environment, id) once. Where two keys list one job, the first
    /// source that is not stale speaks for it.
    pub fn jobs(&self) -> impl Iterator<Item = (Handle, Held<'_>)> {
        self.jobs.ages().iter().filter_map(|handle| Some((handle, self.jobs.get(handle)?)))
    }

    /// The merged jobs that were created from one moment to another, newest first. Others are not looked at.
    pub fn created_within(
        &self,
        first: Timestamp,
        last: Timestamp,
    ) -> impl Iterator<Item = (Handle, Held<'_>)> {
        let at = |handle: Handle| self.jobs.get(handle).and_then(Held::created_at);
        // What has no date is the last of all, and comes after the oldest.
        let newer = move |handle: &Handle| at(*handle).is_some_and(|at| at > last);
        let within = move |handle: &Handle| at(*handle).is_some_and(|at| at >= first);
        self.jobs
            .ages()
            .from(newer)
            .take_while(within)
            .filter_map(|handle| Some((handle, self.jobs.get(handle)?)))
    }

    /// How many jobs a source listed.
    pub fn jobs_of(&self, id: SourceId) -> usize {
        self.jobs.count_of(id)
    }

    /// When the oldest job that a source listed was created.
    pub fn oldest_of(&self, id: SourceId) -> Option<Timestamp> {
        self.jobs.oldest_of(id)
    }

    /// Whether the lists of all sources that list anything are known to their ends.
    pub fn is_complete(&self) -> bool {
        self.sources.iter().all(|record| record.complete || record.last_good.is_none())
    }

    /// Events, newest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    /// Records that a banner came up with the time that passed, of which no report tells.
    pub fn note_banner(&mut self, banner: &Banner, now: Timestamp) {
        let (key, environment) = (banner.cause.key(), banner.cause.environment());
        let subject = match banner.cause {
            Cause::JobsStuck => Subject::Jobs,
            _ if key.is_some() => Subject::Key,
            _ => Subject::Endpoint,
        };
        let (severity, text) = (banner.severity, banner.head.clone());
        self.events.push(Event { at: now, severity, subject, environment, key, text });
    }

    /// Records what voxtop itself did.
    pub fn note(&mut self, severity: Severity, text: String, at: Timestamp) {
        let subject = Subject::Voxtop;
        self.events.push(Event { at, severity, subject, environment: None, key: None, text });
    }

    /// Counts every event that was ever recorded, so that a reader sees that there are new ones.
    pub fn events_recorded(&self) -> u64 {
        self.events.recorded()
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod rows_tests;
#[cfg(test)]
mod tests;
