//! How far the sorting of a run of items is: its phase, its place in it, and what has been learned of the
//! keys on the way.

use std::ops::Range;

use super::Stage;
use super::digits::Digit;

/// Items that are equal as far as they have been looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) stage: Stage,
    /// The bytes of this stage's text that are known to be equal, or are covered by the keys.
    pub(super) offset: usize,
    /// Whether the items hold the keys by which the run is to be sorted.
    pub(super) keyed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Guesses how many bytes all texts of the run share.
    Measure,
    /// Takes the keys behind them.
    Key,
    Count,
    /// Sorts by one digit of the keys, the last one first.
    Scatter(usize),
    /// Brings the items back where an odd number of scatterings left them.
    Return,
    /// Finds the runs of equal keys.
    Split,
}

type Counts = Vec<usize>;

/// A run under way.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) run: Run,
    pub(super) phase: Phase,
    pub(super) at: usize,
    /// How many bytes all texts of the run share from its offset on, as far as is known.
    pub(super) shared: usize,
    /// How many those that have been looked at do.
    pub(super) least: usize,
    pub(super) same: bool,
    pub(super) longer: bool,
    /// The bits in which its keys differ, and one of the keys.
    pub(super) varying: u64,
    pub(super) one: Option<u64>,
    /// The digits by which it is sorted, the last first, and how often each value of each occurs.
    pub(super) digits: Vec<Digit>,
    pub(super) counts: Vec<Counts>,
    /// Whether the items stand in the spare room now.
    pub(super) away: bool,
    /// Where the equal keys begin that are being counted.
    pub(super) group: usize,
}

impl Task {
    pub(super) fn new(run: Run) -> Self {
        let phase = if run.keyed { Phase::Count } else { Phase::Measure };
        let mut task = Self {
            run,
            phase,
            at: 0,
            shared: 0,
            least: 0,
            same: true,
            longer: false,
            varying: 0,
            one: None,
            digits: Vec::new(),
            counts: Vec::new(),
            away: false,
            group: 0,
        };
        task.enter(phase);
        task
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        (self.phase, self.at) = (phase, self.run.from);
        (self.shared, self.least, self.same, self.longer) = (0, usize::MAX, true, false);
        self.group = self.run.from;
        if phase == Phase::Key {
            (self.varying, self.one) = (0, None);
        }
    }

    /// The next part of the run that the budget allows.
    pub(super) fn portion(&mut self, budget: &mut usize, cost: usize) -> Range<usize> {
        let count = (*budget / cost).max(1).min(self.run.to - self.at);
        *budget = budget.saturating_sub(count * cost);
        self.at += count;
        self.at - count..self.at
    }

    /// Makes places of a digit's counts, or goes on to the next one, where all keys have one value.
    pub(super) fn settle_digit(&mut self, from: usize) {
        let length = self.run.to - self.run.from;
        for (digit, counts) in self.counts.iter_mut().enumerate().skip(from) {
            if counts.contains(&length) {
                continue;
            }
            let mut place = self.run.from;
            for count in counts.iter_mut() {
                place += std::mem::replace(count, place);
            }
            return self.enter(Phase::Scatter(digit));
        }
        self.counts = Vec::new();
        let back = self.away;
        self.enter(if back { Phase::Return } else { Phase::Split });
    }

    pub(super) fn is_through(&self) -> bool {
        self.at >= self.run.to
    }
}
