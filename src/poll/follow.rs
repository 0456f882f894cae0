//! Jobs that somebody follows: a task for each, which asks the service for that job alone and has the
//! answer held back until it ends (the service's long poll), so that the end is known one round trip
//! after it happened, however rarely lists are asked for.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep};
use tracing::{debug, info};

use super::backoff::{self, Streak};
use super::bucket::Class;
use super::source::{Gone, Reporter, SourcePoll};
use super::task;
use crate::api::Client;
use crate::model::{Failure, FailureKind, Job, JobId, KeyValue, PollEvent, Report, SourceId};

/// How long the service is asked to hold an answer back. It may cap that lower; what the cap is, is
/// not documented.
const WAIT: Duration = Duration::from_secs(25);

/// Who answers sooner than this that a job goes on does not hold answers back.
const HELD_BACK: Duration = Duration::from_secs(1);

/// How long to wait between two requests then, and the refresh from which waits after failures are
/// reckoned: as often as the vendor's own clients ask at last.
const UNHELD: Duration = Duration::from_secs(5);

/// The running tasks. Dropping it ends them all.
#[derive(Debug)]
pub struct Follows {
    sources: Vec<SourcePoll>,
    reports: mpsc::Sender<Report>,
    tasks: JoinSet<()>,
    running: HashMap<(SourceId, JobId), AbortHandle>,
}

impl Follows {
    /// Nothing is followed yet; what will be reports to `reports`.
    pub fn new(sources: Vec<SourcePoll>, reports: mpsc::Sender<Report>) -> Self {
        Self { sources, reports, tasks: JoinSet::new(), running: HashMap::new() }
    }

    /// Follows a job until it has ended or is not there, which its last [`PollEvent::Job`] says by being
    /// `over`. To be called inside a tokio runtime. A source that there is not follows nothing.
    pub fn follow(&mut self, source: SourceId, id: JobId) {
        while self.tasks.try_join_next().is_some() {}
        self.running.retain(|_, task| !task.is_finished());
        let known = self.sources.iter().find(|known| known.source == source);
        if let Some(known) = known
            && !self.running.contains_key(&(source, id.clone()))
        {
            let task = self.tasks.spawn(supervise(known.clone(), id.clone(), self.reports.clone()));
            self.running.insert((source, id), task);
        }
    }

    /// Follows a job no longer. What it reported already may still be on its way.
    pub fn let_go(&mut self, source: SourceId, id: &JobId) {
        if let Some(task) = self.running.remove(&(source, id.clone())) {
            task.abort();
        }
    }
}

/// Asks a source for a job once, within its key's budget; the service holds the answer back for `wait`
/// at most while the job goes on.
///
/// # Errors
/// As [`Client::job`](crate::api::Client::job).
pub async fn look(source: &SourcePoll, id: &JobId, wait: Duration) -> Result<Job, Failure> {
    source.budget.one_request(Class::Head).await;
    let ask = |client: Client, key: KeyValue| {
        let id = id.clone();
        async move { client.job(&key, &id, wait).await }
    };
    let answer = source.of_any_host(ask).await;
    match &answer {
        Ok(job) => debug!(source = &*source.name, job = id.as_str(), status = job.status.as_str(), "job"),
        Err(failure) => {
            if failure.kind == FailureKind::Limited {
                source.budget.refused();
            }
            let request_id = failure.request_id.as_deref().unwrap_or("-");
            info!(source = &*source.name, job = id.as_str(), request_id, "{}", failure.sentence());
        }
    }
    answer
}

/// As [`look`], but what may be chance is asked again at once, once.
///
/// # Errors
/// As [`look`].
pub async fn look_twice(source: &SourcePoll, id: &JobId) -> Result<Job, Failure> {
    match look(source, id, Duration::ZERO).await {
        Err(failure) if backoff::may_ask_again(&failure) => look(source, id, Duration::ZERO).await,
        answer => answer,
    }
}

/// Follows a job, and says so where that panics.
async fn supervise(source: SourcePoll, id: JobId, reports: mpsc::Sender<Report>) {
    let reporter = Reporter { source: source.source, sequence: 0, reports };
    let following = follow(source, id.clone(), reporter.clone());
    if let Err(failure) = task::unless_it_panics(following).await {
        // Where nobody listens any more there is nobody to tell.
        let _: Result<(), Gone> =
            reporter.send(PollEvent::Job { id, answer: Err(failure), over: true }).await;
    }
}

async fn follow(source: SourcePoll, id: JobId, reporter: Reporter) -> Result<(), Gone> {
    let mut streak = Streak::default();
    loop {
        let (answer, took) = timed(look(&source, &id, WAIT)).await;
        let (over, pause) = match &answer {
            Ok(job) => {
                streak.note(None);
                (!job.status.is_active(), if took < HELD_BACK { UNHELD } else { Duration::ZERO })
            }
            Err(failure) => {
                streak.note(Some(failure));
                (failure.is_gone(), backoff::wait(UNHELD, streak, Some(failure), fastrand::f64()))
            }
        };
        reporter.send(PollEvent::Job { id: id.clone(), answer: answer.map(Box::new), over }).await?;
        if over {
            return Ok(());
        }
        sleep(pause).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether answers are held back is measured here, in the poll task"
)]
async fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let value = future.await;
    (value, began.elapsed())
}
