//! The one table of the query's fields: their names, what else they are called, and what the help
//! screen and the README say of them. It reads no job; `eval` does.

use std::fmt;

use super::error::quoted;

/// What a field's values are, and so which operators it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words: `:` and `~`.
    Text(TextField),
    /// A length of time: `:`, `>` and `<`.
    Duration,
    /// The time since the job was created: `:`, `>` and `<`.
    Age,
    /// A point in time: `:`, `>` and `<`.
    Time,
}

impl Kind {
    /// The operators that the field has, as they are typed.
    pub fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Text(_) => &[":", "~"],
            Self::Duration | Self::Age | Self::Time => &[":", ">", "<"],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Text(_) => "text",
            Self::Duration => "duration",
            Self::Age => "age",
            Self::Time => "time",
        })
    }
}

/// The fields that hold text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says what each of them is")]
pub enum TextField {
    Environment,
    Region,
    Key,
    Status,
    Id,
    Name,
    Language,
    Model,
    Title,
    Reference,
    Tag,
    Error,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// What is typed before the operator.
    pub name: &'static str,
    /// Other names that are understood: those of `jobs -o json`, and what people try first.
    pub aliases: &'static [&'static str],
    /// What its values are.
    pub kind: Kind,
    /// One line of help, without a full stop.
    pub help: &'static str,
    /// A query that uses it and parses.
    pub example: &'static str,
}

const fn text(
    name: &'static str,
    aliases: &'static [&'static str],
    field: TextField,
    help: &'static str,
    example: &'static str,
) -> Field {
    Field { name, aliases, kind: Kind::Text(field), help, example }
}

/// Every field, in the order in which help shows them.
pub const FIELDS: [Field; 15] = [
    text("env", &["environment"], TextField::Environment, "name of the job's environment", "env:eu1"),
    text("region", &[], TextField::Region, "region of the environment", "region:EU"),
    text("key", &[], TextField::Key, "name of the key that lists the job", "key:prod"),
    text("status", &["state"], TextField::Status, "status, as the service words it", "status:rejected"),
    text("id", &["job"], TextField::Id, "the job's id", "id~7fk2"),
    text(
        "name",
        &["data_name", "file"],
        TextField::Name,
        "name of the audio file; name:\"\" finds jobs without one",
        "name~.wav",
    ),
    text("lang", &["language"], TextField::Language, "language of the transcription", "lang:en"),
    text("model", &["operating_point"], TextField::Model, "model (operating point)", "model:enhanced"),
    text("title", &[], TextField::Title, "tracking title", "title~\"board meeting\""),
    text("ref", &["reference"], TextField::Reference, "tracking reference", "ref:ACME-1042"),
    text("tag", &["tags"], TextField::Tag, "any of the tracking tags", "-tag:test"),
    text(
        "error",
        &["errors"],
        TextField::Error,
        "any of the job's errors; -error:\"\" finds jobs with errors",
        "error~notification",
    ),
    Field {
        name: "dur",
        aliases: &["duration", "duration_s", "audio"],
        kind: Kind::Duration,
        help: "length of the audio: 1h30m, 90s, or a number of seconds",
        example: "dur>1h",
    },
    Field {
        name: "age",
        aliases: &[],
        kind: Kind::Age,
        help: "time since the job was created: 2d, 12h, 45m",
        example: "age<2d",
    },
    Field {
        name: "created",
        aliases: &["created_at"],
        kind: Kind::Time,
        help: "when the job was created: a date, a date-time, or how long ago",
        example: "created:2026-11-20",
    },
];

/// The field of that name or alias; case does not matter.
pub(super) fn named(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| names(field).any(|known| known.eq_ignore_ascii_case(name)))
}

/// What to say where no field has that name: the nearest one, or all of them.
pub(super) fn unknown(name: &str) -> String {
    let typed = name.to_lowercase();
    let near =
        |field: &Field| names(field).map(|known| strsim::jaro_winkler(known, &typed)).fold(0.0_f64, f64::max);
    let nearest = FIELDS.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
    let hint = match nearest.filter(|field| near(field) >= 0.75) {
        Some(field) => format!("did you mean `{}`?", field.name),
        None => format!("there are {}.", FIELDS.map(|field| field.name).join(", ")),
    };
    format!("there is no field {}; {hint} To search for the text, put it in double quotes", quoted(name))
}

fn names(field: &Field) -> impl Iterator<Item = &'static str> {
    std::iter::once(field.name).chain(field.aliases.iter().copied())
}
