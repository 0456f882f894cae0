//! Why a source did not answer with jobs.

use jiff::SignedDuration;

use super::KeyState;

/// What went wrong, as far as the answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// 401: no key, a wrong, revoked or ended key, or the wrong environment for it.
    Rejected,
    /// 403: the key is known, but expired or not entitled to what was asked.
    Forbidden,
    /// 429: too many requests, or too many running jobs.
    Limited,
    /// 5xx: the service is there and broken.
    Server,
    /// A redirect, which is never followed: the key must not go where the answer points.
    Redirected,
    /// Any other status that is not 200.
    Unexpected,
    /// The host's name could not be resolved.
    Unresolved,
    /// No connection: refused, unreachable, or not made in time.
    Unconnected,
    /// A connection, but no TLS. Mistyped hosts under the vendor's domain end here: its DNS resolves
    /// any name and the TLS handshake is then reset.
    Tls,
    /// TLS, but with a certificate that does not speak for this host: self-signed, ended, for another
    /// name, or by somebody whom this machine does not trust.
    Certificate,
    /// The proxy that the environment names was not reached, or does not let the connection through.
    Proxy,
    /// No answer within the configured time.
    Timeout,
    /// The connection broke off in the middle of an answer.
    Interrupted,
    /// The answer was larger than the cap on a body; of a page of jobs: even with a single one on it.
    TooLarge,
    /// 200, but not a list of jobs: a captive portal, a proxy's page, a truncated body.
    Unreadable,
    /// The task that polls this source ended by a bug of voxtop and is restarted; or, with a detail, nothing
    /// was asked because of that.
    Internal,
}

impl FailureKind {
    /// What the failure says of the key.
    pub fn key_state(self) -> KeyState {
        match self {
            Self::Rejected => KeyState::Rejected,
            Self::Forbidden => KeyState::Forbidden,
            Self::Limited => KeyState::Limited,
            _ => KeyState::Unreachable,
        }
    }

    /// Whether the endpoint itself answered as it should: the trouble is the key's, not the endpoint's.
    pub fn endpoint_answered(self) -> bool {
        matches!(self, Self::Rejected | Self::Forbidden | Self::Limited)
    }
}

/// One failed request with the evidence that the vendor's support asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// What the service or the system said, scrubbed and bounded to one line; may be empty.
    pub detail: Box<str>,
    /// The service's `Request-Id`, to be quoted to support.
    pub request_id: Option<Box<str>>,
    /// The front door's `X-Azure-Ref`, to be quoted to support.
    pub azure_ref: Option<Box<str>>,
    /// How long the service asks to be left alone (`Retry-After`).
    pub retry_after: Option<SignedDuration>,
}

impl Failure {
    /// A failure without HTTP evidence.
    pub fn new(kind: FailureKind, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            status: None,
            detail: detail.into(),
            request_id: None,
            azure_ref: None,
            retry_after: None,
        }
    }

    /// Whether what was asked for by its id is not there: never was (404), or is no more (410). The vendor's
    /// documentation gives both for a job past its retention.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }

    /// A few words for a table cell or a banner: `401`, `timeout`, `TLS`.
    pub fn short(&self) -> String {
        match (self.status, self.kind) {
            (Some(status), FailureKind::Unreadable) => format!("{status} unreadable"),
            (Some(status), FailureKind::TooLarge) => format!("{status} too large"),
            (Some(status), FailureKind::Interrupted) => format!("{status} cut off"),
            (Some(status), FailureKind::Proxy) => format!("proxy {status}"),
            (Some(status), _) => status.to_string(),
            (None, FailureKind::Unresolved) => "DNS".into(),
            (None, FailureKind::Unconnected) => "no connection".into(),
            (None, FailureKind::Tls) => "TLS".into(),
            (None, FailureKind::Certificate) => "certificate".into(),
            (None, FailureKind::Proxy) => "proxy".into(),
            (None, FailureKind::Timeout) => "timeout".into(),
            (None, FailureKind::Interrupted) => "cut off".into(),
            (None, FailureKind::TooLarge) => "too large".into(),
            (None, FailureKind::Internal) => "internal".into(),
            (None, _) => "failed".into(),
        }
    }

    /// The reason in as few words as tell it from others, for a line that has no room for the sentence.
    pub fn reason(&self) -> String {
        // The first clause of what the system said; what follows explains it.
        let clause = self.detail.split(": ").next().unwrap_or_default();
        let status = self.status.map_or(String::new(), |status| format!(" ({status})"));
        let words = match self.kind {
            FailureKind::Rejected => "key rejected",
            FailureKind::Forbidden => "key forbidden",
            FailureKind::Limited => "too many requests",
            FailureKind::Server => "the service failed",
            FailureKind::Redirected => "redirects elsewhere",
            FailureKind::Unexpected => "unexpected answer",
            FailureKind::Unresolved => "name does not resolve",
            FailureKind::Unconnected if !clause.is_empty() => clause,
            FailureKind::Unconnected => "no connection",
            FailureKind::Tls => "no TLS connection",
            FailureKind::Certificate => "certificate not accepted",
            FailureKind::Proxy => "the proxy lets nothing through",
            FailureKind::Timeout => "no answer in time",
            FailureKind::Interrupted => "the answer broke off",
            FailureKind::TooLarge => "the answer was too large",
            FailureKind::Unreadable => "the answer was no list of jobs",
            FailureKind::Internal => "voxtop's own poller failed",
        };
        format!("{words}{status}")
    }

    /// One sentence without a full stop: what happened, in plain words, with the service's own words
    /// behind it where there are any.
    pub fn sentence(&self) -> String {
        let what = match self.kind {
            FailureKind::Rejected => "the key was rejected",
            FailureKind::Forbidden => "the key is not allowed to list jobs",
            FailureKind::Limited => "the service asks for fewer requests",
            FailureKind::Server => "the service failed",
            FailureKind::Redirected => "the host redirects elsewhere, which is not followed",
            FailureKind::Unexpected => "the service gave an unexpected answer",
            FailureKind::Unresolved => "the host name could not be resolved",
            FailureKind::Unconnected => "no connection to the host",
            FailureKind::Tls => "no TLS connection to the host",
            FailureKind::Certificate => "the host's certificate is not accepted",
            FailureKind::Proxy => "no connection by way of the proxy",
            FailureKind::Timeout => "no answer in time",
            FailureKind::Interrupted => "the answer broke off",
            FailureKind::TooLarge => "the answer was too large to be read",
            FailureKind::Unreadable => "the answer was not what was asked for",
            FailureKind::Internal if self.detail.is_empty() => "voxtop's own poller failed; it is restarted",
            FailureKind::Internal => "voxtop could not do it",
        };
        let status = self.status.map_or(String::new(), |status| format!(" ({status})"));
        let detail = if self.detail.is_empty() { String::new() } else { format!(": {}", self.detail) };
        format!("{what}{status}{detail}")
    }
}
