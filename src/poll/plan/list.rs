//! What is known of a source's list, and what a page adds to that.
//!
//! The service lists jobs newest first, at most 100 a page, and pages by time alone: `created_before`,
//! read to the millisecond, and it is not documented whether a job of that very millisecond is listed.
//! So whoever wants all up to a millisecond asks with the next one as the cursor, which may repeat jobs
//! of that one but skips none. Only where those alone fill the page is the millisecond itself the
//! cursor; and where a page is full of the very millisecond that was wanted, its other jobs cannot be
//! listed by any cursor: it is a gap, and what is older comes next.
//!
//! A page with fewer jobs than were asked for ends the list, by the service's documentation. Whether that is
//! so is found out when the list is first read to its end, and when its end is no longer where it was: such a
//! page is asked behind, and where something is there, short pages end nothing from then on.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::covered::{BEGINNING, Covered, END, Stretch};
use crate::api::Page;
use crate::model::Job;

/// A job is listed at the latest so long after it was created; what is newer is looked at again.
pub(super) const SETTLING: Duration = Duration::from_secs(2);
const SETTLING_MS: i64 = 2_000;

/// How many crowded milliseconds are remembered; for one that is forgotten a page is asked in vain.
const MOST_EXACT: usize = 1_000;

/// A service that gives less than it is asked for gives this much.
const FEW: usize = 10;

/// So many milliseconds that cannot be listed whole, and so many pages in a row without a single job, are
/// no list that anybody keeps: who answers so would go on for ever, a millisecond a page.
const MOST_GAPS: usize = 1_000;
const MOST_BARREN: u32 = 100;

/// Where a page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// All up to this millisecond are wanted; `None`: the newest.
    pub(super) upto: Option<i64>,
    /// What was sent as `created_before`.
    pub(super) cursor: Option<i64>,
    /// At most so many jobs were asked for.
    pub(super) limit: usize,
}

/// What is known of pages that are shorter than was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Short {
    /// Nothing yet.
    #[default]
    Unproven,
    /// They end the list, whose oldest millisecond this is.
    Ends(i64),
    /// There was more behind one.
    GoesOn,
}

/// How far a page reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every job of this stretch is on it.
    Whole(Stretch),
    /// It is full of jobs of this millisecond, the one that was wanted.
    Crowd(i64),
    /// Jobs of the cursor's millisecond fill it up, because the service counts that in.
    Overlap,
    /// It does not follow from the cursor, or has no moments at all.
    Deaf,
}

/// What is known of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    covered: Covered,
    /// Milliseconds of which not all jobs can be listed.
    gaps: BTreeSet<i64>,
    /// Wanted milliseconds that are to be asked for with themselves as the cursor, because those of the
    /// next one fill a page, and are listed: so the service counts the cursor in.
    exact: VecDeque<i64>,
    /// Whether any job was created between two milliseconds.
    fine: bool,
    /// Whether the service was found to ignore the cursor, or to give what leads nowhere.
    pub(super) deaf: bool,
    /// The oldest millisecond of the newest page: what lies from there on back it does not show.
    /// [`BEGINNING`] where it shows all.
    pub(super) frontier: Option<i64>,
    short: Short,
    /// The oldest millisecond of a short page, of which nobody knows whether it ends the list.
    short_end: Option<i64>,
    /// Whether the newest page is short itself.
    alone: bool,
    /// The most that a short page had.
    widest: usize,
    /// A millisecond that filled a short page, of which nobody knows whether it is a gap.
    doubt: Option<i64>,
    /// Up to here what is covered stays so; newer jobs may yet be listed late.
    firm: Option<i64>,
    /// What is older than this is the past, not news: where the last round met what was known.
    met: Option<i64>,
    /// When the newest moments were first seen.
    sightings: VecDeque<(Duration, i64)>,
    /// Pages in a row, of those that were asked for by a moment, without a single job.
    barren: u32,
}

impl List {
    /// Where to ask for all up to a millisecond; `None`: for the newest.
    pub(super) fn place(&self, upto: Option<i64>, limit: usize) -> Place {
        let cursor = upto.map(|ms| if self.exact.contains(&ms) { ms } else { ms.saturating_add(1) });
        Place { upto, cursor, limit }
    }

    /// How far a page reaches that was asked for at a place.
    pub(super) fn reach(&self, place: Place, page: &Page) -> Reach {
        let (full, oldest) = (self.is_full(place, page), oldest(page));
        let Some((upto, cursor)) = place.upto.zip(place.cursor) else {
            return match oldest {
                _ if !full => Reach::Whole(Stretch { lo: BEGINNING, hi: END }),
                Some(oldest) => Reach::Whole(Stretch { lo: oldest + 1, hi: END }),
                None => Reach::Deaf,
            };
        };
        let newest = newest(page);
        if newest.is_some_and(|newest| newest > cursor) {
            return Reach::Deaf;
        }
        match oldest {
            _ if !full => Reach::Whole(Stretch { lo: BEGINNING, hi: upto }),
            Some(oldest) if oldest < upto => Reach::Whole(Stretch { lo: oldest + 1, hi: upto }),
            Some(_) if cursor > upto && newest == Some(cursor) && self.counts_in(cursor, page) => {
                Reach::Overlap
            }
            Some(_) => Reach::Crowd(upto),
            None => Reach::Deaf,
        }
    }

    /// Whether there may be more behind a page.
    fn is_full(&self, place: Place, page: &Page) -> bool {
        let Some(oldest) = oldest(page).filter(|_| page.listed < place.limit) else {
            return page.listed >= place.limit;
        };
        match (place.upto, self.short) {
            // A newest page that no longer shows the end of the list may have been cut.
            (None, Short::Ends(end)) => oldest > end,
            (None, _) => true,
            (Some(_), Short::Ends(_)) => false,
            // One that shows nothing older ends the list, unless it is as full as any of its kind.
            (Some(upto), _) => oldest < upto || page.listed >= self.widest.max(FEW),
        }
    }

    /// Learns what short pages mean.
    fn learn_of_ends(&mut self, place: Place, page: &Page, reach: Reach) {
        let (short, oldest) = (page.listed < place.limit, oldest(page));
        if place.upto.is_some() && self.short_end.zip(oldest).is_some_and(|(end, oldest)| oldest < end) {
            (self.short, self.short_end) = (Short::GoesOn, None);
        }
        if place.upto.is_none() {
            self.alone = short && oldest.is_some();
        }
        if short {
            self.widest = self.widest.max(page.listed);
        }
        if self.short == Short::GoesOn {
            return;
        }
        let ends = match reach {
            Reach::Whole(Stretch { lo, .. }) => lo == BEGINNING && place.upto.is_some(),
            // Who does not hear the cursor has shown all there is, as far as anybody can know.
            Reach::Deaf => short && self.alone,
            Reach::Crowd(_) | Reach::Overlap => false,
        };
        if ends {
            self.short = Short::Ends(self.short_end.or(oldest).unwrap_or(BEGINNING));
            if let Some(ms) = self.doubt.take() {
                self.gaps.remove(&ms);
            }
            if self.alone {
                (self.frontier, self.deaf) = (Some(BEGINNING), false);
            }
        } else if short && matches!(reach, Reach::Whole(Stretch { lo, .. }) if lo > BEGINNING) {
            if place.upto.is_none() && self.short != Short::Unproven {
                // What is behind is to be looked at again.
                self.covered.uncover_before(self.frontier.unwrap_or(BEGINNING));
                self.short = Short::Unproven;
            }
            self.short_end = oldest.or(self.short_end);
        } else if let Reach::Crowd(ms) = reach
            && short
        {
            self.doubt = Some(ms);
        }
    }

    /// Whether a page shows that the service counts in all of the cursor's millisecond, and not only what
    /// was created when it began: with itself as the cursor a millisecond is listed whole only then.
    fn counts_in(&self, cursor: i64, page: &Page) -> bool {
        let within =
            |job: &Job| job.created_at.is_some_and(|at| is_within(at) && at.as_millisecond() == cursor);
        page.jobs.iter().any(within) || !(self.fine || is_fine(page))
    }

    /// A newest page is about to be asked for: what may have been listed late is to be looked at again.
    pub(super) fn begin(&mut self, now: Duration) {
        let Some(firm) = self.firm else { return };
        self.met = self.frontier.map(|frontier| frontier.min(firm));
        if let Some(settled) = self.settled(now).filter(|settled| *settled > firm) {
            self.covered.uncover_after(firm);
            self.firm = Some(settled);
        }
    }

    /// Up to where what is asked for now will be whole: what was seen long enough ago, by the local
    /// clock or by the service's own. The two are never compared, so that they may be minutes apart.
    fn settled(&self, now: Duration) -> Option<i64> {
        let seen = self.sightings.iter().rev().find(|(at, _)| *at + SETTLING <= now).map(|(_, ms)| *ms);
        let newest = self.sightings.back().map(|(_, newest)| newest - SETTLING_MS);
        seen.max(newest)
    }

    /// What a request that goes out now may call whole at the most.
    pub(super) fn firm(&self) -> Option<i64> {
        self.firm
    }

    /// Takes a page: how far it reaches, what of that no later request has seen already, and the
    /// [`List::firm`] of the time when it was asked for.
    pub(super) fn take(
        &mut self,
        place: Place,
        page: &Page,
        reach: Reach,
        whole: &[Stretch],
        firm: Option<i64>,
    ) {
        self.fine |= is_fine(page);
        if place.upto.is_some() {
            self.barren = if page.jobs.is_empty() { self.barren.saturating_add(1) } else { 0 };
            let crowded = matches!(reach, Reach::Crowd(_)) && self.gaps.len() >= MOST_GAPS;
            self.deaf = reach == Reach::Deaf || crowded || self.barren >= MOST_BARREN;
        }
        match reach {
            Reach::Crowd(ms) => {
                self.gaps.insert(ms);
                self.covered.cover(Stretch { lo: ms, hi: ms });
            }
            Reach::Overlap => {
                self.exact.extend(place.upto);
                if self.exact.len() > MOST_EXACT {
                    // The first, not the least: that one is about to be asked for.
                    self.exact.pop_front();
                }
            }
            Reach::Whole(_) | Reach::Deaf => {}
        }
        for stretch in whole {
            // What was asked for before the last round began is no news of what came about since.
            let hi = if firm == self.firm { stretch.hi } else { stretch.hi.min(firm.unwrap_or(BEGINNING)) };
            // Jobs that are newer than any that was seen are yet to come. What was asked for by a moment
            // is known up to it, whatever is there: else it would be asked for again, for ever.
            let hi = if place.upto.is_some() { hi } else { hi.min(self.newest().unwrap_or(BEGINNING)) };
            self.covered.cover(Stretch { lo: stretch.lo, hi });
            let closed: Vec<i64> = self.gaps.range(stretch.lo..=stretch.hi).copied().collect();
            for ms in closed {
                self.gaps.remove(&ms);
            }
        }
        if place.upto.is_none() {
            self.deaf |= reach == Reach::Deaf;
            self.frontier = if self.is_full(place, page) { oldest(page) } else { Some(BEGINNING) };
            self.firm = self.firm.or(newest(page).map(|newest| newest - SETTLING_MS));
        }
        self.learn_of_ends(place, page, reach);
    }

    /// Takes note of the newest moment of a page that came in now.
    pub(super) fn sight(&mut self, page: &Page, now: Duration) {
        let Some(newest) = newest(page) else { return };
        if self.sightings.back().is_none_or(|(_, seen)| *seen < newest) {
            self.sightings.push_back((now, newest));
        }
        while self.sightings.get(1).is_some_and(|(at, _)| *at + SETTLING <= now) {
            self.sightings.pop_front();
        }
    }

    /// The newest moment that any job was created at.
    pub(super) fn newest(&self) -> Option<i64> {
        self.sightings.back().map(|(_, newest)| *newest)
    }

    /// What is to be asked for next to get from the newest page down to what was known before.
    pub(super) fn news(&self) -> Option<i64> {
        let (frontier, met) = self.frontier.zip(self.met)?;
        self.holes_from(frontier).next().map(|hole| hole.hi).filter(|hi| *hi > met)
    }

    /// What is not known and is no news, newest first.
    pub(super) fn past(&self) -> impl Iterator<Item = Stretch> {
        let from = self.frontier.map_or(BEGINNING - 1, |frontier| self.met.unwrap_or(frontier).min(frontier));
        self.holes_from(from)
    }

    /// Whatever is still unknown is the past from now on.
    pub(super) fn settle(&mut self) {
        self.met = self.frontier;
    }

    fn holes_from(&self, ms: i64) -> impl Iterator<Item = Stretch> {
        let deaf = self.deaf;
        self.covered.holes(ms).take_while(move |hole| !deaf && hole.hi > BEGINNING)
    }

    /// Whether the list is known down to its end, as far as it can be listed.
    pub(super) fn is_read(&self) -> bool {
        self.frontier.is_some_and(|frontier| frontier == BEGINNING || self.covered.is_whole(frontier))
    }

    /// Whether jobs are missing that no cursor reaches.
    pub(super) fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// Everything from this millisecond on is known; `None` where nothing is, or everything.
    pub(super) fn known_from(&self) -> Option<i64> {
        let frontier = self.frontier?;
        let hole =
            self.covered.holes(frontier).next().filter(|hole| hole.hi > BEGINNING).map(|hole| hole.hi + 1);
        let gap = self.gaps.last().map(|ms| ms + 1);
        hole.max(gap)
    }
}

fn is_fine(page: &Page) -> bool {
    page.jobs.iter().filter_map(|job| job.created_at).any(is_within)
}

/// Whether a moment is none at which a millisecond begins.
fn is_within(at: Timestamp) -> bool {
    at.subsec_nanosecond() % 1_000_000 != 0
}

/// The earliest moment at which an entry of a page was created, job or not, in milliseconds.
pub(super) fn oldest(page: &Page) -> Option<i64> {
    page.oldest.map(Timestamp::as_millisecond)
}

/// The latest one.
pub(super) fn newest(page: &Page) -> Option<i64> {
    page.newest.map(Timestamp::as_millisecond)
}
