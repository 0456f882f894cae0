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
use super::title::{self, Title};

/// Whether the terminal is ours now. There is one terminal, and the panic hook has nobody to ask.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the window's title was changed, and the user's own waits on the terminal's stack of titles.
static TITLED: AtomicBool = AtomicBool::new(false);

/// What is assumed of a terminal that does not know its size, such as a serial console.
pub(super) const FALLBACK: Size = Size { width: 80, height: 24 };

/// Whether the terminal is to tell of the mouse while it is ours.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Clicks and the wheel (1000), their places in digits (1006). Not what crossterm asks for: with its modes
/// (1002, 1003) the terminal would tell of every cell that the mouse passes over.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

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
    title: Title,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, cursor hidden, pastes marked, the mouse where wanted.
    ///
    /// # Errors
    /// Where [`check`] fails or the terminal refuses; it is then as it was.
    pub fn enter(mouse: bool) -> Result<Self, TerminalError> {
        check()?;
        MOUSE.store(mouse, Ordering::SeqCst);
        // With NO_COLOR crossterm would write a bare `ESC[;m` for each change of colour, which resets
        // bold and reverse as well: the selection becomes invisible. Our theme obeys NO_COLOR itself.
        crossterm::style::force_color_output(true);
        let bytes = Bytes::default();
        let terminal = Terminal::new(Canvas::new(bytes.clone(), size))?;
        take()?;
        Ok(Self { terminal, bytes, title: Title::default() })
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

    /// Gives the window a title. One like the one before writes nothing; while suspended it does nothing.
    ///
    /// # Errors
    /// Where the terminal cannot be written to. It is gone then: leave.
    pub fn title(&mut self, text: &str) -> io::Result<()> {
        if !in_use() {
            return Ok(());
        }
        let Some(bytes) = self.title.change(text) else { return Ok(()) };
        TITLED.store(true, Ordering::SeqCst);
        send(bytes.as_bytes())
    }

    /// Takes the mouse, or leaves it to the terminal. While suspended it is the next [`Self::resume`] that
    /// does so.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn mouse(&mut self, wanted: bool) -> io::Result<()> {
        MOUSE.store(wanted, Ordering::SeqCst);
        if !in_use() {
            return Ok(());
        }
        send(if wanted { MOUSE_ON } else { MOUSE_OFF })
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
        self.title = Title::default();
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
    let titled = TITLED.swap(false, Ordering::SeqCst);
    let sent = departure(titled).and_then(|bytes| send(&bytes));
    // Also where nothing could be written: the modes may still be reachable.
    let cooked = disable_raw_mode();
    sent.and(cooked)
}

fn arrival() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, Hide, EnableBracketedPaste, Clear(ClearType::All))?;
    if MOUSE.load(Ordering::SeqCst) {
        bytes.extend_from_slice(MOUSE_ON);
    }
    Ok(bytes)
}

/// The alternate screen is left last, so that nothing before it shows on the user's own screen.
fn departure(titled: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if titled {
        bytes.extend_from_slice(title::GIVE_BACK.as_bytes());
    }
    queue!(bytes, EndSynchronizedUpdate)?;
    // Also where it is not ours now: whoever reads the terminal next must not be told of clicks.
    bytes.extend_from_slice(MOUSE_OFF);
    queue!(bytes, SetAttribute(Attribute::Reset), DisableBracketedPaste, Show, LeaveAlternateScreen)?;
    Ok(bytes)
}

/// One frame as bytes; none where it is the same as the one before.
pub(super) fn compose(
    terminal: &mut Terminal<Canvas>,
    bytes: &Bytes,
    render: impl FnOnce(&mut Frame<'_>),
) -> io::Result<Vec<u8>> {
    // A clear that waits since a resume is among the bytes, and belongs to this frame.
    let rows = terminal.backend().rows();
    terminal.draw(|frame| {
        render(frame);
        rows.look(frame.buffer_mut());
    })?;
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
mod tests;
