//! Comparing text without regard to case, without allocating. The query's side is folded once, when
//! it is parsed; the job's side is folded on the way, and only where it is not ASCII.
//!
//! Folding is Unicode's lower case of each character by itself, so that both sides fold alike
//! wherever a character stands. Accents count: `muller` equals no `Müller`.

/// Text whose case no longer matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    text: Box<str>,
    /// The letters of it that a text must hold to hold all of it.
    letters: u64,
}

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        let text: Box<str> = lower(text).collect();
        Self { letters: letters_of(&text), text }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The letters that a text which holds or is abbreviated by this one holds, as [`letters`] has them.
    pub(super) fn letters(&self) -> u64 {
        self.letters
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

    /// Whether this stands somewhere in `text`, but for case. Nothing stands everywhere.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let Some(&first) = self.text.as_bytes().first() else { return true };
        if text.is_ascii() {
            let upper = first.to_ascii_uppercase();
            return text.as_bytes().windows(self.text.len()).any(|window| {
                window.first().is_some_and(|&byte| byte == first || byte == upper)
                    && window.eq_ignore_ascii_case(self.text.as_bytes())
            });
        }
        text.char_indices().any(|(at, _)| {
            let mut rest = lower(text.get(at..).unwrap_or_default());
            self.text.chars().all(|wanted| rest.next() == Some(wanted))
        })
    }
}

/// Which letters stand somewhere in a text, case aside: one bit for each letter and digit, and bits that
/// the other ASCII characters share. A text with anything but ASCII may hold any letter, since folding
/// and abbreviating turn some characters into others. A word can only be meant where all of its letters
/// are in the text, which is much quicker to see than where they are.
pub(in crate::store) fn letters(text: &str) -> u64 {
    if text.is_ascii() { letters_of(text) } else { u64::MAX }
}

/// The letters of the ASCII characters of a query's text: those that a job's text must hold.
fn letters_of(text: &str) -> u64 {
    text.bytes().filter(u8::is_ascii).fold(0, |letters, byte| {
        let bit = match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'0'..=b'9' => digit - b'0' + 26,
            other => other % 28 + 36,
        };
        letters | (1 << bit)
    })
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
        }
    }
}
