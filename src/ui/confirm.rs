//! What is said before jobs are deleted: how many, where, which, and what is left out.

use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, format, paint};
use crate::state::{Deletion, Layout, Masked, State};

/// The lines of the overlay. There may be ten thousand jobs: of those only the ones in view are looked at.
pub(super) fn content<'a>(
    state: &State,
    layout: &Layout,
    theme: &Theme,
    deletion: &Deletion,
    scroll: usize,
) -> Content<'a> {
    let fleet = state.store.fleet();
    let mut lines = Vec::new();
    let mut push = |text: String, style, indent| {
        lines.extend(Content::wrap(Line::from(Span::styled(text, style)), layout.overlay(), indent));
    };
    let jobs = |count: usize| {
        if count == 1 { "1 job".to_owned() } else { format!("{} jobs", format::count(count)) }
    };
    push(
        format!(
            "Delete {} with audio, transcript and configuration. Nobody can bring them back.",
            jobs(deletion.victims.len())
        ),
        theme.critical,
        0,
    );
    for (environment, (count, running)) in &deletion.counts {
        let guard = state.guards.get(environment.index()).copied().unwrap_or_default();
        let protected = if guard.protected { " (protected)" } else { "" };
        let forced = |which: &str, what: &str| {
            format!("{which} still running: stopped and deleted by force, nothing comes of {what}")
        };
        let force = match running {
            0 => String::new(),
            1 if *count == 1 => forced(",", "it"),
            running if running == count => forced(", all", "them"),
            1 => forced("; 1 of them", "it"),
            running => forced(&format!("; {} of them", format::count(*running)), "them"),
        };
        let name = fleet.environment_name(*environment);
        push(format!("  {name}{protected}: {}{force}", jobs(*count)), theme.text, 4);
    }
    for (environment, count) in &deletion.read_only {
        let name = fleet.environment_name(*environment);
        push(format!("  left out: {} in {name}, which is read-only", jobs(*count)), theme.warning, 4);
    }
    if deletion.gone > 0 {
        push(format!("  left out: {} that are gone already", jobs(deletion.gone)), theme.quiet, 4);
    }
    push(String::new(), theme.text, 0);
    let (height, before) = (usize::from(layout.overlay_lines()), lines.len());
    let all = before + deletion.victims.len();
    let first = scroll.min(all.saturating_sub(height));
    let mut shown: Vec<Line<'a>> = lines.into_iter().skip(first).take(height).collect();
    let named = deletion.victims.iter().skip(first.saturating_sub(before));
    let width = Content::width(layout.overlay());
    shown.extend(named.take(height.saturating_sub(shown.len())).map(|victim| {
        let held = state.store.find(&victim.key).and_then(|handle| state.store.job(handle));
        let name = state.presenter.show(Masked::Name, held.map_or("", |held| held.data_name()));
        let id = state.presenter.show(Masked::Id, victim.key.id.as_str());
        let running = if victim.force { "  running" } else { "" };
        let place = fleet.environment_name(victim.key.environment);
        let text = format!("  {place}  {id}{running}  {name}");
        paint::fit_line(Line::styled(text, theme.quiet), width)
    }));
    Content { window: Some((first, all)), ..Content::new("Delete".to_owned(), shown) }
}
