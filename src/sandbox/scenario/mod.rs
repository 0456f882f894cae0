//! Scenarios: which environments there are, who holds which key where, what jobs come and how fast they run,
//! and a timeline of faults. A scenario is data; this module reads it and refuses what cannot be meant, with
//! the line it stands on. It never runs anything.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

mod checks;
mod faults;

pub(in crate::sandbox) use faults::{FaultKind, FaultPlan};

use super::span::Span;

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
    /// Left out: two seconds.
    pub(in crate::sandbox) default_wait: Option<Spanned<Span>>,
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
    pub(in crate::sandbox) utc_offset: Option<Spanned<Span>>,
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
    pub(in crate::sandbox) project: Spanned<String>,
    /// How many jobs of the past week there are at the start.
    pub(in crate::sandbox) history: Option<Spanned<u32>>,
    /// How many are submitted in the very moment of the start.
    pub(in crate::sandbox) running: Option<Spanned<u32>>,
    /// How many are submitted a minute from a minute before the start on.
    pub(in crate::sandbox) per_minute: Option<Spanned<f64>>,
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
    pub(in crate::sandbox) submits_per_second: NonZeroU32,
    pub(in crate::sandbox) reads_per_second: NonZeroU32,
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
        let checked = scenario.check();
        checked.map_err(|(span, problem)| invalid(Some(span), problem))?;
        Ok(scenario)
    }

    /// One line that says what it is about.
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// Where in the text, and what is wrong there.
type Mistake = (Range<usize>, String);

/// The line that holds the byte at `offset`, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// What a field that may be left out says.
pub(in crate::sandbox) fn said<T: Copy>(field: Option<&Spanned<T>>) -> Option<T> {
    field.map(|value| *value.get_ref())
}
