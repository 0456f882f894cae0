//! The foot of the screen: the keys that matter where one is, from the table of keys; or a passing
//! remark. On a short screen it lies in the bottom border.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, overlay, paint};
use crate::state::{BINDINGS, Context, Layout, State};

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
    let room = usize::from(area.width.saturating_sub(2));
    let line = match &state.notice {
        Some(notice) => Line::styled(format!(" {} ", state.presenter.told(&notice.text)), theme.active),
        // An overlay has its own hints in its border.
        None if state.overlay.is_some() => return,
        None => hints(state, state.context(), theme, room),
    };
    paint::put_line(buffer, area, 0, line);
}

/// As many hints as fit. The last of the table's hints (help, quit) are kept before those in the middle.
pub(super) fn hints<'a>(state: &State, context: Context, theme: &Theme, room: usize) -> Line<'a> {
    let all: Vec<(&str, &str)> = BINDINGS
        .iter()
        .filter(|binding| {
            context.reaches(binding.context) && !binding.hint.is_empty() && state.offers(binding.action)
        })
        .filter_map(|binding| Some((*binding.keys.first()?, binding.hint)))
        .collect();
    let width = |(key, hint): &(&str, &str)| key.width() + hint.width() + 3;
    let mut shown: Vec<(&str, &str)> = all.clone();
    while shown.iter().map(width).sum::<usize>() > room && !shown.is_empty() {
        // The first two and the last two are the ones that nobody may miss.
        let victim = shown.len().saturating_sub(3).max(shown.len().min(3) - 1);
        shown.remove(victim);
    }
    let mut spans = vec![Span::raw(" ")];
    for (key, hint) in shown {
        spans.push(Span::styled(key.to_owned(), theme.accent));
        spans.push(Span::styled(format!(" {hint}  "), theme.quiet));
    }
    Line::from(spans)
}
