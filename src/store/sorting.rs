//! Sorting a million handles in steps of a bounded size: by eight bytes of each job's key at a time, with a
//! radix sort, and then only those on by the next eight bytes whose first eight were equal. What is equal
//! keeps the order in which it came.
//!
//! Jobs may change between two steps. That puts those jobs in a wrong place, which whoever sorts mends
//! afterwards; it never moves others.

mod digits;
mod item;
mod parts;
mod prefixes;
mod several;
mod taken;
mod task;
mod window;

use super::ahead::ahead;
use super::column::{Key, compare_text};
use super::jobs::Handle;
use super::room::{fit, give_back};
use item::Item;
use prefixes::Prefixes;
pub(super) use several::Sorters;
pub(super) use taken::Taken;
use task::{Phase, Run, Task};
use window::{BEHIND, WINDOW, folded, shared, window};

/// What looking at a job's text costs, in steps of moving a handle.
pub(super) const GATHER: usize = 8;
/// Runs up to this length are sorted at once.
const SMALL: usize = 2_048;
/// And up to this one without taking keys first.
const FEW: usize = 16;
/// How many items of short runs are looked at together.
const TOGETHER: usize = 64;
/// From so many runs on that wait to be sorted no more are looked for; and among so many items at a time. So the runs
/// take less than what a C library's allocator asks of the system by itself, and keeps from then on.
const WAITING: usize = 1_024;
/// The longest part of a run that is sorted at once, beside which there is room for it.
const PART: usize = 1 << 18;
/// How many texts of a long run are looked at to guess what all of it have in common.
const SAMPLE: usize = 64;

/// Which text a handle is sorted by.
pub(super) type Texts<'a> = dyn Fn(Handle) -> &'a str + Sync + 'a;

/// Touches the row that says where a handle's text is.
pub(super) type Touch<'a> = dyn Fn(Handle) -> u64 + Sync + 'a;

/// How texts are compared: case aside and then as they are, or as they are alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Folded,
    Raw,
}

/// Handles being sorted.
#[derive(Debug)]
pub(super) struct Sorter {
    items: Vec<Item>,
    spare: Vec<Item>,
    stage: Stage,
    /// What many of the texts begin with.
    prefixes: Prefixes,
    /// What turns keys round for a descending order.
    flip: u64,
    /// The bits in which the keys that were added differ, and one of them.
    varying: u64,
    one: Option<u64>,
    runs: Vec<Run>,
    task: Option<Task>,
    /// Runs that are being split, each until the runs that have been found in it are sorted.
    split: Vec<Task>,
    /// A run is sorted in parts of this length.
    part: usize,
}

impl Sorter {
    pub(super) fn new(stage: Stage, descending: bool, room: usize) -> Self {
        let flip = if descending { u64::MAX } else { 0 };
        Self {
            items: Vec::with_capacity(room),
            spare: Vec::new(),
            stage,
            prefixes: Prefixes::default(),
            flip,
            varying: 0,
            one: None,
            runs: Vec::new(),
            task: None,
            split: Vec::new(),
            part: PART,
        }
    }

    /// Another one for keys of the same kind, with room for so many.
    fn like(&self, room: usize) -> Self {
        let mut other = Self::new(self.stage, self.flip != 0, room);
        other.part = self.part;
        other
    }

    /// Learns what the texts begin with, from some of those that will be added.
    pub(super) fn learn<'a>(&mut self, samples: impl Iterator<Item = &'a str>) {
        if self.stage == Stage::Folded {
            self.prefixes = Prefixes::of(samples);
        }
    }

    /// What is sorted for a handle. `None` where there is nothing to sort it by, or where that takes knowing others.
    pub(super) fn item(&self, handle: Handle, key: Key<'_>) -> Option<Item> {
        let (key, exact) = match key {
            Key::Missing | Key::Moment { .. } => return None,
            Key::Number(number) => (number, true),
            Key::Ranked(number) => (number, false),
            Key::Text(text) if self.prefixes.is_empty() => window(text, self.stage, 0),
            Key::Text(text) => self.prefixes.key(text),
        };
        Some(Item::new(key ^ self.flip, handle, exact))
    }

    /// Adds some of those.
    pub(super) fn add(&mut self, items: &[Item]) {
        let Some(first) = items.first() else { return };
        let one = *self.one.get_or_insert(first.key());
        self.varying |= items.iter().fold(0, |varying, item| varying | (item.key() ^ one));
        self.items.extend_from_slice(items);
    }

    /// Begins to sort what has been added, whose keys cover so many bytes of their texts.
    fn start(&mut self, offset: usize) {
        self.runs.push(Run {
            from: 0,
            to: self.items.len(),
            stage: self.stage,
            offset,
            keyed: true,
            varying: self.varying,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Takes so many from the end of what is sorted, the last one first.
    pub(super) fn take_last(&mut self, count: usize, last: &mut Vec<Handle>) {
        let rest = self.items.len().saturating_sub(count);
        last.extend(self.items.drain(rest..).rev().map(Item::handle));
    }

    /// Works until the budget is used up; says whether everything is sorted.
    pub(super) fn step(&mut self, budget: &mut usize, texts: &Texts<'_>, touch: &Touch<'_>) -> bool {
        while *budget > 0 {
            if self.task.is_none() && self.sort_short_runs(budget, (texts, touch)) {
                continue;
            }
            let task = self.task.take().or_else(|| self.next_task());
            let Some(mut task) = task else { return true };
            if self.advance(&mut task, budget, (texts, touch)) {
                continue;
            }
            if task.phase == Phase::Split && self.runs.len() >= task.others + WAITING {
                self.split.push(task);
            } else {
                self.task = Some(task);
            }
        }
        self.is_done()
    }

    fn is_done(&self) -> bool {
        self.task.is_none() && self.runs.is_empty() && self.split.is_empty()
    }

    fn next_task(&mut self) -> Option<Task> {
        let found = self.runs.len();
        let task = match self.split.pop_if(|task| found <= task.others) {
            Some(task) => task,
            None => Task::new(self.runs.pop()?),
        };
        Some(Task { others: self.runs.len(), ..task })
    }

    /// Gives back the room that sorting took, and that of what has been taken out.
    pub(super) fn finish(&mut self) {
        give_back(&mut self.spare);
        fit(&mut self.items);
    }

    /// Sorts short runs, if some are next; several of them, because their texts stand anywhere.
    fn sort_short_runs(&mut self, budget: &mut usize, (texts, touch): (&Texts<'_>, &Touch<'_>)) -> bool {
        let mut left = TOGETHER;
        let short = self.runs.iter().rev().take_while(|run| {
            let count = run.to - run.from;
            let short = count <= FEW && !run.keyed && count <= left;
            left -= if short { count } else { 0 };
            short
        });
        let runs = self.runs.split_off(self.runs.len() - short.count());
        *budget = budget.saturating_sub((TOGETHER - left) * GATHER);
        let handles = || {
            let items = runs.iter().filter_map(|run| self.items.get(run.from..run.to));
            items.flatten().map(|item| item.handle())
        };
        std::hint::black_box(handles().map(touch).fold(0, u64::wrapping_add));
        std::hint::black_box(handles().map(|handle| texts(handle).len()).fold(0, usize::wrapping_add));
        for run in &runs {
            self.sort_few(*run, texts);
        }
        !runs.is_empty()
    }

    fn sort_few(&mut self, run: Run, texts: &Texts<'_>) {
        let descending = self.flip != 0;
        let compare = |a: &Item, b: &Item| {
            let order = match run.stage {
                Stage::Folded => compare_text(texts(a.handle()), texts(b.handle())),
                Stage::Raw => texts(a.handle()).cmp(texts(b.handle())),
            };
            if descending { order.reverse() } else { order }
        };
        let Some(items) = self.items.get_mut(run.from..run.to) else { return };
        // Mostly they are equal, and only their keys could not say so.
        let first = items.first().map(|item| texts(item.handle()));
        if !items.iter().all(|item| Some(texts(item.handle())) == first) {
            items.sort_by(compare);
        }
    }

    /// Goes on with a run; says whether nothing is left to do for it.
    fn advance(
        &mut self,
        task: &mut Task,
        budget: &mut usize,
        (texts, touch): (&Texts<'_>, &Touch<'_>),
    ) -> bool {
        match task.phase {
            Phase::Measure => {
                self.measure(task, budget, texts);
                false
            }
            Phase::Key => self.key(task, budget, (texts, touch)),
            Phase::Count => {
                self.count(task, budget);
                false
            }
            Phase::Scatter(digit) => {
                self.scatter(task, digit, budget);
                false
            }
            Phase::Return => {
                self.bring_back(task, budget);
                false
            }
            Phase::Lift => {
                self.lift(task, budget);
                false
            }
            Phase::Merge => {
                self.merge(task, budget);
                false
            }
            Phase::Split => self.split(task, budget),
        }
    }

    /// Guesses from some texts of the run how many bytes all of them share.
    fn measure(&self, task: &mut Task, budget: &mut usize, texts: &Texts<'_>) {
        let (run, length) = (task.run, task.run.to - task.run.from);
        let sample = if length > SMALL { SAMPLE } else { FEW };
        *budget = budget.saturating_sub(length.min(sample) * GATHER);
        let Some(first) = self.items.get(run.from).map(|item| texts(item.handle())) else { return };
        let some = self.items.get(run.from..run.to).unwrap_or_default().iter();
        let guess = some
            .step_by((length / sample).max(1))
            .map(|item| shared(first, texts(item.handle()), run.stage, run.offset, usize::MAX))
            .min();
        task.enter(Phase::Key);
        task.shared = guess.unwrap_or_default();
    }

    /// Takes the keys behind what all texts share; says whether nothing is left to compare.
    fn key(&mut self, task: &mut Task, budget: &mut usize, (texts, touch): (&Texts<'_>, &Touch<'_>)) -> bool {
        let (Run { from, stage, offset, .. }, flip) = (task.run, self.flip);
        let Some(first) = self.items.get(from).map(|item| texts(item.handle())) else { return true };
        let guess = task.shared;
        let items = self.items.get_mut(task.portion(budget, GATHER)).unwrap_or_default();
        let touch_row = |item: &Item| touch(item.handle());
        let touch_text =
            |item: &Item| u64::from(texts(item.handle()).as_bytes().first().copied().unwrap_or_default());
        for item in ahead(items, touch_row, touch_text) {
            let text = texts(item.handle());
            let (key, exact) = window(text, stage, offset + guess);
            let key = key ^ flip;
            item.set(key, exact);
            task.varying |= key ^ *task.one.get_or_insert(key);
            if guess > 0 {
                task.least = task.least.min(shared(first, text, stage, offset, guess));
            }
            task.same = task.same && text == first;
            task.longer = task.longer
                || if stage == Stage::Raw || text.is_ascii() {
                    text.len() > offset
                } else {
                    folded(text).nth(offset).is_some()
                };
        }
        if !task.is_through() {
            return false;
        }
        match (task.same, task.longer, stage) {
            (true, ..) | (false, false, Stage::Raw) => return true,
            // Equal but for case.
            (false, false, Stage::Folded) => {
                (task.run.stage, task.run.offset) = (Stage::Raw, 0);
                task.enter(Phase::Measure);
            }
            // The guess was too bold: now it is known.
            (false, true, _) if task.least < guess => {
                let known = task.least;
                task.enter(Phase::Key);
                task.shared = known;
            }
            (false, true, _) => {
                task.run.offset += guess + WINDOW;
                task.enter(Phase::Count);
            }
        }
        false
    }

    fn split(&mut self, task: &mut Task, budget: &mut usize) -> bool {
        let items = task.portion(&mut WAITING.min(*budget), 1);
        *budget = budget.saturating_sub(items.len());
        for at in items {
            let Some(item) = self.items.get(at).copied() else { continue };
            let key = item.key();
            let first = self.items.get(task.group).map_or(key, |first| first.key());
            if !task.are_together(key, first) {
                self.close(task, at);
            }
            // Here: in which bits the group's keys differ, and whether all of them are exact.
            task.varying |= key ^ *task.one.get_or_insert(key);
            task.same &= item.exact();
        }
        let through = task.is_through();
        if through {
            self.close(task, task.run.to);
        }
        through
    }

    /// Ends a group of equal keys; what is not told apart yet is a run of its own.
    fn close(&mut self, task: &mut Task, to: usize) {
        let varying = task.varying;
        if to - task.group > 1 && (varying > 0 || !task.same) {
            self.runs.push(Run { from: task.group, to, keyed: varying > 0, varying, ..task.run });
        }
        (task.group, task.same, task.varying, task.one) = (to, true, 0, None);
    }
}

impl Drop for Sorter {
    /// Also where it is given up amid the work.
    fn drop(&mut self) {
        give_back(&mut self.items);
        give_back(&mut self.spare);
    }
}

#[cfg(test)]
mod tests;
