//! Keys as few digits: only the bits in which keys differ have to be sorted by, and of text those are few of
//! each byte.

/// The widest digit: so many counts stay in the nearest cache.
const WIDEST: u32 = 11;
/// How many bytes a digit can be made of.
const PARTS: usize = 3;

/// The low bits of one byte of a key, moved to their place in the digit.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    /// How far the byte is moved down, and then its bits up.
    down: u32,
    up: u32,
    mask: u64,
}

/// A digit of keys: some bits of neighbouring bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Digit {
    parts: [Part; PARTS],
    width: u32,
}

impl Digit {
    /// How many values it has.
    pub(super) fn values(self) -> usize {
        1 << self.width
    }

    /// The bits of a key that it is made of. Of keys that differ in the bits of digits alone, these compare as the
    /// values do.
    pub(super) fn mask(self) -> u64 {
        self.parts.iter().fold(0, |mask, part| mask | part.mask << part.down)
    }

    /// Its value in a key.
    pub(super) fn of(self, key: u64) -> usize {
        let value =
            self.parts.iter().fold(0, |value, part| value | ((key >> part.down) & part.mask) << part.up);
        // It has eleven bits.
        usize::try_from(value).unwrap_or_default()
    }
}

/// The digits of keys that differ in no other bits than these, the last one first: who sorts by one after
/// the other has sorted by the keys.
pub(super) fn digits(varying: u64) -> Vec<Digit> {
    let mut digits: Vec<(Digit, usize)> = Vec::new();
    for byte in 0..8_u32 {
        let bits = (varying >> (8 * byte)) & 0xff;
        let width = u64::BITS - bits.leading_zeros();
        if width == 0 {
            continue;
        }
        let fits = |(digit, parts): &&mut (Digit, usize)| digit.width + width <= WIDEST && *parts < PARTS;
        let part = |up| Part { down: 8 * byte, up, mask: (1 << width) - 1 };
        if let Some((digit, parts)) = digits.last_mut().filter(|last| fits(last)) {
            if let Some(place) = digit.parts.get_mut(*parts) {
                *place = part(digit.width);
            }
            digit.width += width;
            *parts += 1;
        } else {
            digits.push((Digit { parts: [part(0), Part::default(), Part::default()], width }, 1));
        }
    }
    digits.into_iter().map(|(digit, _)| digit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn by_its_digits_a_key_is_sorted(base: u64, varying: u64, sparse: u64, bits in prop::collection::vec(any::<u64>(), 1..60)) {
            for varying in [varying, varying & sparse & sparse.rotate_left(7), 0] {
                let keys: Vec<u64> = bits.iter().map(|bits| (base & !varying) | (bits & varying)).collect();
                let differing = keys.iter().fold(0, |all, key| all | (key ^ keys[0]));
                let digits = digits(differing);
                for (a, b) in keys.iter().zip(keys.iter().skip(1)) {
                    for digit in &digits {
                        let masked = (a & digit.mask()).cmp(&(b & digit.mask()));
                        prop_assert_eq!(masked, digit.of(*a).cmp(&digit.of(*b)));
                    }
                }
                prop_assert!(digits.iter().all(|digit| keys.iter().all(|key| digit.of(*key) < digit.values())));
                let mut by_digits = keys.clone();
                for digit in digits {
                    by_digits.sort_by_key(|key| digit.of(*key));
                }
                let mut sorted = keys;
                sorted.sort_unstable();
                prop_assert_eq!(by_digits, sorted);
            }
        }
    }
}
