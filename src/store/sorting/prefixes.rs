//! What many texts begin with, learned from some of them. A key of eight bytes says little of texts that
//! all begin with one of a few words; one that says which word, and then what stands behind it, tells almost
//! all of them apart at once.

use std::cmp::Ordering;

use super::window::{BEHIND, WINDOW, folded, lower, number};

/// The most prefixes: one byte of a key says which of them, or between which of them.
const MOST: usize = 127;
/// A prefix that fewer of the samples than one of so many have is none.
const RARE: usize = 64;

/// Some bytes of a prefix as a number, and where they stand in it.
#[derive(Debug, PartialEq)]
struct Piece {
    number: u64,
    mask: u64,
}

/// A prefix, in lower case: eight bytes of it after the other.
#[derive(Debug, PartialEq)]
struct Prefix {
    first: Piece,
    more: Box<[Piece]>,
    length: usize,
}

/// Prefixes in order, none of which begins with another one.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    known: Vec<Prefix>,
}

impl Prefixes {
    /// Learns from samples.
    pub(super) fn of<'a>(samples: impl Iterator<Item = &'a str>) -> Self {
        let mut samples: Vec<Vec<u8>> = samples.map(|text| folded(text).collect()).collect();
        samples.sort_unstable();
        let mut prefixes = Self::default();
        prefixes.learn(&samples, 0, (samples.len() / RARE).max(2));
        prefixes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Learns from samples in order, whose first bytes are known to be equal.
    fn learn(&mut self, samples: &[Vec<u8>], equal: usize, least: usize) {
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return };
        if samples.len() < least || self.known.len() == MOST {
            return;
        }
        let more = first.iter().zip(last).skip(equal).take_while(|(a, b)| a == b).count();
        let shared = equal + more;
        let behind =
            |text: &[u8]| number(text.get(shared..).unwrap_or_default(), |bytes| bytes) >> (64 - 8 * BEHIND);
        let differ = |two: &&[Vec<u8>]| matches!(two, [a, b] if behind(a) != behind(b));
        let kinds = 1 + samples.windows(2).filter(differ).count();
        if shared > 0 && 2 * kinds > samples.len() {
            self.known.push(Prefix::new(first.get(..shared).unwrap_or_default()));
        } else if kinds > 1 {
            for group in samples.chunk_by(|a, b| a.get(shared) == b.get(shared)) {
                self.learn(group, shared, least);
            }
        }
    }

    /// A text's place among the prefixes and what stands behind its own one, as a number that compares as the
    /// texts do, case aside; and whether that is all there is to compare.
    pub(super) fn key(&self, text: &str) -> (u64, bool) {
        if text.is_ascii() {
            let (key, ends) = self.key_of(text.as_bytes(), lower);
            return (key, ends && !text.bytes().any(|byte| byte.is_ascii_uppercase()));
        }
        let text: Vec<u8> = folded(text).collect();
        (self.key_of(&text, |bytes| bytes).0, false)
    }

    fn key_of(&self, text: &[u8], fold: impl Fn(u64) -> u64) -> (u64, bool) {
        let start = number(text, &fold);
        // By the first bytes alone, which takes no branch; of those that begin alike perhaps too many.
        let mut before =
            self.known.partition_point(|prefix| prefix.first.number <= start & prefix.first.mask);
        let mut own = None;
        while let Some(prefix) = before.checked_sub(1).and_then(|at| self.known.get(at)) {
            match prefix.compare(start, text, &fold) {
                Ordering::Less => break,
                Ordering::Equal => {
                    own = Some(prefix);
                    break;
                }
                Ordering::Greater => before -= 1,
            }
        }
        let rest = text.get(own.map_or(0, |prefix| prefix.length)..).unwrap_or_default();
        let place = u64::try_from(2 * before - usize::from(own.is_some())).unwrap_or_default();
        (place << (8 * BEHIND) | number(rest, fold) >> (64 - 8 * BEHIND), rest.len() <= BEHIND)
    }
}

impl Prefix {
    fn new(bytes: &[u8]) -> Self {
        let mut pieces = bytes.chunks(WINDOW).map(|bytes| {
            let mask = if bytes.is_empty() { 0 } else { u64::MAX << (8 * (WINDOW - bytes.len())) };
            Piece { number: number(bytes, |bytes| bytes), mask }
        });
        let first = pieces.next().unwrap_or(Piece { number: 0, mask: 0 });
        Self { first, more: pieces.collect(), length: bytes.len() }
    }

    /// Compares it with as many bytes at the beginning of a text, of which the first ones are known as a number.
    fn compare(&self, start: u64, text: &[u8], fold: impl Fn(u64) -> u64) -> Ordering {
        let mut order = self.first.number.cmp(&(start & self.first.mask));
        let mut rest = text;
        for piece in &self.more {
            if order.is_ne() {
                break;
            }
            rest = rest.get(WINDOW..).unwrap_or_default();
            order = piece.number.cmp(&(number(rest, &fold) & piece.mask));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::column::compare_text;

    proptest! {
        #[test]
        fn keys_compare_as_texts_do(
            samples in prop::collection::vec("(call-recording-|call-|invoice )?[aAbé\0\u{7f}-]{0,9}", 0..60),
            texts in prop::collection::vec("(call-recording-|Call-|INVOICE |é)?[aAbé\0\u{7f}-]{0,9}", 2..40),
        ) {
            let prefixes = Prefixes::of(samples.iter().map(String::as_str));
            for (a, b) in texts.iter().zip(texts.iter().skip(1)) {
                let ((key_a, exact_a), (key_b, exact_b)) = (prefixes.key(a), prefixes.key(b));
                let lower = |text: &str| folded(text).collect::<Vec<u8>>();
                if key_a == key_b {
                    prop_assert!(!exact_a || !exact_b || a == b, "{a:?} {b:?}");
                    let most = BEHIND.min(lower(a).len()).min(lower(b).len());
                    prop_assert_eq!(&lower(a)[..most], &lower(b)[..most]);
                } else {
                    prop_assert_eq!(key_a.cmp(&key_b), lower(a).cmp(&lower(b)), "{:?} {:?}", a, b);
                    prop_assert_eq!(key_a.cmp(&key_b), compare_text(a, b), "{:?} {:?}", a, b);
                }
            }
        }
    }

    #[test]
    fn what_names_begin_with_is_learned() {
        let name = |at: u32| {
            let family = ["call", "Board-Meeting", "invoice", "Interview"][usize::try_from(at % 4).unwrap()];
            format!("{family}-{:06}.wav", at.wrapping_mul(2_654_435_761) % 1_000_000)
        };
        let names: Vec<String> = (0..512).map(name).collect();
        let prefixes = Prefixes::of(names.iter().map(String::as_str));
        let known = ["board-meeting-", "call-", "interview-", "invoice-"];
        assert_eq!(prefixes.known, known.map(|prefix| Prefix::new(prefix.as_bytes())));
        assert!(Prefixes::of([].into_iter()).is_empty());
        assert!(Prefixes::of(["the same"; 9].into_iter()).is_empty());
    }
}
