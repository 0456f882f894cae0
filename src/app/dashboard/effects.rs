//! What the state wants done, done: each effect handed to the part of the rim that carries it out.

use super::{Ending, Loop};
use crate::app::export::Made;
use crate::app::keys::Wish;
use crate::app::passage::Between;
use crate::app::signals::Quit;
use crate::app::{bundle, clipboard, dump, now, terminal};
use crate::poll::Pollers;
use crate::state::{Effect, Message, Target, WriteOrder, Written};
use crate::ui;

impl Loop {
    pub(super) fn carry_out(&mut self, effect: Effect, pollers: &Pollers) -> Option<Ending> {
        match effect {
            Effect::RefreshAll => {
                pollers.refresh(None);
                self.lookout.look_everywhere();
            }
            Effect::Follow(source, id) => self.follows.follow(source, id),
            Effect::LetGo(source, id) => self.follows.let_go(source, &id),
            Effect::ReloadKeys => self.key_watch.wish(Wish::All),
            errand @ (Effect::Fetch(..)
            | Effect::Rewrap(..)
            | Effect::StopFetching
            | Effect::Save(_)
            | Effect::SaveAll(_)
            | Effect::Delete(_)) => {
                self.errands.run(errand);
            }
            Effect::AskUsage(number, period, sources) => {
                self.inquiries.ask_usage(number, period, &sources);
            }
            Effect::StopUsage => self.inquiries.stop_usage(),
            Effect::Bundle(bundle) => {
                let text = bundle::text(&bundle, &self.redactor);
                let clipboard = self.give_to_clipboard(&text);
                self.inquiries.write(bundle, text, clipboard);
            }
            Effect::Copy(text, what) => self.copy(&text, &what),
            Effect::CopyEvent => {
                let event = ui::first_in_view(&self.state, &self.theme);
                let text = event.map(|event| self.state.event_line(event)).unwrap_or_default();
                self.copy(&text, "1 event");
            }
            Effect::FindInLines(forwards) => {
                let lines = ui::lines_of_details(&self.state, &self.theme);
                self.state.find_among(&lines, forwards);
            }
            Effect::NextTheme => self.next_theme(),
            Effect::Pause(paused) => {
                pollers.pause(paused);
                self.lookout.pause(paused);
            }
            Effect::Write(order) => self.write(order),
            Effect::Alert(alert) => drop(self.alarm.give(&alert)),
            Effect::Interval(refresh) => pollers.set_interval(refresh),
            Effect::Mouse(wanted) => {
                if let Err(error) = self.screen.mouse(wanted) {
                    let said = format!("the terminal takes no word about the mouse: {error}");
                    self.state.update(Message::Remark(said), now());
                }
            }
            Effect::Redraw => {
                if self.screen.forget().is_err() {
                    return Some(Ending::Signal(Quit::Hangup));
                }
            }
            Effect::Suspend => self.suspend(),
            Effect::StartDemo => return Some(Ending::Demo),
            Effect::Quit => return Some(Ending::Quit),
        }
        None
    }

    /// From then on the background is no longer a reason for another.
    fn next_theme(&mut self) {
        self.theme = self.theme.next();
        self.appearance.ask = false;
        let name = self.theme.name();
        let said = format!("theme {name}; theme = \"{name}\" in the configuration keeps it");
        self.state.update(Message::Remark(said), now());
    }

    /// Begins to write rows, or writes the screen.
    fn write(&mut self, order: WriteOrder) {
        if order.what == Written::Rows {
            if let Err(why) = self.exporter.begin(&self.state, &order, now()) {
                self.state.update(Message::Remark(why), now());
            }
            return;
        }
        self.state.refresh();
        let text = dump::screen(&self.state, &self.theme, order.form);
        match order.target {
            Target::Clipboard => self.copy(&text, "the screen"),
            Target::File(_) => self.exporter.write_text(order, text),
        }
    }

    /// Makes some more rows into text; says whether there is something new to see.
    pub(super) fn write_more(&mut self) -> bool {
        match self.exporter.step(&self.state, &self.redactor) {
            Made::Nothing => return false,
            Made::Clipping(text, what) => self.copy(&text, &what),
            Made::Said(said) => {
                self.state.update(Message::Remark(said), now());
            }
        }
        true
    }

    /// Puts a text on the clipboard, and says honestly what is known of that.
    fn copy(&mut self, text: &str, what: &str) {
        let terminal = self.give_to_terminal(text);
        let by_terminal = match &terminal {
            Ok(()) => format!("{what} sent to the terminal's clipboard (OSC 52), if it takes that"),
            Err(why) => format!("nothing was copied: {why}"),
        };
        let Some(program) = clipboard::program() else {
            self.state.update(Message::Remark(by_terminal), now());
            return;
        };
        let (text, what) = (self.redactor.clean(text), what.to_owned());
        let name = program.name;
        self.exporter.tell(move || match program.take(text) {
            Ok(()) => format!("{what} copied to the clipboard ({name})"),
            Err(why) => format!("{name} {why}; {by_terminal}"),
        });
    }

    /// As [`copy`](Self::copy), for a text of which the clipboard is only one place: says nothing but what was
    /// impossible.
    fn give_to_clipboard(&self, text: &str) -> Result<(), String> {
        let terminal = self.give_to_terminal(text);
        let Some(program) = clipboard::program() else { return terminal };
        let text = self.redactor.clean(text);
        drop(tokio::task::spawn_blocking(move || program.take(text)));
        Ok(())
    }

    /// Without keys, whatever the text is.
    fn give_to_terminal(&self, text: &str) -> Result<(), String> {
        let text = self.redactor.clean(text);
        let sequence = clipboard::sequence(&text, Between::of_process());
        let too_long =
            || format!("it has {} bytes, and terminals take {} at most", text.len(), clipboard::LONGEST);
        terminal::send(sequence.ok_or_else(too_long)?.as_bytes()).map_err(|error| error.to_string())
    }
}
