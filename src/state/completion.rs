//! What may be written next in the filter line: names of fields, operators, values that the fleet knows,
//! `or` and negations. Pure: from a text, a cursor and a vocabulary to what each suggestion would put in
//! the place of what. It changes no text and looks at no job.

use std::ops::Range;

use crate::store::query::{FIELDS, Field, Kind, Part, Spot, TextField, spelled};

/// The most suggestions that are made.
const MOST: usize = 60;
/// So much of a value must be typed before it is found without its field.
const ENOUGH: usize = 2;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What of the text it takes the place of, in bytes.
    pub at: Range<usize>,
    /// What is written there.
    pub text: String,
    /// A few words on what it means; may be empty.
    pub help: String,
    /// Whether a term is whole with it, so that a space may follow.
    pub whole: bool,
}

/// A value that a field may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// As it is, without quotes.
    pub(super) text: String,
    /// A few words on it; may be empty.
    pub(super) help: String,
}

/// What there is to say in a fleet: the values of a field with an operator, best first.
pub(super) trait Vocabulary {
    /// The values; empty where everybody has to know by himself.
    fn values(&self, field: &Field, operator: &str) -> Vec<Value>;

    /// Whether a filter that was kept before may be shown again.
    fn may_recall(&self, _filter: &str) -> bool {
        true
    }
}

/// The fields whose values are found by themselves, without the field.
const TELLING: [TextField; 7] = [
    TextField::Status,
    TextField::Environment,
    TextField::Region,
    TextField::Key,
    TextField::Language,
    TextField::Model,
    TextField::Tag,
];

/// What may be written where the cursor is, in bytes; best first. Nothing where what is there is whole
/// and cannot become anything else.
pub(super) fn suggest(text: &str, cursor: usize, vocabulary: &dyn Vocabulary) -> Vec<Suggestion> {
    let Some(spot) = Spot::of(text, cursor) else { return Vec::new() };
    let mut found = match &spot.part {
        Part::Word(word) => words(word, &spot, vocabulary),
        Part::Value { field, operator, at, typed } => values(field, operator, typed, vocabulary)
            .map(|value| Suggestion {
                at: at.clone(),
                text: spelled(&value.text),
                help: value.help,
                whole: true,
            })
            .collect(),
    };
    found.retain(|suggestion| text.get(suggestion.at.clone()) != Some(&suggestion.text));
    found.truncate(MOST);
    found
}

/// The values that begin with what is typed, then those that hold it. Case does not matter.
fn values(
    field: &'static Field,
    operator: &str,
    typed: &str,
    vocabulary: &dyn Vocabulary,
) -> impl Iterator<Item = Value> {
    let typed = typed.to_lowercase();
    let mut all: Vec<(usize, Value)> = vocabulary
        .values(field, operator)
        .into_iter()
        .chain(none(field, operator))
        .filter_map(|value| Some((value.text.to_lowercase().find(&typed)?, value)))
        .collect();
    all.sort_by_key(|(at, _)| *at > 0);
    all.into_iter().map(|(_, value)| value)
}

/// That a job has no value, of fields where that may be.
fn none(field: &Field, operator: &str) -> Option<Value> {
    let always = matches!(
        field.kind,
        Kind::Text(
            TextField::Environment | TextField::Region | TextField::Key | TextField::Status | TextField::Id
        )
    );
    (operator == ":" && !always).then(|| Value { text: String::new(), help: "none".to_owned() })
}

/// What a word may become: a field with its operator, a value with its field, `or`, `not`.
fn words(word: &str, spot: &Spot<'_>, vocabulary: &dyn Vocabulary) -> Vec<Suggestion> {
    let at = &spot.at;
    let keyword = |text: &str, help: &str| Suggestion {
        at: at.clone(),
        text: text.to_owned(),
        help: help.to_owned(),
        whole: text != "-",
    };
    let begins = |text: &str| text.len() >= word.len() && is_prefix(word, text);
    let mut found = Vec::new();
    if spot.follows && begins("or") {
        found.push(keyword("or", "either what is before it or what is behind it"));
    }
    for field in &FIELDS {
        let whole = names(field).any(|name| name.eq_ignore_ascii_case(word));
        if whole {
            found.extend(operators(field).map(|operator| with_operator(field, operator, at)));
        } else if names(field).any(begins) {
            found.extend(operators(field).take(1).map(|operator| with_operator(field, operator, at)));
        }
    }
    if !word.is_empty() && begins("not") {
        found.push(keyword("not", "what must not be; a - does the same"));
    }
    if word.is_empty() {
        found.push(keyword("-", "before what must not be"));
    }
    if word.chars().count() >= ENOUGH {
        found.extend(TELLING.iter().flat_map(|field| telling(*field, word, at, vocabulary)));
    }
    found
}

/// The values of a field that begin with a word, each with the field's name.
fn telling(field: TextField, word: &str, at: &Range<usize>, vocabulary: &dyn Vocabulary) -> Vec<Suggestion> {
    let Some(field) = FIELDS.iter().find(|known| known.kind == Kind::Text(field)) else { return Vec::new() };
    let values = vocabulary.values(field, ":").into_iter().filter(|value| is_prefix(word, &value.text));
    let suggestion = |value: Value| Suggestion {
        at: at.clone(),
        text: format!("{}:{}", field.name, spelled(&value.text)),
        help: value.help,
        whole: true,
    };
    values.map(suggestion).collect()
}

fn with_operator(field: &Field, operator: &'static str, at: &Range<usize>) -> Suggestion {
    let means = match (operator, field.kind) {
        (_, _) if operators(field).next() == Some(operator) => field.help,
        ("~", _) => "contains",
        (">", Kind::Time) => "later than",
        ("<", Kind::Time) => "earlier than",
        (">", _) => "more than",
        ("<", _) => "less than",
        _ => "equal",
    };
    Suggestion {
        at: at.clone(),
        text: format!("{}{operator}", field.name),
        help: means.to_owned(),
        whole: false,
    }
}

/// The operators of a field, the one that is used most first: that of its example.
fn operators(field: &Field) -> impl Iterator<Item = &'static str> {
    let example = field.example.trim_start_matches('-').get(field.name.len()..).unwrap_or_default();
    let all = field.kind.operators();
    let first = all.iter().copied().find(|operator| example.starts_with(operator));
    first.into_iter().chain(all.iter().copied().filter(move |operator| Some(*operator) != first))
}

fn names(field: &Field) -> impl Iterator<Item = &'static str> {
    std::iter::once(field.name).chain(field.aliases.iter().copied())
}

/// Whether a text begins with a word, but for case.
fn is_prefix(word: &str, text: &str) -> bool {
    text.to_lowercase().starts_with(&word.to_lowercase())
}

#[cfg(test)]
mod tests;
