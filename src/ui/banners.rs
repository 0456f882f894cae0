//! The banner strip: what is wrong, since when, what it means and what to do. Non-modal; the worst
//! first; what does not fit is counted.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, format, paint};
use crate::state::{Action, Layout, State};
use crate::store::{Align, Banner};

/// Draws as many banners as the strip holds.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.banners;
    if area.height == 0 {
        return;
    }
    let fitting = usize::from(area.height / layout.banner_lines);
    let hidden = state.banners().count().saturating_sub(fitting);
    for (at, banner) in state.banners().take(fitting).enumerate() {
        let row = u16::try_from(at).unwrap_or(0) * layout.banner_lines;
        let own = Rect::new(area.x + 1, area.y + row, area.width.saturating_sub(2), layout.banner_lines);
        let more = if at + 1 == fitting { hidden } else { 0 };
        draw_banner(buffer, state, own, banner, more, theme);
    }
}

fn draw_banner(buffer: &mut Buffer, state: &State, area: Rect, banner: &Banner, more: usize, theme: &Theme) {
    let (glyph, style) = theme.severity(banner.severity);
    let relative = state.times.are_relative();
    let mut tail = if relative {
        format!("since {}", format::span(state.now.duration_since(banner.since)))
    } else {
        format!("since {}", format::since(banner.since, state.now, &state.settings.zone))
    };
    if area.width >= 100 && !relative {
        tail = format!("{tail} ({})", format::span(state.now.duration_since(banner.since)));
    }
    // A wait that is worth knowing of: the next round may be a minute away.
    let wait = banner.next.map(|next| next.duration_since(state.now)).filter(|wait| wait.as_secs() > 0);
    if let (Some(wait), 116..) = (wait, area.width) {
        tail = format!("{tail}, next try in {}", format::span(wait));
    }
    if more > 0 {
        tail = format!("{tail} · +{more} more: {}", state.key_of(Action::OpenEvents));
    }
    let tail_width = u16::try_from(tail.width()).unwrap_or(area.width).min(area.width / 2);
    let room = Rect { width: area.width.saturating_sub(tail_width + 2), ..area };
    let (told, advice) = (state.presenter.told(&banner.head), state.presenter.told(&banner.advice));
    let mut head = vec![Span::styled(format!("{glyph} "), style), Span::styled(told, style)];
    if area.height == 1 {
        let stop = if advice.is_empty() { "" } else { ". " };
        head.push(Span::styled(format!("{stop}{advice}"), theme.text));
    }
    paint::put_line(buffer, room, 0, Line::from(head));
    paint::put(buffer, (area.right() - tail_width, area.y), tail_width, &tail, theme.quiet, Align::Right);
    if area.height > 1 {
        let advice = Line::from(vec![Span::raw("  "), Span::styled(advice, theme.text)]);
        paint::put_line(buffer, area, 1, advice);
    }
}
