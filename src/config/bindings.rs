//! How the dashboard is steered: the user's own keys, from `[bindings]`, and whether the mouse is used.
//! What is read here is of the right type and shape; whether there is such an action or such a key is
//! known where the keys are, and said there.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Reader;
use super::error::{Problem, looks_like_a_key, shown};
use crate::model::{Rebinding, Written};

/// How the dashboard is steered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steering {
    /// The user's own keys, in the order of the file.
    pub bindings: Vec<Rebinding>,
    /// Whether the mouse is used from the start.
    pub mouse: bool,
}

impl Default for Steering {
    fn default() -> Self {
        Self { bindings: Vec::new(), mouse: true }
    }
}

/// How a line of the table looks.
const EXAMPLE: &str = "quit = \"Q\", row-down = [\"j\", \"C-n\"] or toggle-follow = []";

/// More lines than there can be actions.
const MOST: usize = 1_000;

/// Reads the table; a table in it is the keys of one context.
pub(super) fn read(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<Rebinding> {
    let mut bindings = Vec::new();
    read_below(reader, table, "", &mut bindings);
    // A table has the order of its names; people read by lines.
    bindings.sort_by_key(|(order, _)| *order);
    bindings.into_iter().map(|(_, rebinding)| rebinding).take(MOST).collect()
}

type Ordered = ((usize, usize), Rebinding);

fn read_below(reader: &mut Reader<'_>, table: &DeTable<'_>, prefix: &str, bindings: &mut Vec<Ordered>) {
    for (field, value) in table {
        let name = format!("{prefix}{}", field.get_ref());
        let place = reader.place(field);
        if looks_like_a_key(&name) || name.len() > 60 {
            let what = format!("{} is no action", shown(&name));
            let remedy = "Write an action's name and its key: quit = \"Q\". The palette lists all actions.";
            reader.problems.add(Problem::new(&place, what, remedy));
            continue;
        }
        match value.get_ref() {
            DeValue::Table(below) if prefix.is_empty() => {
                read_below(reader, below, &format!("{name}."), bindings);
            }
            _ => {
                if let Some(keys) = keys(reader, value, &name) {
                    let action = Written { text: name, place: place.to_string() };
                    bindings.push((place.order(), Rebinding { action, keys }));
                }
            }
        }
    }
}

fn keys(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>, name: &str) -> Option<Vec<Written>> {
    let keys = match value.get_ref() {
        DeValue::String(_) => vec![reader.text(value, name, EXAMPLE)?],
        _ => reader.texts(value, name, EXAMPLE)?.value,
    };
    let mut written = Vec::new();
    for key in keys {
        if looks_like_a_key(&key.value) || key.value.chars().count() > 20 {
            let what = format!("{} is no key of a keyboard", shown(&key.value));
            reader.problems.add(Problem::new(&key.place, what, format!("Write {EXAMPLE}.")));
        } else {
            written.push(Written { text: key.value, place: key.place.to_string() });
        }
    }
    Some(written)
}
