//! What can be told of a text without reading it: which letters and which pairs of neighbours are in it.
//! A word can only be meant where they are, which is much quicker to see than where.

use nucleo_matcher::chars::{normalize, to_lower_case};

/// Case aside: one bit for each letter and digit, one for each letter that begins a word, one that the other
/// ASCII characters share and one for what is not ASCII; and for each pair of neighbours one bit of 128. A
/// character that is not ASCII counts as every one that folding and abbreviating may take it for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    letters: u64,
    pairs: [u64; 2],
}

impl Signature {
    /// Of a text that nobody has looked at.
    pub(in crate::store) const ANY: Self = Self { letters: u64::MAX, pairs: [u64::MAX; 2] };

    /// Of a job's id, name, title and reference, one behind the other. Words begin in all but the id.
    pub(in crate::store) fn of(parts: [&str; 4], joined: &str) -> Self {
        if !joined.is_ascii() {
            return Self::of_any(parts);
        }
        let mut signature = Self::of_ascii(joined);
        for part in parts.into_iter().skip(1) {
            let mut before = b' ';
            for byte in part.bytes() {
                let begins = u64::from(begins_word(before, byte));
                // What begins a word is a letter.
                signature.letters |= begins << ((u32::from(byte & 31) + STARTS - 1) % 64);
                before = byte;
            }
        }
        signature
    }

    fn of_any(parts: [&str; 4]) -> Self {
        let mut signature = Self { letters: BEYOND_ASCII, pairs: [0; 2] };
        for (nth, part) in parts.into_iter().enumerate() {
            let (mut before, mut lasts) = (None, [None; 3]);
            for here in part.chars() {
                let (firsts, behind) = signature.add_forms(here);
                for (last, first) in lasts.into_iter().flat_map(|last| firsts.map(|first| (last, first))) {
                    signature.add_pair(last, first);
                }
                if nth > 0 && may_begin_word(before, here) {
                    let starts = firsts.into_iter().flatten().filter(u8::is_ascii_lowercase);
                    signature.letters |= starts.map(start).fold(0, |all, one| all | one);
                }
                (before, lasts) = (Some(here), behind);
            }
        }
        signature
    }

    /// Adds the ASCII that a character may be taken for: in lower case, which may be several characters, by
    /// simple folding, and without its accent. Gives those that may stand first, and those that may stand last.
    fn add_forms(&mut self, here: char) -> ([Option<u8>; 3], [Option<u8>; 3]) {
        let (simple, plain) = (ascii(to_lower_case(here)), ascii(to_lower_case(normalize(here))));
        let mut lower = here.to_lowercase().map(ascii);
        let first = lower.next().flatten();
        let last = lower.fold(first, |last, next| {
            self.add_pair(last, next);
            next
        });
        for byte in [first, last, simple, plain].into_iter().flatten() {
            self.letters |= letter(byte);
        }
        ([first, simple, plain], [last, simple, plain])
    }

    /// Of the ASCII in a query's text: what a job's text must hold.
    pub(super) fn of_ascii(text: &str) -> Self {
        let mut signature = Self::default();
        let mut before = None;
        for byte in text.bytes() {
            if !byte.is_ascii() {
                before = None;
                continue;
            }
            let lower = byte.to_ascii_lowercase();
            signature.letters |= letter(lower);
            if let Some(before) = before {
                signature.add(pair(before, lower));
            }
            before = Some(lower);
        }
        signature
    }

    /// Of the pairs of neighbouring digits in a query's text alone.
    pub(super) fn of_numbers(text: &str) -> Self {
        let mut signature = Self::default();
        for two in text.as_bytes().windows(2) {
            if let [a, b] = *two
                && a.is_ascii_digit()
                && b.is_ascii_digit()
            {
                signature.add(pair(a, b));
            }
        }
        signature
    }

    /// What is in both.
    pub(super) fn and(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.pairs, other.pairs);
        Self { letters: self.letters & other.letters, pairs: [a & c, b & d] }
    }

    /// What is in either.
    pub(super) fn or(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.pairs, other.pairs);
        Self { letters: self.letters | other.letters, pairs: [a | c, b | d] }
    }

    /// The same without its pairs.
    pub(super) fn letters(self) -> Self {
        Self { pairs: [0; 2], ..self }
    }

    /// Touches it, so that it is near when it is read.
    pub(in crate::store) fn touch(&self) -> u64 {
        self.letters
    }

    /// Whether all of the text is ASCII.
    pub(super) fn is_ascii(self) -> bool {
        self.letters & BEYOND_ASCII == 0
    }

    /// Whether a text may hold all that another one holds.
    pub(super) fn covers(self, part: Self) -> bool {
        let [a, b] = self.pairs;
        let [part_a, part_b] = part.pairs;
        self.has_letters(part) && a & part_a == part_a && b & part_b == part_b
    }

    /// Whether a text may hold all letters of another one, wherever they stand.
    pub(super) fn has_letters(self, part: Self) -> bool {
        self.letters & part.letters == part.letters
    }

    /// Whether a word of the text may begin with a letter, in lower case; true of what is none.
    pub(super) fn has_start(self, letter: char) -> bool {
        let letter = u8::try_from(letter).ok().filter(u8::is_ascii_lowercase);
        letter.is_none_or(|letter| self.letters & start(letter) != 0)
    }

    /// Whether a text may hold a pair.
    pub(super) fn has(self, pair: u8) -> bool {
        let [low, high] = self.pairs;
        let half = if pair < 64 { low } else { high };
        half >> (pair % 64) & 1 == 1
    }

    fn add_pair(&mut self, before: Option<u8>, byte: Option<u8>) {
        if let (Some(before), Some(byte)) = (before, byte) {
            self.letters |= letter(byte);
            self.add(pair(before, byte));
        }
    }

    fn add(&mut self, pair: u8) {
        let [low, high] = &mut self.pairs;
        *(if pair < 64 { low } else { high }) |= 1 << (pair % 64);
    }
}

/// Its place is chosen and not branched to: letters, digits and others follow each other as they like.
fn letter(lower: u8) -> u64 {
    let (from_a, from_0) = (lower.wrapping_sub(b'a'), lower.wrapping_sub(b'0'));
    let digit_or_other = if from_0 < 10 { from_0 + 26 } else { 62 };
    1 << if from_a < 26 { from_a } else { digit_or_other }
}

/// What no query asks for.
const BEYOND_ASCII: u64 = 1 << 63;

fn ascii(char: char) -> Option<u8> {
    u8::try_from(char).ok().filter(u8::is_ascii).map(|byte| byte.to_ascii_lowercase())
}

/// Whether any word begins with a character behind another one, by whatever is called a word.
fn may_begin_word(before: Option<char>, here: char) -> bool {
    before.is_none_or(|before| {
        !before.is_alphabetic()
            || before.is_numeric()
            || here.is_numeric()
            || before.is_lowercase() && here.is_uppercase()
    })
}

fn start(lower: u8) -> u64 {
    letter(lower) << STARTS
}

/// So much higher than a letter's bit is the one of a word that begins with it.
const STARTS: u32 = 36;

/// Whether a word begins with a character behind another one: a letter behind what is none, or at a hump.
fn begins_word(before: u8, byte: u8) -> bool {
    let hump = before.is_ascii_lowercase() & byte.is_ascii_uppercase();
    byte.is_ascii_alphabetic() & (!before.is_ascii_alphabetic() | hump)
}

/// The bit, of 128, of two neighbours in lower case.
pub(super) fn pair(before: u8, byte: u8) -> u8 {
    let mixed = (u32::from(before) << 8 | u32::from(byte)).wrapping_mul(0x9e37_79b1);
    // The upper seven bits.
    u8::try_from(mixed >> 25).unwrap_or_default()
}
