//! Who may do what where: long-lived keys, the temporary ones made from them, and what each opens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::random::Random;
use crate::sandbox::scenario::KeyPlan;

/// Temporary keys that are remembered at once; the oldest goes first.
const TEMPORARY: usize = 10_000;

/// A long-lived key, whose value is made here and worth nothing elsewhere.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) project: String,
    pub(super) declared: Option<Vec<String>>,
    /// The places of the hosts that accept it.
    accepted: Vec<usize>,
    revoked: bool,
}

/// What a temporary key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Batch,
    Realtime,
    /// Speech synthesis and conversation: services that are not here.
    Other,
}

/// A temporary key: a JWT, known by its whole text.
#[derive(Debug)]
struct Temporary {
    value: String,
    /// The place of the key that it was made from.
    key: usize,
    purpose: Purpose,
    client_ref: Option<String>,
    expires_ms: i64,
}

#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<Key>,
    temporary: Vec<Temporary>,
}

/// What a token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Access {
    /// The place of the long-lived key, its own or its maker's.
    pub(super) key: usize,
    pub(super) project: String,
    pub(super) temporary: bool,
    /// It may touch only jobs submitted with that reference.
    pub(super) client_ref: Option<String>,
}

impl Key {
    pub(super) fn new(seed: u64, plan: &KeyPlan, hosts: &[&str]) -> Self {
        let name = plan.name.get_ref();
        let place = |name: &str| hosts.iter().position(|known| *known == name);
        Self {
            value: key_value(seed, name),
            name: name.clone(),
            project: plan.project.clone(),
            declared: (plan.declared.as_ref())
                .map(|names| names.iter().map(|name| name.get_ref().clone()).collect()),
            accepted: plan.accepted.iter().filter_map(|name| place(name.get_ref())).collect(),
            revoked: false,
        }
    }

    pub(super) fn accepted(&self) -> &[usize] {
        &self.accepted
    }
}

impl Keys {
    pub(super) fn new(keys: Vec<Key>) -> Self {
        Self { keys, temporary: Vec::new() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    /// Takes a key's rights away, or gives them back. False where there is none of that name.
    pub(super) fn set_revoked(&mut self, name: &str, revoked: bool) -> bool {
        let found = self.keys.iter_mut().find(|key| key.name == name);
        found.map(|key| key.revoked = revoked).is_some()
    }

    /// A long-lived key, wherever it is accepted: as the management platform takes it.
    pub(super) fn long_lived(&self, token: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.value == token && !key.revoked)
    }

    /// The place of the key that a token is, or was made of, whether or not it opens anything now.
    pub(super) fn owner(&self, token: &str) -> Option<usize> {
        let temporary = self.temporary.iter().find(|one| one.value == token);
        temporary.map(|one| one.key).or_else(|| self.keys.iter().position(|key| key.value == token))
    }

    /// What the token opens at that host, for that purpose.
    pub(super) fn access(&self, token: &str, host: usize, purpose: Purpose, now_ms: i64) -> Option<Access> {
        let temporary = self.temporary.iter().find(|one| one.value == token);
        let place = match temporary {
            Some(one) if one.purpose != purpose || one.expires_ms <= now_ms => return None,
            Some(one) => one.key,
            None => self.long_lived(token)?,
        };
        // A temporary key for realtime opens any endpoint (the vendor's authentication page).
        let everywhere = temporary.is_some() && purpose == Purpose::Realtime;
        let key = self.keys.get(place).filter(|key| !key.revoked)?;
        if !everywhere && !key.accepted.contains(&host) {
            return None;
        }
        Some(Access {
            key: place,
            project: key.project.clone(),
            temporary: temporary.is_some(),
            client_ref: temporary
                .and_then(|one| one.client_ref.clone())
                .filter(|_| purpose == Purpose::Batch),
        })
    }

    /// Makes a temporary key of the key at `place`, for `ttl_s` seconds: a JWT with `iat` and `exp`.
    pub(super) fn issue(
        &mut self,
        place: usize,
        (kind, purpose): (&str, Purpose),
        (ttl_s, client_ref): (i64, Option<String>),
        (now_ms, random): (i64, &mut Random),
    ) -> String {
        self.temporary.retain(|one| one.expires_ms > now_ms);
        if self.temporary.len() >= TEMPORARY {
            self.temporary.remove(0);
        }
        let issued_s = now_ms.div_euclid(1000);
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": "sandbox"});
        let claims = json!({
            "iss": "voxtop-sandbox",
            "aud": kind,
            "iat": issued_s,
            "exp": issued_s + ttl_s,
            "jti": format!("{:016x}", random.next()),
            "client_ref": client_ref,
        });
        // Nobody can check the signature but who made it, and that is known by the whole text.
        let signature: Vec<u8> = (0..4).flat_map(|_| random.next().to_be_bytes()).collect();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let value = format!(
            "{}.{}.{}",
            part(header.to_string().as_bytes()),
            part(claims.to_string().as_bytes()),
            part(&signature)
        );
        let expires_ms = (issued_s + ttl_s) * 1000;
        self.temporary.push(Temporary { value: value.clone(), key: place, purpose, client_ref, expires_ms });
        value
    }
}

/// Thirty-two letters and digits, as the service's long-lived keys are.
fn key_value(seed: u64, name: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = Random::stream(seed, &format!("key {name}"));
    (0..32).filter_map(|_| random.pick(LETTERS)).map(|byte| char::from(*byte)).collect()
}
