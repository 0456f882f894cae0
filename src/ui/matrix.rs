//! The matrix: what the panes are too narrow to say. Every endpoint's health with its figures and its last
//! error, and every key at every environment, with what was said, since when and when it was last good.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, environments, format, hosts};
use crate::model::{
    Entitlement, Environment, EnvironmentId, EnvironmentState, KeyId, KeyLabel, KeyState, SourceId,
};
use crate::state::{Layout, State, layout::environment_width};
use crate::store::{Banner, Cause, Health, Share, SourceRecord, evidence};

/// What is known of a temporary key's limits, whatever it is forbidden.
const CLIENT_REF: &str = "with a client_ref it reaches only the jobs with that reference; usage answers 403";

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let fleet = state.store.fleet();
    let indent = usize::from(environment_width(fleet)) + 2;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut push = |indent: usize, spans: Vec<Span<'static>>| {
        lines.extend(Content::wrap(Line::from(spans), layout.overlay(), indent));
    };
    push(0, vec![Span::styled("Environments", theme.title)]);
    for (id, environment) in fleet.environments() {
        push(indent, health(state, theme, id, environment));
        if let Some(spans) = trend(state, theme, id, environment, indent) {
            push(indent, spans);
        }
        for spans in hosts::lines(state, theme, id, indent) {
            push(indent + 4, spans);
        }
        if let Some(spans) = last_error(state, theme, id, indent) {
            push(indent, spans);
        }
    }
    for (key, label) in fleet.keys() {
        push(0, Vec::new());
        push(2, heading(state, theme, key, label));
        for (id, environment) in fleet.environments() {
            push(indent, cell(state, theme, key, (id, environment)));
        }
        for banner in banners(state, key) {
            let head = Span::styled(
                format!("{}. ", state.presenter.told(&banner.head)),
                theme.severity(banner.severity).1,
            );
            push(2, vec![head, Span::styled(state.presenter.told(&banner.advice).into_owned(), theme.text)]);
        }
    }
    Content::new("Health and keys".to_owned(), lines)
}

/// `eu1  ● up since 23:10:04 · 99 % of 120 answered · p50 42ms · p95 80ms`.
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
    spans
}

/// `▁▂▁ · host`, in a line of its own, so that those of all environments stand under each other.
fn trend(
    state: &State,
    theme: &Theme,
    id: EnvironmentId,
    environment: &Environment,
    indent: usize,
) -> Option<Vec<Span<'static>>> {
    let bars = environments::bars(state.store.health(id)?, 24);
    let host = state.store.alias(id).map_or(environment.host.as_str(), |alias| &alias.host);
    Some(vec![Span::raw(" ".repeat(indent)), Span::styled(format!("{bars} · {host}"), theme.quiet)])
}

fn answered(share: Share) -> String {
    format!("{} % of {} answered", share.percent(), share.asked)
}

/// When the endpoint last failed, and how, also when that is over.
fn last_error(state: &State, theme: &Theme, id: EnvironmentId, indent: usize) -> Option<Vec<Span<'static>>> {
    let (at, failure) = state.store.health(id).and_then(Health::last_failure)?;
    let text = format!("last error {}: {}{}", moment(state, at), failure.sentence(), evidence(failure));
    let text = state.presenter.told(&text).into_owned();
    Some(vec![Span::raw(" ".repeat(indent)), Span::styled(text, theme.quiet)])
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
            (format!("in {}", format::precise(left)), super::keys::time_style(theme, left))
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
        spans.push(Span::styled("  nothing is wrong with it", theme.quiet));
    }
    spans
}

/// `eu2  ✖ rejected (401) since 23:10:04 · declared · never accepted · 401 Authorization Required`.
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
    let status = record.key.evidence.as_ref().and_then(|failure| failure.status);
    let status = status.map_or(String::new(), |status| format!(" ({status})"));
    spans.push(Span::styled(format!("{glyph} {key_state}{status}"), style));
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
    words.push(if declared { "declared" } else { "merely tried" }.to_owned());
    match record.key.accepted {
        Some(at) => words.push(format!("last good {}", moment(state, at))),
        None if key_state != KeyState::Unchecked => words.push("never accepted".to_owned()),
        None => {}
    }
    if let Some(trouble) = record.trouble.as_ref().filter(|trouble| trouble.is_of_endpoint()) {
        words.push(format!("no answer since {}", moment(state, trouble.since)));
    }
    if let Some(failure) = &record.key.evidence {
        words.push(format!("{}{}", failure.detail, evidence(failure)).trim().to_owned());
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
