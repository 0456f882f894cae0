//! Stuck jobs alone, or all: beside the filter, because the service knows no such status.

use super::{Action, Effect, State};

/// Which jobs the filter is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All of them.
    #[default]
    All,
    /// Those that run for far longer than is usual where they are.
    Stuck,
}

impl State {
    /// Does what looks into the jobs as a whole, or at two of them.
    pub(super) fn analyse(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::OpenCharts => return self.open_charts(),
            Action::Compare => return self.compare(),
            Action::SaveExpiring => self.ask_to_save_expiring(),
            _ => self.toggle_stuck(),
        }
        Vec::new()
    }

    /// Shows stuck jobs alone, or all again.
    fn toggle_stuck(&mut self) {
        let again = self.shown == Shown::Stuck;
        self.shown = if again { Shown::All } else { Shown::Stuck };
        self.remark(match self.store.stuck() {
            _ if again => "all jobs again".to_owned(),
            // The empty list says so itself.
            0 => return self.notice = None,
            1 => "1 stuck job alone; ! shows all again".to_owned(),
            count => format!("{count} stuck jobs alone; ! shows all again"),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::SignedDuration;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{Coverage, Job};
    use crate::state::{Message, Purpose, Settings, Size, Standing};
    use crate::store::Store;
    use crate::store::fixture::{EU1, at, finished, fleet, job, page, report};

    fn state(jobs: &[Job]) -> State {
        let settings = Settings {
            refresh: Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
        round(&mut state, 1, 0, jobs);
        state
    }

    fn round(state: &mut State, sequence: u64, seconds: i64, jobs: &[Job]) {
        for event in [page(jobs), finished(Coverage::Whole)] {
            state.update(Message::Report(report(EU1, sequence, seconds, event)), at(seconds));
        }
        state.refresh();
    }

    fn press(state: &mut State, char: char) -> Vec<Effect> {
        let key = KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE);
        let effects = state.update(Message::Key(key), state.now);
        state.refresh();
        effects
    }

    fn rows(state: &State) -> Vec<&str> {
        let rows = state.rows().slice(0, 99).into_iter();
        rows.map(|handle| state.store.job(handle).unwrap().id()).collect()
    }

    #[test]
    fn stuck_jobs_alone_follow_what_becomes_of_them() {
        let mut jobs =
            vec![job("new", 0, "running"), job("slow", -9_000, "running"), job("old", -9_999, "done")];
        let mut state = state(&jobs);
        press(&mut state, '!');
        assert_eq!(rows(&state), ["slow"]);
        assert_eq!((state.rows().total(), state.summary().total.stuck), (3, 1));
        // With the rounds comes the moment of another one, without any change of a job.
        round(&mut state, 2, 800, &jobs);
        assert_eq!((rows(&state), state.summary().total.stuck), (vec!["new", "slow"], 2));
        state.filter.set("id:slow", &TimeZone::UTC).unwrap();
        state.refresh();
        assert_eq!(rows(&state), ["slow"], "the filter holds too");
        jobs[1] = job("slow", -9_000, "done");
        round(&mut state, 3, 805, &jobs);
        assert_eq!((rows(&state), state.summary().total.stuck), (vec![], 1));
        press(&mut state, '!');
        assert_eq!(rows(&state), ["slow"]);
    }

    #[test]
    fn what_is_about_to_be_lost_is_what_the_filter_shows_done_and_unsaved() {
        let day = 86_400;
        let jobs = [
            job("fresh", -5 * day, "done"),
            job("a", -6 * day - 9, "done"),
            job("b", -6 * day - 3_600, "done"),
            job("wrong", -6 * day - 7_200, "rejected"),
            job("past", -7 * day - 1, "done"),
        ];
        let mut state = state(&jobs);
        let standing = |state: &State| -> Vec<Standing> {
            state.store.jobs().map(|(_, held)| state.standing(held)).collect()
        };
        let (calm, losing, saved) = (Standing::Calm, Standing::Losing, Standing::Saved);
        assert_eq!(standing(&state), [calm, losing, losing, calm, calm]);
        press(&mut state, 'E');
        let asked = |state: &State| match state.prompt.as_ref().map(|prompt| &prompt.purpose) {
            Some(Purpose::SaveAll(keys, _)) => keys.iter().map(|key| key.id.to_string()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(asked(&state), ["a", "b"]);
        state.act(Action::NextFormat);
        let effects = state.act(Action::Submit);
        let [Effect::SaveAll(orders)] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(orders[0].1.path, "transcripts/eu1-a-a.json");
        let (key, order) = orders[0].clone();
        let now = state.now;
        state.update(Message::SavedOne(key, order, Ok(9)), now);
        let (key, order) = orders[1].clone();
        state.update(Message::SavedOne(key, order, Err(crate::state::NotSaved::Exists)), now);
        assert_eq!(standing(&state), [calm, saved, losing, calm, calm], "what failed is not safe");
        state.filter.set("id:a", &TimeZone::UTC).unwrap();
        press(&mut state, 'E');
        assert!(asked(&state).is_empty() && state.notice.is_some());
        // Time alone makes what there was time for urgent.
        state.now = at(0) + SignedDuration::from_hours(25);
        assert_eq!(standing(&state)[0], losing);
    }
}
