//! A job's details: which tab is looked at, the text that is fetched for it, what is found in it, and
//! where it is saved. Leaving a tab calls off what is still on its way.

use strum::{Display, EnumIter, IntoEnumIterator};

use super::overlay::Scroll;
use super::{Action, Effect, Fetched, NotSaved, Overlay, Prompt, Purpose, SaveOrder, State};
use crate::model::{Document, Failure, Job, JobKey, Material, Status};

/// What of a job is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumIter)]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "each is what its word says")]
pub enum Tab {
    #[default]
    Summary,
    Config,
    Errors,
    Transcript,
    Log,
}

/// A text that is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Text {
    /// None was asked for.
    #[default]
    None,
    /// It is on its way: so many bytes are there.
    Coming(Material, usize),
    /// It is here.
    Here(Material, Document),
    /// It could not be had; why, in a sentence.
    Failed(Material, String),
}

/// How a job is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The tab.
    pub tab: Tab,
    /// The form of the transcript.
    pub format: Material,
    /// The text of the tab, or the last one that was looked at.
    pub text: Text,
    /// What was looked for last.
    pub sought: String,
    /// The row in which it was found.
    pub hit: Option<usize>,
    /// Whether it is to be found as soon as the text is here.
    pub(super) awaited: bool,
    number: u64,
}

impl Default for View {
    fn default() -> Self {
        Self {
            tab: Tab::default(),
            format: Material::Txt,
            text: Text::None,
            sought: String::new(),
            hit: None,
            awaited: false,
            number: 0,
        }
    }
}

impl View {
    /// What has to be fetched for the tab.
    pub fn material(&self) -> Option<Material> {
        match self.tab {
            Tab::Transcript => Some(self.format),
            Tab::Log => Some(Material::Log),
            _ => None,
        }
    }

    /// The text of the tab, where it is here.
    pub fn document(&self) -> Option<&Document> {
        match &self.text {
            Text::Here(material, document) if self.material() == Some(*material) => Some(document),
            _ => None,
        }
    }
}

impl State {
    /// Goes on to another tab.
    pub(super) fn turn_tab(&mut self, forwards: bool) -> Vec<Effect> {
        let Some(Overlay::Details { view, .. }) = &mut self.overlay else { return Vec::new() };
        let tabs: Vec<Tab> = Tab::iter().collect();
        let at = tabs.iter().position(|tab| *tab == view.tab).unwrap_or(0);
        let next = if forwards { at + 1 } else { at + tabs.len() - 1 };
        view.tab = tabs.get(next % tabs.len()).copied().unwrap_or_default();
        self.look_at_tab()
    }

    /// Goes on to the neighbour in the list, and looks at the same of it.
    pub(super) fn turn_job(&mut self, forwards: bool) -> Vec<Effect> {
        let Some(Overlay::Details { key, view, .. }) = &self.overlay else { return Vec::new() };
        let (here, tab, format) = (key.clone(), view.tab, view.format);
        match self.rows.position(&self.store, &here) {
            Some(row) => {
                let last = self.rows.len().saturating_sub(1);
                let next = if forwards { row.saturating_add(1).min(last) } else { row.saturating_sub(1) };
                if next == row {
                    let end = if forwards { "last" } else { "first" };
                    self.remark(format!("this is the {end} job of the list"));
                    return Vec::new();
                }
                self.selection.select(&self.store, &self.rows, next);
            }
            // The list goes on without this job: from where the selection is now.
            None => self.selection.step(&self.store, &self.rows, if forwards { 1 } else { -1 }),
        }
        let mut effects = self.close();
        self.open_details();
        let Some(Overlay::Details { view, .. }) = &mut self.overlay else { return effects };
        (view.tab, view.format) = (tab, format);
        effects.extend(self.look_at_tab());
        effects
    }

    /// Shows the transcript in its next form.
    pub(super) fn turn_format(&mut self) -> Vec<Effect> {
        let Some(Overlay::Details { view, .. }) = &mut self.overlay else { return Vec::new() };
        if view.tab == Tab::Transcript {
            view.format = super::prompt::after(view.format);
        }
        view.tab = Tab::Transcript;
        self.look_at_tab()
    }

    /// Fetches what the tab needs, and calls off what it does not.
    fn look_at_tab(&mut self) -> Vec<Effect> {
        let width = self.layout().overlay_width();
        let Some(Overlay::Details { key, source, view, scroll, .. }) = &mut self.overlay else {
            return Vec::new();
        };
        *scroll = Scroll::default();
        (view.hit, view.awaited) = (None, false);
        let wanted = view.material();
        let held = match &view.text {
            Text::Here(material, _) | Text::Coming(material, _) => Some(*material),
            Text::None | Text::Failed(..) => None,
        };
        let mut effects = Vec::new();
        if matches!(view.text, Text::Coming(..)) && wanted != held {
            view.text = Text::None;
            effects.push(Effect::StopFetching);
        }
        if let Some(material) = wanted
            && wanted != held
        {
            self.fetches += 1;
            view.number = self.fetches;
            view.text = Text::Coming(material, 0);
            effects.push(Effect::Fetch(self.fetches, *source, key.id.clone(), material, width));
        }
        effects
    }

    /// Fetches what the tab needs where that was called off while something lay over it.
    pub(super) fn look_again(&mut self) -> Vec<Effect> {
        match &self.overlay {
            Some(Overlay::Details { view, .. }) if view.text == Text::None => self.look_at_tab(),
            _ => Vec::new(),
        }
    }

    /// Takes what is heard of a text.
    pub(super) fn take_text(&mut self, number: u64, fetched: Fetched) {
        let Some(Overlay::Details { job, view, .. }) = &mut self.overlay else { return };
        if view.number != number {
            return;
        }
        let (Text::Coming(material, _) | Text::Here(material, _)) = view.text else { return };
        view.text = match fetched {
            Fetched::Bytes(bytes) => Text::Coming(material, bytes),
            Fetched::Here(document) => Text::Here(material, document),
            Fetched::Failed(failure) => Text::Failed(material, plainly(material, job, &failure)),
        };
        self.find_awaited();
    }

    /// Has a text wrapped anew where the screen has another width now.
    pub(super) fn rewrap(&mut self) -> Vec<Effect> {
        let width = self.layout().overlay_width();
        let Some(Overlay::Details { view, .. }) = &mut self.overlay else { return Vec::new() };
        let Text::Here(_, document) = &view.text else { return Vec::new() };
        if document.width() == width.max(8) {
            return Vec::new();
        }
        self.fetches += 1;
        view.number = self.fetches;
        vec![Effect::Rewrap(self.fetches, document.clone(), width)]
    }

    /// Asks where to save the tab's text.
    pub(super) fn ask_where_to_save(&mut self) {
        if self.may_not_save() {
            return;
        }
        let Some(Overlay::Details { key, job, source, view, .. }) = &self.overlay else { return };
        let Some(material) = view.material() else {
            let key = self.key_of(Action::NextTab);
            self.remark(format!("a transcript or a log can be saved: {key} goes there"));
            return;
        };
        let environment = self.store.fleet().environment_name(key.environment);
        let path = file_name(environment, job, material);
        let order =
            SaveOrder { source: *source, id: key.id.clone(), material, path: path.clone(), replace: false };
        self.prompt = Some(Prompt::new(Purpose::SaveAs(order), &path));
    }

    /// Tells what became of saving, and asks where a file is in the way.
    pub(super) fn take_saved(&mut self, order: SaveOrder, saved: Result<u64, NotSaved>) {
        match saved {
            Ok(bytes) => {
                self.remark(format!("saved {bytes} bytes to {}", self.presenter.path(&order.path)));
                if let Some(environment) =
                    self.store.fleet().source(order.source).map(|source| source.environment)
                {
                    self.note_saved(JobKey { environment, id: order.id }, order.material, &order.path);
                }
            }
            Err(NotSaved::Unwritten(why)) => {
                self.remark(format!("cannot write {}: {why}", self.presenter.path(&order.path)));
            }
            Err(NotSaved::Failed(failure)) => {
                let job = match &self.overlay {
                    Some(Overlay::Details { job, .. }) if job.id == order.id => (**job).clone(),
                    _ => Job::new(order.id.clone(), Status::Other("unknown".into())),
                };
                self.remark(plainly(order.material, &job, &failure));
            }
            // Somebody who types something else meanwhile is not interrupted; nothing was written.
            Err(NotSaved::Exists) if self.prompt.is_some() || self.presenter.is_on() => {
                let path = self.presenter.path(&order.path);
                self.remark(format!("{path} is there already; nothing was saved"));
            }
            Err(NotSaved::Exists) => self.prompt = Some(Prompt::new(Purpose::Replace(order), "")),
        }
    }
}

/// Why a text is not to be had, in plain words.
pub(super) fn plainly(material: Material, job: &Job, failure: &Failure) -> String {
    let noun = material.noun();
    match (failure.status, &job.status) {
        (Some(404), Status::Rejected) if material != Material::Log => {
            "there is no transcript: the job was rejected (404)".to_owned()
        }
        (Some(404), status) if status.is_active() => {
            format!("there is no {noun} yet: the job is {status} (404)")
        }
        (Some(404), _) => format!("there is no {noun} (404)"),
        (Some(410), _) => format!("the {noun} has expired: the service keeps it for 7 days (410)"),
        (Some(501), _) => format!("this environment keeps no {noun} (501)"),
        _ => format!("the {noun} could not be fetched: {}", failure.sentence()),
    }
}

/// A name for a file that no file system minds and that says whose it is.
pub(super) fn file_name(environment: &str, job: &Job, material: Material) -> String {
    const LONGEST: usize = 60;
    let safe = |text: &str| -> String {
        let char = |char: char| if char.is_alphanumeric() || "-_.".contains(char) { char } else { '_' };
        text.chars().map(char).take(LONGEST).collect()
    };
    let stem = job.data_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let stem = safe(stem.trim_matches(['.', ' ']));
    let parts = [safe(environment), safe(job.id.as_str()), stem];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}.{material}", parts.join("-"))
}

#[cfg(test)]
mod tests;
