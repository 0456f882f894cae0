//! The places of the listings. A place that became free is used again; places never move, so that
//! growing costs nothing but the memory.

use super::row::Row;

/// A place in the slab. A handle of a job that went may later name another job: hold a
/// [`JobKey`](crate::model::JobKey) across merges instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(u32);

impl Handle {
    pub(super) fn new(number: u32) -> Self {
        Self(number)
    }

    pub(super) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// How many places are made at once.
const PART: usize = 4_096;

/// All listings.
#[derive(Debug, Default)]
pub(super) struct Slab {
    parts: Vec<Vec<Option<Row>>>,
    free: Vec<Handle>,
}

impl Slab {
    pub(super) fn get(&self, handle: Handle) -> Option<&Row> {
        self.parts.get(handle.index() / PART)?.get(handle.index() % PART)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut Row> {
        self.parts.get_mut(handle.index() / PART)?.get_mut(handle.index() % PART)?.as_mut()
    }

    /// How many places there are, taken or free.
    pub(super) fn places(&self) -> usize {
        self.parts.len().saturating_sub(1) * PART + self.parts.last().map_or(0, Vec::len)
    }

    pub(super) fn insert(&mut self, row: Row) -> Handle {
        if let Some(handle) = self.free.pop() {
            let part = self.parts.get_mut(handle.index() / PART);
            if let Some(place) = part.and_then(|part| part.get_mut(handle.index() % PART)) {
                *place = Some(row);
            }
            return handle;
        }
        if self.parts.last().is_none_or(|part| part.len() == PART) {
            // The first part grows as it is filled: most fleets are small.
            let room = if self.parts.is_empty() { 0 } else { PART };
            self.parts.push(Vec::with_capacity(room));
        }
        let full = self.parts.len().saturating_sub(1) * PART;
        let part = self.parts.last_mut();
        // 2³² jobs do not fit into the memory of any machine that runs this.
        let number = full + part.as_ref().map_or(0, |part| part.len());
        if let Some(part) = part {
            part.push(Some(row));
        }
        Handle(u32::try_from(number).unwrap_or(u32::MAX))
    }

    pub(super) fn remove(&mut self, handle: Handle) -> Option<Row> {
        let part = self.parts.get_mut(handle.index() / PART)?;
        let row = part.get_mut(handle.index() % PART)?.take()?;
        self.free.push(handle);
        Some(row)
    }
}
