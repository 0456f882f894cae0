//! The rows of the table of keys that arrange the jobs: sorts, columns, views.

use vt100::Screen;

use super::{Board, keys};
use voxtop::state::{Action, Context};

impl Board {
    /// Keys of the panes that arrange the jobs; says whether it is one.
    pub(super) fn arranging_key(&mut self, key: &str, action: Action) -> bool {
        match action {
            Action::SortNext => self.turns(key, "EXPIRES▲", "<", "AGE▲"),
            Action::SortPrevious => self.turns(key, "AUDIO▼", ">", "AGE▲"),
            Action::SortReverse => self.turns(key, "AGE▼", key, "AGE▲"),
            Action::ThenNext => {
                self.press(key);
                self.see("ENV△");
                self.press("[");
                self.see("ENV▽");
                // Eleven columns are on the screen beside the first.
                self.session.send("]".repeat(11));
                self.see("sorted by age alone");
            }
            Action::ThenReverse => {
                self.press(key);
                self.see("there is no second column");
            }
            Action::View1 | Action::View2 | Action::View3 | Action::View4 => {
                self.press(key);
                self.see("Jobs · view: ");
                self.press("0");
                self.miss("view: ");
            }
            Action::View5 | Action::View6 | Action::View7 | Action::View8 | Action::View9 => {
                self.press(key);
                if let Some(name) = key.strip_prefix(':') {
                    self.see(&format!("{name} is not available: there is no such view"));
                    self.press("Esc");
                    self.miss("╭─ Commands");
                } else {
                    self.see(&format!("there is no view {key}; there are 1 rejected in 24 h"));
                }
            }
            Action::NoView => {
                self.press("2");
                self.see("view: running");
                self.press(key);
                self.miss("view: ");
                self.press(key);
                self.see("no view is in force");
            }
            Action::CopyView => {
                self.press(key);
                self.see("1 view for the configuration sent to the terminal");
                // `[[views]]` and a line's end.
                self.session.wait_for_raw(b"\x1b]52;c;W1t2aWV3c11d");
            }
            Action::OpenColumns => self.opens(key, "╭─ Columns"),
            _ => return false,
        }
        true
    }

    /// The chooser's line under its cursor.
    fn pointed_at(screen: &Screen) -> Option<String> {
        let (height, width) = screen.size();
        let inverse = |row: &u16| screen.cell(*row, 40).is_some_and(vt100::Cell::inverse);
        let row = (0..height.get()).rev().find(inverse)?;
        screen.rows(0, width.get()).nth(usize::from(row))
    }

    fn points_at(&mut self, header: &str) {
        let header = format!(" {header} ");
        self.wait(&header, |screen| Self::pointed_at(screen).is_some_and(|line| line.contains(&header)));
    }

    fn columns_key(&mut self, key: &str, action: Action) {
        self.session.send("c");
        self.see("╭─ Columns · automatic");
        self.points_at("ENV");
        match action {
            Action::RowDown | Action::Top | Action::RowUp | Action::Bottom => {
                self.session.send(if action == Action::RowDown { "" } else { "j" });
                self.press(key);
                self.points_at(match action {
                    Action::RowDown => "KEY",
                    Action::Bottom => "ERROR",
                    _ => "ENV",
                });
            }
            Action::KeepColumns => {
                self.session.send(" ");
                self.press(key);
                self.miss("╭─");
                self.miss(" ENV ");
                self.session.send("ca\r");
            }
            Action::CancelColumns => {
                self.session.send(" ");
                self.miss("✔ ENV ");
                self.press(key);
            }
            other => self.choosing_key(key, other),
        }
        if !matches!(action, Action::KeepColumns | Action::CancelColumns) {
            self.session.send("q");
        }
        self.miss("╭─");
        self.see(" ENV ");
    }

    fn choosing_key(&mut self, key: &str, action: Action) {
        match action {
            Action::ToggleColumn => {
                self.press(key);
                self.miss("✔ ENV ");
            }
            Action::ColumnLater => {
                self.press(key);
                self.see("STATUS     ENV ");
            }
            Action::ColumnEarlier => {
                self.session.send("GJ");
                self.see("Columns · as chosen");
                self.session.send("gj");
                self.press(key);
                self.see("STATUS     ENV ");
            }
            Action::NarrowColumn => {
                self.press(key);
                self.see(" 5 set");
            }
            Action::WidenColumn => {
                self.press(key);
                self.see(" 7 set");
            }
            Action::ResetWidth | Action::ResetColumns => {
                self.session.send(">");
                self.see(" 7 set");
                self.press(key);
                self.miss(" set");
                self.see(if action == Action::ResetWidth { "as chosen" } else { "Columns · automatic" });
            }
            other => panic!("no check for {other:?} in the chooser"),
        }
    }
}

#[test]
fn every_key_of_the_chooser_of_columns_does_what_it_says() {
    let mut board = Board::start(120, 40);
    for (key, action) in keys(Context::Columns) {
        board.columns_key(key, action);
    }
}
