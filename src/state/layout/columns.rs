//! Which columns of the jobs pane fit, and how wide each is.

use super::{Layout, ShownColumn, environment_width, key_width};
use crate::model::Fleet;
use crate::state::Columns;
use crate::store::{COLUMNS, Column, ColumnSpec};

/// What the name column wants beyond its least width before the last of the usual columns comes.
const READABLE_NAME: u16 = 12;
/// The columns of a higher rank are extras: they come where the usual ones have the width that they like.
const USUAL: u8 = 7;

impl Layout {
    /// The columns that fit, in the order of the screen, with their widths. The sorted column is among them
    /// wherever it may be shown. They depend on the screen, the fleet, what was chosen, and what the filter
    /// asks for; never on the rows, which come and go.
    pub fn columns(
        &self,
        fleet: &Fleet,
        sorted: Column,
        columns: &Columns,
        asked: &[Column],
    ) -> Vec<ShownColumn> {
        if self.jobs.width == 0 {
            return Vec::new();
        }
        // What is told before a row, and a scroll bar's width at the right.
        let available = self.jobs.width.saturating_sub(self.gutter() + 1);
        let mut wanted = if columns.is_automatic() {
            automatic_columns(available, fleet, sorted, asked)
        } else {
            chosen_columns(available, fleet, sorted, columns)
        };
        let used: u16 = wanted.iter().map(|wanted| wanted.width + 1).sum();
        widen(&mut wanted, (available + 1).saturating_sub(used));
        wanted.iter().map(|wanted| ShownColumn { spec: wanted.spec, width: wanted.width }).collect()
    }
}

/// A column that there is room for.
#[derive(Clone, Copy, Debug)]
struct WantedColumn {
    spec: &'static ColumnSpec,
    width: u16,
    /// At which width most of what it holds can be read, and at which all of it can.
    likes: [u16; 2],
    /// In which order columns get what they like; the lowest first.
    turn: u8,
    grow: u16,
}

/// Gives columns what is to spare: first what they like, one after another, then each its part.
fn widen(wanted: &mut [WantedColumn], mut spare: u16) {
    let mut turns: Vec<usize> = (0..wanted.len()).collect();
    turns.sort_by_key(|at| wanted.get(*at).map(|wanted| wanted.turn));
    for step in 0..2 {
        for at in &turns {
            let Some(wanted) = wanted.get_mut(*at) else { continue };
            let liked = wanted.likes.get(step).copied().unwrap_or_default();
            let more = liked.saturating_sub(wanted.width).min(spare);
            wanted.width += more;
            spare -= more;
        }
    }
    let growing: u16 = wanted.iter().map(|wanted| wanted.grow).sum();
    let share = |wanted: &WantedColumn| (spare * wanted.grow).checked_div(growing).unwrap_or(0);
    // What does not divide goes to the first that grows, so that the last column ends at the edge.
    let mut rest = spare - wanted.iter().map(share).sum::<u16>();
    for wanted in wanted.iter_mut().filter(|wanted| wanted.grow > 0) {
        wanted.width += share(wanted) + std::mem::take(&mut rest);
    }
}

/// The width at which a column says what it must.
fn least_width(spec: &ColumnSpec, fleet: &Fleet) -> u16 {
    match spec.column {
        Column::Env => environment_width(fleet).max(4),
        Column::Key => key_width(fleet),
        _ => spec.width,
    }
}

/// The widths that a column likes: one at which most names, titles or errors can be read, and one at which
/// all but the longest can.
fn likes(spec: &ColumnSpec) -> [u16; 2] {
    match spec.column {
        Column::Name => [20, 45],
        Column::Title => [spec.width, 24],
        Column::Ref => [spec.width, 20],
        Column::Tags => [spec.width, 16],
        Column::Error => [24, 32],
        _ => [spec.width; 2],
    }
}

/// As many as fit, those of most worth first.
fn automatic_columns(available: u16, fleet: &Fleet, sorted: Column, asked: &[Column]) -> Vec<WantedColumn> {
    let worth = |spec: &ColumnSpec| match spec.column {
        column if column == sorted => 0,
        // Right behind what a job is known by.
        column if asked.contains(&column) => spec.rank.min(3),
        // One key says nothing, and the age says when.
        Column::Key if fleet.keys.len() < 2 => u8::MAX,
        Column::Created => u8::MAX,
        _ => spec.rank,
    };
    let mut by_worth: Vec<&'static ColumnSpec> = COLUMNS.iter().collect();
    by_worth.sort_by_key(|spec| worth(spec));
    let wanted = |spec: &'static ColumnSpec| {
        let least = least_width(spec, fleet);
        let likes = likes(spec).map(|liked| liked.max(least));
        // What is asked for is widened before the names are.
        let turn = if asked.contains(&spec.column) { 0 } else { 1 + worth(spec) };
        WantedColumn {
            spec,
            width: least,
            likes: if spec.grow > 0 { likes } else { [least; 2] },
            turn,
            grow: spec.grow,
        }
    };
    let mut shown: Vec<WantedColumn> = Vec::new();
    for spec in by_worth.into_iter().filter(|spec| worth(spec) < u8::MAX) {
        let next = wanted(spec);
        let used: u16 = shown.iter().chain([&next]).map(|wanted| wanted.width + 1).sum();
        if used + reserve(worth(spec), &shown, asked) > available + 1 {
            break;
        }
        shown.push(next);
    }
    let place = |wanted: &WantedColumn| COLUMNS.iter().position(|spec| spec.column == wanted.spec.column);
    shown.sort_by_key(place);
    shown
}

/// What must be left to the columns that are shown already before one of this worth comes.
fn reserve(worth: u8, shown: &[WantedColumn], asked: &[Column]) -> u16 {
    let missing = |step: usize| -> u16 {
        let liked = |wanted: &WantedColumn| wanted.likes.get(step).copied().unwrap_or_default();
        shown.iter().map(|wanted| liked(wanted).saturating_sub(wanted.width)).sum()
    };
    let asked = shown.iter().any(|wanted| wanted.grow > 0 && asked.contains(&wanted.spec.column));
    match worth {
        0..=3 => 0,
        _ if worth > USUAL => missing(1),
        _ if asked => missing(0),
        USUAL => READABLE_NAME,
        _ => 0,
    }
}

/// Those that were chosen, as many as fit: the first of them always, then by their rank.
fn chosen_columns(available: u16, fleet: &Fleet, sorted: Column, columns: &Columns) -> Vec<WantedColumn> {
    let wanted: Vec<WantedColumn> = columns
        .chosen()
        .map(|choice| {
            let spec = choice.column.spec();
            let least = choice.width.unwrap_or_else(|| least_width(spec, fleet)).min(available);
            let grow = if choice.width.is_some() { 0 } else { spec.grow };
            WantedColumn { spec, width: least, likes: [least; 2], turn: 0, grow }
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
        let Some(left) = room.checked_sub(column.width + 1) else { continue };
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
        let headers = |width, sorted| shown(width, 1, sorted, &[], false);
        assert_eq!(headers(40, Column::Age), "ENV STATUS NAME AGE");
        assert_eq!(headers(80, Column::Age), "ENV STATUS ID NAME LANG MODEL AUDIO AGE");
        assert_eq!(headers(80, Column::Title), "ENV STATUS ID NAME TITLE LANG AGE");
        let usual = "ENV STATUS ID NAME LANG MODEL AUDIO AGE EXPIRES";
        assert_eq!(headers(100, Column::Age), usual);
        assert_eq!(headers(120, Column::Age), usual);
        assert_eq!(
            headers(200, Column::Age),
            "ENV STATUS ID NAME TITLE REFERENCE LANG MODEL AUDIO AGE EXPIRES ERROR"
        );
        assert!(headers(200, Column::Created).contains("CREATED"));
    }

    #[test]
    fn names_come_first_and_what_is_asked_for_before_the_extras() {
        let age = Column::Age;
        assert_eq!(shown(100, 2, age, &[], true), "4 10 10 27 5 8 8 6 8");
        assert_eq!(shown(120, 2, age, &[], true), "4 10 10 47 5 8 8 6 8");
        let errors = [Column::Status, Column::Error];
        assert_eq!(shown(80, 1, age, &errors, false), "ENV STATUS ID NAME AGE ERROR");
        assert_eq!(shown(100, 1, age, &errors, false), "ENV STATUS ID NAME LANG AUDIO AGE ERROR");
        assert!(shown(100, 2, age, &[Column::Key, Column::Created], false).contains("KEY"));
        assert!(shown(120, 1, age, &[Column::Created], false).contains("CREATED"));
        assert!(!shown(300, 1, age, &[], false).contains("KEY"));
        assert!(shown(300, 2, age, &[], false).contains("KEY"));
    }

    /// The heads of the columns that are chosen by themselves, or their widths.
    fn shown(width: u16, keys: usize, sorted: Column, asked: &[Column], widths: bool) -> String {
        let fleet = fleet(5, keys);
        let layout = Layout::of(Size { width, height: 24 }, &fleet, 0);
        let columns = layout.columns(&fleet, sorted, &Columns::default(), asked);
        let said = |column: &ShownColumn| {
            if widths { column.width.to_string() } else { column.spec.header.to_owned() }
        };
        columns.iter().map(said).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn chosen_columns_keep_their_order_and_the_first_stays_however_narrow_it_is() {
        let shown = |width, list: &[&str]| {
            let columns = Columns::parse(list.iter().copied()).unwrap();
            Layout::of(Size { width, height: 24 }, &fleet(5, 1), 0)
                .columns(&fleet(5, 1), Column::Age, &columns, &[])
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
