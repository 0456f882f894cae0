//! The event list: as a pane at the foot of a tall screen, and as an overlay.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, format, jobs, paint};
use crate::model::Status;
use crate::state::layout::environment_width;
use crate::state::{Action, HIDDEN, Layout, Masked, State};
use crate::store::{Banner, Column, Event, Severity, Subject, without_evidence};

/// Of a job's name so many cells are shown.
const LONGEST_NAME: usize = 36;

/// Draws the newest events into their pane.
pub(super) fn draw_pane(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.events;
    if area.height == 0 {
        return;
    }
    paint::title(buffer, (1, layout.events_rule), area.width, vec![Span::styled("Events", theme.title)]);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    for (row, event) in (0..area.height).zip(state.store.events()) {
        paint::put_line(buffer, inner, row, line(state, event, theme));
    }
    if state.store.events().len() == 0 {
        paint::put_line(buffer, inner, 0, Line::styled("nothing has changed yet", theme.quiet));
    }
}

/// The whole list for the overlay, newest first.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let mut lines = now(state, layout, theme);
    let all = state.store.events().len();
    let mut shown = 0;
    for event in state.shown_events() {
        shown += 1;
        lines.extend(wrapped(state, layout, theme, event));
    }
    match (all, shown) {
        (0, _) => lines.push(Line::styled("nothing has changed since voxtop was started", theme.quiet)),
        (_, 0) => lines.push(Line::styled("no event matches", theme.quiet)),
        _ => {}
    }
    Content::new(title(state, shown, all), lines)
}

/// What is wrong now, above the events.
fn now(state: &State, layout: &Layout, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for banner in state.banners().chain(state.dismissed_banners()) {
        lines.extend(Content::wrap(banner_line(state, banner, theme), layout.overlay(), indent(state)));
    }
    if lines.is_empty() {
        lines.push(Line::styled("nothing is wrong now", theme.good));
    }
    lines.push(Line::default());
    lines
}

/// The event whose first line is the first one in view, or the last event where the list is scrolled beyond;
/// `None` where no event is shown.
pub fn first_in_view<'s>(state: &'s State, theme: &Theme) -> Option<&'s Event> {
    let layout = state.layout();
    let top = state.overlay.as_ref().map_or(0, crate::state::Overlay::scroll);
    let mut at = now(state, &layout, theme).len();
    let mut last = None;
    for event in state.shown_events() {
        last = Some(event);
        if at >= top {
            break;
        }
        at += wrapped(state, &layout, theme, event).len();
    }
    last
}

/// `Events · 12 of 340 · filter: eu1 · warnings and worse`.
fn title(state: &State, shown: usize, all: usize) -> String {
    let filter = &state.event_filter;
    let mut title = format!("Events · {}", format::count(shown));
    if shown < all {
        title = format!("{title} of {}", format::count(all));
    }
    if filter.input().is_some() {
        title = format!("{title} · filter: {}▏", filter.text());
    } else if filter.text().is_empty() {
        let (copy, filter) = (state.key_of(Action::CopyEvent), state.key_of(Action::EditFilter));
        title = format!("{title} · {copy} copies · {filter} filters");
    } else {
        let text = if state.presenter.is_on() { HIDDEN } else { filter.text() };
        title = format!("{title} · filter: {text}");
    }
    match filter.least() {
        Some(Severity::Warning) => format!("{title} · warnings and worse"),
        Some(_) => format!("{title} · errors and worse"),
        None => title,
    }
}

/// A banner in full: what the strip may have had to cut.
fn banner_line<'a>(state: &State, banner: &Banner, theme: &Theme) -> Line<'a> {
    let (glyph, style) = theme.severity(banner.severity);
    let moment = |at| format::moment_of(state, at);
    let good = banner.last_good.map_or(String::new(), |good| format!(", last good {}", moment(good)));
    let tail = format!(" Since {}{good}", moment(banner.since));
    Line::from(vec![
        Span::styled(format!("{:<width$}  ", "now", width = time_width(state)), theme.quiet),
        Span::styled(format!("{glyph} "), style),
        Span::styled(format!("{}. ", state.presenter.told(&banner.head)), style),
        Span::styled(state.presenter.told(without_evidence(&banner.advice)).into_owned(), theme.text),
        Span::styled(format!("{tail}."), theme.quiet),
    ])
}

/// The column of times: clock times are all as long, those that say how long ago are not.
fn time_width(state: &State) -> usize {
    if state.times.are_relative() { 10 } else { 8 }
}

/// Where what is said of an event goes on in its next line: behind the time and the mark.
fn indent(state: &State) -> usize {
    time_width(state) + 4
}

/// An event in as many lines as it takes.
fn wrapped(state: &State, layout: &Layout, theme: &Theme, event: &Event) -> Vec<Line<'static>> {
    Content::wrap(line(state, event, theme), layout.overlay(), indent(state))
}

/// `23:10:04  ✖ us2  key prod rejected (401)`, `23:11:20  ✔ eu2  rgtzt9me6m  motor.flac  is done`. Without the
/// ids of requests: these are in what is copied or bundled.
fn line<'a>(state: &State, event: &Event, theme: &Theme) -> Line<'a> {
    let fleet = state.store.fleet();
    let text = state.event_text(event);
    let text = without_evidence(&text);
    let (mark, said) = match &event.subject {
        Subject::Job(id) => of_job(state, theme, event, (id.as_str(), text)),
        _ => (theme.severity(event.severity), vec![Span::styled(with_key(state, event, text), theme.text)]),
    };
    let at = format!("{:>width$}  ", format::moment_of(state, event.at), width = time_width(state));
    let width = usize::from(environment_width(fleet));
    let place = event.environment.map_or("", |id| fleet.environment_name(id));
    let mut spans = vec![
        Span::styled(at, theme.quiet),
        Span::styled(format!("{} ", mark.0), mark.1),
        Span::styled(format!("{place:<width$}  "), theme.title),
    ];
    spans.extend(said);
    Line::from(spans)
}

/// `key prod rejected (401)`: what is said of a key, with its name where there are several.
fn with_key(state: &State, event: &Event, text: &str) -> String {
    let fleet = state.store.fleet();
    match event.key.filter(|_| fleet.keys.len() > 1).map(|id| fleet.key_name(id)) {
        Some(name) => match text.strip_prefix("key ") {
            Some(rest) => format!("key {name} {rest}"),
            None => format!("{name}: {text}"),
        },
        None => text.to_owned(),
    }
}

/// A job by its id and its name, marked by what became of it.
fn of_job(
    state: &State,
    theme: &Theme,
    event: &Event,
    (id, text): (&str, &str),
) -> ((&'static str, Style), Vec<Span<'static>>) {
    let id = state.presenter.show(Masked::Id, id);
    let said = text.strip_prefix(&format!("job {id} "));
    let (Some(said), Some(held)) = (said, state.job_of_event(event)) else {
        return (theme.severity(event.severity), vec![Span::styled(text.to_owned(), theme.text)]);
    };
    let status = [
        ("is done", "done"),
        ("was rejected", "rejected"),
        ("was deleted", "deleted"),
        ("has expired", "expired"),
        ("is running", "running"),
    ];
    let status = status.into_iter().find(|(words, _)| said.starts_with(words));
    let mark = status.map_or(theme.severity(event.severity), |(_, word)| {
        theme.job(&Status::parse(word), event.severity == Severity::Warning && word == "done")
    });
    let (name, style) = jobs::name_cell(held, theme);
    let name = state.presenter.cell(held, Column::Name, name);
    let spans = vec![
        Span::styled(format!("{id:<10}  "), theme.quiet),
        Span::styled(format!("{}  ", paint::fit(&name, LONGEST_NAME)), style),
        Span::styled(said.to_owned(), theme.text),
    ];
    (mark, spans)
}
