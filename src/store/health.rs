//! An environment's health, from the last answers of all its sources.
//!
//! The states have hysteresis, so that one lost packet is not an outage: three failures in a row
//! make *down*, two answers in a row make *up* again; between them lies *degraded*. An environment
//! that never answered is *down* at its first failure, because nothing speaks for it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::EnvironmentState;

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

/// How many outcomes are kept: at a refresh of 5 s the last five minutes.
const KEPT: usize = 60;
/// How many of them decide whether the environment is slow.
const RECENT: usize = 5;
/// A median above this is slow: ten times what the service takes for a page from the next continent.
const SLOW: Duration = Duration::from_secs(1);
/// And below this it is no longer slow; between the two the state stays as it is.
const FAST: Duration = Duration::from_millis(800);
/// So many failures in a row are an outage.
const FAILURES_DOWN: usize = 3;
/// So many answers in a row end it.
const ANSWERS_UP: usize = 2;

/// The window of outcomes and the state that follows from it.
#[derive(Debug)]
pub struct Health {
    outcomes: VecDeque<Outcome>,
    state: EnvironmentState,
    answered_ever: bool,
}

impl Default for Health {
    fn default() -> Self {
        Self { outcomes: VecDeque::new(), state: EnvironmentState::Unknown, answered_ever: false }
    }
}

impl Health {
    /// The state.
    pub fn state(&self) -> EnvironmentState {
        self.state
    }

    /// How long the last listing took, or, where the endpoint never lists, the last refusal. `None` where
    /// the last request failed or none was made.
    pub fn latency(&self) -> Option<Duration> {
        if *self.outcomes.back()? == Outcome::Failed {
            return None;
        }
        self.latencies().next()
    }

    /// The latencies that speak for the endpoint, newest first: of listings; of refusals only where there
    /// are no listings.
    fn latencies(&self) -> impl Iterator<Item = Duration> {
        let lists = self.outcomes.iter().any(|outcome| outcome.listed().is_some());
        let pick = if lists { Outcome::listed } else { Outcome::refused };
        self.outcomes.iter().rev().copied().filter_map(pick)
    }

    /// Listings and failures, oldest first, for a trend; refusals only where there are no listings.
    pub fn trend(&self) -> impl DoubleEndedIterator<Item = Option<Duration>> {
        let lists = self.outcomes.iter().any(|outcome| outcome.listed().is_some());
        self.outcomes.iter().filter_map(move |outcome| match outcome {
            Outcome::Failed => Some(None),
            Outcome::Listed(latency) => Some(Some(*latency)),
            Outcome::Refused(latency) => (!lists).then_some(Some(*latency)),
        })
    }

    /// Takes the outcome of a round and says whether the state changed.
    pub(super) fn push(&mut self, outcome: Outcome) -> bool {
        if self.outcomes.len() == KEPT {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back(outcome);
        self.answered_ever |= outcome != Outcome::Failed;
        let before = self.state;
        self.state = self.next_state();
        self.state != before
    }

    fn next_state(&self) -> EnvironmentState {
        let failures = self.streak(|outcome| outcome == Outcome::Failed);
        let answers = self.streak(|outcome| outcome != Outcome::Failed);
        if failures >= FAILURES_DOWN || (failures > 0 && !self.answered_ever) {
            return EnvironmentState::Down;
        }
        if failures > 0 {
            let down = self.state == EnvironmentState::Down;
            return if down { EnvironmentState::Down } else { EnvironmentState::Degraded };
        }
        let recovering = answers < ANSWERS_UP && self.outcomes.len() > answers;
        if recovering {
            return EnvironmentState::Degraded;
        }
        let median = self.usual().unwrap_or_default();
        if median >= SLOW || (self.state == EnvironmentState::Slow && median > FAST) {
            EnvironmentState::Slow
        } else {
            EnvironmentState::Up
        }
    }

    fn streak(&self, wanted: impl Fn(Outcome) -> bool) -> usize {
        self.outcomes.iter().rev().take_while(|outcome| wanted(**outcome)).count()
    }

    /// The latency to expect: the median of the recent answers. `None` without any.
    pub fn usual(&self) -> Option<Duration> {
        let mut recent: Vec<Duration> = self.latencies().take(RECENT).collect();
        recent.sort_unstable();
        recent.get(recent.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EnvironmentState::{Degraded, Down, Slow, Unknown, Up};

    /// Plays a story: `.` a quick listing, `s` a slow one, `m` one between the thresholds, `4` a quick
    /// refusal, `x` a failure.
    fn play(story: &str) -> EnvironmentState {
        let mut health = Health::default();
        for step in story.chars() {
            health.push(match step {
                '.' => Outcome::Listed(Duration::from_millis(40)),
                's' => Outcome::Listed(Duration::from_millis(1_400)),
                'm' => Outcome::Listed(Duration::from_millis(900)),
                '4' => Outcome::Refused(Duration::from_millis(2)),
                _ => Outcome::Failed,
            });
        }
        health.state()
    }

    #[test]
    fn states_follow_the_story() {
        for (story, state) in [
            ("", Unknown),
            (".", Up),
            ("x", Down),
            ("x.", Degraded),
            ("x..", Up),
            ("..x", Degraded),
            ("..xx", Degraded),
            ("..xxx", Down),
            ("..xxx.", Degraded),
            ("..xxx.x", Degraded),
            ("..xxx.xxx", Down),
            ("..xxx..", Up),
            ("..x.", Degraded),
            ("..x..", Up),
            ("s", Slow),
            (".....s", Up),
            (".....sss", Slow),
            ("sssmmm", Slow),
            ("mmm", Up),
            ("sss....", Up),
            // Another key's quick refusals do not make a slow environment quick.
            ("s4s4s4s4", Slow),
            ("4", Up),
            ("444x", Degraded),
        ] {
            assert_eq!(play(story), state, "{story:?}");
        }
    }

    #[test]
    fn the_window_is_bounded() {
        let mut health = Health::default();
        for _ in 0..1_000 {
            health.push(Outcome::Failed);
        }
        assert_eq!(health.trend().count(), KEPT);
        assert_eq!(health.latency(), None);
    }
}
