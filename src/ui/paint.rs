//! Text into cells: fitted to a width, aligned, styled; and the frame with its rules.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Theme;
use crate::state::Layout;
use crate::store::Align;

/// A text cut to a width in cells, with `…` where something was cut.
pub(super) fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let next = used + grapheme.width();
        if next + 1 > width {
            break;
        }
        used = next;
        kept.push_str(grapheme);
    }
    if width > 0 {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// Puts a text into `width` cells at a place.
pub(super) fn put(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    width: u16,
    text: &str,
    style: Style,
    align: Align,
) {
    let area = Rect::new(x, y, width, 1).intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let text = fit(text, usize::from(area.width));
    let used = u16::try_from(text.width()).unwrap_or(area.width).min(area.width);
    let start = match align {
        Align::Left => area.x,
        Align::Right => area.x + area.width - used,
    };
    buffer.set_stringn(start, area.y, text, usize::from(area.right() - start), style);
}

/// Puts a styled line into an area's row; what does not fit is cut with `…`.
pub(super) fn put_line(buffer: &mut Buffer, area: Rect, row: u16, line: Line<'_>) {
    let Some(y) = area.y.checked_add(row).filter(|y| *y < area.bottom()) else { return };
    let line = fit_line(line, usize::from(area.width));
    buffer.set_line(area.x, y, &line, area.width);
}

/// A styled line cut to a width.
pub(super) fn fit_line(line: Line<'_>, width: usize) -> Line<'_> {
    if line.width() <= width {
        return line;
    }
    let mut left = width;
    let mut kept = Vec::new();
    for span in line.spans {
        let own = span.width();
        if own < left {
            left -= own;
            kept.push(span);
            continue;
        }
        // Something follows or is cut here: the mark takes this span's last cell.
        let text = fit(&format!("{}  ", span.content), left).into_owned();
        kept.push(Span::styled(text, span.style));
        break;
    }
    Line::from(kept).style(line.style)
}

/// The frame: borders, rules and their joints. Titles are put over it by the panes.
pub(super) fn frame(buffer: &mut Buffer, layout: &Layout, theme: &Theme) {
    let Rect { width, height, .. } = layout.screen;
    let (right, bottom) = (width.saturating_sub(1), height.saturating_sub(1));
    let mut set = |x: u16, y: u16, symbol: &str| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(theme.border);
        }
    };
    for y in 1..bottom {
        set(0, y, "│");
        set(right, y, "│");
    }
    let mut rule = |y: u16, left: &str, end: &str| {
        set(0, y, left);
        for x in 1..right {
            set(x, y, "─");
        }
        set(right, y, end);
    };
    rule(0, "┌", "┐");
    rule(bottom, "└", "┘");
    for y in [layout.panes_rule, layout.jobs_rule, layout.events_rule, layout.hints_rule] {
        if y > 0 {
            rule(y, "├", "┤");
        }
    }
    if layout.keys.width > 0 {
        let x = layout.keys.x - 1;
        set(x, layout.panes_rule, "┬");
        set(x, layout.jobs_rule, "┴");
        for y in layout.keys.y..layout.keys.bottom() {
            set(x, y, "│");
        }
    }
}

/// Puts a title into a rule, from a column on, with a space at either side.
pub(super) fn title(buffer: &mut Buffer, (x, y): (u16, u16), width: u16, spans: Vec<Span<'_>>) -> u16 {
    let mut padded = vec![Span::raw(" ")];
    padded.extend(spans);
    padded.push(Span::raw(" "));
    let line = fit_line(Line::from(padded), usize::from(width));
    // Ordinary text in a rule is text, not rule.
    let used = u16::try_from(line.width()).unwrap_or(width).min(width);
    buffer.set_style(Rect::new(x, y, used, 1).intersection(buffer.area), Style::reset());
    let (end, _) = buffer.set_line(x, y, &line, width);
    end
}

/// Where in a rule so many cells are bare, as far to the right as may be; one of the rule stays at either side.
pub(super) fn bare(buffer: &Buffer, y: u16, width: u16) -> Option<u16> {
    let is_bare = |x: u16| buffer.cell((x, y)).is_some_and(|cell| cell.symbol() == "─");
    let mut run = 0;
    for x in (buffer.area.left()..buffer.area.right()).rev() {
        run = if is_bare(x) { run + 1 } else { 0 };
        if run >= width.saturating_add(2) {
            return Some(x + 1);
        }
    }
    None
}

/// Lays a style over a row of cells.
pub(super) fn tint(buffer: &mut Buffer, area: Rect, style: Style) {
    buffer.set_style(area.intersection(buffer.area), style);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cut_shows() {
        for (text, width, cut) in [
            ("interview.wav", 20, "interview.wav"),
            ("interview.wav", 13, "interview.wav"),
            ("interview.wav", 8, "intervi…"),
            ("会議録音.mp3", 6, "会議…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("anything", 1, "…"),
            ("anything", 0, ""),
        ] {
            assert_eq!(fit(text, width), cut);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in "\\PC{0,40}", width in 0..50_usize) {
            prop_assert!(fit(&text, width).width() <= width);
            let line = Line::from(vec![Span::raw(text.clone()), Span::raw(text.as_str())]);
            prop_assert!(fit_line(line, width).width() <= width);
        }
    }
}
