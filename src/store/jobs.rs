//! The slab that holds the jobs: a handle stays valid until its job goes, so that rows, sorting and
//! drawing work on four bytes a job. It knows nothing of merging rules.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::model::{Job, JobId, SourceId, Status};

/// A place in the slab. A handle of a job that went may later name another job: hold a
/// [`JobKey`](crate::model::JobKey) across merges instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(u32);

/// One job as one source listed it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The job.
    pub job: Job,
    /// Who listed it.
    pub source: SourceId,
    /// The round that listed it last.
    pub seen: u64,
}

/// What became of a job that was put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    New(Handle),
    Changed { handle: Handle, before: Status },
    Same,
}

/// All jobs of all sources.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    slots: Vec<Option<Held>>,
    free: Vec<Handle>,
    by_source: HashMap<SourceId, HashMap<JobId, Handle>>,
}

impl Jobs {
    pub(super) fn get(&self, handle: Handle) -> Option<&Held> {
        self.slots.get(usize::try_from(handle.0).ok()?)?.as_ref()
    }

    pub(super) fn find(&self, source: SourceId, id: &JobId) -> Option<Handle> {
        self.by_source.get(&source)?.get(id).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Handle, &Held)> {
        (0..).map(Handle).zip(&self.slots).filter_map(|(handle, slot)| Some((handle, slot.as_ref()?)))
    }

    /// The jobs that one source listed.
    pub(super) fn of(&self, source: SourceId) -> impl Iterator<Item = (Handle, &Held)> {
        self.by_source
            .get(&source)
            .into_iter()
            .flat_map(HashMap::values)
            .filter_map(|handle| Some((*handle, self.get(*handle)?)))
    }

    /// Takes a job as listed in round `seen`; the newest listing wins.
    pub(super) fn put(&mut self, source: SourceId, job: Job, seen: u64) -> Change {
        match self.by_source.entry(source).or_default().entry(job.id.clone()) {
            Entry::Occupied(entry) => {
                let handle = *entry.get();
                let slot = usize::try_from(handle.0).ok().and_then(|at| self.slots.get_mut(at));
                let Some(Some(held)) = slot else { return Change::Same };
                held.seen = seen;
                if held.job == job {
                    return Change::Same;
                }
                let before = std::mem::replace(&mut held.job, job).status;
                Change::Changed { handle, before }
            }
            Entry::Vacant(entry) => {
                let held = Some(Held { job, source, seen });
                let reused = self.free.pop();
                let handle = match reused {
                    Some(handle) => handle,
                    // 2³² jobs do not fit into the memory of any machine that runs this.
                    None => Handle(u32::try_from(self.slots.len()).unwrap_or(u32::MAX)),
                };
                match usize::try_from(handle.0).ok().and_then(|at| self.slots.get_mut(at)) {
                    Some(slot) => *slot = held,
                    None => self.slots.push(held),
                }
                entry.insert(handle);
                Change::New(handle)
            }
        }
    }

    /// Drops the jobs of a source that `gone` picks; says how many went.
    pub(super) fn remove(&mut self, source: SourceId, gone: impl Fn(&Held) -> bool) -> usize {
        let doomed: Vec<Handle> =
            self.of(source).filter(|(_, held)| gone(held)).map(|(handle, _)| handle).collect();
        for handle in &doomed {
            let slot = usize::try_from(handle.0).ok().and_then(|at| self.slots.get_mut(at));
            let Some(held) = slot.and_then(Option::take) else { continue };
            if let Some(ids) = self.by_source.get_mut(&source) {
                ids.remove(&held.job.id);
            }
            self.free.push(*handle);
        }
        doomed.len()
    }
}
