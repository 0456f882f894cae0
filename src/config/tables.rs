//! The tables of the file and their fields: what may be written, what it holds, what it is for. Parsing,
//! errors, the JSON schema and the README read them.

use super::alerts::ALERTS;
use super::looks::{COLOURS, THEMES};
use super::schema::{Kind, Table, field};

pub(super) const TOP: Table = Table::new(
    "the file's top level",
    &[
        field("refresh", Kind::Duration, "how often every environment is asked for its jobs; at least 1s"),
        field("theme", Kind::Word(&THEMES), "the theme; auto: by the terminal's background"),
        field(
            "colours",
            Kind::Word(&COLOURS),
            "how many colours the terminal shows; auto: by what it says of itself",
        ),
        field("timezone", Kind::Text, "the zone in which times are shown: an IANA name, UTC or local"),
        field("mouse", Kind::Switch, "whether the mouse is used, or left to the terminal"),
        field("title", Kind::Switch, "whether the title of the terminal's window says the worst"),
        field(
            "columns",
            Kind::Texts,
            "the columns of the jobs in their order, perhaps with a width: name:30",
        ),
        field("sort", Kind::Text, "what the jobs are sorted by: a column, perhaps another; - is descending"),
        field(
            "builtin_environments",
            Kind::Switch,
            "whether keys without a list are tried at the built-in environments",
        ),
        field("keys", Kind::Many(&KEYS), "one for each API key"),
        field(
            "environments",
            Kind::Many(&ENVIRONMENTS),
            "one for each environment of your own, or to override a built-in one",
        ),
        field("limits", Kind::Of(&LIMITS), "how hard and how patiently the service is asked"),
        field("views", Kind::Many(&VIEWS), "one for each saved view, on the keys 1 to 9"),
        field("bindings", Kind::Bindings, "keys of your own by the names of actions; [] for none"),
        field("alerts", Kind::Many(&ALERTS), "one for each thing that you are to be told of"),
    ],
);
pub(super) const KEYS: Table = Table::new(
    "[[keys]]",
    &[
        field("name", Kind::Text, "what voxtop calls the key"),
        field("env", Kind::Text, "a variable that holds it"),
        field("file", Kind::Text, "a file that holds it, and that only you can read"),
        field(
            "command",
            Kind::Texts,
            "a program and its arguments; the first line that it prints is the key",
        ),
        field("profile", Kind::Text, "a profile of the vendor's command line"),
        field(
            "environments",
            Kind::Texts,
            "where it belongs, by name, alias or hostname; left out: discover",
        ),
    ],
)
.requires(&["name"])
.one_of(&["env", "file", "command", "profile"]);
pub(super) const ENVIRONMENTS: Table = Table::new(
    "[[environments]]",
    &[
        field("name", Kind::Text, "a short name"),
        field(
            "region",
            Kind::Text,
            "environments of one region accept the same keys; left out: one of its own",
        ),
        field("url", Kind::Text, "with or without a path and a trailing /v2; http only on loopback"),
        field("protected", Kind::Switch, "whether whatever is deleted there wants a word typed"),
        field("read_only", Kind::Switch, "whether nothing can be deleted there at all"),
    ],
)
.requires(&["name"]);
pub(super) const LIMITS: Table = Table::new(
    "[limits]",
    &[
        field(
            "requests_per_second",
            Kind::Number(1, 1_000_000),
            "requests of one key in a second, over all environments; the service allows 50",
        ),
        field("timeout", Kind::Duration, "the longest time that a request may take as a whole; at most 5m"),
    ],
);

pub(super) const VIEWS: Table = Table::new(
    "[[views]]",
    &[
        field("name", Kind::Text, "what it is called"),
        field("filter", Kind::Text, "a query, as in the filter line"),
        field("columns", Kind::Texts, "its columns; left out, those that are there stay"),
        field("sort", Kind::Text, "its sort; left out, the one that is there stays"),
    ],
)
.requires(&["name"]);

/// Every table: for suggestions, and for the test that holds the starter file whole.
pub(super) const TABLES: [&Table; 6] = [&TOP, &KEYS, &ENVIRONMENTS, &LIMITS, &VIEWS, &ALERTS];
