use std::collections::HashSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

#[test]
fn no_key_means_two_things_in_one_context() {
    let mut seen = HashSet::new();
    for binding in BINDINGS {
        assert!(!binding.keys.is_empty() && !binding.help.is_empty());
        for key in binding.keys {
            assert_eq!(parse_key(key).as_deref(), Ok(*key), "the table writes it as it is read");
            assert!(!(binding.context.is_typed_in() && is_typed(key)), "{key} is typed there");
            assert!(seen.insert((binding.context, *key)), "{key} twice in {:?}", binding.context);
        }
    }
    for (context, key) in &seen {
        // Details have keys of their own in the place of some that hold over the panes.
        let shadowed = |other: Context| *context == Context::Details && other == Context::Overlay;
        let elsewhere =
            seen.iter().filter(|(other, same)| same == key && context.reaches(*other) && !shadowed(*other));
        assert_eq!(elsewhere.count(), 1, "{key} means two things in {context:?}");
    }
}

#[test]
fn key_presses_find_their_action() {
    let keymap = Keymap::default();
    let press = |code, modifiers| keymap.lookup(Context::Panes, KeyEvent::new(code, modifiers));
    assert_eq!(press(KeyCode::Char('j'), KeyModifiers::NONE), Some(Action::RowDown));
    assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Action::Bottom));
    assert_eq!(
        press(KeyCode::Char('D'), KeyModifiers::CONTROL | KeyModifiers::SHIFT),
        Some(Action::PageDown)
    );
    assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Quit));
    assert_eq!(press(KeyCode::Char('j'), KeyModifiers::ALT), None);
    assert_eq!(press(KeyCode::Esc, KeyModifiers::NONE), Some(Action::ClearFilter));
    assert_eq!(press(KeyCode::CapsLock, KeyModifiers::NONE), None);
}
