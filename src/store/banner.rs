//! Banners, derived afresh from the state whenever it is asked for: one for each cause, the worst
//! first. A banner has no life of its own; when its cause is gone, so is it.
//!
//! What a 401 means is inferred from the whole row of the key: the service gives one answer for "no
//! key", "wrong key", "revoked", "trial over" and "wrong region" (the proxy in front answers, not the
//! application). A rejection where the key is merely tried, while it is accepted elsewhere, is no
//! news: it makes no banner.

use jiff::{SignedDuration, Timestamp};

use super::advice::{self, evidence};
use super::event::Severity;
use super::{Health, SourceRecord, Store};
use crate::model::{EnvironmentId, EnvironmentState, Failure, FailureKind, KeyId};

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
    /// 429.
    KeyLimited(KeyId),
    /// The environment does not answer.
    EnvironmentDown(EnvironmentId),
    /// The environment answered before, and does not now; too soon to call it down.
    EnvironmentFailing(EnvironmentId),
    /// The environment has been asked and has not said anything yet, for longer than is usual.
    EnvironmentSilent(EnvironmentId),
    /// Entries of an environment's list could not be read as jobs.
    EntriesUnreadable(EnvironmentId),
    /// Something odd about the configuration: its place in the list of warnings.
    Configuration(usize),
    /// The poller of a source ended by a bug of voxtop.
    PollerFailed(EnvironmentId),
}

/// One line (or two) that says what is wrong, since when, what it probably means and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// What it is about.
    pub cause: Cause,
    /// How bad.
    pub severity: Severity,
    /// What is the matter with what: the part to read first. `us2: key prod is rejected (401)`.
    pub head: String,
    /// What it means and what to do; may be empty.
    pub advice: String,
    /// Since when.
    pub since: Timestamp,
    /// When things were last good, where that is known and worth saying.
    pub last_good: Option<Timestamp>,
    /// When it is tried again, as far as is known.
    pub next: Option<Timestamp>,
}

/// An environment that has said nothing for this long after it was asked is worth a banner, unless it
/// always takes so long.
const SILENCE: SignedDuration = SignedDuration::from_secs(4);
/// How many times its usual latency an environment may take before it is silent.
const USUAL: u32 = 4;

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
        )
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
        for (environment, _) in self.fleet.environments() {
            self.environment_banners(environment, now, &mut banners);
        }
        banners.sort_by_key(|banner| banner.severity);
        banners
    }

    fn environment_banners(&self, id: EnvironmentId, now: Timestamp, banners: &mut Vec<Banner>) {
        let name = self.fleet.environment_name(id);
        let records: Vec<&SourceRecord> = self.sources_at(id).map(|(_, record)| record).collect();
        let trouble = records
            .iter()
            .filter_map(|record| record.trouble.as_ref())
            .filter(|trouble| !trouble.failure.kind.endpoint_answered());
        let internal = trouble.clone().find(|trouble| trouble.failure.kind == FailureKind::Internal);
        let last_good = records.iter().filter_map(|record| record.last_good).max();
        let next = records.iter().filter_map(|record| record.next).min();
        if let Some(trouble) = internal {
            banners.push(Banner {
                cause: Cause::PollerFailed(id),
                severity: Severity::Error,
                head: format!("{name}: voxtop's own poller failed and was restarted"),
                advice: "This is a bug in voxtop: please report it with the crash file.".to_owned(),
                since: trouble.since,
                last_good,
                next,
            });
        }
        let failing = trouble.filter(|trouble| trouble.failure.kind != FailureKind::Internal);
        match failing.min_by_key(|trouble| trouble.since) {
            Some(trouble) if self.state(id) == EnvironmentState::Down => banners.push(Banner {
                cause: Cause::EnvironmentDown(id),
                severity: Severity::Critical,
                head: format!("{name} is down: {}", trouble.failure.sentence()),
                advice: down_advice(&trouble.failure, last_good.is_some()),
                since: trouble.since,
                last_good,
                next,
            }),
            // One lost packet is no news; a second failure, or a whole time-out of silence, is.
            Some(trouble) if trouble.count > 1 || trouble.failure.kind == FailureKind::Timeout => {
                banners.push(Banner {
                    cause: Cause::EnvironmentFailing(id),
                    severity: Severity::Warning,
                    head: format!("{name} fails: {}", trouble.failure.sentence()),
                    advice:
                        "Jobs shown are the last that were seen. After three failures in a row it is down."
                            .to_owned(),
                    since: trouble.since,
                    last_good,
                    next,
                });
            }
            _ => banners.extend(self.silent_banner(id, &records, now)),
        }
        let unreadable: usize = records.iter().map(|record| record.unreadable).sum();
        let since = records.iter().filter_map(|record| record.unreadable_since).min();
        if let (1.., Some(since)) = (unreadable, since) {
            banners.push(Banner {
                cause: Cause::EntriesUnreadable(id),
                severity: Severity::Warning,
                head: format!("{name}: {unreadable} entries of its job list could not be read"),
                advice: "They are not shown and not counted.".to_owned(),
                since,
                last_good: None,
                next: None,
            });
        }
    }

    /// An environment that hangs says nothing at all until the time-out: say so before that.
    fn silent_banner(&self, id: EnvironmentId, records: &[&SourceRecord], now: Timestamp) -> Option<Banner> {
        let usual = self.health(id).and_then(Health::usual).unwrap_or_default().saturating_mul(USUAL);
        let patience = SignedDuration::try_from(usual).unwrap_or(SILENCE).max(SILENCE);
        let asked = records.iter().filter(|record| !record.paged).filter_map(|record| record.asked).min()?;
        let last_good = records.iter().filter_map(|record| record.last_good).max();
        let advice = if last_good.is_some() {
            "Jobs shown are the last that were seen."
        } else {
            "Nothing is known of its jobs."
        };
        (now.duration_since(asked) >= patience).then(|| Banner {
            cause: Cause::EnvironmentSilent(id),
            severity: Severity::Warning,
            head: format!("{} has been asked and has not answered yet", self.fleet.environment_name(id)),
            advice: advice.to_owned(),
            since: asked,
            last_good,
            next: None,
        })
    }
}

fn down_advice(failure: &Failure, had_jobs: bool) -> String {
    let what = advice::remedy(failure.kind).unwrap_or("It is tried again at growing intervals.");
    let rows = if had_jobs { " Jobs shown are the last that were seen." } else { "" };
    format!("{what}{rows}{}", evidence(failure))
}
