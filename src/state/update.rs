//! What each message does to the state. What an action does stands in `act`.

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyEventKind};
use jiff::Timestamp;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{Context, Effect, Message, Overlay, State};

/// The longest text that may be pasted into the filter line, in characters; a query has a bound too.
const LONGEST_PASTE: usize = 1_000;

impl State {
    /// Takes a message at a moment; gives what the rim must do.
    pub fn update(&mut self, message: Message, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        let mut effects = match message {
            Message::Report(report) => {
                self.hear_of_followed(&report);
                self.store.merge(report);
                Vec::new()
            }
            Message::Look(look) => {
                self.store.merge_look(look);
                Vec::new()
            }
            Message::Key(event) => self.press(event),
            Message::Mouse(event) => self.point(event),
            Message::Paste(text) => {
                self.paste(&text);
                Vec::new()
            }
            Message::Resized(size) => {
                self.size = size;
                self.rewrap()
            }
            Message::Tick if self.refresh_due => self.refresh_now(),
            Message::Tick => Vec::new(),
            Message::Remark(text) => {
                self.remark(text);
                Vec::new()
            }
            outcome => self.take_outcome(outcome),
        };
        self.meet_link();
        self.follow_details();
        effects.extend(self.tidy_usage());
        effects
    }

    /// Where key presses go now.
    pub fn context(&self) -> Context {
        if self.palette.is_some() { Context::Palette } else { self.context_below() }
    }

    /// Where they go without the palette.
    pub fn context_below(&self) -> Context {
        if self.prompt.is_some() {
            Context::Prompt
        } else if self.filter.input().is_some() || self.edits_event_filter() || self.searches_help() {
            Context::Filter
        } else if matches!(self.overlay, Some(Overlay::Details { .. })) {
            Context::Details
        } else if matches!(self.overlay, Some(Overlay::Columns(_))) {
            Context::Columns
        } else if self.overlay.is_some() {
            Context::Overlay
        } else if self.is_first_run() {
            Context::FirstRun
        } else {
            Context::Panes
        }
    }

    fn press(&mut self, event: KeyEvent) -> Vec<Effect> {
        // Terminals that report releases too would do everything twice.
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        // What was said of the key before has been read, or is in the way now.
        self.notice = None;
        if let Some(action) = self.keymap.lookup(self.context(), event) {
            return self.act(action);
        }
        self.type_into(|input| {
            input.handle_event(&TerminalEvent::Key(event));
        });
        Vec::new()
    }

    /// Changes the line that is being typed, if one is.
    fn type_into(&mut self, change: impl FnOnce(&mut Input)) {
        if let Some(palette) = &mut self.palette {
            palette.type_in(change);
        } else if let Some(prompt) = &mut self.prompt {
            change(&mut prompt.input);
        } else if self.searches_help() {
            self.help.type_in(change);
        } else if self.edits_event_filter() {
            self.event_filter.type_in(change);
        } else {
            self.type_in_filter(change);
        }
    }

    fn paste(&mut self, text: &str) {
        let line: String =
            text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(LONGEST_PASTE).collect();
        self.type_into(|input| {
            for char in line.chars() {
                input.handle(tui_input::InputRequest::InsertChar(char));
            }
        });
    }
}
