//! The rows of the table of keys that mark, delete, and look into details.

use super::{Board, keys, lines, selected};
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
                self.see("save 1 transcript (txt; Tab: json) into the directory: transcripts");
                self.press("Esc");
                self.miss("into the directory");
            }
            Action::NextTheme | Action::NextTime => self.looks_key(key, action),
            Action::OpenCharts | Action::ToggleStuck | Action::SaveExpiring | Action::Compare => {
                self.analysis_key(key, action);
            }
            other => return self.carrying_key(key, other),
        }
        self.press("U");
        self.miss(" marked");
        assert!(self.fleet.at("alpha").requests().iter().all(|request| request.line.starts_with("GET ")));
    }
}

impl Board {
    /// A key that lets go of the selection, and then of the filter.
    pub(super) fn lets_go(&mut self, key: &str) {
        self.filter("row0000007");
        self.press("⏎");
        self.see("filter: row0000007");
        // No row is selected any more, or the one that is left: let it go first.
        self.session.send("g");
        self.wait("the one row", |screen| selected(screen) == Some(7));
        self.press(key);
        self.wait("no selection", |screen| selected(screen).is_none());
        self.press(key);
        self.miss("filter:");
    }

    pub(super) fn details_key(&mut self, key: &str, action: Action) {
        self.session.send("g\r");
        self.see("[summary]");
        match action {
            Action::NextJob | Action::PreviousJob => {
                // There and back again; the tab stays.
                let there = action == Action::NextJob;
                self.session.send(if there { "\t" } else { "\t]" });
                self.see("[config]");
                self.see(if there { "Job row0000000" } else { "Job row0000001" });
                self.press(key);
                self.see(if there { "Job row0000001" } else { "Job row0000000" });
                self.see("[config]");
                self.session.send("[[");
                self.see("this is the first job of the list");
            }
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
                self.see("find:");
                self.session.send("summary\r");
                self.see("\"summary\" is not here");
            }
            Action::FindNext | Action::FindPrevious => self.press(key),
            Action::Save => {
                self.press(key);
                self.see("a transcript or a log can be saved");
            }
            Action::ToggleFollow => {
                self.press(key);
                self.see("has ended already");
            }
            Action::Delete | Action::CopyIds | Action::CopyUrls | Action::CopyCommands => {
                // The marked jobs are none of its business.
                self.session.send("q*\r");
                self.see("[summary]");
                self.marking_key_over(key, action);
                self.session.send("q");
                self.miss("╭─");
                self.session.send("U");
                self.miss(" marked");
                return;
            }
            other => panic!("no check for {other:?} in details"),
        }
        self.press("q");
        self.miss("╭─");
    }

    /// A key that does something to the open job, though all are marked.
    fn marking_key_over(&mut self, key: &str, action: Action) {
        self.press(key);
        match action {
            Action::Delete => {
                self.see("Delete 1 job with");
                self.press("Esc");
                self.see("nothing was deleted");
                self.session.send("\r");
                self.see("[summary]");
            }
            Action::CopyIds => self.see("1 id sent to the terminal"),
            Action::CopyUrls => self.see("1 URL sent to the terminal"),
            _ => self.see("1 command sent to the terminal"),
        }
    }

    /// A key that scrolls what is asked about.
    fn confirm_key(&mut self, key: &str, action: Action) {
        self.session.send("*");
        self.see("· 300 marked");
        self.press("Del");
        self.see("type delete, then ⏎, to delete 300 jobs: ");
        let first = |wanted: fn(usize) -> bool| {
            move |screen: &vt100::Screen| {
                lines(screen).is_some_and(|(first, all)| wanted(first) && all == 300)
            }
        };
        self.wait("the first lines", first(|first| first == 1));
        self.press(if action == Action::PageDown { key } else { "PgDn" });
        self.wait("further down", first(|first| first > 20));
        if action == Action::PageUp {
            self.press(key);
            self.wait("the top", first(|first| first == 1));
        }
        self.press("Esc");
        self.see("nothing was deleted");
        self.session.send("U");
        self.miss(" marked");
    }

    fn prompt_key(&mut self, key: &str, action: Action) {
        if matches!(action, Action::PageDown | Action::PageUp) {
            return self.confirm_key(key, action);
        }
        if action == Action::NextFormat {
            self.session.send("gs");
            for form in ["(txt; Tab: json)", "(json; Tab: srt)", "(srt; Tab: txt)"] {
                self.see(form);
                self.press(key);
            }
            self.press("Esc");
            return self.miss("into the directory");
        }
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
