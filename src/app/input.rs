//! Keys, clicks, pastes and changes of size, read on a thread of their own. It only reads; it does not know
//! what a key means.
//!
//! Not `crossterm::event::EventStream`, which reads on the thread that polls it: when the terminal is
//! gone, crossterm reads on for ever without an answer, and that would be the loop. Here it is a
//! thread that ends with the program, which the signals end at once ([`super::signals`]).

use std::io;
use std::time::Duration;

use crossterm::event::Event;
use tokio::sync::{mpsc, watch};

use super::replies::{Replies, SILENCE};
use crate::ui::Ground;

/// Events that wait for the loop. A flood of keys waits in the terminal after that.
const WAITING: usize = 256;

/// What the operator does. One is enough for a program.
pub struct Input {
    events: mpsc::Receiver<Event>,
    /// What the terminal said late of its background.
    ground: watch::Receiver<Option<Ground>>,
}

impl Input {
    /// Starts reading, after what was `typed` already. Take the terminal first: until then it hands over
    /// whole lines alone.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn listen(typed: Vec<Event>) -> io::Result<Self> {
        Self::from_reader(typed, crossterm::event::poll, crossterm::event::read)
    }

    fn from_reader(
        typed: Vec<Event>,
        mut comes: impl FnMut(Duration) -> io::Result<bool> + Send + 'static,
        mut read: impl FnMut() -> io::Result<Event> + Send + 'static,
    ) -> io::Result<Self> {
        let (tell, events) = mpsc::channel(WAITING);
        let (tell_ground, ground) = watch::channel(None);
        std::thread::Builder::new().name("voxtop-input".to_owned()).spawn(move || {
            let mut replies = Replies::new(tell_ground);
            let mut due = typed;
            loop {
                for event in due {
                    if tell.blocking_send(event).is_err() {
                        return;
                    }
                }
                let quiet = replies.is_waiting() && comes(SILENCE).is_ok_and(|comes| !comes);
                // An error ends it: there is no input then, and asking again would be a busy loop.
                due = if quiet {
                    replies.silence()
                } else if let Ok(event) = read() {
                    replies.take(event)
                } else {
                    return;
                };
            }
        })?;
        Ok(Self { events, ground })
    }

    /// What the terminal says of its background, when it says so late.
    pub fn ground(&self) -> watch::Receiver<Option<Ground>> {
        self.ground.clone()
    }

    /// The next event; `None` once there is no input, as after a hang-up. May be dropped and called
    /// again without losing an event.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// An event that waits already, if one does.
    pub fn waiting(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_come_in_order_and_an_error_ends_them() {
        let mut sent = (1..1000_u16).map(|width| Event::Resize(width, 1));
        let read = move || sent.next().ok_or_else(|| io::Error::other("gone"));
        let mut input = Input::from_reader(vec![Event::Resize(0, 1)], |_| Ok(true), read).unwrap();
        for width in 0..1000 {
            assert_eq!(input.next().await, Some(Event::Resize(width, 1)));
        }
        assert_eq!(input.next().await, None);
        assert_eq!(input.next().await, None, "and it stays so");
    }
}
