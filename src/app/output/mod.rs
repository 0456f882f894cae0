//! The four forms of `voxtop jobs`: table, JSON, NDJSON and CSV. The JSON is a contract: tools outside
//! depend on its names and words.

mod csv;
mod json;
pub(super) mod rows;
mod table;

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use strum::{Display, EnumString, VariantNames};

pub(super) use table::print as columns;

use crate::state::Presenter;
use crate::store::{Held, Store};

/// How `voxtop jobs` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// For people.
    Table,
    /// One object: when, the sources, the jobs.
    Json,
    /// The jobs alone, one object a line.
    Ndjson,
    /// The jobs alone, with a header line; safe to open in a spreadsheet.
    Csv,
}

/// What is printed.
pub(super) struct Listing<'a> {
    /// Where the jobs come from.
    pub(super) store: &'a Store,
    /// The jobs, newest first.
    pub(super) jobs: &'a [Held<'a>],
    /// When the listing was complete.
    pub(super) generated_at: Timestamp,
    /// The zone of the table's times.
    pub(super) zone: &'a TimeZone,
    /// Whether the listing was cut short because `--since`, `--limit` or `--follow` said so.
    pub(super) bounded: bool,
    /// What may be shown.
    pub(super) presenter: &'a Presenter,
}

impl Listing<'_> {
    /// A line for each source of which not all jobs are here, though more was asked for. Of entries that could
    /// not be read the diagnosis tells in any case.
    pub(super) fn missing(&self) -> Vec<String> {
        let rows = json::source_rows(self);
        let lines = rows.iter().filter_map(|row| {
            let told = if row.error.is_some() { row.jobs > 0 } else { !self.bounded && !row.ended };
            let why = row.missing().filter(|_| told)?;
            Some(format!("{} (key {}): {why}", row.name, row.key))
        });
        lines.collect()
    }

    /// Prints in a form.
    pub(super) fn write(&self, format: Format, out: &mut impl Write) -> io::Result<()> {
        match format {
            Format::Table => table::write(self, out),
            Format::Json => json::write(self, out),
            Format::Ndjson => json::write_lines(self, out),
            Format::Csv => csv::write(self, out),
        }
    }
}
