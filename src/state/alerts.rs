//! Alerts by rule: which of what happened is told to somebody who does not look. Decided from what the
//! store knows, and nothing else: jobs that came to their end, the banners of keys, the health of
//! environments. What was there when voxtop began is no news. A rule tells at most once in its time; what
//! comes in between is held back and told as a count.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::presenter::{Masked, Presenter};
use super::{Effect, State};
use crate::model::{EnvironmentId, EnvironmentState, Failure, KeyId, Status};
use crate::store::query::Query;
use crate::store::{Banner, Cause, Ended};

/// The longest text of an alert, in characters: what a notification shows at most.
const LONGEST: usize = 240;

/// What a rule waits for.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// A job that the query means comes to one of these ends.
    Job {
        /// Which jobs.
        query: Query,
        /// Whether being done counts.
        done: bool,
        /// Whether being rejected counts.
        rejected: bool,
    },
    /// A key is rejected or over, or good again.
    Key,
    /// An environment is down, or back.
    Environment,
}

/// How a terminal is asked to show a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notification {
    /// `OSC 9`: iTerm2, `WezTerm`, Windows Terminal.
    Osc9,
    /// `OSC 777`: urxvt, foot, Ghostty, terminals of VTE.
    Osc777,
    /// `OSC 99`: kitty.
    Osc99,
    /// As the terminal is, as far as it says so.
    Auto,
}

/// How a rule tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The terminal's bell.
    pub bell: bool,
    /// A notification of the terminal.
    pub notify: Option<Notification>,
    /// A program and its arguments; none where it is empty.
    pub command: Vec<String>,
}

/// One `[[alerts]]`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it waits for.
    pub trigger: Trigger,
    /// How it tells.
    pub ways: Ways,
    /// The least time between two alerts.
    pub every: Duration,
}

/// What happened, in parts, for a command; every text may be shown to whoever sees the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `job.done`, `job.rejected`, `key.rejected`, `key.expired`, `key.back`, `environment.down`,
    /// `environment.back`.
    pub event: &'static str,
    /// The environment's name, where it is about one.
    pub environment: String,
    /// The key's name, where it is about one.
    pub key: String,
    /// The job's id, where it is about one.
    pub job: String,
    /// The job's status or the environment's state, where it is about one.
    pub status: String,
    /// All of it in a sentence.
    pub text: String,
    /// How many more of the rule are told with it, and not one by one.
    pub more: usize,
}

/// One alert to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// How.
    pub ways: Ways,
    /// Of what.
    pub facts: Facts,
}

/// The rules, and what they know.
#[derive(Debug, Default)]
pub struct Alerts {
    rules: Vec<Kept>,
    off: bool,
    keys: HashMap<KeyId, Option<Cause>>,
    environments: HashMap<EnvironmentId, bool>,
}

#[derive(Debug)]
struct Kept {
    rule: Rule,
    told: Option<Timestamp>,
    held: Option<Facts>,
}

impl Alerts {
    /// Rules that know nothing yet.
    pub fn new(rules: Vec<Rule>) -> Self {
        let kept = |rule| Kept { rule, told: None, held: None };
        Self { rules: rules.into_iter().map(kept).collect(), ..Self::default() }
    }

    /// Whether there is any rule.
    pub fn any(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Masks what was held back before anybody began to present.
    pub(super) fn mask_held(&mut self, presenter: &Presenter) {
        for facts in self.rules.iter_mut().filter_map(|kept| kept.held.as_mut()) {
            let text = if facts.job.is_empty() {
                presenter.told(&facts.text).into_owned()
            } else {
                facts.job = presenter.show(Masked::Id, &facts.job).into_owned();
                format!("{}: job {} is {}", facts.environment, facts.job, facts.status)
            };
            facts.text = text;
        }
    }

    /// Whether nothing is told though there are rules.
    pub fn are_off(&self) -> bool {
        self.off && self.any()
    }
}

impl Kept {
    /// Takes what happened to this rule, and gives what is told now: one, with the others as a count.
    fn take(&mut self, news: Vec<Facts>, now: Timestamp) -> Option<Alert> {
        for facts in news {
            let before = self.held.take().map_or(0, |held| held.more + 1);
            self.held = Some(Facts { more: before, ..facts });
        }
        let every = SignedDuration::try_from(self.rule.every).unwrap_or(SignedDuration::MAX);
        // A clock that was set back is no reason to be silent.
        let early = |told: Timestamp| told <= now && now.duration_since(told) < every;
        if self.told.is_some_and(early) {
            return None;
        }
        let mut facts = self.held.take()?;
        self.told = Some(now);
        if facts.more > 0 {
            facts.text = format!("{} (and {} more)", facts.text, facts.more);
        }
        facts.text = facts.text.chars().take(LONGEST).collect();
        Some(Alert { ways: self.rule.ways.clone(), facts })
    }
}

impl State {
    /// What is to be told of what happened since this was asked last. Asked whenever something may have
    /// happened, and every second for what was held back.
    pub fn alarms(&mut self) -> Vec<Effect> {
        let ended = self.store.take_ended();
        if !self.alerts.any() {
            return Vec::new();
        }
        let keys = self.key_news();
        let environments = self.environment_news();
        let mut alerts = std::mem::take(&mut self.alerts);
        let mut effects = Vec::new();
        for kept in &mut alerts.rules {
            let news = match &kept.rule.trigger {
                Trigger::Key => keys.clone(),
                Trigger::Environment => environments.clone(),
                Trigger::Job { query, done, rejected } => {
                    let query = query.clone();
                    let wanted = |ended: &&Ended| match ended.status {
                        Status::Done => *done,
                        _ => *rejected,
                    };
                    ended.iter().filter(wanted).filter_map(|ended| self.job_news(ended, &query)).collect()
                }
            };
            if alerts.off {
                kept.held = None;
            } else {
                effects.extend(kept.take(news, self.now).map(|alert| Effect::Alert(Box::new(alert))));
            }
        }
        self.alerts = alerts;
        effects
    }

    /// Switches alerts off, or on again.
    pub(super) fn toggle_alerts(&mut self) {
        if !self.alerts.any() {
            self.remark("no alerts are configured ([[alerts]])".to_owned());
            return;
        }
        self.alerts.off = !self.alerts.off;
        let word = if self.alerts.off { "off: nothing is told until A" } else { "on" };
        self.remark(format!("alerts are {word}"));
    }

    fn job_news(&mut self, ended: &Ended, query: &Query) -> Option<Facts> {
        let held = self.store.ended_job(ended)?;
        if !self.store.is_meant(held, query, self.now, &mut self.scratch) {
            return None;
        }
        let shown = |kind, text: &str| self.presenter.show(kind, text).into_owned();
        let environment = self.store.fleet().environment_name(ended.job.environment).to_owned();
        let key = self.store.fleet().source(held.source()).map(|source| source.key);
        let job = shown(Masked::Id, held.id());
        let name = shown(Masked::Name, held.data_name());
        let name = if name.is_empty() { name } else { format!(" ({name})") };
        let why = held
            .errors()
            .last()
            .map_or(String::new(), |error| format!(": {}", self.presenter.about(Some(held), &error.message)));
        let (event, text) = match ended.status {
            Status::Done if why.is_empty() => ("job.done", "is done"),
            Status::Done => ("job.done", "is done, with errors afterwards"),
            _ => ("job.rejected", "was rejected"),
        };
        Some(Facts {
            event,
            text: format!("{environment}: job {job}{name} {text}{why}"),
            key: key.map_or(String::new(), |key| self.store.fleet().key_name(key).to_owned()),
            status: ended.status.to_string(),
            environment,
            job,
            more: 0,
        })
    }

    /// Keys whose trouble came, changed or went. The first verdict on a key is where it begins.
    fn key_news(&mut self) -> Vec<Facts> {
        let mut news = Vec::new();
        let banners = self.store.banners(self.now);
        let keys: Vec<(KeyId, String)> =
            self.store.fleet().keys().map(|(id, label)| (id, label.name.to_string())).collect();
        for (key, name) in keys {
            let banner = banners.iter().find(|banner| banner.cause.key() == Some(key) && is_trouble(banner));
            let Some(before) = self.alerts.keys.get(&key).cloned() else {
                if self.is_settled(key) {
                    self.alerts.keys.insert(key, banner.map(|banner| banner.cause.clone()));
                }
                continue;
            };
            if before.as_ref() == banner.map(|banner| &banner.cause) {
                continue;
            }
            self.alerts.keys.insert(key, banner.map(|banner| banner.cause.clone()));
            let (event, text) = match banner {
                Some(banner) if matches!(banner.cause, Cause::KeyExpired(_)) => {
                    ("key.expired", self.presenter.told(&banner.head).into_owned())
                }
                Some(banner) => ("key.rejected", self.presenter.told(&banner.head).into_owned()),
                None => ("key.back", format!("key {name} is no longer rejected")),
            };
            news.push(Facts { event, text, key: name, ..Facts::default() });
        }
        news
    }

    /// Whether every environment that the key is tried at has answered, or failed to.
    fn is_settled(&self, key: KeyId) -> bool {
        self.store.sources().all(|(id, record)| {
            let of_key = self.store.fleet().source(id).is_some_and(|source| source.key == key);
            !of_key || record.last_good.is_some() || record.trouble.is_some()
        })
    }

    /// Environments that went down or came back. The first state that is known is where one begins.
    fn environment_news(&mut self) -> Vec<Facts> {
        let mut news = Vec::new();
        let names: Vec<(EnvironmentId, String)> = (0..)
            .map(EnvironmentId)
            .zip(&self.store.fleet().environments)
            .map(|(id, environment)| (id, environment.name.to_string()))
            .collect();
        for (id, name) in names {
            let state = self.store.state(id);
            let down = match state {
                EnvironmentState::Down => true,
                EnvironmentState::Up | EnvironmentState::Slow => false,
                EnvironmentState::Degraded | EnvironmentState::Unknown => continue,
            };
            let before = self.alerts.environments.insert(id, down);
            if before.is_none_or(|before| before == down) {
                continue;
            }
            let (event, text) = if down {
                let why = self.store.endpoint_failure(id).map(Failure::sentence);
                let why = why.map_or(String::new(), |why| format!(": {}", self.presenter.told(&why)));
                ("environment.down", format!("{name} is down{why}"))
            } else {
                ("environment.back", format!("{name} is back"))
            };
            news.push(Facts {
                event,
                text,
                environment: name,
                status: state.to_string(),
                ..Facts::default()
            });
        }
        news
    }
}

/// Whether a key cannot be used somewhere where it should be; that it is about to end is none of it.
fn is_trouble(banner: &Banner) -> bool {
    matches!(
        banner.cause,
        Cause::KeyRejectedEverywhere(_)
            | Cause::KeyNoLongerAccepted(_)
            | Cause::KeyRejectedWhereDeclared(_)
            | Cause::KeyForbidden(_)
            | Cause::KeyExpired(_)
    )
}

#[cfg(test)]
mod tests;
