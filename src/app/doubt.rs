//! What terminals dispute: how many cells a symbol takes. What the program thinks of it is one opinion; a
//! terminal has another of marks that take room of their own (`ा`), of conjuncts, of emoji in several parts.
//! A row that holds such a symbol, or held one, is written whole and from left to right: whatever the
//! terminal made of it, what stands beside it is put in its place after it.

use ratatui::buffer::{Buffer, Cell, CellWidth};

/// What all terminals draw in as many cells, where it stands alone: letters without their marks, and what is
/// plainly wide.
const AGREED: [(char, char); 17] = [
    // Latin, but for the hyphen that shows only at the end of a line; Greek and Cyrillic.
    (' ', '~'),
    ('\u{a0}', '\u{ac}'),
    ('\u{ae}', '\u{2ff}'),
    ('\u{370}', '\u{482}'),
    ('\u{48a}', '\u{52f}'),
    ('\u{1e00}', '\u{1fff}'),
    // Dashes, quotation marks, the ellipsis; boxes, blocks and shapes; braille.
    ('\u{2010}', '\u{2027}'),
    ('\u{2500}', '\u{259f}'),
    ('\u{2800}', '\u{28ff}'),
    // Kana, the ideographs, the syllables of Hangul, and what is as wide as they are.
    ('\u{3000}', '\u{3029}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{309b}', '\u{30ff}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{ff01}', '\u{ff9d}'),
];

/// Arrows, signs and shapes, where they are narrow, and what stands for a character that is none.
const SIGNS: [(char, char); 3] =
    [('\u{2030}', '\u{205e}'), ('\u{2070}', '\u{27bf}'), ('\u{fffd}', '\u{fffd}')];

/// How sure it is that a terminal takes as many cells for a symbol as the program thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// All terminals agree.
    None,
    /// The cursor may be off behind it, but nothing of it is left over: one character of one cell, which some
    /// terminals draw over two.
    Cursor,
    /// It may be in more cells than the program thinks, or in fewer, or in the cell before.
    Cells,
}

impl Doubt {
    /// What there is to doubt of a symbol.
    pub(super) fn of(symbol: &str) -> Self {
        let mut chars = symbol.chars();
        match (chars.next(), chars.next()) {
            (Some(char), None) => Self::of_char(char),
            (None, _) => Self::None,
            // Clusters: each of their characters may have cells of its own, or none.
            _ => Self::Cells,
        }
    }

    fn of_char(char: char) -> Self {
        let is_in =
            |ranges: &[(char, char)]| ranges.iter().any(|(first, last)| (*first..=*last).contains(&char));
        match () {
            () if is_in(&AGREED) => Self::None,
            () if is_in(&SIGNS) && char.encode_utf8(&mut [0; 4]).cell_width() == 1 => Self::Cursor,
            () => Self::Cells,
        }
    }
}

/// The rows of a frame that are to be written whole where anything of them changed.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By their place: the cells as they are now.
    whole: Vec<Option<Vec<Cell>>>,
    /// By their place: whether the row that the terminal shows holds what is disputed.
    shown: Vec<bool>,
}

impl Rows {
    /// Looks at a frame before it is written.
    pub(super) fn look(&mut self, frame: &Buffer) {
        let width = usize::from(frame.area.width).max(1);
        self.whole.clear();
        for (y, row) in frame.content.chunks(width).enumerate() {
            let disputed = row.iter().any(|cell| Doubt::of(cell.symbol()) == Doubt::Cells);
            let was = self.shown.get(y).copied().unwrap_or(false);
            self.whole.push((disputed || was).then(|| row.to_vec()));
            if let Some(shown) = self.shown.get_mut(y) {
                *shown = disputed;
            } else {
                self.shown.push(disputed);
            }
        }
    }

    /// The cells of a row that is to be written whole.
    pub(super) fn whole(&self, y: u16) -> Option<&[Cell]> {
        self.whole.get(usize::from(y))?.as_deref()
    }
}

/// A row's cells that are to be written, each with its column. In the place of what is disputed there are
/// blanks first: a terminal that takes fewer cells for it leaves what was there in the others.
pub(super) fn written(row: &[Cell]) -> Vec<(u16, Cell)> {
    let mut written = Vec::with_capacity(row.len());
    let mut at = 0;
    while let Some(cell) = row.get(at) {
        let width = usize::from(cell.cell_width()).max(1);
        if Doubt::of(cell.symbol()) == Doubt::Cells {
            let mut blank = cell.clone();
            blank.set_symbol(" ");
            let cells = (at..row.len().min(at + width)).filter_map(|at| u16::try_from(at).ok());
            written.extend(cells.map(|x| (x, blank.clone())));
        }
        written.extend(u16::try_from(at).ok().map(|x| (x, cell.clone())));
        at += width;
    }
    written
}

#[cfg(test)]
mod tests;
