//! A box over the panes with scrollable lines in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Theme, hints, paint};
use crate::state::{Context, Layout, State};
use crate::store::Align;

/// What is in the box.
pub(super) struct Content<'a> {
    /// For its border.
    pub(super) title: String,
    /// Every line, wrapped already; those in view are drawn.
    pub(super) lines: Vec<Line<'a>>,
}

impl Content<'_> {
    /// The width of a line in an overlay.
    pub(super) fn width(overlay: Rect) -> usize {
        usize::from(overlay.width.saturating_sub(4))
    }

    /// Wraps a line to the overlay's width; what follows the first line is indented.
    pub(super) fn wrap(line: Line<'_>, overlay: Rect, indent: usize) -> Vec<Line<'static>> {
        let width = Self::width(overlay).max(indent + 8);
        let mut lines = Vec::new();
        let mut current: Vec<Span<'static>> = Vec::new();
        let mut used = 0;
        for span in line.spans {
            for word in span.content.split_inclusive(char::is_whitespace) {
                let mut rest = word;
                while !rest.is_empty() {
                    let own = rest.width();
                    if used + own <= width {
                        current.push(Span::styled(rest.to_owned(), span.style));
                        used += own;
                        break;
                    }
                    // A word longer than a line is cut; any other goes to the next line.
                    let room = width - used;
                    let head: String =
                        if own > width - indent { take_width(rest, room) } else { String::new() };
                    rest = rest.get(head.len()..).unwrap_or_default();
                    if !head.is_empty() {
                        current.push(Span::styled(head, span.style));
                    } else if used <= indent {
                        break;
                    }
                    lines.push(Line::from(std::mem::take(&mut current)));
                    current.push(Span::raw(" ".repeat(indent)));
                    used = indent;
                    rest = rest.trim_start();
                }
            }
        }
        lines.push(Line::from(current));
        lines
    }
}

fn take_width(text: &str, room: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|grapheme| {
            used += grapheme.width();
            used <= room
        })
        .collect()
}

/// Draws the box. Returns the last line to which it can be scrolled.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    content: Content<'_>,
) -> usize {
    let area = layout.overlay();
    recede(buffer, theme);
    clear(buffer, area);
    border(buffer, area, theme);
    let height = usize::from(layout.overlay_lines());
    let end = content.lines.len().saturating_sub(height);
    let first = state.overlay.as_ref().map_or(0, |overlay| overlay.scroll().min(end));
    paint::title(
        buffer,
        (area.x + 2, area.y),
        area.width.saturating_sub(4),
        vec![Span::styled(content.title, theme.title)],
    );
    let inner = Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), layout.overlay_lines());
    let all = content.lines.len();
    for (row, line) in (0..inner.height).zip(content.lines.into_iter().skip(first)) {
        paint::put_line(buffer, inner, row, line);
    }
    let bottom = area.bottom().saturating_sub(1);
    let place = if end > 0 {
        format!(" {}–{} of {all} ", first + 1, (first + height).min(all))
    } else {
        String::new()
    };
    let place_width = u16::try_from(place.width()).unwrap_or(0);
    let room = area.width.saturating_sub(place_width + 4);
    let hints = hints::hints(Context::Overlay, theme, usize::from(room));
    buffer.set_line(area.x + 2, bottom, &paint::fit_line(hints, usize::from(room)), room);
    let x = area.right().saturating_sub(place_width + 2);
    paint::put(buffer, (x, bottom), place_width, &place, theme.quiet, Align::Right);
    end
}

/// Lets what lies behind the box step back: still there, no longer speaking.
fn recede(buffer: &mut Buffer, theme: &Theme) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol().to_owned();
        cell.reset();
        cell.set_symbol(&symbol).set_style(theme.border);
    }
}

fn clear(buffer: &mut Buffer, area: Rect) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
    // A wide character whose right half was covered would stick out on the left.
    if let Some(left) = area.x.checked_sub(1) {
        for y in area.top()..area.bottom() {
            if let Some(cell) = buffer.cell_mut((left, y))
                && cell.symbol().width() > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
}

fn border(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    let mut set = |x: u16, y: u16, symbol: &str| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(theme.accent);
        }
    };
    for x in area.x..right {
        set(x, area.y, "─");
        set(x, bottom, "─");
    }
    for y in area.y..bottom {
        set(area.x, y, "│");
        set(right, y, "│");
    }
    set(area.x, area.y, "╭");
    set(right, area.y, "╮");
    set(area.x, bottom, "╰");
    set(right, bottom, "╯");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn wrapping_loses_nothing_but_spaces_and_never_sticks_out(text in "\\PC{0,120}", width in 20..60_u16) {
            let wrapped = Content::wrap(Line::from(text.clone()), Rect::new(0, 0, width, 9), 4);
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            let shown: String = wrapped.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(solid(&shown), solid(&text));
            for line in &wrapped {
                prop_assert!(line.width() <= Content::width(Rect::new(0, 0, width, 9)));
            }
        }
    }
}
