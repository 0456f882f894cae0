//! Every row of the table of keys, pressed on the real program: each does what it says. A row without
//! a check here fails.

#[path = "analysis_bindings.rs"]
mod analysis;
#[path = "arranging.rs"]
mod arranging;
#[path = "carrying.rs"]
mod carrying;
#[path = "finding.rs"]
mod finding;
#[path = "looks.rs"]
mod looks;
#[path = "more_bindings.rs"]
mod more;
#[path = "mouse.rs"]
mod mouse;
#[path = "overlays.rs"]
mod overlays;
#[path = "palette.rs"]
mod palette;
#[path = "terminal_keys.rs"]
mod terminal_keys;

use vt100::Screen;

use crate::support::fleet::{Behaviour, Fleet};
use crate::support::jobs::ordinary;
use crate::support::{Exit, Launch, Session};
use terminal_keys::bytes;
use voxtop::state::{Action, BINDINGS, Context};

/// The keys of a context with what they do, but those that end the program.
fn keys(context: Context) -> impl Iterator<Item = (&'static str, Action)> {
    let bindings = BINDINGS.iter().filter(move |binding| binding.context == context);
    bindings
        .flat_map(|binding| binding.keys.iter().map(|key| (*key, binding.action)))
        .filter(|(_, action)| *action != Action::Quit)
}

fn text(screen: &Screen) -> String {
    screen.contents()
}

/// The number in the id of the selected job.
fn selected(screen: &Screen) -> Option<usize> {
    let (height, width) = screen.size();
    let row = (0..height.get()).find(|row| screen.cell(*row, 2).is_some_and(vt100::Cell::inverse))?;
    let row = screen.rows(0, width.get()).nth(usize::from(row))?;
    row.split_whitespace().find_map(|word| word.strip_prefix("row")?.parse().ok())
}

/// The first of the lines that an overlay shows, and how many there are: `5–20 of 93`.
fn lines(screen: &Screen) -> Option<(usize, usize)> {
    let (_, width) = screen.size();
    let foot = screen.rows(0, width.get()).find(|row| row.contains('╰'))?;
    let (before, after) = foot.split_once('–')?;
    let first = before.rsplit([' ', '─']).next()?.parse().ok()?;
    let all = after.split_once(" of ")?.1.split([' ', '─']).next()?.parse().ok()?;
    Some((first, all))
}

struct Board {
    fleet: Fleet,
    session: Session,
}

/// Three hundred jobs that never change, and an environment that fails.
const ROWS: usize = 300;
const FAILS: &str = "the service failed (503)";

impl Board {
    fn start(columns: u16, rows: u16) -> Self {
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy(ordinary("row", ROWS))),
            ("broken", Behaviour::unavailable()),
        ]);
        let launch = Launch::new(&["--theme", "mono", "--config"]).arg(fleet.config("1h", "5m"));
        let session = launch.size(columns, rows).spawn();
        let mut board = Self { fleet, session };
        board.see("of 300");
        board.see(FAILS);
        board
    }

    fn press(&mut self, key: &str) {
        self.session.send(bytes(key));
    }

    fn wait(&mut self, what: &str, condition: impl Fn(&Screen) -> bool) {
        self.session.wait_for(what, condition);
    }

    fn see(&mut self, words: &str) {
        self.wait(words, |screen| text(screen).contains(words));
    }

    fn miss(&mut self, words: &str) {
        self.wait(&format!("no {words}"), |screen| !text(screen).contains(words));
    }

    /// From row 60 a key of movement goes where it says.
    fn travel(&mut self, key: &str, action: Action) {
        self.session.send("g");
        self.wait("the first row", |screen| selected(screen) == Some(0));
        self.session.send("j".repeat(60));
        self.wait("row 60", |screen| selected(screen) == Some(60));
        self.press(key);
        self.wait(&format!("{key}: {action:?}"), |screen| {
            selected(screen).is_some_and(|row| match action {
                Action::RowDown => row == 61,
                Action::RowUp => row == 59,
                Action::PageDown => row > 61,
                Action::PageUp => row < 59,
                Action::Top => row == 0,
                _ => row == ROWS - 1,
            })
        });
    }

    fn panes_key(&mut self, key: &str, action: Action) {
        match action {
            Action::RowDown
            | Action::RowUp
            | Action::PageDown
            | Action::PageUp
            | Action::Top
            | Action::Bottom => {
                self.travel(key, action);
            }
            Action::EditFilter => {
                self.press(key);
                self.wait("the cursor", |screen| !screen.hide_cursor());
                self.press("Esc");
                self.wait("no cursor", Screen::hide_cursor);
            }
            Action::ClearFilter => self.lets_go(key),
            Action::TogglePause => self.turns(key, "‖ paused", key, "live 60m"),
            Action::RefreshNow => {
                // A round asks this one twice: a third request is none of a round before the key.
                let Self { fleet, session } = self;
                let broken = fleet.at("broken");
                let enough = broken.asked() + 3;
                session.press_until(&bytes(key), || broken.asked() >= enough);
            }
            Action::ReloadKeys => {
                self.press(key);
                self.see("the key is the same as before");
            }
            Action::ToggleFollow => {
                // A job that has ended cannot be followed; tests/follow.rs follows one that goes on.
                self.session.send("g");
                self.press(key);
                self.see("has ended already");
            }
            Action::DismissBanner | Action::RestoreBanners => {
                self.press(if action == Action::DismissBanner { key } else { "x" });
                self.miss(FAILS);
                self.press(if action == Action::RestoreBanners { key } else { "X" });
                self.see(FAILS);
            }
            Action::OpenDetails => self.opens(key, "╭─ Job row"),
            Action::OpenEvents => self.opens(key, "╭─ Events"),
            Action::OpenMatrix => self.opens(key, "╭─ Health and keys"),
            Action::OpenRealtime => self.opens(key, "╭─ Realtime hosts"),
            Action::OpenUsage => self.opens(key, "╭─ Usage"),
            Action::OpenHelp => self.opens(key, "╭─ Help"),
            Action::Bundle => self.bundles(key),
            Action::OpenPalette
            | Action::ShortenInterval
            | Action::LengthenInterval
            | Action::ToggleMouse => {
                self.steering_key(key, action);
            }
            other if self.arranging_key(key, other) => {}
            other => self.marking_key(key, other),
        }
    }

    /// A key that changes what is shown, and one that changes it back.
    fn turns(&mut self, key: &str, turned: &str, back: &str, before: &str) {
        self.see(before);
        self.press(key);
        self.see(turned);
        self.press(back);
        self.see(before);
    }

    /// A key that opens something over the panes.
    fn opens(&mut self, key: &str, title: &str) {
        self.press(key);
        self.see(title);
        self.press("Esc");
        self.miss(title);
    }

    /// A key that writes a support bundle.
    fn bundles(&mut self, key: &str) {
        let dir = self.session.state_dir();
        let bundles = || {
            let files = std::fs::read_dir(&dir).map(|entries| entries.filter_map(Result::ok));
            let names = files.into_iter().flatten().map(|entry| entry.file_name().into_string().unwrap());
            names.filter(|name| name.starts_with("support-")).count()
        };
        let before = bundles();
        self.press(key);
        self.session.wait_until("a bundle", || bundles() > before);
        self.see("support bundle: on the clipboard, and in ");
    }

    fn filter(&mut self, query: &str) {
        self.press("/");
        self.wait("the cursor", |screen| !screen.hide_cursor());
        self.session.send(query);
        self.see(&format!("{query}  1 jobs"));
    }

    /// A key that changes which events are shown.
    fn event_key(&mut self, key: &str, action: Action) {
        self.press("e");
        self.see("╭─ Events");
        self.press(key);
        if matches!(action, Action::CopyEvent | Action::CopyEvents) {
            let events = if action == Action::CopyEvent { "1 event" } else { " events" };
            self.wait(key, |screen| {
                let said = text(screen);
                let said = said.split_once(" sent to the terminal's clipboard").map(|(what, _)| what);
                said.is_some_and(|what| what.ends_with(events))
            });
            self.session.wait_for_raw(b"\x1b]52;c;");
        } else if action == Action::EditFilter {
            self.session.send("alpha accepted");
            self.see("1 of ");
            self.press("⏎");
            self.see("filter: alpha accepted ");
            self.press(key);
            self.press("Esc");
        } else {
            self.see("warnings and worse");
            self.press(key);
            self.see("errors and worse");
            self.press(key);
            self.miss("and worse");
        }
        self.see("/ filters ");
        self.press("q");
        self.miss("╭─");
    }

    fn filter_key(&mut self, key: &str, action: Action) {
        self.filter("row0000009");
        self.press(key);
        match action {
            Action::KeepFilter => {
                self.see("filter: row0000009");
                self.press("Esc");
            }
            Action::EmptyFilter => {
                self.see("/  300 jobs");
                assert!(self.session.look(|screen| !screen.hide_cursor()), "it is still edited");
                self.press("Esc");
            }
            Action::CancelFilter => {}
            Action::Complete | Action::NextSuggestion | Action::PreviousSuggestion => {
                self.finding_key(key, action);
            }
            other => panic!("no check for {other:?} in the filter"),
        }
        self.miss("row0000009  1 jobs");
        self.miss("filter:");
        self.wait("no cursor", Screen::hide_cursor);
    }
}

#[test]
fn every_key_of_the_panes_does_what_it_says() {
    let mut board = Board::start(200, 40);
    for (key, action) in keys(Context::Panes) {
        board.panes_key(key, action);
    }
}

#[test]
fn every_key_over_the_panes_does_what_it_says() {
    let mut board = Board::start(80, 24);
    for (key, action) in keys(Context::Overlay) {
        board.overlay_key(key, action);
    }
}

#[test]
fn every_key_of_the_filter_does_what_it_says() {
    let mut board = Board::start(120, 40);
    for (key, action) in keys(Context::Filter) {
        board.filter_key(key, action);
    }
}

#[test]
fn every_key_of_the_first_screen_does_what_it_says() {
    for (key, action) in keys(Context::FirstRun) {
        if action == Action::OpenPalette {
            palette::over_the_first_screen(key);
            continue;
        }
        assert_eq!(action, Action::StartDemo, "no check for {action:?} on the first screen");
        let mut session = Launch::new(&[]).spawn();
        session.wait_for("the first screen", |screen| text(screen).contains("no API key"));
        session.send(bytes(key));
        session.wait_for("the demo", |screen| text(screen).contains("voxtop demo"));
    }
}

#[test]
fn every_key_that_quits_quits_and_leaves_in_peace() {
    for binding in BINDINGS.iter().filter(|binding| binding.action == Action::Quit) {
        for key in binding.keys {
            let mut session = if binding.context == Context::FirstRun {
                let mut session = Launch::new(&[]).spawn();
                session.wait_for("the first screen", |screen| text(screen).contains("no API key"));
                session
            } else {
                Board::start(120, 40).session
            };
            session.send(bytes(key));
            assert_eq!(session.wait_exit(), Exit::Code(0), "{key} in {:?}", binding.context);
        }
    }
}

#[test]
fn every_key_that_holds_everywhere_holds_while_the_filter_is_edited() {
    for (key, action) in keys(Context::Always) {
        let mut board = Board::start(120, 40);
        board.filter("row0000009");
        let drawn = board.session.raw().len();
        board.press(key);
        if action == Action::Redraw {
            let cleared = |raw: &[u8]| raw.windows(4).any(|bytes| bytes == b"\x1b[2J");
            let session = &board.session;
            let end = crate::support::now() + crate::support::DEADLINE;
            while !cleared(&session.raw()[drawn..]) {
                assert!(crate::support::now() < end, "nothing was drawn anew");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            continue;
        }
        assert_eq!(action, Action::Suspend, "no check for {action:?} everywhere");
        // Here is no shell that could bring it back.
        board.see("cannot suspend");
    }
    let mut board = Board::start(120, 40);
    board.filter("row0000009");
    board.press("C-c");
    assert_eq!(board.session.wait_exit(), Exit::Code(0));
}
