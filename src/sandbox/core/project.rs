//! The jobs of one project in one environment: held in the order of their submission, found by id, listed
//! newest first, and forgotten some time after they have expired.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::instant::DAY_MS;
use super::job::{Id, Job, Outcome, Refusal, Sent, Status};
use super::material::Material;
use super::random::Random;
use super::recipe::Recipe;
use super::usage::Tally;

/// Audio, transcript and configuration are kept this long (the vendor's limits page).
pub(super) const RETENTION_MS: i64 = 7 * DAY_MS;
/// Expired jobs answer 410 this much longer, before nobody knows them.
const MEMORY_MS: i64 = 7 * DAY_MS;
/// Submissions go on from this long before the start, so that jobs are running when the first client looks.
const RUN_UP_MS: i64 = 60_000;
/// Jobs that may run at once (the vendor's limits page).
pub(super) const CONCURRENT: usize = 20_000;
/// What all submitted configurations of a project may take together.
const CONFIG_BYTES: usize = 128 << 20;
/// Submissions that are made up for when time leaps: what is beyond them is not missed.
const CATCH_UP: f64 = 200_000.0;
/// No list is longer, whatever it is asked for: an answer has to end.
const LONGEST_LIST: usize = 20_000;

#[derive(Debug)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) recipe: Recipe,
    /// Oldest first; the front has the serial number `first`.
    jobs: VecDeque<Job>,
    first: u64,
    serials: HashMap<Id, u64>,
    /// What runs, by the moment of its end.
    running: BTreeSet<(i64, u64)>,
    pub(super) tally: Tally,
    config_bytes: usize,
    random: Random,
    per_minute: f64,
    next_ms: i64,
}

/// What a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListQuery {
    pub(super) limit: Option<usize>,
    pub(super) created_before_ms: Option<i64>,
    /// Whether a job of that very moment counts as before it. The vendor does not say; its Portal takes it so.
    pub(super) inclusive: bool,
    pub(super) include_deleted: bool,
}

/// What is known of an id.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Job(&'a Job),
    Expired,
    Nothing,
}

/// Why a job is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl Project {
    /// A project that nobody has submitted to.
    pub(super) fn new(name: &str, recipe: Recipe, random: Random) -> Self {
        Self {
            name: name.to_owned(),
            recipe,
            jobs: VecDeque::new(),
            first: 0,
            serials: HashMap::new(),
            running: BTreeSet::new(),
            tally: Tally::default(),
            config_bytes: 0,
            random,
            per_minute: 0.0,
            next_ms: 0,
        }
    }

    /// Gives it `count` jobs of the week before `start_ms`, and `per_minute` more from then on.
    pub(super) fn populate(&mut self, material: &Material, (count, per_minute): (u32, f64), start_ms: i64) {
        let end_ms = start_ms - RUN_UP_MS;
        let moments = self.recipe.past_moments(material, &mut self.random, end_ms, count);
        self.jobs.reserve_exact(moments.len());
        self.serials.reserve(moments.len());
        for created_ms in moments {
            if let Some(job) = self.recipe.past(material, &mut self.random, created_ms) {
                self.push(material, job, start_ms);
            }
        }
        self.per_minute = per_minute;
        self.next_ms = end_ms + self.gap();
    }

    /// Gives it `count` made-up jobs at once, of this very moment.
    pub(super) fn burst(&mut self, material: &Material, count: u32, now_ms: i64) -> Vec<Id> {
        (0..count)
            .filter_map(|_| {
                let job = self.recipe.submitted(material, &mut self.random, now_ms)?;
                Some(self.push(material, job, now_ms))
            })
            .collect()
    }

    /// Submits what is due by `now_ms`, and forgets what is long expired.
    pub(super) fn advance(&mut self, material: &Material, now_ms: i64) {
        self.next_ms = self.next_ms.max(now_ms.saturating_sub(self.longest_catch_up_ms()));
        while self.per_minute > 0.0 && self.next_ms <= now_ms {
            let job = self.recipe.submitted(material, &mut self.random, self.next_ms);
            self.end_what_is_due(self.next_ms);
            // Whoever submits when too many run is refused, and counts on nothing.
            if let Some(job) = job.filter(|_| self.running.len() < CONCURRENT) {
                self.push(material, job, self.next_ms);
            }
            self.next_ms += self.gap();
        }
        self.end_what_is_due(now_ms);
        while self.jobs.front().is_some_and(|job| job.created_ms < now_ms - RETENTION_MS - MEMORY_MS) {
            if let Some(job) = self.jobs.pop_front() {
                self.config_bytes -= job.sent.map_or(0, |sent| sent.config.len());
                self.serials.remove(&job.id);
                self.first += 1;
            }
        }
    }

    /// How far back submissions are made up for when time leaps.
    fn longest_catch_up_ms(&self) -> i64 {
        let minutes = CATCH_UP / self.per_minute.max(0.001);
        #[expect(clippy::cast_possible_truncation, reason = "at most 2^44 ms")]
        let ms = (minutes * 60_000.0) as i64;
        ms
    }

    fn end_what_is_due(&mut self, now_ms: i64) {
        while self.running.first().is_some_and(|(ends_ms, _)| *ends_ms <= now_ms) {
            self.running.pop_first();
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

    fn push(&mut self, material: &Material, mut job: Job, now_ms: i64) -> Id {
        while self.serials.contains_key(&job.id) {
            job.id = Id::new(self.random.next());
        }
        let (id, serial) = (job.id, self.first + u64::try_from(self.jobs.len()).unwrap_or(0));
        if !job.deleted && job.finishes_ms > now_ms {
            self.running.insert((job.finishes_ms, serial));
        }
        if let Some(sent) = &job.sent {
            self.config_bytes += sent.config.len();
        }
        self.count(material, &job, true);
        self.serials.insert(id, serial);
        self.jobs.push_back(job);
        id
    }

    /// Enters the job into the usage, or takes it out again. Only what ends well is counted.
    fn count(&mut self, material: &Material, job: &Job, enter: bool) {
        if matches!(job.outcome, Outcome::Rejected(_)) {
            return;
        }
        if let Some(sent) = &job.sent {
            self.tally.enter(job.finishes_ms, (&sent.language, &sent.model), job.audio_s, enter);
        } else if let Some(sketch) = self.recipe.sketch(material, job.seed) {
            self.tally.enter(job.finishes_ms, (sketch.language, sketch.model), job.audio_s, enter);
        }
    }

    /// Takes what a client submits. Jobs whose end cannot be drawn from the audio end as `refusal` says.
    pub(super) fn submit(
        &mut self,
        material: &Material,
        sent: Sent,
        (audio_s, refusal): (u32, Option<Refusal>),
        now_ms: i64,
    ) -> Result<Id, Full> {
        if self.running.len() >= CONCURRENT || self.config_bytes + sent.config.len() > CONFIG_BYTES {
            return Err(Full);
        }
        let run_ms = match refusal {
            Some(Refusal::FetchFailed(_)) => 34_400,
            _ => self.recipe.run_ms(&mut self.random),
        };
        let job = Job {
            id: Id::new(self.random.next()),
            created_ms: now_ms,
            finishes_ms: now_ms.saturating_add(run_ms),
            seed: self.random.next(),
            sent: Some(Box::new(sent)),
            audio_s,
            outcome: refusal.map_or(Outcome::Done, Outcome::Rejected),
            deleted: false,
        };
        Ok(self.push(material, job, now_ms))
    }

    /// How many run now.
    pub(super) fn running(&self) -> usize {
        self.running.len()
    }

    /// How many there are, expired ones included.
    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// The jobs of a page, newest first.
    pub(super) fn list(&self, query: ListQuery, now_ms: i64) -> impl Iterator<Item = &Job> {
        let end = query.created_before_ms.map_or(self.jobs.len(), |before_ms| {
            let before_ms = if query.inclusive { before_ms.saturating_add(1) } else { before_ms };
            self.jobs.partition_point(|job| job.created_ms < before_ms)
        });
        let kept = move |job: &&Job| job.created_ms >= now_ms - RETENTION_MS;
        (self.jobs.range(..end).rev().take_while(kept))
            .filter(move |job| query.include_deleted || !job.deleted)
            .take(query.limit.unwrap_or(LONGEST_LIST))
    }

    pub(super) fn find(&self, id: Id, now_ms: i64) -> Found<'_> {
        match self.place(id).and_then(|place| self.jobs.get(place)) {
            Some(job) if job.created_ms < now_ms - RETENTION_MS => Found::Expired,
            Some(job) => Found::Job(job),
            None => Found::Nothing,
        }
    }

    fn place(&self, id: Id) -> Option<usize> {
        self.serials.get(&id).and_then(|serial| usize::try_from(serial - self.first).ok())
    }

    /// Deletes the job, running or not; usage keeps what has ended.
    pub(super) fn delete(&mut self, material: &Material, id: Id, now_ms: i64) {
        self.change(material, id, now_ms, |job| job.deleted = true);
    }

    /// Ends a running job now, in that way.
    pub(super) fn settle(&mut self, material: &Material, id: Id, outcome: Outcome, now_ms: i64) -> bool {
        self.change(material, id, now_ms, |job| {
            job.finishes_ms = now_ms;
            job.outcome = outcome;
        })
    }

    /// Changes a job and what is derived from it. False where there is none, or it is deleted.
    fn change(&mut self, material: &Material, id: Id, now_ms: i64, change: impl FnOnce(&mut Job)) -> bool {
        let Some((place, mut job)) =
            self.place(id).and_then(|place| Some((place, self.jobs.get(place)?.clone())))
        else {
            return false;
        };
        let was = job.status(now_ms);
        if was == Status::Deleted {
            return false;
        }
        if was == Status::Running {
            self.running.remove(&(job.finishes_ms, self.first + u64::try_from(place).unwrap_or(0)));
            self.count(material, &job, false);
        }
        change(&mut job);
        if was == Status::Running && !job.deleted {
            self.count(material, &job, true);
        }
        if let Some(slot) = self.jobs.get_mut(place) {
            *slot = job;
        }
        true
    }
}
