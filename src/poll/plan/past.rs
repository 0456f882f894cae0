//! Reading the past: the holes of a list in parallel windows of time, newest first, and, once there are
//! none, a slow second reading that notices what was deleted and what expired.

use std::time::Duration;

use jiff::Timestamp;

use super::covered::{BEGINNING, Stretch};
use super::list::{List, Reach};
use super::{Bounds, Now, Purpose};
use crate::model::{Failure, RETENTION};
use crate::poll::backoff;

/// So many full pages in a row make it worth reading in several windows at once; a shorter list ends
/// before that pays.
const DEPTH: u32 = 5;

/// How many pages a window holds, if jobs lie as thick there as before. Where one window meets the
/// next, half a page is read twice.
const WINDOW_PAGES: i64 = 12;

/// How long after the end of a reading of the whole list the next one begins.
pub(super) const REVIEW_EVERY: Duration = Duration::from_secs(5 * 60);

/// How often the end of the list is looked at for jobs that expired.
const TAIL_EVERY: Duration = Duration::from_secs(60);

/// How far the service's clock may be from the local one for that, in milliseconds.
const CLOCKS_APART_MS: i64 = 10 * 60_000;

/// How the past of one source is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    /// Full pages in a row.
    depth: u32,
    /// How much time a page took up lately, in milliseconds.
    page_ms: i64,
    /// What the second reading wants next.
    review: Option<i64>,
    /// It is being asked for the second time, because a newer page had cut something out of it.
    rereads: bool,
    /// When the next second reading may begin, and when it may ask next.
    review_from: Duration,
    review_next: Duration,
    tail: Option<Tail>,
    tail_next: Duration,
    /// Failures in a row, the last one, and until when to wait.
    failures: u32,
    failure: Option<Failure>,
    until: Duration,
}

/// The end of the list.
#[derive(Clone, Copy, Debug)]
struct Tail {
    /// Nothing is older than this.
    oldest: i64,
    /// When that was seen, by the local clock.
    seen_ms: i64,
    /// Where the look at it goes on, when it needs more than a page.
    next: Option<i64>,
}

impl Past {
    /// The next moment to read up to. `asked`: what is being asked for already, of which there may be
    /// `lanes` at once.
    pub(super) fn next(&self, list: &List, asked: &[i64], lanes: usize, bounds: Bounds) -> Option<i64> {
        if asked.len() >= lanes {
            return None;
        }
        let horizon = bounds.horizon.map_or(BEGINNING, Timestamp::as_millisecond);
        let mut last = None;
        for hole in list.past().take_while(|hole| hole.hi >= horizon) {
            if !asked.contains(&hole.hi) {
                return Some(hole.hi);
            }
            last = Some(hole);
        }
        // The newest jobs, so many: windows further back are not known to be needed.
        if self.depth < DEPTH || bounds.most.is_some() {
            return None;
        }
        let hole: Stretch = last?;
        let lowest = asked.iter().copied().filter(|ms| hole.contains(*ms)).min()?;
        let upto = lowest.saturating_sub(self.page_ms.saturating_mul(WINDOW_PAGES).max(1));
        let kept_from = list.newest()?.saturating_sub(retention_ms());
        (upto > hole.lo && upto > horizon && upto >= kept_from).then_some(upto)
    }

    /// What the second reading wants now.
    pub(super) fn review(&self, list: &List, now: Now) -> Option<(Purpose, i64)> {
        let frontier = list.frontier.filter(|frontier| *frontier > BEGINNING)?;
        if now.ticks < self.review_next {
            return None;
        }
        let begins = now.ticks >= self.review_from;
        if list.deaf {
            return begins.then_some((Purpose::Review, frontier));
        }
        if list.past().next().is_some() {
            return None;
        }
        if let Some(upto) = self.tail_wanted(now) {
            return Some((Purpose::Tail, upto.min(frontier)));
        }
        self.review.or(begins.then_some(frontier)).map(|upto| (Purpose::Review, upto))
    }

    /// Where the end of the list is to be looked at, if anything may have expired there.
    fn tail_wanted(&self, now: Now) -> Option<i64> {
        let tail = self.tail?;
        if tail.next.is_some() {
            return tail.next;
        }
        let now_ms = now.wall.as_millisecond();
        let old_enough = tail.oldest <= now_ms - retention_ms() + CLOCKS_APART_MS;
        // What has expired since lies within the time that has passed since, whatever the clocks say.
        let passed = (now_ms - tail.seen_ms).max(0);
        (old_enough && now.ticks >= self.tail_next).then_some(tail.oldest.saturating_add(passed + 1_000))
    }

    /// When there may be something to do again, if nothing comes in between.
    pub(super) fn wakes_at(&self) -> impl Iterator<Item = Duration> {
        let review = if self.review.is_some() { Duration::ZERO } else { self.review_from };
        [self.until, self.review_next.max(review), self.review_next.max(self.tail_next)].into_iter()
    }

    /// Whether it has to wait after a failure.
    pub(super) fn waits(&self, now: Duration) -> bool {
        now < self.until
    }

    /// Whether the second reading is under way.
    pub(super) fn reviews(&self) -> bool {
        self.review.is_some()
    }

    /// Why it waits.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// A page failed.
    pub(super) fn fail(&mut self, failure: Failure, chance: f64, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.until = now + backoff::setback(self.failures, &failure, chance);
        self.failure = Some(failure);
    }

    /// The newest page came: there is something to review from now on.
    pub(super) fn postpone(&mut self, now: Now) {
        if self.review_from.is_zero() {
            self.review_from = now.ticks + REVIEW_EVERY;
        }
    }

    /// The user wants to see it now.
    pub(super) fn hurry(&mut self) {
        self.until = Duration::ZERO;
    }

    /// Takes note of a page that came back; says whether it ended a reading of the whole list. `cut`:
    /// newer pages have shown a part of it, so that it says nothing of what is gone there.
    pub(super) fn take(
        &mut self,
        (purpose, upto): (Purpose, i64),
        (reach, cut): (Reach, bool),
        list: &List,
        (now, refresh): (Now, Duration),
    ) -> bool {
        (self.failures, self.failure) = (0, None);
        let (next, full) = match reach {
            Reach::Whole(stretch) if stretch.lo > BEGINNING => {
                self.page_ms = stretch.hi.saturating_sub(stretch.lo).saturating_add(1);
                (Some(stretch.lo - 1), true)
            }
            Reach::Crowd(ms) => (Some(ms - 1), true),
            Reach::Overlap => (Some(upto), true),
            Reach::Whole(_) | Reach::Deaf => (None, false),
        };
        self.depth = if full { self.depth.saturating_add(1) } else { 0 };
        match purpose {
            Purpose::Review => {
                self.rereads = cut && !self.rereads;
                let next = if self.rereads { Some(upto) } else { next };
                return self.take_review(next, list, (now, refresh));
            }
            Purpose::Tail => {
                self.review_next = now.ticks + refresh;
                if let Some(tail) = &mut self.tail {
                    tail.next = next;
                }
            }
            _ => self.review_from = now.ticks + REVIEW_EVERY,
        }
        purpose == Purpose::History && list.is_read()
    }

    fn take_review(&mut self, next: Option<i64>, list: &List, (now, refresh): (Now, Duration)) -> bool {
        self.review = next;
        self.review_next = now.ticks + refresh;
        if next.is_none() {
            self.review_from = now.ticks + REVIEW_EVERY;
        }
        next.is_none() && !list.deaf
    }

    /// The list ends on a page whose oldest job is this; `None`: there is none up to `upto`.
    pub(super) fn note_end(&mut self, oldest: Option<i64>, upto: i64, now: Now) {
        let oldest = oldest.unwrap_or(upto);
        self.tail = Some(Tail { oldest, seen_ms: now.wall.as_millisecond(), next: None });
        self.tail_next = now.ticks + TAIL_EVERY;
    }
}

fn retention_ms() -> i64 {
    i64::try_from(RETENTION.as_millis()).unwrap_or(i64::MAX)
}
