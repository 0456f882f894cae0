//! What steers: the palette, the help by context and the hints, with keys of the user's own.

use super::*;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Rebinding, Written};
use crate::state::Keymap;

fn type_in(state: &mut State, text: &str) {
    for char in text.chars() {
        let code = match char {
            '⏎' => KeyCode::Enter,
            char => KeyCode::Char(char),
        };
        let now = state.now;
        state.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), now);
        state.refresh();
    }
}

fn own(action: &str, keys: &[&str]) -> Rebinding {
    let written = |text: &str| Written { text: text.to_owned(), place: "config.toml:1:1".to_owned() };
    Rebinding { action: written(action), keys: keys.iter().map(|key| written(key)).collect() }
}

#[test]
fn the_palette() {
    let mut state = incident(80, 24);
    type_in(&mut state, "⏎:co");
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn the_help_that_is_searched_in_details() {
    let mut state = incident(80, 24);
    type_in(&mut state, "⏎?/copy");
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn whatever_names_a_key_names_the_one_in_force() {
    let dark = Theme::named(ThemeName::Dark);
    let mut state = incident(120, 40);
    let before = text(&render(&mut state, &dark));
    assert!(before.contains("? help  q quit") && before.contains("/ filter"), "{before}");
    state.keymap = Keymap::with(&[
        own("quit", &["Q"]),
        own("open-help", &["F3"]),
        own("edit-filter", &["C-s"]),
        own("open-events", &["D"]),
        own("restore-banners", &["B"]),
        own("copy-event", &["C"]),
        own("toggle-mark", &[]),
    ])
    .unwrap();
    let after = text(&render(&mut state, &dark));
    assert!(after.contains("F3 help  Q quit") && after.contains("C-s filter"), "{after}");
    assert!(!after.contains("Space mark"), "it has no key any more");
    type_in(&mut state, "x");
    let said = text(&render(&mut state, &dark));
    assert!(said.contains("B shows it again, D lists the events"), "{said}");
    type_in(&mut state, "D");
    let events = text(&render(&mut state, &dark));
    assert!(events.contains("C copies · C-s filters"), "{events}");
    type_in(&mut state, "q:toggle-mark");
    assert!(text(&render(&mut state, &dark)).contains("toggle-mark"), "the palette still has it");
}

#[test]
fn a_confirmation_names_every_job_however_many_there_are() {
    let dark = Theme::named(ThemeName::Dark);
    let mut state = incident(80, 24);
    let many: Vec<Job> = (0..900).map(|nth| job(&format!("many{nth:06}"), -nth, "done")).collect();
    state.update(Message::Report(report(EU1, 3, 61, page(&many))), at(61));
    state.update(Message::Report(report(EU1, 3, 61, finished(Coverage::Whole))), at(61));
    state.act(Action::MarkAll);
    state.act(Action::Delete);
    let mut seen = std::collections::BTreeSet::new();
    let mut before = String::new();
    for _ in 0..100 {
        let shot = text(&render(&mut state, &dark));
        seen.extend(
            shot.split_whitespace()
                .filter(|word| word.starts_with("many") && word.len() == 10)
                .map(str::to_owned),
        );
        if shot == before {
            break;
        }
        before = shot;
        state.act(Action::PageDown);
    }
    assert_eq!(seen.len(), 900);
    assert!(before.contains("delete"), "it is still asked: {before}");
}
