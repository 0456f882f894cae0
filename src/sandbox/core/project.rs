//! The jobs of one project in one environment: held in the order of their submission, found by id, listed
//! newest first, and forgotten some time after they have expired.

use std::collections::{HashMap, VecDeque};

use super::instant::DAY_MS;
use super::job::{Id, Job};
use super::material::Material;
use super::random::Random;
use super::recipe::Recipe;

/// Audio, transcript and configuration are kept this long (the vendor's limits page).
const RETENTION_MS: i64 = 7 * DAY_MS;
/// Expired jobs answer 410 this much longer, before nobody knows them.
const MEMORY_MS: i64 = 7 * DAY_MS;
/// Submissions go on from this long before the start, so that jobs are running when the first client looks.
const RUN_UP_MS: i64 = 60_000;

#[derive(Debug)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) recipe: Recipe,
    /// Oldest first; the front has the serial number `first`.
    jobs: VecDeque<Job>,
    first: u64,
    serials: HashMap<Id, u64>,
    random: Random,
    per_minute: f64,
    next_ms: i64,
}

/// What a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListQuery {
    pub(super) limit: Option<usize>,
    pub(super) created_before_ms: Option<i64>,
    pub(super) include_deleted: bool,
}

/// What is known of an id.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Job(&'a Job),
    Expired,
    Nothing,
}

impl Project {
    /// A project with `history` jobs of the past week.
    pub(super) fn new(
        name: &str,
        recipe: Recipe,
        material: &Material,
        mut random: Random,
        (history, per_minute): (u32, f64),
        start_ms: i64,
    ) -> Self {
        let next_ms = start_ms - RUN_UP_MS;
        let past = recipe.history(material, &mut random, next_ms, history);
        let mut project = Self {
            name: name.to_owned(),
            recipe,
            jobs: VecDeque::with_capacity(past.len()),
            first: 0,
            serials: HashMap::with_capacity(past.len()),
            random,
            per_minute,
            next_ms,
        };
        for job in past {
            project.push(job);
        }
        project.next_ms += project.gap();
        project
    }

    /// Submits what is due by `now_ms`, and forgets what is long expired.
    pub(super) fn advance(&mut self, material: &Material, now_ms: i64) {
        while self.per_minute > 0.0 && self.next_ms <= now_ms {
            if let Some(job) = self.recipe.submitted(material, &mut self.random, self.next_ms) {
                self.push(job);
            }
            self.next_ms += self.gap();
        }
        while self.jobs.front().is_some_and(|job| job.created_ms < now_ms - RETENTION_MS - MEMORY_MS) {
            if let Some(job) = self.jobs.pop_front() {
                self.serials.remove(&job.id);
                self.first += 1;
            }
        }
    }

    /// The time to the next submission: exponential, as where many people submit on their own account.
    fn gap(&mut self) -> i64 {
        let mean_ms = 60_000.0 / self.per_minute.max(0.001);
        let gap = -(1.0 - self.random.unit()).ln() * mean_ms;
        #[expect(clippy::cast_possible_truncation, reason = "at most 37 times the mean, which is below 2^26")]
        let gap = gap as i64;
        gap.max(1)
    }

    fn push(&mut self, mut job: Job) {
        while self.serials.contains_key(&job.id) {
            job.id = Id::new(self.random.next());
        }
        let serial = self.first + u64::try_from(self.jobs.len()).unwrap_or(0);
        self.serials.insert(job.id, serial);
        self.jobs.push_back(job);
    }

    /// The jobs of a page, newest first.
    pub(super) fn list(&self, query: ListQuery, now_ms: i64) -> impl Iterator<Item = &Job> {
        // The Portal pages with the created_at of its last row and expects that row back: inclusive.
        let end = query.created_before_ms.map_or(self.jobs.len(), |before_ms| {
            self.jobs.partition_point(|job| job.created_ms <= before_ms)
        });
        let kept = move |job: &&Job| job.created_ms >= now_ms - RETENTION_MS;
        (self.jobs.range(..end).rev().take_while(kept))
            .filter(move |job| query.include_deleted || !job.deleted)
            .take(query.limit.unwrap_or(usize::MAX))
    }

    pub(super) fn find(&self, id: Id, now_ms: i64) -> Found<'_> {
        let place = self.serials.get(&id).and_then(|serial| usize::try_from(serial - self.first).ok());
        match place.and_then(|place| self.jobs.get(place)) {
            Some(job) if job.created_ms < now_ms - RETENTION_MS => Found::Expired,
            Some(job) => Found::Job(job),
            None => Found::Nothing,
        }
    }
}
