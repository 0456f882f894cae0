//! The chooser of columns: a box at the foot of the screen, so that the heads and the first jobs change in
//! plain view above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Theme, hints, overlay, paint};
use crate::state::columns::Choice;
use crate::state::layout::ShownColumn;
use crate::state::{Chooser, Context, Layout, State};

/// The widest that the box is: a line of it with the longest help.
const WIDEST: u16 = 88;
/// The lines of the jobs pane that stay in view: heads and some jobs.
const JOBS: u16 = 4;
/// The least height of the box.
const LEAST: u16 = 5;

/// Draws the box. Returns the last line of the list.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    chooser: &Chooser,
) -> usize {
    let choices = state.columns.choices();
    let area = area(layout, choices.len());
    overlay::clear(buffer, area);
    overlay::border(buffer, area, theme.accent);
    let title = if state.columns.is_automatic() {
        "Columns · automatic, as the screen has room for"
    } else {
        "Columns · as chosen"
    };
    let room = area.width.saturating_sub(4);
    paint::title(buffer, (area.x + 2, area.y), room, vec![Span::styled(title, theme.title)]);
    let inner =
        Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
    let lines = usize::from(inner.height);
    // The cursor's line stays in the middle while the list moves under it.
    let first = chooser.at.saturating_sub(lines / 2).min(choices.len().saturating_sub(lines));
    let shown = state.shown_columns();
    for (row, (at, choice)) in (0..inner.height).zip(choices.iter().enumerate().skip(first)) {
        paint::put_line(buffer, inner, row, line(state, theme, *choice, &shown));
        if at == chooser.at {
            paint::tint(buffer, Rect::new(inner.x, inner.y + row, inner.width, 1), theme.selected);
        }
    }
    let bottom = area.bottom().saturating_sub(1);
    let foot = hints::foot(state, Context::Columns, room, theme);
    buffer.set_line(area.x + 2, bottom, &paint::fit_line(foot, usize::from(room)), room);
    choices.len().saturating_sub(1)
}

/// Where the box is.
fn area(layout: &Layout, choices: usize) -> Rect {
    let (width, height) = (layout.screen.width, layout.screen.height);
    let wanted = u16::try_from(choices).unwrap_or(u16::MAX).saturating_add(2);
    let room = height.saturating_sub(layout.jobs.y + JOBS);
    let own = wanted.min(room.max(LEAST)).min(height);
    let wide = if width < 70 { width } else { (width - 4).min(WIDEST) };
    Rect::new((width - wide) / 2, height - own, wide, own)
}

/// `✔ NAME       30  audio file; …`
fn line<'a>(state: &State, theme: &Theme, choice: Choice, shown: &[ShownColumn]) -> Line<'a> {
    let spec = choice.column.spec();
    let on_screen = shown.iter().find(|shown| shown.spec.column == choice.column);
    let wanted = if state.columns.is_automatic() { on_screen.is_some() } else { choice.shown };
    let (mark, style) = if wanted { ("✔", theme.text) } else { (" ", theme.quiet) };
    let (width, width_style) = match (on_screen, choice.width) {
        (Some(shown), Some(_)) => (format!("{} set", shown.width), theme.accent),
        (Some(shown), None) => (format!("{}    ", shown.width), theme.quiet),
        (None, _) if wanted => ("no room".to_owned(), theme.warning),
        (None, _) => (String::new(), theme.quiet),
    };
    Line::from(vec![
        Span::styled(format!(" {mark} "), theme.good),
        Span::styled(format!("{:<10}", spec.header), style),
        Span::styled(format!("{width:>7}  "), width_style),
        Span::styled(spec.help, theme.quiet),
    ])
}
