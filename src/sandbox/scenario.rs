//! Scenarios: which environments there are, who holds which key where, what jobs come and how fast they run,
//! and a timeline of faults. A scenario is data; this module reads it and refuses what cannot be meant, with
//! the line it stands on. It never runs anything.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::span::Span;

/// The scenarios that come with the program, by name.
const SHIPPED: &[(&str, &str)] = &[("tour", include_str!("../../assets/sandbox/tour.toml"))];

/// What the sandbox is to play. Made by [`Scenario::shipped`] or [`Scenario::parse`], and sound once made:
/// every name in it is known, and every window of time has an end after its start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub(super) title: String,
    pub(super) seed: u64,
    pub(super) environments: Vec<EnvironmentPlan>,
    pub(super) keys: Vec<KeyPlan>,
    #[serde(default)]
    pub(super) jobs: Vec<JobsPlan>,
    #[serde(default)]
    pub(super) faults: Vec<FaultPlan>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvironmentPlan {
    pub(super) name: Spanned<String>,
    pub(super) region: String,
    /// What the customer's clocks there show more than UTC: it moves the busy hours of the day.
    #[serde(default = "no_time")]
    pub(super) utc_offset: Span,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyPlan {
    pub(super) name: Spanned<String>,
    /// The project whose jobs the key sees: those, and no others.
    pub(super) project: String,
    /// The environments that its holder names for it; left out, they have to be discovered.
    pub(super) declared: Option<Vec<Spanned<String>>>,
    /// The environments that accept it; elsewhere it gets the proxy's 401.
    pub(super) accepted: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JobsPlan {
    pub(super) environment: Spanned<String>,
    pub(super) project: String,
    /// How many jobs of the past week there are at the start.
    #[serde(default)]
    pub(super) history: u32,
    /// How many are submitted a minute from a minute before the start on.
    #[serde(default)]
    pub(super) per_minute: f64,
    /// The shortest and the longest that a job submitted in the scenario's time runs.
    pub(super) run: Spanned<[Span; 2]>,
    /// The share of each trade of the material.
    pub(super) trades: Spanned<BTreeMap<String, u32>>,
    /// The share of each language.
    pub(super) languages: Spanned<BTreeMap<String, u32>>,
    /// The share of each model.
    pub(super) models: Spanned<BTreeMap<String, u32>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultPlan {
    /// Where; left out, everywhere.
    pub(super) environment: Option<Spanned<String>>,
    pub(super) kind: Spanned<FaultKind>,
    /// Of one key only; for the kinds that concern keys.
    pub(super) key: Option<Spanned<String>>,
    #[serde(default = "no_time")]
    pub(super) from: Span,
    /// Left out: to the end.
    pub(super) until: Option<Span>,
    /// From one start to the next; left out, it happens once.
    pub(super) repeat: Option<Span>,
    /// `slow`: the least and the most that an answer is held back.
    pub(super) delay: Option<Spanned<[Span; 2]>>,
}

/// What can be wrong with an environment for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FaultKind {
    /// Nobody listens: connections are refused, and those that are open are reset.
    Down,
    /// Answers come late, by a time drawn from `delay`.
    Slow,
    /// Connections are taken and requests read, but none is answered.
    Hanging,
    /// The proxy's 401, for one key or for all.
    Unauthorized,
    /// 503 from the proxy.
    Unavailable,
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

    /// One that comes with the program.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn shipped(name: &str) -> Result<Self, ScenarioError> {
        let text = SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        let text = text.ok_or_else(|| ScenarioError::Unknown {
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
        scenario.check().map_err(|(span, problem)| invalid(Some(span), problem))?;
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
        for jobs in &self.jobs {
            self.known_environment(&jobs.environment)?;
            rising(&jobs.run)?;
            for shares in [&jobs.trades, &jobs.languages, &jobs.models] {
                if shares.get_ref().values().all(|share| *share == 0) {
                    return Err((shares.span(), "at least one share must be above 0".to_owned()));
                }
            }
            if !(0.0..=60_000.0).contains(&jobs.per_minute) {
                let problem = format!("per_minute = {} is not between 0 and 60000", jobs.per_minute);
                return Err((jobs.environment.span(), problem));
            }
        }
        self.faults.iter().try_for_each(|fault| self.check_fault(fault))
    }

    fn check_fault(&self, fault: &FaultPlan) -> Result<(), Mistake> {
        if let Some(environment) = &fault.environment {
            self.known_environment(environment)?;
        }
        if let Some(key) = &fault.key {
            known("key", key, self.keys.iter().map(|key| key.name.get_ref().as_str()))?;
        }
        let kind = fault.kind.span();
        match (fault.kind.get_ref(), &fault.delay) {
            (FaultKind::Slow, None) => {
                return Err((kind, "a `slow` fault needs delay = [\"LEAST\", \"MOST\"]".to_owned()));
            }
            (FaultKind::Slow, Some(delay)) => rising(delay)?,
            (_, Some(delay)) => return Err((delay.span(), "only a `slow` fault has a delay".to_owned())),
            (_, None) => {}
        }
        let length = fault.until.map(|until| until.0 - fault.from.0);
        if fault.from.0 < 0 || length.is_some_and(|length| length <= 0) {
            return Err((kind, "this fault ends before it starts: `until` must be after `from`".to_owned()));
        }
        match (fault.repeat, length) {
            (Some(_), None) => Err((kind, "a fault that repeats needs an `until`".to_owned())),
            (Some(repeat), Some(length)) if repeat.0 <= length => {
                Err((kind, "this fault starts again before it ends: `repeat` is too short".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn known_environment(&self, name: &Spanned<String>) -> Result<(), Mistake> {
        known("environment", name, self.environments.iter().map(|one| one.name.get_ref().as_str()))
    }
}

/// Where in the text, and what is wrong there.
type Mistake = (Range<usize>, String);

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

fn known<'a>(
    what: &str,
    name: &Spanned<String>,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), Mistake> {
    let names: Vec<&str> = names.collect();
    if names.contains(&name.get_ref().as_str()) {
        return Ok(());
    }
    let problem =
        format!("there is no {what} `{}` in this scenario; there are {}", name.get_ref(), names.join(", "));
    Err((name.span(), problem))
}
