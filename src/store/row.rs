//! One listing of a job in as little memory as it takes, and the view of it that everybody reads.
//!
//! What is a job's own (id, file name, title, reference) is one text; what many jobs share (language,
//! model, tags, status, configuration) is held once for all of them. A [`Job`] goes in and comes out
//! the same.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;

use super::config;
use super::pool::{Pool, Symbol};
use super::query::{Described, Signature};
use crate::model::{Job, JobError, JobId, RETENTION, SourceId, Status};

/// What a listing without a known length has in its place.
const NO_DURATION: u32 = u32::MAX;
/// What a listing without a known moment has for nanoseconds.
const NO_MOMENT: i32 = i32::MIN;

/// A job's errors, apart: most jobs have none.
#[derive(Debug)]
struct Errors(Box<[JobError]>);

/// One job as one source listed it. `pub(super)` fields are not the job's: who listed it and where the
/// listing stands.
#[derive(Debug)]
pub(super) struct Row {
    /// Id, file name, title, reference, and what else of its configuration is its own, one behind the other.
    text: Box<str>,
    /// Where id, file name, title and reference end.
    ends: [u16; 4],
    created_nanosecond: i32,
    created_second: i64,
    /// Seconds; a century at the most.
    duration: u32,
    errors: Option<Box<Errors>>,
    /// Tells one content from another; see [`fingerprint`].
    pub(super) fingerprint: u64,
    /// What can be told of its text without reading it.
    pub(super) signature: Signature,
    language: Symbol,
    model: Symbol,
    tags: Symbol,
    status: Symbol,
    config: Symbol,
    /// The round that listed it last; rounds are counted by refreshes, of which 2³² take a century.
    pub(super) seen: u32,
    pub(super) source: SourceId,
    has_title: bool,
    has_reference: bool,
    /// Whether this listing is the one that is shown, of perhaps several keys'.
    pub(super) shown: bool,
}

/// What jobs share.
#[derive(Debug, Default)]
pub(super) struct Words {
    languages: Pool<Box<str>>,
    models: Pool<Box<str>>,
    tags: Pool<Vec<Box<str>>>,
    statuses: Pool<Status>,
    configs: Pool<Box<str>>,
    /// Of errors: a callback that fails does so for many jobs.
    messages: Pool<Arc<str>>,
}

impl Words {
    /// Packs a job; [`release`](Self::release) must be called for the row in the end.
    pub(super) fn pack(&mut self, source: SourceId, job: &Job, seen: u32, fingerprint: u64) -> Row {
        let (title, reference) = (job.title.as_deref(), job.reference.as_deref());
        let parts =
            [job.id.as_str(), &job.data_name, title.unwrap_or_default(), reference.unwrap_or_default()];
        let template = job.config.as_deref().map(|config| config::fold(config, title, reference, &job.tags));
        let mut text = parts.concat();
        let mut end = 0;
        // A text of 64 KiB cannot come: what enters is bounded to some hundred characters.
        let mut end_of = |part: &str| {
            end += part.len();
            u16::try_from(end).unwrap_or(u16::MAX)
        };
        let ends = parts.map(&mut end_of);
        let signature = Signature::of(parts, &text);
        text.push_str(template.as_ref().map_or("", |template| &template.own));
        let tags = job.tags.as_slice();
        Row {
            ends,
            signature,
            text: text.into_boxed_str(),
            created_nanosecond: job.created_at.map_or(NO_MOMENT, Timestamp::subsec_nanosecond),
            created_second: job.created_at.map_or(0, Timestamp::as_second),
            duration: job.duration_s.map_or(NO_DURATION, duration),
            errors: (!job.errors.is_empty()).then(|| Box::new(self.errors(&job.errors))),
            fingerprint,
            language: name(&mut self.languages, job.language.as_deref()),
            model: name(&mut self.models, job.model.as_deref()),
            tags: if tags.is_empty() { Symbol::default() } else { self.tags.intern(tags, <[_]>::to_vec) },
            status: self.statuses.intern(&job.status, Clone::clone),
            config: template.map_or_else(Symbol::default, |template| {
                self.configs.intern(&*template.shared, |text| text.into())
            }),
            seen,
            source,
            has_title: title.is_some(),
            has_reference: reference.is_some(),
            shown: false,
        }
    }

    fn errors(&mut self, errors: &[JobError]) -> Errors {
        let shared = errors.iter().map(|error| {
            let symbol = self.messages.intern(&*error.message, |text| text.into());
            let message = self.messages.get(symbol).unwrap_or(&error.message);
            JobError { timestamp: error.timestamp, message: Arc::clone(message) }
        });
        Errors(shared.collect())
    }

    /// Lets go of what a row that goes away shared with others.
    pub(super) fn release(&mut self, row: &Row) {
        self.languages.release::<str>(row.language);
        self.models.release::<str>(row.model);
        self.tags.release::<[Box<str>]>(row.tags);
        self.statuses.release::<Status>(row.status);
        self.configs.release::<str>(row.config);
        for error in row.errors.iter().flat_map(|errors| &errors.0) {
            self.messages.release_value(&*error.message);
        }
    }

    /// The languages, each with how many listings use it; so the others.
    pub(super) fn languages(&self) -> impl Iterator<Item = (&str, u32)> {
        self.languages.iter().map(|(name, users)| (name.as_ref(), users))
    }

    pub(super) fn models(&self) -> impl Iterator<Item = (&str, u32)> {
        self.models.iter().map(|(name, users)| (name.as_ref(), users))
    }

    pub(super) fn statuses(&self) -> impl Iterator<Item = (&str, u32)> {
        self.statuses.iter().map(|(status, users)| (status.as_str(), users))
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = (&str, u32)> {
        self.messages.iter().map(|(message, users)| (message.as_ref(), users))
    }

    /// Each tag of each list of tags.
    pub(super) fn tags(&self) -> impl Iterator<Item = (&str, u32)> {
        self.tags.iter().flat_map(|(tags, users)| tags.iter().map(move |tag| (tag.as_ref(), users)))
    }

    /// How many values are held, of all kinds.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.languages.len()
            + self.models.len()
            + self.tags.len()
            + self.statuses.len()
            + self.configs.len()
            + self.messages.len()
    }
}

fn name(names: &mut Pool<Box<str>>, name: Option<&str>) -> Symbol {
    name.map_or_else(Symbol::default, |name| names.intern(name, |name| name.into()))
}

fn duration(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(NO_DURATION).min(NO_DURATION - 1)
}

impl Row {
    /// Touches the row where it says where its text is.
    pub(super) fn touch_row(&self) -> u64 {
        let [end, ..] = self.ends;
        u64::from(end) ^ u64::try_from(self.text.len()).unwrap_or_default()
    }

    /// Touches the text where it begins and ends, so that it is near when it is read.
    pub(super) fn touch(&self) -> u64 {
        let ends = [self.text.as_bytes().first(), self.text.as_bytes().last()];
        ends.into_iter().flatten().map(|byte| u64::from(*byte)).sum()
    }

    pub(super) fn id(&self) -> &str {
        self.part(0, self.end(0))
    }

    fn end(&self, at: usize) -> usize {
        self.ends.get(at).map_or(self.text.len(), |end| usize::from(*end))
    }

    fn part(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// When it was submitted, in an order of its own: seconds, then nanoseconds.
    pub(super) fn created(&self) -> Option<(i64, i32)> {
        (self.created_nanosecond != NO_MOMENT).then_some((self.created_second, self.created_nanosecond))
    }
}

/// Tells one content of a job from another without holding it twice. Two contents that differ have one
/// fingerprint with a probability of 2⁻⁶⁴. The hash is seeded anew in each run, so that nobody who cannot
/// see it can look for such two.
pub(super) fn fingerprint(hasher: &impl BuildHasher, job: &Job) -> u64 {
    let mut state = hasher.build_hasher();
    (job.status.as_str(), job.created_at, &job.data_name, job.duration_s).hash(&mut state);
    (&job.language, &job.model, &job.title, &job.reference, &job.tags, &job.config).hash(&mut state);
    state.write_usize(job.errors.len());
    for error in &job.errors {
        (error.timestamp, &error.message).hash(&mut state);
    }
    state.finish()
}

/// One job as one source listed it, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub(super) row: &'a Row,
    pub(super) words: &'a Words,
}

static RUNNING: Status = Status::Running;

#[expect(missing_docs, reason = "each is the field of `Job` of the same name")]
impl<'a> Held<'a> {
    pub fn id(self) -> &'a str {
        self.row.id()
    }

    pub fn status(self) -> &'a Status {
        // Every row has one.
        self.words.statuses.get(self.row.status).unwrap_or(&RUNNING)
    }

    pub fn created_at(self) -> Option<Timestamp> {
        let (second, nanosecond) = self.row.created()?;
        Timestamp::new(second, nanosecond).ok()
    }

    pub fn data_name(self) -> &'a str {
        self.row.part(self.row.end(0), self.row.end(1))
    }

    pub fn duration_s(self) -> Option<u64> {
        (self.row.duration != NO_DURATION).then(|| self.row.duration.into())
    }

    pub fn language(self) -> Option<&'a str> {
        self.words.languages.get(self.row.language).map(AsRef::as_ref)
    }

    pub fn model(self) -> Option<&'a str> {
        self.words.models.get(self.row.model).map(AsRef::as_ref)
    }

    pub fn title(self) -> Option<&'a str> {
        self.row.has_title.then(|| self.row.part(self.row.end(1), self.row.end(2)))
    }

    pub fn reference(self) -> Option<&'a str> {
        self.row.has_reference.then(|| self.row.part(self.row.end(2), self.row.end(3)))
    }

    pub fn tags(self) -> &'a [Box<str>] {
        self.words.tags.get(self.row.tags).map_or(&[], Vec::as_slice)
    }

    pub fn errors(self) -> &'a [JobError] {
        self.row.errors.as_deref().map_or(&[], |errors| &*errors.0)
    }

    pub fn config(self) -> Option<Arc<str>> {
        let template = self.words.configs.get(self.row.config)?;
        let own = self.row.part(self.row.end(3), self.row.text.len());
        Some(config::unfold(template, self.title(), self.reference(), self.tags(), own).as_ref().into())
    }
}

impl Held<'_> {
    /// Who listed it.
    pub fn source(self) -> SourceId {
        self.row.source
    }

    /// When the service will drop the job: [`RETENTION`] after it was created.
    pub fn expires_at(self) -> Option<Timestamp> {
        self.created_at().and_then(|created| created.checked_add(RETENTION).ok())
    }

    /// Whether the job is finished, but something about it went wrong afterwards (a notification).
    pub fn is_done_with_errors(self) -> bool {
        *self.status() == Status::Done && !self.errors().is_empty()
    }

    /// The job, as it was listed.
    pub fn to_job(self) -> Job {
        Job {
            id: JobId::new(self.id()),
            status: self.status().clone(),
            created_at: self.created_at(),
            data_name: self.data_name().into(),
            duration_s: self.duration_s(),
            language: self.language().map(Into::into),
            model: self.model().map(Into::into),
            title: self.title().map(Into::into),
            reference: self.reference().map(Into::into),
            tags: self.tags().to_vec(),
            errors: self.errors().to_vec(),
            config: self.config(),
        }
    }
}

impl Described for Held<'_> {
    fn id(&self) -> &str {
        self.row.id()
    }

    fn status(&self) -> &str {
        Held::status(*self).as_str()
    }

    fn created_at(&self) -> Option<Timestamp> {
        Held::created_at(*self)
    }

    fn data_name(&self) -> &str {
        Held::data_name(*self)
    }

    fn duration_s(&self) -> Option<u64> {
        Held::duration_s(*self)
    }

    fn language(&self) -> Option<&str> {
        Held::language(*self)
    }

    fn model(&self) -> Option<&str> {
        Held::model(*self)
    }

    fn title(&self) -> Option<&str> {
        Held::title(*self)
    }

    fn reference(&self) -> Option<&str> {
        Held::reference(*self)
    }

    fn tags(&self) -> &[Box<str>] {
        Held::tags(*self)
    }

    fn errors(&self) -> &[JobError] {
        Held::errors(*self)
    }

    fn joined(&self) -> Option<(&str, [usize; 3])> {
        let text = self.row.part(0, self.row.end(3));
        Some((text, [self.row.end(0), self.row.end(1), self.row.end(2)]))
    }

    fn signature(&self) -> Signature {
        self.row.signature
    }
}

#[cfg(test)]
mod tests;
