//! Sorting on several threads: each sorter has a range of the keys, and nothing to do with the others. There are more of
//! them than threads, so that what one sorts stays near to its processor, and a range that turned out long keeps
//! nobody waiting. Where there is little to sort there is but one.

use std::slice::IterMut;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::taken::Taken;
use super::{BEHIND, Handle, Item, Key, Sorter, Stage, Texts, Touch, WINDOW};
use crate::store::room::give_back;

/// So much more than one sorter alone does each thread do in a step: to wake a processor must be worth while.
const LONGER: usize = 2;
/// Ranges of keys for each thread.
const RANGES: usize = 8;

/// Sorters of ever larger keys.
#[derive(Debug)]
pub(in crate::store) struct Sorters {
    all: Vec<Sorter>,
    /// Where the keys of the second begin, and of those behind it.
    bounds: Vec<u64>,
    threads: usize,
    /// The room beside what is sorted, of those that are done, for those that are not.
    pub(super) rooms: Vec<Vec<Item>>,
}

/// Whose turn it is.
struct Turns<'a> {
    left: IterMut<'a, Sorter>,
    rooms: &'a mut Vec<Vec<Item>>,
}

impl Sorters {
    /// One sorter, for so many jobs.
    pub(in crate::store) fn new(stage: Stage, descending: bool, room: usize) -> Self {
        let one = Sorter::new(stage, descending, room);
        Self { all: vec![one], bounds: Vec::new(), threads: 1, rooms: Vec::new() }
    }

    /// Learns what the texts begin with, from some of those that will be added.
    pub(in crate::store) fn learn<'a>(&mut self, samples: impl Iterator<Item = &'a str>) {
        if let [one] = self.all.as_mut_slice() {
            one.learn(samples);
        }
    }

    /// Shares the keys out, for so many threads, as some of those that will be added are spread. Nothing has been added
    /// yet.
    pub(in crate::store) fn spread(&mut self, threads: usize, samples: Vec<Item>) {
        let mut keys: Vec<u64> = samples.into_iter().map(Item::key).collect();
        keys.sort_unstable();
        let count = threads * RANGES;
        let bounds = (1..count).filter_map(|nth| keys.get(keys.len() * nth / count));
        self.bounds = bounds.copied().collect();
        self.bounds.dedup();
        self.threads = threads;
        let [one] = self.all.as_mut_slice() else { return };
        // The room beside what is sorted stays the same in all.
        one.part /= threads;
        // More than a range's share, since samples do not say all; that is memory only once it is used.
        let room = one.items.capacity() * 4 / count;
        let others: Vec<Sorter> = self.bounds.iter().map(|_| one.like(room)).collect();
        self.all.extend(others);
    }

    /// What is sorted for a handle, as [`Sorter::item`] says.
    pub(in crate::store) fn item(&self, handle: Handle, key: Key<'_>) -> Option<Item> {
        self.all.first()?.item(handle, key)
    }

    /// How many ranges there are.
    pub(super) fn ranges(&self) -> usize {
        self.all.len()
    }

    /// In which of them a key is.
    pub(super) fn range(&self, item: Item) -> usize {
        self.bounds.partition_point(|bound| *bound <= item.key())
    }

    /// Adds an item.
    pub(in crate::store) fn add(&mut self, item: Item) {
        let range = self.range(item);
        if let Some(sorter) = self.all.get_mut(range) {
            sorter.add(&[item]);
        }
    }

    /// Adds what somebody has taken for it.
    pub(in crate::store) fn add_all(&mut self, taken: &Taken) {
        for (sorter, items) in self.all.iter_mut().zip(taken.by_range()) {
            sorter.add(items);
        }
    }

    /// Begins to sort what has been added. `ranked`: by a number first, and then by its text.
    pub(in crate::store) fn start(&mut self, ranked: bool) {
        let prefixed = self.all.first().is_some_and(|first| !first.prefixes.is_empty());
        let offset = match (ranked, prefixed) {
            (true, _) => 0,
            (false, false) => WINDOW,
            (false, true) => BEHIND,
        };
        self.all.iter_mut().for_each(|sorter| sorter.start(offset));
    }

    /// Works until the budget is used up; says whether everything is sorted.
    pub(in crate::store) fn step(
        &mut self,
        budget: &mut usize,
        texts: &Texts<'_>,
        touch: &Touch<'_>,
    ) -> bool {
        if let [one] = self.all.as_mut_slice() {
            return one.step(budget, texts, touch);
        }
        let each = *budget * LONGER;
        *budget = 0;
        let under_way = self.all.iter().filter(|sorter| !sorter.is_done()).count();
        let turns = Mutex::new(Turns { left: self.all.iter_mut(), rooms: &mut self.rooms });
        let work = || {
            let mut budget = each;
            while budget > 0
                && let Some(sorter) = Turns::next(&turns)
            {
                if sorter.step(&mut budget, texts, touch) {
                    Turns::leave(&turns, sorter);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..self.threads.min(under_way) {
                // Where the machine has no thread to give, the others have more to do.
                drop(thread::Builder::new().spawn_scoped(scope, work));
            }
            work();
        });
        self.all.iter().all(Sorter::is_done)
    }

    pub(in crate::store) fn len(&self) -> usize {
        self.all.iter().map(Sorter::len).sum()
    }

    /// Takes so many from the end of what is sorted, the last one first.
    pub(in crate::store) fn take_last(&mut self, count: usize) -> Vec<Handle> {
        let mut last = Vec::with_capacity(count);
        for sorter in self.all.iter_mut().rev() {
            sorter.take_last(count - last.len(), &mut last);
        }
        last
    }

    /// Gives back the room that sorting took, and that of what has been taken out.
    pub(in crate::store) fn finish(&mut self) {
        self.all.iter_mut().for_each(Sorter::finish);
        self.rooms.iter_mut().for_each(give_back);
    }
}

impl<'a> Turns<'a> {
    /// A sorter that is not done; with the room of one that is, if it has none.
    fn next(turns: &Mutex<Self>) -> Option<&'a mut Sorter> {
        let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
        let sorter = turns.left.find(|sorter| !sorter.is_done())?;
        if sorter.spare.capacity() == 0 {
            sorter.spare = turns.rooms.pop().unwrap_or_default();
        }
        Some(sorter)
    }

    fn leave(turns: &Mutex<Self>, sorter: &mut Sorter) {
        let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.rooms.push(std::mem::take(&mut sorter.spare));
    }
}

impl Drop for Sorters {
    /// Also where they are given up amid the work.
    fn drop(&mut self) {
        self.rooms.iter_mut().for_each(give_back);
    }
}
