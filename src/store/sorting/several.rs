//! Sorting on several threads: each sorter has a range of the keys, and nothing to do with the others. Where there is
//! little to sort there is but one.

use std::thread;

use super::{BEHIND, Handle, Item, Sorter, Stage, Texts, Touch, WINDOW};

/// So much more than one sorter alone do several do in a step, each: to wake a processor must be worth while.
const LONGER: usize = 2;

/// Sorters of ever larger keys.
#[derive(Debug)]
pub(in crate::store) struct Sorters {
    all: Vec<Sorter>,
    /// Where the keys of the second begin, and of those behind it.
    bounds: Vec<u64>,
}

impl Sorters {
    /// One sorter, for so many jobs.
    pub(in crate::store) fn new(stage: Stage, descending: bool, room: usize) -> Self {
        Self { all: vec![Sorter::new(stage, descending, room)], bounds: Vec::new() }
    }

    /// Learns what the texts begin with, from some of those that will be added.
    pub(in crate::store) fn learn<'a>(&mut self, samples: impl Iterator<Item = &'a str>) {
        if let [one] = self.all.as_mut_slice() {
            one.learn(samples);
        }
    }

    /// Shares the keys out to so many sorters, as some of those that will be added are spread. Nothing has been added yet.
    pub(in crate::store) fn spread(&mut self, count: usize, samples: Vec<Item>) {
        let mut keys: Vec<u64> = samples.into_iter().map(Item::key).collect();
        keys.sort_unstable();
        let bounds = (1..count).filter_map(|nth| keys.get(keys.len() * nth / count));
        self.bounds = bounds.copied().collect();
        self.bounds.dedup();
        let [one] = self.all.as_mut_slice() else { return };
        // The room beside what is sorted stays the same in all.
        one.part /= count;
        let others: Vec<Sorter> = self.bounds.iter().map(|_| one.like()).collect();
        self.all.extend(others);
    }

    /// What makes the items.
    pub(in crate::store) fn first(&self) -> Option<&Sorter> {
        self.all.first()
    }

    /// Adds some items of the [first one's](Self::first).
    pub(in crate::store) fn add(&mut self, items: &[Item]) {
        if let [one] = self.all.as_mut_slice() {
            return one.add(items);
        }
        for item in items {
            let key = item.key();
            let place = self.bounds.iter().map(|bound| usize::from(*bound <= key)).sum::<usize>();
            if let Some(sorter) = self.all.get_mut(place) {
                sorter.add(std::slice::from_ref(item));
            }
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
        let mut under_way = self.all.iter_mut().filter(|sorter| !sorter.is_done());
        let Some(own) = under_way.next() else { return true };
        thread::scope(|scope| {
            for sorter in under_way {
                let work = move || sorter.step(&mut each.clone(), texts, touch);
                // Where the machine has no thread to give, it has its turn when the others are done.
                drop(thread::Builder::new().spawn_scoped(scope, work));
            }
            own.step(&mut each.clone(), texts, touch);
        });
        self.all.iter().all(Sorter::is_done)
    }

    pub(in crate::store) fn len(&self) -> usize {
        self.all.iter().map(Sorter::len).sum()
    }

    /// Takes the last one out of what is sorted.
    pub(in crate::store) fn pop(&mut self) -> Option<Handle> {
        self.all.iter_mut().rev().find_map(Sorter::pop)
    }

    /// Gives back the room that sorting took, and that of what has been taken out.
    pub(in crate::store) fn finish(&mut self) {
        self.all.iter_mut().for_each(Sorter::finish);
    }
}
