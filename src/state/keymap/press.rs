//! The names of keys: as a key press is described, and as people write them in the configuration.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key press in the words of the table: `j`, `G`, `C-d`, `PgDn`, `⏎`. `None` for keys that nothing is
/// ever bound to.
pub fn describe_key(event: KeyEvent) -> Option<String> {
    let control = if event.modifiers.contains(KeyModifiers::CONTROL) { "C-" } else { "" };
    let alt = if event.modifiers.contains(KeyModifiers::ALT) { "M-" } else { "" };
    let name = match event.code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(char) if !control.is_empty() => char.to_ascii_lowercase().to_string(),
        KeyCode::Char(char) => char.to_string(),
        KeyCode::Enter => "⏎".to_owned(),
        KeyCode::Esc => "Esc".to_owned(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        KeyCode::Tab => "Tab".to_owned(),
        KeyCode::BackTab => "S-Tab".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Home => "Home".to_owned(),
        KeyCode::End => "End".to_owned(),
        KeyCode::Delete => "Del".to_owned(),
        KeyCode::Insert => "Ins".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        _ => return None,
    };
    Some(format!("{control}{alt}{name}"))
}

/// Keys with names: as the table writes each, and what else people write for it.
const NAMED: [(&str, &[&str]); 16] = [
    ("⏎", &["enter", "return", "cr"]),
    ("Esc", &["esc", "escape"]),
    ("Space", &["space"]),
    ("Tab", &["tab"]),
    ("S-Tab", &["backtab"]),
    ("↑", &["up"]),
    ("↓", &["down"]),
    ("←", &["left"]),
    ("→", &["right"]),
    ("PgUp", &["pgup", "pageup", "page-up"]),
    ("PgDn", &["pgdn", "pgdown", "pagedown", "page-down"]),
    ("Home", &["home"]),
    ("End", &["end"]),
    ("Del", &["del", "delete"]),
    ("Ins", &["ins", "insert"]),
    ("F1", &["f1"]),
];

/// How keys are written, for errors.
pub(super) const EXAMPLES: &str = "Keys are written as q, Q, ?, C-d (or Ctrl-d), M-x (or Alt-x), F5, Enter, Esc, \
                            Space, Tab, Shift-Tab, Up, Down, Left, Right, PgUp, PgDn, Home, End, Del, Ins.";

/// A key as a person wrote it, in the words of the table.
///
/// # Errors
/// Where there is no such key, or no terminal tells it from another: why, in a few words.
pub fn parse_key(text: &str) -> Result<String, String> {
    let (mut rest, mut control, mut alt, mut shift) = (text.trim(), false, false, false);
    while let Some((held, more)) = modifier(rest) {
        let flag = match held {
            'C' => &mut control,
            'M' => &mut alt,
            _ => &mut shift,
        };
        if *flag {
            return Err("names a modifier twice".to_owned());
        }
        (*flag, rest) = (true, more);
    }
    let mut key = bare(rest).ok_or_else(|| "is no key".to_owned())?;
    let letter = key.chars().next().filter(|_| key.chars().count() == 1);
    if shift {
        key = match (key.as_str(), letter) {
            ("Tab", _) => "S-Tab".to_owned(),
            (_, Some(letter)) if letter.is_alphabetic() && !control => letter.to_uppercase().to_string(),
            _ => return Err("cannot be told from the same key without Shift".to_owned()),
        };
    }
    if control && let Some(letter) = letter.filter(|_| !is_arrow(&key)) {
        let letter = letter.to_ascii_lowercase();
        let same = match letter {
            'i' => Some("Tab"),
            'm' => Some("Enter"),
            _ => None,
        };
        if let Some(same) = same {
            return Err(format!("is the same as {same} to a terminal"));
        }
        if !letter.is_ascii_lowercase() {
            return Err("is no key that terminals send: Ctrl goes with letters".to_owned());
        }
        key = letter.to_string();
    }
    let (control, alt) = (if control { "C-" } else { "" }, if alt { "M-" } else { "" });
    Ok(format!("{control}{alt}{key}"))
}

/// A modifier at the beginning, with what follows it. `-` and `C-` alone are keys that somebody meant as such.
fn modifier(text: &str) -> Option<(char, &str)> {
    let (word, _) = text.split_once(['-', '+'])?;
    let more = text.get(word.len() + 1..).filter(|more| !more.is_empty())?;
    let held = match word.to_ascii_lowercase().as_str() {
        "c" | "ctrl" | "control" => 'C',
        "m" | "a" | "alt" | "meta" => 'M',
        "s" | "shift" => 'S',
        _ => return None,
    };
    Some((held, more))
}

fn bare(text: &str) -> Option<String> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(char), None) if !char.is_control() && !char.is_whitespace() => return Some(char.to_string()),
        _ => {}
    }
    let word = text.to_ascii_lowercase();
    if let Some(number) = word.strip_prefix('f').and_then(|number| number.parse::<u8>().ok()) {
        return (1..=24).contains(&number).then(|| format!("F{number}"));
    }
    let (name, _) = NAMED.iter().find(|(name, words)| *name == text || words.contains(&word.as_str()))?;
    Some((*name).to_owned())
}

fn is_arrow(key: &str) -> bool {
    matches!(key, "↑" | "↓" | "←" | "→" | "⏎")
}

/// Whether a key puts a character into a line that is being typed.
pub fn is_typed(key: &str) -> bool {
    key == "Space" || (key.chars().count() == 1 && !is_arrow(key))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_read_as_people_write_them() {
        for (written, key) in [
            ("j", "j"),
            ("G", "G"),
            ("S-g", "G"),
            ("-", "-"),
            ("+", "+"),
            ("C-d", "C-d"),
            ("Ctrl-D", "C-d"),
            ("ctrl+d", "C-d"),
            ("M-x", "M-x"),
            ("Alt-Enter", "M-⏎"),
            ("M-C-a", "C-M-a"),
            ("C-Space", "C-Space"),
            ("C-Up", "C-↑"),
            ("Enter", "⏎"),
            ("⏎", "⏎"),
            ("PAGE-UP", "PgUp"),
            ("Shift-Tab", "S-Tab"),
            ("S-Tab", "S-Tab"),
            ("f12", "F12"),
            (" Del ", "Del"),
        ] {
            assert_eq!(parse_key(written).as_deref(), Ok(key), "{written}");
        }
        for (written, why) in [
            ("", "is no key"),
            ("jj", "is no key"),
            ("F25", "is no key"),
            ("hyper-x", "is no key"),
            ("C-", "is no key"),
            ("C-m", "same as Enter"),
            ("C-I", "same as Tab"),
            ("C-1", "goes with letters"),
            ("S-F5", "without Shift"),
            ("C-C-a", "twice"),
        ] {
            let said = parse_key(written).unwrap_err();
            assert!(said.contains(why), "{written}: {said}");
        }
    }

    proptest! {
        #[test]
        fn what_is_pressed_is_read_back_as_the_same_key(
            char in "[a-zA-Z0-9?/*$<>.,:+=-]", control in any::<bool>(), alt in any::<bool>(),
        ) {
            let char = char.chars().next().unwrap();
            let mut held = KeyModifiers::NONE;
            held.set(KeyModifiers::ALT, alt);
            held.set(KeyModifiers::CONTROL, control);
            let described = describe_key(KeyEvent::new(KeyCode::Char(char), held)).unwrap();
            match parse_key(&described) {
                Ok(read) => prop_assert_eq!(read, described),
                Err(_) => prop_assert!(control, "{}", described),
            }
            prop_assert!(parse_key(&"x".repeat(2)).is_err());
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in "\\PC{0,20}") {
            let _ = parse_key(&text);
        }
    }
}
