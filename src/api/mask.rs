//! Secrets inside other people's text: signed URLs, credentials in URLs, tokens in error messages,
//! headers and secret-looking fields of configurations.
//!
//! It masks what looks like a secret by its place or by its name, and leaves host and path of a URL,
//! header names and field names, so that people still see what is meant. It prefers to hide a word
//! too many. What a mask hides is shown as `…`.

use std::borrow::Cow;

use super::scrub;

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

/// What a byte may mean for a secret's place in a text: nothing, or one of the marks below.
const CLASSES: [u8; 256] = classes();
const ODD: u8 = 1;
const BLANK: u8 = 2;
const COLON: u8 = 4;
/// What a plain URL does not hold behind its scheme.
const BEYOND_URLS: u8 = 8;
/// A part of a character that is perhaps no letter.
const FOREIGN: u8 = 16;
/// The third letter of every token.
const TOKEN: u8 = 32;

#[expect(clippy::indexing_slicing, reason = "when it is compiled, within the table")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        // `C3` to `C8` and what follows them are the Latin letters up to U+023F.
        let shown = matches!(byte, b' '..=b'~' | 0x80..0xc0 | 0xc3..0xc9);
        let mut class = match byte {
            b'=' | b'"' | b'<' | b'>' | b'`' => ODD,
            b' ' => BLANK,
            b':' => COLON,
            b'J' => TOKEN,
            0x80.. if !shown => FOREIGN,
            _ if !shown => ODD,
            _ => 0,
        };
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/' | b'%' | b'+' | b'~')) {
            class |= BEYOND_URLS;
        }
        classes[byte as usize] = class;
        if byte == u8::MAX {
            return classes;
        }
        byte += 1;
    }
}

/// The class of a byte.
fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(ODD)
}

/// Whether a text is of visible ASCII and letters, without a blank at either end, and nothing in it can be a secret by its place: there is nothing to clean and nothing to mask. Most names are so.
pub(super) fn is_plain(raw: &str) -> bool {
    let classes = raw.bytes().fold(0, |classes, byte| classes | class(byte));
    classes & ODD == 0
        && (classes & FOREIGN == 0 || raw.chars().all(scrub::is_letter))
        && (classes & TOKEN == 0 || !raw.contains("eyJ"))
        && (classes & BLANK == 0 || !may_name_scheme(raw.as_bytes()))
        && (classes & COLON == 0 || !may_name_header(raw.as_bytes()))
}

/// Whether a text holds a URL, or a colon behind what may be the name of a secret.
fn may_name_header(text: &[u8]) -> bool {
    memchr::memchr_iter(b':', text).any(|at| {
        let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let from = memchr::memrchr(b' ', before).map_or(0, |at| at + 1);
        behind.starts_with(b"//") || may_be_secret(before.get(from..).unwrap_or_default())
    })
}

/// Whether a text has a blank at one of its ends, or behind what may be the name of an authentication
/// scheme.
fn may_name_scheme(text: &[u8]) -> bool {
    memchr::memchr_iter(b' ', text).any(|at| {
        let before = text.get(..at).unwrap_or_default();
        at == 0
            || at + 1 == text.len()
            || matches!(
                before.last(),
                Some(b'r' | b'R' | b'c' | b'C' | b't' | b'T' | b'n' | b'N' | b'y' | b'Y')
            ) && SCHEMES.iter().any(|scheme| {
                let from = before.len().checked_sub(scheme.len());
                let end = from.and_then(|from| before.get(from..));
                end.is_some_and(|end| end.eq_ignore_ascii_case(scheme.as_bytes()))
            })
    })
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
    if let Some((kept, mark)) = plain_url(raw) {
        return if mark.is_empty() { Cow::Borrowed(kept) } else { Cow::Owned([kept, mark, HIDDEN].concat()) };
    }
    if raw.contains("://") {
        let cut = raw.bytes().position(|byte| matches!(byte, b'?' | b'#'));
        return match cut {
            None => text(raw),
            Some(at) => {
                let (kept, tail) = raw.split_at(at);
                Cow::Owned([&text(kept), tail.get(..1).unwrap_or_default(), HIDDEN].concat())
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

/// What stays of a URL that has nothing but a scheme, a host and a path of plain names, none of them a token,
/// in front of its query or fragment: that, and the mark at which the rest begins, if there is one.
pub(super) fn plain_url(raw: &str) -> Option<(&str, &str)> {
    let rest = raw.strip_prefix("https://").or_else(|| raw.strip_prefix("http://"))?;
    // Tokens have a `J` behind `ey`: to look for that is quicker than to look for all of it.
    let (mut before, mut token) = ([0; 2], false);
    let end = rest.bytes().position(|byte| {
        token |= byte == b'J' && before == *b"ey";
        before = [before[1], byte];
        class(byte) & BEYOND_URLS != 0
    });
    let (kept, tail) = raw.split_at_checked(raw.len() - rest.len() + end.unwrap_or(rest.len()))?;
    let mark = tail.get(..usize::from(!tail.is_empty()))?;
    (!token && matches!(mark, "" | "?" | "#")).then_some((kept, mark))
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

/// Authentication schemes, by which secrets are announced.
const SCHEMES: [&str; 5] = ["bearer", "basic", "digest", "token", "apikey"];

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
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
