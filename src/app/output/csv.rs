//! CSV (RFC 4180): a header line, then a line a job. Lists are joined; a cell that a spreadsheet would
//! take for a formula gets an apostrophe before it, which spreadsheets show as plain text.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Listing;
use super::json::{JobRow, with_row};

pub(super) const HEADER: [&str; 15] = [
    "environment",
    "region",
    "key",
    "id",
    "status",
    "data_name",
    "created_at",
    "expires_at",
    "duration_s",
    "language",
    "model",
    "title",
    "reference",
    "tags",
    "errors",
];

pub(super) fn write(listing: &Listing<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADER).map_err(cause)?;
    for held in listing.jobs {
        let cells = with_row(listing, *held, cells);
        csv.write_record(cells.iter().map(|cell| harmless(cell).into_owned())).map_err(cause)?;
    }
    csv.flush()
}

/// The writer's own error, so that a closed pipe is known as one.
pub(super) fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

pub(super) fn cells(row: &JobRow<'_>) -> [String; 15] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let time = |time: Option<jiff::Timestamp>| time.map_or(String::new(), |time| time.to_string());
    let errors: Vec<&str> = row.errors.iter().map(|error| error.message).collect();
    [
        row.environment.to_owned(),
        row.region.to_owned(),
        row.key.to_owned(),
        row.id.to_owned(),
        row.status.to_owned(),
        row.data_name.to_owned(),
        time(row.created_at),
        time(row.expires_at),
        row.duration_s.map_or(String::new(), |seconds| seconds.to_string()),
        text(row.language),
        text(row.model),
        text(row.title),
        text(row.reference),
        row.tags.join("; "),
        errors.join("; "),
    ]
}

/// Text of strangers must not run in somebody's spreadsheet.
pub(super) fn harmless(cell: &str) -> Cow<'_, str> {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%']);
    if formula { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_nothing_else_is_touched() {
        for (cell, safe) in [
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            (" =1+1", "' =1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-5", "'-5"),
            ("plain, with comma", "plain, with comma"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell), safe);
        }
    }
}
