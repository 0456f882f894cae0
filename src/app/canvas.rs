//! A ratatui backend that collects a frame instead of writing it, so that the terminal guard can send
//! it whole. It never touches the terminal; the size is asked of whom it was told to ask.

use std::cell::RefCell;
use std::io::{self, Write};
use std::mem;
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use unicode_width::UnicodeWidthChar;

/// The bytes of the frame in the making, shared by the backend and the guard.
#[derive(Clone, Default)]
pub(super) struct Bytes(Rc<RefCell<Vec<u8>>>);

impl Bytes {
    /// Takes what was collected and leaves nothing.
    pub(super) fn take(&self) -> Vec<u8> {
        mem::take(&mut self.0.borrow_mut())
    }
}

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// See the module.
pub(super) struct Canvas {
    inner: CrosstermBackend<Bytes>,
    size: fn() -> io::Result<Size>,
    /// Where the cursor shows in this frame; `None` while it is hidden.
    cursor: Option<Position>,
    /// The same, as the terminal was last told.
    told: Option<Position>,
    /// Whether cells were written since: that leaves the cursor behind the last of them.
    strayed: bool,
}

impl Canvas {
    /// Collects into `bytes`; `size` is asked before each frame. The terminal's cursor is hidden.
    pub(super) fn new(bytes: Bytes, size: fn() -> io::Result<Size>) -> Self {
        Self { inner: CrosstermBackend::new(bytes), size, cursor: None, told: None, strayed: false }
    }

    /// Learns that the terminal's cursor was hidden past this backend.
    pub(super) fn cursor_was_hidden(&mut self) {
        self.told = None;
    }
}

/// Whether terminals disagree on how wide a symbol is: emoji of several parts, and those that a selector
/// makes wide. A letter with its marks is none of them.
fn is_disputed(symbol: &str) -> bool {
    const WIDENS: char = '\u{fe0f}';
    symbol.chars().skip(1).any(|char| char == WIDENS || char.width().unwrap_or(0) > 0)
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        // Also for no cell it would set colours.
        if content.peek().is_none() {
            return Ok(());
        }
        self.strayed = true;
        while content.peek().is_some() {
            // Each drawing places the cursor anew: what terminals disagree on never shifts the rest of a row.
            let mut sure = true;
            let run = std::iter::from_fn(|| {
                let next = content.next_if(|_| sure)?;
                sure = !is_disputed(next.2.symbol());
                Some(next)
            });
            self.inner.draw(run)?;
        }
        Ok(())
    }

    /// Said for every frame, and passed on by [`flush`](Self::flush) where it is news.
    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor = self.cursor.or(Some(Position::ORIGIN));
        Ok(())
    }

    /// Not asked of the terminal: the answer would come in among the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: (self.size)()?, pixels: Size::ZERO })
    }

    /// Ends a frame: the cursor goes where it belongs, if it is not there.
    fn flush(&mut self) -> io::Result<()> {
        match (self.cursor, self.told) {
            (Some(position), told) => {
                if told.is_none() {
                    self.inner.show_cursor()?;
                }
                if self.strayed || told != self.cursor {
                    self.inner.set_cursor_position(position)?;
                }
            }
            (None, Some(_)) => self.inner.hide_cursor()?,
            (None, None) => {}
        }
        (self.told, self.strayed) = (self.cursor, false);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terminals_disagree_on_is_known() {
        for (symbol, disputed) in [
            ("a", false),
            ("会", false),
            ("e\u{301}", false),
            ("न\u{94d}", false),
            ("☀\u{fe0f}", true),
            ("👍\u{1f3fd}", true),
            ("🇬🇧", true),
            ("👩\u{200d}🔬", true),
            ("👍", false),
        ] {
            assert_eq!(is_disputed(symbol), disputed, "{symbol}");
        }
    }
}
