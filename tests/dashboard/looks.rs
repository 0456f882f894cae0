//! The keys that change how things look, and what the terminal says of its background.

use vt100::{Color, Screen};

use super::{Board, text};
use crate::support::Launch;
use voxtop::state::Action;

impl Board {
    pub(super) fn looks_key(&mut self, key: &str, action: Action) {
        if action == Action::NextTime {
            self.press(key);
            self.see("relative · live");
            self.press(key);
            return self.miss("relative · live");
        }
        for theme in ["ascii", "dark", "light", "colour-blind", "contrast", "mono"] {
            self.press(key);
            self.see(&format!("theme {theme};"));
            self.wait(theme, |screen| text(screen).contains('│') != (theme == "ascii"));
        }
    }
}

/// Whether the first frame is there to its last row.
fn is_framed(screen: &Screen) -> bool {
    screen.cell(39, 0).unwrap().contents() == "└" && text(screen).contains("├ Jobs")
}

/// The colour of the frame in the themes for a dark and for a light background, of 256.
fn frame(theme: &str) -> Color {
    let mut session = Launch::new(&["--theme", theme, "demo"]).spawn();
    session.wait_for("the frame", is_framed);
    assert!(!String::from_utf8_lossy(&session.raw()).contains("\x1b]11;"), "{theme} has nothing to ask");
    session.look(|screen| screen.cell(20, 0).unwrap().fgcolor())
}

#[test]
fn the_background_that_the_terminal_tells_chooses_the_theme_however_late() {
    let (dark, light) = (frame("dark"), frame("light"));
    assert_ne!(dark, light);
    let answer = |shade: &str| format!("\x1b]11;rgb:{shade}/{shade}/{shade}\x1b\\\x1b[?64;1;2c");
    // At once, with what was typed before: nothing of that is lost, and no answer is a key.
    let mut session = Launch::new(&["demo"]).spawn();
    session.wait_for_raw(b"\x1b]11;?");
    session.send(format!("?{}", answer("ffff")));
    session.wait_for("the help on light", |screen| {
        text(screen).contains("╭─ Help") && screen.cell(39, 0).unwrap().fgcolor() == light
    });
    // Long after the first frame, in which it was taken for dark.
    let mut session = Launch::new(&["demo"]).spawn();
    session.wait_for("dark", |screen| is_framed(screen) && screen.cell(20, 0).unwrap().fgcolor() == dark);
    session.send(answer("ffff"));
    session.wait_for("light", |screen| screen.cell(20, 0).unwrap().fgcolor() == light);
    session.look(|screen| assert!(!text(screen).contains("╭─"), "{}", text(screen)));
    // What the terminal says of itself in the environment stands until it says something else.
    let mut session = Launch::new(&["demo"]).env("COLORFGBG", "0;15").spawn();
    session.wait_for("light", |screen| is_framed(screen) && screen.cell(20, 0).unwrap().fgcolor() == light);
}

/// What is written for each depth is what a terminal of it understands.
#[test]
fn a_terminal_is_sent_no_colour_that_it_does_not_have() {
    for (colours, none) in [
        ("none", &["38;5;", "48;5;", "38;2;", "48;2;", "[91"][..]),
        ("16", &["38;5;", "48;5;", "38;2;", "48;2;"]),
        ("256", &["38;2;", "48;2;"]),
        ("truecolor", &["38;5;", "48;5;"]),
    ] {
        let mut session = Launch::new(&["--colours", colours, "--theme", "dark", "demo"]).spawn();
        session.wait_for("rows", |screen| text(screen).contains("running") && text(screen).contains("done"));
        session.send("jj?");
        session.wait_for("help", |screen| text(screen).contains("╭─ Help"));
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        for word in none {
            assert!(!raw.contains(word), "{colours}: {word}");
        }
        assert_eq!(raw.contains("[91"), colours == "16", "red in the old way");
    }
}
