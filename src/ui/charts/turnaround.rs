//! How long jobs take, measured in their audio: by environment and model, with what follows from it for stuck jobs.

use ratatui::text::Span;

use super::{Page, cells, name_width, right};
use crate::model::EnvironmentId;
use crate::state::State;
use crate::store::{Turnaround, times};
use crate::ui::{format, paint};

const NUMBER: usize = 9;
/// What stands behind the bar: `5m + 1.26×`.
const LIMIT: usize = 12;

pub(super) fn draw(state: &State, page: &mut Page<'_>) {
    let theme = page.theme;
    let fleet = state.store.fleet();
    let name = name_width(state).max(12);
    let all: Vec<(EnvironmentId, Option<Turnaround>)> =
        fleet.environments().map(|(id, _)| (id, state.store.turnaround(id))).collect();
    if let Some(since) = all.iter().filter_map(|(_, figures)| Some(figures.as_ref()?.since)).min() {
        let seen: usize = all.iter().filter_map(|(_, figures)| Some(figures.as_ref()?.seen)).sum();
        let since = format::since(since, state.now, &state.settings.zone);
        page.say(
            format!(
                "{} jobs finished since {since}; each line's figures are of its last 200.",
                format::count(seen)
            ),
            theme.text,
        );
        page.gap();
    }
    let models = |id| state.store.turnarounds_by_model(id);
    let most = all.iter().filter_map(|(_, figures)| Some(figures.as_ref()?.high)).max().unwrap_or(0);
    let most =
        all.iter().flat_map(|(id, _)| models(*id)).map(|(_, figures)| figures.high).fold(most, u64::max);
    let head = ["finished", "median", "p95"].map(|word| right(word, NUMBER + 1)).concat();
    let room = room(page, name);
    let bars = if room > 0 { format!("  {:<room$}  ", "■ median  ─ to p95") } else { "  ".to_owned() };
    page.row(vec![
        Span::raw(" ".repeat(name)),
        Span::styled(head, theme.quiet),
        Span::styled(bars, theme.quiet),
        Span::styled(right("stuck after", LIMIT), theme.quiet),
    ]);
    for (id, figures) in all {
        let Some(environment) = fleet.environment(id) else { continue };
        let label = format!("{:<name$}", environment.name.as_str());
        match figures {
            Some(figures) => {
                row(state, page, (label, true), &figures, most, (id, None));
                for (model, figures) in models(id) {
                    let label = paint::fit(&format!("  {model}"), name).into_owned();
                    let label = format!("{label:<name$}");
                    row(state, page, (label, false), &figures, most, (id, Some(model)));
                }
            }
            None => page.row(vec![
                Span::styled(label, theme.title),
                Span::styled(format!("{:>width$}", "0", width = NUMBER + 1), theme.quiet),
                Span::styled("  no data yet: no job has finished", theme.quiet),
            ]),
        }
    }
    page.gap();
    page.say(
        "Run time divided by the length of the audio, of the jobs that voxtop saw finish (the service does not say when a job \
         finished). Audio under a minute counts as one minute. A job is stuck after 5 minutes + three times p95 of its audio; \
         until ten jobs have finished, after 10 minutes + three times its audio.",
        theme.quiet,
    );
}

fn row(
    state: &State,
    page: &mut Page<'_>,
    (label, whole): (String, bool),
    figures: &Turnaround,
    most: u64,
    (id, model): (EnvironmentId, Option<&str>),
) {
    let theme = page.theme;
    let (title, text) = if whole { (theme.title, theme.text) } else { (theme.quiet, theme.quiet) };
    let room = room(page, unicode_width::UnicodeWidthStr::width(label.as_str()));
    let cells_of =
        |ratio: u64| cells(usize::try_from(ratio).unwrap_or(0), usize::try_from(most).unwrap_or(1), room);
    let (half, high) = (cells_of(figures.median), cells_of(figures.high));
    let mut spans = vec![
        Span::styled(label, title),
        Span::styled(right(&format::count(figures.seen), NUMBER + 1), text),
        Span::styled(right(&times(figures.median), NUMBER + 1), text),
        Span::styled(right(&times(figures.high), NUMBER + 1), text),
        Span::raw("  "),
    ];
    if room > 0 {
        spans.push(Span::styled("■".repeat(half), theme.active));
        spans.push(Span::styled("─".repeat(high.saturating_sub(half)), theme.active));
        spans.push(Span::raw(" ".repeat(room.saturating_sub(half.max(high)) + 2)));
    }
    let (limit, _) = state.store.limit(id, model);
    let text = format!("{}m + {}", limit.grace / 60, times(limit.thousandths));
    spans.push(Span::styled(right(&text, LIMIT), theme.quiet));
    page.row(spans);
}

/// The room for a bar, where there is enough for one.
fn room(page: &Page<'_>, name: usize) -> usize {
    let room = page.width().saturating_sub(name + (NUMBER + 1) * 3 + 4 + LIMIT);
    if room < 16 { 0 } else { room.min(60) }
}
