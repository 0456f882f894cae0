//! The file as it was written: every field known and of its type, nothing resolved yet.

use toml::Spanned;
use toml::de::{DeString, DeTable};

use crate::catalog::nearest_of;
use crate::model::KeyValue;

use super::alerts::{self, RawAlert};
use super::bindings::{self, Steering};
use super::document::{Document, Reader};
use super::error::{At, ConfigError, Place, Problem, Problems, shown};
use super::looks::RawLooks;
use super::schema::Table;
use super::tables::{ENVIRONMENTS, KEYS, LIMITS, TABLES, TOP};
use super::views;

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct RawConfig {
    pub(super) refresh: Option<At<String>>,
    pub(super) builtin_environments: Option<At<bool>>,
    pub(super) keys: Vec<RawKey>,
    pub(super) environments: Vec<RawEnvironment>,
    pub(super) requests_per_second: Option<At<i64>>,
    pub(super) timeout: Option<At<String>>,
    pub(super) steering: Steering,
    pub(super) title: Option<At<bool>>,
    pub(super) alerts: Vec<RawAlert>,
    pub(super) looks: RawLooks,
    pub(super) columns: Option<At<Vec<At<String>>>>,
    pub(super) sort: Option<At<String>>,
    pub(super) views: Vec<RawView>,
}

/// One `[[views]]`.
#[derive(Debug)]
pub(super) struct RawView {
    pub(super) name: At<String>,
    pub(super) filter: Option<At<String>>,
    pub(super) columns: Option<At<Vec<At<String>>>>,
    pub(super) sort: Option<At<String>>,
}

/// One `[[keys]]`.
#[derive(Debug)]
pub(super) struct RawKey {
    pub(super) name: At<String>,
    pub(super) origin: At<KeyOrigin>,
    /// `None`: discover.
    pub(super) environments: Option<At<Vec<At<String>>>>,
}

/// Where a key's value comes from.
#[derive(Clone, Debug)]
pub(super) enum KeyOrigin {
    /// A variable's name.
    Env(String),
    /// A file's path.
    File(String),
    /// A program and its arguments.
    Command(Vec<String>),
    /// A profile of the vendor's command line.
    Profile(String),
    /// At hand already.
    Given(KeyValue),
}

/// One `[[environments]]`.
#[derive(Debug)]
pub(super) struct RawEnvironment {
    pub(super) name: At<String>,
    pub(super) region: Option<At<String>>,
    pub(super) url: Option<At<String>>,
    pub(super) protected: Option<At<bool>>,
    pub(super) read_only: Option<At<bool>>,
}

/// What people write for a field that is called otherwise here.
const OTHER_WORDS: [(&str, &str); 19] = [
    ("colors", "colours"),
    ("color", "colours"),
    ("colour", "colours"),
    ("tz", "timezone"),
    ("time_zone", "timezone"),
    ("interval", "refresh"),
    ("poll_interval", "refresh"),
    ("host", "url"),
    ("endpoint", "url"),
    ("base_url", "url"),
    ("batch_url", "url"),
    ("rate", "requests_per_second"),
    ("rate_limit", "requests_per_second"),
    ("path", "file"),
    ("variable", "env"),
    ("label", "name"),
    ("regions", "environments"),
    ("keymap", "bindings"),
    ("keybindings", "bindings"),
];

/// Fields in which people would write the key itself.
const VALUE_WORDS: [&str; 8] =
    ["key", "api_key", "apikey", "value", "token", "auth_token", "secret", "password"];

/// Reads the tree.
///
/// # Errors
/// Every unknown field, wrong type and missing field of the file.
pub(super) fn read(document: &Document) -> Result<RawConfig, ConfigError> {
    let (raw, problems) = read_all(document)?;
    problems.settle()?;
    Ok(raw)
}

/// Reads what can be read of the tree, and notes the rest.
///
/// # Errors
/// When it is no TOML at all.
pub(super) fn read_all(document: &Document) -> Result<(RawConfig, Problems), ConfigError> {
    let tree = document.parse().map_err(|(place, what)| {
        let remedy = "`voxtop config init` writes a starter file that shows how each option is written.";
        Problem::new(&place, what, remedy)
    })?;
    let mut reader = Reader::new(document);
    let mut raw = RawConfig::default();
    for (field, value) in tree.get_ref() {
        match field.get_ref().as_ref() {
            "refresh" => raw.refresh = reader.text(value, "refresh", "refresh = \"5s\""),
            word @ ("theme" | "colours" | "timezone") => raw.looks.take(&mut reader, word, value),
            "builtin_environments" => {
                raw.builtin_environments = reader.switch(value, "builtin_environments");
            }
            "keys" => {
                for (place, table) in reader.tables(value, "keys") {
                    raw.keys.extend(key(&mut reader, &place, table));
                }
            }
            "environments" => {
                for (place, table) in reader.tables(value, "environments") {
                    raw.environments.extend(environment(&mut reader, &place, table));
                }
            }
            "title" => raw.title = reader.switch(value, "title"),
            "alerts" => {
                for (place, table) in reader.tables(value, "alerts") {
                    raw.alerts.push(alerts::read(&mut reader, place, table));
                }
            }
            "limits" => {
                if let Some(table) = reader.table(value, "limits") {
                    limits(&mut reader, &mut raw, table);
                }
            }
            "columns" => raw.columns = reader.texts(value, "columns", "columns = [\"env\", \"name:30\"]"),
            "sort" => raw.sort = reader.text(value, "sort", "sort = \"status, -age\""),
            "views" => {
                for (place, table) in reader.tables(value, "views") {
                    raw.views.extend(views::read(&mut reader, &place, table));
                }
            }
            "mouse" => {
                raw.steering.mouse = reader.switch(value, "mouse").is_none_or(|switch| switch.value);
            }
            "bindings" => {
                if let Some(table) = reader.table(value, "bindings") {
                    raw.steering.bindings = bindings::read(&mut reader, table);
                }
            }
            _ => unknown(&mut reader, &TOP, field),
        }
    }
    Ok((raw, reader.problems))
}

fn limits(reader: &mut Reader<'_>, raw: &mut RawConfig, table: &DeTable<'_>) {
    for (field, value) in table {
        match field.get_ref().as_ref() {
            "requests_per_second" => raw.requests_per_second = reader.number(value, "requests_per_second"),
            "timeout" => raw.timeout = reader.text(value, "timeout", "timeout = \"15s\""),
            _ => unknown(reader, &LIMITS, field),
        }
    }
}

fn environment(reader: &mut Reader<'_>, place: &Place, table: &DeTable<'_>) -> Option<RawEnvironment> {
    let (mut name, mut region, mut url) = (None, None, None);
    let (mut protected, mut read_only) = (None, None);
    for (field, value) in table {
        match field.get_ref().as_ref() {
            "name" => name = reader.text(value, "name", "name = \"lab\""),
            "region" => region = reader.text(value, "region", "region = \"LAB\""),
            "url" => url = reader.text(value, "url", "url = \"https://lab.example.com\""),
            "protected" => protected = reader.switch(value, "protected"),
            "read_only" => read_only = reader.switch(value, "read_only"),
            _ => unknown(reader, &ENVIRONMENTS, field),
        }
    }
    let name = named(reader, table, name, place, "an environment", "name = \"lab\"")?;
    Some(RawEnvironment { name, region, url, protected, read_only })
}

fn key(reader: &mut Reader<'_>, place: &Place, table: &DeTable<'_>) -> Option<RawKey> {
    let (mut name, mut origins, mut environments) = (None, Vec::new(), None);
    for (field, value) in table {
        let word = field.get_ref().as_ref();
        match word {
            "name" => name = reader.text(value, "name", "name = \"prod\""),
            "environments" => {
                environments = reader.texts(value, "environments", "environments = [\"eu1\", \"eu2\"]");
            }
            "env" | "file" | "command" | "profile" => {
                let origin = origin(reader, word, value);
                origins.push((word.to_owned(), reader.place(field), origin));
            }
            _ => unknown(reader, &KEYS, field),
        }
    }
    let name = named(reader, table, name, place, "a key", "name = \"prod\"");
    let origin = one_origin(reader, place, name.as_ref(), origins);
    Some(RawKey { name: name?, origin: origin?, environments })
}

fn origin(
    reader: &mut Reader<'_>,
    word: &str,
    value: &Spanned<toml::de::DeValue<'_>>,
) -> Option<At<KeyOrigin>> {
    let (kind, example): (fn(String) -> KeyOrigin, _) = match word {
        "command" => {
            let argv = reader.texts(value, word, "command = [\"pass\", \"speechmatics/prod\"]")?;
            let words = argv.value.into_iter().map(|argument| argument.value).collect();
            return Some(At { value: KeyOrigin::Command(words), place: argv.place });
        }
        "file" => (KeyOrigin::File, "file = \"~/.secrets/speechmatics\""),
        "profile" => (KeyOrigin::Profile, "profile = \"default\""),
        _ => (KeyOrigin::Env, "env = \"SPEECHMATICS_API_KEY\""),
    };
    let text = reader.text(value, word, example)?;
    Some(At { value: kind(text.value), place: text.place })
}

/// A name that has to be there. One of a wrong type has been noted already.
pub(super) fn named(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    name: Option<At<String>>,
    place: &Place,
    whose: &str,
    example: &str,
) -> Option<At<String>> {
    if !table.contains_key("name") {
        reader.problems.add(Problem::new(place, format!("{whose} has no name"), format!("Add {example}.")));
    }
    name
}

/// Where a key comes from: exactly one place.
fn one_origin(
    reader: &mut Reader<'_>,
    place: &Place,
    name: Option<&At<String>>,
    mut origins: Vec<(String, Place, Option<At<KeyOrigin>>)>,
) -> Option<At<KeyOrigin>> {
    let whose = name.map_or_else(|| "a key".to_owned(), |name| format!("key {}", shown(&name.value)));
    origins.sort_by_key(|(_, place, _)| place.order());
    if let [(_, _, _), (_, second, _), ..] = origins.as_slice() {
        let words: Vec<String> = origins.iter().map(|(word, _, _)| format!("`{word}`")).collect();
        let what = format!("{whose} has more than one source: {}", words.join(", "));
        reader.problems.add(Problem::new(second, what, "Keep exactly one of env, file, command, profile."));
        return None;
    }
    let Some((_, _, origin)) = origins.pop() else {
        let remedy =
            "Add exactly one of env, file, command, profile, such as env = \"SPEECHMATICS_API_KEY\".";
        reader.problems.add(Problem::new(place, format!("{whose} has no source"), remedy));
        return None;
    };
    origin
}

/// Notes an unknown field, with the nearest known one.
pub(super) fn unknown(reader: &mut Reader<'_>, table: &Table, field: &Spanned<DeString<'_>>) {
    let written = field.get_ref();
    let remedy = remedy(table, &written.to_lowercase().replace('-', "_"));
    let what = format!("unknown field {} in {}", shown(written), table.title);
    reader.problems.add(Problem::new(&reader.place(field), what, remedy));
}

/// What somebody who wrote an unknown word may have meant.
fn remedy(table: &Table, word: &str) -> String {
    let known = table.names().collect::<Vec<_>>().join(", ");
    if table.title == KEYS.title && VALUE_WORDS.contains(&word) {
        return "The nearest known field is `env`, which names a variable that holds the key; there are file, \
                command and profile too. No key's value belongs in this file."
            .to_owned();
    }
    if let Some(home) = TABLES.iter().find(|home| home.has(word) && home.title != table.title)
        && !table.has(word)
    {
        return format!("`{word}` belongs to {}. Known here: {known}.", home.title);
    }
    let meant = OTHER_WORDS.iter().find(|(other, here)| *other == word && table.has(here));
    let nearest = meant.map(|(_, meant)| *meant).or_else(|| nearest_of(word, table.names()));
    // Even where nothing is like it, one field is the nearest: the one with most of its letters.
    let shared = |field: &&'static str| field.chars().filter(|letter| word.contains(*letter)).count();
    let nearest = nearest.or_else(|| table.names().max_by_key(shared)).unwrap_or_default();
    format!("The nearest known field is `{nearest}`. Known here: {known}.")
}
