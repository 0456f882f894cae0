//! The keymap in force: the table's rows with the keys that the user has for them. Whatever names a key
//! (hints, help, palette, remarks) asks here, so that it names the one that works.

use std::borrow::Cow;

use crossterm::event::KeyEvent;

use super::{BINDINGS, Binding, Context, describe_key};
use crate::state::{Action, State};

/// A row of the table with its keys in force.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row.
    pub binding: &'static Binding,
    /// The keys, each as [`describe_key`] writes it; none where it was unbound.
    pub keys: Vec<String>,
}

/// Which key does what.
#[derive(Clone, Debug)]
pub struct Keymap {
    pub(super) rows: Vec<Row>,
    /// Whether keys are named in letters alone, for a screen that has nothing else.
    pub(super) in_letters: bool,
}

/// What keys are called where their signs cannot be drawn.
const IN_LETTERS: [(&str, &str); 5] =
    [("⏎", "Enter"), ("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")];

impl Default for Keymap {
    fn default() -> Self {
        let keys = |binding: &Binding| binding.keys.iter().map(|key| (*key).to_owned()).collect();
        let rows = BINDINGS.iter().map(|binding| Row { binding, keys: keys(binding) }).collect();
        Self { rows, in_letters: false }
    }
}

impl Keymap {
    /// Every row, in the order of the table.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Names keys by signs, `⏎`, or in letters alone, `Enter`.
    pub fn name_in_letters(&mut self, wanted: bool) {
        self.in_letters = wanted;
    }

    /// A key as it is to be shown.
    pub fn shown<'k>(&self, key: &'k str) -> Cow<'k, str> {
        let sign = IN_LETTERS.iter().find(|(sign, _)| self.in_letters && key.ends_with(sign));
        sign.map_or(Cow::Borrowed(key), |(sign, name)| Cow::Owned(key.replace(sign, name)))
    }

    /// What a key press means in a context.
    pub fn lookup(&self, context: Context, event: KeyEvent) -> Option<Action> {
        self.meaning(context, &describe_key(event)?)
    }

    /// What a key means in a context: what holds there and nowhere else goes first.
    pub fn meaning(&self, context: Context, key: &str) -> Option<Action> {
        let holds = |row: &&Row| row.keys.iter().any(|own| own == key);
        let own = self.rows.iter().filter(|row| row.binding.context == context).find(holds);
        let any = || self.rows.iter().filter(|row| context.reaches(row.binding.context)).find(holds);
        own.or_else(any).map(|row| row.binding.action)
    }

    /// The first key of an action in a context.
    pub fn key(&self, context: Context, action: Action) -> Option<&str> {
        let mut rows = self.rows.iter().filter(|row| row.binding.action == action);
        rows.find(|row| context.reaches(row.binding.context) && !row.keys.is_empty())
            .and_then(|row| row.keys.first())
            .map(String::as_str)
    }
}

impl State {
    /// The key of an action, to be named in a sentence: here, else in the panes, else anywhere. Where it has
    /// none, its name as the palette takes it.
    pub fn key_of(&self, action: Action) -> String {
        let keymap = &self.keymap;
        let here = [self.context_below(), Context::Panes].into_iter();
        let anywhere = keymap.rows.iter().map(|row| row.binding.context);
        let key = here.chain(anywhere).find_map(|context| keymap.key(context, action));
        key.map_or_else(|| format!(":{}", action.name()), |key| keymap.shown(key).into_owned())
    }
}
