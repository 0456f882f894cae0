//! How a project's jobs are made: from a plan of the scenario and the material, to jobs, and from a job's seed
//! back to what kind of job it is. Both directions draw the same numbers in the same order.

use std::collections::BTreeMap;

use super::instant::DAY_MS;
use super::job::{Id, Job, Outcome, Refusal};
use super::material::{Material, Occasion, Trade, Work};
use super::random::Random;
use crate::sandbox::scenario::JobsPlan;

/// The hours of a week, over which a project's history is spread.
const WEEK_HOURS: i64 = 7 * 24;
const HOUR_MS: i64 = 3_600_000;

/// What a project's jobs are made of.
#[derive(Debug)]
pub(super) struct Recipe {
    trades: Shares<usize>,
    languages: Shares<String>,
    models: Shares<String>,
    run_ms: [i64; 2],
    utc_offset_ms: i64,
}

/// Things and their weights.
#[derive(Debug)]
struct Shares<T> {
    things: Vec<T>,
    weights: Vec<u32>,
}

impl<T> Shares<T> {
    fn draw(&self, random: &mut Random) -> Option<&T> {
        self.things.get(random.weighted(&self.weights))
    }
}

impl From<&BTreeMap<String, u32>> for Shares<String> {
    fn from(shares: &BTreeMap<String, u32>) -> Self {
        Self { things: shares.keys().cloned().collect(), weights: shares.values().copied().collect() }
    }
}

/// What kind of job a seed stands for. Its generator goes on to draw the rest.
#[derive(Debug)]
pub(super) struct Sketch<'a> {
    pub(super) trade: &'a Trade,
    pub(super) work: &'a Work,
    pub(super) language: &'a str,
    pub(super) model: &'a str,
    /// The audio is fetched from a URL instead of uploaded.
    pub(super) fetched: bool,
    /// Somebody is told when it ends.
    pub(super) notified: bool,
    outcome: Outcome,
    audio_s: u32,
    pub(super) random: Random,
}

impl Recipe {
    /// # Errors
    /// Where the plan names a trade that the material does not have.
    pub(super) fn new(plan: &JobsPlan, material: &Material, utc_offset_ms: i64) -> Result<Self, String> {
        let place = |name: &String| {
            let known =
                || material.trades.iter().map(|trade| trade.name.as_str()).collect::<Vec<_>>().join(", ");
            let place = material.trades.iter().position(|trade| trade.name == *name);
            place.ok_or_else(|| format!("there is no trade `{name}`; there are {}", known()))
        };
        let trades = plan.trades.get_ref();
        let [least, most] = *plan.run.get_ref();
        Ok(Self {
            trades: Shares {
                things: trades.keys().map(place).collect::<Result<_, _>>()?,
                weights: trades.values().copied().collect(),
            },
            languages: plan.languages.get_ref().into(),
            models: plan.models.get_ref().into(),
            run_ms: [least.0, most.0],
            utc_offset_ms,
        })
    }

    /// For a project that has no jobs but those that its clients will submit.
    pub(super) fn bare(material: &Material) -> Self {
        let one = |name: &str| Shares { things: vec![name.to_owned()], weights: vec![1] };
        let trades = (0..material.trades.len()).collect();
        Self {
            trades: Shares { things: trades, weights: vec![1; material.trades.len()] },
            languages: one("en"),
            models: one("enhanced"),
            run_ms: [2_000, 6_000],
            utc_offset_ms: 0,
        }
    }

    /// How long a job that is submitted now will run.
    pub(super) fn run_ms(&self, random: &mut Random) -> i64 {
        let [least, most] = self.run_ms.map(|ms| u64::try_from(ms).unwrap_or(0));
        i64::try_from(random.between(least, most)).unwrap_or(i64::MAX)
    }

    /// A job submitted at `created_ms` while the scenario runs.
    pub(super) fn submitted(&self, material: &Material, random: &mut Random, created_ms: i64) -> Option<Job> {
        let run_ms = self.run_ms(random);
        self.make(material, random, created_ms, |_| run_ms).map(|job| Job { deleted: false, ..job })
    }

    /// The moments of `count` submissions in the week before `end_ms`, oldest first, thick in the busy hours.
    pub(super) fn past_moments(
        &self,
        material: &Material,
        random: &mut Random,
        end_ms: i64,
        count: u32,
    ) -> Vec<i64> {
        let start_ms = end_ms - WEEK_HOURS * HOUR_MS;
        let mut reached = 0_u64;
        let cumulated: Vec<u64> = (0..WEEK_HOURS)
            .map(|hour| {
                reached += self.weight(material, start_ms + hour * HOUR_MS);
                reached
            })
            .collect();
        let mut moments: Vec<i64> = (0..count)
            .map(|_| {
                let at = random.below(reached.max(1));
                let hour = i64::try_from(cumulated.partition_point(|sum| *sum <= at)).unwrap_or(0);
                let within = i64::try_from(random.below(3_600_000)).unwrap_or(0);
                start_ms + hour.min(WEEK_HOURS - 1) * HOUR_MS + within
            })
            .collect();
        moments.sort_unstable();
        moments
    }

    /// A job of the past. Nobody watched: it ran for a tenth of its audio, as the real ones do.
    pub(super) fn past(&self, material: &Material, random: &mut Random, created_ms: i64) -> Option<Job> {
        self.make(material, random, created_ms, |audio_s| i64::from(audio_s) * 100 + 4_000)
    }

    /// How busy the hour from `ms` on is; at weekends, a third of that.
    fn weight(&self, material: &Material, ms: i64) -> u64 {
        let local_ms = ms + self.utc_offset_ms;
        let hour = usize::try_from(local_ms.div_euclid(HOUR_MS).rem_euclid(24)).unwrap_or(0);
        let busy: u64 = (self.trades.things.iter().zip(&self.trades.weights))
            .filter_map(|(trade, share)| Some((material.trades.get(*trade)?.hours.get(hour)?, share)))
            .map(|(busy, share)| u64::from(*busy) * u64::from(*share))
            .sum();
        // The first of January 1970 was a Thursday.
        let weekday = (local_ms.div_euclid(DAY_MS) + 3).rem_euclid(7);
        if weekday >= 5 { busy } else { busy * 3 }
    }

    fn make(
        &self,
        material: &Material,
        random: &mut Random,
        created_ms: i64,
        run_ms: impl Fn(u32) -> i64,
    ) -> Option<Job> {
        let (id, seed) = (Id::new(random.next()), random.next());
        let Sketch { outcome, audio_s, .. } = self.sketch(material, seed)?;
        let run_ms = match outcome {
            // The fourth and last attempt to fetch is made 34 seconds after the first.
            Outcome::Rejected(Refusal::FetchFailed(_)) => 34_400,
            Outcome::Rejected(_) => run_ms(audio_s).min(9_000),
            Outcome::Done | Outcome::DoneUnheard => run_ms(audio_s),
        };
        let finishes_ms = created_ms.saturating_add(run_ms);
        let deleted = random.chance(6);
        Some(Job { id, created_ms, finishes_ms, seed, sent: None, audio_s, outcome, deleted })
    }

    /// What the seed stands for. `None` only where the material is empty.
    pub(super) fn sketch<'a>(&'a self, material: &'a Material, seed: u64) -> Option<Sketch<'a>> {
        let mut random = Random::new(seed);
        let place = *self.trades.draw(&mut random)?;
        let trade = material.trades.get(place)?;
        let language = self.languages.draw(&mut random)?.as_str();
        let model = self.models.draw(&mut random)?.as_str();
        let own = material.languages.iter().find(|own| own.code == language);
        let own = own.and_then(|own| own.works.get(place)).filter(|works| !works.is_empty());
        let work = random.pick(own.unwrap_or(&trade.works))?;
        let (fetched, notified) = (random.chance(220), random.chance(450));
        let outcome = draw_outcome(&mut random, language, fetched, notified);
        let audio_s = draw_audio(&mut random, trade);
        Some(Sketch { trade, work, language, model, fetched, notified, outcome, audio_s, random })
    }

    /// What the patterns of that job are filled in for.
    pub(super) fn occasion(&self, job: &Job) -> Occasion {
        Occasion { local_ms: job.created_ms.saturating_add(self.utc_offset_ms), seed: job.seed }
    }
}

/// About one job in twenty-five is rejected; language identification fails more often than that.
fn draw_outcome(random: &mut Random, language: &str, fetched: bool, notified: bool) -> Outcome {
    let (refused, unheard) = (random.below(1000), random.chance(70));
    let of_language = [
        Refusal::NoSpeech,
        Refusal::LowConfidence,
        Refusal::UnexpectedLanguage,
        Refusal::UnsupportedLanguage,
    ];
    match refused {
        0..250 if language == "auto" => {
            Outcome::Rejected(random.pick(&of_language).copied().unwrap_or(Refusal::NoSpeech))
        }
        0..90 if fetched => Outcome::Rejected(Refusal::FetchFailed(404)),
        0..22 => Outcome::Rejected(Refusal::BadAudio),
        _ if notified && unheard => Outcome::DoneUnheard,
        _ => Outcome::Done,
    }
}

/// Lengths spread evenly over their magnitudes, as recordings are: many short ones and a few long ones.
fn draw_audio(random: &mut Random, trade: &Trade) -> u32 {
    #[expect(clippy::cast_precision_loss, reason = "recordings are shorter than 2^53 ms")]
    let [least, most] = trade.audio.map(|span| (span.0.max(1000) as f64).ln());
    let ms = (least + random.unit() * (most - least)).exp();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between the trade's two bounds"
    )]
    let seconds = (ms / 1000.0).round() as u32;
    seconds
}
