//! Why a text is no query, and where. Owns how the place is shown; decides nothing about queries.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// The most columns that are shown before the marked place, and of it.
const AROUND: usize = 48;
/// The most columns that are shown behind the marked place.
const BEHIND: usize = 24;

/// A broken query: the place and what to write instead. Its `Display` is the message alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The place, as a byte range of the text that was parsed: inside it and on `char` boundaries.
    /// Empty where something is missing.
    pub at: Range<usize>,
    /// What is wrong and how to write it, one line, without control characters.
    pub message: String,
    /// Whether something typed at the end of the text can still make it a query: nothing is wrong yet,
    /// something is missing.
    pub unfinished: bool,
}

impl QueryError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), unfinished: false }
    }

    /// The same where the text may go on, if it may.
    pub(super) fn unfinished(self, unfinished: bool) -> Self {
        Self { unfinished, ..self }
    }

    /// Three lines for a terminal: the text, marks under the place, and the message. `text` must be
    /// the text that was parsed; of a long one only the neighbourhood of the place is shown. Marks are
    /// placed by display width, and control characters are shown as spaces.
    pub fn pointed(&self, text: &str) -> String {
        let part = |range: Range<usize>| printable(text.get(range).unwrap_or_default());
        let before = tail(&part(0..self.at.start), AROUND);
        let marked = head(&part(self.at.clone()), AROUND);
        let behind = head(&part(self.at.end..text.len()), BEHIND);
        let indent = " ".repeat(before.width());
        let marks = "^".repeat(marked.width().max(1));
        format!("{before}{marked}{behind}\n{indent}{marks}\n{}", self.message)
    }
}

/// A piece of the user's text as messages quote it: bounded, and harmless on a terminal.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", head(&printable(text), AROUND))
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The beginning of a text, at most `columns` wide, with an ellipsis where it was cut.
fn head(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let fits = text
        .char_indices()
        .take_while(|&(at, c)| text.get(..at + c.len_utf8()).is_some_and(|start| start.width() < columns));
    fits.map(|(_, c)| c).chain(['…']).collect()
}

/// The end of a text, at most `columns` wide, with an ellipsis where it was cut.
fn tail(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut ends = text.char_indices().map(|(at, _)| text.get(at..).unwrap_or_default());
    let end = ends.find(|end| end.width() < columns).unwrap_or_default();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_the_place() {
        for (text, at, lines) in [
            ("foo:bar", 0..3, "foo:bar\n^^^\nno"),
            ("a or", 4..4, "a or\n    ^\nno"),
            ("", 0..0, "\n^\nno"),
            ("name:会議 x:y", 12..13, "name:会議 x:y\n          ^\nno"),
            ("会議:y", 0..6, "会議:y\n^^^^\nno"),
            ("a\tb:c", 2..3, "a b:c\n  ^\nno"),
        ] {
            assert_eq!(QueryError::new(at, "no").pointed(text), lines, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_shown_around_the_place() {
        let text = format!("{} bad:x {}", "会".repeat(500), "z".repeat(2000));
        let start = text.find("bad").unwrap();
        let shown = QueryError::new(start..start + 3, "no").pointed(&text);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].starts_with('…') && lines[0].ends_with('…'), "{shown}");
        assert!(lines[0].width() <= 2 * AROUND + BEHIND, "{shown}");
        let column = lines[0].find("bad").map(|at| lines[0][..at].width());
        assert_eq!(column, lines[1].find('^'), "{shown}");
    }

    #[test]
    fn another_text_or_a_foreign_range_is_no_reason_to_panic() {
        let shown = QueryError::new(1..90, "no").pointed("é");
        assert!(shown.ends_with("no"), "{shown}");
        assert_eq!(quoted("a\u{1b}[31m"), "`a [31m`");
    }
}
