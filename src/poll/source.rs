//! One source: whom it asks, with what, how often it may, and where its reports go.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OnceCell, mpsc};
use url::Url;

use super::budget::Budget;
use crate::api::Client;
use crate::model::{Failure, FailureKind, Fleet, KeyValue, PollEvent, Report, SourceId};

/// One host and how it is asked; shared by all sources of an environment.
#[derive(Debug)]
pub struct Endpoint {
    base: Url,
    pub(super) timeout: Duration,
    connect_timeout: Duration,
    client: OnceCell<Client>,
}

impl Endpoint {
    /// An endpoint below whose `base` `v2/jobs` is asked. Does nothing yet.
    pub fn new(base: Url, timeout: Duration, connect_timeout: Duration) -> Self {
        Self { base, timeout, connect_timeout, client: OnceCell::new() }
    }

    /// The client, built at the first use, off the async threads because it reads certificates. When
    /// that fails the next use tries again.
    pub(super) async fn client(&self) -> Result<&Client, Failure> {
        let build = || async {
            let (base, timeout, connect_timeout) = (self.base.clone(), self.timeout, self.connect_timeout);
            tokio::task::spawn_blocking(move || Client::new(&base, timeout, connect_timeout))
                .await
                .map_err(|_| Failure::new(FailureKind::Internal, "the HTTP client could not be built"))?
        };
        self.client.get_or_try_init(build).await
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
    /// With what.
    pub key: KeyValue,
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
    /// Every source of a fleet, with one endpoint for each environment (`bases`, by environment) and
    /// one budget for each key (`keys`, by key). Sources that point outside of either are left out.
    pub fn of_fleet(fleet: &Fleet, bases: &[Url], keys: &[KeyValue], limits: Limits) -> Vec<Self> {
        let endpoint =
            |base: &Url| Arc::new(Endpoint::new(base.clone(), limits.timeout, limits.connect_timeout));
        let endpoints: Vec<_> = bases.iter().map(endpoint).collect();
        let budgets: Vec<_> =
            keys.iter().map(|_| Arc::new(Budget::new(limits.requests_per_second))).collect();
        let sources = fleet.sources().filter_map(|(id, source)| {
            let environment = fleet.environment_name(source.environment);
            Some(Self {
                source: id,
                name: format!("{environment}/{}", fleet.key_name(source.key)).into(),
                endpoint: Arc::clone(endpoints.get(source.environment.index())?),
                key: keys.get(source.key.index())?.clone(),
                budget: Arc::clone(budgets.get(source.key.index())?),
            })
        });
        sources.collect()
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
