//! Building rows afresh, for a new query or a new sort, in steps of a bounded size, so that a million
//! jobs never keep a key press waiting. Reports may be merged between two steps: what they change is
//! mended at the end, from the store's journal.

use std::collections::HashSet;

use jiff::Timestamp;

use super::column::Key;
use super::jobs::Handle;
use super::order::Order;
use super::query::{Query, Scratch};
use super::row::Held;
use super::rows::{Rows, Wanted};
use super::sorting::{GATHER, Sorter, ahead};
use super::{Column, Sort, Store};

/// What a step may cost, in steps of moving a handle: one or two milliseconds.
const STEP: usize = 65_536;
/// What it costs to ask a query of a job.
const ASK: usize = 16;

/// From how many jobs it is learned what their texts begin with.
const SAMPLES: usize = 512;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Asking the query of every job, and taking the keys of those that match.
    Pick,
    Sort,
    /// Taking the keys of the first column, in the order that the second one gave.
    Again,
    /// Putting the rows together.
    Lay,
}

/// Rows being built.
#[derive(Debug)]
pub struct Build {
    wanted: Wanted,
    now: Timestamp,
    /// Of the jobs that there were at the start, newest first, those that have not been looked at; and the
    /// journal's place then.
    jobs: Order,
    since: u64,
    phase: Phase,
    /// How many different moments have been seen, newest first.
    moments: u64,
    moment: Option<(i64, i32)>,
    /// Jobs that changed since the start, where times are one of two columns.
    changed: HashSet<Handle>,
    /// What the keys that are being taken and sorted are of, and in which direction.
    column: Column,
    descending: bool,
    /// Where there are two columns, the second goes first: what is equal by the first then keeps the order
    /// that the second gave.
    second: bool,
    /// What the second column gave.
    within: Order,
    /// By handle, which of the moments it was created at, for a first column that is a time.
    created: Vec<u32>,
    /// What has nothing to sort by.
    missing: Vec<Handle>,
    sorter: Sorter,
    order: Order,
}

impl Build {
    /// Begins; the query's ages are as of `now`.
    pub fn start(store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Self {
        Self::of(store, store.jobs.ages().copy(), Wanted::new(query, sort), now)
    }

    /// Begins with the stuck jobs alone. Which these are changes as rounds go by: see
    /// [`stuck_revision`](Store::stuck_revision).
    pub fn start_stuck(store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Self {
        let wanted = Wanted { stuck: true, ..Wanted::new(query, sort) };
        let mut jobs = Order::default();
        store.jobs.stuck_by_age().into_iter().for_each(|handle| jobs.push(handle));
        Self::of(store, jobs, wanted, now)
    }

    /// Begins with so many jobs, newest first.
    fn of(store: &Store, jobs: Order, wanted: Wanted, now: Timestamp) -> Self {
        let sort = wanted.sort;
        // They stay newest first where the columns leave them equal.
        let second = sort.then.filter(|then| *then != (Column::Age, false));
        let (column, descending) = second.unwrap_or((sort.column, sort.descending));
        // The default sort is the order in which the jobs are looked at.
        let none = Order::default();
        let sorted = if sort == Sort::default() { &none } else { &jobs };
        let sorter = sorter(store, sorted, column, descending);
        Self {
            wanted,
            now,
            column,
            descending,
            second: second.is_some(),
            within: Order::default(),
            created: Vec::new(),
            sorter,
            jobs,
            since: store.jobs.journal().end(),
            phase: Phase::Pick,
            moments: 0,
            moment: None,
            changed: HashSet::new(),
            missing: Vec::new(),
            order: Order::with_homes(),
        }
    }

    /// Does a bounded piece of the work; gives the rows when they are ready. They may then still have to
    /// [follow](Rows::follow) what has changed in between.
    pub fn step(&mut self, store: &Store, scratch: &mut Scratch) -> Option<Rows> {
        self.step_by(STEP, store, scratch)
    }

    /// A step that costs so much.
    pub(super) fn step_by(
        &mut self,
        mut budget: usize,
        store: &Store,
        scratch: &mut Scratch,
    ) -> Option<Rows> {
        while budget > 0 {
            match self.phase {
                Phase::Pick => self.pick(store, &mut budget, scratch),
                Phase::Sort => {
                    let column = self.column;
                    let text = move |handle| store.job(handle).map_or("", |held| column.text(held));
                    let touch = |handle| store.jobs.get(handle).map_or(0, Held::touch_row);
                    if self.sorter.step(&mut budget, &text, &touch) {
                        self.sorter.finish();
                        self.phase = Phase::Lay;
                    }
                }
                Phase::Again => self.pick_again(store, &mut budget),
                Phase::Lay => {
                    if !self.lay(&mut budget) {
                        continue;
                    }
                    if !self.second {
                        let mut order = std::mem::take(&mut self.order);
                        if self.wanted.sort != Sort::default() {
                            order.turn();
                        }
                        return Some(Rows::new(self.wanted.clone(), order, self.since));
                    }
                    self.turn_to_first(store);
                }
            }
        }
        None
    }

    fn pick(&mut self, store: &Store, budget: &mut usize, scratch: &mut Scratch) {
        if self.wanted.sort.then.is_some() {
            self.changed = store.jobs.journal().since(self.since).into_iter().flatten().copied().collect();
        }
        let cost = if self.wanted.query.is_empty() { GATHER } else { ASK };
        let mut candidates = take_some(&mut self.jobs, budget, cost);
        candidates.retain(|handle| self.wanted.may_match(store, *handle));
        let (now, wanted) = (self.now, self.wanted.clone());
        let sorted = wanted.sort == Sort::default();
        let touch_row = |handle: &Handle| store.jobs.get(*handle).map_or(0, Held::touch_row);
        let reads_text = wanted.reads_text();
        let touch_text =
            |handle: &Handle| store.jobs.get(*handle).filter(|_| reads_text).map_or(0, Held::touch);
        for handle in ahead(&mut candidates, touch_row, touch_text) {
            if !wanted.matches(store, *handle, now, scratch) {
                continue;
            }
            if sorted {
                self.order.push(*handle);
            } else {
                self.take(store, *handle);
            }
        }
        if self.jobs.len() == 0 {
            self.sorter.start(self.column == Column::Status);
            self.phase = if sorted { Phase::Lay } else { Phase::Sort };
        }
    }

    fn take(&mut self, store: &Store, handle: Handle) {
        let Some(held) = store.job(handle) else { return };
        let again = self.phase == Phase::Again;
        if self.second && self.wanted.sort.column.is_of_time() {
            let moment = u32::try_from(self.moment_of(handle, held.row.created())).unwrap_or(u32::MAX);
            if handle.index() >= self.created.len() {
                self.created.resize(handle.index() + 1, 0);
            }
            if let Some(place) = self.created.get_mut(handle.index()) {
                *place = moment;
            }
        }
        match self.column.key(store.fleet(), held) {
            Key::Missing => self.missing.push(handle),
            Key::Number(number) => self.sorter.push_number(handle, number),
            Key::Ranked(number) => self.sorter.push_ranked(handle, number),
            Key::Text(text) => self.sorter.push_text(handle, text),
            Key::Moment { newest_first } => {
                let moment = if again && !self.created.is_empty() {
                    u64::from(self.created.get(handle.index()).copied().unwrap_or_default())
                } else {
                    self.moment_of(handle, held.row.created())
                };
                self.sorter.push_number(handle, if newest_first { moment } else { u64::MAX - moment });
            }
        }
    }

    /// Which of the moments this one is: jobs come newest first, so that their order is known, and only
    /// whether two are equal is not.
    fn moment_of(&mut self, handle: Handle, created: Option<(i64, i32)>) -> u64 {
        // One that changed meanwhile may be out of that order, and would part others that are equal. It is
        // put in its place at the end.
        if self.changed.contains(&handle) {
            return self.moments;
        }
        self.moments += u64::from(std::mem::replace(&mut self.moment, created) != created);
        self.moments
    }

    /// Begins to sort by the first column what the second has sorted.
    fn turn_to_first(&mut self, store: &Store) {
        let Sort { column, descending, .. } = self.wanted.sort;
        (self.column, self.descending, self.second) = (column, descending, false);
        self.within.turn();
        self.missing = Vec::new();
        self.sorter = sorter(store, &self.within, column, descending);
        self.phase = Phase::Again;
    }

    fn pick_again(&mut self, store: &Store, budget: &mut usize) {
        let mut handles = take_some(&mut self.within, budget, GATHER);
        let reads_text = self.column.is_of_text();
        let touch_row = |handle: &Handle| store.jobs.get(*handle).map_or(0, Held::touch_row);
        let touch_text =
            |handle: &Handle| store.jobs.get(*handle).filter(|_| reads_text).map_or(0, Held::touch);
        for handle in ahead(&mut handles, touch_row, touch_text) {
            self.take(store, *handle);
        }
        if self.within.len() == 0 {
            self.sorter.start(self.column == Column::Status);
            self.phase = Phase::Sort;
        }
    }

    /// Puts rows before those that are there; says whether these were the first. From the end on, because what
    /// is sorted then takes ever less room while the rows take ever more.
    fn lay(&mut self, budget: &mut usize) -> bool {
        let (sorter, missing) = (&mut self.sorter, &mut self.missing);
        let count = (*budget).min(sorter.len() + missing.len());
        *budget = budget.saturating_sub(count.max(1));
        for _ in 0..count {
            let handle = if self.descending {
                sorter.pop().or_else(|| missing.pop())
            } else {
                missing.pop().or_else(|| sorter.pop())
            };
            match handle {
                Some(handle) if self.second => self.within.push(handle),
                Some(handle) => self.order.push(handle),
                None => {}
            }
        }
        sorter.finish();
        sorter.len() + missing.len() == 0
    }
}

/// Takes from the front as many as the budget allows.
fn take_some(handles: &mut Order, budget: &mut usize, cost: usize) -> Vec<Handle> {
    let some = handles.take_front((*budget / cost).max(1));
    *budget = budget.saturating_sub(some.len() * cost);
    some
}

/// What sorts jobs by a column. It has room for all at once: growing would copy them in one long step.
fn sorter(store: &Store, jobs: &Order, column: Column, descending: bool) -> Sorter {
    let mut sorter = Sorter::new(column.stage(), descending, jobs.len());
    let some = jobs.iter().step_by(jobs.len() / SAMPLES + 1);
    sorter.learn(some.filter_map(|handle| store.job(handle)).map(|held| column.text(held)));
    sorter
}
