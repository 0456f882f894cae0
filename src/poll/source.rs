//! One source: whom it asks, with what, how often it may, and where its reports go.
//!
//! An environment may be reached by several hosts. The first is asked until it cannot be reached; then
//! the next one that answers is, by all sources of the environment, until that one cannot be reached.
//! A key may be exchanged while the program runs.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OnceCell, mpsc, watch};
use url::Url;

use super::budget::Budget;
use crate::api::Client;
use crate::model::{Failure, FailureKind, Fleet, KeyId, KeyValue, PollEvent, Report, SourceId};

/// An environment's hosts and how they are asked; shared by all sources of the environment.
#[derive(Debug)]
pub struct Endpoint {
    hosts: Vec<Host>,
    /// The place of the host that is asked.
    current: AtomicUsize,
    pub(super) timeout: Duration,
    connect_timeout: Duration,
    writable: bool,
}

#[derive(Debug)]
struct Host {
    base: Url,
    client: OnceCell<Client>,
}

impl Endpoint {
    /// An endpoint that is reached by any of these, each a base below which `v2/jobs` is asked; the
    /// first is asked first. Does nothing yet.
    pub fn new(hosts: impl IntoIterator<Item = Url>, timeout: Duration, connect_timeout: Duration) -> Self {
        let hosts = hosts.into_iter().map(|base| Host { base, client: OnceCell::new() }).collect();
        Self { hosts, current: AtomicUsize::new(0), timeout, connect_timeout, writable: false }
    }

    /// The same endpoint, at which things may be changed; as built, it is only read.
    #[must_use]
    pub fn writable(self, writable: bool) -> Self {
        Self { writable, ..self }
    }

    /// The places of the hosts, the one that is asked now first.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        let (count, current) = (self.hosts.len(), self.current.load(Ordering::Relaxed));
        (0..count).map(move |step| (current + step) % count)
    }

    /// From now on this one is asked: it has answered.
    pub(super) fn keep(&self, place: usize) {
        self.current.store(place, Ordering::Relaxed);
    }

    /// The host that is asked now, where it is not the first.
    pub(super) fn alias(&self) -> Option<Box<str>> {
        let current = self.current.load(Ordering::Relaxed);
        self.hosts.get(current).filter(|_| current > 0).map(|host| shown(&host.base).into())
    }

    /// The client of a host, built at the first use, off the async threads because it reads
    /// certificates. When that fails the next use tries again.
    pub(super) async fn client(&self, place: usize) -> Result<&Client, Failure> {
        let missing = || Failure::new(FailureKind::Internal, "the environment has no such host");
        let host = self.hosts.get(place).ok_or_else(missing)?;
        let build = || async {
            let (base, timeout, connect_timeout) = (host.base.clone(), self.timeout, self.connect_timeout);
            let writable = self.writable;
            let build = move || {
                let client = Client::new(&base, timeout, connect_timeout)?;
                Ok(if writable { client.writable() } else { client })
            };
            tokio::task::spawn_blocking(build)
                .await
                .map_err(|_| Failure::new(FailureKind::Internal, "the HTTP client could not be built"))?
        };
        host.client.get_or_try_init(build).await
    }
}

/// The host as shown to people, with a port that is not the scheme's own.
fn shown(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether another host of the environment may be reached where this one was not.
pub(super) fn is_out_of_reach(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Unresolved | FailureKind::Unconnected | FailureKind::Tls | FailureKind::Certificate
    )
}

/// The keys of a fleet that is being polled, to be exchanged while it is.
#[derive(Debug)]
pub struct Keys(Vec<watch::Sender<KeyValue>>);

impl Keys {
    /// From now on a key's sources ask with this value, and at once.
    pub fn exchange(&self, key: KeyId, value: KeyValue) {
        if let Some(holder) = self.0.get(key.index()) {
            holder.send_replace(value);
        }
    }
}

/// One key at one environment, with all that its task needs.
#[derive(Clone, Debug)]
pub struct SourcePoll {
    /// Who it is in every report.
    pub source: SourceId,
    /// Who it is in the log: `eu1/prod`.
    pub name: Arc<str>,
    /// Whom it asks.
    pub endpoint: Arc<Endpoint>,
    /// With what; it may be exchanged.
    pub key: watch::Receiver<KeyValue>,
    /// How often it may, together with the other sources of its key.
    pub budget: Arc<Budget>,
}

/// How requests are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For each key, over all environments.
    pub requests_per_second: NonZeroU32,
    /// For a whole request.
    pub timeout: Duration,
    /// For its connection.
    pub connect_timeout: Duration,
}

impl SourcePoll {
    /// Asks the first of the environment's hosts that can be reached; where none can, the one that was
    /// tried first says why. What reached a host is never sent to another.
    pub(super) async fn of_any_host<T, F>(&self, ask: impl Fn(Client, KeyValue) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let key = self.key.borrow().clone();
        let mut first = None;
        for place in self.endpoint.places() {
            let answer = match self.endpoint.client(place).await {
                Ok(client) => ask(client.clone(), key.clone()).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Err(failure) if is_out_of_reach(&failure) => {
                    first.get_or_insert(failure);
                }
                answer => {
                    self.endpoint.keep(place);
                    return answer;
                }
            }
        }
        Err(first.unwrap_or_else(|| Failure::new(FailureKind::Internal, "the environment has no host")))
    }

    /// Every source of a fleet, with one endpoint for each environment (`hosts`, by environment) and
    /// one budget for each key (`values`, by key). Sources that point outside of either are left out.
    /// They only read.
    pub fn of_fleet(
        fleet: &Fleet,
        hosts: &[Vec<Url>],
        values: &[KeyValue],
        limits: Limits,
    ) -> (Vec<Self>, Keys) {
        Self::of_writable_fleet(fleet, hosts, values, limits, &[])
    }

    /// As [`of_fleet`](Self::of_fleet), but where `writable` says so, by environment, jobs may be deleted.
    pub fn of_writable_fleet(
        fleet: &Fleet,
        hosts: &[Vec<Url>],
        values: &[KeyValue],
        limits: Limits,
        writable: &[bool],
    ) -> (Vec<Self>, Keys) {
        let writable = writable.iter().copied().chain(std::iter::repeat(false));
        let endpoint = |(hosts, writable): (&Vec<Url>, bool)| {
            let endpoint = Endpoint::new(hosts.clone(), limits.timeout, limits.connect_timeout);
            Arc::new(endpoint.writable(writable))
        };
        let endpoints: Vec<_> = hosts.iter().zip(writable).map(endpoint).collect();
        let budgets: Vec<_> =
            values.iter().map(|_| Arc::new(Budget::new(limits.requests_per_second))).collect();
        let keys = Keys(values.iter().map(|value| watch::Sender::new(value.clone())).collect());
        let sources = fleet.sources().filter_map(|(id, source)| {
            let environment = fleet.environment_name(source.environment);
            Some(Self {
                source: id,
                name: format!("{environment}/{}", fleet.key_name(source.key)).into(),
                endpoint: Arc::clone(endpoints.get(source.environment.index())?),
                key: keys.0.get(source.key.index())?.subscribe(),
                budget: Arc::clone(budgets.get(source.key.index())?),
            })
        });
        (sources.collect(), keys)
    }
}

/// Where a task's reports go. Waits while the channel is full: who merges sets the pace.
#[derive(Clone, Debug)]
pub(super) struct Reporter {
    pub(super) source: SourceId,
    pub(super) sequence: u64,
    pub(super) reports: mpsc::Sender<Report>,
}

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Gone;

impl Reporter {
    #[expect(clippy::disallowed_methods, reason = "a report is stamped where it is made, in the poll task")]
    pub(super) async fn send(&self, event: PollEvent) -> Result<(), Gone> {
        let report = Report { source: self.source, sequence: self.sequence, at: Timestamp::now(), event };
        self.reports.send(report).await.map_err(|_| Gone)
    }
}
