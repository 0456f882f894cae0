//! The rows of the dashboard as they are carried away, piece by piece: CSV and Markdown with the columns
//! that the screen shows, JSON whole as `voxtop jobs -o json` prints it.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Listing;
use super::csv::{HEADER, cause, cells, harmless};
use super::json::{JobRow, source_rows, with_row};
use crate::state::{Form, Presenter};
use crate::store::{Column, ColumnSpec};

/// What is written, and how.
#[derive(Clone, Debug)]
pub(in crate::app) struct Sheet {
    /// In which form.
    pub(in crate::app) form: Form,
    /// The columns that the screen shows.
    pub(in crate::app) columns: Vec<&'static ColumnSpec>,
    /// What may be shown: as it was when the rows were asked for.
    pub(in crate::app) presenter: Presenter,
    /// The zone of Markdown's times, which are for people.
    pub(in crate::app) zone: TimeZone,
}

impl Sheet {
    /// What stands before the first row.
    pub(in crate::app) fn begin(&self, listing: &Listing<'_>, out: &mut impl Write) -> io::Result<()> {
        match self.form {
            Form::Csv => Self::csv_line(out, self.columns.iter().map(|spec| self.field(spec.column).1)),
            Form::Json => {
                write!(out, "{{\"generated_at\":\"{}\",\n\"environments\":", listing.generated_at)?;
                serde_json::to_writer(&mut *out, &source_rows(listing))?;
                write!(out, ",\n\"jobs\":[")
            }
            _ => {
                let heads: Vec<&str> = self.columns.iter().map(|spec| self.field(spec.column).2).collect();
                let rules: Vec<&str> = self.columns.iter().map(|_| "---").collect();
                writeln!(out, "| {} |\n| {} |", heads.join(" | "), rules.join(" | "))
            }
        }
    }

    /// Some rows; `first` where none was written before.
    pub(in crate::app) fn rows(
        &self,
        listing: &Listing<'_>,
        first: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut first = first;
        for held in listing.jobs {
            with_row(listing, *held, |row| self.row(row, first, out))?;
            first = false;
        }
        Ok(())
    }

    fn row(&self, row: &JobRow<'_>, first: bool, out: &mut impl Write) -> io::Result<()> {
        match self.form {
            Form::Csv => {
                let cells = cells(row);
                let cell = |spec: &&ColumnSpec| cells.get(self.field(spec.column).0);
                Self::csv_line(out, self.columns.iter().filter_map(cell).map(String::as_str))
            }
            Form::Json => {
                out.write_all(if first { b"\n" } else { b",\n" })?;
                Ok(serde_json::to_writer(&mut *out, row)?)
            }
            _ => self.markdown_line(row, out),
        }
    }

    /// What stands behind the last one.
    pub(in crate::app) fn end(&self, out: &mut impl Write) -> io::Result<()> {
        if self.form == Form::Json { writeln!(out, "\n]}}") } else { Ok(()) }
    }

    fn csv_line<'c>(out: &mut impl Write, cells: impl Iterator<Item = &'c str>) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(cells.map(|cell| harmless(cell).into_owned())).map_err(cause)?;
        csv.flush()
    }

    fn markdown_line(&self, row: &JobRow<'_>, out: &mut impl Write) -> io::Result<()> {
        for spec in &self.columns {
            write!(out, "| {} ", escaped(&self.words(row, spec.column)))?;
        }
        writeln!(out, "|")
    }

    /// A column's place among the cells of `voxtop jobs -o csv`, its name there, and its head for people. An
    /// age is the time that it is counted from: a file is read later.
    #[expect(clippy::unused_self, reason = "the columns of a sheet are the sheet's")]
    fn field(&self, column: Column) -> (usize, &'static str, &'static str) {
        let (name, head) = match column {
            Column::Env => ("environment", "Environment"),
            Column::Key => ("key", "Key"),
            Column::Status => ("status", "Status"),
            Column::Id => ("id", "Id"),
            Column::Name => ("data_name", "Name"),
            Column::Title => ("title", "Title"),
            Column::Ref => ("reference", "Reference"),
            Column::Tags => ("tags", "Tags"),
            Column::Lang => ("language", "Language"),
            Column::Model => ("model", "Model"),
            Column::Audio => ("duration_s", "Audio"),
            Column::Created | Column::Age => ("created_at", "Created"),
            Column::Expires => ("expires_at", "Expires"),
            Column::Error => ("errors", "Error"),
        };
        (HEADER.iter().position(|known| *known == name).unwrap_or_default(), name, head)
    }

    /// What a cell says to people.
    fn words(&self, row: &JobRow<'_>, column: Column) -> String {
        let time = |at: Option<Timestamp>| {
            at.map_or(String::new(), |at| {
                at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
            })
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        match column {
            Column::Env => row.environment.to_owned(),
            Column::Key => row.key.to_owned(),
            Column::Status => row.status.to_owned(),
            Column::Id => row.id.to_owned(),
            Column::Name => row.data_name.to_owned(),
            Column::Title => text(row.title),
            Column::Ref => text(row.reference),
            Column::Tags => row.tags.join(", "),
            Column::Lang => text(row.language),
            Column::Model => text(row.model),
            Column::Audio => row.duration_s.map_or(String::new(), |seconds| {
                format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
            }),
            Column::Created | Column::Age => time(row.created_at),
            Column::Expires => time(row.expires_at),
            Column::Error => row.errors.last().map_or(String::new(), |error| error.message.to_owned()),
        }
    }
}

/// The columns of a screen, each field once: an age and the moment that it is counted from are one.
pub(in crate::app) fn columns(shown: impl Iterator<Item = &'static ColumnSpec>) -> Vec<&'static ColumnSpec> {
    let mut columns: Vec<&'static ColumnSpec> = Vec::new();
    for spec in shown {
        let moment = |column| matches!(column, Column::Age | Column::Created);
        if !(moment(spec.column) && columns.iter().any(|known| moment(known.column))) {
            columns.push(spec);
        }
    }
    columns
}

/// Text of strangers in a cell of a Markdown table: one line, and nothing in it is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '$' => out.extend(['\\', char]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests;
