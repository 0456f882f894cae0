//! What is carried away of jobs: ids, URLs and commands to the clipboard, transcripts to a directory. A
//! command names the variable that holds the key, never the key.

use std::fmt::Write;

use super::details::file_name;
use super::{Action, Effect, Masked, NotSaved, Prompt, Purpose, SaveOrder, State};
use crate::model::{JobKey, Material};

/// What is copied of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    Id,
    Url,
    Command,
}

/// How far the saving of transcripts has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saving {
    /// How many there are in all.
    pub all: usize,
    /// How many were tried.
    pub done: usize,
    /// How many of them were not saved.
    pub failed: usize,
}

impl State {
    /// Copies something of the marked jobs, or of the selected one.
    pub(super) fn copy(&mut self, what: Copied) -> Vec<Effect> {
        let targets = self.targets();
        if targets.is_empty() {
            return Vec::new();
        }
        let line = |key: &JobKey| match what {
            Copied::Id => self.presenter.show(Masked::Id, key.id.as_str()).into_owned(),
            Copied::Url => self.url(key),
            Copied::Command => {
                let url = self.url(key).replace('\'', "'\\''");
                format!("curl -sS -H \"Authorization: Bearer $SPEECHMATICS_API_KEY\" '{url}'")
            }
        };
        let lines: Vec<String> = targets.iter().map(line).collect();
        let noun = match what {
            Copied::Id => "id",
            Copied::Url => "URL",
            Copied::Command => "command",
        };
        let plural = if lines.len() == 1 { "" } else { "s" };
        vec![Effect::Copy(lines.join("\n"), format!("{} {noun}{plural}", lines.len()))]
    }

    /// Where a job is at the service.
    fn url(&self, key: &JobKey) -> String {
        let base = self.bases.get(key.environment.index()).map_or("", String::as_str);
        let mut url = format!("{}/v2/jobs/", base.trim_end_matches('/'));
        for byte in self.presenter.show(Masked::Id, key.id.as_str()).bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                url.push(char::from(byte));
            } else {
                // A string takes all that is written to it.
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url
    }

    /// Asks into which directory the transcripts of the marked jobs are to be saved.
    pub(super) fn ask_where_to_save_all(&mut self) {
        if self.may_not_save() {
            return;
        }
        if self.saving.is_some() {
            self.remark("transcripts are being saved: wait for their end".to_owned());
            return;
        }
        let targets = self.targets();
        if !targets.is_empty() {
            self.prompt = Some(Prompt::new(Purpose::SaveAll(targets, Material::Txt), "transcripts"));
        }
    }

    /// Saves the transcripts of these jobs into a directory.
    pub(super) fn save_all(&mut self, targets: Vec<JobKey>, material: Material, dir: &str) -> Vec<Effect> {
        let dir = dir.trim_end_matches('/');
        let order = |key: JobKey| {
            let held = self.store.job(self.store.find(&key)?)?;
            let environment = self.store.fleet().environment_name(key.environment);
            let path = format!("{dir}/{}", file_name(environment, &held.to_job(), material));
            let (source, id) = (held.source(), key.id.clone());
            Some((key, SaveOrder { source, id, material, path, replace: false }))
        };
        let orders: Vec<_> = targets.into_iter().filter_map(order).collect();
        self.saving = Some(Saving { all: orders.len(), ..Saving::default() });
        self.say_what_is_saved();
        vec![Effect::SaveAll(orders)]
    }

    /// Takes what became of one of them.
    pub(super) fn take_saved_one(&mut self, key: JobKey, order: &SaveOrder, saved: Result<u64, NotSaved>) {
        let Some(saving) = &mut self.saving else { return };
        saving.done += 1;
        saving.failed += usize::from(saved.is_err());
        match saved {
            Ok(_) => {
                self.marks.remove(&key);
                self.note_saved(key, order.material, &order.path);
            }
            Err(why) => {
                let why = match why {
                    NotSaved::Exists => format!("{} is there already", order.path),
                    NotSaved::Unwritten(why) => format!("cannot write {}: {why}", order.path),
                    NotSaved::Failed(failure) => {
                        let held = self.store.find(&key).and_then(|handle| self.store.job(handle));
                        held.map_or_else(
                            || failure.sentence(),
                            |held| super::details::plainly(order.material, &held.to_job(), &failure),
                        )
                    }
                };
                self.marks.fail(key, why);
            }
        }
        self.say_what_is_saved();
        self.saving = self.saving.filter(|saving| saving.done < saving.all);
    }

    fn say_what_is_saved(&mut self) {
        let Some(Saving { all, done, failed }) = self.saving else { return };
        let saved = done - failed;
        self.remark(match (done == all, failed) {
            (false, _) => format!("saving transcripts: {done} of {all}"),
            (true, 0) => format!("{saved} of {all} transcripts saved"),
            (true, failed) => {
                let key = self.key_of(Action::OpenDetails);
                format!(
                    "{saved} of {all} transcripts saved; {failed} were not and stay marked: {key} says why"
                )
            }
        });
    }
}

#[cfg(test)]
mod tests;
