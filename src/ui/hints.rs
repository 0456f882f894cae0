//! The foot of the screen: the keys that matter where one is, from the table of keys; or a passing
//! remark. On a short screen it lies in the bottom border.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::text::{Line, Span};

use super::{Theme, overlay, paint};
use crate::state::{Hint, Layout, State};

/// Draws the hints.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    cursor: &mut Option<Position>,
) {
    let area = layout.hints;
    if let (Some(prompt), None) = (&state.prompt, &state.overlay) {
        let room = area.width.saturating_sub(1);
        *cursor = Some(overlay::draw_prompt(buffer, (area.x, area.y), room, prompt, theme));
        return;
    }
    let line = match &state.notice {
        Some(notice) => Line::styled(format!(" {} ", state.presenter.told(&notice.text)), theme.active),
        // An overlay has its own hints in its border.
        None if state.overlay.is_some() => return,
        None => line(&state.hints(state.context_below(), area.width), theme),
    };
    paint::put_line(buffer, area, 0, line);
}

/// Hints as a line, each at its place.
pub(super) fn line<'a>(hints: &[Hint], theme: &Theme) -> Line<'a> {
    let mut spans = Vec::new();
    let mut end = 0;
    for hint in hints {
        spans.push(Span::raw(" ".repeat(usize::from(hint.x.saturating_sub(end)))));
        spans.push(Span::styled(hint.key.clone(), theme.accent));
        spans.push(Span::styled(format!(" {}", hint.word), theme.quiet));
        end = hint.x + hint.width;
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}
