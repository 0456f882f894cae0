//! Secrets inside other people's text: signed URLs, credentials in URLs, tokens in error messages,
//! headers and secret-looking fields of configurations.
//!
//! It masks what looks like a secret by its place or by its name, and leaves host and path of a URL,
//! header names and field names, so that people still see what is meant. It prefers to hide a word
//! too many. What a mask hides is shown as `…`.

use std::borrow::Cow;

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
    if !may_be_secret(name) {
        return false;
    }
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.iter().any(|word| plain.contains(word)) || SECRET_WORDS.contains(&plain.as_str())
}

/// Whether a name holds a beginning of one of those words: much quicker to see than which.
fn may_be_secret(name: &str) -> bool {
    let mut letters = [0; 3];
    name.bytes().filter(u8::is_ascii_alphanumeric).any(|byte| {
        letters = [letters[1], letters[2], byte.to_ascii_lowercase()];
        BEGINNINGS.contains(&&letters)
    })
}

/// The first three letters of what ends in none of the others, and a part of each that does.
const BEGINNINGS: [&[u8; 3]; 11] =
    [b"tok", b"sec", b"pas", b"key", b"aut", b"sig", b"cre", b"bea", b"coo", b"jwt", b"pwd"];

/// Masks the secrets in running text: credentials, query and fragment of every URL, query strings
/// without one, bearer tokens, JWTs, and `name=value` where the name says that it is secret.
pub fn text(raw: &str) -> Cow<'_, str> {
    if is_harmless(raw) {
        return Cow::Borrowed(raw);
    }
    // Copied from the first word on that is hidden.
    let mut masked: Option<String> = None;
    let (mut scheme, mut at) = (Scheme::None, 0);
    for piece in raw.split_inclusive(is_break) {
        let word = piece.trim_end_matches(is_break);
        let shown = if scheme.covers(word) { Cow::Borrowed(HIDDEN) } else { self::word(word) };
        if masked.is_none() && *shown != *word {
            masked = Some(raw.get(..at).unwrap_or_default().to_owned());
        }
        if let Some(masked) = &mut masked {
            masked.push_str(&shown);
            masked.push_str(piece.get(word.len()..).unwrap_or_default());
        }
        if !word.is_empty() {
            scheme = scheme.of(word);
        }
        at += piece.len();
    }
    masked.map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// Whether a text is one word of visible ASCII in which nothing can be a secret by its place: there is
/// nothing to clean and nothing to mask.
pub(super) fn is_plain_word(raw: &str) -> bool {
    let (mut odd, mut dots) = (false, 0_u32);
    for byte in raw.bytes() {
        odd |= !(0x21..0x7f).contains(&byte) | matches!(byte, b':' | b'=' | b'"' | b'<' | b'>' | b'`');
        dots += u32::from(byte == b'.');
    }
    !odd && dots < 2
}

/// Whether nothing in a text can be a secret by its place: it is one word without the marks of a URL, an
/// assignment or a token. Most file names are. (Blanks beyond ASCII begin with `C2` and `E1` to `E3`.)
fn is_harmless(raw: &str) -> bool {
    let (mut marks, mut dots) = (false, 0);
    for byte in raw.bytes() {
        marks |=
            matches!(byte, b':' | b'=' | b' ' | b'"' | b'<' | b'>' | b'`' | 0..=0x1f | 0xc2 | 0xe1..=0xe3);
        dots += usize::from(byte == b'.');
    }
    !marks && (dots < 2 || !raw.contains("eyJ"))
}

/// Masks a text that as a whole says where something is: like [`text`], and also where the scheme is
/// missing and blanks are inside.
pub fn location(raw: &str) -> Cow<'_, str> {
    if raw.contains("://") {
        let cut = raw.bytes().position(|byte| matches!(byte, b'?' | b'#'));
        return match cut {
            None if is_plain_url(raw) => Cow::Borrowed(raw),
            None => text(raw),
            Some(at) => {
                let (kept, tail) = raw.split_at(at);
                let masked = if is_plain_url(kept) { Cow::Borrowed(kept) } else { text(kept) };
                Cow::Owned([&masked, tail.get(..1).unwrap_or_default(), HIDDEN].concat())
            }
        };
    }
    let (place, tail) = raw.split_at(raw.find(['?', '#']).unwrap_or(raw.len()));
    let masked = match place.rsplit_once('@') {
        Some((_, host)) => format!("{HIDDEN}@{}", text(host)),
        None => text(place).into_owned(),
    };
    let tail = tail.get(..1).map_or(String::new(), |mark| format!("{mark}{HIDDEN}"));
    Cow::Owned(masked + &tail)
}

/// Whether a URL has nothing but a scheme, a host and a path of plain names, none of them a token.
fn is_plain_url(url: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.bytes().all(is_plain) && !rest.contains("eyJ"))
}

/// Masks one `Name: value` header: the name stays.
pub fn header(raw: &str) -> String {
    match raw.split_once(':') {
        Some((name, _)) if is_header_name(name.trim()) => [name.trim(), ": ", HIDDEN].concat(),
        _ => HIDDEN.to_owned(),
    }
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
enum Scheme {
    /// Nothing.
    None,
    /// It was an authentication scheme's name, behind which a secret may stand.
    Named,
    /// It was a secret header's name and a colon: a scheme or a secret follows.
    Header,
    /// It was the scheme in such a header: a secret follows.
    InHeader,
}

impl Scheme {
    /// What a word says of the next one, in the light of what was said of itself.
    fn of(self, word: &str) -> Self {
        if word.strip_suffix(':').is_some_and(is_secret_header) {
            return Self::Header;
        }
        let word = word.rsplit([':', '=', '(', '[', '\'', ',']).next().unwrap_or(word);
        match (self, is_scheme(word)) {
            (Self::Header, true) => Self::InHeader,
            (_, true) => Self::Named,
            (_, false) => Self::None,
        }
    }

    /// Whether a word is hidden. Credentials are long and in one piece; `Basic training.mp3` is a name,
    /// but not behind `Authorization:`.
    fn covers(self, word: &str) -> bool {
        let long = word.len() >= 16 && word.is_ascii() && !word.contains("://");
        match self {
            Self::None => false,
            Self::Named => long || word.len() >= 8 && word.bytes().any(|byte| byte.is_ascii_digit()),
            Self::Header => !word.is_empty() && !is_scheme(word),
            Self::InHeader => !word.is_empty(),
        }
    }
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "digest", "token", "apikey"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Whether a word names a header that holds a secret. Stricter than [`is_secret_name`]: people write
/// `Key: C major.wav`, but nobody but a header is called `X-Api-Key`.
fn is_secret_header(name: &str) -> bool {
    let name = name.trim_start_matches(['(', '[', '{', '\'', ',']);
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
    if let Some(at) = word.find("://") {
        let (before, rest) = word.split_at(at + 3);
        return Cow::Owned(format!("{before}{}", after_scheme(rest)));
    }
    if let Some(query) = word.find('?')
        && is_query(word.get(query + 1..).unwrap_or_default())
    {
        return Cow::Owned(format!("{}?{HIDDEN}", word.get(..query).unwrap_or_default()));
    }
    if let Some((left, _)) = word.split_once('=') {
        let start =
            left.rfind(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).map_or(0, |at| at + 1);
        if left.get(start..).is_some_and(is_secret_name) {
            return Cow::Owned(format!("{left}={HIDDEN}"));
        }
    }
    if let Some((name, value)) = word.split_once(':')
        && !value.is_empty()
        && is_secret_header(name)
    {
        return Cow::Owned(format!("{name}:{HIDDEN}"));
    }
    jwt(word)
}

/// What follows `://`: authority, path, query, fragment. A URL inside the path is masked likewise.
fn after_scheme(rest: &str) -> String {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (mut authority, mut path) = rest.split_at(end);
    let tail_at = path.find(['?', '#']).unwrap_or(path.len());
    let tail = path.get(tail_at..).and_then(|tail| tail.get(..1)).unwrap_or_default();
    path = path.get(..tail_at).unwrap_or_default();
    let mut credentials = "";
    if let Some((_, host)) = authority.rsplit_once('@') {
        (credentials, authority) = ("…@", host);
    } else if !is_host(authority)
        && let Some((_, host)) = path.rsplit_once('@')
    {
        // A password with a slash in it: what looked like the host was the user's name.
        (credentials, authority, path) = ("…@", "", host);
    }
    let hidden = if tail.is_empty() { "" } else { HIDDEN };
    let path: Vec<Cow<'_, str>> = path.split('/').map(without_parameters).collect();
    format!("{credentials}{authority}{}{tail}{hidden}", word(&path.join("/")))
}

/// A segment of a path without the values of its parameters: `a;jsessionid=1` has one.
fn without_parameters(segment: &str) -> Cow<'_, str> {
    match segment.split_once(';') {
        Some((name, parameters)) if parameters.contains('=') => Cow::Owned(format!("{name};{HIDDEN}")),
        _ => Cow::Borrowed(segment),
    }
}

/// Whether an authority without `@` is a host with at most a numeric port.
fn is_host(authority: &str) -> bool {
    let port = match authority.rsplit_once(']') {
        Some((_, port)) => port.strip_prefix(':'),
        None => authority.split_once(':').map(|(_, port)| port),
    };
    port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether what follows a `?` is a query rather than the rest of a question in a file name.
fn is_query(tail: &str) -> bool {
    tail.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.%[]&;~$".contains(&byte))
    })
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
