//! The plan against a simulated list, in all the ways in which `created_before` may be meant.

mod counted;
mod hostile;
mod late;
mod listed;
mod sized;
mod waits;

use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::api::{PAGE_LIMIT, Page};
use crate::model::{Coverage, FailureKind, Job, Progress, Span, Status};

const MS: i128 = 1_000_000;
const REFRESH: Duration = Duration::from_secs(5);
const RTT: Duration = Duration::from_millis(50);
/// When everything begins, on the local clock: the jobs of the tests are of just before.
const START: Timestamp = Timestamp::constant(1_790_000_000, 0);

fn job(id: usize, ns: i128, status: Status) -> Job {
    let created_at = Some(Timestamp::from_nanosecond(START.as_nanosecond() + ns).unwrap());
    Job { created_at, ..Job::new(JobId::new(format!("j{id}")), status) }
}

/// What the service's list might do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Exclusive,
    /// By the very moment.
    Inclusive,
    /// By the millisecond.
    Truncated,
    Ignored,
}

const ALL: [Before; 3] = [Before::Exclusive, Before::Inclusive, Before::Truncated];

/// A service that lists its jobs newest first.
#[derive(Clone, Debug)]
struct Service {
    jobs: BTreeMap<(i128, usize), Job>,
    before: Before,
    submitted: usize,
}

impl Service {
    fn new(before: Before, moments: impl IntoIterator<Item = i128>) -> Self {
        let mut service = Self { jobs: BTreeMap::new(), before, submitted: 0 };
        for ns in moments {
            service.submit(ns, Status::Done);
        }
        service
    }

    fn submit(&mut self, ns: i128, status: Status) {
        let id = self.submitted;
        self.jobs.insert((ns, id), job(id, ns, status));
        self.submitted += 1;
    }

    fn set(&mut self, id: usize, status: Status) {
        self.jobs.iter_mut().find(|((_, other), _)| *other == id).unwrap().1.status = status;
    }

    fn delete(&mut self, id: usize) {
        self.jobs.retain(|(_, other), _| *other != id);
    }

    fn list(&self, before: Option<Timestamp>) -> Page {
        self.page(before, PAGE_LIMIT)
    }

    fn page(&self, before: Option<Timestamp>, limit: usize) -> Page {
        let before = before.map(|before| before.as_nanosecond() - START.as_nanosecond());
        let end = match (before, self.before) {
            (None, _) | (_, Before::Ignored) => (i128::MAX, 0),
            (Some(before), Before::Exclusive) => (before, 0),
            (Some(before), Before::Inclusive) => (before + 1, 0),
            (Some(before), Before::Truncated) => ((before.div_euclid(MS) + 1) * MS, 0),
        };
        let jobs: Vec<Job> = self.jobs.range(..end).rev().take(limit).map(|(_, job)| job.clone()).collect();
        let moments = || jobs.iter().filter_map(|job| job.created_at);
        let (oldest, newest) = (moments().min(), moments().max());
        Page { listed: jobs.len(), oldest, newest, jobs, ..Page::default() }
    }

    fn ids(&self) -> HashSet<JobId> {
        self.jobs.values().map(|job| job.id.clone()).collect()
    }
}

/// Somebody who keeps what is reported, by the rules of the reports alone.
#[derive(Clone, Debug, Default)]
struct Reader {
    jobs: BTreeMap<(Timestamp, JobId), Job>,
    coverages: Vec<Coverage>,
    failures: Vec<FailureKind>,
    progress: Progress,
}

impl Reader {
    fn read(&mut self, event: PollEvent) {
        match event {
            PollEvent::Page { jobs, spans, .. } => {
                for Span { first, last } in spans {
                    let from = self.jobs.range((first, JobId::new(""))..).map(|(place, _)| place);
                    let held: Vec<_> = from.take_while(|(at, _)| *at <= last).cloned().collect();
                    for place in held {
                        self.jobs.remove(&place);
                    }
                }
                let place = |job: &Job| (job.created_at.unwrap_or(Timestamp::MIN), job.id.clone());
                self.jobs.extend(jobs.into_iter().map(|job| (place(&job), job)));
            }
            PollEvent::Finished { coverage, .. } => self.coverages.push(coverage),
            PollEvent::Failed { failure, .. } => self.failures.push(failure.kind),
            PollEvent::Progress(progress) => self.progress = progress,
            PollEvent::Asked | PollEvent::Job { .. } => {}
        }
    }
}

/// A plan, its service, and what is asked, one request after another.
struct Bench {
    plan: Plan,
    service: Service,
    reader: Reader,
    now: Duration,
    asked: Vec<Purpose>,
}

impl Bench {
    fn watch(service: Service) -> Self {
        Self::new(Plan::watch(REFRESH, 0, 1), service)
    }

    fn new(plan: Plan, service: Service) -> Self {
        Self { plan, service, reader: Reader::default(), now: Duration::ZERO, asked: Vec::new() }
    }

    fn time(&self) -> Now {
        Now { ticks: self.now, wall: START + self.now }
    }

    /// Sends the next request and answers it at once; false where there is none now.
    fn step(&mut self) -> bool {
        let Some(request) = self.plan.ask(self.time()) else { return false };
        self.asked.push(request.purpose);
        let page = self.service.page(request.created_before, request.limit);
        self.now += RTT;
        let now = self.time();
        self.plan.answered(request.number, Ok(page), RTT, now);
        self.read();
        true
    }

    fn read(&mut self) {
        for (_, event) in self.plan.reports() {
            self.reader.read(event);
        }
    }

    /// Does what there is to do now; gives what was asked.
    fn work(&mut self) -> Vec<Purpose> {
        self.asked.clear();
        while self.step() {
            assert!(self.asked.len() < 20_000, "it never ends");
        }
        self.asked.clone()
    }

    /// Lets that much time pass; gives what was asked.
    fn pass(&mut self, time: Duration) -> Vec<Purpose> {
        let (end, mut asked) = (self.now + time, Vec::new());
        while self.now < end {
            asked.extend(self.work());
            let wakes = self.plan.wakes_at(self.now).unwrap_or(end);
            self.now = wakes
                .clamp(self.now + Duration::from_millis(1), end.max(self.now + Duration::from_millis(1)));
        }
        asked
    }

    /// Lists once, to its end.
    fn once(service: Service, bounds: Bounds) -> Self {
        let mut bench = Self::new(Plan::once(bounds, Duration::from_secs(15), 1), service);
        bench.work();
        assert!(bench.plan.is_over());
        bench
    }

    fn is_true(&self) -> bool {
        let service = self.service.jobs.values().map(|job| ((job.created_at.unwrap(), job.id.clone()), job));
        self.reader
            .jobs
            .iter()
            .map(|(place, job)| (place.clone(), job))
            .eq(service.collect::<BTreeMap<_, _>>())
    }

    fn ids(&self) -> HashSet<JobId> {
        self.reader.jobs.values().map(|job| job.id.clone()).collect()
    }
}
