//! The realtime handshake with a key: upgraded, listened to for two seconds at most, closed with 1000.
//! Nothing is ever sent but the closing, so that no recognition starts and nothing is billed.
//!
//! A 101 alone does not prove the key: the service may send an error and close right after it.

use std::time::Duration;

use futures_util::StreamExt;
use hyper::header::AUTHORIZATION;
use serde_json::Value;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use super::Inner;
use super::dial::{self, Stream};
use super::trace::Trace;
use crate::api::text::Reader;
use crate::api::transport::{self, Phase};
use crate::api::{answer, client, json, scrub};
use crate::model::{Failure, FailureKind, KeyValue};

/// How long the service is listened to after the upgrade, and then waited for to close; less where a
/// request as a whole has less.
const PATIENCE: Duration = Duration::from_secs(2);

/// The largest message that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// What the service closes with, by number and by the word of its in-band error, as documented. `None`
/// for the failure: it is no fault of anybody's.
const CODES: [(u16, &str, FailureKind, &str); 9] = [
    (1003, "protocol_error", FailureKind::Unexpected, "it did not understand voxtop"),
    (1008, "policy_violation", FailureKind::Forbidden, "its policy forbids the session"),
    (1011, "internal_error", FailureKind::Server, "it failed inside; worth another try in some seconds"),
    (4001, "not_authorised", FailureKind::Rejected, "the key is not authorised"),
    (4003, "not_allowed", FailureKind::Forbidden, "the key is not allowed to do this"),
    (4004, "invalid_model", FailureKind::Forbidden, "the key has no such model"),
    (4005, "quota_exceeded", FailureKind::Limited, "all sessions of the account are in use"),
    (4006, "timelimit_exceeded", FailureKind::Limited, "the account's time is used up"),
    (4013, "job_error", FailureKind::Server, "no worker took the session; worth another try in some seconds"),
];

/// Shakes hands, listens, closes. An error is what ends the climb; a refusal is the answer's.
pub(super) async fn shake(to: &Inner, key: &KeyValue, trace: &mut Trace) -> Result<(), Failure> {
    let reader = Reader::new(key);
    let stream = dial::stream(to, trace).await?;
    trace.sent();
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    match client_async_with_config(request(&to.base, key)?, stream, Some(config)).await {
        Ok((socket, response)) => {
            trace.head(response.status().as_u16(), response.headers(), reader);
            let (said, failure) = listen(socket, PATIENCE.min(to.gear.timeout / 4), reader).await;
            trace.whole(said, failure);
            Ok(())
        }
        Err(Error::Http(response)) => {
            let (status, headers) = (response.status(), response.headers());
            trace.head(status.as_u16(), headers, reader);
            let body = response.body().as_deref().unwrap_or_default();
            trace.whole(Box::default(), Some(answer::failure(status, headers, body, reader)));
            Ok(())
        }
        Err(Error::Io(_) | Error::ConnectionClosed) => {
            Err(Failure::new(FailureKind::Interrupted, transport::broken_off(Phase::Asking)))
        }
        Err(_) => Err(Failure::new(FailureKind::Unreadable, "what listens there speaks no WebSocket")),
    }
}

fn request(base: &Url, key: &KeyValue) -> Result<Request, Failure> {
    let odd = || Failure::new(FailureKind::Internal, "the endpoint's URL cannot be upgraded");
    let rest = base.as_str().strip_prefix("http").ok_or_else(odd)?;
    let mut request = format!("ws{rest}v2/").into_client_request().map_err(|_| odd())?;
    request.headers_mut().insert(AUTHORIZATION, client::bearer(key)?);
    Ok(request)
}

/// What the service says first, and what is wrong with it.
async fn listen(
    mut socket: WebSocketStream<Box<dyn Stream>>,
    patience: Duration,
    reader: Reader<'_>,
) -> (Box<str>, Option<Failure>) {
    let first = tokio::time::timeout(patience, first_word(&mut socket)).await;
    let heard = match first {
        Err(_) => (bounded(&format!("upgraded; nothing was said within {patience:?}")), None),
        Ok(None) => {
            let why = "the connection was closed right after the upgrade, without a word";
            (Box::default(), Some(Failure::new(FailureKind::Interrupted, why)))
        }
        Ok(Some(Message::Close(frame))) => closed(frame.as_ref(), reader),
        Ok(Some(message)) => word(message.to_text().unwrap_or_default(), reader),
    };
    let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
    let closing = async {
        // Whoever closed first: the service has to see that nobody stays.
        let _ = socket.close(Some(frame)).await;
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = tokio::time::timeout(patience, closing).await;
    heard
}

/// The first message that says something.
async fn first_word(socket: &mut WebSocketStream<Box<dyn Stream>>) -> Option<Message> {
    loop {
        match socket.next().await?.ok()? {
            Message::Ping(_) | Message::Pong(_) => {}
            message => return Some(message),
        }
    }
}

fn closed(frame: Option<&CloseFrame>, reader: Reader<'_>) -> (Box<str>, Option<Failure>) {
    let Some(frame) = frame else {
        return (Box::default(), Some(Failure::new(FailureKind::Interrupted, "it closed without a reason")));
    };
    let (code, reason) = (u16::from(frame.code), reader.said(&frame.reason));
    if code == 1000 {
        return ("upgraded, and closed in order".into(), None);
    }
    let known = CODES.iter().find(|(known, ..)| *known == code);
    let (kind, meaning) =
        known.map_or((FailureKind::Unexpected, "undocumented"), |(_, _, kind, meaning)| (*kind, *meaning));
    (Box::default(), Some(refusal(kind, &format!("close code {code}, {meaning}"), &reason)))
}

/// A message in the service's JSON.
fn word(text: &str, reader: Reader<'_>) -> (Box<str>, Option<Failure>) {
    let value: Value = serde_json::from_str(&json::tame(text)).unwrap_or_default();
    let field = |name: &str| value.get(name).and_then(Value::as_str).map(|text| reader.said(text));
    let kind = field("type").unwrap_or_default();
    match field("message").as_deref() {
        Some("Error") => {
            let known = CODES.iter().find(|(_, word, ..)| *word == &*kind);
            let (failure, meaning) = known
                .map_or((FailureKind::Unexpected, "undocumented"), |(_, _, kind, meaning)| (*kind, *meaning));
            let reason = field("reason").unwrap_or_default();
            (Box::default(), Some(refusal(failure, &format!("{kind}, {meaning}"), &reason)))
        }
        Some("Info") => {
            let number = |name| value.get(name).and_then(Value::as_u64);
            let sessions = number("usage").zip(number("quota"));
            let sessions = sessions.map(|(used, quota)| format!(", {used} of {quota} sessions in use"));
            (bounded(&format!("upgraded{}", sessions.unwrap_or_default())), None)
        }
        Some(other) => (bounded(&format!("upgraded, then {other}")), None),
        None => (
            Box::default(),
            Some(Failure::new(FailureKind::Unreadable, "it said what is no message of the service")),
        ),
    }
}

fn refusal(kind: FailureKind, what: &str, reason: &str) -> Failure {
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Failure::new(kind, bounded(&format!("{what}{reason}")))
}

fn bounded(text: &str) -> Box<str> {
    scrub::bound(text, 300).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_closes_with_is_explained() {
        let key = KeyValue::new("sk-1234567890").unwrap();
        let reader = Reader::new(&key);
        for (code, kind, words) in [
            (4001, FailureKind::Rejected, "close code 4001, the key is not authorised: bad [key]"),
            (4003, FailureKind::Forbidden, "close code 4003, the key is not allowed to do this: bad [key]"),
            (
                4005,
                FailureKind::Limited,
                "close code 4005, all sessions of the account are in use: bad [key]",
            ),
            (
                1011,
                FailureKind::Server,
                "close code 1011, it failed inside; worth another try in some seconds: bad [key]",
            ),
            (4999, FailureKind::Unexpected, "close code 4999, undocumented: bad [key]"),
        ] {
            let frame = CloseFrame { code: code.into(), reason: "bad sk-1234567890".into() };
            let failure = closed(Some(&frame), reader).1.unwrap();
            assert_eq!((failure.kind, &*failure.detail), (kind, words));
        }
        let normal = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        assert_eq!(closed(Some(&normal), reader).1, None);
        assert_eq!(closed(None, reader).1.unwrap().kind, FailureKind::Interrupted);
    }

    #[test]
    fn the_first_message_is_read() {
        let key = KeyValue::new("sk-1234567890").unwrap();
        let reader = Reader::new(&key);
        let error = r#"{"message":"Error","type":"not_authorised","reason":"key sk-1234567890"}"#;
        let failure = word(error, reader).1.unwrap();
        assert_eq!(failure.kind, FailureKind::Rejected);
        assert_eq!(&*failure.detail, "not_authorised, the key is not authorised: key [key]");
        for (text, said) in [
            (
                r#"{"message":"Info","type":"concurrent_session_usage","usage":1,"quota":2}"#,
                "upgraded, 1 of 2 sessions in use",
            ),
            (r#"{"message":"Info","type":"recognition_quality","quality":"broadcast"}"#, "upgraded"),
            (r#"{"message":"Warning"}"#, "upgraded, then Warning"),
        ] {
            assert_eq!(word(text, reader), (said.into(), None));
        }
        for text in ["", "{}", "hello", "[]", r#"{"message":7}"#] {
            assert_eq!(word(text, reader).1.unwrap().kind, FailureKind::Unreadable, "{text}");
        }
    }
}
