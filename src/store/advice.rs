//! The words of banners and events: what a state probably means and what to do about it. It decides
//! nothing; `banner` finds the causes, this module says them.

use super::event::Severity;
use crate::model::{Entitlement, EnvironmentState, Failure, FailureKind, KeyState};

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
        FailureKind::Unreadable | FailureKind::Redirected | FailureKind::TooLarge => {
            "Something else answers in the service's place: a proxy, a login page, or a wrong URL."
        }
        FailureKind::Unexpected => "Check the environment's URL: v2/jobs is asked for below it.",
        FailureKind::Server => "The service's own trouble: see https://status.speechmatics.com.",
        _ => return None,
    })
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
