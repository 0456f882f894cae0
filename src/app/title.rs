//! The title of the terminal's window, as bytes: the user's own goes onto the terminal's stack of titles
//! before the first of ours, and comes back from it at the end (XTWINOPS 22 and 23; a terminal without a
//! stack ignores both, and keeps the last title until the shell sets another). What is said is decided in
//! `ui`.

/// Takes the user's own title back from the stack.
pub(super) const GIVE_BACK: &str = "\x1b[23;2t";
/// Puts it there.
const SAVE: &str = "\x1b[22;2t";

/// The longest title, in characters: no window shows more.
const LONGEST: usize = 120;

/// What the window was told last.
#[derive(Debug, Default)]
pub(super) struct Title {
    told: Option<String>,
}

impl Title {
    /// The bytes that change the title; `None` where it is the one that was told last.
    pub(super) fn change(&mut self, text: &str) -> Option<String> {
        // Nothing in it may end the sequence, or act on the terminal.
        let text: String = text.chars().filter(|char| !char.is_control()).take(LONGEST).collect();
        if self.told.as_ref() == Some(&text) {
            return None;
        }
        let first = if self.told.is_none() { SAVE } else { "" };
        let bytes = format!("{first}\x1b]2;{text}\x07");
        self.told = Some(text);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_title_is_saved_once_and_nothing_is_said_twice() {
        let mut title = Title::default();
        assert_eq!(title.change("voxtop ● 5/5 up").as_deref(), Some("\x1b[22;2t\x1b]2;voxtop ● 5/5 up\x07"));
        assert_eq!(title.change("voxtop ● 5/5 up"), None);
        let bytes = title.change("voxtop \x07\x1b]0;evil\x1b\\\u{9c}✖").unwrap();
        assert_eq!(bytes, "\x1b]2;voxtop ]0;evil\\✖\x07");
        let long = title.change(&"x".repeat(10_000)).unwrap();
        assert!(long.len() < 200);
    }
}
