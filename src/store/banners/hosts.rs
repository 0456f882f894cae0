//! What is wrong with single hosts: an environment's first host that cannot be reached while an alias can,
//! realtime hosts that are down, certificates that are about to end. And what a look without a key adds to
//! an environment's own failure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::advice::{self, list};
use super::super::event::Severity;
use super::super::{HostRecord, Store, Trouble};
use super::{Banner, Cause, Sureness};
use crate::model::{Climb, EnvironmentId, EnvironmentState, FailureKind, HostId, HostRole};

/// A certificate with so many days left, or fewer, is worth a warning: renewal by machine happens before.
const DAYS_LEFT: i64 = 14;
/// With so many somebody must act.
const LAST_DAYS: i64 = 2;
/// So many hosts are named; the rest is counted.
const NAMED: usize = 4;

impl Store {
    /// The banners about hosts.
    pub(super) fn host_banners(&self, now: Timestamp, banners: &mut Vec<Banner>) {
        // Where nothing at all is reached, that is one cause, and it is told.
        if self.nothing_reached().is_none() {
            banners.extend(self.realtime_banner());
        }
        banners.extend(self.fleet.environments().filter_map(|(id, _)| self.alias_banner(id)));
        self.certificate_banners(now, banners);
    }

    /// Where the host that an environment is asked through stands, as far as a look without a key since the
    /// trouble began says more than the trouble itself.
    pub(super) fn rungs_of(&self, id: EnvironmentId, trouble: &Trouble) -> Option<String> {
        use FailureKind::{
            Certificate, Interrupted, Proxy, Server, Timeout, Tls, Unconnected, Unexpected, Unreadable,
        };
        let asked = self.alias(id).map(|alias| &*alias.host);
        let mut hosts = self.hosts_of(id).map(|(_, record)| record);
        let host = hosts.find(|record| asked.is_none_or(|asked| record.host.host == asked))?;
        let climb = host.last.as_ref().filter(|climb| climb.at >= trouble.since)?;
        let kind = trouble.failure.kind;
        if climb.is_alive() {
            let inside = matches!(kind, Server | Timeout | Interrupted | Unexpected | Unreadable);
            let text = "Its host answers without a key: what fails is behind its front door.";
            return inside.then(|| text.to_owned());
        }
        let on_the_way = matches!(kind, Unconnected | Tls | Certificate | Proxy | Timeout | Interrupted);
        advice::rungs(climb).filter(|_| on_the_way)
    }

    /// An environment that is asked through an alias. While it is down, that is what is told.
    fn alias_banner(&self, id: EnvironmentId) -> Option<Banner> {
        let alias = self.alias(id).filter(|_| self.state(id) != EnvironmentState::Down)?;
        let place = self.fleet.environment(id)?;
        let (name, first, host) = (&place.name, &place.host, &alias.host);
        let look = self.hosts_of(id).next().and_then(|(_, record)| record.last.as_ref());
        let look = look.filter(|climb| climb.at >= alias.since);
        let (severity, head, advice, todo) = if look.is_some_and(Climb::is_alive) {
            let head = format!("{name} is still asked through {host}, though {first} answers again");
            let advice = "The host that answers is kept until it fails.";
            (Severity::Info, head, advice.to_owned(), advice.to_owned())
        } else {
            let why =
                look.and_then(Climb::failure).map_or(String::new(), |why| format!(": {}", why.sentence()));
            let advice = "Both reach the same environment: nothing is missing.";
            let rungs =
                look.and_then(advice::rungs).map_or(String::new(), |rungs| format!(" {first}: {rungs}"));
            let head = format!("{name} is asked through {host}: {first} cannot be reached{why}");
            let todo = format!("{first} cannot be reached. Nothing is missing.");
            (Severity::Warning, head, format!("{advice}{rungs}"), todo)
        };
        Some(Banner {
            cause: Cause::AliasInUse(id),
            severity,
            sure: Sureness::Certain,
            head,
            advice,
            brief: format!("{name} is asked through {host}"),
            todo,
            since: alias.since,
            last_good: None,
            next: None,
        })
    }

    /// One banner for all realtime hosts that are down: often it is one cause.
    fn realtime_banner(&self) -> Option<Banner> {
        let down: Vec<(HostId, &HostRecord)> =
            self.realtime_hosts().filter(|(_, record)| record.is_missed()).collect();
        // The first speaks for those that fail as it does: one that is always the same.
        let first = down.first()?.1;
        let (_, failure) = first.health.last_failure()?;
        let alike = |record: &HostRecord| {
            record.health.last_failure().is_some_and(|(_, other)| other.kind == failure.kind)
        };
        let why = if down.iter().all(|(_, record)| alike(record)) {
            failure.sentence()
        } else {
            "each for a reason of its own (see the realtime hosts)".to_owned()
        };
        let names: Vec<&str> = down.iter().filter_map(|(_, record)| record.host.realtime_name()).collect();
        let (verb, noun) = if names.len() == 1 { ("is", "host") } else { ("are", "hosts") };
        let rungs = first.last.as_ref().filter(|_| down.len() == 1).and_then(advice::rungs);
        let elsewhere = self.realtime_elsewhere(&down);
        let remedy = advice::remedy(failure.kind).filter(|_| down.iter().all(|(_, record)| alike(record)));
        let alone = "Batch jobs are not affected.".to_owned();
        let todo: Vec<String> = [alone.clone()].into_iter().chain(elsewhere.clone()).collect();
        let rest = [rungs, remedy.map(str::to_owned), elsewhere];
        let advice = [alone].into_iter().chain(rest.into_iter().flatten());
        let reason = if down.iter().all(|(_, record)| alike(record)) {
            failure.reason()
        } else {
            "for several reasons".to_owned()
        };
        Some(Banner {
            cause: Cause::RealtimeDown(down.iter().map(|(id, _)| *id).collect()),
            severity: Severity::Warning,
            sure: Sureness::Certain,
            head: format!("realtime {noun} {} {verb} down: {why}", some(&names)),
            advice: advice.collect::<Vec<_>>().join(" "),
            brief: format!("realtime {} down: {reason}", some(&names)),
            todo: todo.join(" "),
            since: down.iter().filter_map(|(_, record)| record.health.since()).min()?,
            last_good: down.iter().filter_map(|(_, record)| record.last_good).max(),
            next: None,
        })
    }

    /// Documented hosts that answer, of the region of all that are down.
    fn realtime_elsewhere(&self, down: &[(HostId, &HostRecord)]) -> Option<String> {
        let region = |record: &HostRecord| match &record.host.role {
            HostRole::Realtime { region, documented: true, .. } => Some(region.clone()),
            _ => None,
        };
        let wanted = region(down.first()?.1)?;
        if down.iter().any(|(_, record)| region(record).as_ref() != Some(&wanted)) {
            return None;
        }
        let up = |record: &HostRecord| {
            record.health.state() == EnvironmentState::Up && region(record).as_ref() == Some(&wanted)
        };
        let names: Vec<&str> = self
            .realtime_hosts()
            .filter(|(_, record)| up(record))
            .filter_map(|(_, record)| record.host.realtime_name())
            .collect();
        let verb = if names.len() == 1 { "answers" } else { "answer" };
        (!names.is_empty()).then(|| format!("{} {verb}, of the same region.", list(&names)))
    }

    /// One banner for each certificate that is about to end, with all the hosts that show it.
    fn certificate_banners(&self, now: Timestamp, banners: &mut Vec<Banner>) {
        let mut ending: BTreeMap<Timestamp, Vec<&HostRecord>> = BTreeMap::new();
        for (_, record) in self.hosts() {
            let Some(days) = record.certificate_days(now).filter(|days| *days <= DAYS_LEFT) else { continue };
            // One that has ended is refused at the next look, which says so.
            if let Some(not_after) = record.certificate_end().filter(|_| days >= 0) {
                ending.entry(not_after).or_default().push(record);
            }
        }
        for (not_after, records) in ending {
            let days = records.first().and_then(|record| record.certificate_days(now)).unwrap_or_default();
            let names: Vec<&str> = records.iter().map(|record| record.host.host.as_str()).collect();
            let last_days = days <= LAST_DAYS;
            let left = match days {
                0 => "today, or within a day".to_owned(),
                1 => "in a day".to_owned(),
                days => format!("in {days} days"),
            };
            // Since so many days are left, or fewer: days are counted in whole ones.
            let days_before = if last_days { LAST_DAYS } else { DAYS_LEFT } + 1;
            let since = not_after.checked_sub(SignedDuration::from_hours(24 * days_before));
            let day = not_after.strftime("%Y-%m-%d %H:%M UTC");
            banners.push(Banner {
                cause: Cause::CertificateEnding { not_after, last_days },
                severity: if last_days { Severity::Critical } else { Severity::Warning },
                sure: Sureness::Certain,
                head: format!("the certificate of {} ends {left}", some(&names)),
                advice: format!(
                    "It counts until {day}; from then on nothing connects there. Its owner has to renew it: if \
                     that is the service, tell its support."
                ),
                brief: format!("certificate of {} ends {left}", some(&names)),
                todo: "Its owner has to renew it: tell the service's support.".to_owned(),
                since: since.unwrap_or(now),
                last_good: None,
                next: None,
            });
        }
    }
}

/// The names as a list, of which the first few are enough.
fn some(names: &[&str]) -> String {
    match names.split_at_checked(NAMED) {
        Some((named, rest)) if !rest.is_empty() => format!("{} and {} more", named.join(", "), rest.len()),
        _ => list(names),
    }
}
