//! Places for what there are many of: listings and their signatures. A place that became free
//! is used again; places never move, so that growing costs nothing but the memory.

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

/// All of one kind.
#[derive(Debug)]
pub(super) struct Slab<T> {
    parts: Vec<Vec<Option<T>>>,
    free: Vec<Handle>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { parts: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    pub(super) fn get(&self, handle: Handle) -> Option<&T> {
        self.parts.get(handle.index() / PART)?.get(handle.index() % PART)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        self.parts.get_mut(handle.index() / PART)?.get_mut(handle.index() % PART)?.as_mut()
    }

    /// How many places there are, taken or free.
    pub(super) fn places(&self) -> usize {
        self.parts.len().saturating_sub(1) * PART + self.parts.last().map_or(0, Vec::len)
    }

    /// The place that the next one takes.
    pub(super) fn next(&self) -> Handle {
        let behind = || Handle(u32::try_from(self.places()).unwrap_or(u32::MAX));
        self.free.last().copied().unwrap_or_else(behind)
    }

    pub(super) fn insert(&mut self, value: T) -> Handle {
        if let Some(handle) = self.free.pop() {
            let part = self.parts.get_mut(handle.index() / PART);
            if let Some(place) = part.and_then(|part| part.get_mut(handle.index() % PART)) {
                *place = Some(value);
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
            part.push(Some(value));
        }
        Handle(u32::try_from(number).unwrap_or(u32::MAX))
    }

    pub(super) fn remove(&mut self, handle: Handle) -> Option<T> {
        let part = self.parts.get_mut(handle.index() / PART)?;
        let value = part.get_mut(handle.index() % PART)?.take()?;
        self.free.push(handle);
        Some(value)
    }
}

/// A small value for each place of a slab, close together, so that all of them are quickly looked at, but in no
/// single large piece: who frees such a piece teaches the system's allocator to keep large ones.
#[derive(Debug)]
pub(super) struct Beside<T> {
    parts: Vec<Vec<T>>,
}

impl<T> Default for Beside<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T> Beside<T> {
    pub(super) fn get(&self, handle: Handle) -> Option<&T> {
        self.parts.get(handle.index() / PART)?.get(handle.index() % PART)
    }

    /// What no place of the parts up to this one's has got yet is `unset`.
    #[inline]
    pub(super) fn set(&mut self, handle: Handle, value: T, unset: T)
    where
        T: Copy,
    {
        let (number, at) = (handle.index() / PART, handle.index() % PART);
        if let Some(place) = self.parts.get_mut(number).and_then(|part| part.get_mut(at)) {
            *place = value;
            return;
        }
        self.make_room(number, at, unset);
        if let Some(place) = self.parts.get_mut(number).and_then(|part| part.get_mut(at)) {
            *place = value;
        }
    }

    /// A whole part at once, for handles mostly come one behind the other; of the first one what is asked for, since most
    /// fleets are small.
    #[cold]
    fn make_room(&mut self, number: usize, at: usize, unset: T)
    where
        T: Copy,
    {
        if number >= self.parts.len() {
            self.parts.resize_with(number + 1, Vec::new);
        }
        if let Some(part) = self.parts.get_mut(number) {
            let room = if number > 0 { PART } else { at + 1 };
            if room == PART {
                part.reserve_exact(room - part.len());
            }
            part.resize(room, unset);
        }
    }
}
