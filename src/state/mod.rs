//! The dashboard's state and how it changes: `update(message, now)` turns a message into a new state
//! and a list of effects for the rim. Pure: no terminal, no network, no clock.
//!
//! ```text
//! key press ─ keymap ─▶ Action ─┐
//! report, resize, tick, outcome ─┴▶ State::update ─▶ state + effects
//!                                   State::refresh ─▶ rows, banners, counts: derived, never edited
//!                                   State::work ────▶ a step of building rows, where there are many
//! ```

mod act;
mod action;
mod alerts;
mod bundle;
mod carry;
mod charts;
mod chooser;
pub mod columns;
mod compare;
mod completion;
mod copy;
mod deletion;
mod derive;
mod details;
mod event_filter;
mod expiring;
mod export;
mod filter;
mod filter_line;
mod find;
mod follow;
mod help;
mod interval;
mod keymap;
pub mod layout;
mod link;
mod marks;
mod mouse;
mod numbers;
mod outcome;
mod overlay;
mod palette;
mod presenter;
mod prompt;
mod remembered;
mod selection;
mod sort;
mod stuck;
mod times;
mod update;
mod usage;
mod views;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use action::{Action, Delivery, Effect, Fetched, Message, NotSaved, SaveOrder};
pub use alerts::{Alert, Alerts, Facts, Notification, Rule, Trigger, Ways};
pub use bundle::Bundle;
pub use carry::Saving;
pub use charts::{Chart, Charts, Period};
pub use chooser::Chooser;
pub use columns::Columns;
pub use compare::{Comparison, Difference, Pair};
pub use completion::Suggestion;
pub use copy::CLIPBOARD;
pub use deletion::{Deleted, Deleting, Deletion, Guard, Victim};
pub use details::{Tab, Text, View};
pub use event_filter::EventFilter;
pub use expiring::{Saved, Standing};
pub use export::{Form, Target, WriteOrder, Written};
pub use filter::{Complaint, Filter};
pub use follow::Following;
pub use help::Help;
pub use keymap::{
    BINDINGS, Binding, Context, Foot, Group, Hint, Keymap, Misbinding, Row, describe_key, is_typed, parse_key,
};
pub use layout::{Layout, Size};
pub use link::JobLink;
pub use marks::Marks;
pub use numbers::grouped;
pub use overlay::{Drawn, Overlay, place};
pub use palette::{Entry, Palette};
pub use presenter::{HIDDEN, Masked, Presenter};
pub use prompt::{Prompt, Purpose};
pub use remembered::{Remembered, Start};
pub use selection::Selection;
pub use stuck::Shown;
pub use times::Times;
pub use usage::{Answer, UsageBoard};
pub use views::{Arrangement, View as SavedView, Views};

use crate::store::query::{Query, Scratch};
use crate::store::{Banner, Build, Cause, Rows, Sort, Store, Summary};
use derive::Built;

/// What stays as it was given at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The time between two rounds of a source.
    pub refresh: Duration,
    /// The zone in which times are shown; [`Times`] walks on from it.
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they go with no other")]
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
    /// Which columns the jobs pane shows.
    pub columns: Columns,
    /// The saved views.
    pub views: Views,
    /// The job that somebody came for, while it is not listed.
    pub link: Option<JobLink>,
    /// What there is where nobody chose otherwise.
    configured: Arrangement,
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
    /// The keys in force.
    pub keymap: Keymap,
    /// The palette, while it is open: over everything else.
    pub palette: Option<Palette>,
    /// What the help is about, and what is looked for in it.
    pub help: Help,
    /// Whether the mouse is ours and not the terminal's.
    pub mouse: bool,
    /// The jobs that are followed.
    pub following: Following,
    /// What the keys' accounts have used.
    pub usage: UsageBoard,
    /// Whether stuck jobs alone are shown.
    pub shown: Shown,
    /// Which chart is looked at.
    pub charts: Charts,
    /// The jobs whose transcripts were saved.
    pub saved: Saved,
    /// In which way times are shown.
    pub times: Times,
    /// Whether polling is paused.
    pub paused: bool,
    /// A passing remark.
    pub notice: Option<Notice>,
    /// The rules by which alerts are given.
    pub alerts: Alerts,
    /// What may be shown of jobs.
    pub presenter: Presenter,
    /// The time of the last message.
    pub now: Timestamp,
    rows: Rows,
    banners: Vec<Banner>,
    dismissed: Vec<Cause>,
    summary: Summary,
    built: Option<Built>,
    /// The rows for another query or sort than those on the screen, while they are made.
    build: Option<Box<Build>>,
    /// Since when there is something to be built.
    building_since: Option<Timestamp>,
    /// Whether the rows lack jobs that they have not looked at yet.
    behind: bool,
    scratch: Scratch,
    drawn: Drawn,
    /// Numbers the texts that are fetched: only the latest is waited for.
    fetches: u64,
    started: Timestamp,
    refreshed: Option<Timestamp>,
    refresh_due: bool,
}

impl State {
    /// The state before the first message.
    pub fn new(store: Store, settings: Settings, size: Size, now: Timestamp) -> Self {
        let times = Times::new(&settings.zone, &settings.zone);
        let mut state = Self {
            store,
            settings,
            size,
            filter: Filter::default(),
            event_filter: EventFilter::default(),
            sort: Sort::default(),
            columns: Columns::default(),
            views: Views::default(),
            link: None,
            configured: Arrangement::default(),
            selection: Selection::default(),
            overlay: None,
            marks: Marks::default(),
            guards: Vec::new(),
            bases: Vec::new(),
            saving: None,
            deleting: None,
            prompt: None,
            keymap: Keymap::default(),
            palette: None,
            help: Help::default(),
            mouse: true,
            following: Following::default(),
            usage: UsageBoard::default(),
            shown: Shown::default(),
            charts: Charts::default(),
            saved: Saved::default(),
            times,
            paused: false,
            notice: None,
            alerts: Alerts::default(),
            presenter: Presenter::default(),
            now,
            rows: Rows::default(),
            banners: Vec::new(),
            dismissed: Vec::new(),
            summary: Summary::default(),
            built: None,
            build: None,
            building_since: None,
            behind: false,
            scratch: Scratch::default(),
            drawn: Drawn::default(),
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
        let layout = Layout::of(self.size, self.store.fleet(), self.banners().count());
        // The rule above the hints is there for what it tells of the realtime hosts.
        if self.store.realtime_hosts().next().is_some() { layout } else { layout.without_hints_rule() }
    }

    /// The columns of the jobs pane as they are on the screen now.
    pub fn shown_columns(&self) -> Vec<layout::ShownColumn> {
        self.layout().columns(self.store.fleet(), self.sort.column, &self.columns, self.filter.asked())
    }

    /// Learns from the last drawing where its overlay lies and how far it can be scrolled.
    pub fn drawn(&mut self, drawn: Drawn) {
        self.drawn = drawn;
    }

    /// The query in force.
    pub fn query(&self) -> &Query {
        self.filter.query()
    }
}

#[cfg(test)]
mod tests;
