//! An environment's hosts in the matrix: which one is asked, which answer, and each rung of the last look
//! without a key.

use ratatui::text::Span;

use super::{Theme, format};
use crate::model::{Climb, Environment, EnvironmentId, Rung};
use crate::state::State;
use crate::store::HostRecord;

/// From so many days on a certificate's end is no matter for colours.
const DAYS_LEFT: i64 = 14;

/// A line for each host of an environment, the one that is asked marked; also before it was looked at.
pub(super) fn lines(
    state: &State,
    theme: &Theme,
    (id, environment): (EnvironmentId, &Environment),
    indent: usize,
) -> Vec<Vec<Span<'static>>> {
    let alias = state.store.alias(id).map(|alias| &*alias.host);
    let host_asked = alias.unwrap_or(&environment.host);
    let hosts: Vec<&HostRecord> = state.store.hosts_of(id).map(|(_, record)| record).collect();
    let asked = |at: usize, record: &HostRecord| match alias {
        Some(alias) => record.host.host == alias,
        None => at == 0,
    };
    let begin = |asked: bool| {
        let mark = if asked { Span::styled("▸ ", theme.active) } else { Span::raw("  ") };
        vec![Span::raw(" ".repeat(indent)), mark]
    };
    if hosts.is_empty() {
        let mut spans = begin(true);
        spans.push(Span::styled(host_asked.to_owned(), theme.quiet));
        return vec![spans];
    }
    let lines = hosts.iter().enumerate().map(|(at, record)| {
        let mut spans = begin(asked(at, record));
        if let Some(climb) = &record.last {
            spans.extend(line(state, theme, record, climb));
        } else {
            let text = format!("{} · not checked without a key yet", record.host.host);
            spans.push(Span::styled(text, theme.quiet));
        }
        spans
    });
    lines.collect()
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
