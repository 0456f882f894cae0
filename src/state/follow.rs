//! The jobs that are followed: which, how that goes, and what a person is told of it. The asking is the
//! rim's ([`Effect::Follow`]); what it hears comes back as reports.

use super::{Action, Effect, Masked, Overlay, State};
use crate::model::{EnvironmentId, JobKey, PollEvent, Report, SourceId};
use crate::store::Held;

/// So many jobs may be followed at once: each keeps a connection open and takes its part of the budget.
const MOST: usize = 8;

/// The jobs that are followed.
#[derive(Clone, Debug, Default)]
pub struct Following {
    jobs: Vec<Followed>,
}

#[derive(Clone, Debug)]
struct Followed {
    key: JobKey,
    /// Who is asked.
    source: SourceId,
    /// Why it was not answered for, while that lasts.
    trouble: Option<String>,
}

impl Following {
    /// Whether a job is followed.
    pub fn has(&self, environment: EnvironmentId, id: &str) -> bool {
        self.jobs.iter().any(|job| job.key.environment == environment && job.key.id.as_str() == id)
    }

    /// How many are.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// A few words on how a followed job is followed; `None` where it is not.
    pub fn standing(&self, key: &JobKey) -> Option<String> {
        let job = self.jobs.iter().find(|job| job.key == *key)?;
        Some(match &job.trouble {
            None => "its end will show at once".to_owned(),
            Some(trouble) => format!("asking again: {trouble}"),
        })
    }

    fn remove(&mut self, key: &JobKey) -> Option<SourceId> {
        let place = self.jobs.iter().position(|job| job.key == *key)?;
        Some(self.jobs.swap_remove(place).source)
    }
}

impl State {
    /// The job whose details are open, else the selected one.
    fn job_at_hand(&mut self) -> Option<(JobKey, Held<'_>)> {
        let Some(Overlay::Details { key, .. }) = &self.overlay else { return self.selected_one() };
        let key = key.clone();
        let held = self.store.job(self.store.find(&key)?)?;
        Some((key, held))
    }

    /// Follows that job, or lets it go.
    pub(super) fn toggle_follow(&mut self) -> Vec<Effect> {
        let Some((key, held)) = self.job_at_hand() else { return Vec::new() };
        let (source, status, id) = (held.source(), held.status().clone(), key.id.clone());
        let shown = self.presenter.show(Masked::Id, id.as_str()).into_owned();
        if let Some(asked) = self.following.remove(&key) {
            self.remark(format!("job {shown} is no longer followed"));
            return vec![Effect::LetGo(asked, id)];
        }
        if !status.is_active() {
            self.remark(format!("job {shown} has ended already: {status}"));
            return Vec::new();
        }
        if self.following.len() >= MOST {
            let key = self.key_of(Action::ToggleFollow);
            self.remark(format!(
                "{MOST} jobs are followed, which is the most: {key} on one of them lets it go"
            ));
            return Vec::new();
        }
        self.remark(format!("job {shown} is followed: its end will show at once"));
        self.following.jobs.push(Followed { key, source, trouble: None });
        vec![Effect::Follow(source, id)]
    }

    /// Notes what a report says of a followed job.
    pub(super) fn hear_of_followed(&mut self, report: &Report) {
        let PollEvent::Job { id, answer, over } = &report.event else { return };
        let Some(source) = self.store.fleet().source(report.source) else { return };
        let key = JobKey { environment: source.environment, id: id.clone() };
        if *over {
            // One that was let go meanwhile is nobody's any more.
            if self.following.remove(&key).is_some() {
                let id = self.presenter.show(Masked::Id, id.as_str()).into_owned();
                self.remark(match answer {
                    Ok(job) => format!("job {id} has ended: {}", job.status),
                    Err(failure) if failure.is_gone() => {
                        format!("job {id} is no longer there: it was deleted, or has expired")
                    }
                    Err(failure) => format!("job {id} is no longer followed: {}", failure.sentence()),
                });
            }
        } else if let Some(job) = self.following.jobs.iter_mut().find(|job| job.key == key) {
            job.trouble = answer.as_ref().err().map(crate::model::Failure::sentence);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{Coverage, Failure, FailureKind, Job, JobId};
    use crate::state::{Message, Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{EU1, at, finished, fleet, job, page, report};

    fn state(jobs: &[Job]) -> State {
        let settings = Settings {
            refresh: Duration::from_secs(3_600),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
        for event in [page(jobs), finished(Coverage::Whole)] {
            state.update(Message::Report(report(EU1, 1, 0, event)), at(0));
        }
        state.refresh();
        state
    }

    fn press(state: &mut State, keys: &str) -> Vec<Effect> {
        let key = |char| KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE);
        keys.chars().flat_map(|char| state.update(Message::Key(key(char)), at(1))).collect()
    }

    fn hear(state: &mut State, id: &str, answer: Result<Job, Failure>, over: bool) {
        let event = PollEvent::Job { id: JobId::new(id), answer: answer.map(Box::new), over };
        state.update(Message::Report(report(EU1, 0, 2, event)), at(2));
        state.refresh();
    }

    fn said(state: &State) -> &str {
        state.notice.as_ref().map_or("", |notice| &notice.text)
    }

    #[test]
    fn a_key_follows_the_selected_job_and_lets_it_go() {
        let mut state = state(&[job("b", 2, "running"), job("a", 1, "done")]);
        let id = JobId::new("b");
        assert_eq!(press(&mut state, "f"), [], "nobody sees which job is meant");
        assert_eq!(said(&state), "no job is selected: j selects the first");
        assert_eq!(press(&mut state, "jf"), [Effect::Follow(EU1, id.clone())]);
        assert!(state.following.has(EnvironmentId(0), "b") && said(&state).contains("at once"));
        assert_eq!(press(&mut state, "f"), [Effect::LetGo(EU1, id)]);
        assert!(state.following.is_empty());
        assert_eq!(press(&mut state, "jf"), []);
        assert_eq!(said(&state), "job a has ended already: done");
    }

    #[test]
    fn no_more_than_eight_are_followed_and_that_is_said() {
        let jobs: Vec<Job> = (0..9).map(|nth| job(&format!("j{nth}"), 9 - nth, "running")).collect();
        let mut state = state(&jobs);
        assert_eq!(press(&mut state, "gfjfjfjfjfjfjfjf").len(), MOST);
        assert_eq!(press(&mut state, "jf"), []);
        assert!(said(&state).starts_with("8 jobs are followed, which is the most"), "{}", said(&state));
        press(&mut state, "kf");
        assert_eq!(press(&mut state, "jf").len(), 1, "there is room again");
    }

    #[test]
    fn an_end_shows_at_once_is_told_and_is_the_end_of_following() {
        let mut state = state(&[job("b", 2, "running")]);
        press(&mut state, "jf");
        hear(&mut state, "b", Err(Failure::new(FailureKind::Timeout, "")), false);
        let key = JobKey { environment: EnvironmentId(0), id: JobId::new("b") };
        assert_eq!(state.following.standing(&key).unwrap(), "asking again: no answer in time");
        hear(&mut state, "b", Ok(job("b", 2, "running")), false);
        assert_eq!(state.following.standing(&key).unwrap(), "its end will show at once");
        hear(&mut state, "b", Ok(job("b", 2, "done")), true);
        assert_eq!(said(&state), "job b has ended: done");
        let shown = state.store.jobs().next().unwrap().1.status().to_string();
        assert_eq!((shown.as_str(), state.following.len()), ("done", 0));
    }

    #[test]
    fn a_job_that_is_gone_is_told_and_one_that_was_let_go_is_not() {
        let mut state = state(&[job("c", 3, "running"), job("b", 2, "running")]);
        press(&mut state, "gfjf");
        let gone = || Err(Failure { status: Some(404), ..Failure::new(FailureKind::Unexpected, "") });
        hear(&mut state, "b", gone(), true);
        assert_eq!(said(&state), "job b is no longer there: it was deleted, or has expired");
        press(&mut state, "gf");
        hear(&mut state, "c", gone(), true);
        assert_eq!(said(&state), "job c is no longer followed", "as the key said");
    }
}
