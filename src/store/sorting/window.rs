//! Texts as numbers: what is compared eight bytes at a time.

use super::Stage;

/// The bytes of text that a key covers.
pub(super) const WINDOW: usize = 8;
/// And those that one covers that says first which prefix they stand behind.
pub(super) const BEHIND: usize = WINDOW - 1;

/// Eight bytes of a text from an offset on, as a number that compares as they do, and whether that is
/// all there is to compare. Each byte is one more than it is, and nothing is nothing: no byte of UTF-8 is
/// 255.
pub(super) fn window(text: &str, stage: Stage, offset: usize) -> (u64, bool) {
    let rest = text.as_bytes().get(offset..).unwrap_or_default();
    let ends = rest.len() <= WINDOW;
    match stage {
        Stage::Raw => (number(rest, |bytes| bytes), ends),
        Stage::Folded if text.is_ascii() => {
            (number(rest, lower), ends && !text.bytes().any(|byte| byte.is_ascii_uppercase()))
        }
        Stage::Folded => {
            let rest: Vec<u8> = folded(text).skip(offset).take(WINDOW).collect();
            (number(&rest, |bytes| bytes), false)
        }
    }
}

/// `01` in each byte.
const EACH: u64 = u64::MAX / 255;

/// The first eight bytes as a number, after `fold` has been at them.
pub(super) fn number(bytes: &[u8], fold: impl Fn(u64) -> u64) -> u64 {
    if let Some(bytes) = bytes.first_chunk() {
        return fold(u64::from_be_bytes(*bytes)) + EACH;
    }
    let count = bytes.len();
    let mut room = [0; WINDOW];
    for (place, byte) in room.iter_mut().zip(bytes) {
        *place = *byte;
    }
    // One more in each byte that is there; no byte of UTF-8 overflows.
    let there = if count == 0 { 0 } else { EACH << (8 * (WINDOW - count)) };
    fold(u64::from_be_bytes(room)) + there
}

/// Eight ASCII characters in lower case, all at once: a bit of each byte says whether it is a capital.
pub(super) fn lower(bytes: u64) -> u64 {
    let from_a = bytes + EACH * (0x80 - u64::from(b'A'));
    let behind_z = bytes + EACH * (0x7f - u64::from(b'Z'));
    let capital = (from_a ^ behind_z) & (EACH << 7);
    bytes | (capital >> 2)
}

/// The bytes of a text whose case no longer matters.
pub(super) fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.chars().flat_map(char::to_lowercase).flat_map(|char| {
        let mut room = [0; 4];
        let length = char.encode_utf8(&mut room).len();
        room.into_iter().take(length)
    })
}

/// How many bytes, up to `most`, two texts share from an offset on. Of texts beyond ASCII it may say less.
pub(super) fn shared(a: &str, b: &str, stage: Stage, offset: usize, most: usize) -> usize {
    let (rest_a, rest_b) = (a.as_bytes().get(offset..), b.as_bytes().get(offset..));
    let pairs = rest_a.unwrap_or_default().iter().zip(rest_b.unwrap_or_default()).take(most);
    match stage {
        Stage::Raw => pairs.take_while(|(a, b)| a == b).count(),
        Stage::Folded if a.is_ascii() && b.is_ascii() => {
            pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
        }
        Stage::Folded => 0,
    }
}
