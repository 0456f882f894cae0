//! The life of one source's task: rounds, the wait between them, orders, and what happens when it
//! panics.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::error;

use super::backoff::{self, Streak};
use super::plan::{self, Bounds, Known, Round, WholeRound};
use super::round::{self, Gone, Reporter, SourcePoll};
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
async fn unless_it_panics<T: Send + 'static>(
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

/// Rounds and waits, until somebody is gone.
#[expect(clippy::disallowed_methods, reason = "a poll task times its own rounds")]
async fn poll(source: SourcePoll, mut orders: watch::Receiver<Orders>, mut reporter: Reporter) -> Gone {
    let mut known = Known::default();
    let mut streak = Streak::default();
    let mut last_whole: Option<(Instant, Duration)> = None;
    loop {
        reporter.sequence += 1;
        let began = Instant::now();
        let answered = orders.borrow_and_update().asked;
        let whole = plan::whole_is_due(last_whole.map(|(at, took)| WholeRound { since: began - at, took }));
        let plan = if whole { Round::whole(Bounds::default()) } else { Round::recent(&known) };
        let Ok(end) = round::run(&source, plan, &mut known, &reporter).await else { return Gone };
        let ended = Instant::now();
        if whole && end.is_ok() {
            last_whole = Some((ended, ended - began));
        }
        let failure = end.as_ref().err().map(|(failure, _)| failure.clone());
        streak.note(failure.as_ref());
        let chance = fastrand::f64();
        let wait = |refresh| backoff::wait(refresh, streak, failure.as_ref(), chance);
        let next = after(wait(orders.borrow().refresh));
        let event = match end {
            Ok(coverage) => PollEvent::Finished { coverage, next },
            Err((failure, latency)) => PollEvent::Failed { failure, latency, next },
        };
        if reporter.send(event).await.is_err() {
            return Gone;
        }
        if let Err(gone) = rest(&mut orders, answered, |refresh| ended + wait(refresh), &reporter).await {
            return gone;
        }
    }
}

/// Waits until the next round is due or asked for. The moment is always counted from the last round's
/// end, so that a missed one makes no burst.
async fn rest(
    orders: &mut watch::Receiver<Orders>,
    answered: u64,
    due: impl Fn(Duration) -> Instant,
    reporter: &Reporter,
) -> Result<(), Gone> {
    loop {
        let now = *orders.borrow_and_update();
        if now.asked != answered {
            return Ok(());
        }
        tokio::select! {
            changed = orders.changed() => changed.map_err(|_| Gone)?,
            () = reporter.reports.closed() => return Err(Gone),
            () = tokio::time::sleep_until(due(now.refresh)), if !now.paused => return Ok(()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a poll task says when its next round is")]
fn after(wait: Duration) -> Timestamp {
    let now = Timestamp::now();
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok()).unwrap_or(now)
}
