//! Scenarios: which environments there are, who holds which key where, what jobs come and how fast they run,
//! and a timeline of faults. A scenario is data; this module reads it and refuses what cannot be meant, with
//! the line it stands on. It never runs anything.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

mod faults;

pub(in crate::sandbox) use faults::{FaultKind, FaultPlan};

use super::core::trades;
use super::span::Span;

/// A project's jobs at the start: a hundred bytes each.
const MOST_JOBS: u32 = 10_000_000;

/// The scenarios that come with the program, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("tour", include_str!("../../../assets/sandbox/tour.toml")),
    ("quiet", include_str!("../../../assets/sandbox/quiet.toml")),
    ("clean", include_str!("../../../assets/sandbox/clean.toml")),
    ("hostile", include_str!("../../../assets/sandbox/hostile.toml")),
    ("busy", include_str!("../../../assets/sandbox/busy.toml")),
    ("million", include_str!("../../../assets/sandbox/million.toml")),
];

/// What the sandbox is to play. Made by [`Scenario::shipped`] or [`Scenario::parse`], and sound once made:
/// every name in it is known, and every window of time has an end after its start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub(in crate::sandbox) title: String,
    pub(in crate::sandbox) seed: u64,
    /// What shapes jobs come in.
    #[serde(default)]
    pub(in crate::sandbox) shapes: Shapes,
    /// How long a job or transcript that is not ready is waited for where the call does not say.
    #[serde(default = "two_seconds")]
    pub(in crate::sandbox) default_wait: Span,
    /// Whether `created_before` leaves out a job of that very moment; left out, it is listed.
    #[serde(default)]
    pub(in crate::sandbox) created_before_is_exclusive: bool,
    /// What a key may ask a second; left out, as much as it likes.
    pub(in crate::sandbox) limits: Option<LimitsPlan>,
    pub(in crate::sandbox) environments: Vec<EnvironmentPlan>,
    pub(in crate::sandbox) keys: Vec<KeyPlan>,
    #[serde(default)]
    pub(in crate::sandbox) jobs: Vec<JobsPlan>,
    #[serde(default)]
    pub(in crate::sandbox) faults: Vec<FaultPlan>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct EnvironmentPlan {
    pub(in crate::sandbox) name: Spanned<String>,
    pub(in crate::sandbox) region: String,
    #[serde(default)]
    pub(in crate::sandbox) kind: HostKind,
    /// What the customer's clocks there show more than UTC: it moves the busy hours of the day.
    #[serde(default = "no_time")]
    pub(in crate::sandbox) utc_offset: Span,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct KeyPlan {
    pub(in crate::sandbox) name: Spanned<String>,
    /// The project whose jobs the key sees: those, and no others.
    pub(in crate::sandbox) project: String,
    /// The environments that its holder names for it; left out, they have to be discovered.
    pub(in crate::sandbox) declared: Option<Vec<Spanned<String>>>,
    /// The environments that accept it; elsewhere it gets the proxy's 401.
    pub(in crate::sandbox) accepted: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct JobsPlan {
    pub(in crate::sandbox) environment: Spanned<String>,
    pub(in crate::sandbox) project: String,
    /// How many jobs of the past week there are at the start.
    #[serde(default)]
    pub(in crate::sandbox) history: u32,
    /// How many are submitted in the very moment of the start.
    #[serde(default)]
    pub(in crate::sandbox) running: u32,
    /// How many are submitted a minute from a minute before the start on.
    #[serde(default)]
    pub(in crate::sandbox) per_minute: f64,
    /// The shortest and the longest that a job submitted in the scenario's time runs.
    pub(in crate::sandbox) run: Spanned<[Span; 2]>,
    /// The share of each trade of the material.
    pub(in crate::sandbox) trades: Spanned<BTreeMap<String, u32>>,
    /// The share of each language.
    pub(in crate::sandbox) languages: Spanned<BTreeMap<String, u32>>,
    /// The share of each model.
    pub(in crate::sandbox) models: Spanned<BTreeMap<String, u32>>,
}

/// What listens at an environment's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(in crate::sandbox) enum HostKind {
    /// The Jobs API.
    #[default]
    Batch,
    /// The handshake of realtime sessions.
    Realtime,
    /// The management platform, which makes temporary keys.
    Management,
    /// The sandbox's own controls; no scenario names it.
    #[serde(skip)]
    Control,
}

/// How true to the service's history jobs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::sandbox) enum Shapes {
    /// Nothing that breaks one of the vendor's own clients.
    Clean,
    /// As the service answers today.
    #[default]
    Real,
    /// With everything odd that it, its older versions or a submitter could put there.
    Hostile,
}

/// What a key may ask a second (the vendor's limits page: 10 and 50).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct LimitsPlan {
    pub(in crate::sandbox) submits_per_second: u32,
    pub(in crate::sandbox) reads_per_second: u32,
}

/// Why a scenario cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// There is none of that name.
    #[error("there is no scenario `{name}`; there are {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// All that there are.
        known: String,
    },
    /// Something in its text is wrong.
    #[error("scenario {name}, line {line}: {problem}")]
    Invalid {
        /// The scenario's name, or the file's.
        name: String,
        /// The line of the mistake, from 1.
        line: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
}

impl Scenario {
    /// The names of the scenarios that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The TOML of one that comes with the program.
    pub fn text(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// One that comes with the program.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn shipped(name: &str) -> Result<Self, ScenarioError> {
        let text = Self::text(name).ok_or_else(|| ScenarioError::Unknown {
            name: name.to_owned(),
            known: Self::names().collect::<Vec<_>>().join(", "),
        })?;
        Self::parse(name, text)
    }

    /// One that somebody wrote: TOML, as in `assets/sandbox`. `name` is what its errors call it.
    ///
    /// # Errors
    /// Where the text is no scenario, with the line of the first mistake.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let invalid = |span: Option<Range<usize>>, problem: String| ScenarioError::Invalid {
            name: name.to_owned(),
            line: line_of(text, span.map_or(0, |span| span.start)),
            problem,
        };
        let scenario: Self =
            toml::from_str(text).map_err(|error| invalid(error.span(), error.message().to_owned()))?;
        let checked = scenario.check().and_then(|()| check_trades(&scenario.jobs));
        checked.map_err(|(span, problem)| invalid(Some(span), problem))?;
        Ok(scenario)
    }

    /// One line that says what it is about.
    pub fn title(&self) -> &str {
        &self.title
    }

    fn check(&self) -> Result<(), Mistake> {
        unique("environment", self.environments.iter().map(|environment| &environment.name))?;
        unique("key", self.keys.iter().map(|key| &key.name))?;
        for key in &self.keys {
            for environment in key.accepted.iter().chain(key.declared.iter().flatten()) {
                self.known_environment(environment)?;
            }
        }
        for (place, jobs) in self.jobs.iter().enumerate() {
            self.check_jobs(place, jobs)?;
        }
        let environments: Vec<(&str, HostKind)> =
            self.environments.iter().map(|one| (one.name.get_ref().as_str(), one.kind)).collect();
        let keys: Vec<&str> = self.keys.iter().map(|key| key.name.get_ref().as_str()).collect();
        self.faults.iter().try_for_each(|fault| fault.check(&environments, &keys))
    }

    fn check_jobs(&self, place: usize, jobs: &JobsPlan) -> Result<(), Mistake> {
        let name = &jobs.environment;
        self.known_environment(name)?;
        let wrong = |problem: String| Err((name.span(), problem));
        let mut others = self.jobs.iter().take(place);
        if others.any(|other| other.environment.get_ref() == name.get_ref() && other.project == jobs.project)
        {
            return wrong(format!("project `{}` has jobs in {} already", jobs.project, name.get_ref()));
        }
        let host = self.environments.iter().find(|one| one.name.get_ref() == name.get_ref());
        if host.is_some_and(|host| host.kind != HostKind::Batch) {
            return wrong("only environments of the kind `batch` have jobs".to_owned());
        }
        if !(0.0..=60_000.0).contains(&jobs.per_minute) {
            return wrong(format!("per_minute = {} is not between 0 and 60000", jobs.per_minute));
        }
        if jobs.history > MOST_JOBS || jobs.running > MOST_JOBS {
            return wrong(format!("there can be {MOST_JOBS} jobs in a project at the start, and no more"));
        }
        rising(&jobs.run)?;
        for shares in [&jobs.trades, &jobs.languages, &jobs.models] {
            if shares.get_ref().values().all(|share| *share == 0) {
                return Err((shares.span(), "at least one share must be above 0".to_owned()));
            }
        }
        Ok(())
    }

    fn known_environment(&self, name: &Spanned<String>) -> Result<(), Mistake> {
        let names: Vec<&str> = self.environments.iter().map(|one| one.name.get_ref().as_str()).collect();
        known("environment", name, &names)
    }
}

/// Where in the text, and what is wrong there.
type Mistake = (Range<usize>, String);

/// Whether all trades are ones that there are.
fn check_trades(jobs: &[JobsPlan]) -> Result<(), Mistake> {
    let trades = trades().map_err(|problem| (0..0, problem))?;
    let trades: Vec<&str> = trades.iter().map(String::as_str).collect();
    for trades_of_plan in jobs.iter().map(|plan| &plan.trades) {
        if let Some(name) = trades_of_plan.get_ref().keys().find(|name| !trades.contains(&name.as_str())) {
            let problem = format!("there is no trade `{name}`; there are {}", trades.join(", "));
            return Err((trades_of_plan.span(), problem));
        }
    }
    Ok(())
}

fn two_seconds() -> Span {
    Span(2_000)
}

fn no_time() -> Span {
    Span(0)
}

/// The line that holds the byte at `offset`, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn rising(range: &Spanned<[Span; 2]>) -> Result<(), Mistake> {
    let [least, most] = range.get_ref();
    if least.0 < 0 || most < least {
        return Err((range.span(), "this must be [\"LEAST\", \"MOST\"], and neither below 0".to_owned()));
    }
    Ok(())
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a Spanned<String>>) -> Result<(), Mistake> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name.get_ref().as_str()) {
            return Err((name.span(), format!("there are two of the {what} `{}`", name.get_ref())));
        }
        seen.push(name.get_ref());
    }
    if seen.is_empty() {
        return Err((0..0, format!("there must be at least one {what}")));
    }
    Ok(())
}

fn known(what: &str, name: &Spanned<String>, names: &[&str]) -> Result<(), Mistake> {
    if names.contains(&name.get_ref().as_str()) {
        return Ok(());
    }
    let problem =
        format!("there is no {what} `{}` in this scenario; there are {}", name.get_ref(), names.join(", "));
    Err((name.span(), problem))
}
