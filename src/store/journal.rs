//! Which jobs came, changed or went, in order: what the rows read to keep up without looking at every
//! job. Bounded; who is further behind than it reaches must look at everything again.

use super::jobs::Handle;

/// So many of the latest changes are always there. A refresh of a busy fleet changes some hundreds.
const KEPT: usize = 32_768;

/// The latest changes.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// How many changes have been forgotten.
    forgotten: u64,
    handles: Vec<Handle>,
}

impl Journal {
    pub(super) fn push(&mut self, handle: Handle) {
        if self.handles.len() >= 2 * KEPT {
            self.handles.drain(..KEPT);
            self.forgotten += u64::try_from(KEPT).unwrap_or_default();
        }
        self.handles.push(handle);
    }

    /// The place behind the latest change.
    pub(super) fn end(&self) -> u64 {
        self.forgotten + u64::try_from(self.handles.len()).unwrap_or_default()
    }

    /// What changed since a place, if that is still known.
    pub(super) fn since(&self, place: u64) -> Option<&[Handle]> {
        let from = usize::try_from(place.checked_sub(self.forgotten)?).ok()?;
        self.handles.get(from..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_latest_changes_and_says_when_it_cannot() {
        let mut journal = Journal::default();
        let start = journal.end();
        assert_eq!(journal.since(start), Some(&[][..]));
        for number in 0..3 * 32_768 {
            journal.push(Handle::new(number));
        }
        assert_eq!(journal.since(start), None);
        let latest = journal.since(journal.end() - 3).unwrap();
        assert_eq!(latest, [98_301, 98_302, 98_303].map(Handle::new));
        assert!(journal.since(journal.end() - 32_768).is_some());
        assert_eq!(journal.since(journal.end() + 1), None);
    }
}
