//! An environment's hosts in the matrix: which one is asked, which answer, and each rung of the last look
//! without a key.

use ratatui::text::Span;

use super::{Theme, format};
use crate::model::{Climb, EnvironmentId, Rung};
use crate::state::State;
use crate::store::HostRecord;

/// From so many days on a certificate's end is no matter for colours.
const DAYS_LEFT: i64 = 14;

/// A line for each host of an environment that was looked at.
pub(super) fn lines(
    state: &State,
    theme: &Theme,
    id: EnvironmentId,
    indent: usize,
) -> Vec<Vec<Span<'static>>> {
    let alias = state.store.alias(id).map(|alias| &*alias.host);
    let hosts: Vec<&HostRecord> = state.store.hosts_of(id).map(|(_, record)| record).collect();
    let asked = |at: usize, record: &HostRecord| match alias {
        Some(alias) => record.host.host == alias,
        None => at == 0,
    };
    let looked_at = hosts.iter().enumerate().filter_map(|(at, record)| {
        let climb = record.last.as_ref()?;
        let mark = if asked(at, record) { Span::styled("▸ ", theme.active) } else { Span::raw("  ") };
        let mut spans = vec![Span::raw(" ".repeat(indent)), mark];
        spans.extend(line(state, theme, record, climb));
        Some(spans)
    });
    looked_at.collect()
}

/// `eu1.asr.api… ✔ answers · DNS 3ms · TCP 12ms · TLS 25ms · first byte 40ms · total 82ms · certificate 61 days · 2m ago`.
fn line(state: &State, theme: &Theme, record: &HostRecord, climb: &Climb) -> Vec<Span<'static>> {
    let (verdict, style) =
        if climb.is_alive() { (" ✔ answers", theme.good) } else { (" ✖ fails", theme.bad) };
    let mut spans = vec![Span::styled(record.host.host.clone(), theme.text), Span::styled(verdict, style)];
    for (rung, word) in [
        (Rung::Dns, "DNS"),
        (Rung::Proxy, "proxy"),
        (Rung::Connect, "TCP"),
        (Rung::Tls, "TLS"),
        (Rung::FirstByte, "first byte"),
    ] {
        if let Some(took) = climb.took(rung) {
            spans.push(Span::styled(format!(" · {word} {}", format::latency(took)), theme.quiet));
        } else if climb.ended().is_some_and(|(ended, _)| ended == rung) {
            spans.push(Span::styled(format!(" · {word} ✖"), theme.bad));
        }
    }
    if let Some(total) = climb.total() {
        spans.push(Span::styled(format!(" · total {}", format::latency(total)), theme.quiet));
    }
    if let Some(days) = record.certificate_days(state.now) {
        let style = if days <= DAYS_LEFT { theme.warning } else { theme.quiet };
        spans.push(Span::styled(format!(" · certificate {days} days"), style));
    }
    if let Some(failure) = climb.failure().filter(|_| !climb.is_alive()) {
        spans.push(Span::styled(format!(" · {}", failure.sentence()), theme.text));
    }
    let age = format::precise(state.now.duration_since(climb.at));
    spans.push(Span::styled(format!(" · {age} ago"), theme.quiet));
    spans
}
