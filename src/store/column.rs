//! The columns of the jobs pane as one table: header, width, alignment, when to leave it out, and how
//! it sorts. What a cell looks like is `ui`'s; everything else that knows a column knows it from here.

use std::cmp::Ordering;

use strum::{Display, EnumString, IntoStaticStr};

use super::row::Held;
use super::sorting::Stage;
use crate::model::{Fleet, Status};

/// A column of the jobs pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "each says what it holds; COLUMNS describes them")]
pub enum Column {
    Env,
    Status,
    Id,
    Name,
    Lang,
    Model,
    Audio,
    Created,
    Age,
    Expires,
    Key,
    Title,
    Ref,
    Tags,
    Error,
}

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers and times.
    Right,
}

/// One row of the table of columns.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// Which.
    pub column: Column,
    /// Its header, upper case.
    pub header: &'static str,
    /// The width at which it says what it must, in cells.
    pub width: u16,
    /// How much of the spare width it takes, relative to the others; 0 for a fixed column.
    pub grow: u16,
    /// Words left, numbers right.
    pub align: Align,
    /// Columns of a higher rank go first when the screen is narrow. 0 always stays.
    pub rank: u8,
    /// Whether the first sort by this column is descending: newest, longest, most first.
    pub descending: bool,
    /// What it shows, for the help.
    pub help: &'static str,
}

/// Every column, in the order of the screen.
pub const COLUMNS: [ColumnSpec; 15] = {
    use Align::{Left, Right};
    const fn spec(
        column: Column,
        header: &'static str,
        (width, grow, rank): (u16, u16, u8),
        align: Align,
        descending: bool,
        help: &'static str,
    ) -> ColumnSpec {
        ColumnSpec { column, header, width, grow, align, rank, descending, help }
    }
    [
        spec(Column::Env, "ENV", (5, 0, 0), Left, false, "environment where the job was created"),
        spec(Column::Key, "KEY", (8, 0, 12), Left, false, "key that lists the job"),
        spec(
            Column::Status,
            "STATUS",
            (10, 0, 1),
            Left,
            false,
            "running, done, rejected, …; ! is done with errors",
        ),
        spec(Column::Id, "ID", (10, 0, 3), Left, false, "job id"),
        spec(Column::Name, "NAME", (12, 4, 0), Left, false, "audio file; ↗ where it is fetched from a URL"),
        spec(Column::Title, "TITLE", (14, 3, 8), Left, false, "tracking title"),
        spec(Column::Ref, "REFERENCE", (14, 2, 9), Left, false, "tracking reference"),
        spec(Column::Tags, "TAGS", (12, 1, 11), Left, false, "tracking tags"),
        spec(Column::Lang, "LANG", (5, 0, 4), Left, false, "language asked for"),
        spec(Column::Model, "MODEL", (8, 0, 6), Left, false, "model (operating point) asked for"),
        spec(Column::Audio, "AUDIO", (8, 0, 5), Right, true, "length of the audio, h:mm:ss"),
        spec(Column::Created, "CREATED", (15, 0, 13), Right, true, "when it was submitted"),
        spec(Column::Age, "AGE", (6, 0, 2), Right, false, "since it was submitted"),
        spec(
            Column::Expires,
            "EXPIRES",
            (8, 0, 7),
            Right,
            false,
            "until the service drops it, 7 days after submission",
        ),
        spec(Column::Error, "ERROR", (16, 4, 10), Left, false, "last error"),
    ]
};

impl Column {
    /// Its row of the table.
    pub fn spec(self) -> &'static ColumnSpec {
        // The test below holds that every column has a row.
        COLUMNS.iter().find(|spec| spec.column == self).unwrap_or(&COLUMNS[0])
    }

    /// The column of a name, as configurations and sorts have it: `name`, `ref` (or `reference`); case does
    /// not matter.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        name.parse().ok().or_else(|| {
            let spec = COLUMNS.iter().find(|spec| spec.header.eq_ignore_ascii_case(&name))?;
            Some(spec.column)
        })
    }

    /// The names of all columns, in the order of the screen, for messages.
    pub fn names() -> String {
        let names: Vec<&'static str> = COLUMNS.iter().map(|spec| spec.column.into()).collect();
        names.join(", ")
    }

    /// Compares two jobs by this column. What is missing comes last in ascending order.
    pub(super) fn compare(self, fleet: &Fleet, a: Held<'_>, b: Held<'_>) -> Ordering {
        match self {
            Self::Env => environment(fleet, a).cmp(&environment(fleet, b)),
            Self::Key => key(fleet, a).cmp(&key(fleet, b)),
            Self::Status => (rank(a), a.status().as_str()).cmp(&(rank(b), b.status().as_str())),
            Self::Id => a.id().cmp(b.id()),
            Self::Audio => absent_last(a.duration_s(), b.duration_s(), Ord::cmp),
            Self::Created | Self::Expires => absent_last(a.row.created(), b.row.created(), Ord::cmp),
            Self::Age => absent_last(a.row.created(), b.row.created(), |a, b| b.cmp(a)),
            _ => absent_last(present(self.text(a)), present(self.text(b)), |a, b| compare_text(a, b)),
        }
    }

    /// What a job is sorted by, in a form that is quick to compare. The order is that of
    /// [`compare`](Self::compare).
    pub(super) fn key<'a>(self, fleet: &Fleet, held: Held<'a>) -> Key<'a> {
        match self {
            Self::Env => Key::Number(environment(fleet, held).map_or(0, |at| u64::from(at) + 1)),
            Self::Key => Key::Number(key(fleet, held).map_or(0, |at| u64::from(at) + 1)),
            Self::Status => match held.status() {
                Status::Other(_) => Key::Ranked(rank(held)),
                _ => Key::Number(rank(held)),
            },
            Self::Id => Key::Text(held.id()),
            Self::Audio => held.duration_s().map_or(Key::Missing, Key::Number),
            Self::Created | Self::Expires | Self::Age if held.row.created().is_none() => Key::Missing,
            Self::Created | Self::Expires => Key::Moment { newest_first: false },
            Self::Age => Key::Moment { newest_first: true },
            _ => present(self.text(held)).map_or(Key::Missing, Key::Text),
        }
    }

    /// The text that a job is sorted by; empty where it has none.
    pub(super) fn text(self, held: Held<'_>) -> &str {
        let text = match self {
            Self::Status => Some(held.status().as_str()),
            Self::Id => Some(held.id()),
            Self::Name => Some(held.data_name()),
            Self::Title => held.title(),
            Self::Ref => held.reference(),
            Self::Tags => held.tags().first().map(AsRef::as_ref),
            Self::Lang => held.language(),
            Self::Model => held.model(),
            Self::Error => held.errors().last().map(|error| &*error.message),
            Self::Env | Self::Key | Self::Audio | Self::Created | Self::Age | Self::Expires => None,
        };
        text.unwrap_or_default()
    }

    /// Whether it sorts by what stands in the job's own text.
    pub(super) fn is_of_text(self) -> bool {
        matches!(self, Self::Id | Self::Name | Self::Title | Self::Ref)
    }

    /// Whether it sorts by when a job was created.
    pub(super) fn is_of_time(self) -> bool {
        matches!(self, Self::Created | Self::Age | Self::Expires)
    }

    /// How its texts are compared: what people wrote case aside, what the service wrote as it is.
    pub(super) fn stage(self) -> Stage {
        if matches!(self, Self::Id | Self::Status) { Stage::Raw } else { Stage::Folded }
    }
}

/// What a job is sorted by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key<'a> {
    /// Nothing: it comes last in ascending order.
    Missing,
    /// A number, and nothing else.
    Number(u64),
    /// A number, and then the text.
    Ranked(u64),
    /// The text.
    Text(&'a str),
    /// When it was created.
    Moment {
        /// Whether the newest comes first.
        newest_first: bool,
    },
}

fn environment(fleet: &Fleet, held: Held<'_>) -> Option<u16> {
    fleet.source(held.source()).map(|source| source.environment.0)
}

fn key(fleet: &Fleet, held: Held<'_>) -> Option<u16> {
    fleet.source(held.source()).map(|source| source.key.0)
}

/// Active first, then what went wrong, then the rest: the order in which an operator cares.
fn rank(held: Held<'_>) -> u64 {
    match held.status() {
        Status::Running => 0,
        Status::Other(_) if held.status().is_active() => 1,
        Status::Rejected => 2,
        Status::Done if held.is_done_with_errors() => 3,
        Status::Done => 4,
        Status::Other(_) => 5,
        Status::Expired => 6,
        Status::Deleted => 7,
    }
}

/// Empty is missing.
fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Case does not matter, except to tell apart what is otherwise equal.
pub(super) fn compare_text(a: &str, b: &str) -> Ordering {
    let folded = if a.is_ascii() && b.is_ascii() {
        a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
    } else {
        a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
    };
    folded.then_with(|| a.cmp(b))
}

fn absent_last<T>(a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(&a, &b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_one_row_whose_header_fits() {
        for spec in &COLUMNS {
            assert_eq!(COLUMNS.iter().filter(|other| other.column == spec.column).count(), 1);
            assert_eq!(spec.column.spec().header, spec.header);
            // The sort mark takes one more cell.
            assert!(spec.header.len() < usize::from(spec.width), "{}", spec.header);
            for name in [spec.header.to_owned(), spec.column.to_string()] {
                assert_eq!(Column::named(&name), Some(spec.column), "{name}");
            }
        }
    }
}
