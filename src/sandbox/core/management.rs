//! The management platform: temporary keys, made of long-lived ones.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::keys::Purpose;
use super::reply::{Dress, Reply};
use super::{Core, Outcome as Turn};

/// The shortest and the longest life of a temporary key, in seconds.
const TTL_S: std::ops::RangeInclusive<i64> = 60..=86_400;

impl Core {
    /// What the platform answers.
    pub(super) fn manage(&mut self, call: &Call<'_>) -> Result<Turn, Reply> {
        match call.steps().as_slice() {
            ["v1", "api_keys"] if call.method == "POST" => self.make_key(call).map(Turn::Reply),
            ["v1", "api_keys"] => Err(call.not_allowed("POST")),
            _ => Err(call.nowhere()),
        }
    }

    /// `POST /v1/api_keys?type=batch`: 201 and the key, whose maker has to be a long-lived one.
    fn make_key(&mut self, call: &Call<'_>) -> Result<Reply, Reply> {
        let maker = call.token().and_then(|token| self.keys.long_lived(token));
        // The vendor's JavaScript takes a 403 for a wrong key; it is the only status for that here.
        let maker = maker.ok_or_else(|| Dress::json(403, "Forbidden", Some("Invalid API key")))?;
        let kind = call.parameter("type").ok_or_else(|| invalid("type in query is required"))?;
        let purpose = match kind.as_ref() {
            "batch" => Purpose::Batch,
            "rt" => Purpose::Realtime,
            "tts" | "flow" => Purpose::Other,
            _ => return Err(invalid("type in query should be one of [batch rt tts flow]")),
        };
        let body: Map<String, Value> =
            serde_json::from_slice(call.body).map_err(|_| invalid("body must be a JSON object"))?;
        let ttl_s = body.get("ttl").ok_or_else(|| invalid("ttl in body is required"))?;
        let ttl_s = ttl_s.as_i64().ok_or_else(|| invalid("ttl in body must be of type int64"))?;
        if ttl_s < *TTL_S.start() {
            return Err(invalid("ttl in body should be greater than or equal to 60"));
        }
        if ttl_s > *TTL_S.end() {
            return Err(invalid("ttl in body should be less than or equal to 86400"));
        }
        let client_ref = match body.get("client_ref") {
            None | Some(Value::Null) => None,
            Some(Value::String(client_ref)) => Some(client_ref.clone()),
            Some(_) => return Err(invalid("client_ref in body must be of type string")),
        };
        let now = (self.now_ms, &mut self.random);
        let key = self.keys.issue(maker, (&kind, purpose), (ttl_s, client_ref), now);
        Ok(Dress::created(json!({"apikey_id": null, "key_value": key}).to_string()))
    }
}

/// A 422 as the framework words it: the vendor's JavaScript reads `message`.
fn invalid(text: &str) -> Reply {
    let mut reply = Dress::json(422, text, None);
    reply.body = json!({"code": 422, "error": "Unprocessable Entity", "message": text}).to_string();
    reply
}
