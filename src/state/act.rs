//! What each action does to the state.

use jiff::SignedDuration;

use super::carry::Copied;
use super::overlay::Scroll;
use super::{Action, Effect, Notice, Overlay, Shown, State, Text, Written};
use crate::model::JobKey;
use crate::store::Held;

/// How long a passing remark stays.
const REMARK: SignedDuration = SignedDuration::from_secs(4);
/// The least time between two rounds that a person asks for.
const REFRESH_FLOOR: SignedDuration = SignedDuration::from_secs(1);

impl State {
    /// Does what a person wants.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        // What was derived must be true before it is acted on: several messages may be drained at once.
        self.refresh();
        if let Some(effects) = self.act_on_palette(action) {
            return effects;
        }
        match action {
            Action::Quit => return vec![Effect::Quit],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Suspend => return vec![Effect::Suspend],
            Action::StartDemo => return vec![Effect::StartDemo],
            Action::RefreshNow => return self.refresh_what_is_shown(),
            Action::Bundle => return self.bundle(),
            Action::CopyEvent | Action::CopyEvents => return self.copy_events(action == Action::CopyEvents),
            Action::ToggleFollow => return self.toggle_follow(),
            Action::ReloadKeys => return self.reload_keys(),
            Action::OpenPalette
            | Action::OpenHelp
            | Action::ShortenInterval
            | Action::LengthenInterval
            | Action::ToggleMouse
            | Action::NextTheme
            | Action::NextTime => return self.steer(action),
            Action::TogglePause => return self.toggle_pause(),
            Action::OpenEvents | Action::OpenMatrix | Action::OpenRealtime | Action::OpenUsage => {
                return self.open(action);
            }
            Action::OpenCharts | Action::Compare | Action::ToggleStuck | Action::SaveExpiring => {
                return self.analyse(action);
            }
            Action::OpenDetails => self.open_details(),
            Action::NextJob
            | Action::PreviousJob
            | Action::NextTab
            | Action::PreviousTab
            | Action::NextFormat
            | Action::Find
            | Action::FindNext
            | Action::FindPrevious
            | Action::Save
            | Action::Submit
            | Action::EmptyPrompt
            | Action::CancelPrompt => return self.act_on_details(action),
            Action::Close => return self.close_what_is_open(),
            Action::EventSeverity
            | Action::DismissBanner
            | Action::RestoreBanners
            | Action::ToggleAlerts
            | Action::TogglePresenter
            | Action::WriteRows
            | Action::WriteScreen => self.act_on_what_is_told(action),
            _ => return self.act_on_jobs(action),
        }
        Vec::new()
    }

    /// What is about the jobs in the pane: what is done to them, which are shown, and in what order.
    fn act_on_jobs(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::CopyIds
            | Action::CopyUrls
            | Action::CopyCommands
            | Action::SaveMarked
            | Action::ToggleMark
            | Action::MarkRange
            | Action::MarkAll
            | Action::ClearMarks
            | Action::Delete => return self.act_on_marks(action),
            Action::EditFilter
            | Action::EmptyFilter
            | Action::KeepFilter
            | Action::CancelFilter
            | Action::Complete
            | Action::NextSuggestion
            | Action::PreviousSuggestion => self.filter_line(action),
            Action::ClearFilter => self.let_go(),
            Action::RowDown
            | Action::RowUp
            | Action::PageDown
            | Action::PageUp
            | Action::Top
            | Action::Bottom => self.travel(action),
            _ => return self.rearrange(action),
        }
        Vec::new()
    }

    fn toggle_pause(&mut self) -> Vec<Effect> {
        self.paused = !self.paused;
        vec![Effect::Pause(self.paused)]
    }

    /// What is about the program itself.
    fn steer(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::ShortenInterval => return self.step_interval(true),
            Action::LengthenInterval => return self.step_interval(false),
            Action::ToggleMouse => return self.toggle_mouse(),
            Action::OpenHelp => return self.open_help(),
            Action::NextTheme => return vec![Effect::NextTheme],
            Action::NextTime => self.next_time(),
            _ => self.open_palette(),
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
            _ => Overlay::Realtime(scroll),
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
            Action::NextJob => return self.turn_job(true),
            Action::PreviousJob => return self.turn_job(false),
            Action::NextTab => return self.turn(true),
            Action::PreviousTab => return self.turn(false),
            Action::NextFormat => return self.turn_form(),
            Action::Submit => return self.submit(),
            Action::Find => self.ask_what_to_find(),
            Action::FindNext => return self.find_on(true),
            Action::FindPrevious => return self.find_on(false),
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

    fn turn(&mut self, forwards: bool) -> Vec<Effect> {
        self.turn_chart(forwards);
        self.turn_tab(forwards)
    }

    /// Another form of what is in front: of what is asked for, of a chart, of a transcript.
    fn turn_form(&mut self) -> Vec<Effect> {
        if self.prompt.is_some() {
            self.turn_saved_form();
            return Vec::new();
        }
        self.turn_period();
        self.turn_format()
    }

    /// Lays something over the panes in the place of what is there.
    pub(super) fn lay_over(&mut self, overlay: Overlay) -> Vec<Effect> {
        let effects = self.close();
        // What was said of the panes would hide the keys of what lies over them.
        self.notice = None;
        self.overlay = Some(overlay);
        effects
    }

    /// Closes what is open: the help goes back to what it lies over.
    fn close_what_is_open(&mut self) -> Vec<Effect> {
        if matches!(self.overlay, Some(Overlay::Help(_))) { self.close_help() } else { self.close() }
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

    pub(super) fn travel(&mut self, action: Action) {
        if self.act_on_columns(action) {
            return;
        }
        let layout = self.layout();
        if let Some(overlay) = &mut self.overlay {
            let page = usize::from(layout.overlay_lines()).saturating_sub(1).max(1);
            let last = self.drawn.end;
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

    /// The selected job, for what is done to a job: one that nobody sees to be selected is never meant. Says
    /// so where there is none.
    pub(super) fn selected_one(&mut self) -> Option<(JobKey, Held<'_>)> {
        if self.selection.row().is_none() {
            let down = self.key_of(Action::RowDown);
            self.remark(if self.rows.is_empty() {
                "no job is shown".to_owned()
            } else {
                format!("no job is selected: {down} selects the first")
            });
            return None;
        }
        self.select_one()
    }

    /// The selected job, for looking at it; the first in view where none is.
    pub(super) fn select_one(&mut self) -> Option<(JobKey, Held<'_>)> {
        if self.selection.row().is_none() {
            self.selection.step(&self.store, &self.rows, 1);
        }
        let key = self.selection.job().cloned()?;
        let held = self.store.job(self.store.find(&key)?)?;
        Some((key, held))
    }

    pub(super) fn open_details(&mut self) {
        let Some((key, held)) = self.select_one() else { return };
        let (job, source) = (Box::new(held.to_job()), held.source());
        self.notice = None;
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

    /// Whether fewer jobs are shown than there are, by a filter, a view, or for being stuck.
    pub(super) fn is_narrowed(&self) -> bool {
        self.shown == Shown::Stuck || self.views.in_force().is_some() || !self.filter.text().is_empty()
    }

    fn let_go(&mut self) {
        if self.link.take().is_some() {
            self.remark("it is no longer waited for".to_owned());
        } else if self.selection.job().is_some() {
            self.selection.clear();
        } else if self.shown == Shown::Stuck {
            self.shown = Shown::All;
        } else if self.views.in_force().is_some() {
            self.leave_view();
        } else {
            // An empty query always parses.
            let _ = self.filter.set("", &self.settings.zone);
        }
    }

    fn dismiss_banner(&mut self) {
        let first = self.banners().next().map(|banner| banner.cause.clone());
        if let Some(cause) = first {
            self.dismissed.push(cause);
            let (again, events) = (self.key_of(Action::RestoreBanners), self.key_of(Action::OpenEvents));
            self.remark(format!("banner dismissed; {again} shows it again, {events} lists the events"));
        }
    }

    pub(super) fn remark(&mut self, text: String) {
        let until = self.now.checked_add(REMARK).unwrap_or(self.now);
        self.notice = Some(Notice { text, until });
    }
}
