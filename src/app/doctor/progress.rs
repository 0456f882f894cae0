//! One line on standard error that says how far the doctor is, and that is gone when it is done.

use std::cell::Cell;
use std::io::{self, Write};

/// The line. Silent where it was not asked for.
pub(super) struct Progress {
    shown: bool,
    done: Cell<usize>,
    total: Cell<usize>,
}

impl Progress {
    pub(super) fn new(shown: bool) -> Self {
        Self { shown, done: Cell::new(0), total: Cell::new(0) }
    }

    /// So many things more are to be looked at.
    pub(super) fn expect(&self, more: usize) {
        self.total.set(self.total.get() + more);
        self.draw();
    }

    /// One of them has been.
    pub(super) fn step(&self) {
        self.done.set(self.done.get() + 1);
        self.draw();
    }

    fn draw(&self) {
        if self.shown {
            let (done, total) = (self.done.get(), self.total.get());
            // Where nobody can read it, nobody misses it.
            let _ = write!(io::stderr(), "\r\x1b[Kvoxtop: {done} of {total} looked at…");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
