//! Deleting jobs: which, what is said before, what has to be typed, and what came of it. Nothing is
//! deleted but by [`Effect::Delete`], and that comes of nothing but the right word.

use std::collections::BTreeMap;

use super::overlay::Scroll;
use super::{Action, Effect, Overlay, Prompt, Purpose, State};
use crate::model::{EnvironmentId, Job, JobKey, PollEvent, Report, SourceId, Status};

/// Up to so many jobs a letter is enough.
const FEW: usize = 10;

/// How an environment is to be treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// Whether whatever is changed there wants a word typed.
    pub protected: bool,
    /// Whether nothing may be changed there.
    pub read_only: bool,
}

/// A job that is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    /// Who is asked to.
    pub source: SourceId,
    /// Which.
    pub key: JobKey,
    /// Whether it is deleted even while it runs.
    pub force: bool,
}

/// What became of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Deleted {
    /// It is deleted; as the service describes it now.
    Done(Box<Job>),
    /// It was not there any more.
    Gone,
    /// It may still be there; why.
    Failed(String),
}

/// A deletion that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deletion {
    /// What would be deleted.
    pub victims: Vec<Victim>,
    /// How many, and how many of them run, by environment.
    pub counts: BTreeMap<EnvironmentId, (usize, usize)>,
    /// How many are left out because their environment is read-only, by environment.
    pub read_only: BTreeMap<EnvironmentId, usize>,
    /// How many are left out because they are gone already.
    pub gone: usize,
    /// What has to be typed.
    pub word: &'static str,
}

/// How far a deletion has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleting {
    /// How many there are in all.
    pub all: usize,
    /// How many were answered for.
    pub done: usize,
    /// How many of them may still be there.
    pub failed: usize,
}

impl State {
    /// The job whose details are open; else the marked jobs, and the selected one where none is marked.
    pub(super) fn targets(&mut self) -> Vec<JobKey> {
        if let Some(Overlay::Details { key, .. }) = &self.overlay {
            return vec![key.clone()];
        }
        if self.marks.is_empty() {
            return self.selected_one().map(|(key, _)| key).into_iter().collect();
        }
        self.marks.jobs().cloned().collect()
    }

    fn guard(&self, environment: EnvironmentId) -> Guard {
        self.guards.get(environment.index()).copied().unwrap_or_default()
    }

    /// Whether nothing can be changed anywhere: then there is no key for it either.
    pub fn is_read_only(&self) -> bool {
        let all = |guards: &[Guard]| !guards.is_empty() && guards.iter().all(|guard| guard.read_only);
        self.settings.read_only || all(&self.guards)
    }

    /// Whether an action is to be had: where everything is read-only, none that changes anything is.
    /// What would do nothing is not hinted at.
    pub fn offers(&self, action: Action) -> bool {
        let possible = match action {
            // Words of events are not completed.
            Action::Complete => !self.edits_event_filter(),
            _ => !action.is_destructive() || !self.is_read_only(),
        };
        possible && self.views.offers(action)
    }

    /// Asks whether to delete.
    pub(super) fn ask_to_delete(&mut self) {
        if self.is_read_only() {
            self.remark("nothing can be deleted: everything is read-only".to_owned());
            return;
        }
        if self.deleting.is_some() {
            self.remark("a deletion is under way: wait for its end".to_owned());
            return;
        }
        let targets = self.targets();
        if targets.is_empty() {
            return;
        }
        let deletion = self.deletion_of(&targets);
        if deletion.victims.is_empty() {
            let why = if deletion.read_only.is_empty() {
                "there is no job to delete"
            } else {
                "these jobs are in environments that are read-only"
            };
            self.remark(why.to_owned());
            return;
        }
        self.prompt = Some(Prompt::new(Purpose::Delete(deletion.victims.clone(), deletion.word), ""));
        self.overlay = Some(Overlay::Confirm(Box::new(deletion), Scroll::default()));
    }

    fn deletion_of(&self, targets: &[JobKey]) -> Deletion {
        let mut deletion = Deletion::default();
        let mut protected = false;
        for key in targets {
            let guard = self.guard(key.environment);
            let held = self.store.find(key).and_then(|handle| self.store.job(handle));
            let Some(held) = held.filter(|held| !matches!(held.status(), Status::Deleted | Status::Expired))
            else {
                deletion.gone += 1;
                continue;
            };
            if guard.read_only {
                *deletion.read_only.entry(key.environment).or_default() += 1;
                continue;
            }
            protected |= guard.protected;
            let force = held.status().is_active();
            let (count, running) = deletion.counts.entry(key.environment).or_default();
            *count += 1;
            *running += usize::from(force);
            deletion.victims.push(Victim { source: held.source(), key: key.clone(), force });
        }
        deletion.word = if protected || deletion.victims.len() > FEW { "delete" } else { "y" };
        deletion
    }

    /// Deletes, once the word was typed.
    pub(super) fn delete(&mut self, victims: Vec<Victim>, right: bool) -> Vec<Effect> {
        self.overlay = None;
        if !right {
            self.remark("nothing was deleted".to_owned());
            return Vec::new();
        }
        self.deleting = Some(Deleting { all: victims.len(), ..Deleting::default() });
        self.say_how_far();
        vec![Effect::Delete(victims)]
    }

    /// Takes what became of one job.
    pub(super) fn take_deleted(&mut self, victim: Victim, deleted: Deleted) {
        let failed = matches!(deleted, Deleted::Failed(_));
        if let Some(deleting) = &mut self.deleting {
            deleting.done += 1;
            deleting.failed += usize::from(failed);
        }
        let Victim { source, key, .. } = victim;
        let job = match deleted {
            Deleted::Failed(why) => {
                self.marks.fail(key, why);
                self.say_how_far();
                return;
            }
            Deleted::Done(job) => Some(*job),
            Deleted::Gone => {
                let held = self.store.find(&key).and_then(|handle| self.store.job(handle));
                held.map(|held| Job { status: Status::Deleted, ..held.to_job() })
            }
        };
        self.marks.remove(&key);
        if let Some(job) = job {
            let event = PollEvent::Job { id: key.id, answer: Ok(Box::new(job)), over: true };
            let report = Report { source, sequence: 0, at: self.now, event };
            self.hear_of_followed(&report);
            self.store.merge(report);
        }
        self.say_how_far();
    }

    /// Takes the end of a deletion.
    pub(super) fn end_deletion(&mut self, end: Result<(), String>) {
        let Some(Deleting { all, done, failed }) = self.deleting.take() else { return };
        self.remark(match end {
            Err(why) => why,
            Ok(()) if failed > 0 => {
                let key = self.key_of(Action::OpenDetails);
                format!("{} of {all} deleted; {failed} failed and stay marked: {key} says why", done - failed)
            }
            Ok(()) => format!("{done} of {all} deleted"),
        });
    }

    fn say_how_far(&mut self) {
        let Some(Deleting { all, done, failed }) = self.deleting else { return };
        let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        self.remark(format!("deleting: {done} of {all}{failures}"));
    }
}

#[cfg(test)]
mod tests;
