//! The event list: as a pane at the foot of a tall screen, and as an overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, format, paint};
use crate::state::{Action, HIDDEN, Layout, State};
use crate::store::{Banner, Event, Severity};

/// Draws the newest events into their pane.
pub(super) fn draw_pane(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.events;
    if area.height == 0 {
        return;
    }
    paint::title(buffer, (1, layout.events_rule), area.width, vec![Span::styled("Events", theme.title)]);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    for (row, event) in (0..area.height).zip(state.store.events()) {
        paint::put_line(buffer, inner, row, line(state, event, theme));
    }
    if state.store.events().len() == 0 {
        paint::put_line(buffer, inner, 0, Line::styled("nothing has changed yet", theme.quiet));
    }
}

/// The whole list for the overlay, newest first.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let mut lines = now(state, layout, theme);
    let all = state.store.events().len();
    let mut shown = 0;
    for event in state.shown_events() {
        shown += 1;
        lines.extend(Content::wrap(line(state, event, theme), layout.overlay(), 4));
    }
    match (all, shown) {
        (0, _) => lines.push(Line::styled("nothing has changed since voxtop was started", theme.quiet)),
        (_, 0) => lines.push(Line::styled("no event is like that", theme.quiet)),
        _ => {}
    }
    Content::new(title(state, shown, all), lines)
}

/// What is wrong now, above the events.
fn now(state: &State, layout: &Layout, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for banner in state.banners().chain(state.dismissed_banners()) {
        lines.extend(Content::wrap(banner_line(state, banner, theme), layout.overlay(), 4));
    }
    if lines.is_empty() {
        lines.push(Line::styled("nothing is wrong now", theme.good));
    }
    lines.push(Line::default());
    lines
}

/// The event whose first line is the first one in view, or the last event where the list is scrolled beyond;
/// `None` where no event is shown.
pub fn first_in_view<'s>(state: &'s State, theme: &Theme) -> Option<&'s Event> {
    let layout = state.layout();
    let top = state.overlay.as_ref().map_or(0, crate::state::Overlay::scroll);
    let mut at = now(state, &layout, theme).len();
    let mut last = None;
    for event in state.shown_events() {
        last = Some(event);
        if at >= top {
            break;
        }
        at += Content::wrap(line(state, event, theme), layout.overlay(), 4).len();
    }
    last
}

/// `Events · 12 of 340 · filter: eu1 · warnings and worse`.
fn title(state: &State, shown: usize, all: usize) -> String {
    let filter = &state.event_filter;
    let mut title = format!("Events · {}", format::count(shown));
    if shown < all {
        title = format!("{title} of {}", format::count(all));
    }
    if filter.input().is_some() {
        title = format!("{title} · filter: {}▏", filter.text());
    } else if filter.text().is_empty() {
        let (copy, filter) = (state.key_of(Action::CopyEvent), state.key_of(Action::EditFilter));
        title = format!("{title} · {copy} copies · {filter} filters");
    } else {
        let text = if state.presenter.is_on() { HIDDEN } else { filter.text() };
        title = format!("{title} · filter: {text}");
    }
    match filter.least() {
        Some(Severity::Warning) => format!("{title} · warnings and worse"),
        Some(_) => format!("{title} · errors and worse"),
        None => title,
    }
}

/// A banner in full: what the strip may have had to cut.
fn banner_line<'a>(state: &State, banner: &Banner, theme: &Theme) -> Line<'a> {
    let (glyph, style) = theme.severity(banner.severity);
    let moment = |at| format::moment_of(state, at);
    let good = banner.last_good.map_or(String::new(), |good| format!(", last good {}", moment(good)));
    let tail = format!(" Since {}{good}", moment(banner.since));
    Line::from(vec![
        Span::styled(format!("now  {glyph} "), style),
        Span::styled(format!("{}. ", state.presenter.told(&banner.head)), style),
        Span::styled(state.presenter.told(&banner.advice).into_owned(), theme.text),
        Span::styled(format!("{tail}."), theme.quiet),
    ])
}

/// `23:10:04 ✖ us2 prod: key rejected (401)`.
fn line<'a>(state: &State, event: &Event, theme: &Theme) -> Line<'a> {
    let fleet = state.store.fleet();
    let (glyph, style) = theme.severity(event.severity);
    let at = format::moment_of(state, event.at);
    // Clock times are all as long; these are not.
    let at = if state.times.are_relative() { format!("{at:>10}") } else { at };
    let mut spans =
        vec![Span::styled(format!("{at}  "), theme.quiet), Span::styled(format!("{glyph} "), style)];
    if let Some(id) = event.environment {
        spans.push(Span::styled(format!("{} ", fleet.environment_name(id)), theme.title));
    }
    if let (Some(id), true) = (event.key, fleet.keys.len() > 1) {
        spans.push(Span::styled(format!("{} ", fleet.key_name(id)), theme.quiet));
    }
    spans.push(Span::styled(state.event_text(event).into_owned(), theme.text));
    Line::from(spans)
}
