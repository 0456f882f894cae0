//! The rows of the table of keys that mark, delete, and look into details.

use super::{Board, keys};
use voxtop::state::{Action, Context};

impl Board {
    /// Keys of the panes that mark jobs or do something to them.
    pub(super) fn marking_key(&mut self, key: &str, action: Action) {
        self.session.send("g");
        match action {
            Action::ToggleMark => {
                self.press(key);
                self.see("· 1 marked");
            }
            Action::MarkRange => {
                self.press(key);
                self.see("a range begins here");
                self.session.send("jj");
                self.press(key);
                self.see("· 3 marked");
            }
            Action::MarkAll => {
                self.press(key);
                self.see("· 300 marked");
            }
            Action::ClearMarks => {
                self.press("Space");
                self.see("· 1 marked");
                self.press(key);
            }
            Action::Delete => {
                self.press(key);
                self.see("Delete 1 job with");
                self.press("Esc");
                self.see("nothing was deleted");
                self.miss("╭─");
            }
            Action::CopyIds => {
                self.press(key);
                // The clipboard gets `row0000000`.
                self.session.wait_for_raw(b"\x1b]52;c;cm93MDAwMDAwMA==\x07");
                self.see("1 id sent to the terminal");
            }
            Action::CopyUrls => {
                self.press(key);
                self.see("1 URL sent to the terminal");
            }
            Action::CopyCommands => {
                self.press(key);
                self.see("1 command sent to the terminal");
            }
            Action::SaveMarked => {
                self.press(key);
                self.see("save 1 transcripts (txt) into the directory: transcripts");
                self.press("Esc");
                self.miss("into the directory");
            }
            other => return self.carrying_key(key, other),
        }
        self.press("U");
        self.miss(" marked");
        assert!(self.fleet.at("alpha").requests().iter().all(|request| request.line.starts_with("GET ")));
    }
}

impl Board {
    fn details_key(&mut self, key: &str, action: Action) {
        self.session.send("g\r");
        self.see("[summary]");
        match action {
            Action::NextTab => self.turns(key, "[config]", "S-Tab", "[summary]"),
            Action::PreviousTab => self.turns(key, "[log]", "Tab", "[summary]"),
            Action::NextFormat => {
                self.press(key);
                self.see("[transcript txt]");
                self.press(key);
                self.see("[transcript json]");
            }
            // This fleet has no texts; tests/details.rs reads and saves those of the sandbox.
            Action::Find => {
                self.press(key);
                self.see("there is no text here");
            }
            Action::FindNext | Action::FindPrevious => self.press(key),
            Action::Save => {
                self.press(key);
                self.see("a transcript or a log can be saved");
            }
            other => panic!("no check for {other:?} in details"),
        }
        self.press("q");
        self.miss("╭─");
    }

    fn prompt_key(&mut self, key: &str, action: Action) {
        self.session.send("g\rts");
        self.see("save as: alpha-row0000000-");
        self.press(key);
        match action {
            Action::Submit => self.see("there is no transcript"),
            Action::EmptyPrompt => {
                self.see("save as:  ");
                self.press("Esc");
                self.miss("save as:");
            }
            Action::CancelPrompt => self.miss("save as:"),
            other => panic!("no check for {other:?} in a line"),
        }
        self.see("[transcript txt]");
        self.press("q");
        self.miss("╭─");
    }
}

#[test]
fn every_key_of_details_and_of_their_line_does_what_it_says() {
    let mut board = Board::start(120, 40);
    for (key, action) in keys(Context::Details) {
        board.details_key(key, action);
    }
    for (key, action) in keys(Context::Prompt) {
        board.prompt_key(key, action);
    }
}
