//! How long jobs take from their submission to their end, measured in the length of their audio: by environment,
//! and by model where enough is known. The service tells no end (its list has `created_at` and nothing later), so
//! that this rests on the ends that voxtop saw itself: running in one round, done in the next, and it is as
//! precise as the time between the two. Integers throughout: a ratio is in thousandths.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::jobs::Change;
use super::row::Held;
use super::{Handle, Store};
use crate::model::{EnvironmentId, SourceId, Status};

/// So many ends are kept, by environment and by model.
const KEPT: usize = 200;
/// From so many on they are a history.
const ENOUGH: usize = 10;
/// So many models of an environment have a history of their own.
const MODELS: usize = 8;
/// Audio that is shorter counts as this long, in seconds: what a job takes besides its audio is not to make it
/// look slow.
const SHORTEST: u64 = 60;
/// Audio whose length the list does not give counts as this long.
const UNKNOWN: u64 = 3_600;
/// So far beyond what 95 of 100 stayed within is far beyond.
const FAR: u64 = 3;
/// And so many seconds more, so that a moment's queue is none.
const GRACE: u64 = 5 * 60;
/// What is taken in the place of a history: three times the audio's length and ten minutes.
const WITHOUT: Limit = Limit { thousandths: 3_000, grace: 10 * 60 };
/// An end is seen well enough if the round before was no longer ago than this,
const WELL: SignedDuration = SignedDuration::from_secs(30);
/// or than one of so many parts of what the job took.
const PARTS: i32 = 4;

/// How long a job may take before it counts as stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many thousandths of its audio's length,
    pub thousandths: u64,
    /// and so many seconds more.
    pub grace: u64,
}

impl Limit {
    fn seconds(self, audio: u64) -> u64 {
        self.grace.saturating_add(self.thousandths.saturating_mul(audio) / 1_000)
    }

    /// Whether another one is so near that the jobs need not be judged anew.
    fn is_near(self, other: Self) -> bool {
        let (less, more) = (self.thousandths.min(other.thousandths), self.thousandths.max(other.thousandths));
        self.grace == other.grace && more.saturating_mul(4) <= less.saturating_mul(5)
    }
}

/// What is known of how long jobs take. Ratios are run time over audio length, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turnaround {
    /// How many ends were seen.
    pub seen: usize,
    /// How many of them, the latest, the figures rest on.
    pub kept: usize,
    /// Half of them took at most this.
    pub median: u64,
    /// 95 of 100 took at most this.
    pub high: u64,
    /// When the first end was seen.
    pub since: Timestamp,
}

/// The latest ends of one kind of jobs.
#[derive(Debug)]
struct Ends {
    ratios: VecDeque<u64>,
    seen: usize,
    since: Timestamp,
}

impl Ends {
    fn new(since: Timestamp) -> Self {
        Self { ratios: VecDeque::new(), seen: 0, since }
    }

    fn push(&mut self, ratio: u64) {
        if self.ratios.len() == KEPT {
            self.ratios.pop_front();
        }
        self.ratios.push_back(ratio);
        self.seen += 1;
    }

    fn figures(&self) -> Option<Turnaround> {
        let mut ratios: Vec<u64> = self.ratios.iter().copied().collect();
        ratios.sort_unstable();
        let at = |percent: usize| {
            // The nearest rank: the least of which so many per cent stay within.
            let rank = (ratios.len() * percent).div_ceil(100).saturating_sub(1);
            ratios.get(rank).copied()
        };
        let (median, high) = (at(50)?, at(95)?);
        Some(Turnaround { seen: self.seen, kept: ratios.len(), median, high, since: self.since })
    }

    fn limit(&self) -> Option<Limit> {
        let figures = self.figures().filter(|figures| figures.kept >= ENOUGH)?;
        Some(Limit { thousandths: figures.high.saturating_mul(FAR), grace: GRACE })
    }
}

/// A ratio in thousandths as people write it: `0.42×`, `12×`. To the next hundredth: nobody is told of less than it is.
pub fn times(thousandths: u64) -> String {
    if thousandths >= 10_000 {
        return format!("{}×", (thousandths / 1_000).min(99_999));
    }
    let hundredths = thousandths.div_ceil(10);
    format!("{}.{:02}×", hundredths / 100, hundredths % 100)
}

/// One environment's history, and the limits that follow from it.
#[derive(Debug, Default)]
pub(super) struct Turnarounds {
    all: Option<Ends>,
    models: Vec<(Box<str>, Ends)>,
    limit: Option<Limit>,
    model_limits: Vec<(Box<str>, Limit)>,
    fresh: bool,
}

impl Turnarounds {
    fn push(&mut self, at: Timestamp, model: Option<&str>, ratio: u64) {
        self.fresh = true;
        self.all.get_or_insert_with(|| Ends::new(at)).push(ratio);
        let Some(model) = model else { return };
        if let Some((_, ends)) = self.models.iter_mut().find(|(name, _)| **name == *model) {
            ends.push(ratio);
        } else if self.models.len() < MODELS {
            let mut ends = Ends::new(at);
            ends.push(ratio);
            self.models.push((model.into(), ends));
        }
    }

    /// What holds for a model: by its own history, else by that of all, else by none.
    pub(super) fn limit(&self, model: Option<&str>) -> Limit {
        let own = self.model_limits.iter().find(|(name, _)| Some(&**name) == model);
        own.map(|(_, limit)| *limit).or(self.limit).unwrap_or(WITHOUT)
    }

    /// When a job is due, in seconds since 1970; `None` where it does not run, or has no date.
    pub(super) fn due(&self, held: Held<'_>) -> Option<i64> {
        let (created, _) = held.row.created().filter(|_| held.status().is_active())?;
        let limit = self.limit(held.model()).seconds(audio(held));
        Some(created.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX)))
    }

    /// Draws the limits from what was learnt since; says whether they moved so far that jobs are to be judged anew.
    pub(super) fn weigh(&mut self) -> bool {
        if !std::mem::take(&mut self.fresh) {
            return false;
        }
        let limit = self.all.as_ref().and_then(Ends::limit);
        let models: Vec<(Box<str>, Limit)> =
            self.models.iter().filter_map(|(name, ends)| Some((name.clone(), ends.limit()?))).collect();
        let near = |old: Option<Limit>, new: Option<Limit>| match (old, new) {
            (Some(old), Some(new)) => old.is_near(new),
            (old, new) => old.is_none() && new.is_none(),
        };
        // Models come and never go, in one order.
        let known = self.model_limits.iter().map(|(_, limit)| Some(*limit));
        let same = near(self.limit, limit)
            && models.len() == self.model_limits.len()
            && known.zip(&models).all(|(old, (_, new))| near(old, Some(*new)));
        if !same {
            (self.limit, self.model_limits) = (limit, models);
        }
        !same
    }
}

/// What counts as the length of a job's audio, in seconds.
fn audio(held: Held<'_>) -> u64 {
    // The list of a running job may say 0 where its length is not known yet.
    held.duration_s().filter(|seconds| *seconds > 0).unwrap_or(UNKNOWN).max(SHORTEST)
}

impl Store {
    /// How long jobs take at an environment; `None` before the first end was seen.
    pub fn turnaround(&self, id: EnvironmentId) -> Option<Turnaround> {
        self.jobs.tally(id)?.watch().turnarounds().all.as_ref()?.figures()
    }

    /// The same by model, in the order in which their first ends were seen.
    pub fn turnarounds_by_model(&self, id: EnvironmentId) -> Vec<(&str, Turnaround)> {
        let models = self.jobs.tally(id).map(|tally| tally.watch().turnarounds().models.as_slice());
        let figures = models.unwrap_or_default().iter();
        figures.filter_map(|(name, ends)| Some((&**name, ends.figures()?))).collect()
    }

    /// How long jobs of a model may take at an environment before they count as stuck, and whether that follows
    /// from what was seen there.
    pub fn limit(&self, id: EnvironmentId, model: Option<&str>) -> (Limit, bool) {
        let limit = self.jobs.tally(id).map_or(WITHOUT, |tally| tally.watch().turnarounds().limit(model));
        (limit, limit != WITHOUT)
    }

    /// Takes a job's end into the history: it was running in the round before, which was at `before`, and is done.
    /// `None`: the end was told by the service as it came.
    pub(super) fn note_turnaround(
        &mut self,
        (source, at): (SourceId, Timestamp),
        change: &Change,
        before: Option<Timestamp>,
    ) {
        let Change::Changed { handle, before: status } = change else { return };
        if !status.is_active() {
            return;
        }
        let Some((environment, took)) = self.took(source, *handle, at) else { return };
        let doubt = before.map_or(SignedDuration::ZERO, |before| at.duration_since(before));
        if doubt > WELL && doubt > took / PARTS {
            return;
        }
        self.jobs.note_end(environment, *handle, at, took);
    }

    /// How long a job took that is done, by the service's clock.
    fn took(
        &self,
        source: SourceId,
        handle: Handle,
        at: Timestamp,
    ) -> Option<(EnvironmentId, SignedDuration)> {
        let held = self.jobs.get(handle).filter(|held| *held.status() == Status::Done)?;
        let environment = self.fleet.source(source)?.environment;
        let ahead = self.source(source)?.progress.clock_ahead.unwrap_or_default();
        let took = at.checked_add(ahead).ok()?.duration_since(held.created_at()?);
        Some((environment, took.max(SignedDuration::ZERO)))
    }
}

impl Turnarounds {
    /// Takes an end into the history.
    pub(super) fn note(&mut self, held: Held<'_>, at: Timestamp, took: SignedDuration) {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.push(at, held.model(), took / audio(held));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EU1, EU2, at, fleet, job, round};
    use super::*;
    use crate::model::Job;

    const HERE: EnvironmentId = EnvironmentId(0);

    fn long(id: &str, created: i64, status: &str, model: &str) -> Job {
        Job { duration_s: Some(600), model: Some(model.into()), ..job(id, created, status) }
    }

    /// So many jobs of ten minutes that run and then end, each `seconds` after it was submitted.
    fn ends(store: &mut Store, count: u64, seconds: i64, model: &str) {
        for nth in 1..=count {
            let (id, sequence) = (format!("{model}{nth}"), nth * 2);
            round(store, EU1, sequence, seconds - 5, &[long(&id, 0, "running", model)]);
            round(store, EU1, sequence + 1, seconds, &[long(&id, 0, "done", model)]);
        }
    }

    #[test]
    fn an_end_that_was_seen_is_measured_and_no_other() {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &[long("a", -600, "running", "m"), long("old", -9_000, "done", "m")]);
        assert_eq!(store.turnaround(HERE), None, "what was over before is history");
        round(&mut store, EU1, 2, 5, &[long("a", -600, "running", "m"), long("b", 1, "rejected", "m")]);
        assert_eq!(store.turnaround(HERE), None);
        round(&mut store, EU1, 3, 10, &[long("a", -600, "done", "m"), long("c", 1, "running", "m")]);
        let figures = Turnaround { seen: 1, kept: 1, median: 1_016, high: 1_016, since: at(10) };
        assert_eq!(store.turnaround(HERE), Some(figures));
        assert_eq!(store.turnarounds_by_model(HERE), [("m", figures)]);
        // A rejection is an end of another kind; and who looks away for an hour does not know when.
        round(&mut store, EU1, 4, 15, &[long("c", 1, "rejected", "m"), long("d", 10, "running", "m")]);
        round(&mut store, EU1, 5, 3_600, &[long("d", 10, "done", "m")]);
        assert_eq!(store.turnaround(HERE), Some(figures));
        assert_eq!(store.turnaround(EnvironmentId(1)), None);
    }

    #[test]
    fn a_history_makes_the_limit_and_each_model_has_its_own() {
        let mut store = Store::new(fleet());
        assert_eq!(store.limit(HERE, Some("quick")), (WITHOUT, false));
        ends(&mut store, 9, 60, "quick");
        assert_eq!(store.limit(HERE, Some("quick")), (WITHOUT, false), "nine are no history");
        ends(&mut store, 11, 60, "quick");
        let limit = |thousandths| (Limit { thousandths, grace: 300 }, true);
        assert_eq!(store.limit(HERE, Some("quick")), limit(300));
        assert_eq!(store.limit(HERE, Some("other")), limit(300), "that of the environment");
        for nth in 0..40 {
            let id = format!("s{nth}");
            round(&mut store, EU1, 100 + nth * 2, 595, &[long(&id, 0, "running", "slow")]);
            round(&mut store, EU1, 101 + nth * 2, 600, &[long(&id, 0, "done", "slow")]);
        }
        assert_eq!(store.limit(HERE, Some("slow")), limit(3_000));
        assert_eq!(store.limit(HERE, Some("quick")), limit(300));
        assert_eq!(store.limit(EnvironmentId(1), Some("quick")), (WITHOUT, false));
        round(&mut store, EU2, 1, 0, &[]);
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank_and_the_history_is_bounded() {
        let mut history = Turnarounds::default();
        for ratio in 0..1_000 {
            history.push(at(0), Some(&format!("m{}", ratio % 50)), ratio);
        }
        let figures = history.all.as_ref().and_then(Ends::figures).unwrap();
        assert_eq!((figures.seen, figures.kept, figures.median, figures.high), (1_000, KEPT, 899, 989));
        assert_eq!(history.models.len(), MODELS);
    }

    #[test]
    fn ratios_read_well() {
        for (thousandths, words) in
            [(0, "0.00×"), (5, "0.01×"), (420, "0.42×"), (1_500, "1.50×"), (12_345, "12×")]
        {
            assert_eq!(times(thousandths), words);
        }
    }

    #[test]
    fn short_and_unknown_audio_count_as_something() {
        let mut store = Store::new(fleet());
        for (id, duration, counts) in [("a", Some(2), 60), ("b", Some(0), 3_600), ("c", None, 3_600)] {
            round(&mut store, EU2, 1, 0, &[Job { duration_s: duration, ..job(id, 0, "running") }]);
            let (_, held) = store.jobs().find(|(_, held)| held.id() == id).unwrap();
            assert_eq!(audio(held), counts, "{id}");
        }
    }
}
