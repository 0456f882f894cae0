//! From the user's `[bindings]` to a [`Keymap`] that cannot trap anybody: every action known, every key
//! one that terminals send, no key with two meanings, always a way out, and nothing destructive on a key
//! that fingers find by habit.

use std::collections::BTreeMap;

use strum::IntoEnumIterator;

use super::press::{EXAMPLES, is_typed, parse_key};
use super::{BINDINGS, Context, Keymap};
use crate::model::{Rebinding, Written};
use crate::state::Action;

/// One thing that is wrong with the user's bindings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misbinding {
    /// Where: a file with line and column.
    pub place: String,
    /// What.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Actions that must keep a key, and where: without one there is no way out.
const WAYS_OUT: [(Context, Action); 5] = [
    (Context::Always, Action::Quit),
    (Context::Overlay, Action::Close),
    (Context::Filter, Action::CancelFilter),
    (Context::Prompt, Action::CancelPrompt),
    (Context::Palette, Action::CancelPrompt),
];

/// What only the event list understands: details may have its keys.
const OF_EVENTS: [Action; 4] =
    [Action::EditFilter, Action::EventSeverity, Action::CopyEvent, Action::CopyEvents];

/// Where each key of each row was written, with the place of its line among the others; the rows as in the
/// table. What is not here is a default.
type Places = BTreeMap<(usize, String), (usize, String)>;

impl Keymap {
    /// The table's keys, with those of the user in their place.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the file.
    pub fn with(rebindings: &[Rebinding]) -> Result<Self, Vec<Misbinding>> {
        let mut keymap = Self::default();
        let (mut wrong, mut places) = (Vec::new(), Places::new());
        // What is meant for one context goes before what is meant for all.
        let (one, all): (Vec<_>, Vec<_>) =
            rebindings.iter().enumerate().partition(|(_, own)| own.action.text.contains('.'));
        for (order, rebinding) in all.into_iter().chain(one) {
            match rows_of(&rebinding.action) {
                Ok(rows) => keymap.rebind(&rows, (order, rebinding), &mut places, &mut wrong),
                Err(misbinding) => wrong.push(misbinding),
            }
        }
        keymap.find_conflicts(&places, &mut wrong);
        if wrong.is_empty() { Ok(keymap) } else { Err(wrong) }
    }

    fn rebind(
        &mut self,
        rows: &[usize],
        (order, rebinding): (usize, &Rebinding),
        places: &mut Places,
        wrong: &mut Vec<Misbinding>,
    ) {
        let name = &rebinding.action;
        let mut keys: Vec<(String, &Written)> = Vec::new();
        for written in &rebinding.keys {
            match parse_key(&written.text) {
                Ok(key) if keys.iter().all(|(other, _)| *other != key) => keys.push((key, written)),
                Ok(_) => {}
                Err(why) => wrong.push(misbinding(
                    written,
                    format!("`{}` for {} {why}", written.text.escape_debug(), name.text),
                    EXAMPLES,
                )),
            }
        }
        for at in rows {
            let Some(row) = self.rows.get_mut(*at) else { continue };
            let (context, action) = (row.binding.context, row.binding.action);
            if rebinding.keys.is_empty() && WAYS_OUT.contains(&(context, action)) {
                wrong.push(misbinding(
                    name,
                    format!("{} has no key {}, and nobody could get out", action.name(), context.place()),
                    format!("Give it one; by default it has {}.", row.binding.keys.join(" ")),
                ));
            }
            for (key, written) in &keys {
                if let Some((what, remedy)) = refusal(context, action, key) {
                    wrong.push(misbinding(written, what, remedy));
                }
                places.insert((*at, key.clone()), (order, written.place.clone()));
            }
            row.keys = keys.iter().map(|(key, _)| key.clone()).collect();
        }
    }

    /// Keys with two meanings, at least one of them the user's.
    fn find_conflicts(&self, places: &Places, wrong: &mut Vec<Misbinding>) {
        for (at, row) in self.rows.iter().enumerate() {
            for (beyond, other) in self.rows.iter().enumerate().skip(at + 1) {
                let (here, there) = (row.binding, other.binding);
                if here.action == there.action || !meet(here.context, there.context) {
                    continue;
                }
                let in_details = [here, there].iter().any(|own| own.context == Context::Details);
                let of_events =
                    |own: &super::Binding| own.context == Context::Overlay && OF_EVENTS.contains(&own.action);
                if in_details && (of_events(here) || of_events(there)) {
                    continue;
                }
                for key in row.keys.iter().filter(|key| other.keys.contains(key)) {
                    let mine = places.get(&(at, key.clone()));
                    let theirs = places.get(&(beyond, key.clone()));
                    wrong.extend(conflict(key, (here, mine), (there, theirs)));
                }
            }
        }
        // An action of several contexts would be told of once in each.
        let mut told = Vec::new();
        wrong.retain(|own| {
            let fresh = !told.contains(own);
            told.push(own.clone());
            fresh
        });
    }
}

type Side<'a> = (&'static super::Binding, Option<&'a (usize, String)>);

fn conflict(key: &str, one: Side<'_>, other: Side<'_>) -> Option<Misbinding> {
    // The user's own is the one to name first; of two, the one further down in the file.
    let line = |side: Side<'_>| side.1.map(|(order, _)| *order);
    let (first, second) = if line(other) > line(one) { (other, one) } else { (one, other) };
    let (_, place) = first.1?;
    let whose = second.1.map_or_else(|| "by default".to_owned(), |(_, place)| format!("in {place}"));
    let (mine, theirs) = (first.0.action.name(), second.0.action.name());
    // Where both can be pressed is the narrower of the two.
    let narrower = if first.0.context.reaches(second.0.context) { first.0 } else { second.0 };
    let context = narrower.context.place();
    Some(Misbinding {
        place: place.clone(),
        what: format!("the key {key} has two meanings {context}: {mine} here, and {theirs} {whose}"),
        remedy: format!("Give one of them another key, or none, such as {theirs} = []."),
    })
}

/// Whether keys of both contexts can be pressed in one place.
fn meet(one: Context, other: Context) -> bool {
    Context::iter().any(|place| place.reaches(one) && place.reaches(other))
}

/// The rows that a name means.
fn rows_of(name: &Written) -> Result<Vec<usize>, Misbinding> {
    let (context, action) = match name.text.split_once('.') {
        None => (None, name.text.as_str()),
        Some((context, action)) => (Some(context), action),
    };
    let rows: Vec<usize> =
        (0..).zip(BINDINGS).filter(|(_, row)| row.action.name() == action).map(|(at, _)| at).collect();
    let held = |at: &usize| BINDINGS.get(*at).map(|row| row.context);
    if rows.is_empty() {
        let known = BINDINGS.iter().map(|row| row.action.name());
        return Err(misbinding(
            name,
            format!("there is no action {}", name.text),
            format!(
                "The nearest is {}. The palette (`:`) lists all of them by name.",
                nearest(action, known)
            ),
        ));
    }
    let Some(context) = context else {
        // Where one types, a key of the panes would be in the way: those rows are meant by their prefix alone.
        let quiet = |at: &usize| held(at).is_some_and(|context| !context.is_typed_in());
        let free: Vec<usize> = rows.iter().copied().filter(quiet).collect();
        return Ok(if free.is_empty() { rows } else { free });
    };
    let own: Vec<usize> =
        rows.iter().copied().filter(|at| held(at).is_some_and(|held| held.name() == context)).collect();
    if own.is_empty() {
        let homes: Vec<String> =
            rows.iter().filter_map(held).map(|home| format!("{}.{action}", home.name())).collect();
        let what = format!("{action} is no action of `{context}`");
        return Err(misbinding(name, what, format!("Write {action}, or {}.", homes.join(", "))));
    }
    Ok(own)
}

/// Why a key cannot do this there.
fn refusal(context: Context, action: Action, key: &str) -> Option<(String, String)> {
    let name = action.name();
    if context.is_typed_in() && is_typed(key) {
        let what = format!("{name} cannot have the key {key} {}: there it is typed", context.place());
        return Some((what, "Give it a key that types nothing, such as C-g or F9.".to_owned()));
    }
    let rare = |key: &str| matches!(key, "Del" | "Ins") || (key.starts_with('F') && key.len() > 1);
    let safe = rare(key) || key.strip_prefix("C-").is_some_and(rare) || key.strip_prefix("M-").is_some();
    if action.is_destructive() && !safe {
        let what = format!(
            "{name} cannot have the key {key}: letters, Ctrl with a letter (vim and tmux have those in every \
             finger) and the keys of movement are pressed by habit, and what it does cannot be undone"
        );
        return Some((what, "Give it Del, Ins, a key from F1 on, or Alt with another.".to_owned()));
    }
    None
}

/// The name that is most like what was written.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    let word: String = word.chars().take(80).collect();
    let like = |name: &str| strsim::normalized_damerau_levenshtein(&word, name);
    known.max_by(|one, other| like(one).total_cmp(&like(other))).unwrap_or_default()
}

fn misbinding(at: &Written, what: impl Into<String>, remedy: impl Into<String>) -> Misbinding {
    Misbinding { place: at.place.clone(), what: what.into(), remedy: remedy.into() }
}

#[cfg(test)]
#[path = "remap_tests.rs"]
mod tests;
