//! What a poll task tells the loop.
//!
//! A *round* is one look at one source: a request for its newest page, perhaps more pages, and an end.
//! All reports of a round carry its sequence number, so that whoever merges them can drop a late
//! answer of an older round. Pages of the past come between and within rounds, under the number of the
//! latest; each page says itself of which stretches of the list it holds every job.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Failure, Job, JobId, SourceId};

/// One message from a poll task.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Who reports.
    pub source: SourceId,
    /// The round, counted from 1 and only ever up.
    pub sequence: u64,
    /// When this happened, by the local clock.
    pub at: Timestamp,
    /// What happened.
    pub event: PollEvent,
}

/// A step of a round.
#[derive(Clone, Debug, PartialEq)]
pub enum PollEvent {
    /// The round's first request went out.
    Asked,
    /// A page came back.
    Page {
        /// Its jobs, as listed.
        jobs: Vec<Job>,
        /// Entries of the page that were no jobs at all (no id). They are counted, not shown.
        unreadable: usize,
        /// From sending the request to having the whole body.
        latency: Duration,
        /// The stretches of the list that this page holds whole: a job that was created there and is
        /// not on the page is gone. What a later request has seen already is left out of both.
        spans: Vec<Span>,
    },
    /// How far the list is known by now, and how it is asked.
    Progress(Progress),
    /// The round ended well.
    Finished {
        /// How much of the source's list it saw.
        coverage: Coverage,
        /// When the next round starts.
        next: Timestamp,
    },
    /// The round ended with a failure; pages before it still count.
    Failed {
        /// Why.
        failure: Failure,
        /// From sending the request to the failure.
        latency: Duration,
        /// When the next round starts.
        next: Timestamp,
    },
    /// One job was asked for by its id, outside of any round: its report's sequence means nothing.
    Job {
        /// Which.
        id: JobId,
        /// The job as it is now, or why it is not known.
        answer: Result<Box<Job>, Failure>,
        /// Whether nobody goes on asking: it has ended, or is not there.
        over: bool,
    },
}

/// How far back in time a round looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// To the end of the list: what was not listed does not exist.
    Whole,
    /// Every job created after this moment was listed; of older ones nothing is known.
    Since(Timestamp),
    /// To the end, but more jobs share one millisecond than a page holds, so some may be missing.
    Gaps,
}

/// A stretch of a source's list, by `created_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub first: Timestamp,
    /// Its last moment, which belongs to it.
    pub last: Timestamp,
}

impl Span {
    /// Whether a job created at that moment lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.first <= at && at <= self.last
    }
}

/// How far a source's list is known, and how its key is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Whether the list is known to its end, without a hole.
    pub complete: bool,
    /// Whether more jobs share one millisecond than a page holds, so that some can never be listed.
    pub gaps: bool,
    /// Everything created after this moment is known; `None` before the first page, and once `complete`.
    pub known_since: Option<Timestamp>,
    /// How much of the time for which the service keeps jobs is known, from 0 to 1.
    pub known_share: f32,
    /// Requests a second of the key over all its environments, on average over the last ten seconds.
    pub requests_per_second: f32,
    /// What the key may ask a second now: the configured rate, less after the service asked for less.
    pub allowed_per_second: f32,
    /// Until when the source is left alone because the service asked for that.
    pub paused_until: Option<Timestamp>,
    /// How much later the service's clock is than the local one; good to about a second.
    pub clock_ahead: Option<SignedDuration>,
    /// The host that is asked (with a port where it is not the scheme's own), where it is not the
    /// environment's first: that one cannot be reached.
    pub alias: Option<Box<str>>,
    /// Why the past is not being read just now, where a page of it failed.
    pub held_up: Option<Failure>,
    /// Entries of the whole list that could not be read as jobs; told when a reading of all of it ends.
    pub unreadable: Option<usize>,
}
