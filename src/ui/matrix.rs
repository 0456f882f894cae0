//! The matrix: every key at every environment and every endpoint's health as a table, and below it what the
//! panes are too narrow to say: since when, when it was last good, figures, hosts, last errors with their ids.

mod grid;

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, environments, format, hosts, keys};
use crate::model::{
    Entitlement, Environment, EnvironmentId, EnvironmentState, KeyId, KeyLabel, KeyState, SourceId,
};
use crate::state::{Layout, State, layout::environment_width};
use crate::store::{Banner, Cause, Health, Share, SourceRecord, evidence};

/// What is known of a temporary key's limits, whatever it is forbidden.
const CLIENT_REF: &str = "with a client_ref it reaches only the jobs with that reference; usage answers 403";

/// The lines of the overlay: the table, and after it whatever a cell is too small for.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let fleet = state.store.fleet();
    let indent = usize::from(environment_width(fleet)) + 2;
    let mut lines = grid::lines(state, layout, theme);
    let mut push = |indent: usize, spans: Vec<Span<'static>>| {
        lines.extend(Content::wrap(Line::from(spans), layout.overlay(), indent));
    };
    for (key, label) in fleet.keys() {
        push(0, Vec::new());
        push(2, heading(state, theme, key, label));
        for banner in banners(state, key) {
            let (glyph, style) = theme.severity(banner.severity);
            let head = Span::styled(format!("{glyph} {}. ", state.presenter.told(&banner.head)), style);
            push(2, vec![head, Span::styled(state.presenter.told(&banner.advice).into_owned(), theme.text)]);
        }
        for (id, environment) in fleet.environments() {
            push(indent, cell(state, theme, key, (id, environment)));
        }
    }
    push(0, Vec::new());
    push(0, vec![Span::styled("Environments", theme.title)]);
    for (id, environment) in fleet.environments() {
        push(indent, health(state, theme, id, environment));
        for spans in hosts::lines(state, theme, (id, environment), indent) {
            push(indent + 4, spans);
        }
    }
    let last = last_words(state, theme);
    if !last.is_empty() {
        push(0, Vec::new());
        push(0, vec![Span::styled("Last errors and refusals, as they were answered", theme.title)]);
    }
    for spans in last {
        push(indent, spans);
    }
    Content::new("Health and keys".to_owned(), lines)
}

/// `eu1  ● up since 23:10:04 · 99 % of 120 answered · p50 42ms · p95 80ms · ▁▂▁`.
fn health(state: &State, theme: &Theme, id: EnvironmentId, environment: &Environment) -> Vec<Span<'static>> {
    let (glyph, word, style) = theme.environment(state.store.state(id));
    let mut spans = vec![name(state, theme, environment), Span::styled(format!("{glyph} {word}"), style)];
    let Some(health) = state.store.health(id) else { return spans };
    if let Some(since) = health.since().filter(|_| state.store.state(id) != EnvironmentState::Unknown) {
        spans.push(Span::styled(format!(" since {}", moment(state, since)), theme.text));
    }
    if let Some(share) = health.share() {
        let style = if share.percent() < 100 { theme.warning } else { theme.text };
        spans.push(Span::styled(format!(" · {}", answered(share)), style));
    }
    if let (Some(half), Some(most)) = (health.percentile(50), health.percentile(95)) {
        let text = format!(" · p50 {} · p95 {}", format::latency(half), format::latency(most));
        spans.push(Span::styled(text, theme.text));
    }
    if let Some(ahead) = state.store.odd_clock(id) {
        let side = if ahead.is_negative() { "behind" } else { "ahead of" };
        let text = format!(" · its clock is {} {side} ours, unlike others'", format::precise(ahead.abs()));
        spans.push(Span::styled(text, theme.warning));
    }
    spans.push(Span::styled(format!(" · {}", environments::bars(health, 24)), theme.quiet));
    spans
}

fn answered(share: Share) -> String {
    format!("{} % of {} answered", share.percent(), share.asked)
}

/// What was said last where something went wrong, also when that is over, with the ids of the requests:
/// nobody reads these but who copies them into a ticket, so they stand at the end.
fn last_words(state: &State, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let fleet = state.store.fleet();
    let line = |environment: &Environment, text: String| {
        vec![
            name(state, theme, environment),
            Span::styled(state.presenter.told(&text).into_owned(), theme.quiet),
        ]
    };
    let mut lines = Vec::new();
    for (id, environment) in fleet.environments() {
        if let Some((at, failure)) = state.store.health(id).and_then(Health::last_failure) {
            let text =
                format!("last error {}: {}{}", moment(state, at), failure.sentence(), evidence(failure));
            lines.push(line(environment, text));
        }
        for (key, label) in fleet.keys() {
            let record = fleet.source_at(key, id).and_then(|source| state.store.source(source));
            let Some(failure) = record.and_then(|record| record.key.evidence.as_ref()) else { continue };
            let said = format!("{}{}", failure.detail, evidence(failure));
            if !said.is_empty() {
                let status = failure.status.map_or(String::new(), |status| format!(" ({status})"));
                lines.push(line(environment, format!("key {}{status}: {}", label.name, said.trim())));
            }
        }
    }
    lines
}

/// `prod ·4f2a`, and of a temporary key when it ends.
fn heading(state: &State, theme: &Theme, key: KeyId, label: &KeyLabel) -> Vec<Span<'static>> {
    let mut spans = vec![
        Span::styled(format!("Key {}", label.name), theme.title),
        Span::styled(format!(" ·{}", label.fingerprint), theme.quiet),
    ];
    if let Some(end) = label.expires_at {
        let left = end.duration_since(state.now);
        let (left, style) = if left.is_positive() {
            (format!("in {}", format::precise(left)), keys::time_style(theme, left))
        } else {
            ("past".to_owned(), theme.bad)
        };
        let end = moment(state, end);
        spans.push(Span::styled(format!("  temporary, ends {end} ({left})"), style));
        spans.push(Span::styled(format!("; {CLIENT_REF}"), theme.quiet));
    } else if label.temporary {
        let text = format!("  temporary, does not say when it ends; {CLIENT_REF}");
        spans.push(Span::styled(text, theme.quiet));
    }
    if banners(state, key).next().is_none() {
        let (text, style) = grid::remark(state, theme, key);
        spans.push(Span::styled(format!("  {text}"), style));
    }
    spans
}

/// `eu2  ✖ rejected (401) · since 23:10:04 · declared · never accepted`.
fn cell(
    state: &State,
    theme: &Theme,
    key: KeyId,
    (id, environment): (EnvironmentId, &Environment),
) -> Vec<Span<'static>> {
    let fleet = state.store.fleet();
    let mut spans = vec![name(state, theme, environment)];
    let known = fleet.source_at(key, id).and_then(|source| Some((source, state.store.source(source)?)));
    let Some((source, record)) = known else {
        spans.push(Span::styled("– not tried", theme.quiet));
        return spans;
    };
    let key_state = state.store.key_state(source, state.now);
    let (glyph, style) = theme.key(key_state);
    // As quiet as in the pane: where it is not declared, not being accepted is no fault.
    let (glyph, style) =
        if keys::is_no_news(state, source, record) { ("–", theme.quiet) } else { (glyph, style) };
    let status = record.key.evidence.as_ref().and_then(|failure| failure.status);
    let status = status.map_or(String::new(), |status| format!(" ({status})"));
    spans.push(Span::styled(format!("{:<16}", format!("{glyph} {key_state}{status}")), style));
    spans.extend(facts(state, theme, source, record, key_state));
    spans
}

fn facts(
    state: &State,
    theme: &Theme,
    source: SourceId,
    record: &SourceRecord,
    key_state: KeyState,
) -> Vec<Span<'static>> {
    let declared =
        state.store.fleet().source(source).is_some_and(|own| own.entitlement == Entitlement::Declared);
    let mut words = Vec::new();
    let said = state.store.key_word(source, state.now);
    if said != key_state {
        words.push(format!("its last word was: {said}"));
    }
    if let Some(since) = record.key.since {
        words.push(format!("since {}", moment(state, since)));
    }
    words.push(if declared { "declared" } else { "not declared" }.to_owned());
    match record.key.accepted {
        Some(at) => words.push(format!("last good {}", moment(state, at))),
        None if key_state != KeyState::Unchecked => words.push("never accepted".to_owned()),
        None => {}
    }
    if let Some(trouble) = record.trouble.as_ref().filter(|trouble| trouble.is_of_endpoint()) {
        words.push(format!("no answer since {}", moment(state, trouble.since)));
    }
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.map(|word| Span::styled(format!(" · {word}"), theme.quiet)).collect()
}

fn name(state: &State, theme: &Theme, environment: &Environment) -> Span<'static> {
    let width = usize::from(environment_width(state.store.fleet()));
    Span::styled(format!("{:<width$}  ", environment.name), theme.title)
}

/// The banners about a key, also the dismissed ones.
fn banners(state: &State, key: KeyId) -> impl Iterator<Item = &Banner> {
    let about = move |cause: &Cause| cause.key() == Some(key);
    state.banners().chain(state.dismissed_banners()).filter(move |banner| about(&banner.cause))
}

fn moment(state: &State, at: Timestamp) -> String {
    format::moment_of(state, at)
}
