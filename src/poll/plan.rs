//! Which page to ask for next, and when a round is over. Pure: no HTTP, no clock, no chance.
//!
//! The service lists jobs newest first, at most 100 a page, and pages by time alone: `created_before`,
//! read to the millisecond, and it is not documented whether a job of that very millisecond is listed.
//! So the next page is asked from one millisecond after the oldest job seen, which repeats a job or
//! two but skips none, and jobs are told apart by id. Only where a whole page shares one millisecond
//! does that stand still; then the cursor is pushed past it, and the round says that jobs may be
//! missing there.
//!
//! A round is *whole* (the list to its end) or *recent*: from the newest job down to a page of known
//! jobs, then, further back, only the pages on which known jobs were still running.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::api::{PAGE_LIMIT, Page};
use crate::model::{Coverage, JobId};

/// The most pages of one round: a million jobs.
const MOST_PAGES: usize = 10_000;

/// How often the whole list is read again.
const WHOLE_EVERY: Duration = Duration::from_secs(5 * 60);

const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

/// Whether the next round reads the whole list: at first, and again when it is long enough since the
/// last such round ended. A list that takes long to read is read less often, so that there is always
/// more time for its news than for its past.
pub fn whole_is_due(last: Option<WholeRound>) -> bool {
    last.is_none_or(|last| last.since >= WHOLE_EVERY.max(last.took * 4))
}

/// The last round that read the whole list.
#[derive(Clone, Copy, Debug)]
pub struct WholeRound {
    /// How long ago it ended.
    pub since: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Where a round stops early, beside its own rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Jobs created before this moment are not looked for.
    pub horizon: Option<Timestamp>,
    /// So many jobs are enough.
    pub most: Option<usize>,
}

/// What a source is known to hold: every id of the last whole round and since.
#[derive(Clone, Debug, Default)]
pub struct Known {
    ids: HashSet<JobId>,
    /// The jobs that may still change, with their `created_at`.
    active: HashMap<JobId, Timestamp>,
}

impl Known {
    /// Takes note of a page's jobs.
    fn learn(&mut self, page: &Page) {
        for job in &page.jobs {
            self.ids.insert(job.id.clone());
            match job.created_at.filter(|_| job.status.is_active()) {
                Some(created) => self.active.insert(job.id.clone(), created),
                None => self.active.remove(&job.id),
            };
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for the page before this moment; `None` is the first page.
    Ask(Option<Timestamp>),
    /// The round is over, and saw this much.
    End(Coverage),
}

/// One round in progress.
#[derive(Debug)]
pub struct Round {
    extent: Extent,
    bounds: Bounds,
    seen: HashSet<JobId>,
    pages: usize,
    /// The oldest moment down to which everything was listed.
    oldest: Option<Timestamp>,
    /// How far the cursor was pushed past a millisecond that fills pages.
    push: Push,
    /// The newest moment at which jobs may have been skipped.
    gap: Option<Timestamp>,
}

#[derive(Debug)]
enum Extent {
    Whole,
    /// Down to known jobs, then to where these were running when the round began.
    Recent(BTreeSet<(Timestamp, JobId)>),
    /// Behind the contiguous part, which ended with this coverage: the running jobs still to be seen.
    Running(Coverage, BTreeSet<(Timestamp, JobId)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Push {
    None,
    To(Timestamp),
    Before(Timestamp),
}

impl Round {
    /// A round that reads the list to its end, or to its bounds.
    pub fn whole(bounds: Bounds) -> Self {
        Self::new(Extent::Whole, bounds)
    }

    /// A round that looks for what is new and for what was running.
    pub fn recent(known: &Known) -> Self {
        let running = known.active.iter().map(|(id, created)| (*created, id.clone())).collect();
        Self::new(Extent::Recent(running), Bounds::default())
    }

    fn new(extent: Extent, bounds: Bounds) -> Self {
        Self { extent, bounds, seen: HashSet::new(), pages: 0, oldest: None, push: Push::None, gap: None }
    }

    /// Takes a page, learns from it, and says what comes next. The first page is `Ask(None)`.
    pub fn next(&mut self, page: &Page, known: &mut Known) -> Step {
        self.pages += 1;
        let mut added = 0;
        let mut unknown = 0;
        for job in &page.jobs {
            if self.seen.insert(job.id.clone()) {
                added += 1;
                unknown += usize::from(!known.ids.contains(&job.id));
            }
        }
        known.learn(page);
        let step = if matches!(self.extent, Extent::Running(..)) {
            self.next_running()
        } else {
            self.next_in_line(page, added, unknown)
        };
        if matches!(step, Step::End(_)) {
            self.settle(known);
        }
        step
    }

    /// The contiguous part: each page goes on where the last one ended.
    fn next_in_line(&mut self, page: &Page, added: usize, unknown: usize) -> Step {
        if added > 0
            && let Push::To(at) | Push::Before(at) = self.push
        {
            self.gap = self.gap.max(Some(at));
            self.push = Push::None;
        }
        self.oldest = [self.oldest, page.oldest].into_iter().flatten().min();
        if page.listed < PAGE_LIMIT {
            let pushed = self.gap.is_some() || self.push != Push::None;
            return Step::End(if pushed { Coverage::Gaps } else { Coverage::Whole });
        }
        let enough = self.bounds.most.is_some_and(|most| self.seen.len() >= most);
        let far = self.bounds.horizon.is_some_and(|horizon| self.oldest.is_some_and(|at| at < horizon));
        if enough || far || self.pages >= MOST_PAGES {
            return Step::End(self.since());
        }
        if let Extent::Recent(running) = &mut self.extent
            && unknown == 0
        {
            // What is newer than the line has come should have been in it, and is gone.
            let mut running = std::mem::take(running);
            running.retain(|(created, _)| self.oldest.is_none_or(|oldest| *created <= oldest));
            self.extent = Extent::Running(self.since(), running);
            return self.next_running();
        }
        self.cursor(page.oldest.filter(|_| added > 0))
    }

    /// Where the next page in line begins. `oldest` is the last page's, if the page was any good.
    fn cursor(&mut self, oldest: Option<Timestamp>) -> Step {
        let cursor = match (oldest, self.push, self.oldest.map(to_millisecond)) {
            (Some(oldest), ..) => to_millisecond(oldest).checked_add(MILLISECOND),
            (None, Push::None, Some(at)) => {
                self.push = Push::To(at);
                Ok(at)
            }
            (None, Push::To(at), _) => {
                self.push = Push::Before(at);
                at.checked_sub(MILLISECOND)
            }
            _ => return Step::End(self.since()),
        };
        cursor.map_or_else(|_| Step::End(self.since()), |cursor| Step::Ask(Some(cursor)))
    }

    /// The next page that holds a job which was running and has not been seen in this round.
    fn next_running(&mut self) -> Step {
        let Extent::Running(coverage, running) = &mut self.extent else { return Step::End(self.since()) };
        let coverage = *coverage;
        if self.pages >= MOST_PAGES {
            return Step::End(coverage);
        }
        while let Some((created, id)) = running.pop_last() {
            // Two milliseconds on: the job is listed whether the service counts the moment in or not.
            if !self.seen.contains(&id)
                && let Ok(cursor) = to_millisecond(created).checked_add(MILLISECOND * 2)
            {
                return Step::Ask(Some(cursor));
            }
        }
        Step::End(coverage)
    }

    /// Everything after the oldest moment was listed, or after the newest gap. With no moment at all
    /// nothing can be promised.
    fn since(&self) -> Coverage {
        Coverage::Since(self.gap.max(self.oldest).unwrap_or(Timestamp::MAX))
    }

    /// At the end of a round, forgets what it should have seen and did not: those jobs are gone.
    fn settle(&self, known: &mut Known) {
        if matches!(self.extent, Extent::Whole) {
            known.ids.retain(|id| self.seen.contains(id));
        }
        known.active.retain(|id, _| self.seen.contains(id));
    }
}

/// A moment as the service reads it in `created_before`: to the millisecond, rounded down.
fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests;
