//! Values that many jobs share (a language, a model, a configuration), each held once. A value goes
//! when the last job that uses it lets go of it, so that a pool is never larger than what is in use.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use foldhash::quality::RandomState;
use hashbrown::HashTable;

/// A value's place in its pool. The default names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Symbol(u32);

/// So many places are looked at for the values there are: well below a millisecond.
const LOOKED_AT: usize = 65_536;

#[derive(Debug)]
struct Entry<T> {
    value: Option<T>,
    users: u32,
}

/// One kind of shared value.
#[derive(Debug)]
pub(super) struct Pool<T> {
    entries: Vec<Entry<T>>,
    free: Vec<Symbol>,
    table: HashTable<Symbol>,
    hasher: RandomState,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            table: HashTable::new(),
            hasher: RandomState::default(),
        }
    }
}

impl<T> Pool<T> {
    /// Counts one more user of a value, which is taken in with `own` if it is not there yet. Each call
    /// must be paid back by one [`release`](Self::release).
    pub(super) fn intern<Q>(&mut self, value: &Q, own: impl FnOnce(&Q) -> T) -> Symbol
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let hash = self.hasher.hash_one(value);
        let entries = &mut self.entries;
        let same = |symbol: &Symbol| at(entries, *symbol).is_some_and(|held| held.borrow() == value);
        if let Some(symbol) = self.table.find(hash, same).copied() {
            if let Some(entry) = entry(entries, symbol) {
                entry.users += 1;
            }
            return symbol;
        }
        let fresh = Entry { value: Some(own(value)), users: 1 };
        let symbol = if let Some(symbol) = self.free.pop() {
            if let Some(entry) = entry(entries, symbol) {
                *entry = fresh;
            }
            symbol
        } else {
            entries.push(fresh);
            // There are fewer values than jobs, and fewer jobs than 2³².
            Symbol(u32::try_from(entries.len()).unwrap_or(u32::MAX))
        };
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.table.insert_unique(hash, symbol, |symbol| {
            at(entries, *symbol).map_or(0, |held| hasher.hash_one(held.borrow()))
        });
        symbol
    }

    /// The value; `None` for the symbol that names none.
    pub(super) fn get(&self, symbol: Symbol) -> Option<&T> {
        at(&self.entries, symbol)
    }

    /// How many users a value has.
    pub(super) fn users(&self, symbol: Symbol) -> u32 {
        index(symbol).and_then(|at| self.entries.get(at)).map_or(0, |entry| entry.users)
    }

    /// Counts one user less; the last one takes the value along, which is given back then.
    pub(super) fn release<Q>(&mut self, symbol: Symbol) -> Option<T>
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entry = entry(&mut self.entries, symbol)?;
        entry.users = entry.users.saturating_sub(1);
        if entry.users > 0 {
            return None;
        }
        let value = entry.value.take()?;
        let hash = self.hasher.hash_one(value.borrow());
        if let Ok(place) = self.table.find_entry(hash, |held| *held == symbol) {
            place.remove();
        }
        self.free.push(symbol);
        Some(value)
    }

    /// As [`release`](Self::release), of a user who kept no symbol.
    pub(super) fn release_value<Q>(&mut self, value: &Q)
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let (hash, entries) = (self.hasher.hash_one(value), &self.entries);
        let same = |symbol: &Symbol| at(entries, *symbol).is_some_and(|held| held.borrow() == value);
        if let Some(symbol) = self.table.find(hash, same).copied() {
            self.release(symbol);
        }
    }

    /// The values, each with the number of its users; of very many some, since no more than [`LOOKED_AT`]
    /// places are looked at.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&T, u32)> {
        let places = self.entries.iter().take(LOOKED_AT);
        places.filter_map(|entry| Some((entry.value.as_ref()?, entry.users)))
    }

    /// How many values are held.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }
}

fn at<T>(entries: &[Entry<T>], symbol: Symbol) -> Option<&T> {
    entries.get(index(symbol)?)?.value.as_ref()
}

fn entry<T>(entries: &mut [Entry<T>], symbol: Symbol) -> Option<&mut Entry<T>> {
    entries.get_mut(index(symbol)?)
}

fn index(symbol: Symbol) -> Option<usize> {
    usize::try_from(symbol.0).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pool_holds_exactly_what_is_in_use(steps in prop::collection::vec((0..6_u8, any::<bool>()), 0..80)) {
            let mut pool: Pool<Box<str>> = Pool::default();
            let mut users: Vec<(String, Symbol)> = Vec::new();
            for (word, leave) in steps {
                let text = format!("word {word}");
                if let (true, Some(at)) = (leave, users.iter().position(|(held, _)| *held == text)) {
                    pool.release::<str>(users.swap_remove(at).1);
                } else {
                    users.push((text.clone(), pool.intern(text.as_str(), |text| text.into())));
                }
                for (text, symbol) in &users {
                    prop_assert_eq!(pool.get(*symbol).map(AsRef::as_ref), Some(text.as_str()));
                }
                let mut distinct: Vec<_> = users.iter().map(|(text, _)| text).collect();
                distinct.sort();
                distinct.dedup();
                prop_assert_eq!(pool.len(), distinct.len());
                prop_assert!(pool.entries.len() <= 6, "places are used again");
            }
            prop_assert!(pool.get(Symbol::default()).is_none());
        }
    }
}
