//! Which columns of the jobs pane fit, and how wide each is.

use super::{Layout, ShownColumn, environment_width, key_width};
use crate::model::Fleet;
use crate::state::Columns;
use crate::store::{COLUMNS, Column, ColumnSpec};

/// What the name column wants beyond its least width before lesser columns come.
const READABLE_NAME: u16 = 20;

impl Layout {
    /// The columns that fit, in the order of the screen, with their widths. The sorted column is among them
    /// wherever it may be shown.
    pub fn columns(&self, fleet: &Fleet, sorted: Column, columns: &Columns) -> Vec<ShownColumn> {
        if self.jobs.width == 0 {
            return Vec::new();
        }
        // What is told before a row, and a scroll bar's width at the right.
        let available = self.jobs.width.saturating_sub(self.gutter() + 1);
        let wanted = if columns.is_automatic() {
            automatic_columns(available, fleet, sorted)
        } else {
            chosen_columns(available, fleet, sorted, columns)
        };
        let used: u16 = wanted.iter().map(|wanted| wanted.least + 1).sum();
        let growing: u16 = wanted.iter().map(|wanted| wanted.grow).sum();
        let spare = (available + 1).saturating_sub(used);
        let share = |wanted: &WantedColumn| (spare * wanted.grow).checked_div(growing).unwrap_or(0);
        // What does not divide goes to the first that grows, so that the last column ends at the edge.
        let given: u16 = wanted.iter().map(share).sum();
        let first = wanted.iter().position(|wanted| wanted.grow > 0);
        let grown = |(at, wanted): (usize, WantedColumn)| {
            let rest = if Some(at) == first { spare - given } else { 0 };
            ShownColumn { spec: wanted.spec, width: wanted.least + share(&wanted) + rest }
        };
        wanted.into_iter().enumerate().map(grown).collect()
    }
}

/// A column that there is room for.
#[derive(Clone, Copy, Debug)]
struct WantedColumn {
    spec: &'static ColumnSpec,
    least: u16,
    grow: u16,
}

/// The width at which a column says what it must.
fn least_width(spec: &ColumnSpec, fleet: &Fleet) -> u16 {
    match spec.column {
        Column::Env => environment_width(fleet).max(4),
        Column::Key => key_width(fleet),
        _ => spec.width,
    }
}

/// As many as fit, those of most worth first.
fn automatic_columns(available: u16, fleet: &Fleet, sorted: Column) -> Vec<WantedColumn> {
    let worth = |spec: &&ColumnSpec| match spec.column {
        column if column == sorted => 0,
        // One key says nothing; several are worth a column early.
        Column::Key if fleet.keys.len() < 2 => u8::MAX,
        _ => spec.rank,
    };
    let mut by_rank: Vec<&'static ColumnSpec> = COLUMNS.iter().collect();
    by_rank.sort_by_key(worth);
    let mut used = 0;
    let mut shown = Vec::new();
    for spec in by_rank {
        let cost = least_width(spec, fleet) + 1;
        // A name that can be read is worth more than titles and references.
        let reserve = if worth(&spec) >= 7 { READABLE_NAME } else { 0 };
        if used + cost + reserve > available + 1 || worth(&spec) == u8::MAX {
            break;
        }
        used += cost;
        shown.push(spec.column);
    }
    let wanted =
        |spec: &'static ColumnSpec| WantedColumn { spec, least: least_width(spec, fleet), grow: spec.grow };
    COLUMNS.iter().filter(|spec| shown.contains(&spec.column)).map(wanted).collect()
}

/// Those that were chosen, as many as fit: the first of them always, then by their rank.
fn chosen_columns(available: u16, fleet: &Fleet, sorted: Column, columns: &Columns) -> Vec<WantedColumn> {
    let wanted: Vec<WantedColumn> = columns
        .chosen()
        .map(|choice| {
            let spec = choice.column.spec();
            let least = choice.width.unwrap_or_else(|| least_width(spec, fleet)).min(available);
            WantedColumn { spec, least, grow: if choice.width.is_some() { 0 } else { spec.grow } }
        })
        .collect();
    let worth = |(at, wanted): &(usize, &WantedColumn)| match () {
        () if *at == 0 => 0,
        () if wanted.spec.column == sorted => 1,
        () => wanted.spec.rank.saturating_add(2),
    };
    let mut by_worth: Vec<(usize, &WantedColumn)> = wanted.iter().enumerate().collect();
    by_worth.sort_by_key(worth);
    let mut room = available + 1;
    let mut fits = vec![false; wanted.len()];
    for (at, column) in by_worth {
        let Some(left) = room.checked_sub(column.least + 1) else { continue };
        room = left;
        if let Some(fits) = fits.get_mut(at) {
            *fits = true;
        }
    }
    wanted.into_iter().zip(fits).filter(|(_, fits)| *fits).map(|(wanted, _)| wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::fleet;
    use super::*;
    use crate::state::Size;

    #[test]
    fn columns_leave_in_the_order_of_their_rank_and_the_sorted_one_stays() {
        let headers = |width, sorted| {
            Layout::of(Size { width, height: 24 }, &fleet(5, 1), 0)
                .columns(&fleet(5, 1), sorted, &Columns::default())
                .iter()
                .map(|column| column.spec.header)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(headers(40, Column::Age), "ENV STATUS NAME AGE");
        assert_eq!(headers(80, Column::Age), "ENV STATUS ID NAME LANG MODEL AUDIO AGE");
        assert_eq!(headers(80, Column::Title), "ENV STATUS ID NAME TITLE LANG AGE");
        assert!(headers(200, Column::Age).contains("TITLE"), "{}", headers(200, Column::Age));
    }

    #[test]
    fn chosen_columns_keep_their_order_and_the_first_stays_however_narrow_it_is() {
        let shown = |width, list: &[&str]| {
            let columns = Columns::parse(list.iter().copied()).unwrap();
            Layout::of(Size { width, height: 24 }, &fleet(5, 1), 0)
                .columns(&fleet(5, 1), Column::Age, &columns)
                .iter()
                .map(|column| format!("{}:{}", column.spec.column, column.width))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(shown(80, &["error", "name:20", "status"]), "error:42 name:20 status:10");
        assert_eq!(shown(80, &["created", "key", "age"]), "created:15 key:4 age:6");
        assert_eq!(shown(40, &["error:30", "status", "age"]), "error:30");
        assert_eq!(shown(40, &["error:25", "status", "age"]), "error:25 age:6");
        assert_eq!(shown(40, &["error:200", "env"]), "error:35");
    }
}
