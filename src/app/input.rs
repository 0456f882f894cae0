//! Keys, clicks, pastes and changes of size, read on a thread of their own. It only reads; it does not know
//! what a key means.
//!
//! Not `crossterm::event::EventStream`, which reads on the thread that polls it: when the terminal is
//! gone, crossterm reads on for ever without an answer, and that would be the loop. Here it is a
//! thread that ends with the program, which the signals end at once ([`super::signals`]).

use std::io;

use crossterm::event::Event;
use tokio::sync::mpsc;

/// Events that wait for the loop. A flood of keys waits in the terminal after that.
const WAITING: usize = 256;

/// What the operator does. One is enough for a program.
pub struct Input(mpsc::Receiver<Event>);

impl Input {
    /// Starts reading. Take the terminal first: until then it hands over whole lines alone.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn listen() -> io::Result<Self> {
        Self::from_reader(crossterm::event::read)
    }

    fn from_reader(mut read: impl FnMut() -> io::Result<Event> + Send + 'static) -> io::Result<Self> {
        let (tell, events) = mpsc::channel(WAITING);
        std::thread::Builder::new().name("voxtop-input".to_owned()).spawn(move || {
            // An error ends it: there is no input then, and asking again would be a busy loop.
            while let Ok(event) = read() {
                if tell.blocking_send(event).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self(events))
    }

    /// The next event; `None` once there is no input, as after a hang-up. May be dropped and called
    /// again without losing an event.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }

    /// An event that waits already, if one does.
    pub fn waiting(&mut self) -> Option<Event> {
        self.0.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_come_in_order_and_an_error_ends_them() {
        let mut sent = (0..1000_u16).map(|width| Event::Resize(width, 1));
        let mut input =
            Input::from_reader(move || sent.next().ok_or_else(|| io::Error::other("gone"))).unwrap();
        for width in 0..1000 {
            assert_eq!(input.next().await, Some(Event::Resize(width, 1)));
        }
        assert_eq!(input.next().await, None);
        assert_eq!(input.next().await, None, "and it stays so");
    }
}
