//! The environments pane: one line each, with health, latency, trend, counts and the age of the data.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Theme, format, keys, pace, paint, realtime};
use crate::model::{Entitlement, Environment, EnvironmentId, EnvironmentState, Failure, KeyState, SourceId};
use crate::state::{Layout, State, layout::environment_width};
use crate::store::{Align, Health, Share, SourceRecord};

/// One field of a line: how wide, and in which order it leaves when the pane is narrow.
struct Field {
    width: u16,
    rank: u8,
    align: Align,
    /// The cell's text and style for one environment.
    cell: fn(&Facts<'_>, &Theme) -> (String, Style),
}

/// What one line is made of.
struct Facts<'a> {
    state: &'a State,
    id: EnvironmentId,
    environment: &'a Environment,
    records: Vec<(SourceId, &'a SourceRecord)>,
    /// Whether the pane is wide enough to write `stale` in full.
    roomy: bool,
}

/// The fields in the order of the line. Name and state always stay.
fn fields(state: &State, roomy: bool, has_keys_pane: bool) -> Vec<Field> {
    let name = environment_width(state.store.fleet());
    let field = |width, rank, align, cell| Field { width, rank, align, cell };
    let mut fields = vec![
        field(4, 7, Align::Left, |facts, theme| (facts.environment.region.to_string(), theme.quiet)),
        field(name, 0, Align::Left, |facts, theme| (facts.environment.name.to_string(), theme.title)),
        field(11, 0, Align::Left, state_cell),
        field(5, 1, Align::Right, latency_cell),
        field(8, 5, Align::Left, trend_cell),
        field(14, 8, Align::Left, figures_cell),
        field(11, 4, Align::Right, jobs_cell),
        field(7, 2, Align::Right, running_cell),
        field(if roomy { 11 } else { 6 }, 0, Align::Right, age_cell),
    ];
    // Where there is no room for the matrix, each line says what its keys are worth.
    if !has_keys_pane {
        let keys = state.store.fleet().keys.len();
        let width = if keys == 1 { 8 } else { 24 };
        fields.push(field(width, 3, Align::Left, keys_cell));
    }
    fields
}

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.environments;
    let fleet = state.store.fleet();
    let lines = usize::from(area.height);
    let hidden = fleet.environments.len().saturating_sub(lines);
    let mut title = vec![Span::styled("Environments", theme.title)];
    if hidden > 0 {
        title.push(Span::styled(format!(" · {hidden} more"), theme.warning));
    }
    if let Some(alarm) = realtime::alarm(state, layout, theme) {
        title.extend([Span::styled(" · realtime ", theme.quiet), alarm]);
    }
    title.extend(pace::spans(state, area.width, theme));
    paint::title(buffer, (1, layout.panes_rule), area.width, title);
    let roomy = area.width >= 56;
    let fields = fitting(fields(state, roomy, layout.keys.width > 0), area.width.saturating_sub(2));
    for (row, (id, environment)) in (area.y..area.bottom()).zip(fleet.environments()) {
        let records = state.store.sources_at(id).collect();
        let facts = Facts { state, id, environment, records, roomy };
        let mut x = area.x + 1;
        for field in &fields {
            let (text, style) = (field.cell)(&facts, theme);
            paint::put(buffer, (x, row), field.width, &text, style, field.align);
            x += field.width + 1;
        }
    }
}

/// Leaves out fields until the rest fits.
fn fitting(mut fields: Vec<Field>, width: u16) -> Vec<Field> {
    loop {
        let used: u16 = fields.iter().map(|field| field.width + 1).sum();
        let worst = fields.iter().map(|field| field.rank).max().unwrap_or(0);
        if used <= width + 1 || worst == 0 {
            return fields;
        }
        fields.retain(|field| field.rank < worst);
    }
}

impl Facts<'_> {
    /// Whether the keys that are tried here are merely tried, and not one is accepted: no news.
    fn not_entitled(&self) -> bool {
        !self.records.is_empty()
            && self.records.iter().all(|(id, record)| {
                record.key.state == KeyState::Rejected
                    && record.key.accepted.is_none()
                    && self
                        .state
                        .store
                        .fleet()
                        .source(*id)
                        .is_some_and(|s| s.entitlement == Entitlement::Discovered)
            })
    }

    /// The failure of the endpoint itself, if it fails.
    fn trouble(&self) -> Option<&Failure> {
        self.state.store.endpoint_failure(self.id)
    }

    /// Whether even the freshest data is stale.
    fn is_stale(&self) -> bool {
        let freshest = self.records.iter().max_by_key(|(_, record)| record.last_good);
        freshest.is_some_and(|(_, record)| record.is_stale() && record.last_good.is_some())
    }

    fn last_good(&self) -> Option<jiff::Timestamp> {
        self.records.iter().filter_map(|(_, record)| record.last_good).max()
    }
}

fn state_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let state = facts.state.store.state(facts.id);
    if facts.not_entitled() && state == EnvironmentState::Up {
        return ("– no access".to_owned(), theme.quiet);
    }
    let (glyph, word, style) = theme.environment(state);
    let status =
        facts.trouble().and_then(|failure| failure.status).filter(|_| state == EnvironmentState::Down);
    let status = status.map_or(String::new(), |status| format!(" {status}"));
    let alias = if facts.state.store.alias(facts.id).is_some() { Theme::ALIAS } else { "" };
    (format!("{glyph} {word}{status}{alias}"), style)
}

/// `key ✖403`, or each key with its mark.
fn keys_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let fleet = facts.state.store.fleet();
    let mut worst = theme.quiet;
    let mut words = Vec::new();
    for (id, _) in &facts.records {
        let Some(source) = fleet.source(*id) else { continue };
        let (mark, style) = keys::cell(facts.state, source.key, facts.id, true, theme);
        if facts.state.store.key_state(*id, facts.state.now) != KeyState::Accepted && mark != "–" {
            worst = style;
        }
        let name = if fleet.keys.len() == 1 { "key" } else { fleet.key_name(source.key) };
        words.push(format!("{name} {mark}"));
    }
    (words.join(" "), worst)
}

fn latency_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let latency = facts.state.store.health(facts.id).and_then(Health::latency);
    let slow = facts.state.store.state(facts.id) == EnvironmentState::Slow;
    let style = if slow { theme.warning } else { theme.text };
    match latency {
        Some(latency) => (format::latency(latency), style),
        None if facts.trouble().is_some() => ("–".to_owned(), theme.quiet),
        None => (String::new(), style),
    }
}

fn trend_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let Some(health) = facts.state.store.health(facts.id) else { return (String::new(), theme.quiet) };
    (bars(health, 8), theme.quiet)
}

/// `100% p95 80ms`: how much was answered of late, and how quickly.
fn figures_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let Some(health) = facts.state.store.health(facts.id) else { return (String::new(), theme.quiet) };
    let share = health.share().map(Share::percent);
    let style = if share.is_some_and(|percent| percent < 100) { theme.warning } else { theme.quiet };
    let share = share.map(|percent| format!("{percent}%"));
    let most = health.percentile(95).map(|most| format!("p95 {}", format::latency(most)));
    (share.into_iter().chain(most).collect::<Vec<_>>().join(" "), style)
}

/// The latest answers as bars, on a scale of their own; `×` for none.
pub(super) fn bars(health: &Health, count: usize) -> String {
    const BARS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let recent: Vec<Option<Duration>> = health.trend().rev().take(count).collect();
    let longest = recent.iter().flatten().max().map_or(0, Duration::as_millis).max(100);
    let bar = |latency: &Option<Duration>| match latency {
        None => '×',
        Some(own) => {
            let step = usize::try_from(own.as_millis() * 6 / longest).unwrap_or(0);
            BARS.get(step).copied().unwrap_or('▇')
        }
    };
    recent.iter().rev().map(bar).collect()
}

fn jobs_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let Some(_) = facts.last_good() else { return verdict(facts, theme) };
    let jobs = facts.state.summary().environment(facts.id).jobs;
    let whole = facts.records.iter().all(|(_, record)| record.complete || record.last_good.is_none());
    let plus = if whole { "" } else { "+" };
    let (count, word) = (format::count(jobs), if jobs < 10_000 { " jobs" } else { "" });
    (format!("{count}{plus}{word}"), theme.quiet)
}

/// What stands in the place of a count where no key lists anything: why.
fn verdict(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let refused = facts.records.iter().find_map(|(_, record)| record.key.evidence.as_ref());
    match refused.and_then(|failure| failure.status).filter(|_| !facts.not_entitled()) {
        Some(status) => (format!("key ✖ {status}"), theme.bad),
        None => (String::new(), theme.quiet),
    }
}

fn running_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let Some(_) = facts.last_good() else { return (String::new(), theme.quiet) };
    let active = facts.state.summary().environment(facts.id).active;
    let style = if active > 0 { theme.active } else { theme.quiet };
    (format!("{} run", format::count(active)), style)
}

/// How old the data is: `2s`, or `stale 3m12s` where the last round failed; without any data how long
/// the first answer has been waited for.
fn age_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let age = |since: jiff::Timestamp| format::precise(facts.state.now.duration_since(since));
    match facts.last_good() {
        Some(good) if facts.is_stale() => {
            let mark = if facts.roomy { "stale " } else { "!" };
            (format!("{mark}{}", age(good)), theme.warning)
        }
        Some(good) => (age(good), theme.quiet),
        None => {
            let asked = facts.records.iter().filter_map(|(_, record)| record.asked).min();
            (asked.map_or(String::new(), |asked| format!("…{}", age(asked))), theme.quiet)
        }
    }
}

/// One line for a small screen: `eu1 ●  eu2 ✖`.
pub(super) fn summary<'a>(state: &State, theme: &Theme) -> Line<'a> {
    let mut spans = Vec::new();
    for (id, environment) in state.store.fleet().environments() {
        let (glyph, _, style) = theme.environment(state.store.state(id));
        spans.push(Span::styled(format!("{} ", environment.name), theme.text));
        spans.push(Span::styled(format!("{glyph}  "), style));
    }
    Line::from(spans)
}
