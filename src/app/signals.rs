//! Signals, suspension, and the loss of the terminal, as a stream for the loop. It owns the handlers
//! and the stopping of the program; it never draws and never ends the program.
//!
//! In raw mode Ctrl-C and Ctrl-Z are keys, not signals: the loop reads the key and comes here.

use std::io;
use std::task::{Context, Poll, Waker};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal as Raw, kill_current_process_group};
use tokio::select;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::watch;

use super::terminal::Screen;

mod kin;

/// What the loop must act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Leave, with [`Quit::exit_code`].
    Quit(Quit),
    /// Stop: call [`suspend`], as for the Ctrl-Z key.
    Suspend,
    /// The program goes on after a stop: call [`Screen::resume`] and draw.
    Resume,
}

/// What ends the program from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quit {
    /// SIGINT, sent by `kill -INT` or a parent.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGQUIT.
    Abandon,
    /// SIGHUP, or the terminal is gone. Also the answer to a frame that cannot be written and to the
    /// end of the input.
    Hangup,
}

impl Quit {
    /// 128 and the number of the signal, as shells have it: 130, 143, 131, 129.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Hangup => 128 + 1,
            Self::Interrupt => 128 + 2,
            Self::Abandon => 128 + 3,
            Self::Terminate => 128 + 15,
        }
    }
}

/// Why the program does not suspend. For a notice on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody would bring the program back.
    #[error("cannot suspend: no shell with job control started voxtop, so nothing could bring it back")]
    NoShell,
    /// The kernel said no.
    #[error("cannot suspend: the system refused it")]
    System,
}

/// The handlers. One is enough for a program; they stay in place until it ends.
pub struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hangup: Stream,
    abandon: Stream,
    suspend: Stream,
    resume: Stream,
    /// Turns true when the terminal is gone.
    gone: watch::Receiver<bool>,
}

impl Signals {
    /// Sets the handlers up. Must be called inside the runtime.
    ///
    /// # Errors
    /// Where the system refuses a handler or a thread.
    pub fn listen() -> io::Result<Self> {
        let stop = SignalKind::from_raw(Raw::TSTP.as_raw());
        let go_on = SignalKind::from_raw(Raw::CONT.as_raw());
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            abandon: signal(SignalKind::quit())?,
            suspend: signal(stop)?,
            resume: signal(go_on)?,
            gone: watch_terminal()?,
        })
    }

    /// The next signal. May be dropped and called again without losing one.
    pub async fn next(&mut self) -> Signal {
        loop {
            let came = select! {
                biased;
                Some(()) = self.terminate.recv() => Signal::Quit(Quit::Terminate),
                Some(()) = self.interrupt.recv() => Signal::Quit(Quit::Interrupt),
                Some(()) = self.hangup.recv() => Signal::Quit(Quit::Hangup),
                Some(()) = self.abandon.recv() => Signal::Quit(Quit::Abandon),
                Ok(_) = self.gone.wait_for(|gone| *gone) => Signal::Quit(Quit::Hangup),
                Some(()) = self.resume.recv() => Signal::Resume,
                Some(()) = self.suspend.recv() => Signal::Suspend,
            };
            match came {
                Signal::Resume => self.forget_suspension(),
                // Without a handler the kernel ignores SIGTSTP where nobody could end the stop.
                Signal::Suspend if refusal().is_some() => continue,
                _ => {}
            }
            return came;
        }
    }

    /// Where SIGTSTP and SIGCONT both wait, we were told to go on before we got to stopping.
    fn forget_suspension(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(())) = self.suspend.poll_recv(&mut context) {}
    }
}

/// Gives the terminal back and stops the whole foreground group, so that what started us
/// (`cargo run`, a wrapper script) stops too and the shell has its prompt again. For the Ctrl-Z key
/// and for [`Signal::Suspend`].
///
/// The program may run on for a moment after this returns, so nothing but [`Signal::Resume`] says
/// that it was stopped and goes on; the screen ignores frames until then.
///
/// # Errors
/// Where nothing could bring the program back, or the system refuses: nothing has changed then.
pub fn suspend(screen: &mut Screen) -> Result<(), Refusal> {
    refusal().map_or(Ok(()), Err)?;
    // An error means a terminal that is going away, of which the stream will tell.
    let _ = screen.suspend();
    // One SIGSTOP for all and not SIGTSTP with our own stop after it: a wrapper that stops first lets
    // the shell send SIGCONT before we have stopped, and then nobody would ever wake us. The kernel
    // lets a later SIGCONT undo a SIGSTOP that has not been acted on yet.
    if kill_current_process_group(Raw::STOP).is_err() {
        let _ = screen.resume();
        return Err(Refusal::System);
    }
    Ok(())
}

/// Watches the terminal for its end. The input cannot (see [`super::input`]), and SIGHUP reaches only
/// those for whom this is the controlling terminal.
///
/// A thread of its own, as the runtime watches descriptors for input, and the input is not ours to
/// read here. It sleeps, wakes every other second, and ends with its receiver.
fn watch_terminal() -> io::Result<watch::Receiver<bool>> {
    /// Some terminals do not wake a sleeper that waits for nothing but their end.
    const NAP: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };
    let (tell, gone) = watch::channel(false);
    let input = io::stdin();
    std::thread::Builder::new().name("voxtop-terminal".to_owned()).spawn(move || {
        while !tell.is_closed() {
            let mut watched = [PollFd::new(&input, PollFlags::empty())];
            // An error is an interruption, or no memory: the nap is the pause either way.
            if poll(&mut watched, Some(&NAP)).is_ok() && watched.iter().any(is_gone) {
                tell.send_replace(true);
                return;
            }
        }
    })?;
    Ok(gone)
}

fn is_gone(watched: &PollFd<'_>) -> bool {
    watched.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Why the program must not stop itself, if it must not.
pub fn refusal() -> Option<Refusal> {
    let keeper = kin::of_self().is_some_and(|me| kin::has_keeper(me, kin::of));
    if keeper { None } else { Some(Refusal::NoShell) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::process::{getpid, kill_process};

    use super::*;

    #[test]
    fn exit_codes_are_what_shells_expect() {
        for (quit, raw) in [
            (Quit::Interrupt, Raw::INT),
            (Quit::Terminate, Raw::TERM),
            (Quit::Hangup, Raw::HUP),
            (Quit::Abandon, Raw::QUIT),
        ] {
            assert_eq!(i32::from(quit.exit_code()), 128 + raw.as_raw(), "{quit:?}");
        }
    }

    #[tokio::test]
    async fn signals_come_out_of_the_stream() {
        let mut signals = Signals::listen().unwrap();
        // The test's own input may be a pipe that is already closed.
        let (_tell, never) = watch::channel(false);
        signals.gone = never;
        for (raw, expected) in [
            (Raw::TERM, Signal::Quit(Quit::Terminate)),
            (Raw::HUP, Signal::Quit(Quit::Hangup)),
            (Raw::INT, Signal::Quit(Quit::Interrupt)),
            (Raw::CONT, Signal::Resume),
        ] {
            kill_process(getpid(), raw).unwrap();
            let came = tokio::time::timeout(Duration::from_secs(20), signals.next()).await;
            assert_eq!(came, Ok(expected), "{raw:?}");
        }
    }
}
