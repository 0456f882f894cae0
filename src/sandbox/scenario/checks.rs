//! What cannot be meant in a scenario, and the place where it stands: everything but faults, which check
//! themselves. It changes nothing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use toml::Spanned;

use super::{EnvironmentPlan, HostKind, JobsPlan, Mistake, Scenario};
use crate::sandbox::core::{MODELS, languages, trades};
use crate::sandbox::span::Span;

/// A project's jobs at the start: a hundred bytes each.
const MOST_JOBS: u32 = 10_000_000;
/// No call is held longer than a minute.
const WAIT_MS: RangeInclusive<i64> = 0..=60_000;
/// The clocks of the Line Islands are furthest from UTC.
const OFFSET_MS: RangeInclusive<i64> = -14 * 3_600_000..=14 * 3_600_000;

impl Scenario {
    pub(super) fn check(&self) -> Result<(), Mistake> {
        unique("environment", self.environments.iter().map(|environment| &environment.name))?;
        unique("key", self.keys.iter().map(|key| &key.name))?;
        for environment in &self.environments {
            check_environment(environment)?;
        }
        for key in &self.keys {
            for environment in key.accepted.iter().chain(key.declared.iter().flatten()) {
                self.known_environment(environment)?;
            }
        }
        if let Some(wait) = self.default_wait.as_ref().filter(|wait| !WAIT_MS.contains(&wait.get_ref().0)) {
            return Err((wait.span(), "default_wait must be from 0s to 60s".to_owned()));
        }
        let trades = trades().map_err(|problem| (0..0, problem))?;
        let languages = languages();
        for (place, jobs) in self.jobs.iter().enumerate() {
            self.check_jobs(place, jobs)?;
            named("trade", &jobs.trades, &trades)?;
            named("language", &jobs.languages, &languages)?;
            named("model", &jobs.models, &MODELS)?;
        }
        let environments: Vec<(&str, HostKind)> =
            self.environments.iter().map(|one| (one.name.get_ref().as_str(), one.kind)).collect();
        let keys: Vec<&str> = self.keys.iter().map(|key| key.name.get_ref().as_str()).collect();
        self.faults.iter().try_for_each(|fault| fault.check(&environments, &keys))
    }

    fn check_jobs(&self, place: usize, jobs: &JobsPlan) -> Result<(), Mistake> {
        let (name, project) = (&jobs.environment, &jobs.project);
        self.known_environment(name)?;
        let mut others = self.jobs.iter().take(place);
        if others.any(|other| {
            other.environment.get_ref() == name.get_ref() && other.project.get_ref() == project.get_ref()
        }) {
            let problem = format!("project `{}` has jobs in {} already", project.get_ref(), name.get_ref());
            return Err((name.span(), problem));
        }
        if self.keys.iter().all(|key| key.project != *project.get_ref()) {
            let problem =
                format!("no key is of the project `{}`: nobody could see its jobs", project.get_ref());
            return Err((project.span(), problem));
        }
        let host = self.environments.iter().find(|one| one.name.get_ref() == name.get_ref());
        if host.is_some_and(|host| host.kind != HostKind::Batch) {
            return Err((name.span(), "only environments of the kind `batch` have jobs".to_owned()));
        }
        let per_minute = jobs.per_minute.as_ref();
        if let Some(wrong) = per_minute.filter(|rate| !(0.0..=60_000.0).contains(rate.get_ref())) {
            let problem = format!("per_minute = {} is not between 0 and 60000", wrong.get_ref());
            return Err((wrong.span(), problem));
        }
        let mut counts = jobs.history.iter().chain(&jobs.running);
        if let Some(wrong) = counts.find(|count| *count.get_ref() > MOST_JOBS) {
            let problem = format!("there can be {MOST_JOBS} jobs in a project at the start, and no more");
            return Err((wrong.span(), problem));
        }
        rising(&jobs.run)
    }

    fn known_environment(&self, name: &Spanned<String>) -> Result<(), Mistake> {
        let names: Vec<&str> = self.environments.iter().map(|one| one.name.get_ref().as_str()).collect();
        known("environment", name, &names)
    }
}

fn check_environment(environment: &EnvironmentPlan) -> Result<(), Mistake> {
    let name = environment.name.get_ref();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if name.is_empty() || !name.bytes().all(fits) {
        let problem = format!("`{name}` names no environment: use small letters, digits, dots and hyphens");
        return Err((environment.name.span(), problem));
    }
    if name == "control" {
        let problem = "`control` is the sandbox's own door: call the environment something else";
        return Err((environment.name.span(), problem.to_owned()));
    }
    match &environment.utc_offset {
        Some(offset) if !OFFSET_MS.contains(&offset.get_ref().0) => {
            Err((offset.span(), "utc_offset must be from -14h to 14h".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether all the shares are of things that there are, and one of them is above 0.
fn named<T: AsRef<str>>(
    what: &str,
    shares: &Spanned<BTreeMap<String, u32>>,
    known: &[T],
) -> Result<(), Mistake> {
    let unknown = shares.get_ref().keys().find(|name| known.iter().all(|known| known.as_ref() != *name));
    if let Some(name) = unknown {
        let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        return Err((shares.span(), format!("there is no {what} `{name}`; there are {}", known.join(", "))));
    }
    if shares.get_ref().values().all(|share| *share == 0) {
        return Err((shares.span(), "at least one share must be above 0".to_owned()));
    }
    Ok(())
}

pub(super) fn rising(range: &Spanned<[Span; 2]>) -> Result<(), Mistake> {
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

pub(super) fn known(what: &str, name: &Spanned<String>, names: &[&str]) -> Result<(), Mistake> {
    if names.contains(&name.get_ref().as_str()) {
        return Ok(());
    }
    let problem =
        format!("there is no {what} `{}` in this scenario; there are {}", name.get_ref(), names.join(", "));
    Err((name.span(), problem))
}
