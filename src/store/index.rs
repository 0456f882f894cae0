//! Where the listings of an id are: a table of places alone, which takes five bytes a place. It is in parts, so
//! that only one of them grows at a time: a table that grows reads the ids of all that it holds.

use hashbrown::HashTable;

use super::slab::Handle;

/// How many parts there are; a power of two.
const PARTS: usize = 64;

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

/// The part for a hash, by bits that the tables do not look at: they take the lowest ones and the highest.
fn part(hash: u64) -> usize {
    usize::try_from(hash >> 40).unwrap_or_default() % PARTS
}

impl Index {
    /// An index with room for about so many listings.
    pub(super) fn with_room(listings: usize) -> Self {
        Self { parts: (0..PARTS).map(|_| HashTable::with_capacity(listings / PARTS)).collect() }
    }

    /// All listings whose id may have this hash.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = Handle> {
        self.parts.get(part(hash)).into_iter().flat_map(move |part| part.iter_hash(hash).copied())
    }

    /// Adds a listing; `hash_of` tells the hash of one that is there.
    pub(super) fn insert(&mut self, hash: u64, handle: Handle, hash_of: impl Fn(Handle) -> u64) {
        if let Some(part) = self.parts.get_mut(part(hash)) {
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
                        index.insert(hash_of(handle), handle, hash_of);
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
}
