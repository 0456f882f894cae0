//! What a poll task tells the loop.
//!
//! A *round* is one listing of one source: a first request, perhaps more pages, and an end. All
//! reports of a round carry its sequence number, so that whoever merges them can drop a late answer
//! of an older round.

use std::time::Duration;

use jiff::Timestamp;

use super::{Failure, Job, SourceId};

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
    },
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
