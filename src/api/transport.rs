//! Requests that got no answer, or half of one: which kind of failure that is.
//!
//! Told by walking the chain of causes and by the types in it, not by the text of any error. The URL
//! is not in a failure's text; whoever shows it knows the host.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use super::{scrub, tls};
use crate::model::{Failure, FailureKind};

/// What was under way when a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connecting, sending, and waiting for the answer's head.
    Asking,
    /// Reading the answer's body.
    Reading,
}

/// Makes a failure of an error of the HTTP stack. `secure` says that the host is asked over https,
/// `timeout` how long a whole request may take.
pub(super) fn failure(error: &reqwest::Error, phase: Phase, secure: bool, timeout: Duration) -> Failure {
    let (kind, words) = told(error, phase, secure, timeout);
    Failure::new(kind, scrub::bound(&scrub::clean(&words), 300))
}

fn told(error: &reqwest::Error, phase: Phase, secure: bool, timeout: Duration) -> (FailureKind, String) {
    if error.is_dns() {
        return (FailureKind::Unresolved, root_cause(error));
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return (FailureKind::Tls, tls::words(error));
    }
    if error.is_connect() {
        return unconnected(error, secure);
    }
    if error.is_timeout() {
        let what = match phase {
            Phase::Asking => "nothing came",
            Phase::Reading => "the answer began, but did not end",
        };
        return (FailureKind::Timeout, format!("{what} within {timeout:?}"));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return (FailureKind::Unreadable, "what listens there does not speak HTTP".into());
    }
    if error.is_builder() {
        return (FailureKind::Internal, root_cause(error));
    }
    match (phase, find::<io::Error>(error).map(io::Error::kind)) {
        (Phase::Reading, Some(ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other)) => {
            (FailureKind::Unreadable, "the compressed body is damaged".into())
        }
        (Phase::Asking, _) => {
            (FailureKind::Interrupted, "the host closed the connection without an answer".into())
        }
        (Phase::Reading, _) => (FailureKind::Interrupted, "the body ended before it was complete".into()),
    }
}

/// No connection; with https also a handshake that the other side broke off, which is what a name
/// that the vendor does not serve looks like: its DNS resolves any name, and TCP connects.
fn unconnected(error: &reqwest::Error, secure: bool) -> (FailureKind, String) {
    let broken_off = [ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof, ErrorKind::BrokenPipe];
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(kind) if secure && broken_off.contains(&kind) => (
            FailureKind::Tls,
            "the host broke off the handshake, as it does for names that it does not serve".into(),
        ),
        Some(ErrorKind::ConnectionRefused) => {
            (FailureKind::Unconnected, "connection refused: nothing listens there".into())
        }
        Some(ErrorKind::TimedOut) => (FailureKind::Unconnected, "the connection was not made in time".into()),
        None if error.is_timeout() => {
            (FailureKind::Unconnected, "the connection was not made in time".into())
        }
        _ => (FailureKind::Unconnected, root_cause(error)),
    }
}

/// The innermost error of a type in the chain of causes, which tells the most; an [`io::Error`] leaves
/// what it wraps out of the chain, so it is opened by hand.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut found = None;
    let mut cause = Some(error);
    while let Some(error) = cause {
        found = error.downcast_ref::<E>().or(found);
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    found
}

/// The text of the last cause, without the resolver's preamble and the number of an OS error.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    let text = last.to_string();
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
