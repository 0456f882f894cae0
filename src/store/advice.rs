//! The words of banners and events: what a state probably means and what to do about it. It decides
//! nothing; `banner` finds the causes, this module says them.

use super::event::Severity;
use crate::model::{Climb, Entitlement, EnvironmentState, Failure, FailureKind, KeyState, Rung};

/// `eu1`, `eu1 and eu2`, `eu1, eu2 and us1`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// The ids that the vendor's support asks for, in brackets; empty without any.
pub fn evidence(failure: &Failure) -> String {
    let ids: Vec<String> = [("Request-Id", &failure.request_id), ("X-Azure-Ref", &failure.azure_ref)]
        .into_iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}")))
        .collect();
    if ids.is_empty() { String::new() } else { format!(" [{}]", ids.join(", ")) }
}

/// A text without such ids at its end: on the screen they are noise, in a ticket they are the point.
pub fn without_evidence(text: &str) -> &str {
    let is_evidence = |tail: &str| {
        tail.ends_with(']') && (tail.starts_with("Request-Id ") || tail.starts_with("X-Azure-Ref "))
    };
    text.rsplit_once(" [").filter(|(_, tail)| is_evidence(tail)).map_or(text, |(head, _)| head)
}

/// What to do about a failure of an endpoint, where something can be done.
pub(super) fn remedy(kind: FailureKind) -> Option<&'static str> {
    Some(match kind {
        FailureKind::Unresolved => "Check the host's name and this machine's DNS.",
        FailureKind::Unconnected => "Check the network, a firewall or a proxy on the way.",
        FailureKind::Tls => {
            "Check the host's name: under the vendor's domain every name resolves, and unknown ones fail at TLS."
        }
        FailureKind::Certificate => {
            "Somebody stands between, the clock is wrong, or the host's own certificate is: `voxtop doctor` looks closer."
        }
        FailureKind::Proxy => "Check HTTPS_PROXY; NO_PROXY excepts hosts that are reached without it.",
        FailureKind::Unreadable | FailureKind::Redirected => {
            "Something else answers in the service's place: a proxy, a login page, or a wrong URL."
        }
        FailureKind::TooLarge => {
            "Not even a single job came in a size that can be read: something else may answer in the service's place."
        }
        FailureKind::Unexpected => "Check the environment's URL: v2/jobs is asked for below it.",
        FailureKind::Server => "The service's own trouble: see https://status.speechmatics.com.",
        _ => return None,
    })
}

/// On which rung a climb ended, after which that stood: `DNS resolves, TCP connects, TLS is reset.` `None`
/// where it came to an answer, or where no rung was climbed, so that the failure says it all.
pub(super) fn rungs(climb: &Climb) -> Option<String> {
    let (rung, failure) = climb.ended()?;
    let stood = climb.steps.iter().filter(|step| step.failure.is_none()).map(|step| match step.rung {
        Rung::Dns => "DNS resolves",
        Rung::Proxy => "the proxy lets through",
        Rung::Connect => "TCP connects",
        Rung::Tls => "TLS stands",
        Rung::FirstByte | Rung::Whole => "an answer begins",
    });
    let mut words: Vec<&str> = stood.collect();
    if words.is_empty() {
        return None;
    }
    words.push(match (rung, failure.kind) {
        (Rung::Dns, _) => "DNS does not resolve",
        (Rung::Proxy, _) => "the proxy does not let through",
        (Rung::Connect, _) => "TCP does not connect",
        // What answers a name that it does not serve, and nothing else is known to.
        (Rung::Tls, FailureKind::Tls) if failure.detail.contains("names that it does not serve") => {
            "TLS is reset: the name is not served there"
        }
        (Rung::Tls, FailureKind::Certificate) => "the certificate is not accepted",
        (Rung::Tls, _) => "TLS fails",
        (Rung::FirstByte, FailureKind::Timeout) => "then nothing is said",
        (Rung::FirstByte, _) => "no answer begins",
        (Rung::Whole, _) => "it does not end",
    });
    let mut text = format!("{}.", words.join(", "));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(text)
}

/// An environment changed its state.
pub(super) fn state_event(state: EnvironmentState, failure: Option<&Failure>) -> (Severity, String) {
    let why =
        failure.map_or(String::new(), |failure| format!(": {}{}", failure.sentence(), evidence(failure)));
    match state {
        EnvironmentState::Up => (Severity::Info, "is up".to_owned()),
        EnvironmentState::Slow => (Severity::Warning, "answers slowly".to_owned()),
        EnvironmentState::Degraded if failure.is_none() => {
            (Severity::Info, "answers again; one more good answer and it is up".to_owned())
        }
        EnvironmentState::Degraded => (Severity::Warning, format!("is degraded{why}")),
        EnvironmentState::Down => (Severity::Critical, format!("is down{why}")),
        EnvironmentState::Unknown => (Severity::Info, "has not answered yet".to_owned()),
    }
}

/// A source changed its mind about its key.
pub(super) fn key_event(
    state: KeyState,
    entitlement: Option<Entitlement>,
    accepted_before: bool,
    failure: Option<&Failure>,
) -> (Severity, String) {
    let status =
        failure.and_then(|failure| failure.status).map_or(String::new(), |code| format!(" ({code})"));
    let ids = failure.map_or(String::new(), evidence);
    let said = failure
        .filter(|failure| !failure.detail.is_empty())
        .map_or(String::new(), |failure| format!(": {}", failure.detail));
    match state {
        KeyState::Accepted => (Severity::Info, "key accepted".to_owned()),
        KeyState::Rejected if accepted_before => {
            (Severity::Critical, format!("key rejected{status}, accepted until now{ids}"))
        }
        KeyState::Rejected if entitlement == Some(Entitlement::Discovered) => {
            (Severity::Info, format!("key not accepted{status}, and not declared here{ids}"))
        }
        KeyState::Rejected => (Severity::Error, format!("key rejected{status}{ids}")),
        KeyState::Forbidden => (Severity::Error, format!("key forbidden{status}{said}{ids}")),
        KeyState::Expired => (Severity::Error, format!("temporary key is past its time{status}{ids}")),
        KeyState::Limited => (Severity::Warning, format!("too many requests{status}{said}{ids}")),
        KeyState::Unchecked | KeyState::Unreachable => {
            (Severity::Warning, "no answer that says anything of the key".to_owned())
        }
    }
}
