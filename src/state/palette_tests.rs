use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::state::{Context, Message};
use fixture::state;

fn type_in(state: &mut State, keys: &str) -> Vec<Effect> {
    let key = |char| match char {
        '⏎' => KeyCode::Enter,
        '␛' => KeyCode::Esc,
        '↓' => KeyCode::Down,
        '↑' => KeyCode::Up,
        char => KeyCode::Char(char),
    };
    let mut effects = Vec::new();
    for char in keys.chars() {
        let now = state.now;
        effects.extend(state.update(Message::Key(KeyEvent::new(key(char), KeyModifiers::NONE)), now));
        state.refresh();
    }
    effects
}

fn names(state: &State) -> Vec<&'static str> {
    state.palette_entries().into_iter().map(|entry| entry.name).collect()
}

#[test]
fn every_action_is_found_by_its_name_over_panes_overlays_and_details() {
    for (open, context) in
        [("", Context::Panes), ("e", Context::Overlay), ("⏎", Context::Details), ("?", Context::Overlay)]
    {
        for row in BINDINGS {
            let mut state = state();
            type_in(&mut state, open);
            assert_eq!(state.context(), context);
            type_in(&mut state, ":");
            assert_eq!((state.context(), state.context_below()), (Context::Palette, context));
            let name = row.action.name();
            type_in(&mut state, name);
            let entries = state.palette_entries();
            let found = entries.iter().find(|entry| entry.action == row.action);
            let found = found.unwrap_or_else(|| panic!("{name} is not found"));
            if found.why_not.is_none() {
                assert_eq!(entries[0].action, row.action, "{name}: {entries:?}");
                type_in(&mut state, "⏎");
                assert!(state.palette.is_none() || row.action == Action::OpenPalette, "{name} was done");
            } else {
                assert!(
                    !context.reaches(row.context)
                        || found.why_not.as_deref() == Some("there is no such view")
                        || state.overlay.is_some() && found.why_not.as_deref() == Some("in the event list"),
                    "{name} applies in {context:?}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn what_does_not_apply_says_where_it_would_and_is_not_done() {
    let mut state = state();
    type_in(&mut state, ":next-tab⏎");
    assert!(state.palette.is_some());
    assert_eq!(state.notice.as_ref().unwrap().text, "not here: next-tab applies in a job's details");
    type_in(&mut state, "␛");
    assert!(state.palette.is_none());
    state.settings.read_only = true;
    type_in(&mut state, ":delete⏎");
    assert_eq!(state.notice.as_ref().unwrap().text, "delete is not available: everything is read-only");
}

#[test]
fn it_finds_by_words_abbreviations_keys_and_help_and_the_best_comes_first() {
    let mut state = state();
    for (typed, first) in [
        ("", "edit-filter"),
        ("quit", "quit"),
        ("det", "open-details"),
        ("opdet", "open-details"),
        ("events open", "open-events"),
        ("realtime", "open-realtime"),
        ("curl", "copy-commands"),
        ("f5", "refresh-now"),
        ("MATRIX", "open-matrix"),
    ] {
        type_in(&mut state, &format!(":{typed}"));
        assert_eq!(names(&state).first(), Some(&first), "{typed}: {:?}", names(&state));
        type_in(&mut state, "␛");
    }
    type_in(&mut state, ":qqqq");
    assert_eq!(names(&state), Vec::<&str>::new());
    assert_eq!(type_in(&mut state, "⏎"), []);
    assert_eq!(state.notice.as_ref().unwrap().text, "no action matches");
}

#[test]
fn choosing_goes_round_and_typing_begins_anew() {
    let mut state = state();
    type_in(&mut state, ":open↓↓");
    let chosen = state.palette.as_ref().unwrap().chosen();
    let wanted = state.palette_entries()[chosen].name;
    assert_eq!(chosen, 2);
    type_in(&mut state, "↑↑↑");
    let count = state.palette_entries().len();
    assert_eq!(state.palette.as_ref().unwrap().chosen(), count - 1, "round to the end");
    type_in(&mut state, "↓↓↓⏎");
    assert!(state.palette.is_none() && state.overlay.is_some(), "{wanted} was opened");
    type_in(&mut state, ":o↓");
    type_in(&mut state, "p");
    assert_eq!(state.palette.as_ref().unwrap().chosen(), 0);
}

#[test]
fn it_names_the_keys_in_force() {
    let mut state = state();
    let written = |text: &str| crate::model::Written { text: text.to_owned(), place: "here".to_owned() };
    let own = crate::model::Rebinding { action: written("quit"), keys: vec![written("Q")] };
    state.keymap = crate::state::Keymap::with(&[own]).unwrap();
    type_in(&mut state, ":quit");
    assert_eq!(state.palette_entries()[0].keys, "Q");
    assert_eq!(type_in(&mut state, "⏎"), [Effect::Quit]);
}

#[test]
fn the_help_goes_back_to_what_it_lies_over_and_its_search_goes_first() {
    let mut state = state();
    type_in(&mut state, "⏎?");
    assert!(matches!(state.overlay, Some(Overlay::Help(_))) && state.help.from() == Context::Details);
    type_in(&mut state, "/Copy id");
    assert!(state.help.shows("y copy its ID") && !state.help.shows("y copy its URL"));
    type_in(&mut state, "⏎q");
    assert!(matches!(state.overlay, Some(Overlay::Help(_))) && state.help.sought().is_empty());
    type_in(&mut state, "q");
    assert!(matches!(state.overlay, Some(Overlay::Details { .. })), "back to the details");
    type_in(&mut state, "q?/x␛");
    assert!(matches!(state.overlay, Some(Overlay::Help(_))) && state.help.input().is_none());
    type_in(&mut state, "␛");
    assert!(state.overlay.is_none());
}

#[test]
fn a_text_that_was_on_its_way_is_fetched_again_after_the_help() {
    let mut state = state();
    let fetched = type_in(&mut state, "⏎t");
    assert!(matches!(fetched.as_slice(), [Effect::Fetch(..)]), "{fetched:?}");
    assert_eq!(type_in(&mut state, "?"), [Effect::StopFetching]);
    let again = type_in(&mut state, "q");
    assert!(matches!(again.as_slice(), [Effect::Fetch(..)]), "{again:?}");
}

#[test]
fn in_details_the_keys_of_jobs_mean_the_open_one() {
    let mut state = state();
    type_in(&mut state, "*");
    let copied = type_in(&mut state, "g⏎y");
    assert!(matches!(copied.as_slice(), [Effect::Copy(text, _)] if text == "c"), "{copied:?}");
    assert!(matches!(type_in(&mut state, "f").as_slice(), [Effect::Follow(_, id)] if id.as_str() == "c"));
    let now = state.now;
    state.update(Message::Key(KeyEvent::new(KeyCode::Delete, KeyModifiers::NONE)), now);
    let Some(Overlay::Confirm(deletion, _)) = &state.overlay else { panic!("it asks") };
    assert_eq!(deletion.victims.len(), 1);
}
