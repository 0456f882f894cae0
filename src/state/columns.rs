//! Which columns the jobs pane shows, in which order and how wide: as the screen has room for, or as
//! somebody chose. It decides nothing about a screen; `layout` does.

use crate::store::{COLUMNS, Column};

use super::layout::ShownColumn;

/// The narrowest that a column can be made, in cells.
pub const NARROWEST: u16 = 3;
/// The widest that a column can be made.
pub const WIDEST: u16 = 200;

/// What was chosen for one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which.
    pub column: Column,
    /// Whether it is shown where there is room.
    pub shown: bool,
    /// Its width in cells; `None` takes what its content needs, and its part of what is left over.
    pub width: Option<u16>,
}

/// The columns of the jobs pane. The default is automatic: the order of the table, and as many as fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Every column once; those that are shown are in the order of the screen.
    choices: Vec<Choice>,
    chosen: bool,
}

impl Default for Columns {
    fn default() -> Self {
        let choice = |column| Choice { column, shown: true, width: None };
        Self { choices: COLUMNS.iter().map(|spec| choice(spec.column)).collect(), chosen: false }
    }
}

/// Why a list of columns is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnsError {
    /// Which of the texts is wrong, from 0; 0 where there is none.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl Columns {
    /// Reads a list of columns: each a name, or a name and a width, `name:30`.
    ///
    /// # Errors
    /// The first text that is wrong, and why.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, ColumnsError> {
        let mut choices: Vec<Choice> = Vec::new();
        for (at, text) in texts.into_iter().enumerate() {
            let refuse = |what: String| ColumnsError { at, what };
            let choice = choice(text).map_err(refuse)?;
            if choices.iter().any(|other| other.column == choice.column) {
                return Err(refuse(format!("column {} is there twice", choice.column)));
            }
            choices.push(choice);
        }
        if choices.is_empty() {
            return Err(ColumnsError { at: 0, what: "a list of columns names at least one".to_owned() });
        }
        Ok(Self::of(choices))
    }

    /// The columns that are on a screen now, as if somebody had chosen them.
    pub(super) fn of_shown(shown: &[ShownColumn]) -> Self {
        let choice = |shown: &ShownColumn| Choice { column: shown.spec.column, shown: true, width: None };
        Self::of(shown.iter().map(choice).collect())
    }

    fn of(mut choices: Vec<Choice>) -> Self {
        for spec in &COLUMNS {
            if !choices.iter().any(|choice| choice.column == spec.column) {
                choices.push(Choice { column: spec.column, shown: false, width: None });
            }
        }
        Self { choices, chosen: true }
    }

    /// The list as [`parse`](Self::parse) reads it; empty where it is automatic.
    pub fn written(&self) -> Vec<String> {
        let written = |choice: &Choice| match choice.width {
            Some(width) => format!("{}:{width}", choice.column),
            None => choice.column.to_string(),
        };
        self.chosen().map(written).collect()
    }

    /// Whether nobody chose.
    pub fn is_automatic(&self) -> bool {
        !self.chosen
    }

    /// Every column, those that are shown in the order of the screen.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// What was chosen to be shown, in the order of the screen; nothing where it is automatic.
    pub fn chosen(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(|choice| self.chosen && choice.shown)
    }

    /// Shows a column, or hides it. The last one stays; says whether it was done.
    pub(super) fn toggle(&mut self, at: usize) -> bool {
        let alone = self.choices.iter().filter(|choice| choice.shown).count() == 1;
        let Some(choice) = self.choices.get_mut(at) else { return false };
        if choice.shown && alone {
            return false;
        }
        choice.shown = !choice.shown;
        true
    }

    /// Swaps a column with its neighbour; gives its place then.
    pub(super) fn swap(&mut self, at: usize, other: usize) -> usize {
        if at < self.choices.len() && other < self.choices.len() {
            self.choices.swap(at, other);
            return other;
        }
        at
    }

    /// Sets a column's width, within bounds.
    pub(super) fn set_width(&mut self, at: usize, width: Option<u16>) {
        if let Some(choice) = self.choices.get_mut(at) {
            choice.width = width.map(|width| width.clamp(NARROWEST, WIDEST));
        }
    }
}

fn choice(text: &str) -> Result<Choice, String> {
    let (name, width) = text.split_once(':').map_or((text, None), |(name, width)| (name, Some(width.trim())));
    let column = Column::named(name)
        .ok_or_else(|| format!("there is no column of this name; there are {}", Column::names()))?;
    let width = match width {
        None => None,
        Some(width) => {
            let width = width.parse().ok().filter(|width| (NARROWEST..=WIDEST).contains(width));
            let wrong =
                || format!("a column's width is a number of cells from {NARROWEST} to {WIDEST}: {column}:30");
            Some(width.ok_or_else(wrong)?)
        }
    };
    Ok(Choice { column, shown: true, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_as_it_is_read() {
        for list in [vec!["env", "name:30", "age"], vec!["error:200"], vec!["ref", "id:3"]] {
            let columns = Columns::parse(list.iter().copied()).unwrap();
            assert_eq!(columns.written(), list);
            assert_eq!(columns.choices().len(), COLUMNS.len());
        }
        let columns = Columns::parse([" Reference : 20 ", "NAME"]).unwrap();
        assert_eq!(columns.written(), ["ref:20", "name"]);
        assert!(Columns::default().is_automatic() && Columns::default().written().is_empty());
    }

    #[test]
    fn what_is_no_list_of_columns_is_refused_at_its_place() {
        for (list, at, why) in [
            (vec![], 0, "at least one"),
            (vec!["env", "size"], 1, "there are env, key, status"),
            (vec!["env", "id", "ENV"], 2, "env is there twice"),
            (vec!["name:"], 0, "from 3 to 200"),
            (vec!["name:2"], 0, "from 3 to 200"),
            (vec!["name:201"], 0, "from 3 to 200"),
            (vec!["name:wide"], 0, "name:30"),
        ] {
            let error = Columns::parse(list.iter().copied()).unwrap_err();
            assert!(error.at == at && error.what.contains(why), "{list:?}: {error:?}");
        }
    }

    #[test]
    fn the_last_column_stays() {
        let mut columns = Columns::parse(["name"]).unwrap();
        assert!(!columns.toggle(0));
        assert!(columns.toggle(3) && columns.toggle(0));
        assert!(!columns.toggle(99), "there is none");
    }
}
