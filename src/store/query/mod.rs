//! The query language of the filter line, `--filter` and saved views. It owns what a query may say
//! and which jobs it means; it reads no clock, keeps no job and draws nothing.
//!
//! | written | means |
//! |---|---|
//! | `field:value` | equal; of a list (tags, errors), one entry is equal |
//! | `field~text` | contains; for text |
//! | `field>value`, `field<value` | more and less; for `dur`, `age` and `created` |
//! | `field:""` | there is none |
//! | `word` | name, title or reference contain it or are abbreviated by it (see `fuzzy`), or the id contains it |
//! | `"some words"` | name, title, reference or id contain exactly this |
//! | `a b`, `a and b` | both |
//! | `a or b` | either; weaker than "and" |
//! | `-a`, `!a`, `not a` | not; stronger than "and" |
//! | `( … )` | as one |
//!
//! Case never matters. In double quotes `\"` is a quote and `\\` a backslash. The fields are in
//! [`FIELDS`]. A word may hold parentheses in pairs (`call(1).wav`) and, where no field's name stands
//! before them, operators (`10:30`).
//!
//! **Units.** A value of `dur`, `age` or `created` names a stretch as long as the smallest unit that it
//! was written in. `:` means inside that stretch: `dur:1h30m` is 1:30:00 to 1:30:59, `age:2d` is two
//! whole days and no third, `created:2026-11-20` is that whole day in the given zone and
//! `created:2026-11-20T14:30` that minute. `>` and `<` compare with its start, and exclude it:
//! `dur>1h` is longer than 3600 seconds, `created>2026-11-20` is later than that day's first instant
//! (so the day itself is in), `created<2026-11-20` is before that day.
//!
//! A duration given to `created` means that long ago, on the same line of time: `created>2d` is later
//! than two days ago and so says the same as `age<2d`. A number without a unit is seconds for `dur`
//! and an error elsewhere. A job created in the future (clocks differ) has the age zero. A job without
//! the value matches neither `:`, `>` nor `<`, so `-dur>1h` includes jobs of unknown length.
//!
//! Beside the meaning there is what whoever writes a query wants to know: what is merely unfinished
//! (`QueryError::unfinished`), what is being written at the cursor ([`Spot`]), and where its words were
//! found ([`Query::places`]).
//!
//! The cost is bounded: a text has at most 4 KiB and 64 levels.

mod about;
mod error;
mod eval;
mod fields;
mod fuzzy;
mod lex;
mod parse;
mod places;
mod signature;
mod spot;
mod text;
mod value;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unfinished_tests;
#[cfg(test)]
mod words_tests;

pub use error::QueryError;
pub use eval::{Described, Listers, Subject};
pub use fields::{FIELDS, Field, Kind, TextField};
pub use fuzzy::Scratch;
pub use signature::Signature;
pub use spot::{Part, Spot, spelled};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A parsed query. The default is the empty one, which every job matches. Two queries that are equal
/// mean the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    root: Option<eval::Node>,
    /// What the text of every job that is meant holds; it is quickly asked for.
    need: Signature,
}

impl Query {
    /// Reads a query; a text without anything but white space is the empty one. Dates are days in
    /// `zone`, and date-times that name no offset are in it.
    ///
    /// # Errors
    /// When the text is no query, with the place and what to write instead.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, QueryError> {
        let root = parse::parse(text, zone)?;
        Ok(Self { need: root.as_ref().map_or(Signature::default(), eval::Node::need), root })
    }

    /// Whether the job is one of those that are meant.
    pub fn matches(&self, subject: &Subject<'_>, now: Timestamp, scratch: &mut Scratch) -> bool {
        self.root.as_ref().is_none_or(|root| root.holds(subject, now, scratch))
    }

    /// Whether a job with a text of this signature may be meant.
    pub(super) fn may_mean(&self, text: Signature) -> bool {
        text.covers(self.need) && self.root.as_ref().is_none_or(|root| root.may_mean(text))
    }

    /// Whether a signature may rule a job out.
    pub(super) fn asks_of_text(&self) -> bool {
        self.need != Signature::default() || self.reads_text(Signature::ANY)
    }

    /// Whether it looks at the text of a job with this signature.
    pub(super) fn reads_text(&self, text: Signature) -> bool {
        self.root.as_ref().is_some_and(|root| root.reads_text(text))
    }

    /// Whether it is the empty query, which every job matches.
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Whether the answer for an unchanged job can change as time passes: the query asks for ages.
    pub fn depends_on_time(&self) -> bool {
        self.root.as_ref().is_some_and(eval::Node::depends_on_time)
    }
}
