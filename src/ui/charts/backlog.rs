//! How many jobs are running, and were over the last hour and day.

use ratatui::text::Span;

use super::{Page, name_width, right, spark, unknown};
use crate::state::State;
use crate::ui::format;

const NUMBER: usize = 9;

pub(super) fn draw(state: &State, page: &mut Page<'_>) {
    let theme = page.theme;
    let total = state.summary().total;
    let stuck = if total.stuck > 0 {
        format!(", {} of them stuck", format::count(total.stuck))
    } else {
        String::new()
    };
    page.say(format!("{} jobs are running now{stuck}.", format::count(total.active)), theme.text);
    if let Some(text) = unknown(state) {
        page.say(text, theme.warning);
    }
    for (title, minutes) in [("the last hour", 60), ("the last 24 hours", 24 * 60)] {
        page.gap();
        let name = name_width(state);
        page.row(vec![
            Span::raw(" ".repeat(name)),
            Span::styled(format!("{}{}", right("now", NUMBER), right("most", NUMBER)), theme.quiet),
            Span::styled(format!("  {title}"), theme.title),
        ]);
        for (id, environment) in state.store.fleet().environments() {
            let counts = state.summary().environment(id);
            let Some(backlog) = state.store.backlog(id) else { continue };
            let mut spans = vec![Span::styled(format!("{:<name$}", environment.name.as_str()), theme.title)];
            let Some(since) = backlog.since() else {
                spans.push(Span::styled("  no data yet", theme.quiet));
                page.row(spans);
                continue;
            };
            let room = page.width().saturating_sub(name + NUMBER * 2 + 2 + 20).clamp(10, 60);
            let parts: Vec<Option<u64>> = backlog
                .parts(state.now, minutes, room)
                .into_iter()
                .map(|part| part.and_then(|part| u64::try_from(part).ok()))
                .collect();
            let most = parts.iter().flatten().max().copied().unwrap_or(0);
            let active = if counts.active > 0 { theme.active } else { theme.quiet };
            spans.push(Span::styled(right(&format::count(counts.active), NUMBER), active));
            let count = usize::try_from(most).unwrap_or(usize::MAX);
            spans.push(Span::styled(right(&format::count(count), NUMBER), theme.text));
            spans.push(Span::styled(format!("  {}", spark(&parts, most)), theme.active));
            let since = format::since(since, state.now, &state.settings.zone);
            spans.push(Span::styled(format!("  since {since}"), theme.quiet));
            page.row(spans);
        }
    }
    page.gap();
    page.say(
        "The most that ran in each part, from a sample at the end of each round; · where nobody looked. Nothing is known \
         of the time before voxtop was started.",
        theme.quiet,
    );
}
