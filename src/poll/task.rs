//! The life of one source's task: rounds, the wait between them, orders, and what happens when it
//! panics.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::error;

use super::backoff::{self, Streak};
use super::drive::Drive;
use super::plan::Plan;
use super::source::{Gone, Reporter, SourcePoll};
use crate::model::{Failure, FailureKind, PollEvent, Report};

/// What a task has been told to do. The latest orders count; none queue up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orders {
    /// The wait between rounds while all is well.
    pub(super) refresh: Duration,
    /// No round starts by itself.
    pub(super) paused: bool,
    /// How often a round was asked for since the start.
    pub(super) asked: u64,
}

impl Orders {
    pub(super) fn every(refresh: Duration) -> Self {
        Self { refresh, paused: false, asked: 0 }
    }
}

/// Polls a source for ever, and begins anew where that panics.
pub(super) async fn supervise(
    source: SourcePoll,
    orders: watch::Receiver<Orders>,
    reports: mpsc::Sender<Report>,
) {
    let reporter = Reporter { source: source.source, sequence: 0, reports };
    let begin = |reporter| poll(source.clone(), orders.clone(), reporter);
    // Whoever is gone, the reader or the owner: there is nothing left to do.
    let Gone = restarting(reporter, || orders.borrow().refresh, begin).await;
}

/// Runs what `begin` makes until somebody is gone; begins anew, after a wait, where it panics. A
/// restart goes on counting rounds far above any number that the lost task may have used.
pub(super) async fn restarting<F>(
    mut reporter: Reporter,
    refresh: impl Fn() -> Duration,
    mut begin: impl FnMut(Reporter) -> F,
) -> Gone
where
    F: Future<Output = Gone> + Send + 'static,
{
    const ROUNDS_OF_A_LIFE: u64 = 1 << 40;
    let mut streak = Streak::default();
    loop {
        let watched = Reporter { sequence: reporter.sequence + ROUNDS_OF_A_LIFE, ..reporter.clone() };
        let Err(failure) = unless_it_panics(begin(reporter)).await else { return Gone };
        streak.note(Some(&failure));
        let wait = backoff::wait(refresh(), streak, Some(&failure), fastrand::f64());
        let event = PollEvent::Failed { failure, latency: Duration::ZERO, next: after(wait) };
        if watched.send(event).await.is_err() {
            return Gone;
        }
        tokio::time::sleep(wait).await;
        reporter = watched;
    }
}

/// Runs a single round, and reports where it panics.
pub(super) async fn guarded(
    reporter: Reporter,
    round: impl Future<Output = Result<(), Gone>> + Send + 'static,
) -> Result<(), Gone> {
    match unless_it_panics(round).await {
        Ok(end) => end,
        Err(failure) => {
            let (latency, next) = (Duration::ZERO, after(Duration::ZERO));
            reporter.send(PollEvent::Failed { failure, latency, next }).await
        }
    }
}

/// Runs a future in a task of its own, which ends with this one. The panic's text goes to the crash
/// file by way of the panic hook; here only the fact counts.
pub(super) async fn unless_it_panics<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, Failure> {
    let mut tasks = JoinSet::new();
    tasks.spawn(future);
    if let Some(Ok(output)) = tasks.join_next().await {
        return Ok(output);
    }
    error!("a poll task panicked");
    Err(Failure::new(FailureKind::Internal, ""))
}

/// Follows orders and drives the plan, until somebody is gone.
async fn poll(source: SourcePoll, mut orders: watch::Receiver<Orders>, reporter: Reporter) -> Gone {
    let mut given = *orders.borrow_and_update();
    let mut plan = Plan::watch(given.refresh, reporter.sequence, fastrand::u64(..));
    plan.pause(given.paused);
    let mut key = source.key.clone();
    key.mark_unchanged();
    let mut drive = Drive::new(source, reporter.reports, plan);
    loop {
        tokio::select! {
            stepped = drive.step() => if let Err(gone) = stepped {
                return gone;
            },
            Ok(()) = key.changed() => drive.key_exchanged(),
            changed = orders.changed() => {
                if changed.is_err() {
                    return Gone;
                }
                let now = *orders.borrow_and_update();
                drive.plan().set_refresh(now.refresh);
                drive.plan().pause(now.paused);
                if now.asked != given.asked {
                    drive.plan().hurry();
                }
                given = now;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a poll task says when its next round is")]
fn after(wait: Duration) -> Timestamp {
    let now = Timestamp::now();
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok()).unwrap_or(now)
}
