//! Finds cells that are left over: what is on the screen after many small drawings is compared with what
//! is there after SIGCONT, on which the program draws everything anew on a cleared screen. Time goes on
//! between the two, so that ages and clocks may differ; nothing else may.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use rustix::process::Signal;
use vt100::{Color, Screen};

use crate::support::{DEADLINE, Exit, Session, now};

/// Numbers that are as good as random, and the same at every run.
pub(crate) struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    pub(crate) fn of(what: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let seed = hasher.finish();
        Self { seed, state: seed }
    }

    /// One of so many, by splitmix64.
    fn roll(&mut self, sides: u16) -> u16 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u16::try_from((mixed ^ (mixed >> 31)) % u64::from(sides)).unwrap()
    }
}

/// How often a comparison is made anew before it counts: an answer may have come between the two.
const TRIES: usize = 4;
/// The least size that shows the fleet.
const LEAST: (u16, u16) = (40, 10);

const ESC: &str = "\x1b";
/// What opens something over the panes or asks for a line, and what closes it.
const OPEN: [(&str, &str); 15] = [
    ("?", "q"),
    ("e", "q"),
    ("m", "q"),
    ("t", "q"),
    ("g\r", "q"),
    ("h", "q"),
    ("$", "q"),
    ("c", "q"),
    // Where there are no two jobs, nothing opens.
    ("Ug  =", ESC),
    (":", ESC),
    (":co", ESC),
    ("w", ESC),
    ("/\x15", ESC),
    ("/\x15status:", ESC),
    ("\x1b[3~", ESC),
];

pub(crate) struct Board {
    session: Session,
    dice: Dice,
    size: (u16, u16),
    /// What closes what lies over the panes, if something does.
    open: Option<&'static str>,
    done: Vec<String>,
}

impl Board {
    pub(crate) fn of(mut session: Session, dice: Dice) -> Self {
        session.wait_for("rows", |screen| screen.contents().contains("bet"));
        Self { session, dice, size: (120, 40), open: None, done: Vec::new() }
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.session.resize(columns, rows);
        self.size = (columns, rows);
        self.done.push(format!("{columns}×{rows}"));
    }

    fn press(&mut self, keys: &str) {
        self.session.send(keys);
        self.done.push(format!("{keys:?}"));
    }

    /// Closes what is open.
    fn close(&mut self) {
        let Some(close) = self.open.take() else { return };
        self.press(close);
        if close == ESC {
            // With what comes right behind it, it would be another key.
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    /// Another size, and something that is opened, scrolled or closed.
    pub(crate) fn disturb(&mut self) {
        const OVER: [&str; 5] = ["jjj", "G", "g", "\x1b[6~", "\t"];
        const PANES: [&str; 9] = ["jjj", "G", "\x1b[6~", "/\x15wav\r", "/\x15\r", "o", "]", "1", "0U"];
        let (columns, rows) = match self.dice.roll(4) {
            0 => (1 + self.dice.roll(60), 1 + self.dice.roll(14)),
            1 => (self.size.0, 1 + self.dice.roll(80)),
            _ => (20 + self.dice.roll(281), 5 + self.dice.roll(76)),
        };
        self.resize(columns, rows);
        let (opens, which) = (self.dice.roll(2) == 0, usize::from(self.dice.roll(60)));
        match (self.open.is_some(), opens) {
            (false, true) => {
                let (keys, close) = OPEN[which % OPEN.len()];
                self.press(keys);
                self.open = Some(close);
            }
            (false, false) => self.press(PANES[which % PANES.len()]),
            (true, true) => self.press(OVER[which % OVER.len()]),
            (true, false) => self.close(),
        }
        // Back at once: what did not fit meanwhile is lost to the terminal.
        if self.dice.roll(5) == 0 {
            self.resize(columns / 2 + 1, rows / 2 + 1);
            self.resize(columns, rows);
        }
    }

    /// Compares what is there with everything drawn anew.
    pub(crate) fn check(&mut self) {
        let (columns, rows) = self.size;
        let mut found = String::new();
        for _ in 0..TRIES {
            self.settle();
            let before = self.session.look(looks);
            self.draw_anew();
            found = difference(&before, &self.session.look(looks));
            self.go_on();
            if found.is_empty() {
                return;
            }
            // The same way again.
            self.resize(columns / 2 + 1, rows / 2 + 1);
            self.resize(columns, rows);
        }
        panic!("seed {:x}: {}\n{found}", self.dice.seed, self.done.join(" "));
    }

    fn shows_fleet(&self) -> bool {
        self.size.0 >= LEAST.0 && self.size.1 >= LEAST.1
    }

    /// Closes what is open and holds polling; the screen is then that of this size, and stays.
    fn settle(&mut self) {
        let what = format!("a still screen, seed {:x}: {}", self.dice.seed, self.done.join(" "));
        self.close();
        self.press("p");
        let (columns, rows) = self.size;
        if self.shows_fleet() {
            self.session.wait_for(&what, |screen| {
                let top = screen.rows(0, columns).next().unwrap_or_default();
                top.contains("paused") && is_framed(screen)
            });
        } else {
            self.session.wait_for(&what, |screen| says_so(screen, columns, rows));
        }
    }

    fn go_on(&mut self) {
        self.press("p");
        if self.shows_fleet() {
            self.session.wait_for("polling again", |screen| screen.contents().contains("live 1s"));
        }
    }

    /// Makes the program clear the screen and draw it from nothing.
    fn draw_anew(&mut self) {
        const CLEAR: &[u8] = b"\x1b[2J";
        const END: &[u8] = b"\x1b[?2026l";
        let from = self.session.raw().len();
        self.session.kill(Signal::CONT);
        let Self { session, .. } = self;
        let mut end = None;
        let deadline = now() + DEADLINE;
        while end.is_none() {
            assert!(now() < deadline, "nothing was drawn anew: {}", self.done.join(" "));
            std::thread::sleep(Duration::from_millis(3));
            let written = session.raw().split_off(from);
            // Once as the terminal is taken, once in the frame.
            let clears: Vec<usize> = found(&written, CLEAR).collect();
            end = clears.get(1).and_then(|clear| found(&written[*clear..], END).next());
        }
    }

    pub(crate) fn leave(mut self) {
        self.close();
        self.session.send("q");
        assert_eq!(self.session.wait_exit(), Exit::Code(0), "{}", self.done.join(" "));
        let reports = std::fs::read_dir(self.session.state_dir()).into_iter().flatten();
        let crashes = reports.filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("crash-"))
        });
        assert_eq!(crashes.count(), 0, "{}", self.done.join(" "));
    }
}

fn found<'a>(bytes: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes.windows(needle.len()).enumerate().filter(move |(_, window)| *window == needle).map(|(at, _)| at)
}

/// Whether every row begins and ends in the frame, and the frame is at the edge.
fn is_framed(screen: &Screen) -> bool {
    let (height, width) = (screen.size().0.get(), screen.size().1.get());
    let edge = |row, column| screen.cell(row, column).map_or("", vt100::Cell::contents);
    let side = |row| "│├+|".contains(edge(row, 0)) && "│┤┃+|".contains(edge(row, width - 1));
    let corners =
        |row, left: &str, right: &str| left.contains(edge(row, 0)) && right.contains(edge(row, width - 1));
    (0..height).all(|row| !edge(row, 0).is_empty() && !edge(row, width - 1).is_empty())
        && corners(0, "┌+", "┐+")
        && corners(height - 1, "└+", "┘+")
        && (1..height - 1).all(side)
}

/// Whether a screen that is too small says so, as far as that fits, and nothing else.
fn says_so(screen: &Screen, columns: u16, rows: u16) -> bool {
    let text: Vec<String> = screen.rows(0, columns).map(|row| row.trim().to_owned()).collect();
    let words: Vec<&String> = text.iter().filter(|row| !row.is_empty()).collect();
    let begins = |row: &str, line: &str| {
        let fits = line.chars().count() <= usize::from(columns);
        row == line || (!fits && !row.is_empty() && line.starts_with(row.trim_end_matches(['…', '~'])))
    };
    let sign = if screen.contents().is_ascii() { '?' } else { '×' };
    let all = ["voxtop".to_owned(), format!("needs 40{sign}10"), format!("this is {columns}{sign}{rows}")];
    let x = |row: &str| row.replace('x', "×");
    let all = all.map(|line| x(&line.replace('?', "×")));
    !words.is_empty()
        && words.len() <= 3
        && words.iter().zip(&all).all(|(row, line)| begins(&x(row), line))
        && words.len() == usize::from(rows.min(3))
}

/// What a cell shows: its text, its colours and whether it is bold, dim, underlined and turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    text: String,
    colours: (Color, Color),
    attributes: [bool; 4],
}

fn looks(screen: &Screen) -> Vec<Vec<Look>> {
    let (height, width) = (screen.size().0.get(), screen.size().1.get());
    let look = |row, column| {
        let cell = screen.cell(row, column).expect("a cell of the screen");
        let blank = !cell.has_contents() || cell.contents() == " ";
        let shows = !blank || cell.inverse() || cell.underline();
        Look {
            text: if blank { " ".to_owned() } else { cell.contents().to_owned() },
            // Of a blank the colour of its letters does not show.
            colours: (if shows { cell.fgcolor() } else { Color::Default }, cell.bgcolor()),
            attributes: [shows && cell.bold(), shows && cell.dim(), cell.underline(), cell.inverse()],
        }
    };
    (0..height).map(|row| (0..width).map(|column| look(row, column)).collect()).collect()
}

/// What differs, but for what time changes: numbers, their units, and the blanks before them.
fn difference(before: &[Vec<Look>], after: &[Vec<Look>]) -> String {
    let timeless = |row: &[Look]| -> Vec<Look> {
        let passes =
            |look: &&Look| look.text.contains(|char: char| char.is_ascii_digit() || "smhd: ".contains(char));
        row.iter().filter(|look| !passes(look)).cloned().collect()
    };
    let mut found = String::new();
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        if timeless(before) != timeless(after) {
            let text = |row: &[Look]| row.iter().map(|look| look.text.as_str()).collect::<String>();
            let _ = writeln!(found, "row {at}\n  was  |{}|\n  anew |{}|", text(before), text(after));
            if let Some((one, other)) =
                timeless(before).iter().zip(&timeless(after)).find(|(one, other)| one != other)
            {
                let _ = writeln!(found, "  {one:?}\n  {other:?}");
            }
        }
    }
    found
}
