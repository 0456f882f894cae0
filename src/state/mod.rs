//! The dashboard's state and how it changes: `update(message, now)` turns a message into a new state
//! and a list of effects for the rim. Pure: no terminal, no network, no clock.
//!
//! ```text
//! key press ─ keymap ─▶ Action ─┐
//! report, resize, tick, outcome ─┴▶ State::update ─▶ state + effects
//!                                   State::refresh ─▶ rows, banners, counts: derived, never edited
//!                                   State::work ────▶ a step of building rows, where there are many
//! ```

mod action;
mod bundle;
mod carry;
mod copy;
mod deletion;
mod details;
mod event_filter;
mod filter;
mod follow;
mod keymap;
pub mod layout;
mod marks;
mod outcome;
mod overlay;
mod prompt;
mod selection;
mod update;
mod usage;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use action::{Action, Delivery, Effect, Fetched, Message, NotSaved, SaveOrder};
pub use bundle::Bundle;
pub use carry::Saving;
pub use copy::CLIPBOARD;
pub use deletion::{Deleted, Deleting, Deletion, Guard, Victim};
pub use details::{Tab, Text, View};
pub use event_filter::EventFilter;
pub use filter::Filter;
pub use follow::Following;
pub use keymap::{BINDINGS, Binding, Context, describe_key, lookup};
pub use layout::{Layout, Size};
pub use marks::Marks;
pub use overlay::Overlay;
pub use prompt::{Prompt, Purpose};
pub use selection::Selection;
pub use usage::{Answer, UsageBoard};

use crate::store::query::{Query, Scratch};
use crate::store::{Banner, Build, Cause, Followed, Rows, Severity, Sort, Store, Summary, Sureness};

/// What stays as it was given at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The time between two rounds of a source.
    pub refresh: Duration,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Whether this is the embedded sandbox, so that nobody mistakes it for the real fleet.
    pub demo: bool,
    /// Whether nothing may be changed at the service.
    pub read_only: bool,
    /// Where the configuration belongs, for the first-run screen.
    pub config_path: String,
    /// What is odd about the configuration, though not wrong: shown as banners until dismissed.
    pub warnings: Vec<String>,
}

/// A passing remark at the foot of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The remark.
    pub text: String,
    /// When it goes.
    pub until: Timestamp,
}

/// Everything that decides what is on the screen.
pub struct State {
    /// What is known of the fleet.
    pub store: Store,
    /// What was given at start.
    pub settings: Settings,
    /// The screen's size in cells.
    pub size: Size,
    /// The filter line.
    pub filter: Filter,
    /// Which events the event list shows.
    pub event_filter: EventFilter,
    /// What the rows are sorted by.
    pub sort: Sort,
    /// The selected job and how far the rows are scrolled.
    pub selection: Selection,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// The marked jobs.
    pub marks: Marks,
    /// How each environment is to be treated, by its place in the fleet; where nothing is said, freely.
    pub guards: Vec<Guard>,
    /// Where each environment is, by its place in the fleet: what URLs begin with.
    pub bases: Vec<String>,
    /// How far the saving of transcripts has come, while there is some.
    pub saving: Option<Saving>,
    /// How far a deletion has come, while there is one.
    pub deleting: Option<Deleting>,
    /// What is asked for in a line, over everything else.
    pub prompt: Option<Prompt>,
    /// The jobs that are followed.
    pub following: Following,
    /// What the keys' accounts have used.
    pub usage: UsageBoard,
    /// Whether polling is paused.
    pub paused: bool,
    /// A passing remark.
    pub notice: Option<Notice>,
    /// The time of the last message.
    pub now: Timestamp,
    rows: Rows,
    banners: Vec<Banner>,
    dismissed: Vec<Cause>,
    summary: Summary,
    built: Option<Built>,
    /// The rows for another query or sort than those on the screen, while they are made.
    build: Option<Build>,
    /// Whether the rows lack jobs that they have not looked at yet.
    behind: bool,
    scratch: Scratch,
    overlay_end: usize,
    /// Numbers the texts that are fetched: only the latest is waited for.
    fetches: u64,
    started: Timestamp,
    refreshed: Option<Timestamp>,
    refresh_due: bool,
}

/// What the derived rows and counts were last derived from.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Built {
    revision: u64,
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
}

/// So many changed jobs are looked at in one go: about two milliseconds.
const CHANGES: usize = 1_024;

impl State {
    /// The state before the first message.
    pub fn new(store: Store, settings: Settings, size: Size, now: Timestamp) -> Self {
        let mut state = Self {
            store,
            settings,
            size,
            filter: Filter::default(),
            event_filter: EventFilter::default(),
            sort: Sort::default(),
            selection: Selection::default(),
            overlay: None,
            marks: Marks::default(),
            guards: Vec::new(),
            bases: Vec::new(),
            saving: None,
            deleting: None,
            prompt: None,
            following: Following::default(),
            usage: UsageBoard::default(),
            paused: false,
            notice: None,
            now,
            rows: Rows::default(),
            banners: Vec::new(),
            dismissed: Vec::new(),
            summary: Summary::default(),
            built: None,
            build: None,
            behind: false,
            scratch: Scratch::default(),
            overlay_end: 0,
            fetches: 0,
            started: now,
            refreshed: None,
            refresh_due: false,
        };
        state.refresh();
        state
    }

    /// Whether there is no key at all, so that there is nothing to show but how to give one.
    pub fn is_first_run(&self) -> bool {
        self.store.fleet().keys.is_empty()
    }

    /// The visible rows.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The counts.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The banners that are not dismissed, the worst first.
    pub fn banners(&self) -> impl Iterator<Item = &Banner> {
        self.banners.iter().filter(|banner| !self.dismissed.contains(&banner.cause))
    }

    /// The banners that are dismissed while their cause lasts.
    pub fn dismissed_banners(&self) -> impl Iterator<Item = &Banner> {
        self.banners.iter().filter(|banner| self.dismissed.contains(&banner.cause))
    }

    /// Where everything goes on a screen of this size.
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, self.store.fleet(), self.banners().count())
    }

    /// Learns from the last drawing how far its overlay can be scrolled: only drawing knows how many
    /// lines a text takes at a width.
    pub fn drawn(&mut self, overlay_end: usize) {
        self.overlay_end = overlay_end;
    }

    /// The query in force.
    pub fn query(&self) -> &Query {
        self.filter.query()
    }

    /// Derives afresh what follows from the rest: rows and counts only when what they are built from
    /// changed, banners always (they are few).
    pub fn refresh(&mut self) {
        self.refresh_rows();
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
        };
        let built = Built { revision: self.store.revision(), day, rows };
        let before = self.built.replace(built);
        if before == Some(built) {
            return;
        }
        self.summary = self.store.summary(day);
        let asked_for = |rows: &BuiltRows| (rows.query, rows.sort);
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
        self.build = Some(Build::start(&self.store, self.filter.query(), self.sort, self.now));
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
        if let Some(rows) = build.step(&self.store, &mut self.scratch) {
            self.rows = rows;
            self.build = None;
            self.follow();
        }
    }

    /// Whether rows are being built: those on the screen are of an older query or sort, or lack some jobs.
    pub fn is_building(&self) -> bool {
        self.build.is_some() || self.behind || self.store.is_settling()
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

#[cfg(test)]
mod tests;
