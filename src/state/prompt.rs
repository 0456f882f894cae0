//! One line that is asked for, over everything else: words to find, the name of a file, a word that
//! confirms.

use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use crate::model::{JobKey, Material};

use super::{Action, Effect, Overlay, SaveOrder, State, Target, Victim, WriteOrder, Written, grouped};

/// What is being asked for.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// What has been typed.
    pub input: Input,
}

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Words to find in a text.
    Find,
    /// Where to save; the order's path is what was proposed.
    SaveAs(SaveOrder),
    /// The directory for the transcripts of these jobs, in a form.
    SaveAll(Vec<JobKey>, Material),
    /// Whether to replace the order's file.
    Replace(SaveOrder),
    /// Where to write something.
    Write(Written),
    /// Whether to replace the order's file.
    Overwrite(WriteOrder),
    /// Whether to delete; the word that does it.
    Delete(Vec<Victim>, &'static str),
}

/// The word that lets a file be replaced.
const REPLACE: &str = "replace";

/// The form of transcripts after another one.
pub(super) fn after(form: Material) -> Material {
    match form {
        Material::Txt => Material::Json,
        Material::Json => Material::Srt,
        _ => Material::Txt,
    }
}

impl Prompt {
    pub(super) fn new(purpose: Purpose, text: &str) -> Self {
        Self { purpose, input: Input::new(text.to_owned()) }
    }
}

impl State {
    /// What is asked, before the line, in so many cells if there are words for that.
    pub fn question(&self, prompt: &Prompt, room: usize) -> String {
        match &prompt.purpose {
            Purpose::Find => "find".to_owned(),
            Purpose::SaveAs(_) => "save as".to_owned(),
            Purpose::SaveAll(jobs, form) => {
                let s = if jobs.len() == 1 { "" } else { "s" };
                let (count, next) = (grouped(jobs.len()), after(*form));
                format!("save {count} transcript{s} ({form}; Tab: {next}) into the directory")
            }
            Purpose::Delete(victims, word) => self.question_to_delete(victims.len(), word, room),
            Purpose::Write(what) => what.question(),
            Purpose::Overwrite(WriteOrder { target, .. }) => {
                let Target::File(path) = target else { return String::new() };
                format!("{path} is there; type {REPLACE} to replace it")
            }
            Purpose::Replace(order) => format!("{} is there; type {REPLACE} to replace it", order.path),
        }
    }

    fn question_to_delete(&self, count: usize, word: &str, room: usize) -> String {
        let s = if count == 1 { "" } else { "s" };
        let (count, go) = (grouped(count), self.key_of(Action::Submit));
        let whole = format!("type {word}, then {go}, to delete {count} job{s}");
        if whole.width() <= room { whole } else { format!("{word} {go} deletes {count}") }
    }

    /// How to get out of a question that is dangerous to answer; empty for all others.
    pub fn way_out(&self, prompt: &Prompt) -> String {
        match &prompt.purpose {
            Purpose::Delete(victims, _) => {
                let them = if victims.len() == 1 { "it" } else { "them" };
                format!("{} keeps {them}", self.key_of(Action::CancelPrompt))
            }
            _ => String::new(),
        }
    }

    /// Takes the answer.
    pub(super) fn submit(&mut self) -> Vec<Effect> {
        let Some(Prompt { purpose, input }) = self.prompt.take() else { return Vec::new() };
        let text = input.value().trim();
        match purpose {
            Purpose::Find => return self.find(text),
            Purpose::SaveAs(order) if !text.is_empty() => {
                return self.save(SaveOrder { path: text.to_owned(), ..order });
            }
            Purpose::SaveAll(jobs, form) if !text.is_empty() => return self.save_all(jobs, form, text),
            Purpose::Replace(order) if text == REPLACE => {
                return self.save(SaveOrder { replace: true, ..order });
            }
            Purpose::Write(what) => return self.write_to(what, text),
            Purpose::Overwrite(order) if text == REPLACE => {
                return self.write(WriteOrder { replace: true, ..order });
            }
            Purpose::Delete(victims, word) => return self.delete(victims, text == word),
            Purpose::SaveAs(_) | Purpose::SaveAll(..) | Purpose::Replace(_) | Purpose::Overwrite(_) => {
                self.remark("nothing was saved".to_owned());
            }
        }
        Vec::new()
    }

    /// Goes on to the next form in which transcripts are to be saved.
    pub(super) fn turn_saved_form(&mut self) {
        if let Some(Prompt { purpose: Purpose::SaveAll(_, form), .. }) = &mut self.prompt {
            *form = after(*form);
        }
    }

    /// Takes the question back.
    pub(super) fn cancel_prompt(&mut self) {
        self.prompt = None;
        if matches!(self.overlay, Some(Overlay::Confirm(..))) {
            self.overlay = None;
            self.remark("nothing was deleted".to_owned());
        }
    }

    fn save(&mut self, order: SaveOrder) -> Vec<Effect> {
        self.remark(format!("saving {} …", order.path));
        vec![Effect::Save(order)]
    }
}
