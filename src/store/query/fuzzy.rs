//! Bare words. A word finds a text that contains it, or one that it abbreviates.
//!
//! Any text that has a word's letters somewhere in the right order is a fuzzy match for most
//! matchers; over thousands of file names that finds far too much. A threshold on a score does not help
//! either, because scores reward the beginnings of words more than they punish gaps: of nucleo's 192
//! points, `invoice` gives "interview with voice actor" 177 and "reinvoice", which holds it, 136. So a
//! word is a match where there is a way to lay it over the text that a person would mean by it:
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

mod way;

use nucleo_matcher::chars::{normalize, to_lower_case};

use super::signature::{Signature, pair};
use super::text::Folded;

/// The fewest characters of a word that may be an abbreviation.
pub(super) const SHORTEST: usize = 3;
/// The most characters of a word that may be an abbreviation. With [`LONGEST_TEXT`] it bounds the work.
pub(super) const LONGEST: usize = 64;
/// The longest text, in bytes, that is searched for abbreviations.
const LONGEST_TEXT: usize = 1_024;

/// Room to work in, kept from job to job so that matching one allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    written: Vec<char>,
    folded: Vec<char>,
}

impl Scratch {
    /// New room: make one and keep it.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A bare word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) folded: Folded,
    /// Its letters, if it may abbreviate.
    letters: Option<Box<[char]>>,
    /// Whether it was typed with accents, and so means them.
    accented: bool,
    /// The pairs of neighbours in it, and how many of them a text that it abbreviates holds at least.
    pairs: Box<[u8]>,
    least: usize,
    /// The pairs of digits among them, which are never parted.
    numbers: Signature,
    /// The numbers in it.
    digits: Box<[Box<[u8]>]>,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let length = text.chars().count();
        let may = (SHORTEST..=LONGEST).contains(&length) && text.chars().any(char::is_alphabetic);
        let folded = Folded::new(text);
        let letters: Box<[char]> = folded.as_str().chars().take(LONGEST).map(to_lower_case).collect();
        let accented = letters.iter().any(|letter| normalize(*letter) != *letter);
        let neighbours = folded.as_str().as_bytes().windows(2);
        let pairs = neighbours.filter_map(|two| match two {
            [a, b] if a.is_ascii() && b.is_ascii() => Some(pair(*a, *b)),
            _ => None,
        });
        let pairs: Box<[u8]> = pairs.collect();
        // All but those that a gap may part; what is not ASCII says nothing.
        let parted = (length / 2).max(2) - 1;
        let least = if text.is_ascii() { pairs.len().saturating_sub(parted) } else { 0 };
        let numbers = Signature::of_numbers(folded.as_str());
        let digits = folded.as_str().as_bytes().split(|byte| !byte.is_ascii_digit());
        let digits = digits.filter(|number| !number.is_empty()).map(Into::into).collect();
        Self { folded, letters: may.then_some(letters), accented, pairs, least, numbers, digits }
    }

    /// Whether a text of this signature may hold the word or be abbreviated by it.
    pub(super) fn may_mean(&self, text: Signature) -> bool {
        self.may_be_in(text) || self.may_abbreviate(text)
    }

    /// What every text holds that holds the word or is abbreviated by it.
    pub(super) fn need(&self) -> Signature {
        let whole = self.folded.signature();
        if self.letters.is_some() { whole.letters().or(self.numbers) } else { whole }
    }

    /// Whether a text of this signature may hold the word.
    pub(super) fn may_be_in(&self, text: Signature) -> bool {
        text.covers(self.folded.signature())
    }

    /// Whether a text of this signature may be abbreviated by the word.
    pub(super) fn may_abbreviate(&self, text: Signature) -> bool {
        // Beyond ASCII that finds it without its accents too, wherever it stands.
        if !text.is_ascii() && self.may_be_in(text) {
            return true;
        }
        let first = self.letters.as_deref().and_then(<[char]>::first);
        first.is_some_and(|first| text.has_start(*first))
            && text.covers(self.numbers)
            && text.has_letters(self.folded.signature())
            && self.pairs.iter().filter(|pair| text.has(**pair)).count() >= self.least
    }

    /// As [`abbreviates`](Self::abbreviates), of any of several texts of ASCII that stand one behind the other
    /// from the first of these places on, and end at the others and at the end.
    pub(super) fn abbreviates_part(&self, text: &str, ends: [usize; 3]) -> bool {
        let [from, first, second] = ends;
        let text = text.as_bytes();
        self.beginnings(text.get(from..).unwrap_or_default()).any(|at| {
            let at = from + at;
            let (start, end) = match at {
                _ if at < first => (from, first),
                _ if at < second => (first, second),
                _ => (second, text.len()),
            };
            self.lies_at(text.get(start..end).unwrap_or_default(), at - start)
        })
    }

    fn abbreviates_ascii(&self, text: &[u8]) -> bool {
        self.beginnings(text).any(|at| self.lies_at(text, at))
    }

    /// Where the first letter stands in a text of ASCII, if the word may abbreviate.
    fn beginnings<'a>(&self, text: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let first = self.letters.as_deref().and_then(<[char]>::first);
        let first = first.and_then(|first| u8::try_from(*first).ok());
        first.into_iter().flat_map(move |first| memchr::memchr2_iter(first, first.to_ascii_uppercase(), text))
    }

    /// Whether a text of ASCII is abbreviated from a place on, where the first letter stands.
    fn lies_at(&self, text: &[u8], at: usize) -> bool {
        let Some(word) = self.letters.as_deref().filter(|_| text.len() <= LONGEST_TEXT) else { return false };
        let reach = text.get(at..text.len().min(at + 2 * word.len())).unwrap_or_default();
        let text = Text::Ascii(text);
        text.begins_word(at) && self.has_digits_in(reach) && text.lies(word, at)
    }

    /// Whether each number in the word stands somewhere where a number begins, so that it may lie there.
    fn has_digits_in(&self, text: &[u8]) -> bool {
        self.digits.iter().all(|number| {
            let mut before = b' ';
            text.iter().enumerate().any(|(at, byte)| {
                let begins = Some(byte) == number.first() && !before.is_ascii_digit();
                before = *byte;
                begins && text.get(at..).is_some_and(|here| here.starts_with(number))
            })
        })
    }

    /// Whether the word abbreviates a text that does not contain it.
    pub(super) fn abbreviates(&self, text: &str, scratch: &mut Scratch) -> bool {
        let Some(word) = self.letters.as_deref().filter(|_| text.len() <= LONGEST_TEXT) else { return false };
        let Some(first) = word.first().copied() else { return false };
        if text.is_ascii() {
            return self.abbreviates_ascii(text.as_bytes());
        }
        self.fold(text, scratch);
        let Scratch { written, folded } = scratch;
        if folded.windows(word.len()).any(|piece| piece == word) {
            return true;
        }
        let text = Text::Folded { written, folded };
        (0..folded.len()).any(|at| text.folded(at) == first && text.begins_word(at) && text.lies(word, at))
    }
}

impl Word {
    /// Takes the characters of a text apart, as they are written and as they are compared.
    fn fold(&self, text: &str, Scratch { written, folded }: &mut Scratch) {
        written.clear();
        written.extend(text.chars());
        folded.clear();
        let fold = |letter: char| to_lower_case(if self.accented { letter } else { normalize(letter) });
        folded.extend(written.iter().copied().map(fold));
    }
}

/// A text that a word is laid over.
#[derive(Clone, Copy)]
enum Text<'a> {
    Ascii(&'a [u8]),
    Folded { written: &'a [char], folded: &'a [char] },
}

/// No way leads to a place.
const NONE: u8 = u8::MAX;
/// For each place from the first letter's on, in how few gaps the letters so far end there.
type Gaps = [u8; 2 * LONGEST];

impl Text<'_> {
    fn len(self) -> usize {
        match self {
            Self::Ascii(bytes) => bytes.len(),
            Self::Folded { folded, .. } => folded.len(),
        }
    }

    /// A character as it is written; nothing stands outside.
    fn written(self, at: usize) -> char {
        match self {
            Self::Ascii(bytes) => bytes.get(at).copied().unwrap_or_default().into(),
            Self::Folded { written, .. } => written.get(at).copied().unwrap_or_default(),
        }
    }

    /// A character without its case and, unless they were typed, its accents.
    fn folded(self, at: usize) -> char {
        match self {
            Self::Ascii(bytes) => bytes.get(at).copied().unwrap_or_default().to_ascii_lowercase().into(),
            Self::Folded { folded, .. } => folded.get(at).copied().unwrap_or_default(),
        }
    }

    /// Whether there is a way to lay a word over the text, from a place on where its first letter begins a
    /// word, that a person would mean. Letter by letter: where may it stand, and after how few gaps.
    fn lies(self, word: &[char], from: usize) -> bool {
        let pieces = u8::try_from(word.len() / 2).unwrap_or(NONE).max(2);
        // Who skips at most as many as are typed ends within twice the word.
        let end = (2 * word.len()).min(self.len() - from);
        // Mostly the letters are not even there in their order.
        let mut letters = word.iter().copied().peekable();
        for place in from..from + end {
            letters.next_if(|letter| self.folded(place) == *letter);
        }
        if letters.peek().is_some() {
            return false;
        }
        let mut before: Gaps = [NONE; 2 * LONGEST];
        before[0] = 0;
        for (nth, letter) in word.iter().enumerate().skip(1) {
            let mut gaps: Gaps = [NONE; 2 * LONGEST];
            let mut lies = false;
            for place in (nth..end).filter(|place| self.folded(from + place) == *letter) {
                let fewest = self.fewest_gaps(from, place, &before);
                if let Some(gaps) = gaps.get_mut(place).filter(|_| fewest < pieces) {
                    *gaps = fewest;
                    lies = true;
                }
            }
            if !lies {
                return false;
            }
            before = gaps;
        }
        true
    }

    /// In how few gaps a letter comes to stand at a place, if the letter before may stand at `before`.
    fn fewest_gaps(self, from: usize, place: usize, before: &Gaps) -> u8 {
        self.nearest(from, place, before).0
    }

    /// The same, and where the letter before stands then.
    fn nearest(self, from: usize, place: usize, before: &Gaps) -> (u8, usize) {
        let gaps = |place: usize| before.get(place).copied().unwrap_or(NONE);
        let mut fewest = (gaps(place - 1), place - 1);
        let digit = self.written(from + place).is_numeric();
        if digit && self.written(from + place - 1).is_numeric() {
            return fewest;
        }
        for last in (0..place - 1).rev() {
            let skipped = from + last + 1;
            if self.written(skipped).is_alphanumeric() && self.begins_word(skipped) {
                break;
            }
            let more = gaps(last).saturating_add(1);
            if more < fewest.0 && !(digit && self.written(from + last).is_numeric()) {
                fewest = (more, last);
            }
        }
        fewest
    }

    /// Whether a word begins at this place: behind anything that is no letter or digit, where letters
    /// follow digits or the other way round, and at a hump as in `teamCall`.
    fn begins_word(self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|before| self.written(before)) else { return true };
        let here = self.written(at);
        !before.is_alphanumeric()
            || before.is_numeric() != here.is_numeric()
            || (before.is_lowercase() && here.is_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the module's words say, of one way to lay a word over a text.
    fn is_meant(text: &str, places: &[usize]) -> bool {
        let bytes = Text::Ascii(text.as_bytes());
        let (first, last, typed) = (places[0], places[places.len() - 1], places.len());
        let skipped = last + 1 - first - typed;
        let gaps = || places.windows(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| *b > a + 1);
        let may_skip = |(from, to): (usize, usize)| {
            let numeric = |at: usize| bytes.written(at).is_numeric();
            let mut skipped = from + 1..to;
            !skipped.any(|at| bytes.written(at).is_alphanumeric() && bytes.begins_word(at))
                && !(numeric(to) && (numeric(from) || numeric(to - 1)))
        };
        skipped == 0
            || skipped <= typed
                && gaps().count() < (typed / 2).max(2)
                && bytes.begins_word(first)
                && gaps().all(may_skip)
    }

    /// Every way to lay a word over a text.
    fn any_way(text: &str, word: &str, places: &mut Vec<usize>) -> bool {
        let Some(letter) = word.as_bytes().get(places.len()) else { return is_meant(text, places) };
        let from = places.last().map_or(0, |last| last + 1);
        (from..text.len()).filter(|at| text.as_bytes()[*at].eq_ignore_ascii_case(letter)).any(|at| {
            places.push(at);
            let found = any_way(text, word, places);
            places.pop();
            found
        })
    }

    proptest! {
        #[test]
        fn it_finds_a_way_that_is_meant_if_there_is_one(text in "[aAbB1 2-]{0,14}", word in "[ab12]{3,6}") {
            let typed = Word::new(&word);
            prop_assume!(typed.letters.is_some());
            let found = typed.folded.is_in(&text) || typed.abbreviates(&text, &mut Scratch::new());
            prop_assert_eq!(found, any_way(&text, &word, &mut Vec::new()));
            // What can be told without reading the text rules out none that is found.
            let signature = Signature::of(["", &text, "", ""], &text);
            prop_assert!(!found || typed.may_mean(signature), "{:?}", signature);
            prop_assert!(!typed.folded.is_in(&text) || typed.may_be_in(signature));
            let abbreviates = typed.abbreviates(&text, &mut Scratch::new());
            prop_assert!(!abbreviates || typed.may_abbreviate(signature), "{:?}", signature);
            // The same of several texts in one.
            let three = format!("id{text}{text}");
            let ends = [2, 2, 2 + text.len()];
            prop_assert_eq!(typed.abbreviates_part(&three, ends), abbreviates);
            // The same with a character that makes it another kind of text.
            let more = format!("{text} é");
            let found = typed.folded.is_in(&more) || typed.abbreviates(&more, &mut Scratch::new());
            prop_assert_eq!(found, any_way(&text, &word, &mut Vec::new()));
        }
    }

    proptest! {
        #[test]
        fn no_signature_rules_out_what_is_found(
            name in "[aAsSüÜéſ\u{212a}İiⅧ²28ａｋß -]{0,12}", title in "[aAküÜéſ\u{212a}İi²2 -]{0,9}",
            word in "[aeikus28éüſiß\u{307}-]{1,6}",
        ) {
            let (typed, mut scratch) = (Word::new(&word), Scratch::new());
            let signature = Signature::of(["k2", &name, &title, ""], &format!("k2{name}{title}"));
            let holds = ["k2", &name, &title].iter().any(|text| typed.folded.is_in(text));
            prop_assert!(!holds || typed.may_be_in(signature));
            let abbreviates = [&name, &title].iter().any(|text| typed.abbreviates(text, &mut scratch));
            prop_assert!(!abbreviates || typed.may_abbreviate(signature));
        }
    }
}
