//! The palette on the real program: every action of the table is found by its name and does there what
//! its key does, and each of the palette's own keys does what it says.

use vt100::Screen;

use super::{Board, keys, text};
use crate::support::Launch;
use voxtop::state::{Action, BINDINGS, Context};

/// The actions of a context, each once, but those that end the program or give the terminal away.
fn actions(context: Context) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for binding in BINDINGS.iter().filter(|binding| binding.context == context) {
        if !actions.contains(&binding.action) && binding.action != Action::Quit {
            actions.push(binding.action);
        }
    }
    actions
}

/// What is chosen: the line that is drawn inverse.
fn chosen(screen: &Screen) -> Option<String> {
    let (height, width) = screen.size();
    let inverse = |row| (0..width.get()).any(|x| screen.cell(row, x).is_some_and(vt100::Cell::inverse));
    let row = (0..height.get()).find(|row| inverse(*row))?;
    screen.rows(0, width.get()).nth(usize::from(row))
}

impl Board {
    /// Keys that steer the program itself.
    pub(super) fn steering_key(&mut self, key: &str, action: Action) {
        match action {
            Action::OpenPalette => {
                self.press(key);
                self.see("╭─ Commands");
                self.press("Esc");
                self.miss("╭─ Commands");
            }
            Action::ShortenInterval => {
                self.session.send("+------");
                self.see("live 5m");
                self.press(key);
                self.see("live 1m");
            }
            Action::LengthenInterval => {
                self.session.send("+------++");
                self.see("live 30s");
                self.press(key);
                self.see("live 1m");
            }
            _ => {
                self.see_mouse(true);
                self.press(key);
                self.see("the mouse is the terminal's");
                self.see_mouse(false);
                self.press(key);
                self.see("the mouse works here again");
                self.see_mouse(true);
            }
        }
    }

    fn see_mouse(&mut self, ours: bool) {
        let mode = if ours { vt100::MouseProtocolMode::PressRelease } else { vt100::MouseProtocolMode::None };
        self.wait("the mouse's mode", |screen| screen.mouse_protocol_mode() == mode);
    }

    fn palette_key(&mut self, key: &str, action: Action) {
        self.session.send(":open-");
        let holds = |word: &'static str| {
            move |screen: &Screen| chosen(screen).is_some_and(|line| line.contains(word))
        };
        self.wait("the first", holds("open-details"));
        match action {
            Action::Submit => {
                self.session.send("help");
                self.press(key);
                self.see("╭─ Help");
                self.session.send("q");
                self.miss("╭─");
                return;
            }
            Action::RowDown => {
                self.press(key);
                self.wait("the second", holds("open-columns"));
            }
            Action::RowUp => {
                self.press("↓");
                self.wait("the second", holds("open-columns"));
                self.press(key);
                self.wait("the first again", holds("open-details"));
            }
            Action::PageDown => {
                self.press(key);
                self.wait("further down", |screen| {
                    chosen(screen).is_some_and(|line| !line.contains("open-details"))
                });
            }
            Action::PageUp => {
                self.press("PgDn");
                self.press(key);
                self.wait("the first again", holds("open-details"));
            }
            Action::EmptyPrompt => {
                self.press(key);
                self.wait("all of them", holds("edit-filter"));
            }
            Action::CancelPrompt => {
                self.press(key);
                self.miss("╭─ Commands");
                return;
            }
            other => panic!("no check for {other:?} in the palette"),
        }
        self.press("Esc");
        self.miss("╭─ Commands");
    }
}

/// On the screen without a key the palette opens, and the demo is started by its name.
pub(super) fn over_the_first_screen(key: &str) {
    let mut session = Launch::new(&[]).spawn();
    session.wait_for("the first screen", |screen| text(screen).contains("no API key"));
    session.send(key);
    session.wait_for("the palette", |screen| text(screen).contains("╭─ Commands"));
    session.send("start-demo\r");
    session.wait_for("the demo", |screen| text(screen).contains("voxtop demo"));
}

#[test]
fn every_key_of_the_palette_does_what_it_says() {
    let mut board = Board::start(120, 40);
    for (key, action) in keys(Context::Palette) {
        board.palette_key(key, action);
    }
}

#[test]
fn every_action_of_the_panes_does_by_its_name_what_its_key_does() {
    let mut board = Board::start(200, 40);
    for action in actions(Context::Panes) {
        board.panes_key(&format!(":{}", action.name()), action);
    }
}

#[test]
fn every_action_over_the_panes_does_by_its_name_what_its_key_does() {
    let mut board = Board::start(80, 24);
    for action in actions(Context::Overlay) {
        board.overlay_key(&format!(":{}", action.name()), action);
    }
}

#[test]
fn every_action_of_details_does_by_its_name_what_its_key_does() {
    let mut board = Board::start(120, 40);
    for action in actions(Context::Details) {
        board.details_key(&format!(":{}", action.name()), action);
    }
}

#[test]
fn what_belongs_elsewhere_says_where() {
    let mut board = Board::start(120, 40);
    for context in [Context::Details, Context::Filter, Context::Prompt] {
        for action in actions(context) {
            let here = BINDINGS.iter().any(|row| row.context == Context::Panes && row.action == action);
            // The palette's own keys mean something here too.
            let own = BINDINGS.iter().any(|row| row.context == Context::Palette && row.action == action);
            // What applies goes before what does not: `save` means `save-marked` here.
            let longer = |row: &&voxtop::state::Binding| {
                row.action != action && row.action.name().starts_with(action.name())
            };
            // It is said of the first place where an action applies.
            let first = BINDINGS.iter().find(|row| row.action == action);
            let elsewhere = first.is_some_and(|row| row.context != context);
            if here || own || elsewhere || BINDINGS.iter().any(|row| longer(&row)) {
                continue;
            }
            board.session.send(format!(":{}\r", action.name()));
            // Of several places the palette names the first of the table.
            let place = BINDINGS.iter().find(|row| row.action == action).map_or(context, |row| row.context);
            board.see(&format!("not here: {} applies {}", action.name(), place.place()));
            board.press("Esc");
            board.miss("╭─ Commands");
        }
    }
}
