//! What a plan is told and what it asks for, as plain data.

use std::time::Duration;

use jiff::Timestamp;

use crate::poll::bucket::Class;

/// A moment on both clocks that a plan is told.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// A clock that is never set, from any beginning: what durations are reckoned with.
    pub ticks: Duration,
    /// The local clock, which may be wrong by minutes: what people are told.
    pub wall: Timestamp,
}

/// Where a single listing stops early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Jobs created before this moment are not looked for.
    pub horizon: Option<Timestamp>,
    /// So many jobs are enough.
    pub most: Option<usize>,
}

/// What a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The newest jobs.
    Head,
    /// What is new and not on the newest page.
    News,
    /// Jobs that were running.
    Running,
    /// What is not known yet.
    History,
    /// What is known already, and may be gone.
    Review,
    /// What may have expired.
    Tail,
}

impl Purpose {
    pub(super) fn is_past(self) -> bool {
        matches!(self, Self::History | Self::Review | Self::Tail)
    }
}

/// A page to ask for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Tells requests of a plan apart, and only ever goes up.
    pub number: u64,
    /// Only jobs created before this moment; `None`: the newest.
    pub created_before: Option<Timestamp>,
    /// At most so many.
    pub limit: usize,
    /// What for.
    pub purpose: Purpose,
}

/// What a plan is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To ask, as soon as the budget allows it.
    Ask(Class),
    /// For an answer or an order, or for the moment that [`Plan::wakes_at`](super::Plan::wakes_at) says.
    Wait,
}
