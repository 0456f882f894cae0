//! Everything that the list gives of one job. Secrets in its configuration were masked where they
//! entered; here they cannot be shown because they are not there.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, format};
use crate::model::{Job, JobKey, SourceId};
use crate::state::{Layout, State};
use crate::store::Common;

/// The job to show.
pub(super) struct Shown<'a> {
    /// Its identity.
    pub(super) key: &'a JobKey,
    /// As it was last listed.
    pub(super) job: &'a Job,
    /// Who listed it.
    pub(super) source: SourceId,
    /// Whether it still is.
    pub(super) listed: bool,
}

const LABEL: usize = 12;

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme, shown: &Shown<'_>) -> Content<'a> {
    let mut lines = Vec::new();
    let mut push = |label: &str, value: Vec<Span<'static>>| {
        let mut spans = vec![Span::styled(format!("{label:<LABEL$}"), theme.quiet)];
        spans.extend(value);
        lines.extend(Content::wrap(Line::from(spans), layout.overlay(), LABEL));
    };
    for (label, text, style) in facts(state, theme, shown) {
        if !text.is_empty() {
            push(label, vec![Span::styled(text, style)]);
        }
    }
    let zone = &state.settings.zone;
    for (at, error) in shown.job.errors.iter().enumerate() {
        let label = if at == 0 { "errors" } else { "" };
        let when = error.timestamp.map_or(String::new(), |at| format!("{}  ", format::full(at, zone)));
        let style = if shown.job.is_done_with_errors() { theme.warning } else { theme.bad };
        push(label, vec![Span::styled(when, theme.quiet), Span::styled(error.message.to_string(), style)]);
    }
    match &shown.job.config {
        None => push("config", vec![Span::styled("the list gives none", theme.quiet)]),
        Some(config) => {
            for (at, line) in pretty(config).lines().enumerate() {
                push(if at == 0 { "config" } else { "" }, vec![Span::styled(line.to_owned(), theme.text)]);
            }
        }
    }
    let environment = state.store.fleet().environment_name(shown.key.environment);
    Content { title: format!("Job {} · {environment}", shown.key.id), lines }
}

fn facts(state: &State, theme: &Theme, shown: &Shown<'_>) -> Vec<(&'static str, String, Style)> {
    let (job, fleet, zone) = (shown.job, state.store.fleet(), &state.settings.zone);
    let (glyph, status_style) = theme.job(&job.status, !job.errors.is_empty());
    let mut status = format!("{glyph} {}", job.status);
    if job.is_done_with_errors() {
        status.push_str(", with errors afterwards");
    }
    let words = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let place = fleet.environment(shown.key.environment).map_or(String::new(), |environment| {
        format!("{} · region {} · {}", environment.name, environment.region, environment.host)
    });
    let key = fleet.source(shown.source).map_or("", |source| fleet.key_name(source.key)).to_owned();
    let age = |at: jiff::Timestamp| format::precise(state.now.duration_since(at));
    let created =
        job.created_at.map_or(String::new(), |at| format!("{} ({} ago)", format::full(at, zone), age(at)));
    let expires = job.expires_at().map_or(String::new(), |end| {
        let left = end.duration_since(state.now);
        let words = if left.is_negative() { "past".to_owned() } else { format!("in {}", format::span(left)) };
        format!("{} ({words})", format::full(end, zone))
    });
    let standing = match (shown.listed, state.store.is_stale(shown.source)) {
        (false, _) => "no longer listed: it was deleted or has expired; this is how it was last seen",
        (true, true) => "stale: its environment does not answer with jobs now; this is how it was last seen",
        (true, false) => "",
    };
    let followed = state.following.standing(shown.key);
    let followed = followed.map_or(String::new(), |standing| format!("{} {standing}", Theme::FOLLOWED));
    vec![
        ("", standing.to_owned(), theme.warning),
        ("status", status, status_style),
        ("followed", followed, theme.active),
        ("id", job.id.to_string(), theme.text),
        ("environment", place, theme.text),
        ("key", key, theme.text),
        ("file", job.data_name.to_string(), theme.text),
        ("title", words(job.title.as_deref()), theme.text),
        ("reference", words(job.reference.as_deref()), theme.text),
        ("tags", job.tags.join(", "), theme.text),
        ("language", words(job.language.as_deref()), theme.text),
        ("model", words(job.model.as_deref()), theme.text),
        ("audio", job.duration_s.map_or(String::new(), format::audio), theme.text),
        ("created", created, theme.text),
        ("also as", resubmission(state, shown.key), theme.warning),
        ("expires", expires, theme.text),
    ]
}

/// The job in another environment that probably is the same work: `us1 a81ko4eqjl …`.
fn resubmission(state: &State, key: &JobKey) -> String {
    let store = &state.store;
    let found = store.find(key).and_then(|handle| store.resubmission(handle));
    let Some((found, other)) = found.and_then(|found| Some((found, store.key_of(found.other)?))) else {
        return String::new();
    };
    let environment = store.fleet().environment_name(other.environment);
    let common = match found.common {
        Common::Name => "the same file name",
        Common::Reference => "the same reference",
    };
    let apart = format::precise(found.apart.abs());
    let when = if found.apart.is_negative() { "earlier" } else { "later" };
    format!("{environment} {}: {common}, {apart} {when}: probably the same work submitted twice", other.id)
}

/// The configuration over several lines. It was written by us as JSON; should it not be, it is shown as
/// it is.
fn pretty(config: &str) -> String {
    serde_json::from_str::<serde_json::Value>(config)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| config.to_owned())
}
