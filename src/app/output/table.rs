//! The table: first the sources, so that nobody overlooks what is missing, then the jobs. Plain text
//! without colours; columns are as wide as what is in them, within bounds.

use std::io::{self, Write};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Listing;
use super::json::{JobRow, SourceRow, source_rows, with_row};

/// No cell is wider than this.
const WIDEST: usize = 48;

pub(super) fn write(listing: &Listing<'_>, out: &mut impl Write) -> io::Result<()> {
    let sources = source_rows(listing);
    let rows = sources.iter().map(|row| source_cells(listing, row));
    print(out, ["ENV", "KEY", "STATE", "KEY STATE", "JOBS", "OLDEST", "NOTE"], rows)?;
    if !listing.jobs.is_empty() {
        writeln!(out)?;
        let rows = listing.jobs.iter().map(|held| with_row(listing, *held, |row| job_cells(listing, row)));
        print(out, ["ENV", "STATUS", "ID", "NAME", "LANG", "MODEL", "AUDIO", "CREATED", "ERROR"], rows)?;
    }
    Ok(())
}

fn source_cells(listing: &Listing<'_>, row: &SourceRow<'_>) -> [String; 7] {
    let missing = row.missing();
    let note = match (&row.error, &missing) {
        (Some(error), Some(missing)) => format!("{missing}: {error}"),
        (Some(error), None) => error.clone(),
        (None, Some(_)) if listing.bounded && !row.ended => {
            "incomplete: listed as far as was asked for; there may be older jobs".to_owned()
        }
        (None, Some(missing)) => missing.clone(),
        (None, None) => String::new(),
    };
    [
        row.name.to_owned(),
        row.key.to_owned(),
        row.state.to_owned(),
        row.key_state.to_owned(),
        format!("{}{}", row.jobs, if missing.is_some() { "+" } else { "" }),
        row.oldest.map_or("–".to_owned(), |at| time(listing, at)),
        note,
    ]
}

fn job_cells(listing: &Listing<'_>, row: &JobRow<'_>) -> [String; 9] {
    let text = |text: Option<&str>| text.unwrap_or("–").to_owned();
    let name =
        if row.data_name.is_empty() { row.title.or(row.reference).unwrap_or("–") } else { row.data_name };
    [
        row.environment.to_owned(),
        row.status.to_owned(),
        row.id.to_owned(),
        name.to_owned(),
        text(row.language),
        text(row.model),
        row.duration_s
            .map_or("–".to_owned(), |s| format!("{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)),
        row.created_at.map_or("–".to_owned(), |at| time(listing, at)),
        row.errors.last().map_or(String::new(), |error| error.message.to_owned()),
    ]
}

fn time(listing: &Listing<'_>, at: jiff::Timestamp) -> String {
    at.to_zoned(listing.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// Prints columns aligned; the last one is as long as it likes.
pub(in crate::app) fn print<const N: usize>(
    out: &mut impl Write,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> io::Result<()> {
    let rows: Vec<[String; N]> = std::iter::once(header.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width().min(WIDEST));
        }
    }
    for row in &rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            if at + 1 == N {
                line.push_str(cell);
            } else {
                let cell = cut(cell, width);
                line.push_str(&cell);
                line.extend(std::iter::repeat_n(' ', (width + 2).saturating_sub(cell.width())));
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.graphemes(true).take_while(|grapheme| {
        used += grapheme.width();
        used <= width
    });
    format!("{}…", kept.collect::<String>())
}
