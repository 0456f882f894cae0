//! The mouse on the real program: what a terminal sends for it arrives, and does what is pointed at.

use super::{Board, selected, text};
use crate::support::fleet::{Behaviour, Fleet};
use crate::support::jobs::ordinary;
use crate::support::{Exit, Launch};

impl Board {
    /// Where on the screen some words begin: column and row, from 1 as terminals count.
    fn find(&mut self, words: &str) -> (usize, usize) {
        self.see(words);
        self.session.look(|screen| {
            let (_, width) = screen.size();
            let rows: Vec<String> = screen.rows(0, width.get()).collect();
            let row = rows.iter().position(|row| row.contains(words)).unwrap();
            (rows[row].split(words).next().unwrap().chars().count() + 1, row + 1)
        })
    }

    fn click(&mut self, words: &str) {
        let (x, y) = self.find(words);
        self.session.send(format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"));
    }

    fn wheel(&mut self, words: &str, button: u8) {
        let (x, y) = self.find(words);
        self.session.send(format!("\x1b[<{button};{x};{y}M"));
    }
}

#[test]
fn rows_heads_panes_hints_and_the_wheel_answer() {
    let mut board = Board::start(120, 40);
    board.click("row0000004");
    board.wait("the row", |screen| selected(screen) == Some(4));
    board.click("row0000004");
    board.see("╭─ Job row0000004");
    board.click("Esc close");
    board.miss("╭─");

    board.wheel("row0000004", 65);
    board.wait("further down", |screen| text(screen).contains("4–") && selected(screen) == Some(4));
    board.wheel("row0000004", 64);
    board.wait("the top again", |screen| text(screen).contains("1–"));

    board.click("NAME");
    board.see("NAME▲");
    board.click("NAME");
    board.see("NAME▼");

    board.click("prod ·");
    board.see("╭─ Health and keys");
    board.press("Esc");
    board.miss("╭─");
    board.click("● up");
    board.see("filter: env:alpha");
    board.click("● up");
    board.miss("filter:");

    board.click("? help");
    board.see("╭─ Help");
    board.wheel("╭─ Help", 65);
    board.see(" 4–");
    board.click("└");
    board.miss("╭─");
    // Of the panes, not of the box that was there.
    board.see("⏎ details");
    board.click(": commands");
    board.see("╭─ Commands");
    board.session.send("open-ev");
    board.click("what changed, and when");
    board.see("╭─ Events");
}

#[test]
fn switched_off_it_is_not_asked_for() {
    let mut board = Board::start(80, 24);
    let raw = board.session.raw();
    let raw = String::from_utf8_lossy(&raw).into_owned();
    assert!(raw.contains("\x1b[?1000h") && raw.contains("\x1b[?1006h"));
    assert!(!raw.contains("\x1b[?1002h") && !raw.contains("\x1b[?1003h"), "movements are not asked for");
    board.press("M");
    board.wait("no mouse", |screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None);
}

#[test]
fn what_the_configuration_says_of_keys_and_mouse_holds() {
    let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("row", 5)))]);
    let config = fleet.config("1h", "5m");
    let written = std::fs::read_to_string(&config).unwrap();
    let own = "[bindings]\nquit = \"Q\"\nopen-help = \"F3\"\nrow-down = [\"i\"]\n";
    std::fs::write(&config, format!("mouse = false\n{written}\n{own}")).unwrap();
    let mut session = Launch::new(&["--theme", "mono", "--config"]).arg(config).size(120, 40).spawn();
    session.wait_for("the hints", |screen| text(screen).contains("F3 help  Q quit"));
    session.wait_for("the rows", |screen| text(screen).contains("row0000000"));
    // Neither quits nor moves any more.
    session.send("qjii");
    session.wait_for("the second row", |screen| selected(screen) == Some(1));
    assert!(!String::from_utf8_lossy(&session.raw()).contains("\x1b[?1000h"), "the mouse was not asked for");
    session.send("Q");
    assert_eq!(session.wait_exit(), Exit::Code(0));
}
