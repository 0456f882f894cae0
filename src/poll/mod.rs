//! The pollers: one task for each source, which lists its jobs again and again and reports.
//!
//! Sources share nothing but their key's [`Budget`] and their environment's [`Endpoint`], so that a
//! hanging environment delays no other. Reports go over one bounded channel. What is asked next is
//! decided by [`plan`], how long to wait after failures by [`backoff`], and how often a key may ask by
//! [`bucket`]; all three are pure, and are tested in virtual time. Nothing here knows of stores or
//! screens, and no key is ever in a report or in the log. Beside them, [`Follows`] asks for single jobs,
//! and [`probe`] looks at hosts without a key.

pub mod backoff;
pub mod bucket;
mod budget;
mod drive;
pub mod errand;
mod follow;
pub mod plan;
pub mod probe;
mod source;
mod task;
mod usage;

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub use budget::Budget;
use drive::Drive;
pub use follow::{Follows, look, look_twice};
pub use plan::Bounds;
use plan::Plan;
pub use source::{Endpoint, Keys, Limits, SourcePoll};
use source::{Gone, Reporter};
use task::Orders;
pub use usage::usage;

use crate::model::{Report, SourceId};

/// The running poll tasks. Dropping it ends them all.
#[derive(Debug)]
pub struct Pollers {
    orders: Vec<(SourceId, watch::Sender<Orders>)>,
    _tasks: JoinSet<()>,
}

impl Pollers {
    /// Starts a round at once, at one source or at all: also while paused, also where a failure would
    /// have it wait. Where a round is under way, another one follows it.
    pub fn refresh(&self, source: Option<SourceId>) {
        for (id, orders) in &self.orders {
            if source.is_none_or(|source| source == *id) {
                orders.send_modify(|orders| orders.asked += 1);
            }
        }
    }

    /// Stops new rounds from starting, or lets them start again. A round under way ends as it would.
    pub fn pause(&self, paused: bool) {
        self.order(|orders| orders.paused = paused);
    }

    /// Changes how often sources are asked; it counts from the end of each one's last round.
    pub fn set_interval(&self, refresh: Duration) {
        self.order(|orders| orders.refresh = refresh);
    }

    fn order(&self, change: impl Fn(&mut Orders)) {
        for (_, orders) in &self.orders {
            orders.send_modify(&change);
        }
    }
}

/// Starts one task for each source, each with a first round at once. To be called inside a tokio
/// runtime; returns at once. A task that panics is reported as a failure of its source and begins
/// anew. The tasks end when the receiver of `reports` is gone, or with the returned [`Pollers`].
pub fn start(sources: Vec<SourcePoll>, refresh: Duration, reports: &mpsc::Sender<Report>) -> Pollers {
    let mut tasks = JoinSet::new();
    let orders = sources.into_iter().map(|source| {
        let (sender, orders) = watch::channel(Orders::every(refresh));
        let id = source.source;
        tasks.spawn(task::supervise(source, orders, reports.clone()));
        (id, sender)
    });
    Pollers { orders: orders.collect(), _tasks: tasks }
}

/// One whole round of every source, all at once, reported like the dashboard's but without the jobs'
/// configurations, which no listing shows; ends with the last of them, and drops `reports` then, so that the receiver sees the channel close. Dropping the future
/// ends the rounds.
pub async fn once(sources: Vec<SourcePoll>, bounds: Bounds, reports: mpsc::Sender<Report>) {
    let mut rounds = JoinSet::new();
    for source in sources {
        let reporter = Reporter { source: source.source, sequence: 1, reports: reports.clone() };
        let watched = reporter.clone();
        rounds.spawn(async move {
            // Where the receiver is gone there is nobody left to tell.
            let _: Result<(), Gone> = task::guarded(watched, single(source, bounds, reporter)).await;
        });
    }
    drop(reports);
    while rounds.join_next().await.is_some() {}
}

async fn single(source: SourcePoll, bounds: Bounds, reporter: Reporter) -> Result<(), Gone> {
    let plan = Plan::once(bounds, source.endpoint.timeout, fastrand::u64(..));
    let mut drive = Drive::new(source, reporter.reports, plan).briefly();
    while !drive.plan().is_over() {
        drive.step().await?;
    }
    drive.report().await
}

#[cfg(test)]
mod tests;
