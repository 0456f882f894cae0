//! What the rows are sorted by: a column, perhaps another within it, and what makes the order total; and
//! how that is written.

use std::cmp::Ordering;
use std::fmt;

use super::column::Column;
use super::row::Held;
use crate::model::Fleet;

/// What the rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Whether the largest comes first.
    pub descending: bool,
    /// What sorts those that are equal there, and whether the largest comes first. Not the same column.
    pub then: Option<(Column, bool)>,
}

impl Default for Sort {
    /// Newest first, as the service lists.
    fn default() -> Self {
        Self::by(Column::Age, false)
    }
}

impl Sort {
    /// By one column alone.
    pub const fn by(column: Column, descending: bool) -> Self {
        Self { column, descending, then: None }
    }

    /// With another column within the first; the first itself says nothing more.
    #[must_use]
    pub fn then(self, column: Column, descending: bool) -> Self {
        Self { then: Some((column, descending)).filter(|_| column != self.column), ..self }
    }

    /// Whether it is by what stands in the job's own text.
    pub(super) fn is_of_text(self) -> bool {
        self.column.is_of_text() || self.then.is_some_and(|(column, _)| column.is_of_text())
    }

    /// Reads one or two columns, the first one first: `status, -age`. A leading `-` is descending, the
    /// largest first.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let column = |word: &str| {
            let word = word.trim();
            let name = word.strip_prefix('-').unwrap_or(word);
            let column = Column::named(name)
                .ok_or_else(|| format!("there is no column of this name; there are {}", Column::names()))?;
            Ok::<_, String>((column, name.len() < word.len()))
        };
        let mut words = text.split(',').map(column);
        let (first, descending) = words.next().unwrap_or_else(|| column(""))?;
        let sort = Self::by(first, descending);
        let Some(second) = words.next() else { return Ok(sort) };
        let (second, descending) = second?;
        if words.next().is_some() {
            return Err("jobs are sorted by two columns at most".to_owned());
        }
        if second == first {
            return Err(format!("{first} is there twice"));
        }
        Ok(sort.then(second, descending))
    }

    /// A total order: what the columns leave equal is told apart by age, then environment, then id, in
    /// the same direction always, so that rows stay put when the order is turned round.
    pub(super) fn compare(self, fleet: &Fleet, a: Held<'_>, b: Held<'_>) -> Ordering {
        let by = |(column, descending): (Column, bool)| {
            let order = column.compare(fleet, a, b);
            if descending { order.reverse() } else { order }
        };
        by((self.column, self.descending))
            .then_with(|| self.then.map_or(Ordering::Equal, by))
            .then_with(|| Column::Age.compare(fleet, a, b))
            .then_with(|| Column::Env.compare(fleet, a, b))
            .then_with(|| a.id().cmp(b.id()))
    }
}

impl fmt::Display for Sort {
    /// As [`parse`](Self::parse) reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = |descending| if descending { "-" } else { "" };
        write!(f, "{}{}", sign(self.descending), self.column)?;
        self.then.map_or(Ok(()), |(column, descending)| write!(f, ", {}{column}", sign(descending)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::COLUMNS;

    #[test]
    fn a_sort_is_written_as_it_is_read() {
        for first in &COLUMNS {
            for second in &COLUMNS {
                let sort = Sort::by(first.column, true).then(second.column, false);
                assert_eq!(sort.then.is_some(), first.column != second.column);
                assert_eq!(Sort::parse(&sort.to_string()), Ok(sort), "{sort}");
            }
        }
        assert_eq!(Sort::parse(" -AGE ,reference"), Ok(Sort::by(Column::Age, true).then(Column::Ref, false)));
    }

    #[test]
    fn what_is_no_sort_is_refused_with_a_reason() {
        for (text, why) in [
            ("", "there is no column"),
            ("size", "there are env, key, status"),
            ("age, size", "there is no column"),
            ("age,", "there is no column"),
            ("age, name, id", "two columns at most"),
            ("age, -age", "age is there twice"),
            ("--age", "there is no column"),
        ] {
            let error = Sort::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
