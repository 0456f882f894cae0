//! The keys pane: the matrix of key by environment. Quiet where a key was only tried.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;

use super::{Theme, format, paint};
use crate::model::{Entitlement, EnvironmentId, KeyId, KeyState, SourceId};
use crate::state::{Layout, State, layout::environment_width, layout::key_width};
use crate::store::{Align, SourceRecord};

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.keys;
    if area.width == 0 {
        return;
    }
    let fleet = state.store.fleet();
    let hidden = fleet.keys.len().saturating_sub(usize::from(area.height));
    let mut title = vec![Span::styled("Keys", theme.title)];
    if hidden > 0 {
        title.push(Span::styled(format!(" · {hidden} more"), theme.warning));
    }
    title.extend(next_end(state, theme));
    paint::title(buffer, (area.x, layout.panes_rule), area.width, title);
    let (name_width, environment_width) = (key_width(fleet), environment_width(fleet));
    for (row, (key, label)) in (area.y..area.bottom()).zip(fleet.keys()) {
        let mut x = area.x + 1;
        paint::put(buffer, (x, row), name_width, label.name.as_str(), theme.title, Align::Left);
        x += name_width + 1;
        if layout.wide_keys {
            let (text, style) = match label.expires_at {
                // What ends soon is told apart by its end.
                Some(end) => left(theme, end.duration_since(state.now)),
                None if label.temporary => ("temp".to_owned(), theme.quiet),
                None => (format!("·{}", label.fingerprint), theme.quiet),
            };
            paint::put(buffer, (x, row), 5, &text, style, Align::Left);
            x += 6;
        }
        for (environment, place) in fleet.environments() {
            let (mark, style) = cell(state, key, environment, layout.wide_keys, theme);
            let name_style = if mark == "–" || mark.is_empty() { theme.quiet } else { theme.text };
            paint::put(buffer, (x, row), environment_width, place.name.as_str(), name_style, Align::Left);
            x += environment_width + 1;
            let mark_width = if layout.wide_keys { 4 } else { 1 };
            paint::put(buffer, (x, row), mark_width, &mark, style, Align::Left);
            x += mark_width + 1;
        }
    }
}

/// ` · tmp ends in 9m12s`: the temporary key that ends next, or has ended.
fn next_end(state: &State, theme: &Theme) -> Option<Span<'static>> {
    let fleet = state.store.fleet();
    let ends = fleet.keys().filter_map(|(_, label)| Some((label.expires_at?, &label.name)));
    let (end, name) = ends.min_by_key(|(end, _)| *end)?;
    let left = end.duration_since(state.now);
    let words = if left.is_positive() {
        format!(" · {name} ends in {}", format::precise(left))
    } else {
        format!(" · {name} has ended")
    };
    Some(Span::styled(words, time_style(theme, left)))
}

/// The time that a temporary key has left, in five cells: `9m12s`, `59m`, `3h12m`, `23h`, `over`.
fn left(theme: &Theme, left: SignedDuration) -> (String, Style) {
    let minutes = left.as_mins();
    let text = match minutes {
        _ if !left.is_positive() => "over".to_owned(),
        0..10 => format::precise(left),
        10..600 => format::span(left),
        600..6_000 => format!("{}h", minutes / 60),
        _ => format!("{}d", (minutes / 1_440).min(9_999)),
    };
    (text, time_style(theme, left))
}

/// How the time that a temporary key has left looks: calm, in its last ten minutes, in its last.
pub(super) fn time_style(theme: &Theme, left: SignedDuration) -> Style {
    match left.as_secs() {
        ..=60 => theme.bad,
        61..=600 => theme.warning,
        _ => theme.quiet,
    }
}

/// The mark of a key at an environment: `✔`, `✖401`, and quietly `–` where it is not tried, or was
/// merely tried and not accepted.
pub(super) fn cell(
    state: &State,
    key: KeyId,
    environment: EnvironmentId,
    wide: bool,
    theme: &Theme,
) -> (String, Style) {
    let store = &state.store;
    let Some(id) = store.fleet().source_at(key, environment) else { return ("–".to_owned(), theme.quiet) };
    let Some(record) = store.source(id) else { return (String::new(), theme.quiet) };
    let key_state = store.key_state(id, state.now);
    if is_no_news(state, id, record) {
        return ("–".to_owned(), theme.quiet);
    }
    let (glyph, style) = theme.key(key_state);
    let status = record.key.evidence.as_ref().and_then(|failure| failure.status);
    match status.filter(|_| wide) {
        Some(status) => (format!("{glyph}{status}"), style),
        None => (glyph.to_owned(), style),
    }
}

/// Whether a key is refused somewhere, and that is news: the same that makes its mark in the pane.
pub(super) fn is_refused(state: &State, id: SourceId) -> bool {
    use KeyState::{Expired, Forbidden, Rejected};
    let said = state.store.key_state(id, state.now);
    let record = state.store.source(id);
    matches!(said, Rejected | Forbidden | Expired)
        && record.is_some_and(|record| !is_no_news(state, id, record))
}

/// Whether a rejection is none: the key was only tried there, was never accepted, and is good elsewhere.
pub(super) fn is_no_news(state: &State, id: SourceId, record: &SourceRecord) -> bool {
    let source = state.store.fleet().source(id);
    state.store.key_state(id, state.now) == KeyState::Rejected
        && record.key.accepted.is_none()
        && source.is_some_and(|source| {
            source.entitlement == Entitlement::Discovered && accepted_somewhere(state, source.key)
        })
}

fn accepted_somewhere(state: &State, key: KeyId) -> bool {
    state.store.sources().any(|(id, record)| {
        record.key.state == KeyState::Accepted
            && state.store.fleet().source(id).is_some_and(|source| source.key == key)
    })
}
