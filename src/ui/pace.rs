//! How the service is being asked: requests a second, who is left alone until when, and how much of the
//! history is known by now. It says only what the pollers have reported.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ratatui::text::Span;

use super::{Theme, format};
use crate::model::{EnvironmentId, KeyId};
use crate::state::State;
use crate::store::SourceRecord;

/// `· 3 of 10 requests/s · eu1 left alone until 23:15:02`, to follow a title, as far as `width` allows.
pub(super) fn spans(state: &State, width: u16, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    if width >= 56
        && let Some(words) = requests(state)
    {
        spans.push(Span::styled(format!(" · {words}"), theme.quiet));
    }
    let mut away: Vec<(EnvironmentId, Timestamp)> = state
        .store
        .sources()
        .filter_map(|(id, record)| {
            let until = record.progress.paused_until.filter(|until| *until > state.now)?;
            Some((state.store.fleet().source(id)?.environment, until))
        })
        .collect();
    away.sort_by_key(|(_, until)| *until);
    if let Some((environment, until)) = away.last() {
        let name = state.store.fleet().environment_name(*environment);
        let more = if away.len() > 1 { format!(" and {} more", away.len() - 1) } else { String::new() };
        let until = format::clock(*until, &state.settings.zone);
        spans.push(Span::styled(format!(" · {name}{more} left alone until {until}"), theme.warning));
    }
    spans
}

/// What goes out a second, of what may, for all keys together.
fn requests(state: &State) -> Option<String> {
    // Each source tells of its whole key; the one that reported last knows best.
    let mut keys: BTreeMap<KeyId, &SourceRecord> = BTreeMap::new();
    for (id, record) in state.store.sources().filter(|(_, record)| record.progress.allowed_per_second > 0.0) {
        let key = state.store.fleet().source(id)?.key;
        let held = keys.entry(key).or_insert(record);
        if held.progressed < record.progressed {
            *held = record;
        }
    }
    let sum = |of: fn(&SourceRecord) -> f32| keys.values().map(|record| of(record)).sum::<f32>();
    let used = sum(|record| record.progress.requests_per_second);
    let allowed = sum(|record| record.progress.allowed_per_second);
    let shown = if used < 0.5 { "<1".to_owned() } else { format!("{used:.0}") };
    // At the start what was saved up goes out faster, and after a 429 the average of what went out is from before.
    let words = if used.round() > allowed.round() {
        format!("{shown} requests/s, settling at {allowed:.0}")
    } else {
        format!("{shown} of {allowed:.0} requests/s")
    };
    (!keys.is_empty()).then_some(words)
}

/// How much of the time for which the service keeps jobs is known everywhere: `history 43%`; nothing
/// once all is. Until every source has spoken there is no number: the next one would take it back.
pub(super) fn history(state: &State) -> Option<String> {
    let listing = || state.store.sources().filter(|(_, record)| record.last_good.is_some());
    let unheard =
        state.store.sources().any(|(_, record)| record.last_good.is_none() && record.trouble.is_none());
    let untold = listing().any(|(_, record)| record.progressed.is_none() && !record.complete);
    let reads = listing().any(|(_, record)| !record.complete && !record.gaps);
    if reads && (unheard || untold) {
        return Some("reading history".to_owned());
    }
    let least = listing()
        .filter(|(_, record)| record.progressed.is_some() && !record.complete && !record.gaps)
        .map(|(_, record)| record.progress.known_share)
        .min_by(f32::total_cmp)?;
    let held_up = listing().any(|(_, record)| record.progress.held_up.is_some());
    let stuck = if held_up { ", held up" } else { "" };
    Some(format!("history {:.0}%{stuck}", (least * 100.0).floor()))
}
