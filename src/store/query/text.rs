//! Comparing text without regard to case, without allocating. The query's side is folded once, when
//! it is parsed; the job's side is folded on the way, and only where it is not ASCII.
//!
//! Folding is Unicode's lower case of each character by itself, so that both sides fold alike
//! wherever a character stands. Accents count: `muller` equals no `Müller`.

/// Text whose case no longer matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded(Box<str>);

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        Self(lower(text).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` is this, but for case.
    pub(super) fn equals(&self, text: &str) -> bool {
        if text.is_ascii() { text.eq_ignore_ascii_case(&self.0) } else { lower(text).eq(self.0.chars()) }
    }

    /// Whether this stands somewhere in `text`, but for case. Nothing stands everywhere.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let Some(&first) = self.0.as_bytes().first() else { return true };
        if text.is_ascii() {
            let upper = first.to_ascii_uppercase();
            return text.as_bytes().windows(self.0.len()).any(|window| {
                window.first().is_some_and(|&byte| byte == first || byte == upper)
                    && window.eq_ignore_ascii_case(self.0.as_bytes())
            });
        }
        text.char_indices().any(|(at, _)| {
            let mut rest = lower(text.get(at..).unwrap_or_default());
            self.0.chars().all(|wanted| rest.next() == Some(wanted))
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
        }
    }
}
