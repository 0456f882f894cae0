//! Which page of a source to ask for next, when, and what the answers mean. Pure: no HTTP, no clock,
//! no entropy; time and a seed come in, requests and reports go out. Whoever drives it asks for what
//! [`Plan::wish`] and [`Plan::ask`] say, tells [`Plan::answered`], and sends [`Plan::reports`] on.
//!
//! What is asked for, the most urgent first:
//!
//! 1. **The head**: the newest page, once a refresh, whatever else is going on.
//! 2. **News**: on from there until what is known is met; more than [`CATCH_UP`] pages of a round's
//!    news become the past.
//! 3. **Running jobs** that the head does not show, by the fewest pages that show them all.
//! 4. **The past**: what is not known yet, newest first, in several windows of time at once; then, at
//!    most one page a refresh, a second reading that notices what was deleted or has expired.
//!
//! A quiet source costs one request a refresh, however long its list is. Every page is the truth about
//! a stretch of the list at the time it was asked for, and is reported as that; what a later request
//! has seen already is cut out of an answer that comes late.

mod answer;
mod covered;
mod list;
mod odd;
mod past;
mod report;
mod request;
mod running;
mod sizes;

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use super::backoff::{self, Streak};
use super::bucket::Class;
use crate::model::{Failure, JobId, PollEvent};
use covered::Stretch;
use list::{List, Place};
use odd::Odd;
use past::Past;
pub use request::{Bounds, Now, Purpose, Request, Wish};
use running::Running;
use sizes::Sizes;

/// How many pages of news one round reads beyond the newest; the rest of them become the past.
pub const CATCH_UP: u32 = 10;

/// How many pages of the past are asked for at once; a single listing asks for so many in all.
pub const LANES: usize = 4;

/// What is to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ask {
    purpose: Purpose,
    upto: Option<i64>,
    /// It has failed once, in a way that allows to ask again at once, or was too large.
    again: bool,
}

/// A request on its way.
#[derive(Clone, Copy, Debug)]
struct Flight {
    number: u64,
    ask: Ask,
    place: Place,
    /// Of the time when it went out: up to where pages stay true, and the sweep of the running jobs.
    firm: Option<i64>,
    sweep: u64,
    /// What it was asked for has failed meanwhile: its answer comes too late.
    forgotten: bool,
    /// A newest page that was asked for later has come before it: nobody waits for it any more, because
    /// it may be lost, and be given up only after the whole time-out.
    overtaken: bool,
}

/// A wish of the service to be left alone.
#[derive(Clone, Copy, Debug)]
struct Hold {
    until: Duration,
    /// The same, for people.
    wall: Timestamp,
    /// The latest request that had gone out when it was heard. Only the user's own refresh goes out later,
    /// and a good answer to that is the service's latest word.
    number: u64,
}

/// A round under way.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    /// Whether the head has been answered.
    headed: bool,
    /// Pages of news so far.
    news: u32,
}

/// Whether the source is watched or listed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Watch,
    Once(Bounds),
}

/// The plan for one source.
#[derive(Clone, Debug)]
pub struct Plan {
    mode: Mode,
    refresh: Duration,
    paused: bool,
    /// A round was asked for and has not begun.
    hurried: bool,
    sequence: u64,
    number: u64,
    round: Option<Round>,
    /// When the last round ended, how, and by what chance the next one is drawn.
    ended: Option<(Duration, Option<Failure>, f64)>,
    streak: Streak,
    /// Nothing is asked for by itself for a while, because the service asked for that.
    held: Option<Hold>,
    /// How long a single listing still waits for the service to relent, and how often it has.
    patience: (Duration, u32),
    sizes: Sizes,
    list: List,
    odd: Odd,
    running: Running,
    past: Past,
    flights: Vec<Flight>,
    /// What later requests have brought already, while earlier ones are on their way.
    landed: Vec<(u64, Stretch)>,
    again: Vec<Ask>,
    /// The jobs that a single listing has seen, where it is to end after so many.
    seen: HashSet<JobId>,
    over: bool,
    chance: fastrand::Rng,
    reports: Vec<(u64, PollEvent)>,
}

impl Plan {
    /// To watch a source: a first round at once, and another one every `refresh`. Rounds are counted on
    /// from `sequence`; `seed` is for the jitter.
    pub fn watch(refresh: Duration, sequence: u64, seed: u64) -> Self {
        Self::new(Mode::Watch, refresh, sequence, seed)
    }

    /// To list a source once, within bounds. It waits as long as `patience` where the service asks for
    /// fewer requests, before it gives up.
    pub fn once(bounds: Bounds, patience: Duration, seed: u64) -> Self {
        Self { patience: (patience, 0), ..Self::new(Mode::Once(bounds), Duration::ZERO, 0, seed) }
    }

    fn new(mode: Mode, refresh: Duration, sequence: u64, seed: u64) -> Self {
        Self {
            mode,
            refresh,
            paused: false,
            hurried: false,
            sequence,
            number: 0,
            round: None,
            ended: None,
            streak: Streak::default(),
            held: None,
            patience: (Duration::ZERO, 0),
            sizes: Sizes::default(),
            list: List::default(),
            odd: Odd::default(),
            running: Running::default(),
            past: Past::default(),
            flights: Vec::new(),
            landed: Vec::new(),
            again: Vec::new(),
            seen: HashSet::new(),
            over: false,
            chance: fastrand::Rng::with_seed(seed),
            reports: Vec::new(),
        }
    }

    /// Changes the refresh; it counts from the end of the last round.
    pub fn set_refresh(&mut self, refresh: Duration) {
        self.refresh = refresh;
    }

    /// Nothing is asked for by itself any more, or again. A round under way ends as it would.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// A round is wanted now: also while paused, also where a failure would have it wait.
    pub fn hurry(&mut self) {
        self.hurried = true;
        self.past.hurry();
    }

    /// The key was exchanged: what was asked with the old one and how that went counts no more, and a
    /// round is wanted now.
    pub fn key_exchanged(&mut self) {
        self.flights.clear();
        self.again.clear();
        (self.round, self.held, self.streak) = (None, None, Streak::default());
        self.hurry();
    }

    /// Whether a single listing has ended.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The number of the latest round.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// What is to be reported, with the round's number, in order.
    pub fn reports(&mut self) -> impl Iterator<Item = (u64, PollEvent)> {
        self.reports.drain(..)
    }

    /// What the plan is waiting for.
    pub fn wish(&self, now: Now) -> Wish {
        match self.choose(now) {
            Some(ask) if ask.purpose == Purpose::Head => Wish::Ask(Class::Head),
            Some(ask) if ask.purpose.is_past() && self.mode == Mode::Watch => Wish::Ask(Class::Past),
            Some(_) => Wish::Ask(Class::Round),
            None => Wish::Wait,
        }
    }

    /// Takes the request that the plan wishes for now, which is to go out at once.
    pub fn ask(&mut self, now: Now) -> Option<Request> {
        let ask = self.choose(now)?;
        self.again.retain(|waiting| *waiting != ask);
        if ask.purpose == Purpose::Head {
            self.hurried = false;
            if !ask.again {
                self.begin_round(now);
            }
        }
        if ask.purpose == Purpose::Review && !self.past.reviews() {
            self.odd.count_anew();
        }
        self.number += 1;
        let limit = self.sizes.limit(ask.purpose, now.ticks);
        let place = self.list.place(ask.upto, limit);
        let (firm, sweep) = (self.list.firm(), self.running.sweep());
        let flight =
            Flight { number: self.number, ask, place, firm, sweep, forgotten: false, overtaken: false };
        self.flights.push(flight);
        let created_before = place.cursor.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Some(Request { number: self.number, created_before, limit, purpose: ask.purpose })
    }

    fn choose(&self, now: Now) -> Option<Ask> {
        if self.over || self.flights.len() > 2 * LANES {
            return None;
        }
        let ask = |purpose, upto| Some(Ask { purpose, upto, again: false });
        let held = self.is_held(now);
        let in_air = |purpose| self.in_air().any(|flight| flight.ask.purpose == purpose);
        let waiting = self.again.iter().find(|ask| ask.purpose == Purpose::Head).copied();
        let due = self.hurried || !held && self.head_is_due(now.ticks);
        if due && !in_air(Purpose::Head) && (self.hurried || waiting.is_none()) {
            return waiting.or(ask(Purpose::Head, None));
        }
        if held {
            return None;
        }
        if let Some(again) = self.again.first() {
            return Some(*again);
        }
        if self.round.is_some_and(|round| round.headed)
            && !self.awaits_rest()
            && let Some((purpose, upto)) = self.rest_of_round()
        {
            return ask(purpose, Some(upto));
        }
        self.choose_past(now)
    }

    fn choose_past(&self, now: Now) -> Option<Ask> {
        if self.paused || self.ended_badly() || self.past.waits(now.ticks) {
            return None;
        }
        let (lanes, bounds) = match self.mode {
            Mode::Watch => (LANES - 1, Bounds::default()),
            Mode::Once(bounds) => (LANES, bounds),
        };
        let asked: Vec<i64> = self
            .in_air()
            .filter(|flight| flight.ask.purpose.is_past())
            .filter_map(|flight| flight.ask.upto)
            .collect();
        if !self.has_enough()
            && let Some(upto) = self.past.next(&self.list, &asked, lanes, bounds)
        {
            return Some(Ask { purpose: Purpose::History, upto: Some(upto), again: false });
        }
        let (purpose, upto) =
            self.past.review(&self.list, now).filter(|_| asked.is_empty() && self.mode == Mode::Watch)?;
        Some(Ask { purpose, upto: Some(upto), again: false })
    }

    /// What a round still has to ask for after its head.
    fn rest_of_round(&self) -> Option<(Purpose, i64)> {
        if self.mode != Mode::Watch {
            return None;
        }
        let read = self.round.map_or(0, |round| round.news);
        let news = self.list.news().filter(|_| read < CATCH_UP).map(|upto| (Purpose::News, upto));
        news.or_else(|| {
            let running = self.running.next().filter(|_| !self.list.deaf);
            running.map(|upto| (Purpose::Running, upto))
        })
    }

    /// Whether something of what a round asks for after its head is on its way.
    fn awaits_rest(&self) -> bool {
        let rest = |ask: Ask| matches!(ask.purpose, Purpose::News | Purpose::Running);
        self.in_air().any(|flight| rest(flight.ask) && !flight.overtaken)
    }

    /// The requests whose answers still count.
    fn in_air(&self) -> impl Iterator<Item = &Flight> {
        self.flights.iter().filter(|flight| !flight.forgotten)
    }

    fn head_is_due(&self, now: Duration) -> bool {
        match self.mode {
            Mode::Watch => !self.paused && self.due().is_none_or(|due| now >= due),
            Mode::Once(_) => self.round.is_none(),
        }
    }

    /// When the next round is due; `None`: at once.
    fn due(&self) -> Option<Duration> {
        let (at, failure, chance) = self.ended.as_ref()?;
        Some(*at + backoff::wait(self.refresh, self.streak, failure.as_ref(), *chance))
    }

    fn is_held(&self, now: Now) -> bool {
        self.held.is_some_and(|hold| now.ticks < hold.until)
    }

    fn ended_badly(&self) -> bool {
        self.streak != Streak::default()
    }

    /// Whether a single listing has seen as many jobs as it needs.
    fn has_enough(&self) -> bool {
        matches!(self.mode, Mode::Once(Bounds { most: Some(most), .. }) if self.seen.len() >= most)
    }

    /// When the wish may change by the passing of time alone; `None`: not at all.
    pub fn wakes_at(&self, now: Duration) -> Option<Duration> {
        let held = self.held.map(|hold| hold.until);
        let due = self.due().filter(|_| !self.paused);
        self.past.wakes_at().chain(held).chain(due).filter(|at| *at > now).min()
    }

    fn begin_round(&mut self, now: Now) {
        if self.round.is_some() {
            // The head does not wait for the rest of the last round, which goes on meanwhile.
            self.finish(now);
        }
        self.sequence += 1;
        self.round = Some(Round::default());
        self.list.begin(now.ticks);
        self.report(PollEvent::Asked);
    }

    /// When the next round is, for people.
    fn next(&self, now: Now) -> Timestamp {
        later(now, self.due().unwrap_or_default().saturating_sub(now.ticks))
    }

    fn report(&mut self, event: PollEvent) {
        self.reports.push((self.sequence, event));
    }
}

fn later(now: Now, wait: Duration) -> Timestamp {
    let wait = jiff::SignedDuration::try_from(wait).unwrap_or_default();
    now.wall.checked_add(wait).unwrap_or(now.wall)
}

#[cfg(test)]
mod tests;
