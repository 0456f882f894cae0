//! What a plan reports: pages with the stretches that they hold whole, how far the list is known, and
//! what a round saw.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::covered::{BEGINNING, END, Stretch};
use super::{Mode, Now, Plan};
use crate::api::Page;
use crate::model::{Coverage, PollEvent, Progress, RETENTION, Span};

impl Plan {
    pub(super) fn report_page(&mut self, page: Page, latency: Duration, whole: &[Stretch]) {
        let Page { jobs, unreadable, .. } = page;
        let spans = whole.iter().copied().map(span).collect();
        self.report(PollEvent::Page { jobs, unreadable, latency, spans });
    }

    /// Tells how far the list is known. `read`: all of it has just been read.
    pub(super) fn report_progress(&mut self, read: bool, now: Now) {
        if self.mode != Mode::Watch {
            return;
        }
        let list = &self.list;
        let paused_until = self.held.filter(|hold| hold.until > now.ticks).map(|hold| hold.wall);
        let progress = Progress {
            complete: list.is_read() && !list.has_gaps(),
            gaps: list.has_gaps(),
            known_since: list.known_from().map(since),
            known_share: self.known_share(),
            paused_until,
            held_up: self.past.failure().cloned(),
            unreadable: read.then(|| self.odd.count()),
            ..Progress::default()
        };
        self.report(PollEvent::Progress(progress));
    }

    fn known_share(&self) -> f32 {
        if self.list.is_read() {
            return 1.0;
        }
        let (Some(newest), Some(oldest)) = (self.list.newest(), self.list.known_from()) else { return 0.0 };
        let known = SignedDuration::from_millis(newest.saturating_sub(oldest)).as_secs_f32();
        (known / RETENTION.as_secs_f32()).clamp(0.0, 1.0)
    }

    /// What a round saw of the list: when it watches, what its newest page shows.
    pub(super) fn coverage(&self) -> Coverage {
        match self.mode {
            Mode::Once(_) if !self.list.is_read() => {
                Coverage::Since(since(self.list.known_from().unwrap_or(END)))
            }
            Mode::Once(_) if self.list.has_gaps() => Coverage::Gaps,
            Mode::Once(_) => Coverage::Whole,
            Mode::Watch => match self.list.frontier {
                Some(BEGINNING) => Coverage::Whole,
                Some(oldest) => Coverage::Since(since(oldest + 1)),
                None => Coverage::Since(Timestamp::MAX),
            },
        }
    }
}

/// The last moment before a millisecond.
fn since(ms: i64) -> Timestamp {
    let Ok(moment) = Timestamp::from_millisecond(ms) else { return Timestamp::MAX };
    moment.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MIN)
}

fn span(stretch: Stretch) -> Span {
    let first = Timestamp::from_millisecond(stretch.lo).unwrap_or(Timestamp::MIN);
    let last = Timestamp::from_millisecond(stretch.hi).ok();
    let last = last.and_then(|last| last.checked_add(SignedDuration::from_nanos(999_999)).ok());
    Span { first, last: last.unwrap_or(Timestamp::MAX) }
}
