//! The top border: what the whole fleet comes to, the time, and whether the picture is live.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, format, paint};
use crate::model::KeyState;
use crate::state::{Layout, State, layout::SMALLEST};
use crate::store::{Align, Cause};

/// What may be left out at the end of a fact: of keys that are refused how, and of what was rejected when.
const WORDS: [(u8, &[&str]); 2] =
    [(KEYS, &[" rejected", " forbidden", " expired", " refused"]), (REJECTED, &[" today"])];
/// The worth of three facts, among those of the others.
const KEYS: u8 = 5;
const REJECTED: u8 = 4;
const MOST: u8 = 6;

/// A fact with its style and its worth.
type Fact = (String, Style, u8);

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
    let refused = refused_keys(state, theme);
    let up_style = match () {
        () if up < of => theme.critical,
        // That all answer is not that all is well.
        () if refused.is_some() => theme.text,
        () => theme.good,
    };
    let plus = if state.store.is_complete() { "" } else { "+" };
    let rejected_style = if total.rejected_today > 0 { theme.bad } else { theme.quiet };
    let rejected = format!("{} rejected", format::count(total.rejected_today));
    // Each with its worth while there is not room for all: how many jobs there are in all stands above them
    // too, that something was rejected stands nowhere else.
    let mut parts = vec![
        (format!("{up}/{of} up"), up_style, MOST),
        (format!("{}{plus} jobs", format::count(total.jobs)), theme.text, 1),
        (format!("{} running", format::count(total.active)), theme.active, 2),
        (format!("{} {} stuck", Theme::STUCK, format::count(total.stuck)), theme.warning, 3),
        (format!("{rejected} today"), rejected_style, if total.rejected_today > 0 { REJECTED } else { 0 }),
    ];
    parts.retain(|(.., kept)| *kept != 3 || total.stuck > 0);
    if let Some((text, style)) = refused {
        parts.insert(1, (text, style, KEYS));
    }
    let parts = fitted(&parts, room);
    let mut spans = Vec::new();
    for (text, style, _) in parts {
        if !spans.is_empty() {
            spans.push(Span::styled(" · ", theme.border));
        }
        spans.push(Span::styled(text, style));
    }
    spans
}

/// What fits: without one fact after another, the least first; and without words, before what runs goes.
fn fitted(parts: &[Fact], room: usize) -> Vec<Fact> {
    let width = |parts: &[Fact]| parts.iter().map(|(text, ..)| text.width() + GAP).sum::<usize>();
    for least in 0..=MOST {
        let kept: Vec<Fact> = parts.iter().filter(|(.., worth)| *worth >= least).cloned().collect();
        let mut brief = kept.clone();
        let words = if least > 1 { &WORDS[..] } else { &[] };
        let shorter = words.iter().map(|(worth, words)| {
            for (text, ..) in brief.iter_mut().filter(|(.., own)| own == worth) {
                let end = words.iter().find_map(|word| text.strip_suffix(word)).map_or(text.len(), str::len);
                text.truncate(end);
            }
            brief.clone()
        });
        let mut forms = std::iter::once(kept).chain(shorter);
        if let Some(fitting) = forms.find(|parts| width(parts) <= room + GAP) {
            return fitting;
        }
    }
    Vec::new()
}

/// `✖ 1 key rejected`: how many keys are refused somewhere where that is news, whether or not their banners are
/// dismissed. A key that is merely tried and not accepted is none of them.
fn refused_keys(state: &State, theme: &Theme) -> Option<(String, Style)> {
    let about_keys = state.banners().chain(state.dismissed_banners()).map(|banner| &banner.cause);
    let refused =
        about_keys.filter(|cause| cause.is_about_key() && !matches!(cause, Cause::KeyExpiring { .. }));
    let refused: Vec<&Cause> = refused.collect();
    let mut keys: Vec<_> = refused.iter().filter_map(|cause| cause.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    let all = |wanted: fn(&Cause) -> bool| refused.iter().all(|cause| wanted(cause));
    let word = match () {
        () if all(|cause| matches!(cause, Cause::KeyForbidden(_))) => "forbidden",
        () if all(|cause| matches!(cause, Cause::KeyExpired(_))) => "expired",
        () if all(|cause| !matches!(cause, Cause::KeyForbidden(_) | Cause::KeyExpired(_))) => "rejected",
        () => "refused",
    };
    let noun = if keys.len() == 1 { "key" } else { "keys" };
    let (glyph, style) = theme.key(KeyState::Rejected);
    (!keys.is_empty()).then(|| (format!("{glyph} {} {noun} {word}", keys.len()), style))
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
    // That times are relative is always told. A zone says nothing where there is no clock.
    if state.times.are_relative() {
        fact("relative".to_owned(), theme.quiet);
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
