//! Secrets inside other people's text: signed URLs, credentials in URLs, tokens in error messages,
//! headers and secret-looking fields of configurations.
//!
//! It masks what looks like a secret by its place or by its name, and leaves host and path of a URL,
//! header names and field names, so that people still see what is meant. It prefers to hide a word
//! too many. What a mask hides is shown as `…`.

mod place;
mod plain;

use std::borrow::Cow;

pub use place::location;
use place::{after_scheme, decoded, is_query};
pub(super) use place::{has_scheme, plain_url};
pub(super) use plain::is_plain;
use plain::{is_harmless, may_be_encoded};

/// What stands for everything hidden.
pub const HIDDEN: &str = "…";

/// Words in a field's name that make its value a secret, compared without case, `-` and `_`.
const SECRET_NAMES: [&str; 15] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "authheader",
    "signature",
    "credential",
    "bearer",
    "cookie",
    "jwt",
];

/// Names that are secret only as a whole: too short to look for inside others.
const SECRET_WORDS: [&str; 5] = ["auth", "sig", "pwd", "pass", "key"];

/// Whether a field, a header or a parameter of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    if !may_be_secret(name.as_bytes()) {
        return false;
    }
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.iter().any(|word| plain.contains(word)) || SECRET_WORDS.contains(&plain.as_str())
}

/// Whether a name holds a beginning of one of those words: much quicker to see than which.
fn may_be_secret(name: &[u8]) -> bool {
    let mut letters = [0; 3];
    name.iter().filter(|byte| byte.is_ascii_alphanumeric()).any(|byte| {
        letters = [letters[1], letters[2], byte.to_ascii_lowercase()];
        // Each of those words begins with one of these, or has it in it.
        matches!(
            &letters,
            b"tok" | b"sec" | b"pas" | b"key" | b"aut" | b"sig" | b"cre" | b"bea" | b"coo" | b"jwt" | b"pwd"
        )
    })
}

/// Masks the secrets in running text: credentials, query and fragment of every URL, query strings
/// without one, bearer tokens, JWTs, and `name=value` where the name says that it is secret.
pub fn text(raw: &str) -> Cow<'_, str> {
    if is_harmless(raw) {
        return Cow::Borrowed(raw);
    }
    // Copied from the first word on that is hidden.
    let mut masked: Option<String> = None;
    let (mut before, mut at) = (Before::Nothing, 0);
    for piece in raw.split_inclusive(is_break) {
        let (word, mark) = piece.split_at(piece.trim_end_matches(is_break).len());
        let shown = if before.covers(word) { Cow::Borrowed(HIDDEN) } else { self::word(word) };
        let is_cut = *shown != *word;
        if masked.is_none() && is_cut {
            masked = Some(raw.get(..at).unwrap_or_default().to_owned());
        }
        if let Some(masked) = &mut masked {
            masked.push_str(&shown);
            masked.push_str(mark);
        }
        before = before.then(word, mark, is_cut);
        at += piece.len();
    }
    masked.map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// Masks one `Name: value` header: the name stays.
pub fn header(raw: &str) -> String {
    header_name(raw).map_or_else(|| HIDDEN.to_owned(), |name| [name, ": ", HIDDEN].concat())
}

/// The name in front of a header's value, where it is one.
pub(super) fn header_name(raw: &str) -> Option<&str> {
    raw.split_once(':').map(|(name, _)| name.trim()).filter(|name| is_header_name(name))
}

/// A header's name as people write it. Anything longer or odder may be the secret itself.
fn is_header_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_break(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '<' | '>' | '`')
}

/// What the word before says of the next one.
#[derive(Clone, Copy)]
enum Before {
    /// Nothing.
    Nothing,
    /// It was an authentication scheme's name, behind which a secret may stand.
    Scheme,
    /// It was a secret's name between quotes: behind a colon, the secret follows.
    Quoted,
    /// It was a secret's name and a colon or an equals sign: a scheme or a secret follows.
    Name,
    /// It was the scheme behind such a name: a secret follows.
    NameAndScheme,
    /// It was hidden up to a quote or a bracket, behind which it may go on.
    Secret,
}

impl Before {
    /// What a word and the mark behind it say of the next one, in the light of what was said of the word.
    fn then(self, word: &str, mark: &str, is_cut: bool) -> Self {
        if word.is_empty() {
            return if matches!(self, Self::Secret) { Self::Nothing } else { self };
        }
        if matches!(self, Self::Quoted) && word.bytes().all(|byte| b":=[{".contains(&byte)) {
            return Self::Name;
        }
        let last = word.rsplit([':', '=', '(', '[', '\'', ',']).next().unwrap_or(word);
        match (self, value(word)) {
            (_, Some("")) => Self::Name,
            (_, Some(value)) if is_scheme(value) => Self::NameAndScheme,
            (Self::Name, _) if is_scheme(last) => Self::NameAndScheme,
            _ if is_scheme(last) => Self::Scheme,
            _ if mark == "\"" && is_secret_header(word) => Self::Quoted,
            _ if is_cut && matches!(mark, "\"" | "<" | ">" | "`") => Self::Secret,
            _ => Self::Nothing,
        }
    }

    /// Whether a word is hidden. Credentials are long and in one piece; `Basic training.mp3` is a name,
    /// but not behind `Authorization:`.
    fn covers(self, word: &str) -> bool {
        let long = word.len() >= 16 && word.is_ascii() && !word.contains("://");
        match self {
            Self::Nothing | Self::Quoted => false,
            Self::Scheme => long || word.len() >= 8 && word.bytes().any(|byte| byte.is_ascii_digit()),
            Self::Name => !word.is_empty() && !is_scheme(word),
            Self::NameAndScheme => !word.is_empty(),
            Self::Secret => word.starts_with(|c: char| c.is_alphanumeric() || "%+/_-=&~".contains(c)),
        }
    }
}

/// Authentication schemes, by which secrets are announced.
const SCHEMES: [&str; 5] = ["bearer", "basic", "digest", "token", "apikey"];

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Whether a word names a header that holds a secret. Stricter than [`is_secret_name`]: people write
/// `Key: C major.wav`, but nobody but a header is called `X-Api-Key`.
fn is_secret_header(name: &str) -> bool {
    let name = name.trim_start_matches(['(', '[', '{', '\'', ',']).trim_end_matches('\'');
    let compound = name.contains(['-', '_'])
        && ["key", "auth"].iter().any(|part| name.to_ascii_lowercase().contains(part));
    is_header_name(name)
        && (compound
            || is_secret_name(name) && !SECRET_WORDS.iter().any(|word| name.eq_ignore_ascii_case(word)))
}

fn word(word: &str) -> Cow<'_, str> {
    if is_harmless(word) {
        return Cow::Borrowed(word);
    }
    let shown = written(word);
    // Of a URL the path has been looked at so already.
    if word.contains("://") || !may_be_encoded(shown.as_bytes()) {
        return shown;
    }
    let decoded = decoded(&shown);
    match written(&decoded) {
        same if *same == *decoded => shown,
        masked => Cow::Owned(masked.into_owned()),
    }
}

/// Masks a word as it is written.
fn written(word: &str) -> Cow<'_, str> {
    if let Some(at) = word.find("://") {
        let (before, rest) = word.split_at(at + 3);
        return Cow::Owned(format!("{before}{}", after_scheme(rest)));
    }
    if let Some(query) = word.find('?')
        && is_query(word.get(query + 1..).unwrap_or_default())
    {
        return Cow::Owned(format!("{}?{HIDDEN}", word.get(..query).unwrap_or_default()));
    }
    if let Some(value) = value(word)
        && let Some(name) = word.strip_suffix(value)
        && !value.is_empty()
    {
        return Cow::Owned(format!("{name}{HIDDEN}"));
    }
    jwt(word)
}

/// What stands behind a secret's name and an equals sign or a colon in a word.
fn value(word: &str) -> Option<&str> {
    let mut from = 0;
    for (at, _) in word.match_indices('=') {
        let name = word.get(from..at).unwrap_or_default();
        let start = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c)).len();
        if name.get(start..).is_some_and(is_secret_name) {
            return word.get(at + 1..);
        }
        from = at + 1;
    }
    word.split_once(':').and_then(|(name, value)| is_secret_header(name).then_some(value))
}

/// Masks the first thing in a word that has the shape of a JWT.
fn jwt(word: &str) -> Cow<'_, str> {
    let Some(at) = word.find("eyJ") else { return Cow::Borrowed(word) };
    let (before, rest) = word.split_at(at);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.=".contains(c))).unwrap_or(rest.len());
    let (token, after) = rest.split_at(end);
    if token.len() < 30 || token.matches('.').count() < 2 {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("{before}eyJ{HIDDEN}{}", jwt(after)))
}

#[cfg(test)]
mod tests;
