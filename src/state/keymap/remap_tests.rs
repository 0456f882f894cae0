use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::*;

fn written(text: &str, line: usize) -> Written {
    Written { text: text.to_owned(), place: format!("config.toml:{line}:1") }
}

fn rebindings(lines: &[(&str, &[&str])]) -> Vec<Rebinding> {
    let rebinding = |(at, (action, keys)): (usize, &(&str, &[&str]))| Rebinding {
        action: written(action, at + 1),
        keys: keys.iter().map(|key| written(key, at + 1)).collect(),
    };
    lines.iter().enumerate().map(rebinding).collect()
}

fn with(lines: &[(&str, &[&str])]) -> Keymap {
    Keymap::with(&rebindings(lines)).unwrap()
}

fn wrong(lines: &[(&str, &[&str])]) -> Vec<String> {
    let wrong = Keymap::with(&rebindings(lines)).unwrap_err();
    wrong.into_iter().map(|own| format!("{}: {}\n  {}", own.place, own.what, own.remedy)).collect()
}

fn press(keymap: &Keymap, context: Context, char: char) -> Option<Action> {
    keymap.lookup(context, KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE))
}

#[test]
fn keys_are_exchanged_wherever_the_action_has_some_but_where_one_types() {
    let keymap = with(&[("row-down", &["D", "C-n"]), ("quit", &["Q"]), ("toggle-follow", &[])]);
    for context in [Context::Panes, Context::Overlay, Context::Details] {
        assert_eq!(press(&keymap, context, 'D'), Some(Action::RowDown), "{context:?}");
        assert_eq!(press(&keymap, context, 'j'), None, "{context:?}");
        assert_eq!(press(&keymap, context, 'f'), None, "{context:?}");
    }
    assert_eq!(press(&keymap, Context::Panes, 'Q'), Some(Action::Quit));
    assert_eq!(press(&keymap, Context::FirstRun, 'Q'), Some(Action::Quit));
    assert_eq!(keymap.key(Context::Panes, Action::Quit), Some("Q"));
    assert_eq!(keymap.key(Context::Panes, Action::ToggleFollow), None);
    let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
    assert_eq!(keymap.lookup(Context::Palette, down), Some(Action::RowDown), "a line is typed there");
    let always = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(keymap.lookup(Context::Filter, always), Some(Action::Quit), "C-c stays");
}

#[test]
fn a_prefix_means_one_context_alone_and_goes_first() {
    let keymap = with(&[("overlay.row-down", &["J"]), ("row-down", &["D"])]);
    assert_eq!(press(&keymap, Context::Panes, 'D'), Some(Action::RowDown));
    assert_eq!(press(&keymap, Context::Overlay, 'J'), Some(Action::RowDown));
    assert_eq!(press(&keymap, Context::Overlay, 'D'), None);
    let said = wrong(&[("details.row-down", &["x"])]);
    assert!(said[0].contains("row-down is no action of `details`"), "{said:?}");
    assert!(said[0].contains("Write row-down, or panes.row-down, overlay.row-down"), "{said:?}");
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_a_way_out() {
    for (lines, expected) in [
        (
            vec![("open-detals", ["x"].as_slice())],
            "config.toml:1:1: there is no action open-detals\n  The nearest is open-details.",
        ),
        (
            vec![("quit", &["Qq"])],
            "config.toml:1:1: `Qq` for quit is no key\n  Keys are written as q, Q, ?, C-d",
        ),
        (vec![("quit", &["C-m"])], "is the same as Enter to a terminal"),
        (
            vec![("always.quit", &[])],
            "quit has no key everywhere, and nobody could get out\n  Give it one; by default it has C-c.",
        ),
        (vec![("close", &[])], "close has no key over the panes"),
        (vec![("palette.cancel-prompt", &[])], "cancel-prompt has no key in the palette"),
        (vec![("always.suspend", &["z"])], "suspend cannot have the key z everywhere: there it is typed"),
        (vec![("filter.keep-filter", &["Space"])], "there it is typed"),
        (vec![("delete", &["D"])], "delete cannot have the key D: letters, Ctrl with a letter (vim and tmux"),
        (vec![("delete", &["C-b"])], "delete cannot have the key C-b"),
        (vec![("delete", &["Enter"])], "delete cannot have the key ⏎"),
        (vec![("details.delete", &["Space"])], "delete cannot have the key Space"),
        (
            vec![("quit", &["x"])],
            "config.toml:1:1: the key x has two meanings in the panes: quit here, and dismiss-banner by default\n  \
             Give one of them another key, or none, such as dismiss-banner = [].",
        ),
        (
            vec![("sort-reverse", &["Z"]), ("mark-all", &["Z"])],
            "config.toml:2:1: the key Z has two meanings in the panes: mark-all here, and sort-reverse in config.toml:1:1",
        ),
        (
            vec![("details.save", &["j"])],
            "the key j has two meanings in a job's details: save here, and row-down by default",
        ),
        (
            vec![("always.suspend", &["C-u"])],
            "the key C-u has two meanings in the panes: suspend here, and page-up by default",
        ),
    ] {
        let said = wrong(&lines);
        assert!(said.iter().any(|said| said.contains(expected)), "{lines:?}: {said:#?}\nwanted {expected}");
    }
}

#[test]
fn what_is_right_is_taken() {
    for lines in [
        vec![("delete", ["F9", "Ins", "M-d"].as_slice())],
        // Keys that are free because their owner gave them up.
        vec![("dismiss-banner", &[]), ("quit", &["x"])],
        vec![("row-down", &["k"]), ("row-up", &["j"])],
        // In details the keys of the event list are free.
        vec![("save", &["Y"]), ("copy-commands", &["C-y"])],
        vec![("quit", &[])],
        vec![("submit", &["C-j", "Enter"])],
        vec![("always.quit", &["C-q"])],
    ] {
        let said = Keymap::with(&rebindings(&lines)).map(drop);
        assert_eq!(said, Ok(()), "{lines:?}");
    }
}

proptest! {
    /// Whatever the user writes: in the keymap that comes of it no key has two meanings, and there is a way
    /// out of everything.
    #[test]
    fn no_keymap_traps(lines in proptest::collection::vec(
        (0..BINDINGS.len(), proptest::option::of(0..BINDINGS.len()), any::<bool>()), 1..4)) {
        let mut taken = Vec::new();
        for (at, keys_of, prefixed) in lines {
            let name = BINDINGS[at].action.name();
            let context = if prefixed { format!("{}.", BINDINGS[at].context.name()) } else { String::new() };
            let keys = keys_of.map(|other| BINDINGS[other].keys).unwrap_or_default();
            let keys = keys.iter().map(|key| written(key, 1)).collect();
            taken.push(Rebinding { action: written(&format!("{context}{name}"), 1), keys });
        }
        let Ok(keymap) = Keymap::with(&taken) else { return Ok(()) };
        for (context, action) in WAYS_OUT {
            prop_assert!(keymap.key(context, action).is_some(), "{:?} {:?}", context, action);
        }
        for context in Context::iter() {
            let rows = keymap.rows().iter().filter(|row| row.binding.context == context);
            let mut keys: Vec<_> = rows.flat_map(|row| row.keys.iter().map(|key| (key, row.binding.action))).collect();
            keys.sort_by_key(|(key, _)| *key);
            for pair in keys.windows(2) {
                prop_assert!(pair[0].0 != pair[1].0 || pair[0].1 == pair[1].1, "{:?}", pair);
            }
        }
    }
}
