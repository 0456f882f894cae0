//! Completion, complaints, history and matches, on the real program.

use vt100::Screen;

use super::{Board, text};
use voxtop::state::Action;

/// What the row of the filter line shows behind its slash.
fn line(screen: &Screen) -> Option<String> {
    let (_, width) = screen.size();
    let row = screen.rows(0, width.get()).find(|row| row.starts_with("├ /"))?;
    row.strip_prefix("├ /").map(|row| row.trim_end_matches(['─', '┤', '┴']).to_owned())
}

/// What is underlined on the screen, row by row.
fn underlined(screen: &Screen) -> Vec<String> {
    let (height, width) = screen.size();
    let meant = |row: u16, column: u16| screen.cell(row, column).filter(|cell| cell.underline());
    let row = |row| {
        let cells = (0..width.get()).filter_map(|column| meant(row, column));
        cells.map(|cell| cell.contents().to_owned()).collect::<String>()
    };
    (0..height.get()).map(row).filter(|row| !row.is_empty()).collect()
}

impl Board {
    fn line_begins(&mut self, words: &str) {
        self.wait(&format!("the line {words}"), |screen| {
            line(screen).is_some_and(|line| line.starts_with(words))
        });
    }

    /// A key that helps to write a filter. `row0000009` stands on the line.
    pub(super) fn finding_key(&mut self, key: &str, action: Action) {
        match action {
            Action::Complete => {
                self.press("C-u");
                self.session.send("stat");
                self.see("status, as the service words it");
                self.press(key);
                self.line_begins("status:  300 jobs");
            }
            Action::NextSuggestion => {
                self.press("C-u");
                self.see("name of the job's environment");
                self.press(key);
                self.press("⏎");
                self.line_begins("env:  300 jobs");
            }
            _ => {
                self.press("⏎");
                self.see("filter: row0000009");
                self.press("Esc");
                self.miss("filter:");
                self.press("/");
                self.line_begins("  300 jobs");
                self.press(key);
                self.line_begins("row0000009  1 jobs");
            }
        }
        self.press("Esc");
    }
}

#[test]
fn a_filter_is_written_with_tab_alone_and_found_words_stand_out() {
    let mut board = Board::start(120, 40);
    board.session.send("/st\tdo\t");
    board.line_begins("status:done   150 jobs");
    board.session.send("env:al\t");
    board.line_begins("status:done env:alpha   150 jobs");
    board.session.send("row0000019\r");
    board.see("filter: status:done env:alpha row0000019");
    board.wait("the match", |screen| underlined(screen) == ["row0000019"]);
    // Nothing is left of the lists, and the panes are whole.
    board.see("├ Environments");
    board.miss("as the service words it");
}

#[test]
fn what_is_wrong_is_said_at_its_place_and_what_is_unfinished_waits_for_enter() {
    let mut board = Board::start(80, 24);
    board.session.send("/title~");
    board.line_begins("title~  300 jobs · a value must follow");
    board.miss("✖ a value");
    board.press("⏎");
    board.see("✖ a value must follow `title~` without a space");
    board.wait("the place", |screen| underlined(screen) == ["title~"]);
    board.session.send("x stauts:done");
    board.see("did you mean `status`?");
    board.wait("the place", |screen| underlined(screen) == ["stauts"]);
    // A long one is scrolled, the cursor stays in sight.
    board.press("C-u");
    board.session.send("row or ".repeat(20));
    board.session.send("会議");
    board.wait("the end", |screen| {
        let (_, column) = screen.cursor_position();
        line(screen).is_some_and(|line| line.starts_with('…') && line.contains("row or 会議 "))
            && column < 80
            && !screen.hide_cursor()
    });
    board.press("Home");
    board.line_begins("row or row");
    board.wait("the cursor", |screen| screen.cursor_position().1 == 3);
    board.press("Esc");
    board.wait("no cursor", Screen::hide_cursor);
    board.session.look(|screen| assert!(text(screen).contains("of 300"), "{}", text(screen)));
}
