//! Figures over the outcomes that a [`Health`] keeps: latencies, percentiles, the share of answers.

use std::time::Duration;

use super::{Health, Outcome};

/// How many of the latest outcomes decide whether the environment is slow.
const RECENT: usize = 5;
/// Over how many of the latest outcomes figures are made: at a refresh of 5 s ten minutes.
const WINDOW: usize = 120;

/// How much of what was asked was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Answers, refusals among them.
    pub answered: usize,
    /// Rounds, never 0.
    pub asked: usize,
}

impl Share {
    /// In per cent, rounded down: 100 means that nothing failed.
    pub fn percent(self) -> usize {
        self.answered * 100 / self.asked.max(1)
    }
}

impl Health {
    /// How long the last listing took, or, where the endpoint never lists, the last refusal. `None` where
    /// the last request failed or none was made.
    pub fn latency(&self) -> Option<Duration> {
        if *self.outcomes.back()? == Outcome::Failed {
            return None;
        }
        self.latencies().next()
    }

    fn window(&self) -> impl DoubleEndedIterator<Item = Outcome> {
        self.outcomes.iter().rev().take(WINDOW).copied()
    }

    /// The latencies that speak for the endpoint, newest first: of listings; of refusals only where there
    /// are no listings.
    fn latencies(&self) -> impl Iterator<Item = Duration> {
        let lists = self.window().any(|outcome| outcome.listed().is_some());
        let pick = if lists { Outcome::listed } else { Outcome::refused };
        self.window().filter_map(pick)
    }

    /// Listings and failures, oldest first, for a trend; refusals only where there are no listings.
    pub fn trend(&self) -> impl DoubleEndedIterator<Item = Option<Duration>> {
        let lists = self.window().any(|outcome| outcome.listed().is_some());
        self.window().rev().filter_map(move |outcome| match outcome {
            Outcome::Failed => Some(None),
            Outcome::Listed(latency) => Some(Some(latency)),
            Outcome::Refused(latency) => (!lists).then_some(Some(latency)),
        })
    }

    /// All that is kept, oldest first: listings and failures; refusals only where there are no listings.
    pub fn history(&self) -> Vec<Option<Duration>> {
        let lists = self.outcomes.iter().any(|outcome| outcome.listed().is_some());
        let own = |outcome: &Outcome| match outcome {
            Outcome::Failed => Some(None),
            Outcome::Listed(latency) => Some(Some(*latency)),
            Outcome::Refused(latency) => (!lists).then_some(Some(*latency)),
        };
        self.outcomes.iter().filter_map(own).collect()
    }

    /// The latency to expect: the median of the recent answers. `None` without any.
    pub fn usual(&self) -> Option<Duration> {
        percentile(self.latencies().take(RECENT), 50)
    }

    /// The latency that so many per cent of the answers of the last ten minutes (at the usual refresh)
    /// stayed within. `None` without any.
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        percentile(self.latencies(), percent)
    }

    /// How much of what was asked in the last ten minutes (at the usual refresh) was answered. `None`
    /// before the first outcome.
    pub fn share(&self) -> Option<Share> {
        let asked = self.window().count();
        let answered = self.window().filter(|outcome| *outcome != Outcome::Failed).count();
        (asked > 0).then_some(Share { answered, asked })
    }
}

fn percentile(latencies: impl Iterator<Item = Duration>, percent: usize) -> Option<Duration> {
    let mut latencies: Vec<Duration> = latencies.collect();
    latencies.sort_unstable();
    latencies.get((latencies.len() * percent / 100).min(latencies.len().saturating_sub(1))).copied()
}
