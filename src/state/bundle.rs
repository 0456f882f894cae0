//! The support bundle: what the vendor's support asks for about the selected job, or about what is wrong, as
//! a text that fits a ticket. Times are UTC, whatever the screen shows. It holds no key, only fingerprints;
//! secrets in configurations were masked where they entered.

use std::fmt::Write;

use jiff::Timestamp;

use super::{Delivery, Effect, Masked, Overlay, State};
use crate::model::{EnvironmentId, Failure, Job, JobKey, KeyId, SourceId};
use crate::store::{Banner, Event, Severity, Subject, evidence};

/// So many events about the matter are in it, the newest ones.
const EVENTS: usize = 40;

/// A text for the vendor's support, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// When it was made.
    pub at: Timestamp,
    /// A word or two for the file's name: `eu1-a81ko4eqjl`. Letters, digits, `-`, `_` and `.` alone.
    pub about: String,
    /// The text; the rim puts the program's version and the system before it.
    pub text: String,
}

/// What a bundle is about.
struct Matter {
    /// The job with who listed it and whether it still is.
    job: Option<(JobKey, Job, SourceId, bool)>,
    banner: Option<Banner>,
    environments: Vec<EnvironmentId>,
    keys: Vec<KeyId>,
}

impl State {
    /// Makes a bundle of what is in front: the job whose details are open, or the selected one; over the event
    /// list, and where no job is selected, what is wrong first.
    pub(super) fn bundle(&mut self) -> Vec<Effect> {
        let Some(matter) = self.matter() else {
            self.remark("no job is selected and nothing is wrong: there is nothing to bundle".to_owned());
            return Vec::new();
        };
        let about = match (&matter.job, &matter.banner) {
            (Some((key, ..)), _) => {
                let id = self.presenter.show(Masked::Id, key.id.as_str());
                format!("{}-{id}", self.store.fleet().environment_name(key.environment))
            }
            (None, Some(Banner { cause, .. })) => match (cause.key(), cause.environment()) {
                (Some(key), _) => format!("key-{}", self.store.fleet().key_name(key)),
                (None, Some(id)) => self.store.fleet().environment_name(id).to_owned(),
                (None, None) => "voxtop".to_owned(),
            },
            (None, None) => "voxtop".to_owned(),
        };
        let bundle = Bundle { at: self.now, about: safe(&about), text: self.write_bundle(&matter) };
        vec![Effect::Bundle(bundle)]
    }

    /// Says where a bundle went. The event list keeps it, for the remark goes soon.
    pub(super) fn tell_of_bundle(&mut self, Delivery { file, clipboard }: Delivery) {
        let (severity, text) = match (file, clipboard) {
            (Ok(path), Ok(())) => {
                (Severity::Info, format!("support bundle: on the clipboard, and in {path}"))
            }
            (Ok(path), Err(why)) => {
                (Severity::Info, format!("support bundle: in {path}; not on the clipboard: {why}"))
            }
            (Err(why), Ok(())) => {
                (Severity::Warning, format!("support bundle: on the clipboard alone; no file: {why}"))
            }
            (Err(why), Err(also)) => (
                Severity::Warning,
                format!("no support bundle: no file: {why}; not on the clipboard: {also}"),
            ),
        };
        self.remark(text.clone());
        self.store.note(severity, text, self.now);
    }

    fn matter(&self) -> Option<Matter> {
        let job = match &self.overlay {
            Some(Overlay::Details { key, job, source, listed, .. }) => {
                Some((key.clone(), (**job).clone(), *source, *listed))
            }
            Some(_) => None,
            None => self.selection.job().and_then(|key| {
                let held = self.store.job(self.store.find(key)?)?;
                Some((key.clone(), held.to_job(), held.source(), true))
            }),
        };
        if let Some((key, _, source, _)) = &job {
            let own = self.store.fleet().source(*source)?;
            return Some(Matter {
                environments: vec![key.environment],
                keys: vec![own.key],
                banner: None,
                job,
            });
        }
        let banner = self.banners().next()?.clone();
        let fleet = self.store.fleet();
        let (key, environment) = (banner.cause.key(), banner.cause.environment());
        let of = |source: &&crate::model::Source| {
            key.is_none_or(|key| source.key == key) && environment.is_none_or(|id| source.environment == id)
        };
        let mut environments: Vec<_> = fleet.sources.iter().filter(of).map(|own| own.environment).collect();
        let mut keys: Vec<_> = fleet.sources.iter().filter(of).map(|own| own.key).collect();
        environments.dedup();
        keys.sort_unstable();
        keys.dedup();
        Some(Matter { job: None, banner: Some(banner), environments, keys })
    }

    fn write_bundle(&self, matter: &Matter) -> String {
        let mut out = String::new();
        if let Some((key, job, source, listed)) = &matter.job {
            self.write_job(&mut out, key, &self.presenter.job(job.clone()), (*source, *listed));
        }
        if let Some(banner) = &matter.banner {
            heading(&mut out, "What is wrong");
            let sure = banner.sure.word();
            line(
                &mut out,
                "",
                &format!("{} ({sure}, since {})", self.presenter.told(&banner.head), utc(banner.since)),
            );
            line(&mut out, "", &self.presenter.told(&banner.advice));
        }
        for id in &matter.environments {
            self.write_environment(&mut out, *id, &matter.keys);
        }
        self.write_events(&mut out, matter);
        if !out.contains("Request-Id") {
            heading(&mut out, "Request-Id");
            line(&mut out, "", "none: no request about this has failed, and only of failures are they kept");
        }
        out
    }

    fn write_job(&self, out: &mut String, key: &JobKey, job: &Job, (source, listed): (SourceId, bool)) {
        let fleet = self.store.fleet();
        heading(out, "Job");
        line(out, "job id", job.id.as_str());
        line(out, "environment", fleet.environment_name(key.environment));
        line(out, "status", job.status.as_str());
        if !listed {
            line(
                out,
                "standing",
                "no longer listed: it was deleted or has expired; this is how it was last seen",
            );
        } else if self.store.is_stale(source) {
            line(
                out,
                "standing",
                "stale: its environment does not answer with jobs now; this is how it was last seen",
            );
        }
        let seen = self.store.source(source).and_then(|record| record.last_good);
        line(out, "last listed", &seen.map_or(String::new(), utc));
        line(out, "created", &job.created_at.map_or(String::new(), utc));
        line(out, "expires", &job.expires_at().map_or(String::new(), utc));
        line(out, "file", &job.data_name);
        line(out, "audio", &job.duration_s.map_or(String::new(), |seconds| format!("{seconds} s")));
        for (label, text) in [
            ("language", &job.language),
            ("model", &job.model),
            ("title", &job.title),
            ("reference", &job.reference),
        ] {
            line(out, label, text.as_deref().unwrap_or_default());
        }
        for error in &job.errors {
            let when = error.timestamp.map_or_else(|| "(no time)".to_owned(), utc);
            line(out, "error", &format!("{when}  {}", error.message));
        }
        line(out, "config", job.config.as_deref().unwrap_or("(the list gives none)"));
    }

    fn write_environment(&self, out: &mut String, id: EnvironmentId, keys: &[KeyId]) {
        let fleet = self.store.fleet();
        let Some(environment) = fleet.environment(id) else { return };
        heading(out, &format!("Environment {}", environment.name));
        line(out, "region", environment.region.as_str());
        line(out, "host", &environment.host);
        let health = self.store.health(id);
        let since = health.and_then(crate::store::Health::since);
        let since = since.map_or(String::new(), |since| format!(" since {}", utc(since)));
        line(out, "state", &format!("{}{since}", self.store.state(id)));
        if let Some((at, failure)) = health.and_then(crate::store::Health::last_failure) {
            line(out, "last error", &told(at, failure));
        }
        for (source, own) in
            fleet.sources().filter(|(_, own)| own.environment == id && keys.contains(&own.key))
        {
            let (Some(label), Some(record)) = (fleet.key(own.key), self.store.source(source)) else {
                continue;
            };
            let kind = if label.temporary { "temporary" } else { "long-lived" };
            let state = self.store.key_state(source, self.now);
            let since = record.key.since.map_or(String::new(), |since| format!(" since {}", utc(since)));
            let good = record.key.accepted.map_or_else(|| "never".to_owned(), utc);
            let text = format!(
                "{} (fingerprint {}, {kind}): {state}{since}, last accepted {good}",
                label.name, label.fingerprint
            );
            line(out, "key", &text);
            if let Some(alias) = &record.progress.alias {
                line(out, "asked by way of", alias);
            }
            if let (Some(failure), Some(since)) = (&record.key.evidence, record.key.since) {
                line(out, "refusal", &told(since, failure));
            }
            if let Some(trouble) = &record.trouble {
                let times = format!("{} in a row since {}", trouble.count, utc(trouble.since));
                line(out, "failure", &format!("{} ({times})", told(trouble.at, &trouble.failure)));
            }
        }
    }

    fn write_events(&self, out: &mut String, matter: &Matter) {
        let of = |event: &&Event| match (&matter.job, &event.subject) {
            (Some((key, ..)), Subject::Job(id)) => {
                *id == key.id && event.environment == Some(key.environment)
            }
            (None, Subject::Job(_)) => false,
            _ => {
                event.environment.is_none_or(|id| matter.environments.contains(&id))
                    && event.key.is_none_or(|key| matter.keys.contains(&key))
            }
        };
        heading(out, "Events (newest first)");
        let mut events = self.store.events().filter(of).peekable();
        if events.peek().is_none() {
            line(out, "", "none since voxtop was started");
        }
        for event in events.take(EVENTS) {
            line(out, "", &self.event_line(event));
        }
    }
}

/// `2026-11-23T04:34:00Z  the key was rejected (401) [Request-Id …]`.
fn told(at: Timestamp, failure: &Failure) -> String {
    format!("{}  {}{}", utc(at), failure.sentence(), evidence(failure))
}

/// A moment as tickets want it: `2026-11-23T04:34:00Z`.
pub(super) fn utc(at: Timestamp) -> String {
    format!("{at:.0}")
}

fn heading(out: &mut String, text: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "\n{text}");
}

fn line(out: &mut String, label: &str, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let colon = if label.is_empty() { "" } else { ": " };
    let _ = writeln!(out, "  {label}{colon}{text}");
}

/// What no file system minds, and not too long.
fn safe(text: &str) -> String {
    const LONGEST: usize = 60;
    let char = |char: char| if char.is_ascii_alphanumeric() || "-_".contains(char) { char } else { '_' };
    text.chars().map(char).take(LONGEST).collect()
}

#[cfg(test)]
mod tests;
