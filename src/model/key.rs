//! Keys: the secret itself, which cannot be printed, and what is known of it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use strum::{Display, IntoStaticStr};

/// An API key or a temporary key (JWT). It has no `Display`, its `Debug` says nothing, and its
/// memory is wiped when it is dropped.
#[derive(Clone)]
pub struct KeyValue(SecretString);

/// Why a text cannot be a key. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// More than 16 KiB: a file that is something else.
    #[error("is longer than 16 KiB, which no key is")]
    TooLong,
    /// White space or control characters inside, or characters that no HTTP header can carry.
    #[error("holds white space or characters that no key has")]
    Unprintable,
}

impl KeyValue {
    /// The longest text accepted as a key, in bytes. A JWT of the service is about 1 KiB.
    const LONGEST: usize = 16 * 1024;

    /// Takes a key as a file or a command gives it: white space around it is dropped.
    ///
    /// # Errors
    /// When the rest is empty, or cannot be sent in an HTTP header.
    pub fn new(raw: &str) -> Result<Self, InvalidKey> {
        let value = raw.trim();
        if value.is_empty() {
            Err(InvalidKey::Empty)
        } else if value.len() > Self::LONGEST {
            Err(InvalidKey::TooLong)
        } else if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            Err(InvalidKey::Unprintable)
        } else {
            Ok(Self(SecretString::from(value)))
        }
    }

    /// The secret. For the `Authorization` header and for masking it in remote text; nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Four digits to tell keys apart.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.expose())
    }

    /// When a temporary key ends: the `exp` claim of a JWT, read without verifying it. `None` for a
    /// long-lived key and for a token that does not say. The claims are undocumented.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let claims = self.claims()?;
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
        Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()
    }
}

impl KeyValue {
    /// Whether it is a temporary key: a JWT by its shape. Long-lived keys have no dots.
    pub fn is_temporary(&self) -> bool {
        self.claims().is_some()
    }

    /// The middle part of a JWT, undecoded.
    fn claims(&self) -> Option<&str> {
        let mut parts = self.expose().split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        (header.starts_with("eyJ") && !signature.is_empty() && parts.next().is_none()).then_some(claims)
    }
}

impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyValue(hidden)")
    }
}

/// Four hexadecimal digits derived from a key. Sixteen bits of a hash: enough to see that a key was
/// exchanged, useless for guessing it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u16);

impl Fingerprint {
    /// FNV-1a, folded. Stable over versions and machines, so that people can compare notes.
    fn of(value: &str) -> Self {
        let hash = value.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let folded = hash ^ (hash >> 32);
        let [.., high, low] = (folded ^ (folded >> 16)).to_be_bytes();
        Self(u16::from_be_bytes([high, low]))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an environment said of a key. The words are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum KeyState {
    /// Not asked yet.
    Unchecked,
    /// The service listed jobs for it.
    Accepted,
    /// 401.
    Rejected,
    /// 403.
    Forbidden,
    /// A temporary key past its time.
    Expired,
    /// 429.
    Limited,
    /// No answer that says anything of the key.
    Unreachable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_prints_itself() {
        let key = KeyValue::new("  sk-very-secret-1234\n").unwrap();
        assert_eq!(key.expose(), "sk-very-secret-1234");
        let shown = format!("{key:?} {:#?} {}", key, key.fingerprint());
        assert!(!shown.contains("secret") && !shown.contains("1234"), "{shown}");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for (raw, why) in [
            ("", InvalidKey::Empty),
            (" \n", InvalidKey::Empty),
            ("two words", InvalidKey::Unprintable),
            ("line\nbreak", InvalidKey::Unprintable),
            ("schlüssel", InvalidKey::Unprintable),
        ] {
            assert_eq!(KeyValue::new(raw).unwrap_err(), why, "{raw:?}");
        }
        assert_eq!(KeyValue::new(&"k".repeat(16 * 1024 + 1)).unwrap_err(), InvalidKey::TooLong);
    }

    #[test]
    fn fingerprints_are_stable_and_differ() {
        let of = |text: &str| KeyValue::new(text).unwrap().fingerprint().to_string();
        assert_eq!(of("alpha"), of(" alpha "));
        assert_ne!(of("alpha"), of("beta"));
        assert_eq!(of("alpha").len(), 4);
    }

    #[test]
    fn only_a_jwt_with_exp_expires() {
        let jwt = |claims: &str| {
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            format!("{}.{}.sig", part(r#"{"alg":"RS256"}"#), part(claims))
        };
        let at = |text: &str| KeyValue::new(text).unwrap().expires_at().map(Timestamp::as_second);
        assert_eq!(at(&jwt(r#"{"exp":1763856000,"x":"y"}"#)), Some(1_763_856_000));
        assert_eq!(at(&jwt(r#"{"iat":1}"#)), None);
        assert_eq!(at(&jwt(r#"{"exp":"soon"}"#)), None);
        assert_eq!(at("eyJub3Q.a-jwt"), None);
        assert_eq!(at("eyJ.%%%.sig"), None);
        assert_eq!(at("abcdef0123456789abcdef0123456789"), None);
        let temporary = |text: &str| KeyValue::new(text).unwrap().is_temporary();
        assert!(temporary(&jwt(r#"{"iat":1}"#)) && temporary(&jwt(r#"{"exp":1763856000}"#)));
        assert!(!temporary("eyJub3Q.a-jwt") && !temporary("abcdef0123456789abcdef0123456789"));
    }
}
