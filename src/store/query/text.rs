//! Comparing text without regard to case, without allocating. The query's side is folded once, when
//! it is parsed; the job's side is folded on the way, and only where it is not ASCII.
//!
//! Folding is Unicode's lower case of each character by itself, so that both sides fold alike
//! wherever a character stands. Accents count: `muller` equals no `Müller`.

use std::ops::Range;

use memchr::memmem::Finder;

use super::signature::Signature;

/// Text whose case no longer matters.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    text: Box<str>,
    /// What a text must hold to hold all of it.
    signature: Signature,
    /// How it is found in ASCII in lower case.
    finder: Box<Finder<'static>>,
}

impl PartialEq for Folded {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Folded {}

/// Texts of so many bytes are put into lower case on the stack: almost all.
const ROOM: usize = 256;

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        let text: Box<str> = lower(text).collect();
        let finder = Box::new(Finder::new(text.as_bytes()).into_owned());
        Self { signature: Signature::of_ascii(&text), finder, text }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What a text that holds this one holds; one that is abbreviated by it holds the letters.
    pub(super) fn signature(&self) -> Signature {
        self.signature
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether `text` is this, but for case.
    pub(super) fn equals(&self, text: &str) -> bool {
        if text.is_ascii() {
            text.eq_ignore_ascii_case(&self.text)
        } else {
            lower(text).eq(self.text.chars())
        }
    }

    /// Whether it is one letter or digit, so that a signature alone says whether a text of ASCII holds it.
    pub(super) fn is_letter(&self) -> bool {
        self.text.len() == 1 && self.text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }

    /// Whether this stands somewhere in `text`, but for case. Nothing stands everywhere.
    pub(super) fn is_in(&self, text: &str) -> bool {
        if self.text.is_empty() {
            return true;
        }
        if text.is_ascii() {
            return in_lower_case(text, |text| self.finder.find(text).is_some());
        }
        text.char_indices().any(|(at, _)| {
            let mut rest = lower(text.get(at..).unwrap_or_default());
            self.text.chars().all(|wanted| rest.next() == Some(wanted))
        })
    }
}

impl Folded {
    /// Whether this stands within one part of a text of ASCII whose parts end at `ends`.
    pub(super) fn is_in_part(&self, text: &str, ends: &[usize]) -> bool {
        let is_whole = |from: usize| !ends.iter().any(|end| from < *end && *end < from + self.text.len());
        self.text.is_empty()
            || in_lower_case(text, |text| {
                let mut from = 0;
                while let Some(at) = text.get(from..).and_then(|rest| self.finder.find(rest)) {
                    if is_whole(from + at) {
                        return true;
                    }
                    from += at + 1;
                }
                false
            })
    }

    /// All places where this stands in a text, in bytes, none over another. Nothing stands nowhere.
    pub(super) fn all_in(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, _) in text.char_indices() {
            let taken = found.last().is_some_and(|last| at < last.end);
            let rest = text.get(at..).unwrap_or_default();
            if let (false, Some(length)) = (taken, self.begins(rest)) {
                found.push(at..at + length);
            }
        }
        found
    }

    /// How much of a text this is, where the text begins with it.
    fn begins(&self, text: &str) -> Option<usize> {
        let mut wanted = self.text.chars().peekable();
        wanted.peek()?;
        for (at, c) in text.char_indices() {
            for lower in c.to_lowercase() {
                // It may end amid what one character becomes.
                if wanted.next().is_some_and(|wanted| wanted != lower) {
                    return None;
                }
            }
            if wanted.peek().is_none() {
                return Some(at + c.len_utf8());
            }
        }
        None
    }
}

/// Looks at a text of ASCII in lower case.
fn in_lower_case(text: &str, look: impl FnOnce(&[u8]) -> bool) -> bool {
    let mut room = [0; ROOM];
    if let Some(lower) = room.get_mut(..text.len()) {
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        look(lower)
    } else {
        look(text.to_ascii_lowercase().as_bytes())
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_in_any_script() {
        for (text, query, equals, inside) in [
            ("Invoice.WAV", "iNVOICE.wav", true, true),
            ("Invoice.WAV", "voice", false, true),
            ("Invoice.WAV", "", false, true),
            ("", "", true, true),
            ("", "a", false, false),
            ("ab", "abc", false, false),
            ("ÉTÉ", "été", true, true),
            ("L'ÉTÉ.mp3", "été", false, true),
            ("ΟΔΟΣ", "οδοσ", true, true),
            ("İstanbul", "i\u{307}stanbul", true, true),
            ("\u{212a}elvin", "kelvin", true, true),
            ("kelvin", "\u{212a}elvin", true, true),
            ("Müller", "muller", false, false),
            ("Müller", "ller", false, true),
            ("会議 Q3", "q3", false, true),
            ("Kelvin", "é", false, false),
        ] {
            let folded = Folded::new(query);
            assert_eq!(folded.equals(text), equals, "{text:?} is {query:?}");
            assert_eq!(folded.is_in(text), inside, "{text:?} has {query:?}");
            if text.is_ascii() {
                assert_eq!(folded.is_in_part(text, &[0, text.len()]), inside, "{text:?} has {query:?}");
                let twice = format!("{text}{text}");
                assert_eq!(folded.is_in_part(&twice, &[text.len()]), inside, "{twice:?} has {query:?}");
            }
        }
    }
}
