//! What must hold. While anything happens: the budget, the service's wishes, the rhythm of every
//! source, and that no job is lost, doubled or put where it does not belong. At calm points: that what
//! is shown is what is true.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use voxtop::model::{Failure, Job, Status};
use voxtop::poll::plan::Purpose;
use voxtop::sandbox::Entry;

use crate::setup::SOURCES;
use crate::world::{World, is_head};

const RETENTION_MS: i64 = 7 * 24 * 3_600_000;
/// What has expired is gone from the screen so long after.
const EXPIRY_MS: i64 = 120_000;

/// Counts what goes out with a key, knowing nothing of how the program reckons.
pub(crate) struct BudgetWatch {
    rate: f64,
    sent: Vec<u64>,
    /// By how much more went out than the rate since any moment; and since any moment after the opening.
    ahead: f64,
    ahead_later: f64,
    /// When the service last refused, and how much has gone out since.
    refused: Option<(u64, u32)>,
}

impl BudgetWatch {
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate: f64::from(rate), sent: Vec::new(), ahead: 0.0, ahead_later: 0.0, refused: None }
    }

    /// The service asked for less: half the rate at most, and what came back of it in a few seconds.
    pub(crate) fn refused(&mut self, now_ms: u64) {
        self.refused = Some((now_ms, 0));
    }

    pub(crate) fn sent(&mut self, now_ms: u64) {
        if let Some((at, count)) = self.refused.as_mut().filter(|(at, _)| now_ms < at + 5_000) {
            *count += 1;
            let passed = Duration::from_millis(now_ms - *at).as_secs_f64();
            // A second may have passed already since the refusal that counts, and saved up.
            let most = 1.0 + (passed + 1.0) * (self.rate * 0.56).max(1.0);
            assert!(f64::from(*count) <= most + 1e-6, "{count} requests in {passed} s after a refusal");
        }
        let passed = self.sent.last().map_or(0.0, |last| Duration::from_millis(now_ms - last).as_secs_f64());
        self.sent.push(now_ms);
        let within = self.sent.iter().rev().take_while(|at| **at + 1_000 > now_ms).count();
        let most = if self.rate > 40.0 { self.rate } else { 40.0 };
        assert!(f64::from(u32::try_from(within).unwrap()) <= most, "{within} requests in a second");
        self.ahead = (self.ahead - passed * self.rate).max(0.0) + 1.0;
        assert!(self.ahead <= self.rate * 10.0 + 1e-6, "{} more than the rate", self.ahead);
        if now_ms > self.sent[0] + 30_000 {
            self.ahead_later = (self.ahead_later - passed * self.rate).max(0.0) + 1.0;
            assert!(
                self.ahead_later <= self.rate.max(1.0) + 1e-6,
                "{} more than the rate, late",
                self.ahead_later
            );
        }
    }
}

/// Watches that a source asks for its newest page in time, whatever the others go through, and that it
/// stays away as long as it is told.
pub(crate) struct HeadWatch {
    /// The latest that a healthy source may ask again, after its last head was answered.
    within_ms: u64,
    due_ms: Option<u64>,
    heads: Vec<u64>,
    sent: u64,
    away_until: u64,
    /// How many had gone out when it was told so last: a good answer to a later one takes that back.
    told_after: u64,
    hurried: bool,
}

impl HeadWatch {
    pub(crate) fn new(refresh: Duration, rate: u32) -> Self {
        // The refresh and its jitter; then at worst one request each of all others with the key, at the
        // least rate that refusals leave.
        let least = (f64::from(rate) / 8.0).max(1.0);
        let queue = Duration::from_secs_f64(4.0 / least);
        let within = refresh.mul_f64(1.1) + queue + Duration::from_millis(100);
        let within_ms = u64::try_from(within.as_millis()).unwrap();
        Self {
            within_ms,
            due_ms: None,
            heads: Vec::new(),
            sent: 0,
            away_until: 0,
            told_after: 0,
            hurried: false,
        }
    }

    pub(crate) fn sent(&mut self, now_ms: u64, purpose: Purpose) {
        self.sent += 1;
        let told = now_ms < self.away_until;
        assert!(
            !told || is_head(purpose) && self.hurried,
            "it was told to stay away until {}",
            self.away_until
        );
        if is_head(purpose) {
            if let Some(due) = self.due_ms.take() {
                assert!(now_ms <= due, "a head at {now_ms} that was due at {due} at the latest");
            }
            self.heads.push(self.sent);
            self.hurried = false;
        }
    }

    pub(crate) fn answered(&mut self, now_ms: u64, number: u64, failure: Option<&Failure>) {
        let head = self.heads.contains(&number);
        self.heads.retain(|sent| *sent > number);
        if let Some(failure) = failure {
            let asked = failure.retry_after.map_or(0, |asked| u64::try_from(asked.as_millis()).unwrap());
            if asked > 0 {
                (self.away_until, self.told_after) = (self.away_until.max(now_ms + asked), self.sent);
            }
            self.due_ms = None;
            return;
        }
        if number > self.told_after {
            self.away_until = 0;
        }
        if head {
            self.due_ms = Some(now_ms.max(self.away_until) + self.within_ms);
        }
    }

    pub(crate) fn hurried(&mut self) {
        self.hurried = true;
    }

    pub(crate) fn slept(&mut self, until_ms: u64) {
        let within_ms = self.within_ms;
        self.due_ms = self.due_ms.map(|due| due.max(until_ms + within_ms));
    }

    /// Nothing is overdue now.
    pub(crate) fn check(&self, now_ms: u64) {
        assert!(
            self.due_ms.is_none_or(|due| now_ms <= due),
            "a head was due at {:?}, it is {now_ms}",
            self.due_ms
        );
    }
}

/// The sandbox's ids are numbers, and good hashes of themselves.
#[derive(Clone, Copy, Default)]
pub(crate) struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed by themselves")
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

pub(crate) type ById<T> = HashMap<u64, T, BuildHasherDefault<Itself>>;

/// The number that an id of the sandbox is.
pub(crate) fn number(id: &str) -> u64 {
    u64::from_str_radix(id, 36).unwrap()
}

/// Watches that no answer to an earlier request overrides what a later one has told.
#[derive(Default)]
pub(crate) struct LateWatch {
    /// By which request each job was last told to have ended, or to be gone.
    ended: ById<u64>,
    gone: ById<u64>,
}

impl LateWatch {
    /// A page is reported that came for that request; `held`: what was shown in its stretches.
    pub(crate) fn page(&mut self, number: u64, jobs: &[Job], held: &[u64]) {
        let mut listed = HashSet::with_capacity(jobs.len());
        for job in jobs {
            let id = self::number(job.id.as_str());
            listed.insert(id);
            let gone = self.gone.get(&id).copied().unwrap_or(0);
            assert!(gone <= number, "{} is gone since request {gone}, and comes back by {number}", job.id);
            let ended = self.ended.get(&id).copied().unwrap_or(0);
            if job.status.is_active() {
                assert!(
                    ended <= number,
                    "{} has ended by request {ended}, and runs again by {number}",
                    job.id
                );
            } else {
                self.ended.insert(id, number.max(ended));
            }
        }
        for id in held.iter().filter(|id| !listed.contains(*id)) {
            self.gone.insert(*id, number);
        }
    }
}

/// The truth of a source, as far as it can be listed.
pub(crate) struct Truth {
    pub(crate) entries: ById<Entry>,
    /// Jobs of a millisecond beyond the hundred that a page shows of it.
    unlistable: HashSet<u64, BuildHasherDefault<Itself>>,
    pub(crate) crowds: HashSet<i64>,
    /// Milliseconds with more than one job, all of which the smallest pages may not show.
    pub(crate) shared: HashSet<i64>,
}

impl Truth {
    pub(crate) fn of(world: &World, source: usize) -> Self {
        let truth = world.truth(source);
        let mut entries = ById::with_capacity_and_hasher(truth.len(), BuildHasherDefault::default());
        let (mut unlistable, mut crowds, mut shared) = (HashSet::default(), HashSet::new(), HashSet::new());
        let mut crowd = (0, 0);
        for entry in truth {
            crowd = if crowd.0 == entry.created_ms { (crowd.0, crowd.1 + 1) } else { (entry.created_ms, 1) };
            if crowd.1 >= 2 {
                shared.insert(entry.created_ms);
            }
            if crowd.1 >= 100 {
                crowds.insert(crowd.0);
            }
            let id = number(&entry.id);
            if crowd.1 > 100 {
                unlistable.insert(id);
            }
            entries.insert(id, entry);
        }
        Self { entries, unlistable, crowds, shared }
    }
}

/// What each source shows: ids, statuses and moments.
fn shown(world: &World) -> Vec<ById<(&Status, i64)>> {
    let mut shown = vec![ById::default(); SOURCES.len()];
    for (_, held) in world.store.jobs() {
        let created_ms = held.created_at().unwrap().as_millisecond();
        let twin = shown[held.source().index()].insert(number(held.id()), (held.status(), created_ms));
        assert!(twin.is_none(), "{} is shown twice", held.id());
    }
    shown
}

/// Checks what holds at any time: everything is where it belongs, once, and nothing is lost that was
/// there and still is. `before`: what was shown at the last check.
/// `crowded`: milliseconds that ever held more jobs than can be listed.
pub(crate) fn anytime(world: &World, before: &mut [Vec<u64>], crowded: &mut [HashSet<i64>]) {
    for (source, shown) in shown(world).into_iter().enumerate() {
        // The owners are unique: what each has of its own, no two have.
        let stray = shown.keys().find(|id| world.owners.get(*id) != Some(&source));
        assert!(stray.is_none(), "{stray:?} is under another source than its own");
        let truth = Truth::of(world, source);
        for id in before[source].iter().filter(|id| !shown.contains_key(*id)) {
            let lost = truth.entries.get(id);
            assert!(lost.is_none(), "source {source} has lost {lost:?}");
        }
        before[source] = shown.into_keys().collect();
        crowded[source].extend(truth.crowds);
        if world.now_ms >= world.asleep_until {
            world.clients[source].head.check(world.now_ms);
        }
    }
}

/// Checks that all that is true is shown as it is, where nothing has changed since `settled`. What
/// deletions in a crowd have made listable is found only when all is read again.
pub(crate) fn fresh(world: &World, settled: &[Truth], crowded: &[HashSet<i64>]) {
    for (source, shown) in shown(world).into_iter().enumerate() {
        let truth = Truth::of(world, source);
        for (id, entry) in &truth.entries {
            let still = settled[source].entries.get(id) == Some(entry);
            if !still || truth.unlistable.contains(id) || crowded[source].contains(&entry.created_ms) {
                continue;
            }
            let status = shown.get(id).map(|(status, _)| status.as_str());
            let progress = &world.clients[source].progress;
            assert_eq!(
                status,
                Some(entry.status),
                "source {source} shows otherwise: {entry:?}, {progress:?}"
            );
        }
    }
}

/// Checks that nothing is shown that is not there any more.
pub(crate) fn exact(world: &World) {
    for (source, shown) in shown(world).into_iter().enumerate() {
        let truth = Truth::of(world, source);
        for (id, (status, created_ms)) in shown {
            let expires_ms = created_ms + RETENTION_MS;
            let just_expired = (expires_ms..expires_ms + EXPIRY_MS).contains(&world.server_ms());
            let known = truth.entries.contains_key(&id) || truth.crowds.contains(&created_ms) || just_expired;
            assert!(known, "source {source} still shows {id}, {status}, of {created_ms}");
        }
        assert!(world.clients[source].progress.complete || !truth.crowds.is_empty());
    }
}
