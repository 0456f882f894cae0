//! Places: what a URL may say of where something is, and no more. Its scheme, host and path stay.

use std::borrow::Cow;

use super::plain::{BEYOND_URLS, class, may_be_encoded};
use super::{HIDDEN, text, word};

/// Masks a text that as a whole says where something is: like [`text`], and also where the scheme is
/// missing and blanks are inside.
pub fn location(raw: &str) -> Cow<'_, str> {
    if let Some((kept, mark)) = plain_url(raw) {
        return if mark.is_empty() { Cow::Borrowed(kept) } else { Cow::Owned([kept, mark, HIDDEN].concat()) };
    }
    let path = raw.split(['?', '#']).next().unwrap_or_default();
    if may_be_encoded(path.as_bytes()) {
        let decoded = decoded(path);
        let query = decoded.find(['?', '#']).and_then(|at| decoded.get(at..));
        if query.is_some_and(|query| query.contains('=')) {
            return Cow::Owned(place(&decoded).into_owned());
        }
    }
    place(raw)
}

fn place(raw: &str) -> Cow<'_, str> {
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
pub(in crate::api) fn plain_url(raw: &str) -> Option<(&str, &str)> {
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
    (!token && matches!(mark, "" | "?" | "#") && !may_be_encoded(kept.as_bytes())).then_some((kept, mark))
}

/// Whether a text begins with a URL's scheme: then all of it says where something is, blanks or not.
pub(in crate::api) fn has_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// A text with the marks of a URL as such that were written as their numbers, also where the percent signs of
/// those were. What else was written so stays: it may be anything.
pub(super) fn decoded(text: &str) -> String {
    decoded_once(&decoded_once(text))
}

fn decoded_once(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut out, part| {
        let mark = match part.as_bytes() {
            [b'2', b'3', ..] => '#',
            [b'2', b'5', ..] => '%',
            [b'2', b'6', ..] => '&',
            [b'2', b'f' | b'F', ..] => '/',
            [b'3', b'a' | b'A', ..] => ':',
            [b'3', b'd' | b'D', ..] => '=',
            [b'3', b'f' | b'F', ..] => '?',
            [b'4', b'0', ..] => '@',
            _ => {
                out.push('%');
                out.push_str(part);
                return out;
            }
        };
        out.push(mark);
        out.push_str(part.get(2..).unwrap_or_default());
        out
    })
}

/// So many URLs may stand in the path of one, each in that of the one before: a proxy's, an archive's.
const DEEPEST: usize = 8;

/// What follows `://`: authority, path, query, fragment. A URL inside the path is masked likewise.
pub(super) fn after_scheme(rest: &str) -> String {
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
    if path.matches("://").count() > DEEPEST {
        return format!("{credentials}{authority}/{HIDDEN}");
    }
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
pub(super) fn is_query(tail: &str) -> bool {
    tail.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.%[]&;~$".contains(&byte))
    })
}
