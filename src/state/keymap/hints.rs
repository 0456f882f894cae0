//! Which keys are hinted at, and where in their line: the most important ones of the context that fit,
//! each whole, and always help and the way out. Drawing and the mouse both ask here.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::Context;
use crate::state::{Action, Overlay, State, Tab, Text};

/// What stands at the foot of the screen, or of a box over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foot {
    /// A passing remark, as it may be shown, and how many cells it has at the left.
    pub remark: Option<(String, u16)>,
    /// The hints, each at its place of the whole line.
    pub hints: Vec<Hint>,
}

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
    pub word: Cow<'static, str>,
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
const FIRST: [Action; 19] = [
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
    Action::SortPrevious,
    Action::ToggleFollow,
    Action::RefreshNow,
    Action::OpenEvents,
    Action::TogglePause,
    Action::KeepColumns,
];

/// Cells between two hints.
const GAP: u16 = 2;

/// What goes first while jobs are marked: what can be done with them.
const OF_MARKED: [Action; 6] = [
    Action::Delete,
    Action::SaveMarked,
    Action::CopyIds,
    Action::Compare,
    Action::ClearMarks,
    Action::ClearFilter,
];

/// What goes before the names of views: they are worth less than any of these.
const BEFORE_NAMES: [Action; 7] = [
    Action::EditFilter,
    Action::OpenDetails,
    Action::OpenPalette,
    Action::SaveMarked,
    Action::CopyIds,
    Action::ToggleMark,
    Action::Delete,
];

impl State {
    /// What a line of `room` cells at the foot says: the hints, and a passing remark at their left, which has what
    /// help and the way out leave of the line. Most remarks are short, and leave more.
    pub fn foot(&self, context: Context, room: u16) -> Foot {
        let Some(notice) = &self.notice else {
            return Foot { remark: None, hints: self.hints(context, room) };
        };
        let text = format!(" {} ", self.presenter.told(&notice.text));
        let kept = self.hinted(context).into_iter().filter(|hint| LAST.contains(&hint.action));
        let kept: u16 = kept.map(|hint| hint.width + GAP).sum();
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let width = width.min(room.saturating_sub(kept));
        let mut hints = self.hints(context, room - width);
        let used = hints.last().map_or(0, |hint| hint.x + hint.width + 1);
        for hint in &mut hints {
            hint.x += room.saturating_sub(used).max(width);
        }
        Foot { remark: Some((text, width)), hints }
    }

    /// The hints of a context that fit into a line of `room` cells, from left to right.
    pub fn hints(&self, context: Context, room: u16) -> Vec<Hint> {
        let (mut last, mut first): (Vec<_>, Vec<_>) =
            self.hinted(context).into_iter().partition(|hint| LAST.contains(&hint.action));
        let order: &[Action] = if self.handles_marked(context) { &OF_MARKED } else { &[] };
        let rank = |hint: &Hint| order.iter().chain(&FIRST).position(|action| *action == hint.action);
        first.sort_by_key(|hint| rank(hint).unwrap_or(usize::MAX));
        last.sort_by_key(|hint| LAST.iter().position(|action| *action == hint.action));
        let end: u16 = last.iter().map(|hint| hint.width + GAP).sum();
        self.name_views(&mut first, room.saturating_sub(end));
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

    /// Whether what is done next is done to marked jobs.
    fn handles_marked(&self, context: Context) -> bool {
        context == Context::Panes && !self.marks.is_empty()
    }

    /// Every hint of a context, not yet placed.
    fn hinted(&self, context: Context) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        let rows = self.keymap.rows().iter().filter(|row| context.reaches(row.binding.context));
        for row in rows.filter(|row| !row.binding.hint.is_empty() && self.offers(row.binding.action)) {
            let (Some(key), action) = (row.keys.first(), row.binding.action) else { continue };
            if !hints.iter().any(|hint| hint.action == action) && self.is_worth_a_hint(action, context) {
                let key = self.hinted_key(action, &self.keymap.shown(key));
                hints.push(hint(key, row.binding.hint.into(), action));
            }
        }
        hints
    }

    /// Whether an action does what its hint says, as things are: where there is nothing to let go of, to compare,
    /// to unmark or to save, there is nothing to hint at.
    fn is_worth_a_hint(&self, action: Action, context: Context) -> bool {
        match (&self.overlay, action) {
            (_, Action::ClearFilter) => self.is_narrowed(),
            (_, Action::ClearMarks) => !self.marks.is_empty(),
            (_, Action::Compare) => context == Context::Panes && self.marks.len() == 2,
            (Some(Overlay::Details { view, .. }), Action::Save) if context == Context::Details => {
                view.material().is_some() && !matches!(view.text, Text::Failed(..))
            }
            (Some(Overlay::Details { view, .. }), Action::NextFormat) if context == Context::Details => {
                view.tab == Tab::Transcript
            }
            _ => true,
        }
    }

    /// The key of a hint: that of the first view stands for all of them, `1–4`, and both keys that choose
    /// what is sorted by stand together, `< >`.
    fn hinted_key(&self, action: Action, key: &str) -> String {
        match action {
            Action::View1 => {
                let last = self.views.last_key().map(|last| self.key_of(last)).filter(|last| last != key);
                last.map_or_else(|| key.to_owned(), |last| format!("{key}–{last}"))
            }
            Action::SortPrevious => {
                let other = self.keymap.key(Context::Panes, Action::SortNext);
                other.map_or_else(|| key.to_owned(), |other| format!("{key} {}", self.keymap.shown(other)))
            }
            _ => key.to_owned(),
        }
    }

    /// Puts a hint for each view into the place of the one for all of them, where that leaves room for what
    /// is worth more.
    fn name_views(&self, hints: &mut Vec<Hint>, room: u16) {
        let Some(at) = hints.iter().position(|hint| hint.action == Action::View1) else { return };
        let named: Vec<Hint> = self
            .views
            .hints(&self.presenter)
            .filter_map(|(action, name)| {
                let key = self.keymap.key(Context::Panes, action)?;
                Some(hint(self.keymap.shown(key).into_owned(), name.into(), action))
            })
            .collect();
        let others = hints.iter().filter(|hint| BEFORE_NAMES.contains(&hint.action));
        let needed: u16 = others.chain(&named).map(|hint| hint.width + GAP).sum();
        if needed <= room {
            hints.splice(at..=at, named);
        }
    }
}

fn hint(key: String, word: Cow<'static, str>, action: Action) -> Hint {
    let width = u16::try_from(key.width() + 1 + word.width()).unwrap_or(u16::MAX / 4);
    Hint { x: 0, width, key, word, action }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use strum::IntoEnumIterator;

    use super::*;
    use crate::state::Message;
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
                    let words: Vec<_> = hints.iter().rev().take(2).map(|hint| hint.word.as_ref()).collect();
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
        let keys = |state: &State, room| {
            let hints = state.hints(Context::Panes, room);
            hints.iter().map(|hint| format!("{} {}", hint.key, hint.word)).collect::<Vec<_>>().join("  ")
        };
        assert!(keys(&state, 118).contains("  < > sort  "), "{}", keys(&state, 118));
        let mut state = state;
        state.views = crate::state::Views::new(crate::state::Views::builtin());
        assert!(keys(&state, 118).contains("1–4 views"), "{}", keys(&state, 118));
        let named = "1 rejected  2 running  3 errors  4 expiring";
        assert!(keys(&state, 140).contains(named), "{}", keys(&state, 140));
        state.keymap.name_in_letters(true);
        assert!(keys(&state, 118).contains("Enter details"), "{}", keys(&state, 118));
    }

    #[test]
    fn a_remark_leaves_the_way_out_in_sight_and_dies_with_the_next_key() {
        let mut state = state();
        for text in ["3 marked".to_owned(), "a remark that is long ".repeat(9)] {
            for context in Context::iter() {
                for room in 20..160 {
                    state.remark(text.clone());
                    let Foot { remark, hints } = state.foot(context, room);
                    let (_, width) = remark.unwrap();
                    let mut free = width;
                    for hint in &hints {
                        assert!(
                            hint.x >= free && hint.x + hint.width <= room,
                            "{context:?} {room}: {hints:?}"
                        );
                        free = hint.x + hint.width;
                    }
                    if context == Context::Panes {
                        assert!(hints.iter().any(|hint| hint.action == Action::Quit), "{room}: {hints:?}");
                    }
                }
            }
        }
        let key = KeyEvent::new(KeyCode::Char('k'), KeyModifiers::NONE);
        state.update(Message::Key(key), state.now);
        assert_eq!(state.notice, None);
    }
}
