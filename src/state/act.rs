//! What each action does to the state.

use jiff::SignedDuration;

use super::carry::Copied;
use super::overlay::Scroll;
use super::{Action, Effect, Notice, Overlay, State, Text, Written};
use crate::model::JobKey;
use crate::store::{COLUMNS, Held, Sort};

/// How long a passing remark stays.
const REMARK: SignedDuration = SignedDuration::from_secs(4);
/// The least time between two rounds that a person asks for.
const REFRESH_FLOOR: SignedDuration = SignedDuration::from_secs(1);

impl State {
    /// Does what a person wants.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        // What was derived must be true before it is acted on: several messages may be drained at once.
        self.refresh();
        match action {
            Action::Quit => return vec![Effect::Quit],
            Action::Suspend => return vec![Effect::Suspend],
            Action::StartDemo => return vec![Effect::StartDemo],
            Action::RefreshNow => return self.refresh_what_is_shown(),
            Action::Bundle => return self.bundle(),
            Action::CopyEvent | Action::CopyEvents => return self.copy_events(action == Action::CopyEvents),
            Action::ToggleFollow => return self.toggle_follow(),
            Action::ReloadKeys => return self.reload_keys(),
            Action::TogglePause => {
                self.paused = !self.paused;
                return vec![Effect::Pause(self.paused)];
            }
            Action::OpenHelp
            | Action::OpenEvents
            | Action::OpenMatrix
            | Action::OpenRealtime
            | Action::OpenUsage => return self.open(action),
            Action::OpenDetails => self.open_details(),
            Action::NextTab
            | Action::PreviousTab
            | Action::NextFormat
            | Action::Find
            | Action::FindNext
            | Action::FindPrevious
            | Action::Save
            | Action::Submit
            | Action::EmptyPrompt
            | Action::CancelPrompt => return self.act_on_details(action),
            Action::Close => return self.close(),
            Action::EventSeverity
            | Action::DismissBanner
            | Action::RestoreBanners
            | Action::ToggleAlerts
            | Action::TogglePresenter
            | Action::WriteRows
            | Action::WriteScreen => self.act_on_what_is_told(action),
            Action::CopyIds
            | Action::CopyUrls
            | Action::CopyCommands
            | Action::SaveMarked
            | Action::ToggleMark
            | Action::MarkRange
            | Action::MarkAll
            | Action::ClearMarks
            | Action::Delete => return self.act_on_marks(action),
            Action::EditFilter | Action::EmptyFilter | Action::KeepFilter | Action::CancelFilter => {
                self.filter_line(action);
            }
            Action::ClearFilter => self.let_go(),
            Action::SortNext | Action::SortPrevious | Action::SortReverse => self.sort_as(action),
            Action::RowDown
            | Action::RowUp
            | Action::PageDown
            | Action::PageUp
            | Action::Top
            | Action::Bottom => self.travel(action),
        }
        Vec::new()
    }

    fn refresh_what_is_shown(&mut self) -> Vec<Effect> {
        match self.overlay {
            Some(Overlay::Usage(_)) => self.ask_usage_again(),
            _ => self.refresh_now(),
        }
    }

    fn open(&mut self, action: Action) -> Vec<Effect> {
        let scroll = Scroll::default();
        self.lay_over(match action {
            Action::OpenUsage => return self.open_usage(),
            Action::OpenEvents => Overlay::Events(scroll),
            Action::OpenMatrix => Overlay::Matrix(scroll),
            Action::OpenRealtime => Overlay::Realtime(scroll),
            _ => Overlay::Help(scroll),
        })
    }

    fn act_on_what_is_told(&mut self, action: Action) {
        match action {
            Action::ToggleAlerts => self.toggle_alerts(),
            Action::TogglePresenter => self.toggle_presenter(),
            Action::WriteRows => self.ask_where_to_write(Written::Rows),
            Action::WriteScreen => self.ask_where_to_write(Written::Screen),
            Action::DismissBanner => self.dismiss_banner(),
            Action::RestoreBanners => self.dismissed.clear(),
            _ if matches!(self.overlay, Some(Overlay::Events(_))) => self.event_filter.next_severity(),
            _ => {}
        }
    }

    fn act_on_marks(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::CopyIds => return self.copy(Copied::Id),
            Action::CopyUrls => return self.copy(Copied::Url),
            Action::CopyCommands => return self.copy(Copied::Command),
            Action::SaveMarked => self.ask_where_to_save_all(),
            Action::ToggleMark => self.toggle_mark(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => self.mark_all(),
            Action::ClearMarks => self.clear_marks(),
            _ => self.ask_to_delete(),
        }
        Vec::new()
    }

    fn act_on_details(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::NextTab => return self.turn_tab(true),
            Action::PreviousTab => return self.turn_tab(false),
            Action::NextFormat => return self.turn_format(),
            Action::Submit => return self.submit(),
            Action::Find => self.ask_what_to_find(),
            Action::FindNext => self.find_on(true),
            Action::FindPrevious => self.find_on(false),
            Action::Save => self.ask_where_to_save(),
            Action::EmptyPrompt => {
                if let Some(prompt) = &mut self.prompt {
                    prompt.input = tui_input::Input::default();
                }
            }
            _ => self.cancel_prompt(),
        }
        Vec::new()
    }

    /// Lays something over the panes in the place of what is there.
    pub(super) fn lay_over(&mut self, overlay: Overlay) -> Vec<Effect> {
        let effects = self.close();
        self.overlay = Some(overlay);
        effects
    }

    /// Closes what lies over the panes; what was fetched for it is no longer waited for.
    pub(super) fn close(&mut self) -> Vec<Effect> {
        match self.overlay.take() {
            Some(Overlay::Details { view, .. }) if matches!(view.text, Text::Coming(..)) => {
                vec![Effect::StopFetching]
            }
            _ => Vec::new(),
        }
    }

    /// Whether what is typed goes to the filter of the event list.
    pub(super) fn edits_event_filter(&self) -> bool {
        self.event_filter.input().is_some() && matches!(self.overlay, Some(Overlay::Events(_)))
    }

    /// Edits the line that is in front: that of the event list over the panes, else that of the jobs.
    fn filter_line(&mut self, action: Action) {
        if self.overlay.is_some() {
            if matches!(self.overlay, Some(Overlay::Events(_))) {
                match action {
                    Action::EditFilter => self.event_filter.edit(),
                    Action::EmptyFilter => {
                        self.event_filter.type_in(|input| *input = tui_input::Input::default());
                    }
                    Action::KeepFilter => self.event_filter.keep(),
                    _ => self.event_filter.clear(),
                }
            }
            return;
        }
        let zone = &self.settings.zone;
        match action {
            Action::EditFilter => self.filter.edit(),
            Action::EmptyFilter => self.filter.type_in(zone, |input| *input = tui_input::Input::default()),
            Action::KeepFilter => self.filter.keep(),
            _ => self.filter.cancel(zone),
        }
    }

    fn reload_keys(&mut self) -> Vec<Effect> {
        self.remark("fetching every key again".to_owned());
        vec![Effect::ReloadKeys]
    }

    /// Asks everywhere, but no more than once a second: a key that is held down is no reason to hammer a
    /// service that is already in trouble. What comes too soon is done a moment later.
    pub(super) fn refresh_now(&mut self) -> Vec<Effect> {
        self.refresh_due = self.refreshed.is_some_and(|at| self.now.duration_since(at) < REFRESH_FLOOR);
        if self.refresh_due {
            return Vec::new();
        }
        self.refreshed = Some(self.now);
        self.remark("asking every environment now".to_owned());
        vec![Effect::RefreshAll]
    }

    fn travel(&mut self, action: Action) {
        let layout = self.layout();
        if let Some(overlay) = &mut self.overlay {
            let page = usize::from(layout.overlay_lines()).saturating_sub(1).max(1);
            let last = self.overlay_end;
            let line = overlay.scroll().min(last);
            overlay.scroll_to(
                match action {
                    Action::RowDown => line.saturating_add(1),
                    Action::RowUp => line.saturating_sub(1),
                    Action::PageDown => line.saturating_add(page),
                    Action::PageUp => line.saturating_sub(page),
                    Action::Top => 0,
                    _ => last,
                }
                .min(last),
            );
            return;
        }
        let page = isize::try_from(usize::from(layout.rows()).max(1)).unwrap_or(1);
        let (store, rows) = (&self.store, &self.rows);
        match action {
            Action::RowDown => self.selection.step(store, rows, 1),
            Action::RowUp => self.selection.step(store, rows, -1),
            Action::PageDown => self.selection.step(store, rows, page),
            Action::PageUp => self.selection.step(store, rows, -page),
            Action::Top => self.selection.select(store, rows, 0),
            _ => self.selection.select(store, rows, usize::MAX),
        }
    }

    /// The selected job; the first in view where none is.
    pub(super) fn select_one(&mut self) -> Option<(JobKey, Held<'_>)> {
        if self.selection.row().is_none() {
            self.selection.step(&self.store, &self.rows, 1);
        }
        let key = self.selection.job().cloned()?;
        let held = self.store.job(self.store.find(&key)?)?;
        Some((key, held))
    }

    fn open_details(&mut self) {
        let Some((key, held)) = self.select_one() else { return };
        let (job, source) = (Box::new(held.to_job()), held.source());
        self.overlay = Some(Overlay::Details {
            key,
            job,
            source,
            listed: true,
            view: Box::default(),
            scroll: Scroll::default(),
        });
    }

    /// Keeps an open job's details as they are listed now.
    pub(super) fn follow_details(&mut self) {
        let Some(Overlay::Details { key, job, source, listed, .. }) = &mut self.overlay else { return };
        let held = self.store.find(key).and_then(|handle| self.store.job(handle));
        *listed = held.is_some();
        if let Some(held) = held {
            **job = held.to_job();
            *source = held.source();
        }
    }

    fn let_go(&mut self) {
        if self.selection.job().is_some() {
            self.selection.clear();
        } else {
            // An empty query always parses.
            let _ = self.filter.set("", &self.settings.zone);
        }
    }

    fn sort_as(&mut self, action: Action) {
        match action {
            Action::SortNext => self.sort_by(1),
            Action::SortPrevious => self.sort_by(COLUMNS.len() - 1),
            _ => self.sort.descending = !self.sort.descending,
        }
    }

    fn sort_by(&mut self, steps: usize) {
        let at = COLUMNS.iter().position(|spec| spec.column == self.sort.column).unwrap_or(0);
        if let Some(spec) = COLUMNS.get((at + steps) % COLUMNS.len()) {
            self.sort = Sort { column: spec.column, descending: spec.descending };
        }
    }

    fn dismiss_banner(&mut self) {
        let first = self.banners().next().map(|banner| banner.cause.clone());
        if let Some(cause) = first {
            self.dismissed.push(cause);
            self.remark("banner dismissed; X shows it again, e lists the events".to_owned());
        }
    }

    pub(super) fn remark(&mut self, text: String) {
        let until = self.now.checked_add(REMARK).unwrap_or(self.now);
        self.notice = Some(Notice { text, until });
    }
}
