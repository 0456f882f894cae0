//! Which keys are hinted at, and where in their line: the most important ones of the context that fit,
//! each whole, and always help and the way out. Drawing and the mouse both ask here.

use unicode_width::UnicodeWidthStr;

use super::Context;
use crate::state::{Action, Overlay, State, Tab, Text};

/// A key and a word for what it does, at a place of the line of hints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Its first cell, counted from the beginning of the line.
    pub x: u16,
    /// How many cells it takes.
    pub width: u16,
    /// The key in force.
    pub key: String,
    /// The word.
    pub word: &'static str,
    /// What it does.
    pub action: Action,
}

/// What has its place at the end of the line, whatever else there is: help, and the way out.
const LAST: [Action; 6] = [
    Action::OpenHelp,
    Action::Close,
    Action::CancelColumns,
    Action::CancelFilter,
    Action::CancelPrompt,
    Action::Quit,
];

/// What goes first where not all fit; what is not here follows in the order of the table.
const FIRST: [Action; 18] = [
    Action::EditFilter,
    Action::OpenDetails,
    Action::ClearFilter,
    Action::NextTab,
    Action::Find,
    Action::NextJob,
    Action::Save,
    Action::View1,
    Action::OpenPalette,
    Action::SaveMarked,
    Action::CopyIds,
    Action::ToggleMark,
    Action::Delete,
    Action::ToggleFollow,
    Action::RefreshNow,
    Action::OpenEvents,
    Action::TogglePause,
    Action::KeepColumns,
];

/// Cells between two hints.
const GAP: u16 = 2;

impl State {
    /// The hints of a context that fit into a line of `room` cells, from left to right.
    pub fn hints(&self, context: Context, room: u16) -> Vec<Hint> {
        let (mut last, mut first): (Vec<_>, Vec<_>) =
            self.hinted(context).into_iter().partition(|hint| LAST.contains(&hint.action));
        let rank = |hint: &Hint| FIRST.iter().position(|action| *action == hint.action);
        first.sort_by_key(|hint| rank(hint).unwrap_or(FIRST.len()));
        last.sort_by_key(|hint| LAST.iter().position(|action| *action == hint.action));
        let end: u16 = last.iter().map(|hint| hint.width + GAP).sum();
        let (mut shown, mut x) = (Vec::new(), 1_u16);
        for hint in first {
            if x + hint.width + GAP + end <= room.saturating_add(1) {
                let width = hint.width;
                shown.push(Hint { x, ..hint });
                x += width + GAP;
            }
        }
        // Under the panes they stand at the right edge, where they are found without reading.
        if context == Context::Panes {
            x = x.max((room + 1).saturating_sub(end));
        }
        for hint in last {
            if x + hint.width <= room {
                let width = hint.width;
                shown.push(Hint { x, ..hint });
                x += width + GAP;
            }
        }
        shown
    }

    /// Every hint of a context, not yet placed.
    fn hinted(&self, context: Context) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        let rows = self.keymap.rows().iter().filter(|row| context.reaches(row.binding.context));
        for row in rows.filter(|row| !row.binding.hint.is_empty() && self.offers(row.binding.action)) {
            let (Some(key), action) = (row.keys.first(), row.binding.action) else { continue };
            if hints.iter().any(|hint| hint.action == action) {
                continue;
            }
            if !self.is_of_use(context, action) {
                continue;
            }
            let (key, word) = (self.hinted_key(action, key), row.binding.hint);
            let width = u16::try_from(key.width() + 1 + word.width()).unwrap_or(u16::MAX / 4);
            hints.push(Hint { x: 0, width, key, word, action });
        }
        hints
    }

    /// Whether an action does what its hint says, as things are: nothing to let go of, nothing to save, nothing
    /// to hint at.
    fn is_of_use(&self, context: Context, action: Action) -> bool {
        match (&self.overlay, action) {
            (_, Action::ClearFilter) => self.is_narrowed(),
            (Some(Overlay::Details { view, .. }), Action::Save) if context == Context::Details => {
                view.material().is_some() && !matches!(view.text, Text::Failed(..))
            }
            (Some(Overlay::Details { view, .. }), Action::NextFormat) if context == Context::Details => {
                view.tab == Tab::Transcript
            }
            _ => true,
        }
    }

    /// The key of a hint: that of the first view stands for all of them, `1–4`.
    fn hinted_key(&self, action: Action, key: &str) -> String {
        let last = if action == Action::View1 { self.views.last_key() } else { None };
        let last = last.map(|last| self.key_of(last)).filter(|last| last != key);
        last.map_or_else(|| key.to_owned(), |last| format!("{key}–{last}"))
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::state::palette::fixture::state;

    #[test]
    fn hints_are_whole_never_touch_and_end_with_help_and_the_way_out() {
        let state = state();
        for context in Context::iter() {
            for room in 0..160 {
                let hints = state.hints(context, room);
                let mut free = 0;
                for hint in &hints {
                    assert!(hint.x >= free && hint.x + hint.width <= room, "{context:?} {room}: {hints:?}");
                    free = hint.x + hint.width + GAP;
                }
                if context == Context::Panes && room >= 17 {
                    let words: Vec<_> = hints.iter().rev().take(2).map(|hint| hint.word).collect();
                    assert_eq!(words, ["quit", "help"], "{room}");
                    assert_eq!(hints.last().map(|hint| hint.x + hint.width), Some(room - 1), "{room}");
                }
            }
        }
        let words = |room| {
            let hints = state.hints(Context::Panes, room);
            hints.into_iter().map(|hint| hint.word).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words(38), "filter details help quit");
        assert!(words(76).starts_with("filter details commands save copy"), "{}", words(76));
    }
}
