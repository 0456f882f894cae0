//! The rows of the table of keys that hold while something lies over the panes.

use super::{Board, lines, text};
use voxtop::state::Action;

impl Board {
    pub(super) fn overlay_key(&mut self, key: &str, action: Action) {
        use Action::{CopyEvent, CopyEvents, EditFilter, EventSeverity};
        if matches!(action, EditFilter | EventSeverity | CopyEvent | CopyEvents) {
            return self.event_key(key, action);
        }
        if matches!(action, Action::NextTab | Action::PreviousTab | Action::NextFormat | Action::Compare) {
            return self.chart_key(key, action);
        }
        let title = if action == Action::OpenHelp { "╭─ Events" } else { "╭─ Help" };
        self.press(if action == Action::OpenHelp { "e" } else { "?" });
        self.see(title);
        match action {
            Action::Close => {}
            Action::Bundle => self.bundles(key),
            Action::OpenPalette | Action::ToggleMouse => self.steering_key(key, action),
            Action::TogglePresenter => {
                self.turns(key, "presenter mode: ", key, title);
                self.see("presenter mode is off");
            }
            Action::WriteScreen => {
                self.press(key);
                self.see("screen to a file");
                self.press("Esc");
                self.miss("screen to a file");
            }
            // What it does over the usage, tests/usage.rs sees.
            Action::RefreshNow => {
                self.press("q");
                self.miss(title);
                return self.panes_key(key, action);
            }
            Action::OpenHelp | Action::OpenEvents | Action::OpenMatrix | Action::OpenUsage => {
                self.press(key);
                self.see(match action {
                    Action::OpenHelp => "╭─ Help",
                    Action::OpenEvents => "╭─ Events",
                    Action::OpenUsage => "╭─ Usage",
                    _ => "╭─ Health and keys",
                });
                self.session.send("q");
                if action == Action::OpenHelp {
                    self.see(title);
                    self.session.send("q");
                }
                self.miss("╭─");
                return;
            }
            _ => self.scrolls(key, action),
        }
        self.press(if action == Action::Close { key } else { "q" });
        self.miss(title);
    }

    /// A key that scrolls the help.
    fn scrolls(&mut self, key: &str, action: Action) {
        self.session.send("j".repeat(30));
        self.wait("line 31", |screen| lines(screen).is_some_and(|(first, _)| first == 31));
        self.press(key);
        self.wait(&format!("{key}: {action:?}"), |screen| {
            lines(screen).is_some_and(|(first, all)| match action {
                Action::RowDown => first == 32,
                Action::RowUp => first == 30,
                Action::PageDown => first > 32,
                Action::PageUp => first < 30,
                Action::Top => first == 1,
                Action::Bottom => first > 32 && text(screen).contains(&format!("–{all} of {all}")),
                other => panic!("no check for {other:?} in an overlay"),
            })
        });
    }
}
