//! What is known of one source: its round, its key, its last failure, how far its list is known.

use jiff::Timestamp;

use super::advice;
use crate::model::{Coverage, Failure, FailureKind, KeyState, Progress};

/// What a source said of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// What it says now.
    pub state: KeyState,
    /// Since when; `None` while unchecked.
    pub since: Option<Timestamp>,
    /// When it last accepted the key; `None` if never in this run.
    pub accepted: Option<Timestamp>,
    /// The answer that speaks against the key; `None` while nothing does.
    pub evidence: Option<Failure>,
}

impl KeyRecord {
    /// Nothing was said yet.
    pub(super) const fn unchecked() -> Self {
        Self { state: KeyState::Unchecked, since: None, accepted: None, evidence: None }
    }
}

/// A failure that has not been followed by an answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The latest failure.
    pub failure: Failure,
    /// When the first of this run of failures came.
    pub since: Timestamp,
    /// When the latest came.
    pub at: Timestamp,
    /// How many in a row.
    pub count: u32,
}

impl Trouble {
    /// What to do about it, where something can be done about the endpoint.
    pub fn remedy(&self) -> Option<&'static str> {
        advice::remedy(self.failure.kind)
    }

    /// Whether the endpoint itself failed: not the key, and not voxtop.
    pub fn is_of_endpoint(&self) -> bool {
        !self.failure.kind.endpoint_answered() && self.failure.kind != FailureKind::Internal
    }
}

/// One source.
#[derive(Debug)]
pub struct SourceRecord {
    /// The newest round heard of; 0 before the first.
    pub sequence: u64,
    /// When the round under way was asked; `None` between rounds.
    pub asked: Option<Timestamp>,
    /// When the next round starts, as the poller said.
    pub next: Option<Timestamp>,
    /// When the last page of jobs came.
    pub last_good: Option<Timestamp>,
    /// When the last page of the round before came: what ended since was seen to end.
    pub(super) looked_before: Option<Timestamp>,
    /// The trouble, while there is any.
    pub trouble: Option<Trouble>,
    /// The key's standing.
    pub key: KeyRecord,
    /// Entries of its list that could not be read as jobs, as far as the list was looked at.
    pub unreadable: usize,
    /// Since when there are such entries.
    pub unreadable_since: Option<Timestamp>,
    /// Whether the whole list has been seen.
    pub complete: bool,
    /// Whether a millisecond held more jobs than a page, so that some may never be listed.
    pub gaps: bool,
    /// Everything created after this moment is known; meaningless once `complete`.
    pub known_since: Option<Timestamp>,
    /// How far the list is known and how it is asked, as the poller last said.
    pub progress: Progress,
    /// When it last said so.
    pub progressed: Option<Timestamp>,
    /// Whether this round has brought a page yet.
    pub(super) paged: bool,
    /// When its first page came: what happened before is history.
    pub(super) watched_since: Option<Timestamp>,
    /// Unreadable entries of this round so far.
    round_unreadable: usize,
}

impl Default for SourceRecord {
    fn default() -> Self {
        Self {
            sequence: 0,
            asked: None,
            next: None,
            last_good: None,
            looked_before: None,
            trouble: None,
            key: KeyRecord::unchecked(),
            unreadable: 0,
            unreadable_since: None,
            complete: false,
            gaps: false,
            known_since: None,
            progress: Progress::default(),
            progressed: None,
            paged: false,
            watched_since: None,
            round_unreadable: 0,
        }
    }
}

impl SourceRecord {
    /// Whether what is shown of this source is older than it should be.
    pub fn is_stale(&self) -> bool {
        self.trouble.is_some()
    }

    /// Whether the latest round brought jobs (or the word that there are none) and no failure.
    pub fn answered_with_jobs(&self) -> bool {
        self.last_good.is_some() && self.trouble.is_none()
    }

    /// Notes that the source listed jobs for its key; says whether that is news.
    pub(super) fn note_accepted(&mut self, at: Timestamp) -> bool {
        self.key.accepted = Some(at);
        self.key.evidence = None;
        self.turn_key(KeyState::Accepted, at)
    }

    /// Notes what a failure says of the key; says whether that is news. Silence says nothing: what was
    /// last said of the key stands.
    pub(super) fn note_verdict(&mut self, failure: &Failure, at: Timestamp) -> bool {
        let verdict = failure.kind.key_state();
        if verdict == KeyState::Unreachable {
            if self.key.state == KeyState::Unchecked {
                self.turn_key(verdict, at);
            }
            return false;
        }
        self.key.evidence = Some(failure.clone());
        self.turn_key(verdict, at)
    }

    fn turn_key(&mut self, state: KeyState, at: Timestamp) -> bool {
        if self.key.state == state {
            return false;
        }
        self.key.state = state;
        self.key.since = Some(at);
        true
    }

    /// Notes a failure; a run of failures keeps the moment it began.
    pub(super) fn note_failure(&mut self, failure: Failure, at: Timestamp) {
        let (since, count) = self.trouble.as_ref().map_or((at, 0), |trouble| (trouble.since, trouble.count));
        self.trouble = Some(Trouble { failure, since, at, count: count.saturating_add(1) });
    }

    /// Notes how many entries of a page could not be read. A round over the newest pages does not take
    /// back what a whole one found.
    pub(super) fn note_unreadable(&mut self, unreadable: usize, first_page: bool, at: Timestamp) {
        let before = if first_page { 0 } else { self.round_unreadable };
        self.round_unreadable = before.saturating_add(unreadable);
        self.unreadable = self.unreadable.max(self.round_unreadable);
        if self.unreadable > 0 {
            self.unreadable_since.get_or_insert(at);
        }
    }

    /// Notes how far a finished round looked. What earlier rounds saw further back stays known.
    pub(super) fn note_coverage(&mut self, coverage: Coverage) {
        match coverage {
            Coverage::Whole => {
                self.unreadable = self.round_unreadable;
                self.unreadable_since = self.unreadable_since.filter(|_| self.unreadable > 0);
                self.complete = true;
                self.gaps = false;
                self.known_since = None;
            }
            Coverage::Gaps => {
                self.complete = false;
                self.gaps = true;
            }
            Coverage::Since(oldest) => {
                let known = self.known_since.map_or(oldest, |known| known.min(oldest));
                self.known_since = Some(known);
            }
        }
    }

    /// Notes how far the list is known, of which pages of the past tell between the rounds.
    pub(super) fn note_progress(&mut self, progress: Progress, at: Timestamp) {
        self.progressed = Some(at);
        self.complete = progress.complete;
        self.gaps = progress.gaps;
        self.known_since = progress.known_since;
        if let Some(unreadable) = progress.unreadable {
            self.unreadable = unreadable;
            self.unreadable_since = self.unreadable_since.filter(|_| unreadable > 0);
        }
        self.progress = progress;
    }
}
