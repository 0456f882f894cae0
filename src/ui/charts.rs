//! The charts: jobs by hour and status, turnaround, backlog, latency. Each says what period and how many jobs it rests
//! on, and where that is not all there is. They read what the store keeps up by changes; none of them looks at jobs.

mod backlog;
mod hours;
mod latency;
mod turnaround;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use strum::IntoEnumIterator;

use super::overlay::Content;
use super::{Theme, format};
use crate::state::{Chart, Layout, State};

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let mut page = Page { lines: Vec::new(), layout, theme };
    page.gap();
    match state.charts.chart {
        Chart::Hours => hours::draw(state, &mut page),
        Chart::Turnaround => turnaround::draw(state, &mut page),
        Chart::Backlog => backlog::draw(state, &mut page),
        Chart::Latency => latency::draw(state, &mut page),
    }
    Content { head: Some(tabs(state, theme)), ..Content::new("Charts".to_owned(), page.lines) }
}

/// The charts, the one that is looked at between brackets.
fn tabs(state: &State, theme: &Theme) -> Line<'static> {
    let now = state.charts;
    let mut spans: Vec<Span<'static>> = Chart::iter()
        .map(|chart| {
            if chart == now.chart {
                Span::styled(format!("[{chart}]"), theme.accent)
            } else {
                Span::styled(format!(" {chart} "), theme.quiet)
            }
        })
        .collect();
    spans.push(Span::styled("  Tab", theme.accent));
    spans.push(Span::styled(" next", theme.quiet));
    if now.chart == Chart::Hours {
        spans.push(Span::styled("  t", theme.accent));
        spans.push(Span::styled(format!(" {}", now.period), theme.quiet));
    }
    Line::from(spans)
}

/// The lines of a chart as they come.
struct Page<'a> {
    lines: Vec<Line<'static>>,
    layout: &'a Layout,
    theme: &'a Theme,
}

impl Page<'_> {
    fn width(&self) -> usize {
        Content::width(self.layout.overlay())
    }

    fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    fn row(&mut self, spans: Vec<Span<'static>>) {
        self.lines.push(Line::from(spans));
    }

    /// A sentence, wrapped.
    fn say(&mut self, text: impl Into<String>, style: Style) {
        let line = Line::styled(text.into(), style);
        // The style of a line is not that of what it is wrapped into.
        let spans = line.spans.into_iter().map(|span| Span::styled(span.content, style)).collect::<Vec<_>>();
        self.lines.extend(Content::wrap(Line::from(spans), self.layout.overlay(), 0));
    }
}

/// What is not known of the jobs, in a sentence; nothing where the lists of all that list anything are whole.
fn unknown(state: &State) -> Option<String> {
    let fleet = state.store.fleet();
    let mut parts = Vec::new();
    for (id, environment) in fleet.environments() {
        // A key that was never accepted there has nothing to list.
        let records = || {
            let all = state.store.sources_at(id).map(|(_, record)| record);
            all.filter(|record| record.last_good.is_some())
        };
        let since = records().filter(|record| !record.complete).filter_map(|record| record.known_since).max();
        if records().next().is_none() {
            parts.push(format!("{} has listed nothing", environment.name));
        } else if let Some(since) = since {
            let since = format::since(since, state.now, &state.settings.zone);
            parts.push(format!("{} is known since {since}", environment.name));
        } else if records().any(crate::store::SourceRecord::is_stale) {
            parts.push(format!("{} does not answer now", environment.name));
        }
    }
    (!parts.is_empty()).then(|| format!("Not all: {}.", parts.join(", ")))
}

/// Numbers as bars of one cell each, the largest `most` as the highest; `·` where there is none.
fn spark(parts: &[Option<u64>], most: u64) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let bar = |part: &Option<u64>| {
        let Some(own) = part else { return '·' };
        let step = own.saturating_mul(7).div_ceil(most.max(1));
        usize::try_from(step).ok().and_then(|step| BARS.get(step)).copied().unwrap_or('█')
    };
    parts.iter().map(bar).collect()
}

/// How many of `room` cells so much of `most` takes; at least one where it is anything.
fn cells(own: usize, most: usize, room: usize) -> usize {
    if own == 0 { 0 } else { (own * room / most.max(1)).clamp(1, room.max(1)) }
}

/// A text at the right of so many cells.
fn right(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

/// The width of the column of environments.
fn name_width(state: &State) -> usize {
    usize::from(crate::state::layout::environment_width(state.store.fleet())).max(5)
}

#[cfg(test)]
mod tests;
