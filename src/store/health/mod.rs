//! An environment's health, from the last answers of all its sources.
//!
//! The states have hysteresis, so that one lost packet is not an outage: three failures in a row by one
//! source, and no answer to any other meanwhile, make *down*; two answers in a row make *up* again;
//! between them lies *degraded*. Where failures come and go by themselves, three in a row may be chance:
//! an environment that is known for them must fail as often as makes chance less than one in a hundred thousand.

mod figures;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{EnvironmentState, Failure, SourceId};

pub use figures::Share;

/// One round's first request: how long the answer took, or that there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The endpoint listed jobs.
    Listed(Duration),
    /// It answered, but would not list: the key is rejected, or asks too often. The proxy in front says
    /// so, much quicker than the application lists.
    Refused(Duration),
    /// It did not answer, or with a failure of its own.
    Failed,
}

impl Outcome {
    fn listed(self) -> Option<Duration> {
        match self {
            Self::Listed(latency) => Some(latency),
            Self::Refused(_) | Self::Failed => None,
        }
    }

    fn refused(self) -> Option<Duration> {
        match self {
            Self::Refused(latency) => Some(latency),
            Self::Listed(_) | Self::Failed => None,
        }
    }
}

/// How many outcomes are kept: at a refresh of 5 s and with one key an hour.
const KEPT: usize = 720;
/// A median above this is slow: ten times what the service takes for a page from the next continent.
const SLOW: Duration = Duration::from_secs(1);
/// And below this it is no longer slow; between the two the state stays as it is.
const FAST: Duration = Duration::from_millis(800);
/// So many failures in a row are an outage.
const FAILURES_DOWN: usize = 3;
/// So many answers in a row end it.
const ANSWERS_UP: usize = 2;
/// An environment that failed for a moment so often while it was kept in mind is known for it.
const FLUKES: u32 = 3;
/// How likely a run of failures may be by chance to be taken for an outage.
const CHANCE: f64 = 1e-5;
/// However often an environment fails by itself, a run this long is an outage.
const FAILURES_AT_MOST: usize = 5;

/// The window of outcomes and the state that follows from it.
#[derive(Debug)]
pub struct Health {
    outcomes: VecDeque<Outcome>,
    state: EnvironmentState,
    since: Option<Timestamp>,
    answered_ever: bool,
    /// How often each source failed in a row since the last answer to any of them.
    failing: Vec<(SourceId, usize)>,
    last_failure: Option<(Timestamp, Failure)>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            outcomes: VecDeque::new(),
            state: EnvironmentState::Unknown,
            since: None,
            answered_ever: false,
            failing: Vec::new(),
            last_failure: None,
        }
    }
}

impl Health {
    /// The state.
    pub fn state(&self) -> EnvironmentState {
        self.state
    }

    /// Since when; `None` before the first outcome.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The state for somebody who looks once and goes: what fails at the only look is down.
    pub fn verdict(&self) -> EnvironmentState {
        if self.answered_ever || self.failing.is_empty() { self.state } else { EnvironmentState::Down }
    }

    /// Whether it ever answered.
    pub fn answered_ever(&self) -> bool {
        self.answered_ever
    }

    /// The latest failure of the endpoint itself and when it came, also when it is over.
    pub fn last_failure(&self) -> Option<(Timestamp, &Failure)> {
        self.last_failure.as_ref().map(|(at, failure)| (*at, failure))
    }

    /// Keeps a failure of the endpoint in mind.
    pub(super) fn note_failure(&mut self, at: Timestamp, failure: &Failure) {
        self.last_failure = Some((at, failure.clone()));
    }

    /// Takes the outcome of a round and says whether the state changed.
    pub(super) fn push(&mut self, source: SourceId, at: Timestamp, outcome: Outcome) -> bool {
        if self.outcomes.len() == KEPT {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back(outcome);
        if outcome == Outcome::Failed {
            match self.failing.iter_mut().find(|(known, _)| *known == source) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => self.failing.push((source, 1)),
            }
        } else {
            self.answered_ever = true;
            self.failing.clear();
        }
        let state = self.next_state();
        let changed = state != self.state;
        if changed {
            self.state = state;
            self.since = Some(at);
        }
        changed
    }

    fn next_state(&self) -> EnvironmentState {
        let failures = self.failing.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if failures > 0 {
            let down = self.state == EnvironmentState::Down || failures >= self.failures_down();
            return if down { EnvironmentState::Down } else { EnvironmentState::Degraded };
        }
        let mut latest = self.outcomes.iter().rev().take(ANSWERS_UP);
        if latest.any(|outcome| *outcome == Outcome::Failed) {
            return EnvironmentState::Degraded;
        }
        let median = self.usual().unwrap_or_default();
        if median >= SLOW || (self.state == EnvironmentState::Slow && median > FAST) {
            EnvironmentState::Slow
        } else {
            EnvironmentState::Up
        }
    }

    /// How many more failures in a row make it down; one at least.
    pub fn failures_left(&self) -> usize {
        let failures = self.failing.iter().map(|(_, count)| *count).max().unwrap_or(0);
        self.failures_down().saturating_sub(failures).max(1)
    }

    /// How many failures in a row make it down: three, or more where it often fails for a moment, at
    /// most five.
    pub fn failures_down(&self) -> usize {
        let (mut flukes, mut answers, mut run) = (0_u32, 0_u32, 0_usize);
        for outcome in &self.outcomes {
            if *outcome == Outcome::Failed {
                run += 1;
                continue;
            }
            answers += 1;
            flukes += u32::from((1..FAILURES_DOWN).contains(&run));
            run = 0;
        }
        if flukes < FLUKES {
            return FAILURES_DOWN;
        }
        let rate = f64::from(flukes) / f64::from(answers.max(1));
        (FAILURES_DOWN..FAILURES_AT_MOST)
            .zip(std::iter::successors(Some(rate.powi(3)), |chance| Some(chance * rate)))
            .find(|(_, chance)| *chance < CHANCE)
            .map_or(FAILURES_AT_MOST, |(failures, _)| failures)
    }
}

#[cfg(test)]
mod tests;
