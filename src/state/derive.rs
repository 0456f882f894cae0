//! What follows from the rest of the state, derived and never edited: rows, counts, banners, the
//! selection's place. Rows for another query or sort are built step by step, so that a million never
//! hold up a key.

use jiff::{SignedDuration, Timestamp};

use super::{Shown, State};
use crate::store::{Banner, Build, Cause, Followed, Severity, Sort, Sureness};

/// What the derived rows and counts were last derived from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Built {
    revision: u64,
    stuck: usize,
    day: Timestamp,
    rows: BuiltRows,
}

/// What calls for rows that are built afresh when it changes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct BuiltRows {
    query: u64,
    sort: Sort,
    /// Goes on as time passes, where the query asks for ages.
    moment: i64,
    /// Which jobs are stuck, where only those are shown.
    stuck: Option<u64>,
}

/// So many changed jobs are looked at in one go: about two milliseconds.
const CHANGES: usize = 1_024;

/// What takes no longer than this is not worth a word.
const MOMENT: SignedDuration = SignedDuration::from_millis(300);

impl State {
    /// Derives afresh what follows from the rest: rows and counts only when what they are built from
    /// changed, banners always (they are few).
    pub fn refresh(&mut self) {
        self.refresh_rows();
        self.building_since = self.is_building().then(|| self.building_since.unwrap_or(self.now));
        let before = std::mem::replace(&mut self.banners, self.store.banners(self.now));
        let came = |banner: &&Banner| !before.iter().any(|old| old.cause == banner.cause);
        for banner in self.banners.iter().filter(|banner| banner.cause.comes_with_time()).filter(came) {
            self.store.note_banner(banner, self.now);
        }
        let warnings = self.settings.warnings.iter().enumerate();
        self.banners.extend(warnings.map(|(at, text)| Banner {
            cause: Cause::Configuration(at),
            severity: Severity::Warning,
            sure: Sureness::Certain,
            head: text.clone(),
            advice: String::new(),
            brief: text.clone(),
            todo: String::new(),
            since: self.started,
            last_good: None,
            next: None,
        }));
        let banners = &self.banners;
        self.dismissed.retain(|cause| banners.iter().any(|banner| banner.cause == *cause));
        if self.notice.as_ref().is_some_and(|notice| notice.until <= self.now) {
            self.notice = None;
        }
        let height = usize::from(self.layout().rows());
        self.selection.settle(&self.store, &self.rows, height);
    }

    fn refresh_rows(&mut self) {
        let day = self.start_of_day();
        let depends_on_time = self.filter.query().depends_on_time();
        let rows = BuiltRows {
            query: self.filter.generation(),
            sort: self.sort,
            moment: if depends_on_time { self.now.as_second() / self.rhythm() } else { 0 },
            stuck: (self.shown == Shown::Stuck).then(|| self.store.stuck_revision()),
        };
        let built = Built { revision: self.store.revision(), stuck: self.store.stuck(), day, rows };
        let before = self.built.replace(built);
        if before == Some(built) {
            return;
        }
        self.summary = self.store.summary(day);
        let asked_for = |rows: &BuiltRows| (rows.query, rows.sort, rows.stuck.is_some());
        let last = before.map(|built| built.rows);
        self.follow();
        if last.as_ref().map(asked_for) != Some(asked_for(&rows)) {
            self.start_build();
        } else if last != Some(rows) && self.build.is_none() {
            // Time alone passed. It never ends what is under way, or that would not come to an end.
            self.start_build();
        }
    }

    /// Every how many seconds a query for ages is asked again of all jobs: each asking costs up to a tenth
    /// of a second where there are a million.
    fn rhythm(&self) -> i64 {
        1 + i64::try_from(self.rows.total() / 100_000).unwrap_or_default()
    }

    fn start_build(&mut self) {
        let start = if self.shown == Shown::Stuck { Build::start_stuck } else { Build::start };
        let build = start(&self.store, self.filter.query(), self.sort, self.now);
        self.build = Some(Box::new(build));
        // A fleet of usual size takes one step, and nobody sees that there are any.
        self.step_build();
    }

    /// Takes over what changed in the jobs; the rows on the screen stay true while others are built.
    fn follow(&mut self) {
        let followed = self.rows.follow(&self.store, self.now, &mut self.scratch, CHANGES);
        self.behind = followed == Followed::Some;
        if followed == Followed::Lost && self.build.is_none() {
            self.start_build();
        }
    }

    fn step_build(&mut self) {
        let Some(build) = &mut self.build else { return };
        if let Some(rows) = build.step(&self.store) {
            self.rows = rows;
            self.build = None;
            self.follow();
        }
    }

    /// Whether rows are being built: those on the screen are of an older query or sort, or lack some jobs.
    pub fn is_building(&self) -> bool {
        self.build.is_some() || self.behind || self.store.is_settling()
    }

    /// Whether that has been going on for longer than somebody takes for a moment.
    pub fn is_long_building(&self) -> bool {
        self.is_building()
            && self.building_since.is_some_and(|since| self.now.duration_since(since) >= MOMENT)
    }

    /// Does a bounded piece of what [`is_building`](Self::is_building) tells of, in a few milliseconds at
    /// most. Says whether there is something new to see.
    pub fn work(&mut self) -> bool {
        if self.store.is_settling() {
            self.store.settle(CHANGES);
            !self.store.is_settling()
        } else if self.build.is_some() {
            self.step_build();
            self.build.is_none()
        } else {
            self.follow();
            !self.behind
        }
    }

    fn start_of_day(&self) -> Timestamp {
        let here = self.now.to_zoned(self.settings.zone.clone());
        here.start_of_day().map_or(self.now, |start| start.timestamp())
    }
}
