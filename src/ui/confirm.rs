//! What is said before jobs are deleted: how many, where, which, and what is left out.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::overlay::{Content, Frame};
use super::{Theme, format, jobs, paint};
use crate::model::EnvironmentId;
use crate::state::layout::environment_width;
use crate::state::{Deletion, Layout, Masked, State, Victim};
use crate::store::Column;

/// The lines of the overlay. There may be ten thousand jobs: of those only the ones in view are looked at.
pub(super) fn content<'a>(
    state: &State,
    layout: &Layout,
    theme: &Theme,
    deletion: &Deletion,
    scroll: usize,
) -> Content<'a> {
    let lines = summary(state, layout, theme, deletion);
    let (height, before) = (usize::from(layout.overlay_lines()), lines.len());
    let all = before + deletion.victims.len();
    let height = height.min(all);
    let first = scroll.min(all - height);
    let mut shown: Vec<Line<'a>> = lines.into_iter().skip(first).take(height).collect();
    let first_job = first.saturating_sub(before);
    let named: Vec<&Victim> =
        deletion.victims.iter().skip(first_job).take(height.saturating_sub(shown.len())).collect();
    let width = Content::width(layout.overlay());
    let place = if named.len() < deletion.victims.len() && width >= 60 {
        let (from, to) = (format::count(first_job + 1), format::count(first_job + named.len()));
        format!(" jobs {from}–{to} of {} ", format::count(deletion.victims.len()))
    } else {
        String::new()
    };
    shown.extend(named.into_iter().map(|victim| paint::fit_line(job(state, theme, victim), width)));
    Content {
        window: Some((first, all)),
        frame: Frame::Danger,
        place: Some(place),
        ..Content::new("Delete".to_owned(), shown)
    }
}

/// `1 job`, `4,833 jobs`.
fn jobs_in_words(count: usize) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{} jobs", format::count(count)) }
}

/// What is said above the jobs.
fn summary(state: &State, layout: &Layout, theme: &Theme, deletion: &Deletion) -> Vec<Line<'static>> {
    let fleet = state.store.fleet();
    let mut lines = Vec::new();
    let mut push = |text: String, style, indent| {
        lines.extend(Content::wrap(Line::from(Span::styled(text, style)), layout.overlay(), indent));
    };
    let all = jobs_in_words(deletion.victims.len());
    push(
        format!("Delete {all} with audio, transcript and configuration. This cannot be undone."),
        theme.critical,
        0,
    );
    for (environment, counts) in &deletion.counts {
        push(in_environment(state, *environment, *counts), theme.text, 4);
    }
    for (environment, count) in &deletion.read_only {
        let name = fleet.environment_name(*environment);
        push(
            format!("  left out: {} in {name}, which is read-only", jobs_in_words(*count)),
            theme.warning,
            4,
        );
    }
    if deletion.gone > 0 {
        push(format!("  left out: {} already gone", jobs_in_words(deletion.gone)), theme.quiet, 4);
    }
    push(String::new(), theme.text, 0);
    lines
}

/// `  eu1 (protected): 3 jobs; 1 of them still running: …`.
fn in_environment(state: &State, environment: EnvironmentId, (count, running): (usize, usize)) -> String {
    let guard = state.guards.get(environment.index()).copied().unwrap_or_default();
    let protected = if guard.protected { " (protected)" } else { "" };
    let forced = |which: &str| {
        format!("{which} still running: stopped and deleted by force, no transcript will be made")
    };
    let force = match running {
        0 => String::new(),
        1 if count == 1 => forced(","),
        running if running == count => forced(", all"),
        running => forced(&format!("; {} of them", format::count(running))),
    };
    let name = state.store.fleet().environment_name(environment);
    format!("  {name}{protected}: {}{force}", jobs_in_words(count))
}

/// A job as the table names it: `  eu1  ✔ done     9bp0w1hcx0  motor-billing.flac`.
fn job(state: &State, theme: &Theme, victim: &Victim) -> Line<'static> {
    const STATUS: usize = 10;
    const ID: usize = 10;
    let fleet = state.store.fleet();
    let width = usize::from(environment_width(fleet));
    let place = fleet.environment_name(victim.key.environment);
    let held = state.store.find(&victim.key).and_then(|handle| state.store.job(handle));
    let (status, status_style) = held.map_or((String::new(), theme.quiet), |held| {
        let (glyph, style) = theme.job(held.status(), held.is_done_with_errors());
        (format!("{glyph} {}", held.status()), style)
    });
    let (name, name_style) = held.map_or((String::new(), theme.quiet), |held| {
        let (name, style) = jobs::name_cell(held, theme);
        (state.presenter.cell(held, Column::Name, name), style)
    });
    let id = state.presenter.show(Masked::Id, victim.key.id.as_str()).into_owned();
    let padded =
        |text: &str, width: usize| format!("{text}{}  ", " ".repeat(width.saturating_sub(text.width())));
    Line::from(vec![
        Span::styled(format!("  {}", padded(place, width)), theme.title),
        Span::styled(padded(&status, STATUS), status_style),
        Span::styled(padded(&id, ID), theme.quiet),
        Span::styled(name, name_style),
    ])
}
