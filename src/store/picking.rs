//! Asking a query of many jobs, and taking the keys of those that match: on several threads where there is enough to
//! ask, each of which has jobs of its own. What comes out is the same with one thread as with many. Between two
//! steps it holds nothing but room.
//!
//! To wake a processor that sleeps takes a fourth of a millisecond where that processor is virtual. So a step is several
//! times as long as that, and whoever comes late finds less to do.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;

use super::Store;
use super::column::Column;
use super::jobs::Handle;
use super::query::Scratch;
use super::rows::Wanted;
use super::sorting::{Sorters, Taken};
use super::vocabulary::Origin;

/// No more threads than this: a dashboard is a guest on its machine.
const MOST: usize = 4;
/// Jobs of a share: a fourth of a millisecond.
const SHARE: usize = 4_096;
/// Shares of a step, for each thread.
const SHARES: usize = 5;

static PROCESSORS: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// How the work is shared out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hands {
    /// How many threads, this one included.
    pub(super) threads: usize,
    /// How many shares they have in a step, if they are several.
    pub(super) shares: usize,
    /// How many jobs each of those has.
    pub(super) jobs: usize,
}

impl Hands {
    /// As the machine has processors.
    pub(super) fn of_machine() -> Self {
        let threads = (*PROCESSORS).min(MOST);
        Self { threads, shares: SHARES * threads, jobs: SHARE }
    }

    /// Whether so many jobs are worth several threads, and there are several.
    pub(super) fn is_much(self, jobs: usize) -> bool {
        self.threads > 1 && jobs > self.shares * self.jobs / 2
    }
}

/// What a thread is given at once, and what it finds.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// Those to ask about, newest first.
    pub(super) handles: Vec<Handle>,
    /// Those that match, in the same order. Where keys are taken these are in `taken` and `missing` instead.
    pub(super) matching: Vec<Handle>,
    pub(super) taken: Taken,
    /// What has nothing to sort by.
    pub(super) missing: Vec<Handle>,
    scratch: Scratch,
}

/// What is asked, and of what.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) store: &'a Store,
    pub(super) wanted: &'a Wanted,
    pub(super) now: Timestamp,
    /// By what those that match are sorted, where that can be told of each by itself.
    pub(super) key: Option<(Column, &'a Sorters)>,
    /// By source.
    pub(super) origins: Vec<Option<Origin<'a>>>,
}

/// Goes through all shares.
pub(super) fn pick(shares: &mut [Share], threads: usize, asking: &Asking<'_>) {
    let others = threads.min(shares.len()).saturating_sub(1);
    let shares = Mutex::new(shares.iter_mut());
    let next = || shares.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(share) = next() {
            share.pick(asking);
        }
    };
    thread::scope(|scope| {
        for _ in 0..others {
            // Where the machine has no thread to give, there are fewer.
            drop(thread::Builder::new().spawn_scoped(scope, work));
        }
        work();
    });
}

impl Share {
    /// Takes jobs to ask about. There is room for all that may be found: a thread that asks for memory is given
    /// some to keep.
    pub(super) fn take(&mut self, handles: Vec<Handle>, keyed: bool) {
        let count = handles.len();
        self.handles = handles;
        self.matching.clear();
        self.missing.clear();
        self.taken.clear(if keyed { count } else { 0 });
        if keyed {
            self.missing.reserve_exact(count);
        } else {
            self.matching.reserve_exact(count);
        }
    }

    fn pick(&mut self, asking: &Asking<'_>) {
        let Asking { store, wanted, .. } = asking;
        if wanted.asks_of_text() {
            self.handles.retain(|handle| wanted.may_match(store, *handle));
        }
        for handle in store.jobs.ahead(&mut self.handles, wanted.reads_text()) {
            let Some(held) = wanted.matches(asking, *handle, &mut self.scratch) else { continue };
            let Some((column, sorters)) = asking.key else {
                self.matching.push(*handle);
                continue;
            };
            match sorters.item(*handle, column.key(store.fleet(), held)) {
                Some(item) => self.taken.push(item),
                None => self.missing.push(*handle),
            }
        }
        if let Some((_, sorters)) = asking.key {
            self.taken.part(sorters);
        }
    }
}
