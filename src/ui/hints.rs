//! The foot of the screen: the keys that matter where one is, from the table of keys; or a passing
//! remark. On a short screen it lies in the bottom border.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, overlay, paint};
use crate::state::{Context, Foot, Hint, Layout, State};

/// So many cells of a line that is asked for may go to hints.
const PROMPT_HINTS: u16 = 20;

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
        let end = overlay::draw_prompt(buffer, (area.x, area.y), room, prompt, state, theme);
        *cursor = Some(end);
        // How to go on and how to get out, while the line leaves room for both.
        let ways = line(&state.hints(Context::Prompt, PROMPT_HINTS), theme);
        let width = u16::try_from(ways.width()).unwrap_or(u16::MAX);
        let typed = u16::try_from(prompt.input.value().width()).unwrap_or(u16::MAX);
        let asked = u16::try_from(state.question(prompt, usize::from(room)).width())
            .unwrap_or(u16::MAX)
            .saturating_add(3);
        if asked.saturating_add(typed).saturating_add(width).saturating_add(1) < room {
            let x = area.right().saturating_sub(width);
            buffer.set_line(x, area.y, &ways, width);
        }
        return;
    }
    // An overlay has hints and remarks in its border, unless it asks for a line there.
    if state.overlay.is_some() && state.prompt.is_none() {
        return;
    }
    if state.overlay.is_none() || state.notice.is_some() {
        paint::put_line(buffer, area, 0, foot(state, state.context_below(), area.width, theme));
    }
}

/// A passing remark, cut where it is too long, and the hints beside it.
pub(super) fn foot<'a>(state: &State, context: Context, room: u16, theme: &Theme) -> Line<'a> {
    let Foot { remark, hints } = state.foot(context, room);
    let Some((text, width)) = remark else { return line(&hints, theme) };
    let text = paint::fit(&text, usize::from(width)).into_owned();
    let end = u16::try_from(text.width()).unwrap_or(width);
    let mut spans = vec![Span::styled(text, theme.active)];
    spans.extend(line_from(&hints, end, theme).spans);
    Line::from(spans)
}

/// Hints as a line, each at its place.
pub(super) fn line<'a>(hints: &[Hint], theme: &Theme) -> Line<'a> {
    line_from(hints, 0, theme)
}

/// The part of it behind so many cells.
fn line_from<'a>(hints: &[Hint], mut end: u16, theme: &Theme) -> Line<'a> {
    let mut spans = Vec::new();
    for hint in hints {
        spans.push(Span::raw(" ".repeat(usize::from(hint.x.saturating_sub(end)))));
        spans.push(Span::styled(hint.key.clone(), theme.accent));
        spans.push(Span::styled(format!(" {}", hint.word), theme.quiet));
        end = hint.x + hint.width;
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}
