//! A box over the panes with scrollable lines in it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Theme, hints, paint};
use crate::state::{Drawn, Layout, Prompt, State, place};
use crate::store::Align;

/// The line that is asked for has so many cells, whatever is asked.
const LEAST_LINE: u16 = 10;

/// A space at which no line is broken.
pub(super) const TIE: char = '\u{a0}';

/// What is in the box.
pub(super) struct Content<'a> {
    /// For its border.
    pub(super) title: String,
    /// A line that stays at the top however far the rest is scrolled.
    pub(super) head: Option<Line<'a>>,
    /// Every line, wrapped already; those in view are drawn.
    pub(super) lines: Vec<Line<'a>>,
    /// Where `lines` are only those in view: the place of the first, and how many there are in all.
    pub(super) window: Option<(usize, usize)>,
    /// Which box it is in.
    pub(super) frame: Frame,
    /// What the border says of what is in view, where that is not the lines' numbers.
    pub(super) place: Option<String>,
}

/// The box of an overlay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Frame {
    /// As tall as there is room.
    #[default]
    Full,
    /// As tall as its lines.
    Fitted,
    /// That too, and in the colour of danger: what is answered here cannot be undone.
    Danger,
}

impl<'a> Content<'a> {
    /// Lines under a title.
    pub(super) fn new(title: String, lines: Vec<Line<'a>>) -> Self {
        Self { title, head: None, lines, window: None, frame: Frame::Full, place: None }
    }
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
            for word in span.content.split_inclusive(|char: char| char.is_whitespace() && char != TIE) {
                let mut rest = word;
                while !rest.is_empty() {
                    let own = rest.width();
                    if used + own <= width {
                        current.push(Span::styled(rest.replace(TIE, " "), span.style));
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

/// Draws the box. Returns where it lies, and the last line to which it can be scrolled.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    content: Content<'_>,
    cursor: &mut Option<Position>,
) -> Drawn {
    let head = u16::from(content.head.is_some());
    let all = content.window.map_or(content.lines.len(), |(_, all)| all);
    let area = match content.frame {
        Frame::Full => layout.overlay(),
        Frame::Fitted | Frame::Danger => layout.overlay_of(all + usize::from(head)),
    };
    recede(buffer, theme);
    clear(buffer, area);
    border(buffer, area, if content.frame == Frame::Danger { theme.critical } else { theme.accent });
    let height = usize::from(area.height.saturating_sub(2 + head));
    let end = all.saturating_sub(height);
    let first = state.overlay.as_ref().map_or(0, |overlay| overlay.scroll().min(end));
    let skipped = content.window.map_or(first, |_| 0);
    let style = if content.frame == Frame::Danger { theme.critical } else { theme.title };
    let title = vec![Span::styled(content.title, style)];
    paint::title(buffer, (area.x + 2, area.y), area.width.saturating_sub(4), title);
    let inner =
        Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(2));
    if let Some(line) = content.head {
        paint::put_line(buffer, inner, 0, line);
    }
    for (row, line) in (head..inner.height).zip(content.lines.into_iter().skip(skipped)) {
        paint::put_line(buffer, inner, row, line);
    }
    let place = content.place.unwrap_or_else(|| place(first, height, all));
    draw_foot(buffer, state, theme, area, &place, cursor);
    Drawn { end, area }
}

/// The border below: the line that is asked for, or a remark, or hints; and which lines are in view.
fn draw_foot(
    buffer: &mut Buffer,
    state: &State,
    theme: &Theme,
    area: Rect,
    place: &str,
    cursor: &mut Option<Position>,
) {
    let bottom = area.bottom().saturating_sub(1);
    let place_width = u16::try_from(place.width()).unwrap_or(0);
    let room = area.width.saturating_sub(place_width + 4);
    if let Some(prompt) = &state.prompt {
        *cursor = Some(draw_prompt(buffer, (area.x + 2, bottom), room, prompt, state, theme));
    } else {
        let hints = hints::foot(state, state.context_below(), room, theme);
        buffer.set_line(area.x + 2, bottom, &paint::fit_line(hints, usize::from(room)), room);
    }
    let x = area.right().saturating_sub(place_width + 2);
    paint::put(buffer, (x, bottom), place_width, place, theme.quiet, Align::Right);
}

/// The line that is asked for, its end in view, and behind it how to get out where there is room for that;
/// gives the cursor's place.
pub(super) fn draw_prompt(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    prompt: &Prompt,
    state: &State,
    theme: &Theme,
) -> Position {
    let question = format!(" {}: ", state.question(prompt, usize::from(room.saturating_sub(LEAST_LINE + 3))));
    let way_out = state.way_out(prompt);
    let typed = prompt.input.value().width().max(usize::from(LEAST_LINE));
    let taken = question.width() + typed + 2;
    let left = usize::from(room).checked_sub(taken + way_out.width() + 2);
    let way_out = left.filter(|_| !way_out.is_empty()).map(|_| format!(" {way_out} "));
    let way_out_width = way_out.as_deref().map_or(0, |words| u16::try_from(words.width()).unwrap_or(0));
    if let Some(words) = way_out {
        let at = (x + room.saturating_sub(way_out_width), y);
        paint::put(buffer, at, way_out_width, &words, theme.quiet, Align::Right);
    }
    let room = room.saturating_sub(way_out_width);
    let asked = paint::fit(&question, usize::from(room.saturating_sub(LEAST_LINE))).into_owned();
    let left = usize::from(room).saturating_sub(asked.width() + 1);
    let skipped = prompt.input.visual_scroll(left.saturating_sub(1));
    let shown: String = {
        let mut passed = 0;
        let kept = prompt.input.value().graphemes(true).skip_while(|grapheme| {
            let skip = passed < skipped;
            passed += grapheme.width();
            skip
        });
        take_width(&kept.collect::<String>(), left)
    };
    let cells = asked.width() + prompt.input.visual_cursor().saturating_sub(skipped);
    let line =
        Line::from(vec![Span::styled(asked, theme.accent), Span::styled(format!("{shown} "), theme.text)]);
    buffer.set_line(x, y, &line, room);
    Position::new(x + u16::try_from(cells).unwrap_or(room).min(room), y)
}

/// Lets what lies behind the box step back: still there, no longer speaking.
pub(super) fn recede(buffer: &mut Buffer, theme: &Theme) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol().to_owned();
        cell.reset();
        cell.set_symbol(&symbol).set_style(theme.border);
    }
}

pub(super) fn clear(buffer: &mut Buffer, area: Rect) {
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

pub(super) fn border(buffer: &mut Buffer, area: Rect, style: Style) {
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    let mut set = |x: u16, y: u16, symbol: &str| {
        if let Some(cell) = buffer.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
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
