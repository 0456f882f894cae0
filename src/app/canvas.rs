//! A ratatui backend that collects a frame instead of writing it, so that the terminal guard can send
//! it whole. It never touches the terminal; the size is asked of whom it was told to ask.

use std::cell::RefCell;
use std::io::{self, Write};
use std::mem;
use std::rc::Rc;

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::terminal::{DisableLineWrap, EnableLineWrap};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};

use super::doubt::{self, Doubt, Rows};

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

/// Which rows of the frame in the making are written whole, shared by the backend and the guard.
#[derive(Clone, Default)]
pub(super) struct WholeRows(Rc<RefCell<Rows>>);

impl WholeRows {
    /// Looks at a frame before it is written.
    pub(super) fn look(&self, frame: &Buffer) {
        self.0.borrow_mut().look(frame);
    }
}

/// See the module.
pub(super) struct Canvas {
    inner: CrosstermBackend<Bytes>,
    bytes: Bytes,
    rows: WholeRows,
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
        let (inner, rows) = (CrosstermBackend::new(bytes.clone()), WholeRows::default());
        Self { inner, bytes, rows, size, cursor: None, told: None, strayed: false }
    }

    /// Where a frame is to be looked at before it is written.
    pub(super) fn rows(&self) -> WholeRows {
        self.rows.clone()
    }

    /// Writes cells. Behind what terminals disagree on the cursor is placed, so that it never shifts the rest of
    /// a row.
    fn write<'a>(&mut self, cells: impl Iterator<Item = (u16, u16, &'a Cell)>) -> io::Result<()> {
        let mut bytes = self.bytes.clone();
        let mut doubtful = None;
        let placed = cells.map(|(x, y, cell)| {
            // Elsewhere the backend places it by itself. The bytes take all that is written to them.
            if doubtful == Some((x, y)) {
                let _ = queue!(bytes, MoveTo(x, y));
            }
            doubtful = (Doubt::of(cell.symbol()) != Doubt::None).then_some((x + 1, y));
            (x, y, cell)
        });
        self.inner.draw(placed)
    }

    /// Writes a row from its beginning to its end. What takes more cells there than here must not go on in
    /// the next row, which nobody would mend.
    fn write_whole(&mut self, y: u16, row: &[Cell]) -> io::Result<()> {
        let written = doubt::written(row);
        queue!(self.inner, DisableLineWrap)?;
        self.write(written.iter().map(|(x, cell)| (*x, y, cell)))?;
        queue!(self.inner, EnableLineWrap)
    }

    /// Learns that the terminal's cursor was hidden past this backend.
    pub(super) fn cursor_was_hidden(&mut self) {
        self.told = None;
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        let rows = self.rows.0.take();
        while let Some((_, y, _)) = content.peek().copied() {
            self.strayed = true;
            if let Some(row) = rows.whole(y) {
                while content.next_if(|(_, row, _)| *row == y).is_some() {}
                self.write_whole(y, row)?;
            } else {
                let next = || content.next_if(|(_, y, _)| rows.whole(*y).is_none());
                self.write(std::iter::from_fn(next))?;
            }
        }
        self.rows.0.replace(rows);
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
