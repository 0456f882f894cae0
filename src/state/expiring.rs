//! What is about to be lost: done jobs that the service drops within a day and whose transcripts voxtop has not
//! saved; and the account of those that it has.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::{Prompt, Purpose, State};
use crate::model::{JobId, JobKey, Material, RETENTION, Status};
use crate::store::Held;

/// What expires within this is about to be lost.
const SOON: SignedDuration = SignedDuration::from_hours(24);
/// So many are saved in one go; as many as may be marked.
const MOST: usize = 10_000;

/// The jobs whose transcripts voxtop saved, in this run or in one before, and where each is.
#[derive(Clone, Debug, Default)]
pub struct Saved(HashMap<JobKey, String>);

impl Saved {
    /// Takes note of a transcript in a file.
    pub fn note(&mut self, key: JobKey, path: String) {
        self.0.insert(key, path);
    }

    /// Where the transcript of a job is, if it was saved.
    pub fn path(&self, key: &JobKey) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// How a job stands with its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is time, or nothing to lose.
    Calm,
    /// Its transcript is gone within a day, and voxtop did not save it.
    Losing,
    /// Its transcript was saved.
    Saved,
}

impl State {
    /// How a job stands with its end.
    pub fn standing(&self, held: Held<'_>) -> Standing {
        if *held.status() != Status::Done {
            return Standing::Calm;
        }
        if !self.saved.0.is_empty() && self.identity(held).is_some_and(|key| self.saved.path(&key).is_some())
        {
            return Standing::Saved;
        }
        let left = held.expires_at().map(|end| end.duration_since(self.now));
        match left {
            Some(left) if !left.is_negative() && left < SOON => Standing::Losing,
            _ => Standing::Calm,
        }
    }

    fn identity(&self, held: Held<'_>) -> Option<JobKey> {
        let environment = self.store.fleet().source(held.source())?.environment;
        Some(JobKey { environment, id: JobId::new(held.id()) })
    }

    /// The jobs of the filter that are about to be lost. Only those of the right age are looked at.
    fn losing(&self) -> Vec<JobKey> {
        let oldest = self.now.checked_sub(RETENTION).unwrap_or(self.now);
        let newest = oldest.checked_add(SOON).unwrap_or(self.now);
        self.store
            .created_within(oldest, newest)
            .filter(|(handle, held)| self.rows.contains(*handle) && self.standing(*held) == Standing::Losing)
            .filter_map(|(_, held)| self.identity(held))
            .take(MOST)
            .collect()
    }

    /// Asks into which directory to save what the filter shows of them.
    pub(super) fn ask_to_save_expiring(&mut self) {
        if self.saving.is_some() {
            self.remark("transcripts are being saved: wait for their end".to_owned());
            return;
        }
        let jobs = self.losing();
        if jobs.is_empty() {
            self.remark("no done job here expires within a day without its transcript saved".to_owned());
        } else {
            self.prompt = Some(Prompt::new(Purpose::SaveAll(jobs, Material::Txt), "transcripts"));
        }
    }

    /// Takes note of what was saved. A log is no transcript.
    pub(super) fn note_saved(&mut self, key: JobKey, material: Material, path: &str) {
        if material != Material::Log {
            self.saved.note(key, path.to_owned());
        }
    }
}
