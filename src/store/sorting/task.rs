//! How far the sorting of a run of items is: its phase, its place in it, and what has been learned of the
//! keys on the way.

use std::ops::Range;

use super::Stage;
use super::digits::{Digit, digits};

/// The most digits that a run is sorted by at once.
const MOST_DIGITS: usize = 3;

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
    /// The bits in which those differ.
    pub(super) varying: u64,
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
    /// Takes a part of a long run out, to be merged with those behind it.
    Lift,
    Merge,
    /// Finds the runs of equal keys.
    Split,
}

type Counts = Vec<usize>;

/// A run under way.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) run: Run,
    /// What of the run is under way: a long one is sorted part by part, the last one first, so that little room
    /// is needed beside it, and each part is merged with those behind it.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) phase: Phase,
    pub(super) at: usize,
    /// How far the part and those behind it are merged.
    pub(super) lifted: usize,
    pub(super) behind: usize,
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
    /// The first digit, where it is parted by that alone, because there are many.
    pub(super) first: Option<Digit>,
    /// Whether the items stand in the spare room now.
    pub(super) away: bool,
    /// Where the equal keys begin that are being counted.
    pub(super) group: usize,
    /// How many runs waited when it was begun or gone on with: those are not its own.
    pub(super) others: usize,
}

impl Task {
    pub(super) fn new(run: Run) -> Self {
        let phase = if run.keyed { Phase::Count } else { Phase::Measure };
        let mut task = Self {
            run,
            from: run.from,
            to: run.to,
            phase,
            at: 0,
            lifted: 0,
            behind: 0,
            shared: 0,
            least: 0,
            same: true,
            longer: false,
            varying: run.varying,
            one: None,
            digits: Vec::new(),
            counts: Vec::new(),
            first: None,
            away: false,
            group: 0,
            others: 0,
        };
        task.enter(phase);
        task
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        if matches!(phase, Phase::Measure | Phase::Key | Phase::Split) {
            (self.from, self.to) = (self.run.from, self.run.to);
        }
        (self.phase, self.at) = (phase, self.from);
        (self.shared, self.least, self.same, self.longer) = (0, usize::MAX, true, false);
        self.group = self.run.from;
        if matches!(phase, Phase::Key | Phase::Split) {
            (self.varying, self.one) = (0, None);
        }
    }

    /// Prepares to count. Keys of many digits are parted by the first one, and each part by what varies
    /// in it, which is mostly much less.
    pub(super) fn lay_out(&mut self) {
        self.digits = digits(self.varying);
        if self.digits.len() > MOST_DIGITS {
            self.digits.drain(..self.digits.len() - 1);
            self.first = self.digits.first().copied();
        }
        self.counts = self.digits.iter().map(|digit| vec![0; digit.values()]).collect();
    }

    /// Whether two keys belong to one group.
    pub(super) fn are_together(&self, a: u64, b: u64) -> bool {
        match self.first {
            Some(first) => (a ^ b) & first.mask() == 0,
            None => a == b,
        }
    }

    /// Whether one key stands before another, as far as the run is sorted by keys at once.
    pub(super) fn is_before(&self, a: u64, b: u64) -> bool {
        match self.first {
            Some(first) => a & first.mask() < b & first.mask(),
            None => a < b,
        }
    }

    /// The next part of the run that the budget allows.
    pub(super) fn portion(&mut self, budget: &mut usize, cost: usize) -> Range<usize> {
        let count = (*budget / cost).max(1).min(self.to - self.at);
        *budget = budget.saturating_sub(count * cost);
        self.at += count;
        self.at - count..self.at
    }

    /// Makes places of a digit's counts, or goes on to the next one, where all keys have one value.
    pub(super) fn settle_digit(&mut self, from: usize) {
        let length = self.to - self.from;
        for (digit, counts) in self.counts.iter_mut().enumerate().skip(from) {
            if counts.contains(&length) {
                continue;
            }
            let mut place = 0;
            for count in counts.iter_mut() {
                place += std::mem::replace(count, place);
            }
            return self.enter(Phase::Scatter(digit));
        }
        self.counts = Vec::new();
        if self.away { self.enter(Phase::Return) } else { self.join() }
    }

    pub(super) fn is_through(&self) -> bool {
        self.at >= self.to
    }

    /// Begins with the last part of the run, as long as may be.
    pub(super) fn part(&mut self, longest: usize) {
        self.from = self.to.saturating_sub(longest).max(self.run.from);
        self.at = self.from;
    }

    /// Goes on when a part is sorted: merges it with what is behind it.
    pub(super) fn join(&mut self) {
        if self.to < self.run.to { self.enter(Phase::Lift) } else { self.next_part() }
    }

    /// Goes on with the part before those that are sorted and merged, if there is one.
    pub(super) fn next_part(&mut self) {
        if self.from == self.run.from {
            return self.enter(Phase::Split);
        }
        self.to = self.from;
        self.from = self.run.from;
        self.enter(Phase::Count);
    }
}
