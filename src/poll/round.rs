//! One round of one source: pages are asked for as the plan says and reported as they come.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OnceCell, mpsc};
use tokio::time::Instant;
use tracing::{debug, info};
use url::Url;

use super::backoff;
use super::budget::Budget;
use super::plan::{Known, Round, Step};
use crate::api::{Client, ListRequest, Page};
use crate::model::{Coverage, Failure, FailureKind, Fleet, KeyValue, PollEvent, Report, SourceId};

/// One host and how it is asked; shared by all sources of an environment.
#[derive(Debug)]
pub struct Endpoint {
    base: Url,
    timeout: Duration,
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
    async fn client(&self) -> Result<&Client, Failure> {
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

/// How a round ended.
pub(super) type End = Result<Coverage, (Failure, Duration)>;

/// Runs a round to its end. Reports `Asked` and every page; the end is the caller's to report,
/// because only the caller knows when the next round is.
pub(super) async fn run(
    source: &SourcePoll,
    mut plan: Round,
    known: &mut Known,
    reporter: &Reporter,
) -> Result<End, Gone> {
    let mut ask = ListRequest::default();
    let client = match source.endpoint.client().await {
        Ok(client) => client,
        Err(failure) => {
            reporter.send(PollEvent::Asked).await?;
            return Ok(Err(failed(source, failure, Duration::ZERO)));
        }
    };
    source.budget.one_request().await;
    reporter.send(PollEvent::Asked).await?;
    let mut refused = 0;
    // A round waits no longer for the service to relent than for it to answer.
    let mut left = source.endpoint.timeout;
    loop {
        let (page, latency) = match ask_page(source, client, ask).await {
            (Ok(page), latency) => (page, latency),
            (Err(failure), latency) => {
                let patience = ask.created_before.and_then(|_| backoff::patience(&failure, refused, left));
                let Some(wait) = patience else { return Ok(Err(failed(source, failure, latency))) };
                debug!(source = &*source.name, failure = failure.short(), ?wait, "waiting for the next page");
                refused += 1;
                left = left.saturating_sub(wait);
                tokio::time::sleep(wait).await;
                source.budget.one_request().await;
                continue;
            }
        };
        refused = 0;
        let step = plan.next(&page, known);
        let Page { jobs, unreadable, .. } = page;
        reporter.send(PollEvent::Page { jobs, unreadable, latency }).await?;
        match step {
            Step::End(coverage) => return Ok(Ok(coverage)),
            Step::Ask(created_before) => ask = ListRequest { created_before },
        }
        source.budget.one_request().await;
    }
}

/// Asks for a page, and once more where that is sensible. The latency is the last request's.
#[expect(clippy::disallowed_methods, reason = "latency is measured here, in the poll task")]
async fn ask_page(
    source: &SourcePoll,
    client: &Client,
    ask: ListRequest,
) -> (Result<Page, Failure>, Duration) {
    let mut again = true;
    loop {
        let asked = Instant::now();
        let answer = client.list_jobs(&source.key, ask).await;
        let latency = asked.elapsed();
        match answer {
            Ok(page) => {
                let (jobs, unreadable, ms) = (page.jobs.len(), page.unreadable, latency.as_millis());
                debug!(source = &*source.name, status = 200, ms, jobs, unreadable, "page");
                return (Ok(page), latency);
            }
            Err(failure) if again && backoff::may_ask_again(&failure) => {
                debug!(source = &*source.name, failure = failure.short(), "asking again");
                again = false;
                source.budget.one_request().await;
            }
            Err(failure) => return (Err(failure), latency),
        }
    }
}

fn failed(source: &SourcePoll, failure: Failure, latency: Duration) -> (Failure, Duration) {
    let request_id = failure.request_id.as_deref().unwrap_or("-");
    info!(source = &*source.name, ms = latency.as_millis(), request_id, "{}", failure.sentence());
    (failure, latency)
}
