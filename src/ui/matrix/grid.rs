//! The table of the matrix: a row for each key and one each for the state, the usual latency and the answers
//! of the endpoints; a column for each environment. What does not fit side by side goes on below.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::overlay::Content;
use super::super::{Theme, format, keys, paint};
use crate::model::{Environment, EnvironmentId, KeyId, KeyState};
use crate::state::{Layout, State, layout::key_width};
use crate::store::{Health, Share};

/// Cells between two columns.
const GAP: usize = 2;
/// A remark about a key has at least so many cells, or no place in the table.
const REMARK: usize = 24;

type Cell = (String, Style);

/// One row: its label, and a cell for each environment; of a key its remark too.
struct Row {
    label: Cell,
    cells: Vec<Cell>,
    remark: Option<Cell>,
}

/// The lines of the table.
pub(super) fn lines(state: &State, layout: &Layout, theme: &Theme) -> Vec<Line<'static>> {
    let rows = rows(state, theme);
    let width_of = |cell: &Cell| cell.0.width();
    let label = rows.iter().map(|row| width_of(&row.label)).max().unwrap_or(0) + GAP;
    let columns = rows.iter().flat_map(|row| &row.cells).map(width_of).max().unwrap_or(0) + GAP;
    let room = Content::width(layout.overlay());
    let count = rows.first().map_or(0, |row| row.cells.len());
    let at_once = (room.saturating_sub(label) / columns.max(1)).max(1);
    let mut lines = Vec::new();
    for first in (0..count.max(1)).step_by(at_once) {
        if first > 0 {
            lines.push(Line::default());
        }
        for row in &rows {
            let mut spans = vec![padded(&row.label, label)];
            spans.extend(row.cells.iter().skip(first).take(at_once).map(|cell| padded(cell, columns)));
            let left = room.saturating_sub(label + columns * count.min(at_once));
            // What does not fit here stands in full below the table.
            if let Some((text, style)) = row.remark.as_ref().filter(|_| count <= at_once && left >= REMARK) {
                spans.push(Span::styled(text.clone(), *style));
            }
            lines.push(paint::fit_line(Line::from(spans), room));
        }
    }
    lines
}

fn padded((text, style): &Cell, width: usize) -> Span<'static> {
    Span::styled(format!("{text}{}", " ".repeat(width.saturating_sub(text.width()))), *style)
}

fn rows(state: &State, theme: &Theme) -> Vec<Row> {
    let fleet = state.store.fleet();
    let name = usize::from(key_width(fleet));
    let across = |cell: &dyn Fn(EnvironmentId, &Environment) -> Cell| {
        fleet.environments().map(|(id, environment)| cell(id, environment)).collect::<Vec<Cell>>()
    };
    let heads = across(&|_, environment| (environment.name.to_string(), theme.title));
    let mut rows = vec![Row { label: ("KEY".to_owned(), theme.quiet), cells: heads, remark: None }];
    for (key, label) in fleet.keys() {
        rows.push(Row {
            label: (format!("{:<name$} ·{}", label.name.as_str(), label.fingerprint), theme.text),
            cells: across(&|id, _| key_cell(state, theme, key, id)),
            remark: Some(remark(state, theme, key)),
        });
    }
    let mut endpoints = |label: &str, cells: Vec<Cell>| {
        rows.push(Row { label: (label.to_owned(), theme.quiet), cells, remark: None });
    };
    endpoints(
        "HOST",
        across(&|id, _| {
            let (glyph, word, style) = theme.environment(state.store.state(id));
            (format!("{glyph} {word}"), style)
        }),
    );
    let figure = |id, of: &dyn Fn(&Health) -> Option<Cell>| {
        state.store.health(id).and_then(of).unwrap_or(("–".to_owned(), theme.quiet))
    };
    endpoints(
        "MEDIAN",
        across(&|id, _| figure(id, &|health| Some((format::latency(health.percentile(50)?), theme.text)))),
    );
    endpoints("ANSWERED", across(&|id, _| figure(id, &|health| Some(share(health.share()?, theme)))));
    rows
}

fn share(share: Share, theme: &Theme) -> Cell {
    (format!("{}%", share.percent()), if share.percent() < 100 { theme.warning } else { theme.text })
}

/// `✔ good`, `✖ 401`, and quietly `– no` where it is not declared and not accepted.
fn key_cell(state: &State, theme: &Theme, key: KeyId, environment: EnvironmentId) -> Cell {
    let source = state.store.fleet().source_at(key, environment);
    let known = source.and_then(|source| Some((source, state.store.source(source)?)));
    let Some((source, record)) = known else { return ("–".to_owned(), theme.quiet) };
    if keys::is_no_news(state, source, record) {
        return ("– no".to_owned(), theme.quiet);
    }
    let key_state = state.store.key_state(source, state.now);
    let (glyph, style) = theme.key(key_state);
    let status = record.key.evidence.as_ref().and_then(|failure| failure.status);
    let word = match (key_state, status) {
        (KeyState::Accepted, _) => "good".to_owned(),
        (KeyState::Unchecked, _) => "asking".to_owned(),
        (KeyState::Unreachable, _) => "unknown".to_owned(),
        (_, Some(status)) => status.to_string(),
        (state, None) => state.to_string(),
    };
    (format!("{glyph} {word}"), style)
}

/// What is wrong with a key, else where it is good.
pub(super) fn remark(state: &State, theme: &Theme, key: KeyId) -> Cell {
    if let Some(banner) = super::banners(state, key).next() {
        return (state.presenter.told(&banner.head).into_owned(), theme.severity(banner.severity).1);
    }
    let fleet = state.store.fleet();
    let good = fleet.environments().filter(|(id, _)| {
        let source = fleet.source_at(key, *id);
        source.is_some_and(|source| state.store.key_state(source, state.now) == KeyState::Accepted)
    });
    let good: Vec<&str> = good.map(|(_, environment)| environment.name.as_str()).collect();
    let text = match good.as_slice() {
        [] => String::new(),
        all if all.len() == fleet.environments.len() => "good everywhere".to_owned(),
        some => format!("good in {}", some.join(", ")),
    };
    (text, theme.quiet)
}
