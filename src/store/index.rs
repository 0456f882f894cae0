//! Where the listings of an id are: a table of places alone, which takes five bytes a place. It is in parts of
//! different sizes, so that they grow one after the other: a table that grows reads the ids of all that it holds.

use hashbrown::HashTable;

use super::slab::Handle;

/// How many parts there are; a power of two.
const PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 11;

/// Listings by the hash of their ids. It holds no id: who asks compares.
#[derive(Debug)]
pub(super) struct Index {
    parts: Vec<HashTable<Handle>>,
}

impl Default for Index {
    fn default() -> Self {
        Self { parts: (0..PARTS).map(|_| HashTable::new()).collect() }
    }
}

/// The part for a hash, by bits that the tables do not look at: they take the lowest ones and the highest. The
/// last part has twice as many hashes as the first, and those between have ever more: with `u` of 0 to 1 for the
/// hash and `p` for the part, `u` is `(2p + p²) / 3`.
fn part(hash: u64) -> usize {
    const ONE: u64 = 1 << 20;
    let u = hash >> 32 & (ONE - 1);
    let p = (ONE * ONE + 3 * u * ONE).isqrt() - ONE;
    usize::try_from(p >> (20 - PART_BITS)).unwrap_or_default() % PARTS
}

impl Index {
    /// An index with room for about so many listings.
    pub(super) fn with_room(listings: usize) -> Self {
        // The density grows from two thirds to four thirds of the mean.
        let room = |nth: usize| listings * (2 * PARTS + 2 * nth) / (3 * PARTS * PARTS);
        Self { parts: (0..PARTS).map(|nth| HashTable::with_capacity(room(nth))).collect() }
    }

    /// All listings whose id may have this hash.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = Handle> {
        self.parts.get(part(hash)).into_iter().flat_map(move |part| part.iter_hash(hash).copied())
    }

    /// Adds a listing; `hash_of` tells the hash of one that is there. Where those of a part will be asked for,
    /// `touch` is called with all of them before.
    pub(super) fn insert(
        &mut self,
        hash: u64,
        handle: Handle,
        hash_of: impl Fn(Handle) -> u64,
        touch: impl FnOnce(&[Handle]),
    ) {
        if let Some(part) = self.parts.get_mut(part(hash)) {
            if part.len() == part.capacity() {
                touch(&part.iter().copied().collect::<Vec<_>>());
            }
            part.insert_unique(hash, handle, |held| hash_of(*held));
        }
    }

    /// Takes a listing out.
    pub(super) fn remove(&mut self, hash: u64, handle: Handle) {
        let part = self.parts.get_mut(part(hash));
        if let Some(Ok(entry)) = part.map(|part| part.find_entry(hash, |held| *held == handle)) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::BuildHasher;

    use foldhash::quality::RandomState;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_is_there_and_nothing_else(
            steps in prop::collection::vec((0..2_000_u32, any::<bool>()), 1..600), burst in 1..300_u32,
        ) {
            let hasher = RandomState::default();
            // Some share a hash, as listings of one id do.
            let hash_of = |handle: Handle| hasher.hash_one(handle.index() / 3);
            let (mut index, mut plain) = (Index::default(), BTreeSet::new());
            for (first, there) in steps {
                for handle in (first..first + burst).map(Handle::new) {
                    if there && plain.insert(handle) {
                        index.insert(hash_of(handle), handle, hash_of, |_| {});
                    } else if !there && plain.remove(&handle) {
                        index.remove(hash_of(handle), handle);
                    }
                }
            }
            for handle in (0..2_300).map(Handle::new) {
                prop_assert_eq!(index.get(hash_of(handle)).any(|held| held == handle), plain.contains(&handle));
            }
            let held: usize = index.parts.iter().map(HashTable::len).sum();
            prop_assert_eq!(held, plain.len());
        }
    }

    #[test]
    fn the_last_part_has_twice_as_much_as_the_first() {
        let mut counts = vec![0_u32; PARTS];
        for number in 0..1_u64 << 20 {
            counts[part(number << 32 | number)] += 1;
        }
        assert!(counts.is_sorted_by(|a, b| *a <= *b + 1), "{counts:?}");
        let parts = f64::from(1 << PART_BITS);
        let share = |at: usize| f64::from(counts[at]) * parts / f64::from(1 << 20);
        assert!((share(0) - 2.0 / 3.0).abs() < 0.01, "{}", share(0));
        assert!((share(PARTS - 1) - 4.0 / 3.0).abs() < 0.01, "{}", share(PARTS - 1));
    }
}
