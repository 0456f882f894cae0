//! Drives the plan of one source over HTTP: waits for the budget, sends what the plan asks for, hands
//! it the answers, and sends its reports on. It decides nothing itself.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};
use tokio::time::Instant;
use tracing::{debug, error, info};

use super::bucket::Class;
use super::plan::{Now, Plan, Request, Wish};
use super::source::{Gone, SourcePoll, is_out_of_reach};
use crate::api::{ListRequest, Page};
use crate::model::{Failure, FailureKind, PollEvent, Report};

/// An answer that came in.
struct Answer {
    number: u64,
    page: Result<Page, Failure>,
    latency: Duration,
}

/// A plan at work. Dropping it ends its requests.
pub(super) struct Drive {
    source: SourcePoll,
    reports: mpsc::Sender<Report>,
    /// What the channel has no room for yet.
    unsent: VecDeque<Report>,
    plan: Plan,
    /// Whether the jobs are wanted without their configurations.
    briefly: bool,
    began: Instant,
    requests: JoinSet<Answer>,
    /// The numbers of the requests, in case one panics and cannot say its own.
    sent: Vec<(task::Id, u64)>,
    /// How much later the service's clock was than the local one, when it last said.
    clock_ahead: Option<SignedDuration>,
    /// A place in the budget's queue. It is kept while what it is for stays as urgent.
    permit: Option<Permit>,
}

/// A wait for the budget, and by what right.
type Permit = (Class, Pin<Box<dyn Future<Output = ()> + Send>>);

impl Drive {
    #[expect(clippy::disallowed_methods, reason = "the time of a plan counts from its own beginning")]
    pub(super) fn new(source: SourcePoll, reports: mpsc::Sender<Report>, plan: Plan) -> Self {
        Self {
            source,
            reports,
            unsent: VecDeque::new(),
            plan,
            briefly: false,
            began: Instant::now(),
            requests: JoinSet::new(),
            sent: Vec::new(),
            clock_ahead: None,
            permit: None,
        }
    }

    /// The same, for jobs without their configurations.
    pub(super) fn briefly(self) -> Self {
        Self { briefly: true, ..self }
    }

    pub(super) fn plan(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// The source's key was exchanged: nothing that was asked with the old one counts.
    pub(super) fn key_exchanged(&mut self) {
        self.requests.abort_all();
        self.sent.clear();
        self.plan.key_exchanged();
    }

    /// Reports what there is to report, and waits until something happens: a permit, an answer, or a
    /// moment that the plan waits for. To be called again and again; dropping the future loses nothing.
    pub(super) async fn step(&mut self) -> Result<(), Gone> {
        self.report().await?;
        let now = self.now();
        self.queue(self.plan.wish(now));
        let wake = self.plan.wakes_at(now.ticks).map(|at| self.began + at);
        let (permit, requests) = (&mut self.permit, &mut self.requests);
        tokio::select! {
            () = granted(permit) => {
                self.permit = None;
                self.send();
            }
            Some(answer) = requests.join_next_with_id() => self.take(answer),
            () = sleep_until(wake) => {}
            () = self.reports.closed() => return Err(Gone),
        }
        Ok(())
    }

    /// Sends on what the plan has to report. Waits while the channel is full: who merges sets the pace.
    pub(super) async fn report(&mut self) -> Result<(), Gone> {
        let at = self.now().wall;
        for (sequence, mut event) in self.plan.reports() {
            if let PollEvent::Progress(progress) = &mut event {
                let (used, allowed) = self.source.budget.pace();
                #[expect(clippy::cast_possible_truncation, reason = "a rate that people read")]
                let rates = (used as f32, allowed as f32);
                (progress.requests_per_second, progress.allowed_per_second) = rates;
                progress.clock_ahead = self.clock_ahead;
                progress.alias = self.source.endpoint.alias();
            }
            self.unsent.push_back(Report { source: self.source.source, sequence, at, event });
        }
        while !self.unsent.is_empty() {
            let room = self.reports.reserve().await.map_err(|_| Gone)?;
            if let Some(report) = self.unsent.pop_front() {
                room.send(report);
            }
        }
        Ok(())
    }

    /// Gets in line, or out of it.
    fn queue(&mut self, wish: Wish) {
        let Wish::Ask(class) = wish else {
            self.permit = None;
            return;
        };
        if self.permit.as_ref().is_none_or(|(queued, _)| *queued != class) {
            let budget = Arc::clone(&self.source.budget);
            self.permit = Some((class, Box::pin(async move { budget.one_request(class).await })));
        }
    }

    fn send(&mut self) {
        let now = self.now();
        let Some(Request { number, created_before, limit, .. }) = self.plan.ask(now) else { return };
        let source = self.source.clone();
        let request = ListRequest { limit, created_before, briefly: self.briefly };
        let task = self.requests.spawn(async move {
            let (page, latency) = ask(&source, request).await;
            Answer { number, page, latency }
        });
        self.sent.push((task.id(), number));
    }

    fn take(&mut self, answer: Result<(task::Id, Answer), task::JoinError>) {
        let (id, answer) = match answer {
            Ok((id, answer)) => (id, Some(answer)),
            Err(broken) => (broken.id(), None),
        };
        let Some(place) = self.sent.iter().position(|(sent, _)| *sent == id) else { return };
        let (_, number) = self.sent.swap_remove(place);
        let answer = answer.unwrap_or_else(|| {
            error!("a request panicked");
            let page = Err(Failure::new(FailureKind::Internal, ""));
            Answer { number, page, latency: Duration::ZERO }
        });
        if matches!(&answer.page, Err(failure) if failure.kind == FailureKind::Limited) {
            self.source.budget.refused();
        }
        let now = self.now();
        let served_at = answer.page.as_ref().ok().and_then(|page| page.served_at);
        self.clock_ahead = served_at.map(|at| at.duration_since(now.wall)).or(self.clock_ahead);
        self.plan.answered(answer.number, answer.page, answer.latency, now);
    }

    #[expect(clippy::disallowed_methods, reason = "a poll task tells its plan the time")]
    fn now(&self) -> Now {
        Now { ticks: self.began.elapsed(), wall: Timestamp::now() }
    }
}

async fn granted(permit: &mut Option<Permit>) {
    match permit {
        Some((_, permit)) => permit.await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Asks for one page, once: of the environment's hosts the first that can be reached. Where none can,
/// the one that was asked first says why.
#[expect(clippy::disallowed_methods, reason = "latency is measured here, in the poll task")]
async fn ask(source: &SourcePoll, request: ListRequest) -> (Result<Page, Failure>, Duration) {
    let key = source.key.borrow().clone();
    let mut first = None;
    for place in source.endpoint.places() {
        let asked = Instant::now();
        let answer = match source.endpoint.client(place).await {
            Ok(client) => client.list_jobs(&key, request).await,
            Err(failure) => Err(failure),
        };
        let latency = asked.elapsed();
        match answer {
            Err(failure) if is_out_of_reach(&failure) => {
                first.get_or_insert((failed(source, failure, latency), latency));
            }
            answer => {
                source.endpoint.keep(place);
                return (told(source, answer, latency), latency);
            }
        }
    }
    let nobody = || (Failure::new(FailureKind::Internal, "the environment has no host"), Duration::ZERO);
    let (failure, latency) = first.unwrap_or_else(nobody);
    (Err(failure), latency)
}

fn told(source: &SourcePoll, answer: Result<Page, Failure>, latency: Duration) -> Result<Page, Failure> {
    let page = answer.map_err(|failure| failed(source, failure, latency))?;
    let (jobs, unreadable, ms) = (page.jobs.len(), page.unreadable, latency.as_millis());
    debug!(source = &*source.name, status = 200, ms, jobs, unreadable, "page");
    Ok(page)
}

fn failed(source: &SourcePoll, failure: Failure, latency: Duration) -> Failure {
    let request_id = failure.request_id.as_deref().unwrap_or("-");
    info!(source = &*source.name, ms = latency.as_millis(), request_id, "{}", failure.sentence());
    failure
}
