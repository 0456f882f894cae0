//! The title of the terminal's window: the worst that is the matter, for whoever sees only the tab.

use super::{Theme, format};
use crate::model::{EnvironmentId, EnvironmentState};
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
    let [bad, odd, good, unknown] =
        if theme.ascii { ["x", "!", "*", "?"] } else { ["✖", "▲", "●", "…"] };
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
    let any = |wanted: EnvironmentState| {
        (0..).map(EnvironmentId).take(environments).any(|id| state.store.state(id) == wanted)
    };
    let glyph = if !worst.is_empty() {
        bad
    } else if any(EnvironmentState::Degraded) || any(EnvironmentState::Slow) {
        odd
    } else if any(EnvironmentState::Unknown) {
        unknown
    } else {
        good
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{Coverage, FailureKind};
    use crate::state::{Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, finished, fleet, job, page, report};
    use crate::ui::ThemeName;

    fn said(state: &mut State, second: i64) -> String {
        state.now = at(second);
        state.refresh();
        title(state, &Theme::named(ThemeName::Dark))
    }

    #[test]
    fn the_worst_is_said_first_and_what_does_not_fit_is_counted() {
        let settings = Settings {
            refresh: Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
        assert_eq!(said(&mut state, 0), "voxtop … 0/3 up · 0 running");
        for source in [EU1, EU1_OTHER, EU2, US1] {
            for sequence in 1..3 {
                state.store.merge(report(source, sequence, 1, page(&[job("a", -5, "running")])));
                state.store.merge(report(source, sequence, 1, finished(Coverage::Whole)));
            }
        }
        assert_eq!(said(&mut state, 2), "voxtop ● 3/3 up · 3 running");
        state.store.merge(report(EU2, 3, 3, page(&[job("b", 1, "rejected")])));
        assert_eq!(said(&mut state, 3), "voxtop ● 3/3 up · 1 rejected");
        for sequence in 4..9 {
            state.store.merge(report(US1, sequence, 4, failed(FailureKind::Server, Some(503))));
        }
        assert_eq!(said(&mut state, 5), "voxtop ✖ us1 down · 1 rejected");
        state.paused = true;
        state.store.merge(report(EU1, 9, 6, failed(FailureKind::Rejected, Some(401))));
        let both = said(&mut state, 6);
        assert!(both.starts_with("voxtop ✖ ") && both.ends_with(" · 1 rejected · paused"), "{both}");
        assert!(both.contains("us1 down") && both.contains("key prod rejected"), "{both}");
        assert!(title(&state, &Theme::named(ThemeName::Ascii)).starts_with("voxtop x "));
    }
}
