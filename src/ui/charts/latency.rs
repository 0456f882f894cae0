//! How long each environment took to answer, over the rounds that are kept.

use std::time::Duration;

use ratatui::text::Span;

use super::{Page, name_width, right, spark};
use crate::state::State;
use crate::ui::format;

const NUMBER: usize = 7;

pub(super) fn draw(state: &State, page: &mut Page<'_>) {
    let theme = page.theme;
    let name = name_width(state);
    let head = ["rounds", "failed", "p50", "p95", "min", "max"].map(|word| right(word, NUMBER)).concat();
    page.row(vec![Span::raw(" ".repeat(name)), Span::styled(head, theme.quiet)]);
    for (id, environment) in state.store.fleet().environments() {
        let mut spans = vec![Span::styled(format!("{:<name$}", environment.name.as_str()), theme.title)];
        let kept = state.store.health(id).map(crate::store::Health::history).unwrap_or_default();
        let mut answers: Vec<Duration> = kept.iter().flatten().copied().collect();
        answers.sort_unstable();
        let failed = kept.len() - answers.len();
        spans.push(Span::styled(right(&format::count(kept.len()), NUMBER), theme.text));
        let style = if failed > 0 { theme.warning } else { theme.quiet };
        spans.push(Span::styled(right(&format::count(failed), NUMBER), style));
        let last = answers.len().saturating_sub(1);
        for at in [answers.len() / 2, answers.len() * 95 / 100, 0, last] {
            let text = answers.get(at.min(last)).map_or_else(|| "–".to_owned(), |own| format::latency(*own));
            spans.push(Span::styled(right(&text, NUMBER), theme.text));
        }
        let room = page.width().saturating_sub(name + NUMBER * 6 + 2).min(72);
        let parts = slowest(&kept, room);
        let most = parts.iter().flatten().max().copied().unwrap_or(0);
        spans.push(Span::styled(format!("  {}", spark(&parts, most.max(100))), theme.active));
        page.row(spans);
    }
    page.gap();
    page.say(
        "The first request of each round, from sending it to having the whole page. At most the last 720 rounds of an \
         environment are kept. A bar is the slowest answer of its rounds, on a scale of its environment's own; · where \
         none came.",
        theme.quiet,
    );
}

/// The slowest answer, in milliseconds, of each of so many parts, or of each round where there are fewer.
fn slowest(kept: &[Option<Duration>], parts: usize) -> Vec<Option<u64>> {
    let size = kept.len().div_ceil(parts.max(1)).max(1);
    kept.chunks(size)
        .map(|chunk| {
            let longest = chunk.iter().flatten().max()?;
            u64::try_from(longest.as_millis()).ok()
        })
        .collect()
}
