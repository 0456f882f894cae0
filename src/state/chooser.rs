//! The chooser of columns: every column in a list, shown or hidden, moved, made wider and narrower, while
//! the jobs behind it change with it. What was before is kept until somebody keeps what is.

use super::columns::Columns;
use super::{Action, Overlay, State};

/// The chooser.
#[derive(Clone, Debug, PartialEq)]
pub struct Chooser {
    /// What was in force when it was opened.
    before: Columns,
    /// The line that the cursor is on: a place in [`Columns::choices`].
    pub at: usize,
}

impl State {
    /// Opens the chooser.
    pub(super) fn open_columns(&mut self) {
        let chooser = Chooser { before: self.columns.clone(), at: 0 };
        self.overlay = Some(Overlay::Columns(Box::new(chooser)));
    }

    /// What a key does in the chooser; says whether it was one of its keys.
    pub(super) fn act_on_columns(&mut self, action: Action) -> bool {
        let Some(Overlay::Columns(chooser)) = &self.overlay else { return false };
        let (at, before) = (chooser.at, chooser.before.clone());
        match action {
            Action::RowDown => self.point_at(at + 1),
            Action::RowUp => self.point_at(at.saturating_sub(1)),
            Action::Top => self.point_at(0),
            Action::Bottom => self.point_at(usize::MAX),
            Action::ToggleColumn => self.toggle_column(at),
            Action::ColumnEarlier => self.move_column(at, at.checked_sub(1)),
            Action::ColumnLater => self.move_column(at, Some(at + 1)),
            Action::NarrowColumn => self.resize_column(at, -1),
            Action::WidenColumn => self.resize_column(at, 1),
            Action::ResetWidth => {
                if !self.columns.is_automatic() {
                    self.columns.set_width(at, None);
                }
            }
            Action::ResetColumns => {
                self.columns = Columns::default();
                self.point_at(at);
            }
            Action::KeepColumns => self.overlay = None,
            Action::CancelColumns => {
                self.columns = before;
                self.overlay = None;
            }
            _ => return false,
        }
        true
    }

    fn point_at(&mut self, at: usize) {
        let last = self.columns.choices().len().saturating_sub(1);
        if let Some(Overlay::Columns(chooser)) = &mut self.overlay {
            chooser.at = at.min(last);
        }
    }

    /// From the first change on it is a choice: what is on the screen now, and what is changed of it. The
    /// cursor stays with its column; gives where that is.
    fn choose(&mut self, at: usize) -> usize {
        if !self.columns.is_automatic() {
            return at;
        }
        let column = self.columns.choices().get(at).map(|choice| choice.column);
        self.columns = Columns::of_shown(&self.shown_columns());
        let found = self.columns.choices().iter().position(|choice| Some(choice.column) == column);
        let at = found.unwrap_or(at);
        self.point_at(at);
        at
    }

    fn toggle_column(&mut self, at: usize) {
        let at = self.choose(at);
        if !self.columns.toggle(at) {
            self.remark("one column stays".to_owned());
        }
    }

    fn move_column(&mut self, at: usize, to: Option<usize>) {
        let was_automatic = self.columns.is_automatic();
        let now = self.choose(at);
        // The list was put into another order: it moves from where it is now.
        let to = if was_automatic {
            if to == Some(at + 1) { Some(now + 1) } else { now.checked_sub(1) }
        } else {
            to
        };
        let now = to.map_or(now, |to| self.columns.swap(now, to));
        self.point_at(now);
    }

    fn resize_column(&mut self, at: usize, by: i16) {
        let at = self.choose(at);
        let Some(choice) = self.columns.choices().get(at).copied() else { return };
        let shown = self.shown_columns();
        let seen = shown.iter().find(|shown| shown.spec.column == choice.column).map(|shown| shown.width);
        let width = choice.width.or(seen).unwrap_or(choice.column.spec().width);
        self.columns.set_width(at, Some(width.saturating_add_signed(by)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Settings;
    use crate::state::{Message, Size};
    use crate::store::Store;
    use crate::store::fixture::{at, fleet};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::tz::TimeZone;

    fn state(width: u16) -> State {
        let settings = Settings {
            refresh: std::time::Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        State::new(Store::new(fleet()), settings, Size { width, height: 40 }, at(0))
    }

    /// Presses keys; `E` is Esc, `.` is Enter.
    fn press(state: &mut State, keys: &str) {
        for char in keys.chars() {
            let code = match char {
                'E' => KeyCode::Esc,
                '.' => KeyCode::Enter,
                char => KeyCode::Char(char),
            };
            state.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), at(1));
        }
    }

    fn heads(state: &State) -> String {
        let shown = state.shown_columns();
        let heads: Vec<&str> = shown.iter().map(|shown| shown.spec.header).collect();
        heads.join(" ")
    }

    #[test]
    fn what_is_chosen_shows_at_once_and_is_kept_or_given_back() {
        let mut state = state(110);
        let before = heads(&state);
        assert!(before.starts_with("ENV STATUS ID NAME LANG"), "{before}");
        // KEY is in the second line of the list, and is not on the screen: it comes last of what is.
        press(&mut state, "cj KKKKKKKKKKKKKKK");
        assert_eq!(heads(&state), format!("KEY {before}"));
        press(&mut state, "E");
        assert_eq!(
            (heads(&state), state.columns.is_automatic(), state.overlay.is_none()),
            (before.clone(), true, true)
        );
        // ENV and STATUS change places; what is hidden stays hidden.
        press(&mut state, "cJ.");
        assert_eq!(heads(&state), before.replace("ENV STATUS", "STATUS ENV"));
        press(&mut state, "cjj .");
        assert_eq!(heads(&state), before.replace("ENV STATUS ID", "STATUS ENV"));
        press(&mut state, "cjK");
        assert_eq!(heads(&state), before.replace("ENV STATUS ID", "ENV STATUS"));
        press(&mut state, "a.");
        assert_eq!((heads(&state), state.columns.is_automatic()), (before, true));
    }

    #[test]
    fn widths_are_set_from_what_is_seen_and_given_back() {
        let mut state = state(120);
        let width = |state: &State| state.shown_columns().first().map(|shown| shown.width).unwrap();
        let seen = width(&state);
        press(&mut state, "c>>");
        assert_eq!(width(&state), seen + 2);
        press(&mut state, "<<<");
        assert_eq!(width(&state), seen - 1);
        press(&mut state, &"<".repeat(40));
        assert_eq!(width(&state), crate::state::columns::NARROWEST);
        press(&mut state, "=.");
        assert_eq!(width(&state), seen);
        assert_eq!(state.columns.written()[0], "env");
    }

    #[test]
    fn sorting_walks_over_what_was_chosen_and_a_second_column_comes_and_goes() {
        let mut state = state(120);
        state.columns = Columns::parse(["age", "name", "audio"]).unwrap();
        let sorts = |state: &mut State, keys: &str| {
            press(state, keys);
            state.sort.to_string()
        };
        assert_eq!(sorts(&mut state, ">"), "name");
        assert_eq!(sorts(&mut state, ">"), "-audio");
        assert_eq!(sorts(&mut state, ">"), "age");
        assert_eq!(sorts(&mut state, "["), "age");
        assert_eq!(sorts(&mut state, "]"), "age, name");
        assert_eq!(sorts(&mut state, "["), "age, -name");
        assert_eq!(sorts(&mut state, "]"), "age, -audio");
        assert_eq!(sorts(&mut state, "o"), "-age, -audio");
        assert_eq!(sorts(&mut state, "<"), "-audio");
        assert_eq!(sorts(&mut state, "]]]"), "-audio");
    }

    #[test]
    fn the_last_column_cannot_be_hidden() {
        let mut state = state(120);
        state.columns = Columns::parse(["name"]).unwrap();
        press(&mut state, "c .");
        assert_eq!(heads(&state), "NAME");
    }
}
