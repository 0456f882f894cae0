//! A long sequence of handles that is kept in order: pieces of a bounded size, so that one handle comes
//! or goes by moving two kilobytes, not four megabytes. It does not know what the order is; whoever puts
//! a handle in says how the others compare with it.
//!
//! With *homes* it also knows of each handle in which piece it stands, so that a handle is found and
//! taken out without comparing anything: its job may have changed or gone since.

mod queue;

use std::cmp::Ordering;
use std::sync::Arc;

pub(super) use queue::Queue;

use super::slab::{Beside, Handle};

/// The most handles of a piece.
const MOST: usize = 512;
/// The home of a handle that is nowhere.
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Piece {
    /// Its name in the homes; meaningless without them.
    name: u32,
    /// How many there are and the first of them, so that who goes by them looks at nothing else.
    len: usize,
    first: Option<Handle>,
    handles: Arc<Vec<Handle>>,
}

impl Piece {
    fn new(name: u32, handles: Vec<Handle>) -> Self {
        Self { name, len: handles.len(), first: handles.first().copied(), handles: Arc::new(handles) }
    }

    /// Changes the handles, which a [`Queue`] may share.
    fn change<T>(&mut self, how: impl FnOnce(&mut Vec<Handle>) -> T) -> T {
        let result = how(Arc::make_mut(&mut self.handles));
        (self.len, self.first) = (self.handles.len(), self.handles.first().copied());
        result
    }
}

/// Where handles stand: handle → piece's name → piece's place.
#[derive(Debug, Default)]
struct Homes {
    names: Beside<u32>,
    places: Vec<usize>,
    free: Vec<u32>,
}

impl Homes {
    fn settle(&mut self, handles: &[Handle], name: u32) {
        for handle in handles {
            self.names.set(*handle, name, NOWHERE);
        }
    }

    fn place(&self, handle: Handle) -> Option<usize> {
        let name = self.names.get(handle).filter(|name| **name != NOWHERE)?;
        self.places.get(usize::try_from(*name).ok()?).copied()
    }

    fn name(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.places.push(0);
            u32::try_from(self.places.len() - 1).unwrap_or(NOWHERE)
        })
    }
}

/// Handles in an order.
#[derive(Debug, Default)]
pub(super) struct Order {
    pieces: Vec<Piece>,
    len: usize,
    homes: Option<Homes>,
    /// Where a handle was put in last: the jobs of a page stand close to one another.
    last: (usize, usize),
}

impl Order {
    /// An empty one that knows where each handle stands.
    pub(super) fn with_homes() -> Self {
        Self { homes: Some(Homes::default()), ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Handle> {
        self.pieces.iter().flat_map(|piece| piece.handles.iter().copied())
    }

    /// All handles in one piece of memory.
    #[cfg(test)]
    pub(super) fn to_vec(&self) -> Vec<Handle> {
        self.iter().collect()
    }

    /// The handle at a place.
    pub(super) fn get(&self, at: usize) -> Option<Handle> {
        let (place, at) = self.seek(at)?;
        self.pieces.get(place)?.handles.get(at).copied()
    }

    /// The handles from a place on, at most so many.
    pub(super) fn slice(&self, first: usize, count: usize) -> Vec<Handle> {
        let Some((place, at)) = self.seek(first) else { return Vec::new() };
        let pieces = self.pieces.get(place..).unwrap_or_default();
        pieces.iter().flat_map(|piece| piece.handles.iter().copied()).skip(at).take(count).collect()
    }

    /// Where a handle stands; needs homes.
    pub(super) fn position(&self, handle: Handle) -> Option<usize> {
        let place = self.homes.as_ref()?.place(handle)?;
        let before: usize = self.pieces.get(..place)?.iter().map(|piece| piece.len).sum();
        Some(before + self.pieces.get(place)?.handles.iter().position(|held| *held == handle)?)
    }

    /// Whether a handle is in it; needs homes.
    pub(super) fn contains(&self, handle: Handle) -> bool {
        self.homes.as_ref().is_some_and(|homes| homes.place(handle).is_some())
    }

    /// The handles from the first one on that is not `before`.
    pub(super) fn from(&self, before: impl Fn(&Handle) -> bool) -> impl Iterator<Item = Handle> {
        let place = self.place_of(&before);
        let at = self.pieces.get(place).map_or(0, |piece| piece.handles.partition_point(before));
        self.pieces.iter().skip(place).flat_map(|piece| piece.handles.iter().copied()).skip(at)
    }

    /// Puts a handle behind all others.
    pub(super) fn push(&mut self, handle: Handle) {
        self.extend(&[handle]);
    }

    /// Puts handles behind all others, in their order.
    pub(super) fn extend(&mut self, handles: &[Handle]) {
        let mut rest = handles;
        while !rest.is_empty() {
            if self.pieces.last().is_none_or(|piece| piece.len >= MOST) {
                self.open(self.pieces.len(), Vec::with_capacity(MOST));
            }
            let Some(piece) = self.pieces.last_mut() else { return };
            let (some, others) = rest.split_at(rest.len().min(MOST - piece.len));
            piece.change(|handles| handles.extend_from_slice(some));
            self.len += some.len();
            if let Some(homes) = &mut self.homes {
                homes.settle(some, piece.name);
            }
            rest = others;
        }
    }

    /// Turns it round: the last one is the first then.
    pub(super) fn turn(&mut self) {
        for piece in &mut self.pieces {
            piece.change(|handles| handles.reverse());
        }
        self.pieces.reverse();
        self.renumber(0);
        self.last = (0, 0);
    }

    /// Puts a handle where it belongs; `compare` tells how a handle that is there stands to it.
    pub(super) fn insert(&mut self, handle: Handle, compare: impl Fn(Handle) -> Ordering) {
        let before = |held: &Handle| compare(*held) == Ordering::Less;
        // New jobs come at one end, history at the other: those two are asked first.
        let last = self.pieces.last().and_then(|piece| piece.handles.last());
        if last.is_none_or(before) {
            return self.push(handle);
        }
        if self.pieces.first().and_then(|piece| piece.first).is_some_and(|held| !before(&held)) {
            if self.pieces.first().is_some_and(|piece| piece.len >= MOST) {
                self.open(0, Vec::new());
            }
            return self.put(0, 0, handle);
        }
        let (place, at) = self.close_to_last(before).unwrap_or_else(|| {
            let place = self.place_of(before);
            (place, self.pieces.get(place).map_or(0, |piece| piece.handles.partition_point(before)))
        });
        // History is read in several stretches at once, each of which goes on where it ended: the pieces
        // that it leaves behind stay full.
        if at >= MOST && self.pieces.get(place).is_some_and(|piece| piece.len == at) {
            self.open(place + 1, Vec::new());
            self.put(place + 1, 0, handle);
            self.last = (place + 1, 0);
            return;
        }
        self.put(place, at, handle);
        self.last = (place, at);
        if self.pieces.get(place).is_some_and(|piece| piece.len > MOST) {
            self.split(place);
        }
    }

    /// The place of a handle that belongs a little behind the one that was put in last, in its piece.
    fn close_to_last(&self, before: impl Fn(&Handle) -> bool) -> Option<(usize, usize)> {
        let (place, from) = self.last;
        let rest = self.pieces.get(place)?.handles.get(from..)?;
        // What is before it belongs elsewhere.
        if !rest.first().is_some_and(&before) {
            return None;
        }
        let (mut least, mut reach) = (1, 2);
        loop {
            let held = rest.get(reach - 1)?;
            if !before(held) {
                break;
            }
            (least, reach) = (reach, reach * 2);
        }
        let near = rest.get(least..reach)?;
        Some((place, from + least + near.partition_point(before)))
    }

    /// Takes a handle out; `compare` as when it was put in.
    pub(super) fn remove(&mut self, handle: Handle, compare: impl Fn(Handle) -> Ordering) -> bool {
        let place = self.place_of(|held| compare(*held) != Ordering::Greater);
        self.take(place, handle)
    }

    /// Takes a handle out, wherever it stands; needs homes.
    pub(super) fn remove_at_home(&mut self, handle: Handle) -> bool {
        let place = self.homes.as_ref().and_then(|homes| homes.place(handle));
        place.is_some_and(|place| self.take(place, handle))
    }

    /// Takes out all handles that are not to stay, in one pass. Not for an order with homes.
    pub(super) fn retain(&mut self, stays: impl Fn(Handle) -> bool) {
        for piece in &mut self.pieces {
            piece.change(|handles| handles.retain(|handle| stays(*handle)));
        }
        self.pieces.retain(|piece| piece.len > 0);
        self.len = self.pieces.iter().map(|piece| piece.len).sum();
    }

    /// The last piece whose first handle is `before`, or the first one.
    fn place_of(&self, before: impl Fn(&Handle) -> bool) -> usize {
        let behind = |piece: &Piece| piece.first.as_ref().is_some_and(&before);
        self.pieces.partition_point(behind).saturating_sub(1)
    }

    fn seek(&self, mut at: usize) -> Option<(usize, usize)> {
        for (place, piece) in self.pieces.iter().enumerate() {
            if at < piece.len {
                return Some((place, at));
            }
            at -= piece.len;
        }
        None
    }

    fn put(&mut self, place: usize, at: usize, handle: Handle) {
        let Some(piece) = self.pieces.get_mut(place) else { return };
        piece.change(|handles| handles.insert(at.min(handles.len()), handle));
        self.len += 1;
        if let Some(homes) = &mut self.homes {
            homes.settle(&[handle], piece.name);
        }
    }

    fn take(&mut self, place: usize, handle: Handle) -> bool {
        let Some(piece) = self.pieces.get_mut(place) else { return false };
        let Some(at) = piece.handles.iter().position(|held| *held == handle) else { return false };
        piece.change(|handles| handles.remove(at));
        self.len -= 1;
        let (empty, name) = (piece.len == 0, piece.name);
        if let Some(homes) = &mut self.homes {
            homes.settle(&[handle], NOWHERE);
            if empty {
                homes.free.push(name);
            }
        }
        if empty {
            self.pieces.remove(place);
            self.renumber(place);
        }
        true
    }

    fn split(&mut self, place: usize) {
        let Some(piece) = self.pieces.get_mut(place) else { return };
        let behind = piece.change(|handles| {
            let behind = handles.split_off(handles.len() / 2);
            handles.shrink_to_fit();
            behind
        });
        self.open(place + 1, behind);
    }

    /// Makes a new piece at a place.
    fn open(&mut self, place: usize, handles: Vec<Handle>) {
        let name = self.homes.as_mut().map_or(0, |homes| {
            let name = homes.name();
            homes.settle(&handles, name);
            name
        });
        self.pieces.insert(place, Piece::new(name, handles));
        self.renumber(place);
    }

    fn renumber(&mut self, from: usize) {
        let Some(homes) = &mut self.homes else { return };
        for (place, piece) in self.pieces.iter().enumerate().skip(from) {
            let name = usize::try_from(piece.name).unwrap_or(usize::MAX);
            if let Some(known) = homes.places.get_mut(name) {
                *known = place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_list(
            steps in prop::collection::vec((0..3_000_u32, 0..4_u8), 1..200), burst in 1..1_500_u32, homes: bool,
        ) {
            let mut order = if homes { Order::with_homes() } else { Order::default() };
            let mut plain: Vec<Handle> = Vec::new();
            for (number, what) in steps {
                // Bursts in a row open, split and close whole pieces.
                let numbers = if what > 1 { number..number + burst } else { number..number + 1 };
                for handle in numbers.map(Handle::new) {
                    match (plain.binary_search(&handle), what % 2 == 0) {
                        (Err(at), true) => {
                            plain.insert(at, handle);
                            order.insert(handle, |held| held.cmp(&handle));
                        }
                        (Ok(at), false) => {
                            plain.remove(at);
                            let gone = if homes {
                                order.remove_at_home(handle)
                            } else {
                                order.remove(handle, |held| held.cmp(&handle))
                            };
                            prop_assert!(gone);
                        }
                        _ => {}
                    }
                }
            }
            prop_assert_eq!(&order.to_vec(), &plain);
            prop_assert_eq!(order.len(), plain.len());
            prop_assert!(order.pieces.iter().all(|piece| (1..=MOST).contains(&piece.handles.len())));
            for (at, handle) in plain.iter().enumerate().step_by(97) {
                prop_assert_eq!(order.get(at), Some(*handle));
                prop_assert_eq!(order.slice(at, 700), plain.get(at..plain.len().min(at + 700)).unwrap());
                prop_assert!(order.from(|held| held < handle).eq(plain.iter().skip(at).copied()));
                if homes {
                    prop_assert_eq!(order.position(*handle), Some(at));
                }
            }
            prop_assert_eq!(order.get(plain.len()), None);
            order.turn();
            plain.reverse();
            prop_assert_eq!(&order.to_vec(), &plain);
            if let (true, Some(middle)) = (homes, plain.get(plain.len() / 2)) {
                prop_assert_eq!(order.position(*middle), Some(plain.len() / 2));
            }
            let (mut queue, before) = (order.queue(), plain.clone());
            prop_assert!(queue.iter().eq(before.iter().copied()));
            let mut taken = queue.take_front(burst as usize);
            prop_assert!(queue.iter().eq(before.iter().skip(taken.len()).copied()));
            if !homes {
                order.retain(|handle| handle.index() % 3 == 0);
                plain.retain(|handle| handle.index() % 3 == 0);
                prop_assert_eq!(order.to_vec(), plain);
            }
            // What becomes of the order does not reach the queue.
            while queue.len() > 0 {
                let some = queue.take_front(burst as usize);
                prop_assert!(some.len() == burst as usize || queue.len() == 0);
                taken.extend(some);
            }
            prop_assert_eq!(&taken, &before);
        }
    }
}
