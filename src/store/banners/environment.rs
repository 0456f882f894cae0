//! What is wrong with environments: silent, failing, down; all at once; lists that cannot be read.

use jiff::{SignedDuration, Timestamp};

use super::super::advice::{self, evidence, list};
use super::super::event::Severity;
use super::super::{Health, SourceRecord, Store, Trouble};
use super::{Banner, Cause, Sureness};
use crate::model::{EnvironmentId, EnvironmentState, FailureKind};

/// An environment that has said nothing for this long after it was asked is worth a banner, unless it
/// always takes so long.
const SILENCE: SignedDuration = SignedDuration::from_secs(4);
/// How many times its usual latency an environment may take before it is silent.
const USUAL: u32 = 4;
/// What is said of the rows of an environment that does not answer.
const LAST_SEEN: &str = "Jobs shown are the last that were seen.";

impl Store {
    /// The banners of all environments.
    pub(super) fn environment_banners(&self, now: Timestamp, banners: &mut Vec<Banner>) {
        let nothing = self.nothing_reached();
        let one_cause = nothing.is_some();
        banners.extend(nothing);
        for (id, _) in self.fleet.environments() {
            let sources: Vec<&SourceRecord> = self.sources_at(id).map(|(_, record)| record).collect();
            banners.extend(self.poller_banner(id, &sources));
            if !one_cause {
                banners.extend(self.trouble_banner(id, &sources, now));
            }
            banners.extend(self.unreadable_banner(id, &sources));
        }
    }

    /// Where several environments are asked and not one can be reached, that is one cause and not several.
    pub(super) fn nothing_reached(&self) -> Option<Banner> {
        let asked = self.fleet.environments().filter(|(id, _)| self.sources_at(*id).next().is_some());
        let asked: Vec<EnvironmentId> = asked.map(|(id, _)| id).collect();
        let trouble: Vec<&Trouble> = asked.iter().filter_map(|id| self.endpoint_trouble(*id)).collect();
        let down = asked.iter().all(|id| self.state(*id) == EnvironmentState::Down);
        let reason = trouble.first().and_then(|trouble| on_the_way(trouble.failure.kind))?;
        let one = trouble.iter().all(|trouble| on_the_way(trouble.failure.kind) == Some(reason));
        if asked.len() < 2 || trouble.len() < asked.len() || !down || !one {
            return None;
        }
        let names: Vec<&str> = asked.iter().map(|id| self.fleet.environment_name(*id)).collect();
        let latest = trouble.iter().max_by_key(|trouble| trouble.at)?;
        let records = || asked.iter().flat_map(|id| self.sources_at(*id)).map(|(_, record)| record);
        Some(Banner {
            cause: Cause::NothingReached,
            severity: Severity::Critical,
            sure: Sureness::Probable,
            head: format!("{} are down: {}", list(&names), latest.failure.sentence()),
            advice: format!(
                "Not one can be reached, so it is probably {reason}. {}",
                shown(records().any(|record| record.last_good.is_some()))
            ),
            brief: format!("all {} down: {}", names.len(), latest.failure.reason()),
            todo: format!("Probably {reason}. {}", rows_stay(None, &records().collect::<Vec<_>>())),
            since: trouble.iter().map(|trouble| trouble.since).min()?,
            last_good: records().filter_map(|record| record.last_good).max(),
            next: records().filter_map(|record| record.next).min(),
        })
    }

    /// The trouble of the endpoint itself at an environment that has lasted longest; a rejected key is none,
    /// a bug of voxtop neither.
    fn endpoint_trouble(&self, id: EnvironmentId) -> Option<&Trouble> {
        self.sources_at(id)
            .filter_map(|(_, record)| record.trouble.as_ref())
            .filter(|trouble| trouble.is_of_endpoint())
            .min_by_key(|trouble| trouble.since)
    }

    fn poller_banner(&self, id: EnvironmentId, sources: &[&SourceRecord]) -> Option<Banner> {
        let troubles = sources.iter().filter_map(|record| record.trouble.as_ref());
        let trouble = troubles.into_iter().find(|trouble| trouble.failure.kind == FailureKind::Internal)?;
        Some(Banner {
            cause: Cause::PollerFailed(id),
            severity: Severity::Error,
            sure: Sureness::Certain,
            head: format!(
                "{}: voxtop's own poller failed and was restarted",
                self.fleet.environment_name(id)
            ),
            advice: "This is a bug in voxtop: please report it with the crash file.".to_owned(),
            brief: format!("{}: voxtop's poller failed, restarted", self.fleet.environment_name(id)),
            todo: "Please report it with the crash file.".to_owned(),
            since: trouble.since,
            last_good: sources.iter().filter_map(|record| record.last_good).max(),
            next: sources.iter().filter_map(|record| record.next).min(),
        })
    }

    fn trouble_banner(&self, id: EnvironmentId, sources: &[&SourceRecord], now: Timestamp) -> Option<Banner> {
        let (name, health) = (self.fleet.environment_name(id), self.health(id)?);
        let last_good = sources.iter().filter_map(|record| record.last_good).max();
        let Some(trouble) = self.endpoint_trouble(id) else { return self.silent_banner(id, sources, now) };
        let (down, soon) = (self.state(id) == EnvironmentState::Down, health.failures_down());
        // One lost packet is no news; that nothing was heard yet, or nothing in a whole time-out, is.
        let count = sources.iter().filter_map(|record| record.trouble.as_ref());
        let count = count.filter(|trouble| trouble.is_of_endpoint()).map(|trouble| trouble.count).max();
        let told = !health.answered_ever()
            || trouble.failure.kind == FailureKind::Timeout
            || usize::try_from(count.unwrap_or(0)).unwrap_or(usize::MAX).saturating_add(1) >= soon;
        if !down && !told {
            return self.silent_banner(id, sources, now);
        }
        let remedy = advice::remedy(trouble.failure.kind);
        let stay = rows_stay(Some(name), sources);
        let (parts, todo) = if down {
            let again = remedy.unwrap_or("It is tried again at growing intervals.");
            // What can be done at once comes first: the strip may cut the rest.
            let shown = shown(last_good.is_some()).to_owned();
            let rungs = self.rungs_of(id, trouble).unwrap_or_default();
            let first = self.failover_in_brief(id).or(remedy.map(str::to_owned)).unwrap_or_default();
            (vec![self.failover(id).unwrap_or_default(), rungs, again.to_owned(), shown], [first, stay])
        } else if self.answers_others(id, trouble) {
            let fresh = "It answers other keys: what they list is fresh.";
            let rest = remedy.unwrap_or_default().to_owned();
            (vec![fresh.to_owned(), rest.clone()], ["It answers other keys.".to_owned(), rest])
        } else {
            let left = failures_left(health);
            let todo = [stay, left.replace(" in a row", "")];
            (vec![shown(last_good.is_some()).to_owned(), left, remedy.unwrap_or_default().to_owned()], todo)
        };
        let joined = |parts: Vec<String>| {
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        let advice = joined(parts);
        let verb = if down { "is down" } else { "fails" };
        Some(Banner {
            cause: if down { Cause::EnvironmentDown(id) } else { Cause::EnvironmentFailing(id) },
            severity: if down { Severity::Critical } else { Severity::Warning },
            sure: Sureness::Certain,
            head: format!("{name} {verb}: {}", trouble.failure.sentence()),
            advice: format!("{advice}{}", evidence(&trouble.failure)),
            brief: format!("{name} {}: {}", verb.trim_start_matches("is "), trouble.failure.reason()),
            todo: joined(todo.into()),
            since: trouble.since,
            last_good,
            next: sources.iter().filter_map(|record| record.next).min(),
        })
    }

    /// Whether the environment lists jobs to some keys while it fails others. That one of them did before the
    /// trouble began says nothing of now, nor does a key that is not accepted there: its turn may not have come.
    fn answers_others(&self, id: EnvironmentId, trouble: &Trouble) -> bool {
        let since = |record: &SourceRecord| record.last_good.is_some_and(|good| good > trouble.since);
        self.sources_at(id).any(|(_, record)| record.answered_with_jobs() && since(record))
    }

    /// An environment that hangs says nothing at all until the time-out: say so before that.
    fn silent_banner(&self, id: EnvironmentId, sources: &[&SourceRecord], now: Timestamp) -> Option<Banner> {
        let usual = self.health(id).and_then(Health::usual).unwrap_or_default().saturating_mul(USUAL);
        let patience = SignedDuration::try_from(usual).unwrap_or(SILENCE).max(SILENCE);
        let asked = sources.iter().filter(|record| !record.paged).filter_map(|record| record.asked).min()?;
        let last_good = sources.iter().filter_map(|record| record.last_good).max();
        (now.duration_since(asked) >= patience).then(|| Banner {
            cause: Cause::EnvironmentSilent(id),
            severity: Severity::Warning,
            sure: Sureness::Certain,
            head: format!("{} has been asked and has not answered yet", self.fleet.environment_name(id)),
            advice: shown(last_good.is_some()).to_owned(),
            brief: format!("{} does not answer yet", self.fleet.environment_name(id)),
            todo: rows_stay(Some(self.fleet.environment_name(id)), sources),
            since: asked,
            last_good,
            next: None,
        })
    }

    fn unreadable_banner(&self, id: EnvironmentId, sources: &[&SourceRecord]) -> Option<Banner> {
        let unreadable: usize = sources.iter().map(|record| record.unreadable).sum();
        let since = sources.iter().filter_map(|record| record.unreadable_since).min()?;
        let not_shown = match unreadable {
            1 => "It is not shown and not counted.",
            _ => "They are not shown and not counted.",
        };
        let name = self.fleet.environment_name(id);
        (unreadable > 0).then(|| Banner {
            cause: Cause::EntriesUnreadable(id),
            severity: Severity::Warning,
            sure: Sureness::Certain,
            head: match unreadable {
                1 => format!("{name}: an entry of its job list could not be read"),
                _ => format!("{name}: {unreadable} entries of its job list could not be read"),
            },
            brief: match unreadable {
                1 => format!("{name}: an entry of its list unreadable"),
                _ => format!("{name}: {unreadable} entries of its list unreadable"),
            },
            advice: not_shown.to_owned(),
            todo: not_shown.to_owned(),
            since,
            last_good: None,
            next: None,
        })
    }
}

/// What it probably is when every environment fails in this way at once: something between this machine
/// and all of them.
fn on_the_way(kind: FailureKind) -> Option<&'static str> {
    Some(match kind {
        FailureKind::Timeout | FailureKind::Unconnected | FailureKind::Unresolved => {
            "this machine's network, DNS, proxy or firewall"
        }
        FailureKind::Tls => "this machine's clock, its root certificates, or a proxy that reads along",
        FailureKind::Unreadable | FailureKind::Redirected => "a login page or a proxy on the way",
        _ => return None,
    })
}

fn shown(had_jobs: bool) -> &'static str {
    if had_jobs { LAST_SEEN } else { "Nothing is known of its jobs." }
}

/// What becomes of the rows of an environment that does not answer, or of all, in few words.
fn rows_stay(name: Option<&str>, sources: &[&SourceRecord]) -> String {
    match name {
        _ if sources.iter().all(|record| record.last_good.is_none()) => {
            "Nothing is known of its jobs.".to_owned()
        }
        Some(name) => format!("Rows of {name} stay."),
        None => "All rows stay.".to_owned(),
    }
}

/// How far it is from being called down.
fn failures_left(health: &Health) -> String {
    let failures = match health.failures_left() {
        1 => "One more failure".to_owned(),
        2 => "Two more failures in a row".to_owned(),
        3 => "Three more failures in a row".to_owned(),
        more => format!("{more} more failures in a row"),
    };
    format!("{failures} and it counts as down.")
}
