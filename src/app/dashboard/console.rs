//! What comes from the terminal and from the system: keys, clicks, pastes, sizes, signals, and what the
//! terminal says of its background; each taken into the state.

use color_eyre::Result;
use crossterm::event::{Event, KeyEventKind};

use super::{Ending, Loop};
use crate::app::background::Answer;
use crate::app::input::Input;
use crate::app::now;
use crate::app::signals::{self, Quit, Signal, Signals};
use crate::app::terminal::{self, Screen};
use crate::poll::Pollers;
use crate::state::{Message, Size};
use crate::ui::Ground;

/// What reaches the program from outside, for as many dashboards as run one after another: a thread
/// that reads keys cannot be called back.
pub struct Console {
    signals: Signals,
    input: Option<Input>,
    /// What the terminal draws on, if it said so in time.
    ground: Option<Ground>,
}

impl Console {
    /// Sets the signal handlers up. Must be called inside the runtime.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub fn listen() -> Result<Self> {
        Ok(Self { signals: Signals::listen()?, input: None, ground: None })
    }

    /// What is read from the terminal, begun where it is not yet; and what the terminal draws on. It is asked
    /// before anybody reads keys, so that its answer is not among them.
    pub(super) fn input(
        &mut self,
        screen: &mut Screen,
        ask: bool,
    ) -> Result<(&mut Input, &mut Signals, Option<Ground>)> {
        let input = match &mut self.input {
            Some(input) => input,
            none => {
                let answer = if ask { screen.ask_background()? } else { Answer::default() };
                self.ground = answer.ground;
                none.insert(Input::listen(answer.typed)?)
            }
        };
        Ok((input, &mut self.signals, self.ground))
    }
}

impl Loop {
    /// What was typed or pasted in one go is taken in one go.
    pub(super) fn terminal_events(
        &mut self,
        first: Option<Event>,
        input: &mut Input,
        pollers: &Pollers,
    ) -> Option<Ending> {
        let mut ending = self.terminal_event(first, pollers);
        while ending.is_none() {
            let Some(event) = input.waiting() else { break };
            ending = self.terminal_event(Some(event), pollers);
        }
        ending
    }

    pub(super) fn terminal_event(&mut self, event: Option<Event>, pollers: &Pollers) -> Option<Ending> {
        let message = match event {
            Some(Event::Key(key)) if key.kind != KeyEventKind::Release => Message::Key(key),
            Some(Event::Mouse(mouse)) => Message::Mouse(mouse),
            Some(Event::Paste(text)) => Message::Paste(text),
            // The event's own size is a moment old, and nothing where the terminal does not know it.
            Some(Event::Resize(..)) => {
                // Also where it is the size of before: it was another meanwhile, and the terminal has
                // forgotten what did not fit.
                if self.screen.forget().is_err() {
                    return Some(Ending::Signal(Quit::Hangup));
                }
                Message::Resized(terminal_size())
            }
            Some(_) => return None,
            None => return Some(Ending::Signal(Quit::Hangup)),
        };
        self.update(message, pollers)
    }

    /// Where the terminal says late what it draws on, that holds from then on.
    pub(super) fn hear_of_background(&mut self) {
        if self.late.has_changed().is_ok_and(|changed| changed) {
            let told = *self.late.borrow_and_update();
            if self.appearance.ask {
                self.theme = self.appearance.theme(told);
            }
        }
    }

    pub(super) fn suspend(&mut self) {
        if let Err(refusal) = signals::suspend(&mut self.screen) {
            self.state.update(Message::Remark(refusal.to_string()), now());
        }
    }

    pub(super) fn signalled(&mut self, signal: Signal) -> Option<Ending> {
        match signal {
            Signal::Quit(quit) => return Some(Ending::Signal(quit)),
            Signal::Suspend => self.suspend(),
            Signal::Resume => {
                if self.screen.resume().is_err() {
                    return Some(Ending::Signal(Quit::Hangup));
                }
                self.state.update(Message::Resized(terminal_size()), now());
            }
        }
        None
    }
}

pub(super) fn terminal_size() -> Size {
    let size = terminal::size().unwrap_or(terminal::FALLBACK);
    Size { width: size.width, height: size.height }
}
