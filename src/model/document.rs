//! What the service keeps of a job beside the job itself (its transcript, its log), as text in rows of
//! a width, so that a screen shows row 200,000 as quickly as row 1.

use std::ops::Range;
use std::sync::Arc;

use strum::{Display, EnumIter};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What can be fetched of a job, by the word that people know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumIter)]
#[strum(serialize_all = "lowercase")]
pub enum Material {
    /// The transcript as plain text, by speaker.
    Txt,
    /// The transcript as the service's own JSON.
    Json,
    /// The transcript as subtitles.
    Srt,
    /// The job's log.
    Log,
}

impl Material {
    /// What of a job it is.
    pub fn noun(self) -> &'static str {
        if self == Self::Log { "log" } else { "transcript" }
    }

    /// The word of the service's `format` parameter; `None` for the log.
    pub fn format(self) -> Option<&'static str> {
        match self {
            Self::Txt => Some("txt"),
            Self::Json => Some("json-v2"),
            Self::Srt => Some("srt"),
            Self::Log => None,
        }
    }
}

/// A text, wrapped. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: Arc<str>,
    width: usize,
    /// Where in the text each row is. Four bytes a bound: no text of 4 GiB gets here.
    rows: Arc<[(u32, u32)]>,
}

impl Document {
    /// Wraps a text at a width in cells, of at least 8. It goes over all of the text: not for the loop.
    pub fn wrap(text: Arc<str>, width: usize) -> Self {
        let width = width.max(8);
        let mut rows = Vec::new();
        let mut at = 0;
        for line in text.split('\n') {
            for row in rows_of(line, width) {
                rows.push((bound(at + row.start), bound(at + row.end)));
            }
            at += line.len() + 1;
        }
        Self { rows: rows.into(), width, text }
    }

    /// The same text, to be wrapped at another width.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The width that it was wrapped at.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are; at least one.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Never: an empty text has one row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row; empty where there is none.
    pub fn row(&self, row: usize) -> &str {
        let range = |(start, end): &(u32, u32)| usize::try_from(*start).ok()..usize::try_from(*end).ok();
        let found = self.rows.get(row).map(range);
        found.and_then(|range| self.text.get(range.start?..range.end?)).unwrap_or_default()
    }

    /// The first row from `from` on in which a text begins, upper and lower case alike; going round at the
    /// end. It may go over all of the text.
    pub fn find(&self, needle: &str, from: usize, backwards: bool) -> Option<usize> {
        let count = self.len();
        if needle.is_empty() || count == 0 {
            return None;
        }
        let needle = needle.to_lowercase();
        let place =
            |step: usize| if backwards { (from + count - step) % count } else { (from + step) % count };
        (0..count).map(place).find(|row| self.row(*row).to_lowercase().contains(&needle))
    }
}

fn bound(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Where a line is broken: behind the last blank that fits; a word that is wider than a row is cut.
fn rows_of(line: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    if line.len() <= width && line.is_ascii() {
        rows.push(0..line.len());
        return rows;
    }
    let (mut start, mut used, mut blank) = (0, 0, None);
    for (at, grapheme) in line.grapheme_indices(true) {
        let own = grapheme.width();
        while used + own > width && at > start {
            let end = blank.filter(|end| *end > start).unwrap_or(at);
            rows.push(start..end);
            start = end;
            used = line.get(start..at).map_or(0, UnicodeWidthStr::width);
            blank = None;
        }
        used += own;
        if grapheme == " " {
            blank = Some(at + 1);
        }
    }
    rows.push(start..line.len());
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, width: usize) -> Vec<String> {
        let document = Document::wrap(text.into(), width);
        (0..document.len()).map(|row| document.row(row).to_owned()).collect()
    }

    #[test]
    fn lines_break_at_blanks_and_words_only_where_they_must() {
        for (text, wrapped) in [
            ("", &[""][..]),
            ("one two", &["one two"]),
            ("one two three", &["one two ", "three"]),
            ("abcdefghijklm", &["abcdefgh", "ijklm"]),
            ("a\n\nb", &["a", "", "b"]),
            ("会議録音です", &["会議録音", "です"]),
        ] {
            assert_eq!(rows(text, 8), wrapped, "{text}");
        }
    }

    #[test]
    fn a_search_goes_round_both_ways() {
        let document = Document::wrap("alpha\nbeta\nALPHA\ngamma".into(), 8);
        assert_eq!(document.find("alpha", 1, false), Some(2));
        assert_eq!(document.find("Alpha", 3, false), Some(0));
        assert_eq!(document.find("alpha", 1, true), Some(0));
        assert_eq!(document.find("beta", 0, true), Some(1));
        assert_eq!((document.find("delta", 0, false), document.find("", 0, false)), (None, None));
        assert_eq!(document.row(99), "");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_too_wide(text in "[ a-zé会\u{301}\n]{0,200}", width in 8..30_usize) {
            let document = Document::wrap(text.as_str().into(), width);
            let all: String = (0..document.len()).map(|row| document.row(row)).collect();
            prop_assert_eq!(all, text.replace('\n', ""));
            for row in 0..document.len() {
                prop_assert!(document.row(row).width() <= width, "{:?}", document.row(row));
            }
        }
    }
}
