//! Looks at hosts without a key, again and again: one task for each host, one climb of the ladder at a time.
//!
//! It costs no source anything: no key is sent and no budget is used. All of it is bounded: a climb by its
//! patience, how many climb at once by a handful of permits, and how often one host is climbed, however
//! often that is asked for, by a floor of five seconds.

use std::future::{self, Future};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tracing::debug;
use url::Url;

use super::source::Gone;
use super::{backoff, task};
use crate::api::ladder::{Gear, Prober};
use crate::model::{Climb, HostId, Look};

/// The least time between the beginnings of two climbs of one host.
const FLOOR: Duration = Duration::from_secs(5);
/// So many hosts are climbed at a time.
const AT_ONCE: usize = 4;
/// Nobody waits longer than this for one request of a look, whatever the limits of the polling are.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long after a failure that may be chance a host is climbed again.
const AGAIN: Duration = Duration::from_secs(1);
/// How far the time between two climbs may be off by chance, so that hosts are not climbed in step.
const JITTER: f64 = 0.1;
/// Within this time all hosts are climbed that were due while nothing was to be asked.
const CATCH_UP: Duration = Duration::from_secs(5);

/// When a host is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The first time at some moment within this.
    pub first: Duration,
    /// From then on about this often.
    pub every: Duration,
}

/// A host to look at.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Who it is in every look.
    pub host: HostId,
    /// Who it is in the log.
    pub name: Arc<str>,
    /// What climbs.
    pub prober: Prober,
    /// When.
    pub beat: Beat,
}

/// What the probers of a run share, made from the time for a request and for its connection.
pub fn gear(timeout: Duration, connect_timeout: Duration) -> Gear {
    Gear::new(timeout.min(PATIENCE), connect_timeout.min(PATIENCE / 2), stopwatch)
}

/// A batch host, looked at without a key.
pub fn batch(base: &Url, gear: &Gear) -> Prober {
    Prober::batch(base.clone(), None, gear)
}

/// A realtime host, looked at without a key and without a handshake.
pub fn realtime(base: &Url, gear: &Gear) -> Prober {
    Prober::realtime(base.clone(), None, gear)
}

/// What the tasks have been told. The latest orders count.
#[derive(Clone, Copy, Debug, Default)]
struct Orders {
    paused: bool,
    /// How often a look was asked for since the start.
    asked: u64,
}

/// The running tasks. Dropping it ends them all.
#[derive(Debug)]
pub struct Probes {
    orders: Vec<(HostId, watch::Sender<Orders>)>,
    _tasks: JoinSet<()>,
}

impl Probes {
    /// Starts a task for each host. To be called inside a tokio runtime; returns at once. The tasks end when
    /// the receiver of `looks` is gone, or with what is returned.
    pub fn start(probes: Vec<Probe>, looks: &mpsc::Sender<Look>) -> Self {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        let orders = probes.into_iter().map(|probe| {
            let (sender, orders) = watch::channel(Orders::default());
            let (host, permits, looks) = (probe.host, Arc::clone(&permits), looks.clone());
            tasks.spawn(async move {
                let beat = probe.beat;
                let climb = || climb(probe.clone(), Arc::clone(&permits));
                // Whoever is gone, the reader or the owner: there is nothing left to do.
                let Gone = keep_looking(host, beat, orders, looks, climb).await;
            });
            (host, sender)
        });
        Self { orders: orders.collect(), _tasks: tasks }
    }

    /// Looks at a host now, also while paused; a moment later where it was looked at just now.
    pub fn look(&self, host: HostId) {
        for (_, orders) in self.orders.iter().filter(|(own, _)| *own == host) {
            orders.send_modify(|orders| orders.asked += 1);
        }
    }

    /// Looks at every host now, as [`look`](Self::look) does.
    pub fn look_everywhere(&self) {
        for (_, orders) in &self.orders {
            orders.send_modify(|orders| orders.asked += 1);
        }
    }

    /// Stops hosts from being looked at by themselves, or goes on with it.
    pub fn pause(&self, paused: bool) {
        for (_, orders) in &self.orders {
            orders.send_modify(|orders| orders.paused = paused);
        }
    }
}

/// Climbs, when there is a permit; once more where what it found may be chance, so that three chances in a
/// row do not look like an outage. `None` where that panics: the crash file has the rest.
async fn climb(probe: Probe, permits: Arc<Semaphore>) -> Option<Climb> {
    // The semaphore is never closed.
    let _permit = permits.acquire_owned().await;
    let first = climb_once(&probe).await?;
    if first.is_alive() || !first.failure().is_some_and(backoff::may_ask_again) {
        return Some(first);
    }
    tokio::time::sleep(AGAIN).await;
    climb_once(&probe).await
}

async fn climb_once(probe: &Probe) -> Option<Climb> {
    let prober = probe.prober.clone();
    let climb = task::unless_it_panics(async move { prober.climb(now()).await }).await.ok()?;
    debug!(host = &*probe.name, "looked at: {}", climb.sentence());
    Some(climb)
}

/// Looks at one host until somebody is gone.
async fn keep_looking<F>(
    host: HostId,
    beat: Beat,
    mut orders: watch::Receiver<Orders>,
    looks: mpsc::Sender<Look>,
    climb: impl Fn() -> F,
) -> Gone
where
    F: Future<Output = Option<Climb>>,
{
    // What was ordered before this task came to run is not lost.
    let mut given = Orders::default();
    let mut due = clock() + beat.first.mul_f64(fastrand::f64());
    let mut earliest = clock();
    let mut wanted = false;
    loop {
        tokio::select! {
            () = wait(due, wanted || !given.paused) => {}
            changed = orders.changed() => {
                if changed.is_err() {
                    return Gone;
                }
                let latest = *orders.borrow_and_update();
                if latest.asked != given.asked {
                    (wanted, due) = (true, earliest.max(clock()));
                } else if given.paused && !latest.paused && !wanted {
                    due = due.max(clock() + CATCH_UP.mul_f64(fastrand::f64()));
                }
                given = latest;
                continue;
            }
            () = looks.closed() => return Gone,
        }
        wanted = false;
        earliest = clock() + FLOOR;
        due = clock() + beat.every.mul_f64(1.0 + JITTER * (2.0 * fastrand::f64() - 1.0));
        let climbed = tokio::select! {
            climbed = climb() => climbed,
            () = looks.closed() => return Gone,
        };
        if let Some(climb) = climbed
            && looks.send(Look { host, climb }).await.is_err()
        {
            return Gone;
        }
        // A climb may have taken longer than the time between two.
        due = due.max(clock());
    }
}

async fn wait(until: Instant, may: bool) {
    if may { sleep_until(until).await } else { future::pending().await }
}

#[expect(clippy::disallowed_methods, reason = "a probe task knows when it looks next")]
fn clock() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a look is stamped where it is made, in the probe task")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "the ladder reads no clock of its own: it is handed this one")]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests;
