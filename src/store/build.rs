//! Building rows afresh, for a new query or a new sort, in steps of a bounded size, so that a million
//! jobs never keep a key press waiting. Reports may be merged between two steps: what they change is
//! mended at the end, from the store's journal.

use std::collections::HashSet;

use jiff::Timestamp;

use super::column::Key;
use super::jobs::Handle;
use super::order::{Order, Queue};
use super::picking::{self, Asking, Hands, Share};
use super::query::Query;
use super::room::{fit, give_back};
use super::rows::{Rows, Wanted};
use super::sorting::{GATHER, Sorters};
use super::{Column, Sort, Store};

/// What a step may cost, in steps of moving a handle: one or two milliseconds.
const STEP: usize = 65_536;
/// What it costs to ask a query of a job.
const ASK: usize = 16;

/// So many rows are laid at once.
const LAID: usize = 8_192;

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
    /// Of the jobs that there were at the start, newest first, those that have not been looked at, and the
    /// journal's place then; and then those that the second column gave.
    jobs: Queue,
    since: u64,
    phase: Phase,
    hands: Hands,
    shares: Vec<Share>,
    /// Whether the first step has been done, with which somebody's key press waits for its echo.
    begun: bool,
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
    sorter: Sorters,
    order: Order,
}

impl Build {
    /// Begins; the query's ages are as of `now`.
    pub fn start(store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Self {
        Self::start_by(Hands::of_machine(), store, query, sort, now)
    }

    /// The same, with the work shared out as somebody says.
    pub(super) fn start_by(hands: Hands, store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Self {
        Self::of(store, store.jobs.ages().queue(), Wanted::new(query, sort), (now, hands))
    }

    /// Begins with the stuck jobs alone. Which these are changes as rounds go by: see
    /// [`stuck_revision`](Store::stuck_revision).
    pub fn start_stuck(store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Self {
        let wanted = Wanted { stuck: true, ..Wanted::new(query, sort) };
        let mut jobs = Order::default();
        jobs.extend(&store.jobs.stuck_by_age());
        Self::of(store, jobs.queue(), wanted, (now, Hands::of_machine()))
    }

    /// Begins with so many jobs, newest first.
    fn of(store: &Store, jobs: Queue, wanted: Wanted, (now, hands): (Timestamp, Hands)) -> Self {
        let sort = wanted.sort;
        // They stay newest first where the columns leave them equal.
        let second = sort.then.filter(|then| *then != (Column::Age, false));
        let (column, descending) = second.unwrap_or((sort.column, sort.descending));
        // The default sort is the order in which the jobs are looked at.
        let none = Queue::default();
        let sorted = if sort == Sort::default() { &none } else { &jobs };
        let sorter = sorter(store, sorted, (column, descending), hands);
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
            hands,
            shares: Vec::new(),
            begun: false,
            moments: 0,
            moment: None,
            changed: HashSet::new(),
            missing: Vec::new(),
            order: Order::with_homes(),
        }
    }

    /// Does a bounded piece of the work; gives the rows when they are ready. They may then still have to
    /// [follow](Rows::follow) what has changed in between.
    pub fn step(&mut self, store: &Store) -> Option<Rows> {
        self.step_by(STEP, store)
    }

    /// A step that costs so much.
    pub(super) fn step_by(&mut self, mut budget: usize, store: &Store) -> Option<Rows> {
        while budget > 0 {
            match self.phase {
                Phase::Pick => self.pick(store, &mut budget),
                Phase::Sort => {
                    let column = self.column;
                    let text = move |handle| store.job(handle).map_or("", |held| column.text(held));
                    let touch = |handle| store.jobs.touch(handle);
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
        self.begun = true;
        None
    }

    fn pick(&mut self, store: &Store, budget: &mut usize) {
        if self.wanted.sort.then.is_some() {
            self.changed = store.jobs.journal().since(self.since).into_iter().flatten().copied().collect();
        }
        let sorted = self.wanted.sort == Sort::default();
        // Which moment a job is of depends on the one before it; so what is sorted by that goes one by one.
        let keyed =
            !(sorted || self.column.is_of_time() || self.second && self.wanted.sort.column.is_of_time());
        self.share_out(budget, keyed);
        let asking = Asking {
            store,
            wanted: &self.wanted,
            now: self.now,
            key: keyed.then_some((self.column, &self.sorter)),
            origins: store.origins(),
        };
        picking::pick(&mut self.shares, self.hands.threads, &asking);
        let mut shares = std::mem::take(&mut self.shares);
        for share in &mut shares {
            self.sorter.add_all(&share.taken);
            self.missing.append(&mut share.missing);
            if sorted {
                self.order.extend(&share.matching);
            } else {
                share.matching.iter().for_each(|handle| self.take(store, *handle));
            }
        }
        if self.jobs.len() > 0 {
            // For the room that they have.
            self.shares = shares;
        } else {
            self.sorter.start(self.column == Column::Status);
            self.phase = if sorted { Phase::Lay } else { Phase::Sort };
        }
    }

    /// Gives each thread jobs to ask about: one alone what the budget allows, several more than that.
    fn share_out(&mut self, budget: &mut usize, keyed: bool) {
        let Hands { shares, jobs, .. } = self.hands;
        let much = keyed || !self.wanted.query.is_empty();
        let together = self.begun && much && self.hands.is_much(self.jobs.len());
        self.shares.resize_with(if together { shares } else { 1 }, Share::default);
        for room in &mut self.shares {
            let handles = if together {
                self.jobs.take_front(jobs)
            } else {
                let cost = if self.wanted.query.is_empty() { GATHER } else { ASK };
                take_some(&mut self.jobs, budget, cost)
            };
            room.take(handles, keyed);
        }
        if together {
            *budget = 0;
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
        let key = match self.column.key(store.fleet(), held) {
            // Jobs come in the order of their moments, which so have numbers.
            Key::Moment { newest_first } => {
                let moment = if again && !self.created.is_empty() {
                    u64::from(self.created.get(handle.index()).copied().unwrap_or_default())
                } else {
                    self.moment_of(handle, held.row.created())
                };
                Key::Number(if newest_first { moment } else { u64::MAX - moment })
            }
            key => key,
        };
        match self.sorter.item(handle, key) {
            Some(item) => self.sorter.add(item),
            None => self.missing.push(handle),
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
        self.jobs = std::mem::take(&mut self.within).queue();
        give_back(&mut self.missing);
        self.sorter = sorter(store, &self.jobs, (column, descending), self.hands);
        self.phase = Phase::Again;
    }

    fn pick_again(&mut self, store: &Store, budget: &mut usize) {
        let mut handles = take_some(&mut self.jobs, budget, GATHER);
        for handle in store.jobs.ahead(&mut handles, self.column.is_of_text()) {
            self.take(store, *handle);
        }
        if self.jobs.len() == 0 {
            self.sorter.start(self.column == Column::Status);
            self.phase = Phase::Sort;
        }
    }

    /// Puts rows before those that are there; says whether these were the first. From the end on, because what
    /// is sorted then takes ever less room while the rows take ever more.
    fn lay(&mut self, budget: &mut usize) -> bool {
        let (sorter, missing) = (&mut self.sorter, &mut self.missing);
        let count = (*budget).min(sorter.len() + missing.len()).min(LAID);
        *budget = budget.saturating_sub(count.max(1));
        // What has nothing to sort by is more than everything else.
        let mut laid = if self.descending { sorter.take_last(count) } else { Vec::with_capacity(count) };
        let rest = missing.len().saturating_sub(count - laid.len());
        laid.extend(missing.drain(rest..).rev());
        if !self.descending {
            laid.extend(sorter.take_last(count - laid.len()));
        }
        let order = if self.second { &mut self.within } else { &mut self.order };
        order.extend(&laid);
        sorter.finish();
        fit(missing);
        sorter.len() + missing.len() == 0
    }
}

impl Drop for Build {
    /// Also where it is given up amid the work.
    fn drop(&mut self) {
        give_back(&mut self.missing);
        give_back(&mut self.created);
    }
}

/// Takes from the front as many as the budget allows.
fn take_some(handles: &mut Queue, budget: &mut usize, cost: usize) -> Vec<Handle> {
    let some = handles.take_front((*budget / cost).max(1));
    *budget = budget.saturating_sub(some.len() * cost);
    some
}

/// What sorts jobs by a column. It has room for all at once: growing would copy them in one long step.
fn sorter(store: &Store, jobs: &Queue, (column, descending): (Column, bool), hands: Hands) -> Sorters {
    let mut sorter = Sorters::new(column.stage(), descending, jobs.len());
    let some = || {
        let handles = jobs.iter().step_by(jobs.len() / SAMPLES + 1);
        handles.filter_map(|handle| store.job(handle))
    };
    sorter.learn(some().map(|held| column.text(held)));
    if hands.is_much(jobs.len()) && !column.is_of_time() {
        let items = some().filter_map(|held| sorter.item(held.handle, column.key(store.fleet(), held)));
        let items = items.collect();
        sorter.spread(hands.threads, items);
    }
    sorter
}
