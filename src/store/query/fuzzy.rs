//! Bare words. A word finds a text that contains it, or one that it abbreviates.
//!
//! Any text that has a word's letters somewhere in the right order is a fuzzy match for most
//! matchers; over thousands of file names that finds far too much. A threshold on nucleo's score does
//! not help, because the score rewards the beginnings of words more than it punishes gaps: of 192
//! points, `invoice` gives "interview with voice actor" 177 and "reinvoice", which holds it, 136. So
//! nucleo finds the best way to lay the word over the text, and that way must then be what a person
//! would mean by it:
//!
//! - it is in one piece (which also finds `muller` in "Müller": accents do not matter here), or
//! - it begins where a word of the text begins, passes over no whole word, skips at most as many
//!   characters as were typed, and is in at most half as many pieces as were typed (two for short
//!   words); and digits typed side by side stand side by side, from the start of a number on.
//!
//! So `cust42` finds "customer-42.wav" and `invce` finds "invoice"; `invoice` does not find
//! "interview with voice". Words of fewer than [`SHORTEST`] characters, words without a letter and
//! words longer than [`LONGEST`] must be contained as they are, and so must all words in ids, which
//! are opaque.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Matcher, Utf32Str};

use super::text::Folded;

/// The fewest characters of a word that may be an abbreviation.
pub(super) const SHORTEST: usize = 3;
/// The most characters of a word that may be an abbreviation. Keeps nucleo's 16-bit scores in range.
pub(super) const LONGEST: usize = 64;
/// The longest text, in bytes, that is searched for abbreviations. Keeps nucleo within its matrix,
/// where it finds the best way and not the first.
const LONGEST_TEXT: usize = 1_024;

/// Room to work in, kept from job to job so that matching one allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    matcher: Matcher,
    chars: Vec<char>,
    indices: Vec<u32>,
}

impl Scratch {
    /// New room: about 135 KiB, so make one and keep it.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A bare word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) folded: Folded,
    /// How it abbreviates, if it may.
    atom: Option<Atom>,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let length = text.chars().count();
        let may = (SHORTEST..=LONGEST).contains(&length) && text.chars().any(char::is_alphabetic);
        let folded = Folded::new(text);
        let atom = may.then(|| {
            Atom::new(folded.as_str(), CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false)
        });
        Self { folded, atom }
    }

    /// Whether the word abbreviates the text.
    pub(super) fn abbreviates(&self, text: &str, scratch: &mut Scratch) -> bool {
        let Some(atom) = self.atom.as_ref().filter(|_| text.len() <= LONGEST_TEXT) else { return false };
        let Scratch { matcher, chars, indices } = scratch;
        // Not `Utf32Str::new`: where all of a text's accents are combining ones (as in file names from
        // macOS) it takes the bytes for ASCII.
        let haystack = if text.is_ascii() {
            Utf32Str::Ascii(text.as_bytes())
        } else {
            chars.clear();
            chars.extend(text.chars());
            Utf32Str::Unicode(chars)
        };
        indices.clear();
        atom.indices(haystack, matcher, indices).is_some() && is_meant(haystack, indices)
    }
}

/// Whether a person would call this way of laying the word over the text a match. `places` are the
/// ascending places of the word's characters in the text.
fn is_meant(text: Utf32Str<'_>, places: &[u32]) -> bool {
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return false };
    let typed = places.len();
    let span = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
    let skipped = span.saturating_sub(typed);
    if skipped == 0 {
        return true;
    }
    let gaps = || places.iter().copied().zip(places.iter().copied().skip(1)).filter(|&(a, b)| b > a + 1);
    skipped <= typed
        && gaps().count() < (typed / 2).max(2)
        && begins_word(text, first)
        && gaps().all(|(a, b)| may_skip(text, a, b))
}

/// Whether what stands between these places may be left out.
fn may_skip(text: Utf32Str<'_>, from: u32, to: u32) -> bool {
    let skips_word = (from + 1..to).any(|at| text.get(at).is_alphanumeric() && begins_word(text, at));
    let breaks_number =
        text.get(to).is_numeric() && (text.get(from).is_numeric() || text.get(to - 1).is_numeric());
    !skips_word && !breaks_number
}

/// Whether a word begins at this place: behind anything that is no letter or digit, where letters
/// follow digits or the other way round, and at a hump as in `teamCall`.
fn begins_word(text: Utf32Str<'_>, at: u32) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text.get(before)) else { return true };
    let here = text.get(at);
    !before.is_alphanumeric()
        || before.is_numeric() != here.is_numeric()
        || (before.is_lowercase() && here.is_uppercase())
}
