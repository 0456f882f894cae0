//! What looks without a key have found: of every host of every environment, and of the realtime hosts. A
//! host's state has the hysteresis of an environment's, but of an environment's hosts it says no more than
//! which of them can be reached: whether the environment is up is for those to say who ask it for jobs.

use jiff::Timestamp;

use super::event::{Event, Severity, Subject};
use super::health::Outcome;
use super::{Health, Store, advice};
use crate::model::{
    Certificate, Climb, EnvironmentId, EnvironmentState, HostId, HostRole, Look, ProbedHost, Rung, SourceId,
};

/// What is known of one host.
#[derive(Debug)]
pub struct HostRecord {
    /// Which it is.
    pub host: ProbedHost,
    /// How it answered of late.
    pub health: Health,
    /// What the latest look found; `None` before the first.
    pub last: Option<Climb>,
    /// When a look last found it alive.
    pub last_good: Option<Timestamp>,
    /// The certificate that it showed when one was last accepted: a look that fails takes nothing back.
    certificate: Option<Certificate>,
}

impl HostRecord {
    /// Whether the latest look found it alive; `None` before the first.
    pub fn answers(&self) -> Option<bool> {
        self.last.as_ref().map(Climb::is_alive)
    }

    /// Whole days until its certificate ends, where one was ever accepted.
    pub fn certificate_days(&self, now: Timestamp) -> Option<i64> {
        self.certificate.as_ref().map(|certificate| certificate.days_left(now))
    }

    /// When its certificate ends, where one was ever accepted.
    pub(super) fn certificate_end(&self) -> Option<Timestamp> {
        self.certificate.as_ref().map(|certificate| certificate.not_after)
    }

    /// Whether it is expected to answer: today's documentation names it, or it has answered in this run.
    fn is_expected(&self) -> bool {
        let dropped = matches!(self.host.role, HostRole::Realtime { documented: false, .. });
        !dropped || self.last_good.is_some()
    }

    /// Whether it is down, though it is expected to answer. A realtime host that the documentation has dropped
    /// and that never answered may well be gone for good.
    pub fn is_missed(&self) -> bool {
        self.health.state() == EnvironmentState::Down && self.is_expected()
    }
}

impl Store {
    /// The hosts that are looked at from now on. Nothing is known of them.
    pub fn watch_hosts(&mut self, hosts: Vec<ProbedHost>) {
        let record = |host| HostRecord {
            host,
            health: Health::default(),
            last: None,
            last_good: None,
            certificate: None,
        };
        self.hosts = hosts.into_iter().map(record).collect();
    }

    /// Every host that is looked at.
    pub fn hosts(&self) -> impl Iterator<Item = (HostId, &HostRecord)> {
        (0..).map(HostId).zip(&self.hosts)
    }

    /// The realtime hosts among them.
    pub fn realtime_hosts(&self) -> impl Iterator<Item = (HostId, &HostRecord)> {
        self.hosts().filter(|(_, record)| record.host.realtime_name().is_some())
    }

    /// The hosts that reach an environment, its first before its aliases.
    pub fn hosts_of(&self, environment: EnvironmentId) -> impl Iterator<Item = (HostId, &HostRecord)> {
        self.hosts().filter(move |(_, record)| record.host.environment() == Some(environment))
    }

    /// Takes what a look found. One that is older than the latest changes nothing.
    pub fn merge_look(&mut self, look: Look) {
        let Look { host, climb } = look;
        let Some(record) = self.hosts.get_mut(host.index()) else { return };
        if record.last.as_ref().is_some_and(|last| last.at > climb.at) {
            return;
        }
        let at = climb.at;
        let before = record.health.state();
        let outcome = if climb.is_alive() {
            record.last_good = Some(at);
            Outcome::Listed(climb.took(Rung::FirstByte).unwrap_or_default())
        } else {
            if let Some(failure) = climb.failure() {
                record.health.note_failure(at, failure);
            }
            Outcome::Failed
        };
        // A host is asked by nobody but the one who looks.
        let turned = record.health.push(SourceId(0), at, outcome);
        let shown = climb.certificate.clone().filter(|_| climb.took(Rung::Tls).is_some());
        record.certificate = shown.or(record.certificate.take());
        record.last = Some(climb);
        let after = record.health.state();
        if turned && (before, after) != (EnvironmentState::Unknown, EnvironmentState::Up) {
            self.note_realtime(host, at);
        }
    }

    /// Records that a realtime host turned. Of an environment's hosts the environment's own events tell.
    fn note_realtime(&mut self, host: HostId, at: Timestamp) {
        let Some(record) = self.hosts.get(host.index()) else { return };
        let Some(name) = record.host.realtime_name() else { return };
        let failure = record.last.as_ref().and_then(Climb::failure);
        let (severity, text) = advice::state_event(record.health.state(), failure);
        // No job hangs on it.
        let severity = if record.is_expected() { severity.max(Severity::Warning) } else { Severity::Info };
        let text = format!("realtime {name} {text}");
        let subject = Subject::Realtime(host);
        self.events.push(Event { at, severity, subject, environment: None, key: None, text });
    }
}

#[cfg(test)]
mod tests;
