//! The realtime hosts: the handshake of a session and its first message. No audio is ever transcribed.

use serde_json::{Value, json};

use super::call::Call;
use super::instant::civil;
use super::keys::Purpose;
use super::reply::{Dress, Opening, Reply};
use super::{Core, Outcome as Turn};
use crate::sandbox::scenario::FaultKind;

/// Sessions that a key may hold at once, as its `Info` says.
const QUOTA: u32 = 50;

impl Core {
    /// What a realtime host answers: a session, or why there is none.
    pub(super) fn shake_hands(&mut self, host: usize, call: &Call<'_>) -> Result<Turn, Reply> {
        match call.steps().as_slice() {
            ["v1", "discovery", "features"] if call.method == "GET" => {
                return Ok(Turn::Reply(self.features()));
            }
            ["v2"] | ["v2", _] | ["v2", "agent", _] => {}
            _ => return Err(call.nowhere()),
        }
        if call.method != "GET" {
            return Err(call.not_allowed("GET"));
        }
        if !call.upgrades {
            return Err(Dress::json(400, "Bad Request", Some("a websocket upgrade is needed")));
        }
        let from_query = call.parameter("jwt");
        let token = call.token().or(from_query.as_deref());
        let access = token.and_then(|token| self.keys.access(token, host, Purpose::Realtime, self.now_ms));
        let key = access.map(|access| access.key);
        if key.is_none() || self.strikes(host, key, FaultKind::Unauthorized) {
            return Err(Dress::json(401, "Permission Denied", None));
        }
        if self.strikes(host, key, FaultKind::Forbidden) {
            return Err(Dress::json(403, "Forbidden", Some("Entitlement check failed")));
        }
        let code = self.fault(host, key, FaultKind::Closing).map(|fault| fault.code);
        let (first, closing) = (self.first_message(host), code.map(closing));
        Ok(Turn::Session(Opening { first, closing, delay_ms: 0, reply: Reply::default() }))
    }

    /// `concurrent_session_usage`, sent as soon as the handshake is done.
    fn first_message(&self, host: usize) -> String {
        let mut updated = String::new();
        civil(self.now_ms).write_rfc3339(&mut updated);
        let region = self.hosts.get(host).map_or("", |host| host.region.as_str()).to_lowercase();
        json!({"message": "Info", "type": "concurrent_session_usage", "reason": "1 concurrent sessions active",
            "usage": 1, "quota": QUOTA, "last_updated": updated, "region": region})
        .to_string()
    }
}

/// A session after its first message: what is heard and what is said to it.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Session {
    started: bool,
    chunks: u64,
}

/// What is said to what was heard: messages, and a close code where the session ends with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::sandbox) struct Said {
    pub(in crate::sandbox) messages: Vec<String>,
    pub(in crate::sandbox) close: Option<u16>,
}

impl Session {
    /// A chunk of audio.
    pub(in crate::sandbox) fn hear_audio(&mut self) -> Said {
        if !self.started {
            return refuse(1003);
        }
        self.chunks += 1;
        say(&json!({"message": "AudioAdded", "seq_no": self.chunks}), None)
    }

    /// A message.
    pub(in crate::sandbox) fn hear(&mut self, text: &str) -> Said {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        match message.get("message").and_then(Value::as_str) {
            Some("StartRecognition") if !self.started => {
                self.started = true;
                say(
                    &json!({"message": "RecognitionStarted", "id": "00000000-0000-4000-8000-000000000001"}),
                    None,
                )
            }
            Some("EndOfStream") if self.started => say(&json!({"message": "EndOfTranscript"}), Some(1000)),
            Some("SetRecognitionConfig" | "GetSpeakers") if self.started => Said::default(),
            _ => refuse(1003),
        }
    }
}

fn say(message: &Value, close: Option<u16>) -> Said {
    Said { messages: vec![message.to_string()], close }
}

fn refuse(code: u16) -> Said {
    let (message, code) = closing(code);
    Said { messages: vec![message], close: Some(code) }
}

/// The error message that goes before a close code.
fn closing(code: u16) -> (String, u16) {
    let (kind, reason) = match code {
        1003 => ("protocol_error", "Protocol error"),
        1008 => ("policy_violation", "Policy violation"),
        4001 => ("not_authorised", "Not authorised"),
        4003 => ("not_allowed", "Not allowed"),
        4004 => ("invalid_model", "Invalid model"),
        4005 => ("quota_exceeded", "Concurrent Quota Exceeded"),
        4006 => ("timelimit_exceeded", "Time limit exceeded"),
        4013 => ("job_error", "Job error"),
        _ => ("internal_error", "Internal error"),
    };
    (json!({"message": "Error", "type": kind, "reason": reason, "code": code}).to_string(), code)
}

#[cfg(test)]
mod tests {
    use super::Session;

    #[test]
    fn a_session_starts_takes_audio_and_ends() {
        let mut session = Session::default();
        assert!(
            session.hear("{\"message\":\"StartRecognition\"}").messages[0].contains("RecognitionStarted")
        );
        assert!(session.hear_audio().messages[0].contains("\"seq_no\":1"));
        assert!(session.hear_audio().messages[0].contains("\"seq_no\":2"));
        let said = session.hear("{\"message\":\"EndOfStream\",\"last_seq_no\":2}");
        assert!(said.messages[0].contains("EndOfTranscript"));
        assert_eq!(said.close, Some(1000));
    }

    #[test]
    fn what_is_out_of_turn_is_a_protocol_error() {
        for text in ["", "{}", "[1]", "{\"message\":\"EndOfStream\"}", "{\"message\":7}"] {
            let said = Session::default().hear(text);
            assert_eq!(said.close, Some(1003), "{text}");
            assert!(said.messages[0].contains("protocol_error"), "{text}");
        }
        assert_eq!(Session::default().hear_audio().close, Some(1003));
    }
}
