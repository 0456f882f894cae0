//! How often every source is asked, turned up and down by steps.

use std::time::Duration;

use super::{Effect, State};

/// The steps, in seconds. The first is the floor that the command line has too.
const STEPS: [u64; 7] = [1, 2, 5, 10, 30, 60, 300];

impl State {
    /// Asks more often, or less often, by one step; from between two steps it goes to the next.
    pub(super) fn step_interval(&mut self, shorter: bool) -> Vec<Effect> {
        let now = self.settings.refresh;
        let mut steps = STEPS.iter().map(|seconds| Duration::from_secs(*seconds));
        let next = if shorter { steps.rfind(|step| *step < now) } else { steps.find(|step| *step > now) };
        let Some(next) = next else {
            let end =
                if shorter { "more often than every second" } else { "less often than every 5 minutes" };
            self.remark(format!("nothing is asked {end}"));
            return Vec::new();
        };
        self.settings.refresh = next;
        let seconds = next.as_secs();
        self.remark(match seconds {
            1 => "asking every second".to_owned(),
            2..=30 => format!("asking every {seconds} seconds"),
            60 => "asking every minute".to_owned(),
            _ => format!("asking every {} minutes", seconds / 60),
        });
        vec![Effect::Interval(next)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Action;
    use crate::state::palette::fixture::state;

    #[test]
    fn it_goes_by_steps_and_stops_at_both_ends() {
        let mut state = state();
        for (from, shorter, to) in [
            (5_000, true, Some(2)),
            (2_000, true, Some(1)),
            (1_000, true, None),
            (1_000, false, Some(2)),
            (7_300, true, Some(5)),
            (7_300, false, Some(10)),
            (60_000, false, Some(300)),
            (300_000, false, None),
            (3_600_000, false, None),
            (3_600_000, true, Some(300)),
        ] {
            state.settings.refresh = Duration::from_millis(from);
            let action = if shorter { Action::ShortenInterval } else { Action::LengthenInterval };
            let effects: Vec<Effect> =
                to.map(Duration::from_secs).map(Effect::Interval).into_iter().collect();
            assert_eq!(state.act(action), effects, "{from} ms");
            let after = to.map_or(Duration::from_millis(from), Duration::from_secs);
            assert_eq!(state.settings.refresh, after, "{from} ms");
            assert!(state.notice.is_some());
        }
    }
}
