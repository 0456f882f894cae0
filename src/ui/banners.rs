//! The banner strip: what is wrong, what to do first, since when and when it is tried again. Non-modal; the
//! worst first. Where the whole text does not fit, few words tell it; the rule below names the keys that list
//! all of it, dismiss the first banner, and bring back the dismissed ones.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Theme, format, paint};
use crate::state::{Action, Layout, State};
use crate::store::{Align, Banner, Cause};

/// Cells between the text and what stands at the right.
const GAP: u16 = 2;
/// Cells of `retry  3s`, so that the countdown moves nothing.
const RETRY: usize = 9;
/// Cells of the time that has passed: `3h12m`.
const PASSED: usize = 5;

/// Draws as many banners as the strip holds.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.banners;
    if area.height == 0 {
        return;
    }
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if layout.is_narrow() {
        draw_narrow(buffer, state, inner, theme);
        return;
    }
    let fitting = usize::from(area.height / layout.banner_lines);
    for (at, banner) in state.banners().take(fitting).enumerate() {
        let row = u16::try_from(at).unwrap_or(0) * layout.banner_lines;
        let own = Rect { y: area.y + row, height: layout.banner_lines, ..inner };
        draw_banner(buffer, state, own, banner, theme);
    }
}

/// What a banner says, as it may be shown.
struct Told {
    head: String,
    advice: String,
    brief: String,
    todo: String,
}

impl Told {
    fn of(state: &State, banner: &Banner) -> Self {
        let told = |text: &str| state.presenter.told(text).into_owned();
        Self {
            head: told(&banner.head),
            advice: told(&banner.advice),
            brief: told(&banner.brief),
            todo: told(&banner.todo),
        }
    }

    /// What stands in the lines, with so much room in the first and in the second: all of it where all of it
    /// fits, else the few words.
    fn lines(&self, lines: u16, (first, second): (usize, usize)) -> (&str, &str) {
        let (head, advice) = (self.head.width(), self.advice.width());
        let whole = match lines {
            1 => joined(&self.head, &self.advice).width() <= first,
            _ => head <= first && advice <= second,
        };
        if whole {
            return (&self.head, &self.advice);
        }
        let room = if lines > 1 { second } else { first.saturating_sub(self.brief.width() + 2) };
        (&self.brief, sentences(&self.todo, room))
    }

    /// Whether the few words fit beside what stands at the right: all of them, or what must be read.
    fn is_told_in(&self, lines: u16, room: usize, all: bool) -> bool {
        let todo = match lines {
            1 if all => &self.todo,
            1 => first_sentence(&self.todo),
            _ => "",
        };
        joined(&self.brief, todo).width() <= room
    }
}

fn draw_banner(buffer: &mut Buffer, state: &State, area: Rect, banner: &Banner, theme: &Theme) {
    let (glyph, style) = theme.severity(banner.severity);
    let told = Told::of(state, banner);
    let room_beside = |tail: &str| {
        let taken = u16::try_from(tail.width()).unwrap_or(area.width);
        area.width.saturating_sub(if taken == 0 { 0 } else { taken + GAP })
    };
    let text_room = |width: u16| usize::from(width.saturating_sub(2));
    let tails = tails(state, banner, area.width);
    let fits = |tail: &str, all| told.is_told_in(area.height, text_room(room_beside(tail)), all);
    let tail = [true, false].into_iter().find_map(|all| tails.iter().find(|tail| fits(tail, all)));
    let tail = tail.map_or("", String::as_str);
    let room = Rect { width: room_beside(tail), ..area };
    let (head, rest) = told.lines(area.height, (text_room(room.width), text_room(area.width)));
    let mut line = vec![Span::styled(format!("{glyph} {head}"), style)];
    if area.height > 1 {
        let advice = Line::from(vec![Span::raw("  "), Span::styled(rest, theme.text)]);
        paint::put_line(buffer, area, 1, advice);
    } else if !rest.is_empty() {
        line.push(Span::styled(format!(". {rest}"), theme.text));
    }
    paint::put_line(buffer, room, 0, Line::from(line));
    let x = room.right();
    paint::put(buffer, (x, area.y), area.right() - x, tail, theme.quiet, Align::Right);
}

/// What may stand at the right, the most telling first. Each keeps its width while time passes.
fn tails(state: &State, banner: &Banner, width: u16) -> Vec<String> {
    let passed = format::span(state.now.duration_since(banner.since));
    let since = format!("since {}", format::since(banner.since, state.now, &state.settings.zone));
    let since = if state.times.are_relative() { format!("for {passed:>PASSED$}") } else { since };
    let retry = banner.next.map(|next| {
        let wait = next.duration_since(state.now);
        let text = match wait.as_secs() {
            _ if state.paused => "paused".to_owned(),
            1.. => format!("retry {:>3}", format::span(wait)),
            _ => "retry now".to_owned(),
        };
        format!("{since} · {text:>RETRY$}")
    });
    let mut tails: Vec<String> = retry.into_iter().chain([since.clone()]).collect();
    if width >= 100 && !state.times.are_relative() {
        let longest = tails.first().map(|tail| format!("{passed:>PASSED$} · {tail}"));
        tails.splice(0..0, longest);
    }
    tails
}

/// `eu1 down. Submit to eu2.`
fn joined(head: &str, rest: &str) -> String {
    if rest.is_empty() { head.to_owned() } else { format!("{head}. {rest}") }
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

/// As many whole sentences as fit, but the first in any case: half a sentence advises nothing.
fn sentences(text: &str, room: usize) -> &str {
    let mut end = first_sentence(text).len();
    let mut at = 0;
    for sentence in text.split_inclusive(". ") {
        at += sentence.len();
        let Some(sofar) = text.get(..at) else { break };
        if sofar.trim_end().width() > room {
            break;
        }
        end = end.max(sofar.trim_end().len());
    }
    text.get(..end).unwrap_or(text)
}

/// One line for all of them: one banner as far as it fits, several by what and where alone, and the key that
/// lists them.
fn draw_narrow(buffer: &mut Buffer, state: &State, area: Rect, theme: &Theme) {
    let banners: Vec<&Banner> = state.banners().collect();
    let Some(first) = banners.first() else { return };
    let (glyph, style) = theme.severity(first.severity);
    let key = format!(" · {}", state.key_of(Action::OpenEvents));
    let room = usize::from(area.width).saturating_sub(key.width() + 2);
    let told = Told::of(state, first);
    let text = match banners.as_slice() {
        [_] if told.is_told_in(1, room, false) => {
            joined(&told.brief, sentences(&told.todo, room - told.brief.width()))
        }
        // Status and reason are worth more than the verb.
        [_] if told.brief.width() > room => told.brief.replacen(" is ", " ", 1),
        [_] => told.brief,
        all => several(state, all, room),
    };
    let text = paint::fit(&text, room).into_owned();
    let line = vec![
        Span::styled(format!("{glyph} {text}"), style),
        Span::styled(" · ", theme.border),
        Span::styled(state.key_of(Action::OpenEvents), theme.accent),
    ];
    paint::put_line(buffer, area, 0, Line::from(line));
}

/// `au1 down, key prod ✖, +1`.
fn several(state: &State, banners: &[&Banner], room: usize) -> String {
    let mut text = String::new();
    for (at, banner) in banners.iter().enumerate() {
        let gap = if at == 0 { "" } else { ", " };
        let longer = format!("{text}{gap}{}", word(state, &banner.cause));
        let left = banners.len() - at - 1;
        let rest = if left == 0 { 0 } else { format!(", +{left}").width() };
        if at > 0 && longer.width() + rest > room {
            return format!("{text}, +{}", left + 1);
        }
        text = longer;
    }
    text
}

/// What is the matter with what, in two words or three.
fn word(state: &State, cause: &Cause) -> String {
    let fleet = state.store.fleet();
    let key = cause.key().map(|key| fleet.key_name(key)).unwrap_or_default();
    let environment = cause.environment().map(|id| fleet.environment_name(id)).unwrap_or_default();
    match cause {
        Cause::KeyRejectedEverywhere(_)
        | Cause::KeyNoLongerAccepted(_)
        | Cause::KeyRejectedWhereDeclared(_)
        | Cause::KeyForbidden(_) => format!("key {key} ✖"),
        Cause::KeyExpired(_) => format!("key {key} over"),
        Cause::KeyExpiring { .. } => format!("key {key} ends"),
        Cause::KeyLimited(_) => format!("key {key} limited"),
        Cause::NothingReached => "all down".to_owned(),
        Cause::EnvironmentDown(_) => format!("{environment} down"),
        Cause::EnvironmentFailing(_) => format!("{environment} fails"),
        Cause::EnvironmentSilent(_) => format!("{environment} silent"),
        Cause::EntriesUnreadable(_) => format!("{environment} unreadable"),
        Cause::AliasInUse(_) => format!("{environment} by alias"),
        Cause::ClockWrong => "clock wrong".to_owned(),
        Cause::RealtimeDown(_) => "realtime down".to_owned(),
        Cause::CertificateEnding { .. } => "certificate ends".to_owned(),
        Cause::Configuration(_) => "configuration".to_owned(),
        Cause::JobsStuck => "jobs stuck".to_owned(),
        Cause::PollerFailed(_) => format!("{environment} poller"),
    }
}

/// Puts the keys for banners into the rule below the strip, where it is still bare: how many have no room and
/// what lists them, what dismisses the first, and that some are hidden.
pub(super) fn draw_keys(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let all = state.banners().count();
    let hidden = state.dismissed_banners().count();
    let rule = if layout.panes_rule > 0 { layout.panes_rule } else { layout.jobs_rule };
    if rule == 0 || all + hidden == 0 {
        return;
    }
    let fitting = usize::from(layout.banners.height / layout.banner_lines.max(1));
    let more = if layout.is_narrow() { 0 } else { all.saturating_sub(fitting) };
    let key = |action| Span::styled(state.key_of(action), theme.accent);
    let words = |text: String| Span::styled(text, theme.quiet);
    let list = match (more, all) {
        // The one line names it.
        _ if layout.is_narrow() => Vec::new(),
        (1.., _) => vec![words(format!("+{more} more: ")), key(Action::OpenEvents)],
        (0, 1..) => vec![key(Action::OpenEvents), words(" whole text".to_owned())],
        _ => Vec::new(),
    };
    let brief = match (more, all) {
        (1.., _) => list.clone(),
        (0, 1..) => vec![key(Action::OpenEvents), words(" all".to_owned())],
        _ => Vec::new(),
    };
    let dismiss =
        if all > 0 { vec![key(Action::DismissBanner), words(" hide".to_owned())] } else { Vec::new() };
    let again = match hidden {
        0 => Vec::new(),
        hidden => vec![words(format!("{hidden} hidden: ")), key(Action::RestoreBanners)],
    };
    for parts in [
        [&list, &dismiss, &again],
        [&brief, &dismiss, &again],
        [&brief, &again, &Vec::new()],
        [&again, &Vec::new(), &Vec::new()],
        [&brief, &Vec::new(), &Vec::new()],
    ] {
        let mut spans: Vec<Span<'_>> = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !spans.is_empty() {
                spans.push(Span::raw("  "));
            }
            spans.extend(part.iter().cloned());
        }
        let width: usize = spans.iter().map(Span::width).sum();
        let width = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(2);
        if width > 2
            && let Some(x) = paint::bare(buffer, rule, width)
        {
            paint::title(buffer, (x, rule), width, spans);
            return;
        }
    }
}
