//! The jobs pane: column heads, the rows in view, and the rule above them with the filter, the sort and
//! the place in the list. Only rows in view are ever built.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use super::{Theme, completion, filter_line, format, matched, pace, paint};
use crate::model::{EnvironmentState, JobId, JobKey};
use crate::state::layout::ShownColumn;
use crate::state::{Action, Complaint, Layout, Shown, Standing, State};
use crate::store::{Align, Column, Handle, Held, Sort};

/// Draws the pane and its rule; `cursor` becomes where the filter is edited.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    cursor: &mut Option<Position>,
) {
    draw_rule(buffer, state, layout, theme, cursor);
    let columns = state.shown_columns();
    draw_heads(buffer, state, layout, &columns, theme);
    let height = usize::from(layout.rows());
    let first = state.selection.first();
    let rows = state.rows().slice(first, height);
    let top = layout.jobs.y + 1;
    for ((y, at), handle) in (top..layout.jobs.bottom()).zip(first..).zip(&rows) {
        let Some(held) = state.store.job(*handle) else { continue };
        draw_row(buffer, state, (layout, y), &columns, (*handle, held), theme);
        if state.selection.row() == Some(at) {
            paint::tint(buffer, Rect::new(layout.jobs.x, y, layout.jobs.width, 1), theme.selected);
        }
    }
    if matches!(state.filter.complaint(), Some(Complaint::Wrong(_))) {
        // They are not those of what is written.
        paint::tint(buffer, Rect { y: top, height: layout.rows(), ..layout.jobs }, theme.stale);
    }
    if rows.is_empty() {
        draw_nothing(buffer, state, layout, theme);
    }
    draw_scroll_bar(buffer, state, layout, theme);
    completion::draw(buffer, state, layout, theme);
}

/// Which of how many rows are in view; nothing where there are none.
fn place(state: &State, layout: &Layout) -> String {
    let count = state.rows().len();
    if count == 0 {
        return String::new();
    }
    let first = state.selection.first();
    let last = (first + usize::from(layout.rows())).min(count);
    let plus = if state.store.is_complete() { "" } else { "+" };
    // These are still the rows of before.
    let building = if state.is_long_building() { "… " } else { "" };
    let history = pace::history(state).filter(|_| layout.screen.width >= 80);
    let history = history.map_or(String::new(), |words| format!("{words} · "));
    format!(
        " {history}{building}{}–{} of {}{plus} ",
        format::count(first + 1),
        format::count(last),
        format::count(count)
    )
}

/// `Jobs · filter: status:running · 38 of 12,431` and at the right `1–22`; or the filter being edited.
fn draw_rule(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    cursor: &mut Option<Position>,
) {
    if state.filter.input().is_some() {
        filter_line::draw(buffer, state, layout, theme, cursor);
        return;
    }
    let (y, width) = (layout.jobs_rule, layout.screen.width);
    let (rows, place) = (state.rows(), place(state, layout));
    let place_width = u16::try_from(place.width()).unwrap_or(0);
    let place_x = width.saturating_sub(place_width + 2);
    if width >= 60 {
        paint::put(buffer, (place_x, y), place_width, &place, theme.quiet, Align::Right);
    }
    let room = if width >= 60 { place_x.saturating_sub(2) } else { width.saturating_sub(3) };
    let mut spans = vec![Span::styled("Jobs", theme.title)];
    if state.shown == Shown::Stuck {
        spans.push(Span::styled(format!(" · {} stuck only", Theme::STUCK), theme.warning));
    }
    let view = state.view();
    if let Some((_, changed)) = view {
        spans.push(Span::styled(" · view: ", theme.quiet));
        let changed = if changed { "*" } else { "" };
        spans.push(Span::styled(format!("{}{changed}", state.view_name()), theme.accent));
    }
    // The name of a view stands for its filter.
    let named = view.is_some_and(|(_, changed)| !changed);
    if !state.filter.text().is_empty() {
        if !named {
            spans.push(Span::styled(" · filter: ", theme.quiet));
            spans.push(Span::styled(state.presenter.query(state.filter.text()).into_owned(), theme.accent));
        }
        spans.push(Span::styled(format!(" · of {}", format::count(rows.total())), theme.quiet));
    }
    if let Some(awaited) = state.awaited() {
        spans.push(Span::styled(format!(" · {awaited}"), theme.warning));
    }
    if let Some(unseen) = unseen_sort(state) {
        spans.push(Span::styled(format!(" · sorted by {unseen}"), theme.quiet));
    }
    if !state.marks.is_empty() {
        let ranging = if state.marks.is_ranging() { ", a range begun" } else { "" };
        spans.push(Span::styled(
            format!(" · {} marked{ranging}", format::count(state.marks.len())),
            theme.accent,
        ));
    }
    paint::title(buffer, (1, y), room, spans);
}

/// What the jobs are sorted by, where not all of it can be seen in the heads.
fn unseen_sort(state: &State) -> Option<Sort> {
    let shown = state.shown_columns();
    let is_shown = |column| shown.iter().any(|shown| shown.spec.column == column);
    let seen = is_shown(state.sort.column) && state.sort.then.is_none_or(|(second, _)| is_shown(second));
    (!seen).then_some(state.sort)
}

fn draw_heads(buffer: &mut Buffer, state: &State, layout: &Layout, columns: &[ShownColumn], theme: &Theme) {
    let mut x = layout.jobs.x + layout.gutter();
    for column in columns {
        let mark = sort_mark(state.sort, column.spec.column);
        let text = format!("{}{mark}", column.spec.header);
        let style = if mark.is_empty() { theme.quiet } else { theme.accent };
        paint::put(buffer, (x, layout.jobs.y), column.width, &text, style, column.spec.align);
        x += column.width + 1;
    }
}

/// How a column takes part in the sort: full for the first, hollow for the second.
fn sort_mark(sort: Sort, column: Column) -> &'static str {
    match sort.then {
        _ if column == sort.column => {
            if sort.descending {
                "▼"
            } else {
                "▲"
            }
        }
        Some((second, descending)) if column == second => {
            if descending {
                "▽"
            } else {
                "△"
            }
        }
        _ => "",
    }
}

fn draw_row(
    buffer: &mut Buffer,
    state: &State,
    (layout, y): (&Layout, u16),
    columns: &[ShownColumn],
    (handle, held): (Handle, Held<'_>),
    theme: &Theme,
) {
    let (area, gutter) = (layout.jobs, layout.gutter());
    let stale = state.store.is_stale(held.source());
    if stale {
        paint::put(buffer, (area.x, y), 1, Theme::STALE, theme.warning, Align::Left);
    }
    if let Some(mark) = mark_of(state, held) {
        paint::put(buffer, (area.x + gutter - 2, y), 1, mark, theme.accent, Align::Left);
    }
    let mut x = area.x + gutter;
    for column in columns {
        let (text, mut style) = cell(state, (handle, held), column.spec.column, theme);
        let mut text = state.presenter.cell(held, column.spec.column, text);
        if column.spec.column == Column::Name && state.store.resubmission(handle).is_some() {
            (text, style) = (format!("⇄ {text}"), theme.warning);
        }
        // The status keeps its colour: a stale rejection is still a rejection.
        let fades = stale && column.spec.column != Column::Status;
        let style = if fades { theme.stale } else { style };
        let places = matched::places(state, held, column.spec.column, &text);
        let emphasis = matched::emphasis(theme, fades);
        let cells = (x, y, column.width);
        matched::put(buffer, cells, (&text, &places), (style, emphasis), column.spec.align);
        x += column.width + 1;
    }
}

/// The mark of a marked job: another where what was wanted of it failed.
fn mark_of(state: &State, held: Held<'_>) -> Option<&'static str> {
    if state.marks.is_empty() {
        return None;
    }
    let environment = state.store.fleet().source(held.source())?.environment;
    let mark = state.marks.of(&JobKey { environment, id: JobId::new(held.id()) })?;
    Some(if mark.is_some() { Theme::FAILED } else { Theme::MARKED })
}

/// What a column shows of a job.
fn cell(state: &State, (handle, held): (Handle, Held<'_>), column: Column, theme: &Theme) -> (String, Style) {
    let fleet = state.store.fleet();
    let source = fleet.source(held.source());
    let words = |text: Option<&str>| text.unwrap_or_default().to_owned();
    match column {
        Column::Env => (
            source.map_or(String::new(), |source| fleet.environment_name(source.environment).to_owned()),
            theme.text,
        ),
        Column::Key => {
            (source.map_or(String::new(), |source| fleet.key_name(source.key).to_owned()), theme.quiet)
        }
        Column::Status if state.store.is_stuck(handle) => (format!("{} stuck", Theme::STUCK), theme.warning),
        Column::Status => {
            let (glyph, style) = theme.job(held.status(), !held.errors().is_empty());
            let followed = source.is_some_and(|source| state.following.has(source.environment, held.id()));
            let glyph = if followed { Theme::FOLLOWED } else { glyph };
            (format!("{glyph} {}", held.status()), style)
        }
        Column::Id => (held.id().to_owned(), theme.quiet),
        Column::Name => name_cell(held, theme),
        Column::Title => (words(held.title()), theme.text),
        Column::Ref => (words(held.reference()), theme.quiet),
        Column::Tags => (held.tags().join(" "), theme.quiet),
        Column::Lang => (words(held.language()), theme.text),
        Column::Model => (words(held.model()), theme.quiet),
        Column::Audio => (held.duration_s().map_or(String::new(), format::audio), theme.text),
        Column::Created => {
            (held.created_at().map_or(String::new(), |at| format::created_of(state, at)), theme.quiet)
        }
        Column::Age => {
            let age =
                held.created_at().map_or(String::new(), |at| format::span(state.now.duration_since(at)));
            (age, theme.text)
        }
        Column::Expires => expires_cell(state, held, theme),
        Column::Error => {
            let style = if held.is_done_with_errors() { theme.warning } else { theme.bad };
            (held.errors().last().map_or(String::new(), |error| error.message.to_string()), style)
        }
    }
}

/// The audio file; a job without one fetches its audio from a URL, or was wiped: then its title or
/// reference says more than nothing.
pub(super) fn name_cell(held: Held<'_>, theme: &Theme) -> (String, Style) {
    if !held.data_name().is_empty() {
        return (held.data_name().to_owned(), theme.text);
    }
    let other = held.title().or(held.reference()).unwrap_or("–");
    (format!("↗ {other}"), theme.quiet)
}

fn expires_cell(state: &State, held: Held<'_>, theme: &Theme) -> (String, Style) {
    let Some(end) = held.expires_at() else { return (String::new(), theme.quiet) };
    let left = end.duration_since(state.now);
    if left.is_negative() {
        return ("past".to_owned(), theme.quiet);
    }
    let (mark, style) = match state.standing(held) {
        Standing::Losing => (format!("{} ", Theme::LOSING), theme.warning),
        Standing::Saved => (format!("{} ", Theme::SAVED), theme.good),
        Standing::Calm => (String::new(), theme.quiet),
    };
    (format!("{mark}{}", format::span(left)), style)
}

/// Says why there are no rows.
fn draw_nothing(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let answered = state.store.sources().any(|(_, record)| record.last_good.is_some());
    let asking =
        state.store.fleet().environments().any(|(id, _)| state.store.state(id) == EnvironmentState::Unknown);
    let text = if state.shown == Shown::Stuck && state.filter.text().is_empty() {
        format!("no job is stuck; {} shows all again", state.key_of(Action::ToggleStuck))
    } else if state.rows().total() > 0 {
        format!(
            "no job of {} matches the filter; {} clears it",
            format::count(state.rows().total()),
            state.key_of(Action::ClearFilter)
        )
    } else if answered {
        "no jobs in the past 7 days".to_owned()
    } else if asking {
        "asking for jobs…".to_owned()
    } else {
        "no environment has answered with jobs".to_owned()
    };
    let area = layout.jobs;
    let used = u16::try_from(text.width()).unwrap_or(area.width).min(area.width);
    let x = area.x + (area.width - used) / 2;
    let y = area.y + area.height / 2;
    paint::put(buffer, (x, y), used, &text, theme.quiet, Align::Left);
}

/// A thumb in the right border, where there is more than fits.
fn draw_scroll_bar(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let (shown, all) = (usize::from(layout.rows()), state.rows().len());
    if all <= shown || shown == 0 {
        return;
    }
    let length = (shown * shown / all).max(1);
    let start = state.selection.first() * (shown - length) / (all - shown).max(1);
    let x = layout.screen.width.saturating_sub(1);
    for line in start..(start + length).min(shown) {
        let y = layout.jobs.y + 1 + u16::try_from(line).unwrap_or(0);
        paint::put(buffer, (x, y), 1, "┃", theme.quiet, Align::Left);
    }
}
