//! What is seen at once of most texts: that nothing in them can be a secret. Whoever is told so here would
//! have been told the same at length.

use super::{SCHEMES, may_be_secret};
use crate::api::scrub;

/// What a byte may mean for a secret's place in a text: nothing, or one of the marks below.
const CLASSES: [u8; 256] = classes();
const ODD: u8 = 1;
const BLANK: u8 = 2;
const COLON: u8 = 4;
/// What a plain URL does not hold behind its scheme.
pub(super) const BEYOND_URLS: u8 = 8;
/// A part of a character that is perhaps no letter.
const FOREIGN: u8 = 16;
/// The third letter of every token.
const TOKEN: u8 = 32;
/// What a character begins with that is written as its number.
const PERCENT: u8 = 64;

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
            b'%' => PERCENT,
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
#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(ODD)
}

/// Whether a text is of visible ASCII and letters, without a blank at either end, and nothing in it can be a
/// secret by its place: there is nothing to clean and nothing to mask. Most names are so.
pub(in crate::api) fn is_plain(raw: &str) -> bool {
    let classes = raw.bytes().fold(0, |classes, byte| classes | class(byte));
    classes & ODD == 0
        && (classes & FOREIGN == 0 || raw.chars().all(scrub::is_letter))
        && (classes & TOKEN == 0 || !raw.contains("eyJ"))
        && (classes & BLANK == 0 || !may_name_scheme(raw.as_bytes()))
        && (classes & COLON == 0 || !may_name_header(raw.as_bytes()))
        && (classes & PERCENT == 0 || !may_be_encoded(raw.as_bytes()))
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

/// Whether a colon, a question mark, an equals sign or a percent sign is written as its number in a text: one of
/// the first three stands before every secret, the last may hide one of them.
pub(super) fn may_be_encoded(text: &[u8]) -> bool {
    memchr::memchr_iter(b'%', text).any(|at| {
        matches!(
            text.get(at + 1..at + 3),
            Some([b'3', b'a' | b'A' | b'd' | b'D' | b'f' | b'F'] | [b'2', b'5'])
        )
    })
}

/// Whether nothing in a text can be a secret by its place: it is one word without the marks of a URL, an
/// assignment or a token, written out or as numbers. Most file names are. (Blanks beyond ASCII begin with `C2` and `E1` to `E3`.)
pub(super) fn is_harmless(raw: &str) -> bool {
    let (mut marks, mut dots) = (false, 0);
    for byte in raw.bytes() {
        marks |= matches!(byte, b':' | b'=' | b' ' | b'"' | b'<' | b'>' | b'`' | b'%' | 0..=0x1f | 0xc2 | 0xe1..=0xe3);
        dots += usize::from(byte == b'.');
    }
    !marks && (dots < 2 || !raw.contains("eyJ"))
}
