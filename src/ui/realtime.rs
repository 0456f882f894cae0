//! The realtime hosts: a table of what looks without a key found, rung by rung, and one line of it for the
//! overview.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overlay::{Content, Frame};
use super::{Theme, format, paint};
use crate::model::{Climb, EnvironmentState, Rung};
use crate::state::{Action, Layout, State};
use crate::store::{Align, HostRecord, evidence};

/// From so many days on a certificate's end is no matter for colours.
const DAYS_LEFT: i64 = 14;

/// One column: its head, how wide it is, and in which order it leaves when the box is narrow.
struct Field {
    head: &'static str,
    width: u16,
    rank: u8,
    align: Align,
    cell: fn(&State, &HostRecord, &Theme) -> (String, Style),
}

const fn field(
    (head, width, rank, align): (&'static str, u16, u8, Align),
    cell: fn(&State, &HostRecord, &Theme) -> (String, Style),
) -> Field {
    Field { head, width, rank, align, cell }
}

/// The columns in their order. Name, state and age always stay.
const FIELDS: [Field; 10] = [
    field(("NAME", 9, 0, Align::Left), |_, record, theme| {
        (record.host.realtime_name().unwrap_or_default().to_owned(), theme.title)
    }),
    field(("STATE", 10, 0, Align::Left), state_cell),
    field(("HOST", 26, 6, Align::Left), |_, record, theme| (record.host.host.clone(), theme.quiet)),
    field(("DNS", 6, 5, Align::Right), |_, record, theme| rung_cell(record, Rung::Dns, theme)),
    field(("TCP", 6, 5, Align::Right), |_, record, theme| rung_cell(record, Rung::Connect, theme)),
    field(("TLS", 6, 4, Align::Right), |_, record, theme| rung_cell(record, Rung::Tls, theme)),
    field(("FIRST", 6, 3, Align::Right), |_, record, theme| rung_cell(record, Rung::FirstByte, theme)),
    field(("TOTAL", 6, 1, Align::Right), |_, record, theme| {
        cell_of(record.last.as_ref().and_then(Climb::total), theme.text, theme)
    }),
    field(("CERT", 5, 2, Align::Right), certificate_cell),
    field(("AGE", 6, 0, Align::Right), |state, record, theme| {
        let age = record.last.as_ref().map(|climb| format::precise(state.now.duration_since(climb.at)));
        (age.unwrap_or_default(), theme.quiet)
    }),
];

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let room = u16::try_from(Content::width(layout.overlay())).unwrap_or(u16::MAX);
    let fields = fitting(room);
    let mut lines = Vec::new();
    if state.store.realtime_hosts().next().is_some() {
        lines.push(row(&fields, |field| (field.head.to_owned(), theme.quiet)));
    }
    for (_, record) in state.store.realtime_hosts() {
        lines.push(row(&fields, |field| (field.cell)(state, record, theme)));
        if let Some(note) = note(state, record, theme) {
            lines.extend(Content::wrap(note, layout.overlay(), 2));
        }
    }
    let words = if lines.is_empty() {
        "None is checked: they belong to the vendor's own environments, and none of those is polled."
    } else {
        lines.push(Line::default());
        "Each is checked every 30 s without a key: DNS, connection, TLS and two plain requests; no session is \
         opened. `voxtop doctor --handshake` tries a key at each, once."
    };
    lines.extend(Content::wrap(Line::styled(words, theme.quiet), layout.overlay(), 0));
    let paused = if state.paused { " · paused" } else { "" };
    Content { frame: Frame::Fitted, ..Content::new(format!("Realtime hosts{paused}"), lines) }
}

/// Leaves out columns until the rest fits.
fn fitting(room: u16) -> Vec<&'static Field> {
    let mut fields: Vec<&Field> = FIELDS.iter().collect();
    loop {
        let used: u16 = fields.iter().map(|field| field.width + 1).sum();
        let worst = fields.iter().map(|field| field.rank).max().unwrap_or(0);
        if used <= room + 1 || worst == 0 {
            return fields;
        }
        fields.retain(|field| field.rank < worst);
    }
}

fn row(fields: &[&Field], cell: impl Fn(&Field) -> (String, Style)) -> Line<'static> {
    let mut spans = Vec::new();
    for field in fields {
        let (text, style) = cell(field);
        let (width, text) = (usize::from(field.width), paint::fit(&text, usize::from(field.width)));
        let padded = match field.align {
            Align::Left => format!("{text:<width$} "),
            Align::Right => format!("{text:>width$} "),
        };
        spans.push(Span::styled(padded, style));
    }
    Line::from(spans)
}

fn state_cell(_: &State, record: &HostRecord, theme: &Theme) -> (String, Style) {
    let (glyph, word, style) = theme.environment(record.health.state());
    // One that the documentation has dropped and that never answered may well be gone for good.
    let gone = record.health.state() == EnvironmentState::Down && !record.is_missed();
    (format!("{glyph} {word}"), if gone { theme.quiet } else { style })
}

fn rung_cell(record: &HostRecord, rung: Rung, theme: &Theme) -> (String, Style) {
    let climb = record.last.as_ref();
    if climb.and_then(Climb::ended).is_some_and(|(ended, _)| ended == rung) {
        return ("✖".to_owned(), theme.bad);
    }
    cell_of(climb.and_then(|climb| climb.took(rung)), theme.text, theme)
}

fn cell_of(took: Option<Duration>, style: Style, theme: &Theme) -> (String, Style) {
    took.map_or_else(|| ("–".to_owned(), theme.quiet), |took| (format::latency(took), style))
}

fn certificate_cell(state: &State, record: &HostRecord, theme: &Theme) -> (String, Style) {
    match record.certificate_days(state.now) {
        Some(days) => (format!("{days}d"), if days <= DAYS_LEFT { theme.warning } else { theme.text }),
        None => ("–".to_owned(), theme.quiet),
    }
}

/// What is wrong with a host, or was: the last error, with what the vendor's support asks for.
fn note(state: &State, record: &HostRecord, theme: &Theme) -> Option<Line<'static>> {
    let (at, failure) = record.health.last_failure()?;
    let fails = record.answers() == Some(false);
    let dropped = fails && record.health.state() == EnvironmentState::Down && !record.is_missed();
    let at = format::moment_of(state, at);
    let tail = if dropped { "; today's documentation no longer names this host" } else { "" };
    let text = format!("  last error {at}: {}{}{tail}", failure.sentence(), evidence(failure));
    Some(Line::styled(text, if fails && !dropped { theme.warning } else { theme.quiet }))
}

/// The line of the overview: in the rule above the hints of a tall screen.
pub(super) fn draw_summary(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    if layout.hints_rule == 0 || state.store.realtime_hosts().next().is_none() {
        return;
    }
    let mut spans = vec![Span::styled("Realtime", theme.title)];
    spans.extend(summary(state, theme));
    let key = state.key_of(Action::OpenRealtime);
    spans.push(Span::styled(format!(" · {key} shows them"), theme.quiet));
    paint::title(buffer, (1, layout.hints_rule), layout.hints.width, spans);
}

/// `· 5/6 up · 38–120ms · ✖ au.rt down: TLS`.
fn summary(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    use EnvironmentState::{Down, Slow, Unknown, Up};
    let records: Vec<&HostRecord> = state
        .store
        .realtime_hosts()
        .map(|(_, record)| record)
        .filter(|record| record.health.state() != Down || record.is_missed())
        .collect();
    if records.iter().all(|record| record.health.state() == Unknown) {
        return vec![Span::styled(" · asking", theme.quiet)];
    }
    let up = records.iter().filter(|record| matches!(record.health.state(), Up | Slow)).count();
    let style = if up == records.len() { theme.good } else { theme.warning };
    let mut spans = vec![Span::styled(format!(" · {up}/{} up", records.len()), style)];
    let totals = || records.iter().filter_map(|record| record.last.as_ref()?.total());
    if let (Some(least), Some(most)) = (totals().min(), totals().max()) {
        let (least, most) = (format::latency(least), format::latency(most));
        let text = if least == most { format!(" · {least}") } else { format!(" · {least}–{most}") };
        spans.push(Span::styled(text, theme.quiet));
    }
    for record in &records {
        let (glyph, word, style) = theme.environment(record.health.state());
        let why =
            record.last.as_ref().and_then(Climb::failure).map(|failure| format!(": {}", failure.short()));
        if !matches!(record.health.state(), Up | Unknown) {
            let name = record.host.realtime_name().unwrap_or_default();
            spans.push(Span::styled(format!(" · {glyph} {name} {word}{}", why.unwrap_or_default()), style));
        }
    }
    spans
}

/// What a screen without room for the line says where realtime hosts are down: `✖ au.rt`.
pub(super) fn alarm(state: &State, layout: &Layout, theme: &Theme) -> Option<Span<'static>> {
    let down = state.store.realtime_hosts().filter(|(_, record)| record.is_missed());
    let names: Vec<&str> = down.filter_map(|(_, record)| record.host.realtime_name()).collect();
    let words = match names.as_slice() {
        [] => return None,
        [one] => (*one).to_owned(),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
    };
    (layout.hints_rule == 0).then(|| Span::styled(format!("✖ {words}"), theme.warning))
}
