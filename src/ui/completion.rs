//! The small box beside the filter line: what may be written next, or what is wrong with what is written.
//! It lies over the panes above the line, where the rows that are found stay in sight; where there are no
//! panes, or only low ones, it lies below, over as few rows as will do. It never covers the line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::overlay::{Content, clear};
use super::{Theme, filter_line, format, paint};
use crate::state::{Complaint, Layout, State, Suggestion};
use crate::store::Align;

/// The most lines of the box.
const LINES: u16 = 8;
/// The lines with which it may lie above.
const ENOUGH: u16 = 5;
/// The widest that a suggestion, what is said of it, and a message may be.
const WIDEST: (usize, usize, u16) = (34, 62, 76);
/// What is said of a suggestion needs so much room to be worth it.
const WORTH_SAYING: u16 = 12;

/// Where a box may lie: its lines, and the row of the border that is not the rule.
#[derive(Clone, Copy)]
struct Place {
    lines: u16,
    above: bool,
}

impl Place {
    /// Where a list may lie; what is `urgent` may cover all rows but one.
    fn of(layout: &Layout, urgent: bool) -> Self {
        let panes = layout.environments.height;
        let rows = if urgent { layout.jobs.height.saturating_sub(1) } else { layout.jobs.height / 2 };
        let below = rows.saturating_sub(1);
        // A small fleet's panes are too low for a list.
        let above = panes >= ENOUGH || panes >= below;
        Self { lines: if above { panes } else { below }.min(LINES), above }
    }

    /// The lines of a box, and the row of its one border.
    fn rows(self, layout: &Layout, lines: u16) -> (u16, u16) {
        let lines = lines.min(self.lines);
        if self.above {
            let first = layout.jobs_rule.saturating_sub(lines);
            (first, first.saturating_sub(1))
        } else {
            (layout.jobs_rule + 1, layout.jobs_rule + 1 + lines)
        }
    }
}

/// Whether the box says what is wrong, so that the line need not.
pub(super) fn says_why(layout: &Layout) -> bool {
    Place::of(layout, true).lines > 1
}

/// Whether there is room for a list.
pub(super) fn lists(layout: &Layout) -> bool {
    Place::of(layout, false).lines > 1
}

/// Draws it, if there is something to say and room for it.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let list = state.filter.suggestions();
    if !list.0.is_empty() {
        draw_list(buffer, state, layout, theme, list);
    } else if let Some(mut lines) = message(state, layout, theme.bad).filter(|_| says_why(layout)) {
        let place = Place::of(layout, true);
        let room = usize::from(place.lines);
        if lines.len() > room {
            lines.truncate(room);
            lines.last_mut().into_iter().for_each(|line| line.push_span("  …"));
        }
        let width = lines.iter().map(Line::width).max().unwrap_or(0);
        let width = u16::try_from(width + 4).unwrap_or(WIDEST.2).min(layout.screen.width - 2);
        let height = u16::try_from(lines.len()).unwrap_or(LINES);
        let area = draw_box(buffer, layout, theme, (place, Rect::new(1, 0, width, height)), "");
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        for (row, line) in (0..inner.height).zip(lines) {
            paint::put_line(buffer, inner, row, line);
        }
    }
}

/// What is wrong with the text, wrapped; nothing while suggestions are in its place.
fn message(state: &State, layout: &Layout, mark: Style) -> Option<Vec<Line<'static>>> {
    let Some(Complaint::Wrong(error)) = state.filter.complaint() else { return None };
    if !state.filter.suggestions().0.is_empty() {
        return None;
    }
    let area = Rect::new(0, 0, WIDEST.2.min(layout.screen.width - 2), 1);
    let words = vec![Span::styled("✖ ", mark), Span::raw(error.message.clone())];
    Some(Content::wrap(Line::from(words), area, 2))
}

fn draw_list(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    (all, chosen): (&[Suggestion], Option<usize>),
) {
    let place = Place::of(layout, false);
    if !lists(layout) {
        return;
    }
    let widest = |of: fn(&Suggestion) -> &str, most: usize| {
        u16::try_from(all.iter().map(|suggestion| of(suggestion).width()).max().unwrap_or(0).min(most))
            .unwrap_or(0)
    };
    // Two borders, a space at either side.
    let most = layout.screen.width.saturating_sub(6);
    let text = widest(|suggestion| &suggestion.text, WIDEST.0).min(most);
    let spare = most.saturating_sub(text + 2);
    let help = widest(|suggestion| &suggestion.help, WIDEST.1);
    let help = if help <= spare || spare >= WORTH_SAYING { help.min(spare) } else { 0 };
    let gap = if help > 0 { 2 } else { 0 };

    let height = u16::try_from(all.len()).unwrap_or(LINES).min(place.lines);
    let shown = usize::from(height);
    let first = chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(shown));
    let label = if all.len() > shown {
        format!(" {}–{} of {} ", first + 1, first + shown, format::count(all.len()))
    } else {
        String::new()
    };
    let at = all.first().map_or(0, |suggestion| suggestion.at.start);
    let width = (text + gap + help + 4).max(u16::try_from(label.width() + 2).unwrap_or(0));
    // The suggestion stands where the text is that it would take the place of.
    let x = filter_line::column(state, layout, at).saturating_sub(2);
    let area = draw_box(buffer, layout, theme, (place, Rect::new(x, 0, width, height)), &label);
    for ((number, suggestion), y) in all.iter().enumerate().skip(first).zip(area.top()..area.bottom()) {
        let x = area.x + 1;
        paint::put(buffer, (x, y), text, &suggestion.text, theme.text, Align::Left);
        paint::put(buffer, (x + text + gap, y), help, &suggestion.help, theme.quiet, Align::Left);
        if chosen == Some(number) {
            paint::tint(buffer, Rect::new(area.x, y, area.width, 1), theme.selected);
        }
    }
}

/// An empty box with so many lines, whose left border is at `wanted.x` if there is room; gives what is inside.
fn draw_box(
    buffer: &mut Buffer,
    layout: &Layout,
    theme: &Theme,
    (place, wanted): (Place, Rect),
    label: &str,
) -> Rect {
    let (top, border) = place.rows(layout, wanted.height);
    let height = wanted.height.min(place.lines);
    let x = wanted.x.min(layout.screen.width.saturating_sub(wanted.width + 1)).max(1);
    let area = Rect::new(x, top.min(border), wanted.width, height + 1).intersection(buffer.area);
    clear(buffer, area);
    let mut set = |x: u16, y: u16, symbol: &str, style: Style| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    };
    let right = area.right().saturating_sub(1);
    let (left_corner, right_corner) = if border < top { ("╭", "╮") } else { ("╰", "╯") };
    for x in area.x..=right {
        set(x, border, "─", theme.border);
    }
    for y in top..top + height {
        set(area.x, y, "│", theme.border);
        set(right, y, "│", theme.border);
    }
    set(area.x, border, left_corner, theme.border);
    set(right, border, right_corner, theme.border);
    let room = area.width.saturating_sub(2);
    paint::put(buffer, (area.x + 1, border), room, label, theme.quiet, Align::Right);
    Rect::new(area.x + 1, top, room, height)
}
