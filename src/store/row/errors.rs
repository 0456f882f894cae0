//! What went wrong with jobs, apart from the rows: most jobs have no errors, and a callback that fails does so for
//! many with the same message.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::JobError;
use crate::store::pool::Pool;
use crate::store::slab::Handle;

/// The errors of the listings that have some. A tree, since it grows without ever taking a long step.
#[derive(Debug, Default)]
pub(super) struct Errors {
    of: BTreeMap<Handle, Box<[JobError]>>,
    messages: Pool<Arc<str>>,
}

impl Errors {
    pub(super) fn get(&self, handle: Handle) -> &[JobError] {
        self.of.get(&handle).map_or(&[], |errors| errors)
    }

    /// Puts errors in the place of those that a listing had.
    pub(super) fn set(&mut self, handle: Handle, errors: &[JobError]) {
        let shared = errors.iter().map(|error| {
            let symbol = self.messages.intern(&*error.message, |text| text.into());
            let message = self.messages.get(symbol).unwrap_or(&error.message);
            JobError { timestamp: error.timestamp, message: Arc::clone(message) }
        });
        let shared: Box<[JobError]> = shared.collect();
        let before = if shared.is_empty() { self.of.remove(&handle) } else { self.of.insert(handle, shared) };
        for error in before.iter().flatten() {
            self.messages.release_value(&*error.message);
        }
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = (&str, u32)> {
        self.messages.iter().map(|(message, users)| (message.as_ref(), users))
    }

    /// How many messages are held.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.messages.len() + self.of.len()
    }
}
