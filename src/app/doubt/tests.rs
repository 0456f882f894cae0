//! Terminals of several opinions read what is written, byte by byte; whatever they think of a symbol, what
//! stood there before is gone, and what is certain stands where it belongs.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::layout::Size;
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthChar;

use super::*;
use crate::app::canvas::{Bytes, Canvas};
use crate::app::terminal::compose;

const WIDTH: u16 = 30;
const HEIGHT: u16 = 5;

#[test]
fn what_terminals_disagree_on_is_known() {
    use Doubt::{Cells, Cursor, None};
    for (symbol, doubt) in [
        ("a", None),
        ("é", None),
        ("Ж", None),
        ("─", None),
        ("…", None),
        ("会", None),
        ("회", None),
        ("ｶ", None),
        ("ｶﾞ", Cells),
        ("●", Cursor),
        ("✔", Cursor),
        ("⏎", Cursor),
        ("e\u{301}", Cells),
        ("न\u{94d}", Cells),
        ("ना", Cells),
        ("ा", Cells),
        ("ש", Cells),
        ("ก", Cells),
        ("☀\u{fe0f}", Cells),
        ("👍\u{1f3fd}", Cells),
        ("🇬🇧", Cells),
        ("👩\u{200d}🔬", Cells),
        ("👍", Cells),
        ("⌚", Cells),
    ] {
        assert_eq!(Doubt::of(symbol), doubt, "{symbol}");
    }
}

/// How many cells a terminal gives to a character.
type Opinion = fn(char) -> usize;

fn is_mark(char: char) -> bool {
    // Those of Devanagari, and combining ones.
    matches!(char, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

/// Each mark, selector and joiner in a cell of its own, or in none; emoji wide or narrow.
const OPINIONS: [Opinion; 5] = [
    |char| char.width().unwrap_or(0),
    |char| if is_mark(char) { 1 } else { char.width().unwrap_or(0) },
    |char| if is_mark(char) { 0 } else { char.width().unwrap_or(0) },
    |char| if char > '\u{ffff}' { 1 } else { char.width().unwrap_or(0).max(1) },
    |char| if "●☀❤✔".contains(char) { 2 } else { char.width().unwrap_or(0) },
];

/// A terminal: a character for each cell and the marks on it; `None` is the second half of a wide one.
struct Screen {
    opinion: Opinion,
    cells: Vec<Vec<Option<String>>>,
    cursor: (usize, usize),
    wraps: bool,
}

impl Screen {
    fn new(opinion: Opinion) -> Self {
        let row = vec![Some(" ".to_owned()); usize::from(WIDTH)];
        Self { opinion, cells: vec![row; usize::from(HEIGHT)], cursor: (0, 0), wraps: true }
    }

    fn set(&mut self, (x, y): (usize, usize), what: Option<&str>) {
        let Some(row) = self.cells.get_mut(y).filter(|row| x < row.len()) else { return };
        // Half of what is wide does not stay.
        if row[x].is_none() && x > 0 {
            row[x - 1] = Some(" ".to_owned());
        }
        if x + 1 < row.len() && row[x + 1].is_none() {
            row[x + 1] = Some(" ".to_owned());
        }
        row[x] = what.map(str::to_owned);
    }

    fn print(&mut self, char: char) {
        let width = (self.opinion)(char);
        let (mut x, mut y) = self.cursor;
        if width == 0 {
            let before = x.checked_sub(1).and_then(|x| self.cells[y].get_mut(x));
            if let Some(Some(text)) = before {
                text.push(char);
            }
            return;
        }
        if x + width > usize::from(WIDTH) {
            if self.wraps {
                (x, y) = (0, (y + 1).min(usize::from(HEIGHT) - 1));
            } else {
                x = usize::from(WIDTH) - width;
            }
        }
        if width == 2 {
            self.set((x + 1, y), Some(" "));
        }
        self.set((x, y), Some(char.to_string().as_str()));
        if width == 2 {
            self.cells[y][x + 1] = None;
        }
        self.cursor = (x + width, y);
    }

    fn read(&mut self, bytes: &[u8]) {
        let mut chars = std::str::from_utf8(bytes).unwrap().chars();
        while let Some(char) = chars.next() {
            if char != '\u{1b}' {
                self.print(char);
                continue;
            }
            assert_eq!(chars.next(), Some('['));
            let mut body = String::new();
            let end = loop {
                match chars.next().unwrap() {
                    end if end.is_ascii_alphabetic() => break end,
                    other => body.push(other),
                }
            };
            match (end, body.as_str()) {
                ('H', body) => {
                    let (y, x) = body.split_once(';').unwrap();
                    self.cursor = (x.parse::<usize>().unwrap() - 1, y.parse::<usize>().unwrap() - 1);
                }
                ('h' | 'l', "?7") => self.wraps = end == 'h',
                ('J', _) => *self = Self { cursor: self.cursor, ..Self::new(self.opinion) },
                ('m' | 'h' | 'l', _) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Draws texts one after another over each other, and gives what is wrong on a terminal after any of them.
fn wrong(opinion: Opinion, frames: &[Vec<String>]) -> Option<String> {
    let bytes = Bytes::default();
    let size = || Ok(Size { width: WIDTH, height: HEIGHT });
    let mut terminal = Terminal::new(Canvas::new(bytes.clone(), size)).unwrap();
    let mut screen = Screen::new(opinion);
    for rows in frames {
        let mut drawn = Buffer::default();
        let frame = compose(&mut terminal, &bytes, |frame| {
            let buffer = frame.buffer_mut();
            for (y, row) in (0..HEIGHT).zip(rows) {
                let style = if y % 2 == 0 { Style::new() } else { Style::new().bg(Color::Blue) };
                buffer.set_stringn(1, y, row, usize::from(WIDTH - 2), style);
                buffer.set_string(0, y, "│", Style::new());
                buffer.set_string(WIDTH - 1, y, "│", Style::new());
            }
            drawn = buffer.clone();
        });
        screen.read(&frame.unwrap());
        for (y, row) in drawn.content.chunks(usize::from(WIDTH)).enumerate() {
            if let Some(wrong) = wrong_in(row, &screen.cells[y]) {
                return Some(format!("row {y}: {wrong}\n{:?}\n{frames:?}", screen.cells[y]));
            }
        }
    }
    None
}

fn wrong_in(row: &[Cell], shown: &[Option<String>]) -> Option<String> {
    let mut at = 0;
    let mut disputed = 0;
    while let Some(cell) = row.get(at) {
        let width = usize::from(cell.cell_width()).max(1);
        let own = shown[at].as_deref().unwrap_or_default();
        // Marks of what follows may hang on it, until it is written anew.
        let own: String = own.chars().take(1).collect();
        // The second half of a sign that the terminal draws over two cells, with nothing to be drawn there.
        let hidden = shown[at].is_none() && cell.symbol() == " ";
        match Doubt::of(cell.symbol()) {
            Doubt::None if !hidden && own != cell.symbol() => {
                return Some(format!("{own:?} for {:?}", cell.symbol()));
            }
            Doubt::Cells => disputed += 1,
            _ => {}
        }
        at += width;
    }
    let clean = shown.iter().flatten().all(|text| text.chars().count() == 1);
    (disputed == 0 && !clean).then(|| "marks are left over".to_owned())
}

#[test]
fn nothing_of_a_hindi_name_is_left_over_when_it_is_gone() {
    let name = "साक्षात्कार हॉल रिकॉर्डिंग .wav".to_owned();
    let plain = |word: &str| vec![word.to_owned(); usize::from(HEIGHT)];
    for opinion in OPINIONS {
        let frames = [plain("every row full of letters....."), plain(&name), plain("NAME"), plain("")];
        assert_eq!(wrong(opinion, &frames), None);
    }
}

#[test]
fn a_row_is_written_only_where_something_of_it_changed() {
    let bytes = Bytes::default();
    let size = || Ok(Size { width: WIDTH, height: HEIGHT });
    let mut terminal = Terminal::new(Canvas::new(bytes.clone(), size)).unwrap();
    let mut draw = |age: &'static str| {
        let frame = compose(&mut terminal, &bytes, |frame| {
            frame.buffer_mut().set_string(0, 0, "नाम", Style::new());
            frame.buffer_mut().set_string(9, 0, age, Style::new());
            frame.buffer_mut().set_string(0, 1, "name", Style::new());
        });
        String::from_utf8(frame.unwrap()).unwrap()
    };
    draw("1s");
    assert_eq!(draw("1s"), "");
    let next = draw("2s");
    assert!(next.contains("ना") && next.contains("2s") && !next.contains("name"), "{next:?}");
}

proptest! {
    #[test]
    fn nothing_is_left_over_whatever_a_terminal_thinks(
        which in 0..OPINIONS.len(),
        frames in prop::collection::vec(prop::collection::vec(
            prop::collection::vec(prop::sample::select(vec![
                "a", "b", " ", "   ", "─", "●", "✔", "会", "회", "ना", "हॉ", "क्षा", "ा", "e\u{301}", "👍", "👍🏽",
                "🇬🇧", "👩🏾\u{200d}🔬", "☀\u{fe0f}", "ש", "ｶﾞ",
            ]), 0..16).prop_map(|parts| parts.concat()),
        usize::from(HEIGHT)), 1..5),
    ) {
        prop_assert_eq!(wrong(OPINIONS[which], &frames), None);
    }
}
