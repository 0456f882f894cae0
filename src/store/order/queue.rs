//! What an order was at one moment, to be taken from the front bit by bit while the order goes on changing. The two share
//! their pieces: whichever piece the order changes meanwhile is copied then.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Handle, Order};

/// Handles that wait to be taken, in an order.
#[derive(Debug, Default)]
pub(in crate::store) struct Queue {
    pieces: VecDeque<Arc<Vec<Handle>>>,
    /// How many of the first piece are taken.
    taken: usize,
    len: usize,
}

impl Order {
    /// The same handles in the same order.
    pub(in crate::store) fn queue(&self) -> Queue {
        let pieces = self.pieces.iter().map(|piece| Arc::clone(&piece.handles)).collect();
        Queue { pieces, taken: 0, len: self.len }
    }
}

impl Queue {
    pub(in crate::store) fn len(&self) -> usize {
        self.len
    }

    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = Handle> {
        self.pieces.iter().flat_map(|piece| piece.iter().copied()).skip(self.taken)
    }

    /// Takes so many handles from the front, if there are so many.
    pub(in crate::store) fn take_front(&mut self, count: usize) -> Vec<Handle> {
        let mut front = Vec::with_capacity(count.min(self.len));
        while front.len() < count
            && let Some(piece) = self.pieces.front()
        {
            let rest = piece.get(self.taken..).unwrap_or_default();
            let some = rest.get(..count - front.len()).unwrap_or(rest);
            front.extend_from_slice(some);
            self.taken += some.len();
            if self.taken == piece.len() {
                self.pieces.pop_front();
                self.taken = 0;
            }
        }
        self.len -= front.len();
        front
    }
}
