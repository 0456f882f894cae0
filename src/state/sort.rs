//! How the jobs are shown, by keys: sorting by another column, another within it, the other way round; and
//! which action is of the columns or of the views.

use super::{Action, Effect, State};
use crate::store::{Column, Sort};

impl State {
    /// Does what changes how the jobs are shown.
    pub(super) fn rearrange(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::CopyView => return self.copy_view(),
            Action::SortNext
            | Action::SortPrevious
            | Action::SortReverse
            | Action::ThenNext
            | Action::ThenReverse => self.sort_as(action),
            Action::OpenColumns => self.open_columns(),
            Action::ToggleColumn
            | Action::ColumnEarlier
            | Action::ColumnLater
            | Action::NarrowColumn
            | Action::WidenColumn
            | Action::ResetWidth
            | Action::ResetColumns
            | Action::KeepColumns
            | Action::CancelColumns => drop(self.act_on_columns(action)),
            _ => self.act_on_views(action),
        }
        Vec::new()
    }

    /// Changes what the jobs are sorted by.
    fn sort_as(&mut self, action: Action) {
        match action {
            Action::SortNext => self.sort_by(true),
            Action::SortPrevious => self.sort_by(false),
            Action::ThenNext => self.then_by(),
            Action::ThenReverse => self.turn_second(),
            _ => self.sort.descending = !self.sort.descending,
        }
    }

    /// What can be sorted by in turn: the columns that are on the screen. One from the configuration may be
    /// another.
    fn sortable(&self) -> Vec<Column> {
        self.shown_columns().iter().map(|shown| shown.spec.column).collect()
    }

    fn sort_by(&mut self, forward: bool) {
        let columns = self.sortable();
        let count = columns.len();
        let at = columns.iter().position(|column| *column == self.sort.column);
        let next = match (at, forward) {
            (Some(at), true) => at + 1,
            (Some(at), false) => at + count - 1,
            (None, true) => 0,
            (None, false) => count.saturating_sub(1),
        };
        let Some(column) = columns.get(next % count.max(1)).copied() else { return };
        let sort = Sort::by(column, column.spec().descending);
        self.sort = self.sort.then.map_or(sort, |(second, descending)| sort.then(second, descending));
    }

    /// The next column within the first; behind the last there is none.
    fn then_by(&mut self) {
        let first = self.sort.column;
        let columns: Vec<Column> = self.sortable().into_iter().filter(|column| *column != first).collect();
        let next = match self.sort.then {
            None => 0,
            Some((second, _)) => columns.iter().position(|column| *column == second).map_or(0, |at| at + 1),
        };
        let sort = Sort::by(first, self.sort.descending);
        self.sort = columns.get(next).map_or(sort, |column| sort.then(*column, column.spec().descending));
        let said = match self.sort.then {
            Some((second, _)) => format!("sorted by {first}, then by {second}; [ turns the second round"),
            None => format!("sorted by {first} alone"),
        };
        self.remark(said);
    }

    fn turn_second(&mut self) {
        match &mut self.sort.then {
            Some((_, descending)) => *descending = !*descending,
            None => self.remark("there is no second column to sort by; ] takes one".to_owned()),
        }
    }
}
