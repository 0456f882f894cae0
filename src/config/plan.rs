//! What was written, resolved: which key is tried at which environment, at which host, how often.
//!
//! Pure: it reads no file but the catalogue's, and no key. The keys' values are fetched afterwards,
//! so that a broken file never makes a password manager ask.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use url::Url;

use crate::catalog::{self, Found};
use crate::model::{Entitlement, Environment, EnvironmentId, KeyId, KeyName, Source};

use super::alerts::{self, Alert};
use super::error::{At, ConfigError, Place, Problem, Problems, shown};
use super::raw::{KeyOrigin, RawConfig, RawKey};
use super::{
    Endpoint, Limits, Looks, RealtimeHost, Shown, address, environments::Environments, names, parse_duration,
    views,
};

/// Everything but the keys' values.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) refresh: Duration,
    pub(super) limits: Limits,
    pub(super) looks: Looks,
    pub(super) environments: Vec<Environment>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) realtime: Vec<RealtimeHost>,
    pub(super) keys: Vec<PlannedKey>,
    pub(super) sources: Vec<Source>,
    pub(super) title: bool,
    pub(super) alerts: Vec<Alert>,
    pub(super) shown: Shown,
    pub(super) warnings: Vec<String>,
}

/// A key whose value has yet to be fetched.
#[derive(Clone, Debug)]
pub(super) struct PlannedKey {
    pub(super) name: KeyName,
    pub(super) origin: At<KeyOrigin>,
}

/// One key at one environment of the list of all.
struct Trial {
    environment: usize,
    key: u16,
    entitlement: Entitlement,
}

/// More keys than anybody has, so that ids cannot run out.
const MOST_KEYS: usize = 100;

/// More names than one key's environments can have, with every spelling of each.
const MOST_NAMES: usize = 200;

/// Resolves what was written.
///
/// # Errors
/// Every name, address, duration and number that is wrong.
pub(super) fn plan(raw: RawConfig) -> Result<Plan, ConfigError> {
    let (plan, problems) = plan_all(raw, Untried::LeftOut);
    problems.settle()?;
    Ok(plan)
}

/// What becomes of environments that keys would be tried at if there were any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Untried {
    LeftOut,
    Kept,
}

/// Resolves what can be resolved, and notes the rest. Keys keep their order, also those whose name is
/// wrong.
pub(super) fn plan_all(raw: RawConfig, untried: Untried) -> (Plan, Problems) {
    let mut problems = Problems::default();
    let mut warnings = Vec::new();
    let refresh = problems.keep(refresh(raw.refresh.as_ref(), &mut warnings));
    let limits = limits(&raw, &mut problems);
    let looks = raw.looks.resolve(&mut problems);
    let builtin = raw.builtin_environments.is_none_or(|switch| switch.value);
    let mut all = Environments::merge(&raw.environments, builtin, &mut problems);
    let trials = trials(&raw.keys, &all, &mut problems);
    pin(&raw.keys, &mut all, &mut warnings);
    let shown = views::resolve(raw.columns.as_ref(), raw.sort.as_ref(), &raw.views, &mut problems);
    let keys = keys(raw.keys, &mut problems);
    let (environments, endpoints, sources) = fleet(&all, &trials, untried, &mut warnings);
    if let Some(rate) = &raw.requests_per_second {
        problems.keep(fit_for_service(rate, &endpoints));
    }
    let refresh = refresh.unwrap_or(super::DEFAULT_REFRESH);
    let title = raw.title.as_ref().is_none_or(|switch| switch.value);
    let alerts = alerts::plan(raw.alerts, &mut problems);
    let realtime = if builtin { realtime(&endpoints) } else { Vec::new() };
    let plan = Plan {
        refresh,
        limits,
        looks,
        environments,
        endpoints,
        realtime,
        keys,
        sources,
        title,
        alerts,
        shown,
        warnings,
    };
    (plan, problems)
}

/// The documented realtime hosts, where a documented batch host is asked: who asks only hosts of their own
/// has no business with the vendor's.
fn realtime(endpoints: &[Endpoint]) -> Vec<RealtimeHost> {
    let documented =
        |endpoint: &Endpoint| matches!(catalog::find(endpoint.base.as_str()), Some(Found::Batch(..)));
    if !endpoints.iter().any(documented) {
        return Vec::new();
    }
    let host = |one: &catalog::Realtime| {
        let url = Url::parse(&format!("https://{}/", one.host)).ok()?;
        Some(RealtimeHost {
            name: one.name.clone(),
            region: one.region.clone(),
            url,
            documented: one.current,
        })
    };
    catalog::builtin().realtime.iter().filter_map(host).collect()
}

fn duration(text: &At<String>) -> Result<Duration, Problem> {
    let said = parse_duration(&text.value);
    said.map_err(|what| Problem::new(&text.place, what, "Times need a unit: ms, s, m, h or d."))
}

fn refresh(text: Option<&At<String>>, warnings: &mut Vec<String>) -> Result<Duration, Problem> {
    const FLOOR: Duration = Duration::from_secs(1);
    const CEILING: Duration = Duration::from_secs(24 * 60 * 60);
    let Some(text) = text else {
        return Ok(super::DEFAULT_REFRESH);
    };
    let said = duration(text)?;
    if said > CEILING {
        let what = format!("refresh is longer than a day: {}", shown(&text.value));
        return Err(Problem::new(&text.place, what, "Write something from 1s to 24h; 5s is the default."));
    }
    if said < FLOOR {
        warnings.push(format!(
            "{}: refresh is {}; 1s is the shortest and is used",
            text.place,
            shown(&text.value)
        ));
    }
    Ok(said.max(FLOOR))
}

fn limits(raw: &RawConfig, problems: &mut Problems) -> Limits {
    let mut limits = Limits::default();
    if let Some(rate) = &raw.requests_per_second {
        let kept = problems.keep(requests_per_second(rate));
        limits.requests_per_second = kept.unwrap_or(limits.requests_per_second);
    }
    if let Some(text) = &raw.timeout {
        let kept = problems.keep(timeout(text));
        limits = Limits::new(limits.requests_per_second, kept.unwrap_or(limits.timeout));
    }
    limits
}

/// What the service allows a key (the vendor's limits page); beyond it answers 429.
const ALLOWED: u32 = 50;

fn requests_per_second(rate: &At<i64>) -> Result<NonZeroU32, Problem> {
    /// More than any machine asks itself.
    const MOST: u32 = 1_000_000;
    let said = u32::try_from(rate.value).ok().filter(|said| *said <= MOST).and_then(NonZeroU32::new);
    said.ok_or_else(|| {
        let what = format!("requests_per_second is {}", rate.value);
        Problem::new(
            &rate.place,
            what,
            format!("Write a whole number from 1 to {ALLOWED}; 10 is the default."),
        )
    })
}

/// Whether a rate may be used for all that is asked: what the service does not allow is for stand-ins on
/// loopback, such as the sandbox.
fn fit_for_service(rate: &At<i64>, endpoints: &[Endpoint]) -> Result<(), Problem> {
    let remote = endpoints.iter().find(|endpoint| !address::is_loopback(&endpoint.base));
    match remote.filter(|_| rate.value > i64::from(ALLOWED)) {
        None => Ok(()),
        Some(remote) => {
            let host = address::shown_host(&remote.base);
            let what = format!(
                "requests_per_second is {}, and {host} is asked, where a key has {ALLOWED}",
                rate.value
            );
            let remedy = format!(
                "Write a whole number from 1 to {ALLOWED}; more is for environments on loopback alone."
            );
            Err(Problem::new(&rate.place, what, remedy))
        }
    }
}

fn timeout(text: &At<String>) -> Result<Duration, Problem> {
    const SHORTEST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(5 * 60);
    let said = duration(text)?;
    if (SHORTEST..=LONGEST).contains(&said) {
        return Ok(said);
    }
    let what = format!("timeout is {}", shown(&text.value));
    Err(Problem::new(&text.place, what, "Write something from 10ms to 5m; 15s is the default."))
}

/// The keys in the file's order, each of a name of its own.
fn keys(raw: Vec<RawKey>, problems: &mut Problems) -> Vec<PlannedKey> {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    let mut keys = Vec::new();
    for (count, key) in raw.into_iter().enumerate() {
        let place = &key.name.place;
        if count == MOST_KEYS {
            let what = format!("there are more than {MOST_KEYS} keys");
            problems.add(Problem::new(place, what, "Keep those that you watch."));
            break;
        }
        let name = problems.keep(names::key_name(&key.name));
        // One without a usable name keeps its place, since sources count keys.
        let name = name.unwrap_or_else(|| format!("number {}", count + 1));
        // Filters do not tell upper case from lower, so names that differ in nothing else are one.
        if let Some(first) = seen.insert(name.to_lowercase(), place.clone()) {
            let what = format!("the key's name {} is taken already, {}", shown(&name), first.line());
            problems.add(Problem::new(place, what, "Give each key a name of its own; case does not count."));
        }
        keys.push(PlannedKey { name: KeyName::new(name), origin: key.origin });
    }
    keys
}

/// Which key is tried where, and on whose word.
fn trials(keys: &[RawKey], all: &Environments, problems: &mut Problems) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (id, key) in (0_u16..).zip(keys.iter().take(MOST_KEYS)) {
        let (mut places, entitlement) = match &key.environments {
            Some(list) => (declared(list, all, problems), Entitlement::Declared),
            None => (discovered(key, all, problems), Entitlement::Discovered),
        };
        places.sort_unstable();
        places.dedup();
        trials.extend(places.into_iter().map(|environment| Trial { environment, key: id, entitlement }));
    }
    trials.sort_by_key(|trial| (trial.environment, trial.key));
    trials
}

fn declared(list: &At<Vec<At<String>>>, all: &Environments, problems: &mut Problems) -> Vec<usize> {
    if list.value.is_empty() {
        let remedy = "Name at least one, or leave `environments` out to try all.";
        problems.add(Problem::new(&list.place, "a key's list of environments is empty", remedy));
    }
    if list.value.len() > MOST_NAMES {
        let what = format!("a key's list of environments has more than {MOST_NAMES} names");
        problems.add(Problem::new(&list.place, what, "Name each environment once."));
    }
    let names = list.value.iter().take(MOST_NAMES);
    names.filter_map(|text| problems.keep(all.find(text)).map(|found| found.index)).collect()
}

fn discovered(key: &RawKey, all: &Environments, problems: &mut Problems) -> Vec<usize> {
    let found: Vec<usize> =
        all.0.iter().enumerate().filter(|(_, known)| known.discovered).map(|(index, _)| index).collect();
    if found.is_empty() {
        let what = format!("key {} is tried nowhere", shown(&key.name.value));
        let remedy = "Add [[environments]], or leave builtin_environments = false out.";
        problems.add(Problem::new(&key.name.place, what, remedy));
    }
    found
}

/// Hosts that keys name are asked instead of the documented first one. An environment has one host
/// in a run, so the first word counts.
fn pin(keys: &[RawKey], all: &mut Environments, warnings: &mut Vec<String>) {
    let mut pinned: BTreeMap<usize, Url> = BTreeMap::new();
    let mut moved = Vec::new();
    let lists = keys.iter().take(MOST_KEYS).filter_map(|key| key.environments.as_ref());
    let named = lists.clone().flat_map(|list| list.value.iter().take(MOST_NAMES));
    for text in named {
        // What cannot be found has been noted as a problem.
        let Ok(found) = all.find(text) else { continue };
        let Some(host) = found.host else { continue };
        let asked = all.0.get(found.index).map(|known| address::shown_host(&known.base)).unwrap_or_default();
        let ignored =
            |why: &str| format!("{}: {} is not asked: {why} {asked}", text.place, shown(&text.value));
        if all.is_moved(found.index) {
            warnings.push(ignored("the environment's url is"));
        } else if let Some(first) = pinned.get(&found.index) {
            if *first != host {
                warnings.push(ignored("an environment has one host in a run, and the first named is"));
            }
        } else {
            all.pin(found.index, &host);
            moved.extend((address::shown_host(&host) != asked).then_some(found.index));
            pinned.insert(found.index, host);
        }
    }
    warnings.extend(lists.flat_map(|list| elsewhere(list, all, &moved)));
}

/// What a key names plainly, and is asked at a host that only another key names.
fn elsewhere(list: &At<Vec<At<String>>>, all: &Environments, moved: &[usize]) -> Vec<String> {
    let found = list.value.iter().take(MOST_NAMES).filter_map(|text| Some((text, all.find(text).ok()?)));
    let found: Vec<_> = found.collect();
    let names_host = |index| found.iter().any(|(_, other)| other.index == index && other.host.is_some());
    let plain = found.iter().filter(|(_, found)| moved.contains(&found.index) && !names_host(found.index));
    let told = plain.filter_map(|(text, found)| {
        let asked = address::shown_host(&all.0.get(found.index)?.base);
        let why = "another key names that host, and an environment has one in a run";
        Some(format!("{}: {} is asked at {asked}: {why}", text.place, shown(&text.value)))
    });
    told.collect()
}

/// Leaves out what no key is tried at, unless it is to be kept, and numbers the rest.
fn fleet(
    all: &Environments,
    trials: &[Trial],
    untried: Untried,
    warnings: &mut Vec<String>,
) -> (Vec<Environment>, Vec<Endpoint>, Vec<Source>) {
    let (mut environments, mut endpoints, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    for (index, known) in all.0.iter().enumerate() {
        let here = trials.iter().filter(|trial| trial.environment == index);
        // At most a hundred environments are added to a handful, so the number always fits.
        let environment = EnvironmentId(u16::try_from(environments.len()).unwrap_or(u16::MAX));
        let before = sources.len();
        sources.extend(here.map(|trial| Source {
            environment,
            key: KeyId(trial.key),
            entitlement: trial.entitlement,
        }));
        let kept = untried == Untried::Kept && known.discovered;
        if sources.len() == before && !kept {
            continue;
        }
        let host = address::shown_host(&known.base);
        if let Some(Found::Batch(one, _)) = catalog::find(known.base.as_str())
            && one.name != known.name
            && trials
                .iter()
                .any(|trial| all.0.get(trial.environment).is_some_and(|other| other.name == one.name))
        {
            warnings.push(format!(
                "{} asks {host}, as {} does: their jobs are shown twice",
                known.name, one.name
            ));
        }
        environments.push(Environment { name: known.name.clone(), region: known.region.clone(), host });
        endpoints.push(Endpoint {
            base: known.base.clone(),
            aliases: known.others.clone(),
            protected: known.protected,
            read_only: known.read_only,
        });
    }
    (environments, endpoints, sources)
}
