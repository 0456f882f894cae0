//! The title of the terminal's window: the worst that is the matter, for whoever sees only the tab.

use super::{Theme, format};
use crate::model::EnvironmentState;
use crate::state::State;
use crate::store::{Cause, Severity};

/// So many things that are the matter are named; the rest is counted.
const NAMED: usize = 2;

/// `voxtop ✖ us2 down · 3 rejected`, `voxtop ● 5/5 up · 38 running`.
pub fn title(state: &State, theme: &Theme) -> String {
    let name = if state.settings.demo { "voxtop demo" } else { "voxtop" };
    if state.is_first_run() {
        return name.to_owned();
    }
    let (bad, odd, good) = if theme.ascii { ("x", "!", "*") } else { ("✖", "▲", "●") };
    let fleet = &state.store.fleet();
    let mut worst: Vec<String> = Vec::new();
    for banner in state.banners() {
        let key = banner.cause.key().map(|key| fleet.key_name(key));
        let thing = match (&banner.cause, key) {
            (Cause::NothingReached, _) => "nothing reached".to_owned(),
            (Cause::EnvironmentDown(id), _) => format!("{} down", fleet.environment_name(*id)),
            (Cause::KeyForbidden(_), Some(key)) => format!("key {key} forbidden"),
            (Cause::KeyExpired(_), Some(key)) => format!("key {key} expired"),
            (_, Some(key)) if banner.severity <= Severity::Error => format!("key {key} rejected"),
            _ => continue,
        };
        if !worst.contains(&thing) {
            worst.push(thing);
        }
    }
    let total = state.summary().total;
    let environments = fleet.environments.len();
    let troubled = (0..)
        .map(crate::model::EnvironmentId)
        .take(environments)
        .any(|id| matches!(state.store.state(id), EnvironmentState::Degraded | EnvironmentState::Slow));
    let glyph = match (worst.is_empty(), troubled) {
        (false, _) => bad,
        (true, true) => odd,
        (true, false) => good,
    };
    let more = worst.len().saturating_sub(NAMED);
    worst.truncate(NAMED);
    if more > 0 {
        worst.push(format!("{more} more"));
    }
    let all_is_well = worst.is_empty();
    if all_is_well {
        worst.push(format!("{}/{environments} up", state.store.environments_up()));
    }
    if total.rejected_today > 0 {
        worst.push(format!("{} rejected", format::count(total.rejected_today)));
    } else if all_is_well {
        worst.push(format!("{} running", format::count(total.active)));
    }
    let paused = if state.paused { " · paused" } else { "" };
    format!("{name} {glyph} {}{paused}", worst.join(" · "))
}
