//! The palette: a line to type in, and below it the actions that match, each with what it does and its key. What does not apply is dim and says where it would.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, hints, overlay, paint};
use crate::state::{Context, Entry, Layout, Palette, State, place};
use crate::store::Align;

/// The width of the names, and of the keys.
const NAME: u16 = 18;
const KEYS: u16 = 13;
/// A list of so many cells has room for names.
const ROOMY: u16 = 76;

/// Draws it, where it is open; `cursor` becomes where its line is edited.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    cursor: &mut Option<Position>,
) {
    let Some(palette) = &state.palette else { return };
    let (area, list) = (layout.palette(), layout.palette_list());
    overlay::recede(buffer, theme);
    overlay::clear(buffer, area);
    overlay::border(buffer, area, theme.accent);
    let width = area.width.saturating_sub(4);
    paint::title(buffer, (area.x + 2, area.y), width, vec![Span::styled("Commands", theme.title)]);
    *cursor = Some(draw_input(buffer, palette, Rect::new(area.x + 2, area.y + 1, width, 1), theme));
    let entries = state.palette_entries();
    let chosen = palette.chosen().min(entries.len().saturating_sub(1));
    let first = layout.palette_first(chosen);
    for ((at, entry), y) in entries.iter().enumerate().skip(first).zip(list.top()..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        draw_entry(buffer, row, entry, theme);
        if at == chosen {
            paint::tint(buffer, row, theme.selected);
        }
    }
    if entries.is_empty() {
        let line = Line::styled(" no action matches", theme.quiet);
        paint::put_line(buffer, list, 0, line);
    }
    let bottom = area.bottom().saturating_sub(1);
    let all = place(first, usize::from(list.height), entries.len());
    let all_width = u16::try_from(all.width()).unwrap_or(0);
    let foot = hints::foot(state, Context::Palette, width.saturating_sub(all_width), theme);
    let room = usize::from(width.saturating_sub(all_width));
    buffer.set_line(area.x + 2, bottom, &paint::fit_line(foot, room), width);
    let x = area.right().saturating_sub(all_width + 2);
    paint::put(buffer, (x, bottom), all_width, &all, theme.quiet, Align::Right);
}

/// The line, its end in view; gives the cursor's place.
fn draw_input(buffer: &mut Buffer, palette: &Palette, area: Rect, theme: &Theme) -> Position {
    let input = palette.input();
    let room = usize::from(area.width.saturating_sub(2));
    let skipped = input.visual_scroll(room.saturating_sub(1));
    let shown: String = input.value().chars().skip(skipped).collect();
    let line = Line::from(vec![Span::styled(":", theme.accent), Span::styled(shown, theme.text)]);
    paint::put_line(buffer, area, 0, line);
    let cells = 1 + input.visual_cursor().saturating_sub(skipped);
    Position::new(area.x + u16::try_from(cells).unwrap_or(0).min(area.width.saturating_sub(1)), area.y)
}

/// What it does, its name (which is what `[bindings]` calls it) where there is room, and its keys.
fn draw_entry(buffer: &mut Buffer, row: Rect, entry: &Entry, theme: &Theme) {
    let (help, name, keys) = match &entry.why_not {
        None => (theme.text, theme.quiet, theme.accent),
        Some(_) => (theme.border, theme.border, theme.border),
    };
    let words = match &entry.why_not {
        None => entry.help.clone().into_owned(),
        Some(why) => format!("{why}: {}", entry.help),
    };
    // Under names the explanation has not enough room in a narrow list, nor under empty cells.
    let roomy = row.width >= ROOMY;
    let own = u16::try_from(entry.keys.width()).unwrap_or(KEYS).min(KEYS);
    let width = if roomy { KEYS } else { own };
    let keys_x = row.right().saturating_sub(width + 1);
    paint::put(buffer, (keys_x, row.y), width, &entry.keys, keys, Align::Right);
    let mut end = keys_x.saturating_sub(1);
    if roomy {
        end = end.saturating_sub(NAME + 1);
        paint::put(buffer, (end + 1, row.y), NAME, entry.name, name, Align::Left);
    }
    let x = row.x + 1;
    paint::put(buffer, (x, row.y), end.saturating_sub(x), &words, help, Align::Left);
}
