//! Requests that got no answer, or half of one: which kind of failure that is.
//!
//! Told by walking the chain of causes and by the types in it. Only what a proxy says to a tunnel has no
//! type that can be named, and is told by its text, which a test holds. The URL is not in a failure's
//! text; whoever shows it knows the host.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::proxy::Proxy;
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

/// How a host is reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    /// Over https.
    pub(super) secure: bool,
    /// By way of a proxy.
    pub(super) proxy: Option<&'a Proxy>,
}

/// How long a port is looked at to see whether it speaks TLS.
const LOOK: Duration = Duration::from_millis(500);

/// Makes a failure of an error of the HTTP stack. `timeout` is how long a whole request may take.
pub(super) fn failure(error: &reqwest::Error, phase: Phase, way: Way<'_>, timeout: Duration) -> Failure {
    if let Some(failure) = way.proxy.and_then(|proxy| of_the_proxy(error, proxy)) {
        return failure;
    }
    let (kind, words) = told(error, phase, way.secure, timeout);
    plain(kind, &words)
}

/// A failure with words that may hold text from outside.
pub(super) fn plain(kind: FailureKind, words: &str) -> Failure {
    Failure::new(kind, scrub::bound(&scrub::clean(words), 300))
}

fn told(error: &reqwest::Error, phase: Phase, secure: bool, timeout: Duration) -> (FailureKind, String) {
    if error.is_dns() {
        return (FailureKind::Unresolved, root_cause(error));
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return tls::told(error);
    }
    if error.is_connect() {
        return match find::<io::Error>(error) {
            None if error.is_timeout() => {
                (FailureKind::Unconnected, if secure { TOO_SLOW_OR_TLS } else { TOO_SLOW }.into())
            }
            None => (FailureKind::Unconnected, root_cause(error)),
            Some(inner) => {
                unconnected(inner, secure).unwrap_or((FailureKind::Unconnected, root_cause(error)))
            }
        };
    }
    if error.is_timeout() {
        return (FailureKind::Timeout, silence(phase, timeout));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return (FailureKind::Unreadable, NO_HTTP.into());
    }
    if error.is_builder() {
        return (FailureKind::Internal, root_cause(error));
    }
    match (phase, find::<io::Error>(error).map(io::Error::kind)) {
        (Phase::Reading, Some(ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other)) => {
            (FailureKind::Unreadable, DAMAGED.into())
        }
        (phase, _) => (FailureKind::Interrupted, broken_off(phase).into()),
    }
}

/// What there is to say when connecting took too long.
pub(super) const TOO_SLOW: &str = "the connection was not made in time";
/// The same where nobody knows whether it was TCP or TLS that did.
const TOO_SLOW_OR_TLS: &str = "the connection and its TLS handshake were not made in time";
pub(super) const DAMAGED: &str = "the compressed body is damaged";
const NO_HTTP: &str = "what listens there does not speak HTTP";

/// What there is to say when a whole request took too long.
pub(super) fn silence(phase: Phase, timeout: Duration) -> String {
    let what = match phase {
        // A part of its head may have come: the HTTP stack does not say.
        Phase::Asking => "no complete answer came",
        Phase::Reading => "the answer began, but did not end",
    };
    format!("{what} within {timeout:?}")
}

/// What there is to say when the connection ended too early.
pub(super) fn broken_off(phase: Phase) -> &'static str {
    match phase {
        Phase::Asking => "the host closed the connection without an answer",
        Phase::Reading => "the body ended before it was complete",
    }
}

/// Makes a failure of an error of hyper, as [`failure`] does of the whole stack's.
pub(super) fn of_http(error: &hyper::Error, phase: Phase) -> Failure {
    if let Some(error) = find::<rustls::Error>(error) {
        let (kind, words) = tls::told(error);
        return plain(kind, &words);
    }
    if error.is_parse() {
        return Failure::new(FailureKind::Unreadable, NO_HTTP);
    }
    Failure::new(FailureKind::Interrupted, broken_off(phase))
}

/// Makes a failure of what ended a handshake, as [`failure`] does.
pub(super) fn of_handshake(error: &io::Error) -> Failure {
    let (kind, words) = match find::<rustls::Error>(error) {
        Some(error) => tls::told(error),
        None => unconnected(error, true).unwrap_or((FailureKind::Unconnected, root_cause(error))),
    };
    plain(kind, &words)
}

/// Makes a failure of what ended a connection before it was there.
pub(super) fn of_connection(error: &io::Error) -> Failure {
    let (kind, words) = unconnected(error, false).unwrap_or((FailureKind::Unconnected, root_cause(error)));
    plain(kind, &words)
}

/// Makes a failure of a name that could not be resolved.
pub(super) fn of_name(error: &io::Error) -> Failure {
    plain(FailureKind::Unresolved, &root_cause(error))
}

/// No connection; with https also a handshake that the other side broke off, which is what a name
/// that the vendor does not serve looks like: its DNS resolves any name, and TCP connects.
fn unconnected(error: &io::Error, secure: bool) -> Option<(FailureKind, String)> {
    const BROKEN_OFF: [ErrorKind; 3] =
        [ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof, ErrorKind::BrokenPipe];
    match error.kind() {
        kind if secure && BROKEN_OFF.contains(&kind) => Some((
            FailureKind::Tls,
            "the host broke off the handshake, as it does for names that it does not serve".into(),
        )),
        ErrorKind::ConnectionRefused => {
            Some((FailureKind::Unconnected, "connection refused: nothing listens there".into()))
        }
        ErrorKind::TimedOut => Some((FailureKind::Unconnected, TOO_SLOW.into())),
        _ => None,
    }
}

/// The failure of the proxy on the way, where it is the proxy's.
fn of_the_proxy(error: &reqwest::Error, proxy: &Proxy) -> Option<Failure> {
    if !error.is_connect() || find::<rustls::Error>(error).is_some() && !proxy.is_secure() {
        return None;
    }
    if let Some(failure) = proxy.unusable() {
        return Some(failure);
    }
    if error.is_dns() {
        return Some(proxy.failure("its name could not be resolved"));
    }
    let tunnel = causes(error)
        .map(ToString::to_string)
        .find_map(|text| text.strip_prefix("tunnel error: ").map(str::to_owned));
    let inner = find::<io::Error>(error);
    match tunnel.as_deref() {
        Some("proxy authorization required") => Some(proxy.refused(407)),
        Some("unsuccessful") => Some(proxy.failure("it does not let the connection through")),
        Some("failed to create underlying connection") => Some(proxy.failure(&unreached(inner))),
        Some(_) => Some(proxy.failure("it broke off, or is none")),
        None if error.is_timeout() && inner.is_none() => {
            Some(proxy.failure("neither it nor the host behind it took the connection in time"))
        }
        None => None,
    }
}

/// Why a proxy was not reached.
pub(super) fn unreached(error: Option<&io::Error>) -> String {
    match error {
        Some(error) => {
            let words = unconnected(error, false).map_or_else(|| root_cause(error), |(_, words)| words);
            format!("it was not reached: {words}")
        }
        None => "it was not reached".to_owned(),
    }
}

/// Where http got something else than HTTP back, such as a TLS alert: whether the port speaks TLS, which a
/// look at it tells. Http is for loopback alone, and no request is sent.
pub(super) async fn unless_it_is_tls(failure: Failure, asked: &Url) -> Failure {
    let no_http = failure.kind == FailureKind::Unreadable && failure.status.is_none();
    if asked.scheme() != "http" || !no_http {
        return failure;
    }
    match tokio::time::timeout(LOOK, speaks_tls(asked)).await {
        Ok(Some(true)) => Failure::new(
            FailureKind::Unreadable,
            "what listens there speaks TLS: the url should begin with https",
        ),
        _ => failure,
    }
}

/// Whether a port answers the beginning of a handshake in TLS: with a handshake or with an alert. Nothing
/// follows that beginning, so that what waits for more is not kept waiting.
async fn speaks_tls(asked: &Url) -> Option<bool> {
    const ALERT: u8 = 0x15;
    const HANDSHAKE: u8 = 0x16;
    const MAJOR_VERSION: u8 = 3;
    let host = asked.host_str()?.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut hello = Vec::new();
    ClientConnection::new(Arc::new(tls::for_http().ok()?), name).ok()?.write_tls(&mut hello).ok()?;
    let mut stream = TcpStream::connect((host, asked.port_or_known_default()?)).await.ok()?;
    stream.write_all(&hello).await.ok()?;
    stream.shutdown().await.ok()?;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.ok()?;
    Some(matches!(head, [ALERT | HANDSHAKE, MAJOR_VERSION]))
}

/// An error and its causes, the outermost first.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// What is behind an error. An [`io::Error`] leaves what it wraps out of the chain, so it is opened by
/// hand.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// The innermost error of a type in the chain of causes, which tells the most.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    causes(error).filter_map(|cause| cause.downcast_ref::<E>()).last()
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
