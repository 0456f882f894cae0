//! Banners, derived afresh from the state whenever it is asked for: one for each cause, the worst
//! first. A banner has no life of its own; when its cause is gone, so is it.
//!
//! What is wrong with a key is inferred in `keys`, from all of the key's row; what is wrong with an
//! environment is told in `environment`, where new jobs can go meanwhile in `failover`, and what is wrong with
//! single hosts in `hosts`, with this machine's clock in `clock`, and that jobs are stuck in `stuck`. A banner says
//! how sure it is, and claims no more than was seen.

mod clock;
mod environment;
mod failover;
mod hosts;
mod stuck;

use jiff::Timestamp;

use super::Store;
use super::event::Severity;
use crate::model::{EnvironmentId, HostId, KeyId};

/// What a banner is about. Two banners of one cause are the same banner: dismissing one dismisses the
/// other, until the cause has gone away in between.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Every environment that answered rejects the key.
    KeyRejectedEverywhere(KeyId),
    /// Environments that had accepted the key now reject it.
    KeyNoLongerAccepted(KeyId),
    /// Environments that the user named for the key reject it; others accept it.
    KeyRejectedWhereDeclared(KeyId),
    /// 403.
    KeyForbidden(KeyId),
    /// A temporary key past its time.
    KeyExpired(KeyId),
    /// A temporary key with ten minutes left, or with one.
    KeyExpiring {
        /// Which.
        key: KeyId,
        /// Whether it is the last minute: a cause of its own, so that who dismissed the first warning
        /// still gets the second.
        last_minute: bool,
    },
    /// 429.
    KeyLimited(KeyId),
    /// No environment can be reached at all.
    NothingReached,
    /// The environment does not answer.
    EnvironmentDown(EnvironmentId),
    /// The environment does not answer; too soon to call it down.
    EnvironmentFailing(EnvironmentId),
    /// The environment has been asked and has not said anything yet, for longer than is usual.
    EnvironmentSilent(EnvironmentId),
    /// Entries of an environment's list could not be read as jobs.
    EntriesUnreadable(EnvironmentId),
    /// The environment is asked through an alias.
    AliasInUse(EnvironmentId),
    /// This machine's clock is wrong.
    ClockWrong,
    /// Realtime hosts are down: which.
    RealtimeDown(Vec<HostId>),
    /// A certificate is about to end, which hosts may share.
    CertificateEnding {
        /// When.
        not_after: Timestamp,
        /// Whether it is a matter of days: a cause of its own, so that who dismissed the first warning
        /// still gets the second.
        last_days: bool,
    },
    /// Something odd about the configuration: its place in the list of warnings.
    Configuration(usize),
    /// More than a few jobs of an environment, or of several, run for far longer than is usual there.
    JobsStuck,
    /// The poller of a source ended by a bug of voxtop.
    PollerFailed(EnvironmentId),
}

/// What a banner says: at length for where there is room, in few words for a narrow strip.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) head: String,
    pub(super) advice: String,
    pub(super) brief: String,
    pub(super) todo: String,
}

/// How sure a banner is of what it says it means. That something happened is always certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sureness {
    /// It follows from what was seen, or was seen itself.
    Certain,
    /// The usual reason for what was seen; all that could speak against it has spoken.
    Probable,
    /// One reason of several, or some that could speak against it have not spoken.
    Possible,
}

impl Sureness {
    /// `certainly`, `probably`, `possibly`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certain => "certainly",
            Self::Probable => "probably",
            Self::Possible => "possibly",
        }
    }
}

/// One line (or two) that says what is wrong, since when, what it probably means and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// What it is about.
    pub cause: Cause,
    /// How bad.
    pub severity: Severity,
    /// How sure it is of what it says it means.
    pub sure: Sureness,
    /// What is the matter with what: the part to read first. `us2: key prod is rejected (401)`.
    pub head: String,
    /// What it means and what to do; may be empty.
    pub advice: String,
    /// The head in few words, for a line that has no room for it. `us2: key prod is rejected (401)`.
    pub brief: String,
    /// What to do first and what becomes of the rows, in few words and whole sentences; may be empty.
    pub todo: String,
    /// Since when.
    pub since: Timestamp,
    /// When things were last good, where that is known and worth saying.
    pub last_good: Option<Timestamp>,
    /// When it is tried again, as far as is known.
    pub next: Option<Timestamp>,
}

impl Cause {
    /// Whether it is about a key rather than an environment.
    pub fn is_about_key(&self) -> bool {
        matches!(
            self,
            Self::KeyRejectedEverywhere(_)
                | Self::KeyNoLongerAccepted(_)
                | Self::KeyRejectedWhereDeclared(_)
                | Self::KeyForbidden(_)
                | Self::KeyExpired(_)
                | Self::KeyExpiring { .. }
        )
    }

    /// The key that it is about, if it is about one.
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Self::KeyRejectedEverywhere(key)
            | Self::KeyNoLongerAccepted(key)
            | Self::KeyRejectedWhereDeclared(key)
            | Self::KeyForbidden(key)
            | Self::KeyExpired(key)
            | Self::KeyExpiring { key, .. }
            | Self::KeyLimited(key) => Some(*key),
            _ => None,
        }
    }

    /// The environment that it is about, if it is about one.
    pub fn environment(&self) -> Option<EnvironmentId> {
        match self {
            Self::EnvironmentDown(id)
            | Self::EnvironmentFailing(id)
            | Self::EnvironmentSilent(id)
            | Self::EntriesUnreadable(id)
            | Self::PollerFailed(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether it comes with the time that passes, and not with an answer, which is an event already.
    pub fn comes_with_time(&self) -> bool {
        matches!(self, Self::KeyExpiring { .. } | Self::CertificateEnding { .. } | Self::JobsStuck)
    }
}

impl Store {
    /// The banners that the state calls for, the worst first; within one severity keys before
    /// environments, in the fleet's order.
    pub fn banners(&self, now: Timestamp) -> Vec<Banner> {
        let mut banners = Vec::new();
        for (key, _) in self.fleet.keys() {
            self.key_banners(key, now, &mut banners);
        }
        self.environment_banners(now, &mut banners);
        banners.extend(self.stuck_banner());
        banners.extend(self.clock_banner());
        self.host_banners(now, &mut banners);
        banners.sort_by_key(|banner| banner.severity);
        banners
    }
}

#[cfg(test)]
mod tests;
