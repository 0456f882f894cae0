//! Sorting a run of items by their keys: digit by digit, the last one first, into a room beside it and back. A
//! long run is sorted in parts, so that the room is small; each part is merged with those behind it.

use std::ops::Range;

use super::item::Item;
use super::task::{Phase, Task};
use super::{Handle, SMALL, Sorter};

impl Sorter {
    pub(super) fn count(&mut self, task: &mut Task, budget: &mut usize) {
        let length = task.run.to - task.run.from;
        if length <= SMALL {
            *budget = budget.saturating_sub(length);
            if let Some(items) = self.items.get_mut(task.run.from..task.run.to) {
                items.sort_by_key(|item| item.key());
            }
            return task.enter(Phase::Split);
        }
        if task.at == task.from {
            task.part(self.part);
        }
        let portion = task.portion(budget, 2);
        // Room is made bit by bit too: it costs more than counting.
        let room = task.at - task.from;
        if self.spare.len() < room {
            self.spare.reserve_exact(self.items.len().min(self.part) - self.spare.len());
            self.spare.resize(room, Item::new(0, Handle::new(0), true));
        }
        if task.counts.is_empty() {
            task.lay_out();
        }
        for item in self.items.get(portion).unwrap_or_default() {
            for (digit, counts) in task.digits.iter().zip(&mut task.counts) {
                if let Some(count) = counts.get_mut(digit.of(item.key())) {
                    *count += 1;
                }
            }
        }
        if task.is_through() {
            task.enter(Phase::Scatter(0));
            task.settle_digit(0);
        }
    }

    pub(super) fn scatter(&mut self, task: &mut Task, nth: usize, budget: &mut usize) {
        let Range { start, end } = task.portion(budget, 1);
        let portion = start - task.from..end - task.from;
        let part = self.items.get_mut(task.from..task.to).unwrap_or_default();
        let room = self.spare.as_mut_slice();
        let (from, to) = if task.away { (&*room, part) } else { (&*part, room) };
        if let (Some(places), Some(digit)) = (task.counts.get_mut(nth), task.digits.get(nth)) {
            for item in from.get(portion).unwrap_or_default() {
                let Some(place) = places.get_mut(digit.of(item.key())) else { continue };
                if let Some(room) = to.get_mut(*place) {
                    *room = *item;
                }
                *place += 1;
            }
        }
        if task.is_through() {
            task.away = !task.away;
            task.settle_digit(nth + 1);
        }
    }

    pub(super) fn bring_back(&mut self, task: &mut Task, budget: &mut usize) {
        let Range { start, end } = task.portion(budget, 1);
        let from = self.spare.get(start - task.from..end - task.from);
        if let (Some(from), Some(to)) = (from, self.items.get_mut(start..end)) {
            to.copy_from_slice(from);
        }
        if task.is_through() {
            task.away = false;
            task.join();
        }
    }

    /// Takes a part of the run out, so that there is room before what is behind it.
    pub(super) fn lift(&mut self, task: &mut Task, budget: &mut usize) {
        let Range { start, end } = task.portion(budget, 1);
        let to = self.spare.get_mut(start - task.from..end - task.from);
        if let (Some(from), Some(to)) = (self.items.get(start..end), to) {
            to.copy_from_slice(from);
        }
        if task.is_through() {
            (task.lifted, task.behind) = (0, task.to);
            task.enter(Phase::Merge);
        }
    }

    /// Merges what was taken out with what is behind it; of what is equal, that comes first.
    pub(super) fn merge(&mut self, task: &mut Task, budget: &mut usize) {
        let lifted = task.to - task.from;
        for _ in 0..*budget {
            let Some(first) = self.spare.get(..lifted).and_then(|spare| spare.get(task.lifted)) else {
                break;
            };
            let other = self.items.get(..task.run.to).and_then(|items| items.get(task.behind));
            let item = match other {
                Some(other) if task.is_before(other.key(), first.key()) => {
                    task.behind += 1;
                    *other
                }
                _ => {
                    task.lifted += 1;
                    *first
                }
            };
            if let Some(place) = self.items.get_mut(task.at) {
                *place = item;
            }
            task.at += 1;
            *budget -= 1;
        }
        // What is left behind stands where it belongs.
        if task.lifted == lifted {
            task.next_part();
        }
    }
}
