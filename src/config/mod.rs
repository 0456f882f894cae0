//! From a file, the environment and the arguments to a [`Config`] that cannot be wrong.
//!
//! In three steps: what was written becomes a tree of known fields (`document`, `raw`), names,
//! addresses and numbers are resolved without touching a key (`plan`), and only then are the keys
//! fetched (`secrets`). Each step reports everything that it finds wrong, with file, line and
//! remedy. No key's value gets into an error, and nothing here prints, draws or asks the service.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::model::{EnvironmentId, Fleet, KeyId, KeyLabel, KeyValue, Region};

mod address;
mod alerts;
mod bindings;
mod command;
mod document;
mod duration;
mod environments;
mod error;
mod looks;
mod names;
mod plan;
mod raw;
mod schema;
mod secrets;
mod starter;
mod surroundings;
mod survey;
mod tables;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod views;

pub use alerts::{Alert, AlertWhen};
pub use bindings::Steering;
pub use duration::parse_duration;
pub use error::{ConfigError, Mistake};
pub use looks::{COLOURS, Looks, THEMES};
pub use schema::{fields, schema};
pub use secrets::KeyFetcher;
pub use starter::{STARTER, init};
pub use surroundings::{Platform, Surroundings, default_path, state_dir};
pub use survey::{Survey, survey};
pub use views::{Shown, Written, WrittenView};

use document::Document;
use error::{At, Place, Problem};
use raw::{KeyOrigin, RawConfig, RawEnvironment, RawKey};

/// How often every source is polled where nothing else is said.
const DEFAULT_REFRESH: Duration = Duration::from_secs(5);

/// What the command line says of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `--config` or `VOXTOP_CONFIG`: a file that has to be there. A leading `~` is the home directory.
    /// An empty one counts as not given, as a variable that is set to nothing does.
    pub file: Option<PathBuf>,
    /// `--refresh` or `VOXTOP_REFRESH`: goes before the file's, unless it is empty.
    pub refresh: Option<String>,
}

impl Request {
    fn asked_file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|file| !file.as_os_str().is_empty())
    }
}

/// Everything that a run needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// How often every source is polled, at least 1 s.
    pub refresh: Duration,
    /// Which environments, keys and sources there are. Without a key it is empty.
    pub fleet: Fleet,
    /// By [`EnvironmentId`].
    pub endpoints: Vec<Endpoint>,
    /// The realtime hosts that are looked at, without a key; none where only hosts of the user's own are
    /// asked.
    pub realtime: Vec<RealtimeHost>,
    /// By [`KeyId`].
    pub keys: Vec<KeyValue>,
    /// By [`KeyId`]: where each comes from, to be fetched again.
    pub fetchers: Vec<KeyFetcher>,
    /// How hard and how patiently the service is asked.
    pub limits: Limits,
    /// The user's keys, and whether the mouse is used.
    pub steering: Steering,
    /// Whether the terminal's window gets a title.
    pub title: bool,
    /// What is told to somebody who does not look.
    pub alerts: Vec<Alert>,
    /// How the screen is to look.
    pub looks: Looks,
    /// How the jobs are shown, and the saved views: texts that are still to be read.
    pub shown: Shown,
    /// What is not wrong enough to stop for, one sentence each.
    pub warnings: Vec<String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
}

/// Where an environment is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The base under which `v2/jobs` is asked; its path ends with a slash.
    pub base: Url,
    /// Other hosts that reach the same environment.
    pub aliases: Vec<Url>,
    /// Whether whatever is changed there wants a word typed.
    pub protected: bool,
    /// Whether nothing may be changed there.
    pub read_only: bool,
}

/// A realtime host. It keeps no jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealtimeHost {
    /// Its short name: `eu.rt`.
    pub name: String,
    /// The region that it serves, `GLOBAL` where it guarantees none.
    pub region: Region,
    /// Where it is asked.
    pub url: Url,
    /// Whether today's documentation names it.
    pub documented: bool,
}

/// How hard and how patiently the service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one key over all environments. The service advises at most 50.
    pub requests_per_second: NonZeroU32,
    /// Of a request as a whole, from 10 ms to 5 min.
    pub timeout: Duration,
    /// Of connecting: a third of the timeout.
    pub connect_timeout: Duration,
}

impl Limits {
    /// Limits whose time for connecting follows from the whole.
    pub fn new(requests_per_second: NonZeroU32, timeout: Duration) -> Self {
        Self { requests_per_second, timeout, connect_timeout: timeout / 3 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
        Self::new(RATE, Duration::from_secs(15))
    }
}

impl Config {
    /// Where an environment is asked.
    pub fn endpoint(&self, id: EnvironmentId) -> Option<&Endpoint> {
        self.endpoints.get(id.index())
    }

    /// A key's value.
    pub fn key(&self, id: KeyId) -> Option<&KeyValue> {
        self.keys.get(id.index())
    }

    /// The configuration of a fleet that is made up in the program: environments as (name, region,
    /// url), keys as (name, value, environments or none to discover). It takes the same path as a
    /// file, in which the built-in environments are left out and their names may be taken.
    ///
    /// # Errors
    /// As with a file.
    pub fn for_fleet(
        environments: Vec<(String, String, String)>,
        keys: Vec<(String, KeyValue, Option<Vec<String>>)>,
        refresh: Duration,
    ) -> Result<Self, ConfigError> {
        let place = Place::whole("the embedded fleet");
        let at = |value: String| At { value, place: place.clone() };
        let environments = environments.into_iter().map(|(name, region, url)| RawEnvironment {
            name: at(name),
            region: Some(at(region)),
            url: Some(at(url)),
            protected: None,
            read_only: None,
        });
        let list =
            |names: Vec<String>| At { value: names.into_iter().map(at).collect(), place: place.clone() };
        let keys = keys.into_iter().map(|(name, value, environments)| RawKey {
            name: at(name),
            origin: At { value: KeyOrigin::Given(value), place: place.clone() },
            environments: environments.map(list),
        });
        let raw = RawConfig {
            refresh: Some(at(format!("{}ms", refresh.as_millis()))),
            builtin_environments: Some(At { value: false, place: place.clone() }),
            keys: keys.collect(),
            environments: environments.collect(),
            ..RawConfig::default()
        };
        let nowhere = Surroundings::new("/", Platform::Unix, <[(&str, &str); 0]>::default());
        resolve(raw, None, &nowhere, Vec::new())
    }
}

/// Where the configuration is read from: the file that was asked for, else the platform's own place.
pub fn path(request: &Request, surroundings: &Surroundings) -> PathBuf {
    let asked = request.asked_file().map(|file| surroundings.expand(file));
    asked.unwrap_or_else(|| default_path(surroundings))
}

/// Reads the configuration and fetches its keys. Blocks for as long as the keys' commands take, at
/// most 30 s, and lets them ask on the terminal: call it before the terminal is taken.
///
/// # Errors
/// Everything that is wrong, step by step; see the module's documentation.
pub fn load(request: &Request, surroundings: &Surroundings) -> Result<Config, ConfigError> {
    let path = path(request, surroundings);
    let document = Document::open(&path)?;
    if document.is_none() && request.asked_file().is_some() {
        return Err(no_such_file(&path).into());
    }
    let mut raw = document.as_ref().map(raw::read).transpose()?.unwrap_or_default();
    if let Some(refresh) = request.refresh.as_ref().filter(|text| !text.is_empty()) {
        let place = Place::whole("--refresh (or VOXTOP_REFRESH)");
        raw.refresh = Some(At { value: refresh.clone(), place });
    }
    let mut warnings = Vec::new();
    if raw.keys.is_empty() {
        raw.keys.extend(secrets::fallback(surroundings, &mut warnings)?);
    }
    resolve(raw, document.map(|_| path), surroundings, warnings)
}

fn no_such_file(path: &Path) -> Problem {
    let remedy = "Correct --config or VOXTOP_CONFIG, or let `voxtop config init` write a starter file there.";
    Problem::new(&Place::whole(path.display().to_string()), "there is no such file", remedy)
}

/// From what was written to what is meant, keys included.
fn resolve(
    mut raw: RawConfig,
    file: Option<PathBuf>,
    surroundings: &Surroundings,
    mut warnings: Vec<String>,
) -> Result<Config, ConfigError> {
    let steering = std::mem::take(&mut raw.steering);
    let plan = plan::plan(raw)?;
    warnings.extend(plan.warnings);
    // Relative paths of keys are beside the file that names them.
    let beside = file.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let keys = secrets::fetch(&plan.keys, &beside, surroundings, &mut warnings)?;
    let labels =
        plan.keys.iter().zip(&keys).map(|(planned, value)| KeyLabel::of(planned.name.clone(), value));
    let fleet = Fleet { environments: plan.environments, keys: labels.collect(), sources: plan.sources };
    let around = Arc::new(surroundings.clone());
    let fetcher = |key| KeyFetcher::new(key, &beside, &around);
    let fetchers = plan.keys.into_iter().map(fetcher).collect();
    let (refresh, limits, looks) = (plan.refresh, plan.limits, plan.looks);
    let (endpoints, realtime, shown) = (plan.endpoints, plan.realtime, plan.shown);
    let (title, alerts) = (plan.title, plan.alerts);
    Ok(Config {
        refresh,
        fleet,
        endpoints,
        realtime,
        keys,
        fetchers,
        limits,
        steering,
        title,
        alerts,
        looks,
        shown,
        warnings,
        file,
    })
}
