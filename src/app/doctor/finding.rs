//! What is wrong, how sure that is, and what to do about it: concluded from the survey and the checkup.

use jiff::{SignedDuration, Timestamp};
use strum::{Display, IntoStaticStr};

use super::advice;
use super::checkup::Checkup;
use super::machine;
use crate::config::Survey;
use crate::model::{Climb, Entitlement, EnvironmentId, FailureKind, KeyState, Rung};
use crate::store::{Cause, Severity};

/// What a finding is about; the order is that of the report. The words are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Group {
    Configuration,
    Machine,
    Endpoints,
    Keys,
    Realtime,
}

/// How sure a finding is: of what it means, not of what was seen. The words are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Sure {
    /// There is no other explanation.
    Certain,
    /// The usual explanation.
    Probable,
    /// One of several.
    Possible,
}

/// One thing to know.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) group: Group,
    pub(super) severity: Severity,
    pub(super) sure: Sure,
    /// Whom it concerns: a place in a file, hosts, a key.
    pub(super) about: String,
    /// What is the matter, a sentence without a full stop.
    pub(super) what: String,
    /// What to do; may be empty.
    pub(super) advice: String,
}

/// A certificate that ends sooner than this is worth a word, in days: renewal by machine happens before.
const ENDS_SOON: i64 = 14;
/// A temporary key that ends sooner than this is worth a word.
const KEY_ENDS_SOON: SignedDuration = SignedDuration::from_mins(10);

/// Everything there is to say, by group, the worst first.
pub(super) fn all(survey: &Survey, checkup: &Checkup) -> Vec<Finding> {
    let mut findings = Vec::new();
    configuration(survey, &mut findings);
    this_machine(checkup, &mut findings);
    endpoints(survey, checkup, &mut findings);
    keys(survey, checkup, &mut findings);
    realtime(checkup, &mut findings);
    let mut findings = together(findings);
    findings.sort_by_key(|finding| (finding.group, finding.severity));
    findings
}

/// Whoever is in the same trouble is named in one finding.
fn together(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let alike = |other: &&mut Finding| {
            (other.group, other.severity, &other.what, &other.advice)
                == (finding.group, finding.severity, &finding.what, &finding.advice)
        };
        match kept.iter_mut().find(alike) {
            Some(other) if !finding.about.is_empty() => {
                other.about = format!("{}, {}", other.about, finding.about);
            }
            Some(_) => {}
            None => kept.push(finding),
        }
    }
    kept
}

fn configuration(survey: &Survey, findings: &mut Vec<Finding>) {
    let mut say = |severity, about: &str, what: &str, advice: &str| {
        findings.push(Finding {
            group: Group::Configuration,
            severity,
            sure: Sure::Certain,
            about: about.to_owned(),
            what: what.to_owned(),
            advice: advice.to_owned(),
        });
    };
    for mistake in &survey.mistakes {
        say(Severity::Error, &mistake.place, &mistake.what, &mistake.remedy);
    }
    for warning in &survey.config.warnings {
        say(Severity::Warning, "", warning, "");
    }
    if survey.config.keys.is_empty() {
        let advice = "Set SPEECHMATICS_API_KEY, or name one under [[keys]] (`voxtop config init` writes a file \
                      that shows how).";
        say(Severity::Error, "", "there is no API key to try", advice);
    }
}

fn this_machine(checkup: &Checkup, findings: &mut Vec<Finding>) {
    let mut say = |severity, sure, about: &str, what: String, advice: &str| {
        let (about, advice) = (about.to_owned(), advice.to_owned());
        findings.push(Finding { group: Group::Machine, severity, sure, about, what, advice });
    };
    if let Some(clock) = machine::clock(checkup).filter(|clock| clock.is_suspect()) {
        let hosts = match clock.hosts {
            1 => "the one host that says".to_owned(),
            hosts => format!("{} of {hosts} hosts", clock.agreeing),
        };
        let what = format!("this machine's clock is {}, by {hosts}", clock.skew);
        let advice = "Set the clock (by NTP): certificates and temporary keys are judged by it.";
        let (severity, sure) = if clock.is_wrong() {
            (Severity::Error, Sure::Certain)
        } else {
            (Severity::Warning, Sure::Possible)
        };
        say(severity, sure, "clock", what, advice);
    }
    if let Some(what) = machine::cut_off(checkup) {
        let advice = "Look at this machine's network first: the endpoints' own troubles follow from it.";
        say(Severity::Critical, Sure::Probable, "network", what.to_owned(), advice);
    }
    let proxy = machine::climbs(checkup).find_map(|climb| climb.proxy.as_deref());
    if let Some(proxy) = proxy {
        let what = format!("https goes by way of the proxy {proxy}, as the environment says");
        say(Severity::Info, Sure::Certain, "proxy", what, "");
    }
    for name in machine::variables().into_iter().filter(|name| name.starts_with("SSL_CERT")) {
        let what = format!("whom to trust is read from {name}, not from this machine's own store");
        say(Severity::Info, Sure::Certain, "certificates", what, "");
    }
}

fn endpoints(survey: &Survey, checkup: &Checkup, findings: &mut Vec<Finding>) {
    let fleet = &survey.config.fleet;
    let alive =
        |id: EnvironmentId| checkup.hosts.iter().any(|host| host.environment == id && host.climb.is_alive());
    for host in &checkup.hosts {
        certificate(&host.climb, &host.host, Group::Endpoints, checkup.ended, findings);
        refused(&host.climb, &host.host, Group::Endpoints, findings);
        let Some(failure) = host.climb.failure().filter(|_| !host.climb.is_alive()) else { continue };
        let (sure, advice) = advice::on(failure, &host.climb, &host.host, checkup.ended);
        let (severity, advice) = if alive(host.environment) {
            let name = fleet.environment_name(host.environment);
            (Severity::Warning, format!("{advice} Another host of {name} answers."))
        } else {
            (Severity::Critical, advice)
        };
        let (about, what) = (host.host.clone(), failure.sentence());
        findings.push(Finding { group: Group::Endpoints, severity, sure, about, what, advice });
    }
}

fn certificate(climb: &Climb, host: &str, group: Group, now: Timestamp, findings: &mut Vec<Finding>) {
    // One that was refused is told with the failure.
    let Some(certificate) = climb.certificate.as_ref().filter(|_| climb.took(Rung::Tls).is_some()) else {
        return;
    };
    let days = certificate.days_left(now);
    if days < ENDS_SOON {
        findings.push(Finding {
            group,
            severity: Severity::Warning,
            sure: Sure::Certain,
            about: host.to_owned(),
            what: format!("its certificate ends in {days} days"),
            advice: "Nothing is wrong yet; its owner has to renew it in time.".to_owned(),
        });
    }
}

fn refused(climb: &Climb, host: &str, group: Group, findings: &mut Vec<Finding>) {
    if let (false, Some(address)) = (climb.refused.is_empty(), &climb.address) {
        findings.push(Finding {
            group,
            severity: Severity::Warning,
            sure: Sure::Certain,
            about: host.to_owned(),
            what: format!("{} takes no connection; {address} does", climb.refused.join(", ")),
            advice: "Where these are IPv6 addresses, this machine's IPv6 leads nowhere.".to_owned(),
        });
    }
}

fn keys(survey: &Survey, checkup: &Checkup, findings: &mut Vec<Finding>) {
    let (fleet, store, now) = (&survey.config.fleet, &checkup.store, checkup.ended);
    // What answers to keys mean is the store's to say.
    for banner in store.banners(now).into_iter().filter(|banner| banner.cause.is_about_key()) {
        let sure = if matches!(banner.cause, Cause::KeyExpired(_)) { Sure::Certain } else { Sure::Probable };
        findings.push(Finding {
            group: Group::Keys,
            severity: banner.severity,
            sure,
            about: String::new(),
            what: banner.head,
            advice: banner.advice,
        });
    }
    for (id, source) in fleet.sources() {
        let place = fleet.environment_name(source.environment);
        let about = format!("{place} (key {})", fleet.key_name(source.key));
        let state = store.key_state(id, now);
        let failure =
            store.source(id).and_then(|record| record.trouble.as_ref()).map(|trouble| &trouble.failure);
        if checkup.keys.get(id.index()).is_some_and(|check| check.climb.is_none()) {
            findings.push(Finding {
                group: Group::Keys,
                severity: Severity::Info,
                sure: Sure::Certain,
                about,
                what: "it was not sent, since no host there answers".to_owned(),
                advice: "Nothing is known of the key there.".to_owned(),
            });
            continue;
        }
        let Some(failure) = failure else { continue };
        let (severity, advice) = match state {
            KeyState::Rejected if source.entitlement == Entitlement::Discovered => (
                Severity::Info,
                "It is merely tried there. Name the key's environments to leave this one out.".to_owned(),
            ),
            // The banners have said it.
            KeyState::Rejected | KeyState::Forbidden | KeyState::Expired => continue,
            KeyState::Limited => (
                Severity::Warning,
                "Other programs use the key too, or lower limits.requests_per_second.".to_owned(),
            ),
            _ => {
                let climb = checkup.keys.get(id.index()).and_then(|check| check.climb.as_ref());
                let host = checkup.keys.get(id.index()).map_or("", |check| &check.host);
                let advice = climb.map(|climb| advice::on(failure, climb, host, now).1);
                (Severity::Error, advice.unwrap_or_default())
            }
        };
        let what = failure.sentence();
        findings.push(Finding { group: Group::Keys, severity, sure: Sure::Certain, about, what, advice });
    }
    for (id, key) in fleet.keys() {
        // Where it is rejected for that, a banner has said so.
        let said = fleet
            .sources()
            .any(|(source, of)| of.key == id && store.key_state(source, now) == KeyState::Expired);
        findings.extend(key.expires_at.filter(|_| !said).and_then(|end| ending(key.name.as_str(), end, now)));
    }
}

/// A temporary key that has ended or is about to, by its own word.
fn ending(name: &str, end: Timestamp, now: Timestamp) -> Option<Finding> {
    let left = end.duration_since(now);
    if left > KEY_ENDS_SOON {
        return None;
    }
    let (minutes, seconds) = (left.as_mins(), left.as_secs() % 60);
    let (severity, what) = match minutes {
        _ if left <= SignedDuration::ZERO => {
            (Severity::Error, "it is a temporary key and past its time".to_owned())
        }
        0 => (Severity::Error, format!("it is a temporary key and ends in {seconds} s")),
        _ => (Severity::Warning, format!("it is a temporary key and ends in {minutes} min {seconds} s")),
    };
    Some(Finding {
        group: Group::Keys,
        severity,
        sure: Sure::Certain,
        about: format!("key {name}"),
        what,
        advice: "Mint a new one, or use a long-lived key.".to_owned(),
    })
}

fn realtime(checkup: &Checkup, findings: &mut Vec<Finding>) {
    let fleet = checkup.store.fleet();
    for host in &checkup.realtime {
        let (name, climb) = (&host.endpoint.host, &host.climb);
        certificate(climb, name, Group::Realtime, checkup.ended, findings);
        refused(climb, name, Group::Realtime, findings);
        let Some(failure) = climb.failure() else { continue };
        let key = host.key.map_or(String::new(), |key| format!(" (key {})", fleet.key_name(key)));
        let (sure, advice) = match failure.kind {
            FailureKind::Rejected | FailureKind::Forbidden => (
                Sure::Probable,
                "The host is alive. The key is wrong, or not meant for realtime or for this region."
                    .to_owned(),
            ),
            FailureKind::Limited => (
                Sure::Certain,
                "The host is alive and knows the key; try again when a session is free.".to_owned(),
            ),
            _ => advice::on(failure, climb, name, checkup.ended),
        };
        // The documentation may know why: it dropped the host.
        let severity = if host.endpoint.current { Severity::Warning } else { Severity::Info };
        let advice = if host.endpoint.current {
            advice
        } else {
            format!("{advice} Today's documentation does not name this host any more.")
        };
        let about = format!("{name}{key}");
        findings.push(Finding {
            group: Group::Realtime,
            severity,
            sure,
            about,
            what: failure.sentence(),
            advice,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_key_is_warned_of_in_time() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (left, told) in [
            (-3_600, Some((Severity::Error, "past its time"))),
            (0, Some((Severity::Error, "past its time"))),
            (59, Some((Severity::Error, "ends in 59 s"))),
            (60, Some((Severity::Warning, "ends in 1 min 0 s"))),
            (600, Some((Severity::Warning, "ends in 10 min 0 s"))),
            (601, None),
        ] {
            let found = ending("k", Timestamp::from_second(1_000_000 + left).unwrap(), now);
            assert_eq!(
                found.as_ref().map(|found| found.severity),
                told.map(|(severity, _)| severity),
                "{left}"
            );
            assert!(found.is_none_or(|found| found.what.ends_with(told.unwrap().1)), "{left}");
        }
    }

    #[test]
    fn who_is_in_the_same_trouble_is_named_together() {
        let finding = |about: &str, what: &str| Finding {
            group: Group::Endpoints,
            severity: Severity::Critical,
            sure: Sure::Certain,
            about: about.to_owned(),
            what: what.to_owned(),
            advice: String::new(),
        };
        let findings = together(vec![finding("a", "x"), finding("b", "y"), finding("c", "x")]);
        let told: Vec<_> = findings.iter().map(|one| (one.about.as_str(), one.what.as_str())).collect();
        assert_eq!(told, [("a, c", "x"), ("b", "y")]);
    }
}
