//! The top border: what the whole fleet comes to, the time, and whether the picture is live.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, format, paint};
use crate::state::{Layout, State, layout::SMALLEST};
use crate::store::Align;

/// Cells between two facts.
const GAP: usize = 3;

/// Draws the header into the top border. What does not fit is left out, the least important first.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let width = layout.screen.width;
    let right = right_side(state, width, theme);
    let right_width = u16::try_from(right.width()).unwrap_or(width);
    let name = if state.settings.demo { "voxtop demo" } else { "voxtop" };
    let end = paint::title(buffer, (1, 0), width - 2, vec![Span::styled(name, theme.accent)]);
    let room = width.saturating_sub(end + right_width + 4);
    let facts = facts(state, theme, usize::from(room));
    if !facts.is_empty() {
        paint::title(buffer, (end + 1, 0), room + 2, facts);
    }
    let x = width.saturating_sub(right_width + 1);
    // Ordinary text in the border is text, not border.
    paint::tint(buffer, Rect::new(x, 0, right_width, 1), Style::reset());
    buffer.set_line(x, 0, &right, right_width);
}

/// `4/5 up · 12,431 jobs · 38 running · 2 rejected today`, as far as it fits.
fn facts<'a>(state: &State, theme: &Theme, room: usize) -> Vec<Span<'a>> {
    let total = state.summary().total;
    let (up, of) = (state.store.environments_up(), state.store.fleet().environments.len());
    let up_style = if up == of { theme.good } else { theme.critical };
    let plus = if state.store.is_complete() { "" } else { "+" };
    let rejected_style = if total.rejected_today > 0 { theme.bad } else { theme.quiet };
    let rejected = format!("{} rejected", format::count(total.rejected_today));
    // Each with its worth while there is not room for all: how many jobs there are in all stands above them
    // too, that something was rejected stands nowhere else.
    let mut parts = vec![
        (format!("{up}/{of} up"), up_style, 5),
        (format!("{}{plus} jobs", format::count(total.jobs)), theme.text, 1),
        (format!("{} running", format::count(total.active)), theme.active, 2),
        (format!("{} {} stuck", Theme::STUCK, format::count(total.stuck)), theme.warning, 3),
        (format!("{rejected} today"), rejected_style, if total.rejected_today > 0 { 4 } else { 0 }),
    ];
    parts.retain(|(.., kept)| *kept != 3 || total.stuck > 0);
    let width = |parts: &[(String, Style, u8)]| -> usize {
        parts.iter().map(|(text, ..)| text.width() + GAP).sum::<usize>().saturating_sub(GAP)
    };
    for least in 1..=5 {
        if width(&parts) > room {
            parts.retain(|(.., kept)| *kept >= least);
        }
        // Of the day when things were rejected is less worth than what runs.
        if least > 1 && width(&parts) > room {
            for (text, ..) in &mut parts {
                text.truncate(text.strip_suffix(" today").map_or(text.len(), str::len));
            }
        }
    }
    let mut spans = Vec::new();
    for (text, style, _) in parts {
        if !spans.is_empty() {
            spans.push(Span::styled(" · ", theme.border));
        }
        spans.push(Span::styled(text, style));
    }
    spans
}

/// The clock, and `live 5s` or `paused`.
fn right_side<'a>(state: &State, width: u16, theme: &Theme) -> Line<'a> {
    let mut spans = vec![Span::raw(" ")];
    let mut fact = |text: String, style| {
        spans.extend([Span::styled(text, style), Span::styled(" · ", theme.border)]);
    };
    if width >= 60 {
        fact(format::clock(state.now, &state.settings.zone), theme.text);
    }
    // In which way times are shown is always told.
    if state.times.are_relative() {
        fact("relative".to_owned(), theme.quiet);
    } else if width < 60 && !state.presenter.is_on() {
        // That strangers may look is worth more there.
        fact(format::zone(state.now, &state.settings.zone), theme.quiet);
    }
    let every = format::interval(state.settings.refresh);
    if state.settings.read_only && width >= 80 {
        fact("read-only".to_owned(), theme.quiet);
    }
    if state.presenter.is_on() && width >= 40 {
        spans.push(Span::styled("presenter", theme.warning));
        spans.push(Span::styled(" · ", theme.border));
    }
    if state.alerts.are_off() && width >= 60 {
        spans.push(Span::styled("alerts off", theme.warning));
        spans.push(Span::styled(" · ", theme.border));
    }
    spans.push(if state.paused {
        Span::styled("‖ paused", theme.warning)
    } else {
        Span::styled(format!("live {every}"), theme.quiet)
    });
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// Says what size is needed, on a screen that is smaller.
pub(super) fn draw_too_small(buffer: &mut Buffer, state: &State, theme: &Theme) {
    let size = state.size;
    let need = format!("needs {}×{}", SMALLEST.width, SMALLEST.height);
    let have = format!("this is {}×{}", size.width, size.height);
    let lines: [(&str, Style); 3] = [("voxtop", theme.accent), (&need, theme.text), (&have, theme.quiet)];
    let top = size.height.saturating_sub(3) / 2;
    for (row, (text, style)) in (0_u16..).zip(lines) {
        let used = u16::try_from(text.width()).unwrap_or(0);
        let x = size.width.saturating_sub(used) / 2;
        if top + row < size.height {
            paint::put(buffer, (x, top + row), size.width - x, text, style, Align::Left);
        }
    }
}
