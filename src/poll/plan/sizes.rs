//! How many jobs a page is asked for: as many as the service gives, unless they are too large together. Jobs
//! bring their configurations along, in which a word list of the documented length has megabytes. Whatever
//! was too large is asked for again with fewer, down to one; the newest page keeps to that for a while, so
//! that a refresh does not ask in vain each time, and all others as long as their jobs stay so large.

use std::time::Duration;

use super::Purpose;
use crate::api::{PAGE_LIMIT, Page};

/// From what there is at most down to a single job. Two, because of a single one nobody knows whether others
/// were created with it.
const STEPS: [usize; 4] = [PAGE_LIMIT, 10, 2, 1];

/// How long a page stays as small as it had to be.
const MEMORY: Duration = Duration::from_secs(10 * 60);

/// How many bytes a larger page may be expected to have. Far below what is read of one: jobs differ.
const ROOM: usize = 8 * 1024 * 1024;

/// The sizes of the newest page and of all others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    head: Size,
    rest: Size,
}

/// A place among the steps, and until when it is kept.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    step: usize,
    until: Duration,
}

impl Size {
    fn step(self, now: Duration) -> usize {
        if now < self.until { self.step } else { 0 }
    }

    fn shrink_to(&mut self, step: usize, now: Duration) {
        *self = Self { step: self.step(now).max(step), until: now + MEMORY };
    }
}

impl Sizes {
    /// How many jobs to ask for.
    pub(super) fn limit(&self, purpose: Purpose, now: Duration) -> usize {
        let size = if purpose == Purpose::Head { self.head } else { self.rest };
        STEPS.get(size.step(now)).copied().unwrap_or(PAGE_LIMIT)
    }

    /// A page was too large that was asked for with that limit; false where a smaller one cannot be.
    pub(super) fn shrink(&mut self, purpose: Purpose, limit: usize, now: Duration) -> bool {
        let Some(step) = STEPS.iter().position(|step| *step < limit) else { return false };
        if purpose == Purpose::Head {
            self.head.shrink_to(step, now);
        }
        self.rest.shrink_to(step, now);
        true
    }

    /// As many as there can be are wanted of all but the newest page; false where so many were asked for, or
    /// where a single job was that is too large to be asked for with others.
    pub(super) fn widen(&mut self, limit: usize) -> bool {
        let alone = limit == 1 && self.rest.step + 1 == STEPS.len();
        if limit >= PAGE_LIMIT || alone {
            return false;
        }
        self.rest = Size::default();
        true
    }

    /// Takes note of a page that came: where its jobs are small enough, more of them are asked for next.
    pub(super) fn note(&mut self, purpose: Purpose, page: &Page) {
        let Some(step) = self.rest.step.checked_sub(1).filter(|_| purpose != Purpose::Head) else { return };
        let larger = STEPS.get(step).copied().unwrap_or(PAGE_LIMIT);
        let expected = page.size.checked_div(page.listed).map(|each| each.saturating_mul(larger));
        if expected.is_some_and(|bytes| bytes <= ROOM) {
            self.rest.step = step;
        }
    }
}
