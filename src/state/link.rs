//! A job that somebody came for: it is waited for until it is listed, and its details then open by
//! themselves.

use super::overlay::Scroll;
use super::presenter::Masked;
use super::{Overlay, State};
use crate::model::{EnvironmentId, JobId, JobKey};

/// A job that is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLink {
    /// Where, if that is known.
    pub environment: Option<EnvironmentId>,
    /// Which.
    pub id: JobId,
}

impl State {
    /// A few words on the job that is waited for.
    pub fn awaited(&self) -> Option<String> {
        let link = self.link.as_ref()?;
        let fleet = self.store.fleet();
        let place = link.environment.map_or(String::new(), |id| format!("{}/", fleet.environment_name(id)));
        let id = self.presenter.show(Masked::Id, link.id.as_str());
        // Where a source has never answered, it may be there.
        let all =
            self.store.is_complete() && self.store.sources().all(|(_, source)| source.last_good.is_some());
        Some(if all {
            format!("job {place}{id} is not listed")
        } else {
            format!("waiting for job {place}{id}")
        })
    }

    /// Opens the details of the job that is waited for, as soon as there is one and nothing else is open.
    pub(super) fn meet_link(&mut self) {
        let Some(link) = &self.link else { return };
        if self.overlay.is_some() || self.prompt.is_some() || self.filter.input().is_some() {
            return;
        }
        let wanted = |id: &EnvironmentId| link.environment.is_none_or(|wanted| wanted == *id);
        let keys = self.store.fleet().environments().map(|(id, _)| id).filter(wanted);
        let mut found = keys
            .map(|environment| JobKey { environment, id: link.id.clone() })
            .filter_map(|key| Some((self.store.job(self.store.find(&key)?)?, key)));
        let Some((held, key)) = found.next() else { return };
        let (job, source) = (Box::new(held.to_job()), held.source());
        drop(found);
        self.link = None;
        self.selection.select_job(key.clone());
        let (view, scroll) = (Box::default(), Scroll::default());
        self.overlay = Some(Overlay::Details { key, job, source, listed: true, view, scroll });
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::Coverage;
    use crate::state::{Message, Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{EU1, EU2, at, finished, fleet, job, page, report};

    fn state(environment: Option<u16>) -> State {
        let settings = Settings {
            refresh: std::time::Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let size = Size { width: 120, height: 40 };
        let mut state = State::new(Store::new(fleet()), settings, size, at(0));
        state.link = Some(JobLink { environment: environment.map(EnvironmentId), id: JobId::new("b") });
        state
    }

    fn hear(state: &mut State, source: crate::model::SourceId, id: &str) {
        for event in [page(&[job(id, 1, "done")]), finished(Coverage::Whole)] {
            state.update(Message::Report(report(source, 1, 0, event)), at(1));
        }
        state.refresh();
    }

    fn open(state: &State) -> Option<EnvironmentId> {
        match &state.overlay {
            Some(Overlay::Details { key, .. }) => Some(key.environment),
            _ => None,
        }
    }

    #[test]
    fn a_job_that_is_waited_for_opens_as_soon_as_it_is_listed() {
        let mut state = state(None);
        hear(&mut state, EU1, "a");
        assert_eq!((open(&state), state.awaited().unwrap().as_str()), (None, "waiting for job b"));
        hear(&mut state, EU2, "b");
        assert_eq!((open(&state), state.awaited()), (Some(EnvironmentId(1)), None));
        assert_eq!(state.selection.job().unwrap().id, JobId::new("b"));
    }

    #[test]
    fn only_the_environment_that_was_named_counts_and_esc_gives_up() {
        let mut state = state(Some(0));
        hear(&mut state, EU2, "b");
        assert_eq!((open(&state), state.awaited().unwrap().as_str()), (None, "waiting for job eu1/b"));
        for source in (0..4).map(crate::model::SourceId) {
            hear(&mut state, source, "c");
        }
        assert_eq!(state.awaited().unwrap(), "job eu1/b is not listed");
        state.update(Message::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)), at(2));
        assert_eq!(state.awaited(), None);
        hear(&mut state, EU1, "b");
        assert_eq!(open(&state), None);
    }

    #[test]
    fn what_is_open_is_not_taken_away() {
        let mut state = state(None);
        state.act(crate::state::Action::OpenHelp);
        hear(&mut state, EU1, "b");
        assert!(matches!(state.overlay, Some(Overlay::Help(_))));
        state.act(crate::state::Action::Close);
        state.update(Message::Tick, at(3));
        assert_eq!(open(&state), Some(EnvironmentId(0)));
    }
}
