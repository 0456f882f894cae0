//! Both panes on one line, for a small screen: every environment with its state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Theme, keys, paint, realtime};
use crate::state::{Layout, State};

/// Draws the strip.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.strip;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut line = summary(state, inner.width, theme);
    line.spans.extend(realtime::alarm(state, layout, theme));
    paint::put_line(buffer, inner, 0, line);
}

/// `eu1 ●  eu2 ✖  us2 ✖key`, closer together where that fits better.
fn summary<'a>(state: &State, room: u16, theme: &Theme) -> Line<'a> {
    let line = |gap: &str| {
        let mut spans = Vec::new();
        for (id, environment) in state.store.fleet().environments() {
            let (glyph, _, style) = theme.environment(state.store.state(id));
            let refused = state.store.sources_at(id).find(|(source, _)| keys::is_refused(state, *source));
            let refused = refused.map(|(source, _)| theme.key(state.store.key_state(source, state.now)));
            let (glyph, style) = match refused {
                Some((glyph, style)) => (format!("{glyph}key"), style),
                None => (glyph.to_owned(), style),
            };
            spans.push(Span::styled(format!("{} ", environment.name), theme.text));
            spans.push(Span::styled(format!("{glyph}{gap}"), style));
        }
        Line::from(spans)
    };
    let wide = line("  ");
    if wide.width() <= usize::from(room) { wide } else { line(" ") }
}
