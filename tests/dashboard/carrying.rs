//! The rows of the table of keys that carry something away, or decide what of it may be seen.

use super::Board;
use voxtop::state::Action;

impl Board {
    /// Keys of the panes that write what is shown, mask it, or tell of it.
    pub(super) fn carrying_key(&mut self, key: &str, action: Action) {
        match action {
            Action::WriteRows => {
                self.writes(key, "rows to a file", "rows.csv", "300 rows written to rows.csv");
            }
            Action::WriteScreen => {
                self.writes(key, "screen to a file", "screen.ans", "the screen is in screen.ans");
            }
            Action::ToggleAlerts => {
                self.press(key);
                self.see("no alerts are configured ([[alerts]])");
            }
            Action::TogglePresenter => {
                self.see("row0000001");
                self.press(key);
                self.see("presenter · ");
                self.miss("row0000001");
                self.see(" job-");
                self.press(key);
                self.see("row0000001");
            }
            other => panic!("no check for {other:?} in the panes"),
        }
    }

    /// A key that asks for a file and writes it, but never over one that is there.
    fn writes(&mut self, key: &str, question: &str, name: &str, said: &str) {
        let path = self.session.home().join(name);
        self.press(key);
        self.see(question);
        self.session.send(format!("\x15{name}\r"));
        self.see(said);
        assert!(path.metadata().unwrap().len() > 1_000);
        std::fs::write(&path, "mine").unwrap();
        self.press(key);
        self.see(question);
        self.session.send(format!("\x15{name}\r"));
        self.see("is there; type replace to replace it");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        self.session.send("replace\r");
        self.see(said);
        assert!(path.metadata().unwrap().len() > 1_000);
    }
}
