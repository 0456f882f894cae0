//! The rows of the table of keys that look into the jobs as a whole, or at two of them.

use super::Board;
use voxtop::state::Action;

impl Board {
    /// Keys of the panes that do so.
    pub(super) fn analysis_key(&mut self, key: &str, action: Action) {
        match action {
            Action::OpenCharts => self.opens(key, "╭─ Charts"),
            Action::ToggleStuck => {
                self.press(key);
                self.see("◷ stuck only");
                self.press(key);
                self.miss("◷ stuck only");
            }
            // tests/analysis.rs has jobs that are about to be lost.
            Action::SaveExpiring => {
                self.press(key);
                self.see("no done job here expires within a day");
            }
            Action::Compare => {
                self.press(key);
                self.see("two marked jobs are compared: 0 marked now");
                self.press("Space");
                self.press("Space");
                self.see("· 2 marked");
                self.opens(key, "╭─ Compare");
            }
            other => panic!("no check for {other:?} in the panes"),
        }
    }

    /// A key over the charts, or over two jobs that are compared.
    pub(super) fn chart_key(&mut self, key: &str, action: Action) {
        if action == Action::Compare {
            self.session.send("g  =");
            self.see("= shows only what differs");
            self.press(key);
            self.see("= shows all");
            self.session.send("qU");
        } else {
            self.session.send("h");
            self.see("[jobs by hour]");
            self.see("t 24 h");
            self.press(key);
            self.see(match action {
                Action::NextTab => "[turnaround]",
                Action::PreviousTab => "[latency]",
                _ => "t 48 h",
            });
            // They open again where they were left.
            self.session.send(match action {
                Action::NextTab => "\x1b[Z",
                Action::PreviousTab => "\t",
                _ => "tt",
            });
            self.see("[jobs by hour]");
            self.see("t 24 h");
            self.session.send("q");
        }
        self.miss("╭─");
    }
}
