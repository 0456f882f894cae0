//! Presenter mode: what a screen that others see, and whatever is carried away from it, may say of jobs.
//! Names, titles, references, tags, ids, URLs and the words of strangers become `name-004217`; the same
//! text has the same mask for as long as the program runs, and another one in the next run, so that a mask
//! can be talked about and not be looked up. It decides nothing about jobs: queries, sorting, marks and
//! everything that is done go on with what is real. Environments, hosts and keys keep their names.

mod words;

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use super::{Comparison, State};
use crate::model::{EnvironmentId, Job, JobError, JobId, JobKey, Status};
use crate::store::{Column, Event, Held, Subject};
use words::{ASKED, BUILTIN_VIEWS, FIELDS, FILES, STATUS_PAGE, core, is_id, is_mask, is_plain, veil};

/// What kind of text is masked: the word that a mask begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Masked {
    /// A job's id.
    Id,
    /// The name of its audio file.
    Name,
    /// Its title.
    Title,
    /// Its reference.
    Reference,
    /// One of its tags.
    Tag,
    /// A URL.
    Url,
    /// Anything else that a stranger wrote.
    Text,
}

impl Masked {
    const fn word(self) -> &'static str {
        match self {
            Self::Id => "job",
            Self::Name => "name",
            Self::Title => "title",
            Self::Reference => "ref",
            Self::Tag => "tag",
            Self::Url => "url",
            Self::Text => "text",
        }
    }
}

const KINDS: [Masked; 7] =
    [Masked::Id, Masked::Name, Masked::Title, Masked::Reference, Masked::Tag, Masked::Url, Masked::Text];

/// How many masks of a kind there are: as wide as the ids of the service, and too many for two rows of a
/// screen to share one but by rare chance.
const NUMBERS: u64 = 1_000_000;

/// Whether there is somebody to hide things from, and how.
#[derive(Clone, Debug, Default)]
pub struct Presenter {
    on: bool,
    seed: RandomState,
}

impl Presenter {
    /// Masks from now on, or no longer.
    pub fn set(&mut self, on: bool) {
        self.on = on;
    }

    /// Whether it masks.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// A text of one kind as it may be shown. Nothing stays nothing.
    pub fn show<'t>(&self, kind: Masked, text: &'t str) -> Cow<'t, str> {
        if self.on && !text.is_empty() { Cow::Owned(self.mask(kind, text)) } else { Cow::Borrowed(text) }
    }

    fn mask(&self, kind: Masked, text: &str) -> String {
        format!("{}-{:06}", kind.word(), self.seed.hash_one(text) % NUMBERS)
    }

    /// A job with everything in it as it may be shown.
    pub fn job(&self, job: Job) -> Job {
        if !self.on {
            return job;
        }
        let some = |kind, text: Option<&str>| text.map(|text| self.show(kind, text).into());
        Job {
            id: JobId::new(self.show(Masked::Id, job.id.as_str())),
            data_name: self.show(Masked::Name, &job.data_name).into(),
            title: some(Masked::Title, job.title.as_deref()),
            reference: some(Masked::Reference, job.reference.as_deref()),
            tags: job.tags.iter().map(|tag| self.show(Masked::Tag, tag).into()).collect(),
            errors: job.errors.iter().map(|error| self.error(&own(&job), error)).collect(),
            config: job.config.as_deref().map(|config| self.config(config).into()),
            ..job
        }
    }

    fn error(&self, own: &[(Masked, &str)], error: &JobError) -> JobError {
        JobError { timestamp: error.timestamp, message: self.words_of(own, &error.message).into() }
    }

    /// What a column shows of a job, from what it would show else.
    pub fn cell(&self, held: Held<'_>, column: Column, text: String) -> String {
        if !self.on || text.is_empty() {
            return text;
        }
        let optional = |kind, text: Option<&str>| self.show(kind, text.unwrap_or_default()).into_owned();
        match column {
            Column::Id => self.show(Masked::Id, held.id()).into_owned(),
            Column::Name => self.name_cell(held, &text),
            Column::Title => optional(Masked::Title, held.title()),
            Column::Ref => optional(Masked::Reference, held.reference()),
            Column::Tags => {
                held.tags().iter().map(|tag| self.show(Masked::Tag, tag)).collect::<Vec<_>>().join(" ")
            }
            Column::Error => self.about(Some(held), &text).into_owned(),
            _ => text,
        }
    }

    /// A job without a file shows its title or reference behind a sign.
    fn name_cell(&self, held: Held<'_>, text: &str) -> String {
        if !held.data_name().is_empty() {
            return self.show(Masked::Name, held.data_name()).into_owned();
        }
        let other = held.title().map(|title| (Masked::Title, title));
        match other.or(held.reference().map(|reference| (Masked::Reference, reference))) {
            Some((kind, other)) => text.replace(other, &self.show(kind, other)),
            None => text.to_owned(),
        }
    }

    /// What somebody wrote about a job, in sentences: an error, an event. All that is known of the job is
    /// masked as what it is, and then whatever does not look like a plain word.
    pub fn about<'t>(&self, held: Option<Held<'_>>, text: &'t str) -> Cow<'t, str> {
        if !self.on {
            return Cow::Borrowed(text);
        }
        let job = held.map(Held::to_job);
        Cow::Owned(self.words_of(&job.as_ref().map(own).unwrap_or_default(), text))
    }

    /// What voxtop itself says: of fleets, paths and what failed. Its words stay; a URL, a file's name and
    /// what looks like an id do not.
    pub fn told<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.on {
            return Cow::Borrowed(text);
        }
        let mut evidence = false;
        let shown = text.split_inclusive(char::is_whitespace).map(|token| {
            // What is behind it names a request, and nothing of a job.
            let kept = std::mem::replace(&mut evidence, matches!(core(token), "Request-Id" | "X-Azure-Ref"));
            if kept { token.to_owned() } else { self.told_token(token) }
        });
        Cow::Owned(shown.collect())
    }

    fn told_token(&self, token: &str) -> String {
        let core = core(token);
        let file = core.rsplit_once('.').is_some_and(|(stem, kind)| {
            !stem.is_empty() && FILES.contains(&kind.to_ascii_lowercase().as_str())
        });
        let kind = if core.contains("://") && core != STATUS_PAGE {
            Masked::Url
        } else if file || (core.contains('/') && is_id(core.rsplit('/').next().unwrap_or_default())) {
            Masked::Text
        } else if is_id(core) {
            Masked::Id
        } else {
            return token.to_owned();
        };
        token.replace(core, &self.mask(kind, core))
    }

    /// First what is known of the job goes, longest first, then whatever does not look like a plain word.
    fn words_of(&self, own: &[(Masked, &str)], text: &str) -> String {
        let mut text = text.to_owned();
        let mut known: Vec<(Masked, &str)> =
            own.iter().copied().filter(|(_, value)| value.chars().count() > 2).collect();
        known.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        for (kind, value) in known {
            if text.contains(value) {
                text = text.replace(value, &self.mask(kind, value));
            }
        }
        // What stands between quotes is somebody's, however plain it looks.
        for quote in ['"', '`'] {
            let parts: Vec<&str> = text.split(quote).collect();
            let inside =
                |at: usize, part: &str| at % 2 == 1 && at + 1 < parts.len() && !part.trim().is_empty();
            let shown = parts.iter().enumerate().map(|(at, part)| {
                if inside(at, part) && !is_mask(part) {
                    self.mask(Masked::Text, part)
                } else {
                    (*part).to_owned()
                }
            });
            text = shown.collect::<Vec<_>>().join(&quote.to_string());
        }
        text.split_inclusive(char::is_whitespace).map(|token| self.token(token)).collect()
    }

    fn token(&self, token: &str) -> String {
        let core = core(token);
        if core.is_empty() || is_plain(core) {
            return token.to_owned();
        }
        let kind = if core.contains("://") {
            Masked::Url
        } else if is_id(core) {
            Masked::Id
        } else {
            Masked::Text
        };
        token.replace(core, &self.mask(kind, core))
    }

    /// The configuration of a job: its structure, numbers and switches stay, and so do the few texts that are
    /// words of the service's own; every other text is masked.
    pub fn config(&self, config: &str) -> String {
        if !self.on {
            return config.to_owned();
        }
        let Ok(mut tree) = serde_json::from_str::<serde_json::Value>(config) else {
            return veil(config);
        };
        self.mask_values("", &mut tree);
        tree.to_string()
    }

    fn mask_values(&self, field: &str, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if !FIELDS.contains(&field) => {
                *text = self.show(Masked::Text, text).into_owned();
            }
            serde_json::Value::Array(items) => {
                for item in items {
                    self.mask_values(field, item);
                }
            }
            serde_json::Value::Object(fields) => {
                // Names of fields that are not the service's own may be anything: labels, headers, ids.
                let named = std::mem::take(fields).into_iter().map(|(name, mut value)| {
                    self.mask_values(&name, &mut value);
                    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                    (if plain { name } else { self.mask(Masked::Text, &name) }, value)
                });
                *fields = named.collect();
            }
            _ => {}
        }
    }

    /// A line of a transcript or of a log as it may be shown: its shape, and no word of it.
    pub fn line<'t>(&self, line: &'t str) -> Cow<'t, str> {
        if self.on { Cow::Owned(veil(line)) } else { Cow::Borrowed(line) }
    }

    /// Where something was saved: the names of such files are made of ids and of what jobs are called.
    pub fn path<'t>(&self, path: &'t str) -> Cow<'t, str> {
        self.show(Masked::Text, path)
    }

    /// What a view is called, by its place from 0: its number where the name is the user's own.
    pub(super) fn view<'t>(&self, at: usize, name: &'t str) -> Cow<'t, str> {
        if self.on && !BUILTIN_VIEWS.contains(&name) {
            Cow::Owned((at + 1).to_string())
        } else {
            Cow::Borrowed(name)
        }
    }

    /// Two jobs that are compared, with everything in them as it may be shown.
    pub fn comparison<'c>(&self, comparison: &'c Comparison) -> Cow<'c, Comparison> {
        if !self.on {
            return Cow::Borrowed(comparison);
        }
        let keys = comparison.keys.each_ref().map(|key| JobKey {
            environment: key.environment,
            id: JobId::new(self.show(Masked::Id, key.id.as_str())),
        });
        let jobs = comparison.jobs.each_ref().map(|job| self.job(job.clone()));
        Cow::Owned(Comparison::of(keys, jobs, comparison.differences_only))
    }

    /// A query as it may be shown: which statuses, environments and times it asks for is said, what words it
    /// looks for is not.
    pub fn query<'t>(&self, query: &'t str) -> Cow<'t, str> {
        if !self.on || query.is_empty() {
            return Cow::Borrowed(query);
        }
        if query.contains('"') {
            return Cow::Borrowed(HIDDEN);
        }
        let term = |term: &str| {
            let bare = term.trim_matches(['-', '(', ')']);
            let field = bare.split([':', '~', '<', '>']).next().unwrap_or_default();
            let said = matches!(bare, "or" | "not") || (field.len() < bare.len() && ASKED.contains(&field));
            if said { term.to_owned() } else { HIDDEN.to_owned() }
        };
        Cow::Owned(query.split_whitespace().map(term).collect::<Vec<_>>().join(" "))
    }
}

impl State {
    /// What an event says.
    pub fn event_text<'s>(&'s self, event: &'s Event) -> Cow<'s, str> {
        let Subject::Job(id) = &event.subject else { return self.presenter.told(&event.text) };
        if !self.presenter.on {
            return Cow::Borrowed(&event.text);
        }
        let environment = event.environment.unwrap_or(EnvironmentId(u16::MAX));
        let held = self.store.find(&JobKey { environment, id: id.clone() });
        let job = held.and_then(|handle| self.store.job(handle)).map(Held::to_job);
        // One that is gone is known by its id alone.
        let job = job.unwrap_or_else(|| Job::new(id.clone(), Status::Running));
        Cow::Owned(self.presenter.words_of(&own(&job), &event.text))
    }

    /// Whether a transcript must not be saved now, which is then said: it cannot be masked.
    pub(super) fn may_not_save(&mut self) -> bool {
        if self.presenter.on {
            self.remark(
                "nothing is saved in presenter mode: a transcript cannot be masked; P ends it".to_owned(),
            );
        }
        self.presenter.on
    }

    /// Masks what is shown from now on, or shows it again.
    pub(super) fn toggle_presenter(&mut self) {
        self.presenter.on = !self.presenter.on;
        self.alerts.mask_held(&self.presenter);
        self.remark(if self.presenter.on {
            "presenter mode: names, titles, references and ids are masked until P".to_owned()
        } else {
            "presenter mode is off: everything is shown".to_owned()
        });
    }
}

/// Stands for what is not said at all.
pub const HIDDEN: &str = "•••";

/// What of a job may stand in sentences about it.
fn own(job: &Job) -> Vec<(Masked, &str)> {
    let stem = job.data_name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let mut own = vec![(Masked::Id, job.id.as_str()), (Masked::Name, &*job.data_name), (Masked::Name, stem)];
    own.extend(job.title.as_deref().map(|title| (Masked::Title, title)));
    own.extend(job.reference.as_deref().map(|reference| (Masked::Reference, reference)));
    own.extend(job.tags.iter().map(|tag| (Masked::Tag, &**tag)));
    own
}

#[cfg(test)]
mod tests;
