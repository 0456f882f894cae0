//! What is sorted: a handle and the part of its key that is being looked at.

use super::Handle;

/// A handle and its key, in twelve bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Item {
    key: [u32; 2],
    /// The handle's number, and whether the key is all there is to compare, so that equal keys are equal texts.
    handle: u32,
}

impl Item {
    /// The bit of what is no handle's: 2³¹ jobs do not fit into the memory of any machine that runs this.
    const EXACT: u32 = 1 << 31;

    pub(super) fn new(key: u64, handle: Handle, exact: bool) -> Self {
        let number = u32::try_from(handle.index()).unwrap_or(u32::MAX) & !Self::EXACT;
        Self { key: halves(key), handle: if exact { number | Self::EXACT } else { number } }
    }

    pub(super) fn key(self) -> u64 {
        let [high, low] = self.key;
        u64::from(high) << 32 | u64::from(low)
    }

    pub(super) fn set(&mut self, key: u64, exact: bool) {
        *self = Self::new(key, self.handle(), exact);
    }

    pub(super) fn handle(self) -> Handle {
        Handle::new(self.handle & !Self::EXACT)
    }

    pub(super) fn exact(self) -> bool {
        self.handle & Self::EXACT != 0
    }
}

fn halves(key: u64) -> [u32; 2] {
    [key >> 32, key & u64::from(u32::MAX)].map(|half| u32::try_from(half).unwrap_or_default())
}
