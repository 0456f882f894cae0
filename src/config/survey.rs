//! A configuration taken as far as it goes: everything that is wrong with it, and what can be used of it
//! all the same. For who wants to know, not for who wants to work: that is [`load`](super::load).

use std::path::Path;
use std::sync::Arc;

use super::document::Document;
use super::error::{At, ConfigError, Mistake, Place, Problem};
use super::plan::{self, Plan, PlannedKey, Untried};
use super::raw::{self, RawConfig};
use super::secrets::KeyFetcher;
use super::{Config, Request, Steering, Surroundings, path, secrets};
use crate::model::{Fleet, KeyId, KeyLabel, KeyValue, Source};

/// What there is to say of a configuration.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What can be used. Keys that could not be had are left out, with what is wrong among the mistakes;
    /// the environments that they name are there. Without any key: those that one would be tried at.
    pub config: Config,
    /// Everything that is wrong: with any of it no other command starts.
    pub mistakes: Vec<Mistake>,
    /// Whether the built-in environments are wanted, and with them the realtime endpoints.
    pub builtin: bool,
}

/// Reads the configuration and fetches its keys, as [`load`](super::load) does, but goes on where that
/// ends.
pub fn survey(request: &Request, surroundings: &Surroundings) -> Survey {
    let mut mistakes = Vec::new();
    let (document, mut raw) = read(request, surroundings, &mut mistakes);
    if let Some(refresh) = request.refresh.as_ref().filter(|text| !text.is_empty()) {
        let place = Place::whole("--refresh (or VOXTOP_REFRESH)");
        raw.refresh = Some(At { value: refresh.clone(), place });
    }
    let mut warnings = Vec::new();
    // Where the file is wrong its keys may be lost: no other key stands in for them.
    if raw.keys.is_empty() && mistakes.is_empty() {
        match secrets::fallback(surroundings, &mut warnings) {
            Ok(found) => raw.keys.extend(found),
            Err(error) => mistakes.extend(error.mistakes()),
        }
    }
    let builtin = raw.builtin_environments.as_ref().is_none_or(|switch| switch.value);
    let untried = if raw.keys.is_empty() { Untried::Kept } else { Untried::LeftOut };
    let steering = std::mem::take(&mut raw.steering);
    let (plan, problems) = plan::plan_all(raw, untried);
    mistakes.extend(problems.settle().err().map(ConfigError::mistakes).unwrap_or_default());
    let file = document.map(|_| path(request, surroundings));
    let beside = file.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let mut values = Vec::new();
    for fetched in secrets::fetch_each(&plan.keys, &beside, surroundings) {
        values.push(match fetched {
            Ok((value, said)) => {
                warnings.extend(said);
                Some(value)
            }
            Err(problem) => {
                mistakes.extend(ConfigError::from(problem).mistakes());
                None
            }
        });
    }
    let around = Arc::new(surroundings.clone());
    let open = secrets::open_vendor_file(surroundings);
    warnings.extend(open.filter(|open| !warnings.contains(open)));
    let fetcher = |key| KeyFetcher::new(key, &beside, &around);
    let mut config = usable(plan, values, fetcher);
    let named: Vec<_> = config.fleet.keys.iter().map(|label| &label.name).zip(&config.keys).collect();
    secrets::warn_of_twins(&named, &mut warnings);
    warnings.append(&mut config.warnings);
    Survey { config: Config { steering, warnings, file, ..config }, mistakes, builtin }
}

/// The file as far as it can be read.
fn read(
    request: &Request,
    surroundings: &Surroundings,
    mistakes: &mut Vec<Mistake>,
) -> (Option<Document>, RawConfig) {
    let path = path(request, surroundings);
    let mut refuse = |problem: Problem| mistakes.extend(ConfigError::from(problem).mistakes());
    let document = match Document::open(&path) {
        Ok(None) if request.asked_file().is_some() => {
            refuse(super::no_such_file(&path));
            None
        }
        Ok(document) => document,
        Err(problem) => {
            refuse(problem);
            None
        }
    };
    let read = document.as_ref().map(raw::read_all);
    let raw = match read {
        None => RawConfig::default(),
        Some(Err(error)) => {
            mistakes.extend(error.mistakes());
            RawConfig::default()
        }
        Some(Ok((raw, problems))) => {
            mistakes.extend(problems.settle().err().map(ConfigError::mistakes).unwrap_or_default());
            raw
        }
    };
    (document, raw)
}

/// The plan without the keys that are not there.
fn usable(plan: Plan, values: Vec<Option<KeyValue>>, fetcher: impl Fn(PlannedKey) -> KeyFetcher) -> Config {
    let (mut keys, mut labels, mut fetchers, mut places) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (planned, value) in plan.keys.into_iter().zip(values) {
        places.push(value.as_ref().and_then(|_| u16::try_from(keys.len()).ok()).map(KeyId));
        let Some(value) = value else { continue };
        labels.push(KeyLabel::of(planned.name.clone(), &value));
        keys.push(value);
        fetchers.push(fetcher(planned));
    }
    let sources = plan.sources.into_iter().filter_map(|source| {
        let key = places.get(source.key.index()).copied().flatten()?;
        Some(Source { key, ..source })
    });
    let fleet = Fleet { environments: plan.environments, keys: labels, sources: sources.collect() };
    Config {
        refresh: plan.refresh,
        fleet,
        endpoints: plan.endpoints,
        realtime: plan.realtime,
        keys,
        fetchers,
        limits: plan.limits,
        steering: Steering::default(),
        title: plan.title,
        alerts: plan.alerts,
        looks: plan.looks,
        shown: plan.shown,
        warnings: plan.warnings,
        file: None,
    }
}
