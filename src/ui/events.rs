//! The event list: as a pane at the foot of a tall screen, and as an overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, format, paint};
use crate::state::{Layout, State};
use crate::store::Event;

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
    let mut lines: Vec<Line<'_>> = state
        .store
        .events()
        .flat_map(|event| Content::wrap(line(state, event, theme), layout.overlay(), 4))
        .collect();
    if lines.is_empty() {
        lines.push(Line::styled("nothing has changed since voxtop was started", theme.quiet));
    }
    Content { title: format!("Events · {}", format::count(state.store.events().len())), lines }
}

/// `23:10:04 ✖ us2 prod: key rejected (401)`.
fn line<'a>(state: &State, event: &Event, theme: &Theme) -> Line<'a> {
    let fleet = state.store.fleet();
    let (glyph, style) = theme.severity(event.severity);
    let at = format::moment(event.at, state.now, &state.settings.zone);
    let mut spans =
        vec![Span::styled(format!("{at}  "), theme.quiet), Span::styled(format!("{glyph} "), style)];
    if let Some(id) = event.environment {
        spans.push(Span::styled(format!("{} ", fleet.environment_name(id)), theme.title));
    }
    if let (Some(id), true) = (event.key, fleet.keys.len() > 1) {
        spans.push(Span::styled(format!("{} ", fleet.key_name(id)), theme.quiet));
    }
    spans.push(Span::styled(event.text.clone(), theme.text));
    Line::from(spans)
}
