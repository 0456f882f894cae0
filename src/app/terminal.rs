//! The terminal guard: takes the terminal over, draws on it, and gives it back as it was, whatever
//! happens. It owns the modes of the terminal and all that is written to it; it knows nothing of what
//! is drawn, of keys or of signals.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::background::{self, Answer};
use super::canvas::{Bytes, Canvas};
use super::sixteen;

/// Whether the terminal is ours now. There is one terminal, and the panic hook has nobody to ask.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What is assumed of a terminal that does not know its size, such as a serial console.
pub(super) const FALLBACK: Size = Size { width: 80, height: 24 };

/// Why the dashboard cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Redirected, piped, or started by something that has no terminal.
    #[error(
        "{0} is not a terminal, and the dashboard needs one; `voxtop jobs` prints the jobs once, for pipes and scripts"
    )]
    NotATerminal(&'static str),
    /// `TERM=dumb`: an editor's shell window or a log collector.
    #[error(
        "TERM=dumb names a terminal that cannot place text, and the dashboard must; set TERM to the real one, or let `voxtop jobs` print the jobs once"
    )]
    Dumb,
    /// The terminal refused; it may be gone.
    #[error("the terminal cannot be set up: {0}; `voxtop jobs` works without one")]
    Io(#[from] io::Error),
}

/// Checks that there is a terminal to draw on: standard input and output both, and one that can
/// place text. Touches nothing, so that it can be asked before anything is started.
///
/// # Errors
/// With what stands in the way, and what to use instead.
pub fn check() -> Result<(), TerminalError> {
    judge(io::stdin().is_terminal(), io::stdout().is_terminal(), std::env::var("TERM").ok().as_deref())
}

fn judge(input: bool, output: bool, term: Option<&str>) -> Result<(), TerminalError> {
    if !output {
        Err(TerminalError::NotATerminal("standard output"))
    } else if !input {
        Err(TerminalError::NotATerminal("standard input"))
    } else if term == Some("dumb") {
        Err(TerminalError::Dumb)
    } else {
        Ok(())
    }
}

/// The terminal while it is ours. Dropping it gives the terminal back.
pub struct Screen {
    terminal: Terminal<Canvas>,
    bytes: Bytes,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, cursor hidden, pastes marked as such.
    ///
    /// # Errors
    /// Where [`check`] fails or the terminal refuses; it is then as it was.
    pub fn enter() -> Result<Self, TerminalError> {
        check()?;
        // With NO_COLOR crossterm would write a bare `ESC[;m` for each change of colour, which resets
        // bold and reverse as well: the selection becomes invisible. Our theme obeys NO_COLOR itself.
        crossterm::style::force_color_output(true);
        let bytes = Bytes::default();
        let terminal = Terminal::new(Canvas::new(bytes.clone(), size))?;
        take()?;
        Ok(Self { terminal, bytes })
    }

    /// Asks the terminal what it draws on; the screen is blank afterwards, whatever it made of the
    /// question. Before the first frame, and before anybody reads keys.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub(super) fn ask_background(&mut self) -> io::Result<Answer> {
        let answer = background::ask()?;
        self.terminal.backend_mut().cursor_was_hidden();
        let mut bytes = Vec::new();
        queue!(bytes, Clear(ClearType::All))?;
        send(&bytes)?;
        Ok(answer)
    }

    /// Draws one frame, in one write, marked so that terminals that can will show it at once (DEC
    /// mode 2026; others ignore it). A frame like the one before writes nothing at all; while suspended
    /// it does nothing.
    ///
    /// # Errors
    /// Where the terminal cannot be written to. It is gone then: leave.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !in_use() {
            return Ok(());
        }
        compose(&mut self.terminal, &self.bytes, render).and_then(|frame| send(&frame))
    }

    /// Gives the terminal back, to be taken again by [`Self::resume`]. Doing it twice is harmless.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back()
    }

    /// Takes the terminal again, clears it, and reads its size again; the next frame is drawn whole.
    /// Also right where the program was stopped without a chance to suspend (SIGSTOP): the shell may
    /// have changed every mode since.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn resume(&mut self) -> io::Result<()> {
        give_back()?;
        take()?;
        self.terminal.backend_mut().cursor_was_hidden();
        self.forget()
    }

    /// Learns that the terminal may show something else than was drawn: reads its size again, and the next
    /// frame is drawn whole.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: that asks the terminal for the cursor, and the answer would come in
        // among the keys.
        let Size { width, height } = size()?;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Gives the terminal back for good, and says whether that worked; dropping does the same in
    /// silence.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn leave(self) -> io::Result<()> {
        give_back()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether the terminal is taken: nobody may print then.
pub fn in_use() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives the terminal back if it is taken, from wherever: the panic hook has no [`Screen`] at hand.
/// Errors are ignored, since there is nobody to tell.
pub fn restore() {
    let _ = give_back();
}

fn take() -> io::Result<()> {
    // First, as it stops a program in the background until it is brought to the front.
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let taken = arrival().and_then(|bytes| send(&bytes));
    if taken.is_err() {
        restore();
    }
    taken
}

fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let sent = departure().and_then(|bytes| send(&bytes));
    // Also where nothing could be written: the modes may still be reachable.
    let cooked = disable_raw_mode();
    sent.and(cooked)
}

fn arrival() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, Hide, EnableBracketedPaste, Clear(ClearType::All))?;
    Ok(bytes)
}

/// The alternate screen is left last, so that nothing before it shows on the user's own screen.
fn departure() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(
        bytes,
        EndSynchronizedUpdate,
        SetAttribute(Attribute::Reset),
        DisableBracketedPaste,
        Show,
        LeaveAlternateScreen
    )?;
    Ok(bytes)
}

/// One frame as bytes; none where it is the same as the one before.
fn compose(
    terminal: &mut Terminal<Canvas>,
    bytes: &Bytes,
    render: impl FnOnce(&mut Frame<'_>),
) -> io::Result<Vec<u8>> {
    // A clear that waits since a resume is among the bytes, and belongs to this frame.
    terminal.draw(render)?;
    let drawn = sixteen::plain(&bytes.take());
    let mut frame = Vec::new();
    if !drawn.is_empty() {
        queue!(frame, BeginSynchronizedUpdate)?;
        frame.extend_from_slice(&drawn);
        queue!(frame, EndSynchronizedUpdate)?;
    }
    Ok(frame)
}

/// The terminal's size; the assumed one where it does not know.
///
/// # Errors
/// Where standard output is no terminal any more.
pub(super) fn size() -> io::Result<Size> {
    let size = rustix::termios::tcgetwinsize(io::stdout())?;
    Ok(known(size.ws_col, size.ws_row))
}

/// A side that the terminal gives as 0 is one that it does not know.
fn known(width: u16, height: u16) -> Size {
    let or = |side, fallback| if side == 0 { fallback } else { side };
    Size { width: or(width, FALLBACK.width), height: or(height, FALLBACK.height) }
}

/// Writes past std's buffer and its lock, which a panic may have left in any state.
pub(super) fn send(bytes: &[u8]) -> io::Result<()> {
    /// Tenths of a second that a full terminal is waited for. It is full only where another program
    /// made it non-blocking for all who share it; otherwise the write itself waits.
    const PATIENCE: usize = 50;
    const TENTH: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let output = io::stdout();
    let (mut rest, mut waits) = (bytes, 0);
    while !rest.is_empty() {
        match rustix::io::write(&output, rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => (rest, waits) = (rest.get(written..).unwrap_or_default(), 0),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) if waits < PATIENCE => {
                waits += 1;
                let _ = poll(&mut [PollFd::new(&output, PollFlags::OUT)], Some(&TENTH));
            }
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Style};
    use ratatui::text::Line;

    use super::*;

    fn canvas() -> (Terminal<Canvas>, Bytes) {
        crossterm::style::force_color_output(true);
        let bytes = Bytes::default();
        let size = || Ok(Size { width: 20, height: 3 });
        (Terminal::new(Canvas::new(bytes.clone(), size)).unwrap(), bytes)
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn what_is_missing_is_named_with_a_way_out() {
        for (input, output, term, expected) in [
            (true, true, Some("xterm-256color"), None),
            (true, true, None, None),
            (true, false, Some("xterm"), Some("standard output is not a terminal")),
            (false, true, Some("xterm"), Some("standard input is not a terminal")),
            (false, false, None, Some("standard output is not a terminal")),
            (true, true, Some("dumb"), Some("TERM=dumb")),
        ] {
            match (judge(input, output, term), expected) {
                (Ok(()), None) => {}
                (Err(error), Some(expected)) => {
                    let message = error.to_string();
                    assert!(message.contains(expected) && message.contains("`voxtop jobs`"), "{message}");
                }
                (got, _) => panic!("{input} {output} {term:?}: {got:?}"),
            }
        }
    }

    #[test]
    fn a_frame_is_wrapped_in_a_synchronised_update() {
        let (mut terminal, bytes) = canvas();
        let frame = compose(&mut terminal, &bytes, |frame| {
            frame.render_widget(
                Line::styled("picked", Style::new().bold().reversed().fg(Color::Red)),
                frame.area(),
            );
        });
        let frame = text(&frame.unwrap());
        assert!(frame.starts_with("\x1b[?2026h") && frame.ends_with("\x1b[?2026l"), "{frame:?}");
        assert!(frame.contains("picked"), "{frame:?}");
        assert!(frame.contains("\x1b[31"), "a way that all terminals know: {frame:?}");
        assert!(!frame.contains("\x1b[;m"), "bold and reverse would be wiped: {frame:?}");
        assert!(bytes.take().is_empty());
    }

    #[test]
    fn the_cursor_is_told_of_only_where_that_is_news() {
        let (mut terminal, bytes) = canvas();
        let mut frame = |word: &'static str, cursor: Option<(u16, u16)>| {
            let frame = compose(&mut terminal, &bytes, |frame| {
                frame.render_widget(word, frame.area());
                if let Some(at) = cursor {
                    frame.set_cursor_position(at);
                }
            });
            text(&frame.unwrap()).replace("\x1b[?2026h", "").replace("\x1b[?2026l", "")
        };
        let hidden = frame("word", None);
        assert!(!hidden.contains("25"), "it is hidden already: {hidden:?}");
        assert_eq!(frame("word", Some((4, 0))), "\x1b[?25h\x1b[1;5H");
        assert_eq!(frame("word", Some((4, 0))), "");
        assert_eq!(frame("word", Some((3, 0))), "\x1b[1;4H");
        let typed = frame("ward", Some((3, 0)));
        assert!(typed.contains('a') && typed.ends_with("\x1b[1;4H"), "cells move it: {typed:?}");
        assert_eq!(frame("ward", None), "\x1b[?25l");
        assert_eq!(frame("ward", None), "");
        frame("ward", Some((1, 0)));
        terminal.backend_mut().cursor_was_hidden();
        let again = compose(&mut terminal, &bytes, |frame| {
            frame.render_widget("ward", frame.area());
            frame.set_cursor_position((1, 0));
        });
        assert!(text(&again.unwrap()).contains("\x1b[?25h\x1b[1;2H"));
    }

    #[test]
    fn after_a_resume_the_clear_is_inside_the_frame() {
        let (mut terminal, bytes) = canvas();
        let draw = |frame: &mut Frame<'_>| frame.render_widget("whole", frame.area());
        compose(&mut terminal, &bytes, draw).unwrap();
        let same = text(&compose(&mut terminal, &bytes, draw).unwrap());
        assert_eq!(same, "", "an unchanged frame writes nothing");
        terminal.resize(Rect::new(0, 0, 20, 3)).unwrap();
        let again = text(&compose(&mut terminal, &bytes, draw).unwrap());
        assert!(again.starts_with("\x1b[?2026h"), "{again:?}");
        assert!(again.contains("\x1b[2J") && again.contains("whole"), "{again:?}");
        assert!(!again.contains("\x1b[6n"), "the terminal must not be asked anything: {again:?}");
    }

    #[test]
    fn leaving_undoes_all_that_entering_did_and_the_alternate_screen_last() {
        let (arrival, departure) = (text(&arrival().unwrap()), text(&departure().unwrap()));
        for mode in ["1049", "2004"] {
            assert!(arrival.contains(&format!("\x1b[?{mode}h")), "{mode} in {arrival:?}");
            assert!(departure.contains(&format!("\x1b[?{mode}l")), "{mode} in {departure:?}");
        }
        assert!(arrival.contains("\x1b[?25l") && departure.contains("\x1b[?25h"));
        assert!(departure.ends_with("\x1b[?1049l"), "{departure:?}");
    }

    #[test]
    fn a_terminal_that_does_not_know_its_size_is_taken_for_80_by_24() {
        assert_eq!(known(0, 0), FALLBACK);
        assert_eq!(known(132, 0), Size { width: 132, height: 24 });
        assert_eq!(known(40, 10), Size { width: 40, height: 10 });
    }

    #[test]
    fn what_was_not_taken_is_not_given_back() {
        restore();
        give_back().unwrap();
        assert!(!in_use());
    }
}
