//! One job, by tabs: what the list gives of it, its configuration, its errors, its transcript and its log.
//! Secrets in its configuration were masked where they entered; here they cannot be shown because they
//! are not there. Of a text only the rows in view are looked at.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use strum::IntoEnumIterator;

use super::overlay::Content;
use super::{Theme, faults, format, matched};
use crate::model::{Document, Job, JobKey, Material, SourceId};
use crate::state::{Layout, Masked, Overlay, State, Tab, Text, View};
use crate::store::Common;
use crate::store::query::TextField;

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
    /// What of it is looked at.
    pub(super) view: &'a View,
    /// The row of a text that is the first in view.
    pub(super) scroll: usize,
}

const LABEL: usize = 12;

/// What a line of a transcript begins with that names who speaks from there on.
const SPEAKER: &str = "SPEAKER: ";

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme, shown: &Shown<'_>) -> Content<'a> {
    let mut window = None;
    let mut lines = match shown.view.tab {
        Tab::Summary => summary(state, layout, theme, shown),
        Tab::Config => config(layout, theme, shown.job),
        Tab::Errors => errors(state, layout, theme, shown.job),
        Tab::Transcript | Tab::Log => match &shown.view.text {
            Text::Here(material, document) if shown.view.material() == Some(*material) => {
                let (first, lines) = rows(state, layout, theme, shown, (*material, document));
                window = Some((first, document.len()));
                lines
            }
            text => Content::wrap(on_its_way(state, shown.view, text, theme), layout.overlay(), 0),
        },
    };
    if shown.view.material().is_none() {
        let sought = shown.view.sought.to_lowercase();
        for line in lines.iter_mut().filter(|line| found_in_row(&line.to_string(), &sought)) {
            *line = std::mem::take(line).patch_style(theme.selected);
            line.spans.iter_mut().for_each(|span| span.style = span.style.patch(theme.selected));
        }
    }
    let environment = state.store.fleet().environment_name(shown.key.environment);
    let title = format!("Job {} · {environment}", shown.job.id);
    Content { head: Some(tabs(shown, theme)), window, ..Content::new(title, lines) }
}

/// The tabs, the one that is looked at between brackets.
fn tabs(shown: &Shown<'_>, theme: &Theme) -> Line<'static> {
    let mut spans = Vec::new();
    for tab in Tab::iter() {
        let word = match tab {
            Tab::Transcript => format!("{tab} {}", shown.view.format),
            Tab::Errors if !shown.job.errors.is_empty() => format!("{tab} {}", shown.job.errors.len()),
            tab => tab.to_string(),
        };
        if tab == shown.view.tab {
            spans.push(Span::styled(format!("[{word}]"), theme.accent));
        } else {
            spans.push(Span::styled(format!(" {word} "), theme.quiet));
        }
    }
    Line::from(spans)
}

/// A label and what it stands for, wrapped.
fn entry(layout: &Layout, theme: &Theme, label: &str, value: Vec<Span<'static>>) -> Vec<Line<'static>> {
    let mut spans = vec![Span::styled(format!("{label:<LABEL$}"), theme.quiet)];
    spans.extend(value);
    Content::wrap(Line::from(spans), layout.overlay(), LABEL)
}

fn summary(state: &State, layout: &Layout, theme: &Theme, shown: &Shown<'_>) -> Vec<Line<'static>> {
    let facts = facts(state, theme, shown).into_iter().filter(|(_, text, _)| !text.is_empty());
    let mut lines: Vec<_> = facts
        .flat_map(|(label, text, style)| {
            let spans = match found_in(label) {
                Some(field) => matched::spans(state, (shown.job, shown.source), field, &text, (style, theme)),
                None => vec![Span::styled(text, style)],
            };
            entry(layout, theme, label, spans)
        })
        .collect();
    if let Some(error) = shown.job.errors.last() {
        let style = if shown.job.is_done_with_errors() { theme.warning } else { theme.bad };
        let label = if shown.job.errors.len() > 1 { "last error" } else { "error" };
        lines.extend(entry(layout, theme, label, vec![Span::styled(error.message.to_string(), style)]));
    }
    lines
}

/// The facts in which words of the filter are found.
fn found_in(label: &str) -> Option<TextField> {
    match label {
        "id" => Some(TextField::Id),
        "file" => Some(TextField::Name),
        "title" => Some(TextField::Title),
        "reference" => Some(TextField::Reference),
        _ => None,
    }
}

fn config(layout: &Layout, theme: &Theme, job: &Job) -> Vec<Line<'static>> {
    match &job.config {
        None => vec![Line::styled("the list gives no configuration of this job", theme.quiet)],
        Some(config) => pretty(config)
            .lines()
            .flat_map(|line| Content::wrap(Line::styled(line.to_owned(), theme.text), layout.overlay(), 4))
            .collect(),
    }
}

/// The errors, retries of one thing folded into one entry.
fn errors(state: &State, layout: &Layout, theme: &Theme, job: &Job) -> Vec<Line<'static>> {
    if job.errors.is_empty() {
        return vec![Line::styled("there are no errors", theme.quiet)];
    }
    let style = if job.is_done_with_errors() { theme.warning } else { theme.bad };
    let mut lines = Vec::new();
    for fault in faults::fold(&job.errors) {
        let when = |at: jiff::Timestamp| format::full(at, &state.settings.zone);
        let time = match (fault.first.map(when), fault.last.map(when)) {
            (Some(first), Some(last)) if fault.times > 1 && first != last => {
                format!("{} times, {first} – {last}", fault.times)
            }
            (time, _) if fault.times > 1 => {
                format!("{} times {}", fault.times, time.unwrap_or_default())
            }
            (time, _) => time.unwrap_or_default(),
        };
        if !time.is_empty() {
            lines.push(Line::styled(time, theme.quiet));
        }
        let message = Line::styled(format!("  {}", fault.message), style);
        lines.extend(Content::wrap(message, layout.overlay(), 2));
    }
    lines
}

fn on_its_way(state: &State, view: &View, text: &Text, theme: &Theme) -> Line<'static> {
    match text {
        Text::Failed(_, why) => Line::styled(state.presenter.told(why).into_owned(), theme.warning),
        Text::Coming(material, bytes) if *bytes > 0 => {
            let size = format::count(bytes / 1024);
            Line::styled(format!("fetching the {}: {size} KiB …", material.noun()), theme.quiet)
        }
        _ => {
            let noun = view.material().map_or("text", Material::noun);
            Line::styled(format!("fetching the {noun} …"), theme.quiet)
        }
    }
}

/// The rows in view, with the place of the first.
fn rows(
    state: &State,
    layout: &Layout,
    theme: &Theme,
    shown: &Shown<'_>,
    (material, document): (Material, &Document),
) -> (usize, Vec<Line<'static>>) {
    let height = usize::from(layout.overlay_lines().saturating_sub(1));
    let first = shown.scroll.min(document.len().saturating_sub(height));
    let sought = shown.view.sought.to_lowercase();
    let mut lines = Vec::new();
    for row in first..(first + height).min(document.len()) {
        let text = document.row(row);
        // Their name alone is coloured: whole paragraphs would say "fine" and "beware" where nothing is meant.
        let speaker = text.strip_prefix(SPEAKER).filter(|_| material == Material::Txt);
        let style = speaker.map_or(theme.text, |name| theme.speaker(name.trim()));
        let line = Line::styled(state.presenter.line(text).into_owned(), style);
        lines.push(if found_in_row(text, &sought) { line.patch_style(theme.selected) } else { line });
    }
    (first, lines)
}

/// Whether a row holds what is looked for, which is in small letters.
fn found_in_row(row: &str, sought: &str) -> bool {
    !sought.is_empty() && row.to_lowercase().contains(sought)
}

/// The lines of the tab that is open, as they are drawn, for finding words in them; none where no job is open.
pub fn lines_of_details(state: &State, theme: &Theme) -> Vec<String> {
    let Some(Overlay::Details { key, job, source, listed, view, scroll }) = &state.overlay else {
        return Vec::new();
    };
    let job = &state.presenter.job((**job).clone());
    let shown = Shown { key, job, source: *source, listed: *listed, view, scroll: scroll.0 };
    let content = content(state, &state.layout(), theme, &shown);
    content.lines.iter().map(ToString::to_string).collect()
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
    let marked = state.marks.of(shown.key).map_or(String::new(), |failed| match failed {
        None => Theme::MARKED.to_owned(),
        Some(why) => format!("{} {}", Theme::FAILED, state.presenter.told(why)),
    });
    vec![
        ("", standing.to_owned(), theme.warning),
        ("status", status, status_style),
        ("stuck", stuck(state, shown), theme.warning),
        ("followed", followed, theme.active),
        ("marked", marked, theme.warning),
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
        (
            "saved",
            state.presenter.path(state.saved.path(shown.key).unwrap_or_default()).into_owned(),
            theme.good,
        ),
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
    let id = state.presenter.show(Masked::Id, other.id.as_str());
    format!("{environment} {id}: {common}, {apart} {when}: probably the same work submitted twice")
}

/// How far beyond what is usual a job runs.
fn stuck(state: &State, shown: &Shown<'_>) -> String {
    let (store, job) = (&state.store, shown.job);
    let Some(created) = job.created_at.filter(|_| store.find(shown.key).is_some_and(|at| store.is_stuck(at)))
    else {
        return String::new();
    };
    let (limit, known) = store.limit(shown.key.environment, job.model.as_deref());
    let name = store.fleet().environment_name(shown.key.environment);
    let usual = if known {
        format!("the most to be expected in {name}")
    } else {
        "the most without a history".to_owned()
    };
    format!(
        "{} running for {}; {usual} is {}m + {} its audio",
        Theme::STUCK,
        format::precise(state.now.duration_since(created)),
        limit.grace / 60,
        crate::store::times(limit.thousandths)
    )
}

/// The configuration over several lines. It was written by us as JSON; should it not be, it is shown as
/// it is.
fn pretty(config: &str) -> String {
    serde_json::from_str::<serde_json::Value>(config)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| config.to_owned())
}
