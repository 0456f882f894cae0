//! Comparing text without regard to case, without allocating. The query's side is folded once, when
//! it is parsed; the job's side is folded on the way, and only where it is not ASCII.
//!
//! Folding is Unicode's lower case of each character by itself, so that both sides fold alike
//! wherever a character stands. Accents count: `muller` equals no `Müller`.

use std::ops::Range;

use super::signature::Signature;

/// Text whose case no longer matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    text: Box<str>,
    /// What a text must hold to hold all of it.
    signature: Signature,
    /// The place of its rarest byte, by which it is looked for in ASCII.
    rarest: usize,
}

/// What names are made of, the rarest first. What is not here is rarer.
const FREQUENT: &str = "zqxjykgbhfvwpu9876543cdlmn2s10rtioae_. -";

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        let text: Box<str> = lower(text).collect();
        let places = text.bytes().enumerate();
        let rarest = places.min_by_key(|(_, byte)| FREQUENT.bytes().position(|known| known == *byte));
        Self { signature: Signature::of_ascii(&text), rarest: rarest.map_or(0, |(at, _)| at), text }
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
            return self.places(text).next().is_some();
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
        self.text.is_empty() || self.places(text).any(is_whole)
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

    /// Where this stands in a text of ASCII; nothing stands nowhere.
    fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let (text, wanted) = (text.as_bytes(), self.text.as_bytes());
        let rarest = wanted.get(self.rarest).copied().unwrap_or_default();
        let found = memchr::memchr2_iter(rarest, rarest.to_ascii_uppercase(), text);
        found.filter_map(|at| at.checked_sub(self.rarest)).filter(|from| {
            text.get(*from..from + wanted.len()).is_some_and(|here| here.eq_ignore_ascii_case(wanted))
        })
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
