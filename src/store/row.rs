//! One listing of a job in as little memory as it takes, and the view of it that everybody reads.
//!
//! What is a job's own (id, file name, title, reference) is one text; what many jobs share (language,
//! model, tags, status, configuration) is held once for all of them. A [`Job`] goes in and comes out
//! the same.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;

use super::config::{self, Template};
use super::pool::{Pool, Symbol};
use super::query::Signature;
use super::slab::{Handle, Slab};
use super::texts::{Place, Texts};
use crate::model::{Job, JobError, JobId, RETENTION, SourceId, Status};

/// What a listing without a known length has in its place.
const NO_DURATION: u32 = u32::MAX;
/// What a listing without a known moment has for nanoseconds.
const NO_MOMENT: i32 = i32::MIN;

/// Which of two texts that may be missing a job has: an empty one is not a missing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tracking {
    Neither,
    Title,
    Reference,
    Both,
}

/// One job as one source listed it. `pub(super)` fields are not the job's: who listed it and where the
/// listing stands.
#[derive(Debug)]
pub(super) struct Row {
    /// Tells one content from another; see [`fingerprint`].
    pub(super) fingerprint: u64,
    created_second: i64,
    created_nanosecond: i32,
    /// Seconds; a century at the most.
    duration: u32,
    /// Where its errors are; [`Handle::NONE`] where there are none, as of most jobs.
    errors: Handle,
    language: Symbol,
    model: Symbol,
    tags: Symbol,
    status: Symbol,
    config: Symbol,
    /// The round that listed it last; rounds are counted by refreshes, of which 2³² take a century.
    pub(super) seen: u32,
    /// Where its text is: id, file name, title, reference, and what else of its configuration is its own, one
    /// behind the other.
    text: Place,
    /// Where those end.
    ends: [u16; 5],
    pub(super) source: SourceId,
    tracking: Tracking,
    /// Whether this listing is the one that is shown, of perhaps several keys'.
    pub(super) shown: bool,
}

/// What rows name by where it is: their texts, and what many of them share.
#[derive(Debug, Default)]
pub(super) struct Words {
    texts: Texts,
    languages: Pool<Box<str>>,
    models: Pool<Box<str>>,
    tags: Pool<Vec<Box<str>>>,
    statuses: Pool<Status>,
    configs: Pool<Box<str>>,
    /// Of errors: a callback that fails does so for many jobs.
    messages: Pool<Arc<str>>,
    errors: Slab<Box<[JobError]>>,
    /// Room to put a text together.
    room: String,
}

impl Words {
    /// Packs a job for a place, where perhaps another listing of it is, which must be
    /// [released](Self::release) once this one has taken its place.
    pub(super) fn pack(
        &mut self,
        source: SourceId,
        job: &Job,
        (seen, fingerprint): (u32, u64),
        (handle, before): (Handle, Option<&Row>),
    ) -> Row {
        let (title, reference) = (job.title.as_deref(), job.reference.as_deref());
        let template = job.config.as_deref().map(|config| config::fold(config, title, reference, &job.tags));
        let ends = self.put_together(job, template.as_ref());
        let same = |row: &&Row| row.part(&self.texts, 0, row.end(4)) == self.room;
        let text = match before.filter(same) {
            Some(row) => row.text,
            None => self.texts.put(&self.room, handle),
        };
        let tags = job.tags.as_slice();
        Row {
            fingerprint,
            created_second: job.created_at.map_or(0, Timestamp::as_second),
            created_nanosecond: job.created_at.map_or(NO_MOMENT, Timestamp::subsec_nanosecond),
            duration: job.duration_s.map_or(NO_DURATION, duration),
            errors: self.errors(&job.errors),
            language: name(&mut self.languages, job.language.as_deref()),
            model: name(&mut self.models, job.model.as_deref()),
            tags: if tags.is_empty() { Symbol::default() } else { self.tags.intern(tags, <[_]>::to_vec) },
            status: self.statuses.intern(&job.status, Clone::clone),
            config: template.map_or_else(Symbol::default, |template| {
                self.configs.intern(&*template.shared, |text| text.into())
            }),
            seen,
            text,
            ends,
            source,
            tracking: match (title, reference) {
                (None, None) => Tracking::Neither,
                (Some(_), None) => Tracking::Title,
                (None, Some(_)) => Tracking::Reference,
                (Some(_), Some(_)) => Tracking::Both,
            },
            shown: false,
        }
    }

    /// What can be told of a packed job's text without reading it.
    pub(super) fn signature(&self, row: &Row) -> Signature {
        let part = |nth: usize| {
            let from = nth.checked_sub(1).map_or(0, |before| row.end(before));
            row.part(&self.texts, from, row.end(nth))
        };
        Signature::of([part(0), part(1), part(2), part(3)], row.part(&self.texts, 0, row.end(3)))
    }

    /// Puts a job's text together in the room for it; says where its parts end.
    fn put_together(&mut self, job: &Job, template: Option<&Template<'_>>) -> [u16; 5] {
        let parts = [
            job.id.as_str(),
            &job.data_name,
            job.title.as_deref().unwrap_or_default(),
            job.reference.as_deref().unwrap_or_default(),
        ];
        let own = template.map_or("", |template| &template.own);
        self.room.clear();
        let mut ends = [0; 5];
        for (end, part) in ends.iter_mut().zip(parts.into_iter().chain([own])) {
            self.room.push_str(part);
            // A text of 64 KiB cannot come: what enters is bounded to some hundred characters.
            *end = u16::try_from(self.room.len()).unwrap_or(u16::MAX);
        }
        ends
    }

    fn errors(&mut self, errors: &[JobError]) -> Handle {
        if errors.is_empty() {
            return Handle::NONE;
        }
        let shared = errors.iter().map(|error| {
            let symbol = self.messages.intern(&*error.message, |text| text.into());
            let message = self.messages.get(symbol).unwrap_or(&error.message);
            JobError { timestamp: error.timestamp, message: Arc::clone(message) }
        });
        self.errors.insert(shared.collect())
    }

    /// Lets go of what a row that goes away named, but for what another one with the same text took over.
    pub(super) fn release(&mut self, row: &Row, heir: Option<&Row>) {
        if heir.is_none_or(|heir| heir.text != row.text) {
            self.texts.remove(row.text, row.end(4));
        }
        self.languages.release::<str>(row.language);
        self.models.release::<str>(row.model);
        self.tags.release::<[Box<str>]>(row.tags);
        self.statuses.release::<Status>(row.status);
        self.configs.release::<str>(row.config);
        for error in self.errors.remove(row.errors).iter().flatten() {
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

    /// Moves texts of which too few are left where they are.
    pub(super) fn compact(&mut self, rows: &mut Slab<Row>) {
        while let Some(sparse) = self.texts.take_sparse() {
            for owner in sparse.owners() {
                // Its text may have gone, or even the row.
                if let Some(row) = rows.get_mut(*owner).filter(|row| sparse.holds(row.text)) {
                    row.text = self.texts.move_over(&sparse, row.text, row.end(4), *owner);
                }
            }
            self.texts.give_back(&sparse);
        }
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
            + self.texts.live()
    }
}

fn name(names: &mut Pool<Box<str>>, name: Option<&str>) -> Symbol {
    name.map_or_else(Symbol::default, |name| names.intern(name, |name| name.into()))
}

fn duration(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(NO_DURATION).min(NO_DURATION - 1)
}

impl Row {
    pub(super) fn id<'a>(&self, words: &'a Words) -> &'a str {
        self.part(&words.texts, 0, self.end(0))
    }

    fn end(&self, at: usize) -> usize {
        self.ends.get(at).copied().map_or(0, usize::from)
    }

    fn part<'a>(&self, texts: &'a Texts, from: usize, to: usize) -> &'a str {
        texts.get(self.text, from, to)
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
    pub(super) signature: &'a Signature,
    pub(super) words: &'a Words,
}

static RUNNING: Status = Status::Running;

#[expect(missing_docs, reason = "each is the field of `Job` of the same name")]
impl<'a> Held<'a> {
    pub fn id(self) -> &'a str {
        self.part(None, 0)
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
        self.part(Some(0), 1)
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
        matches!(self.row.tracking, Tracking::Title | Tracking::Both).then(|| self.part(Some(1), 2))
    }

    pub fn reference(self) -> Option<&'a str> {
        matches!(self.row.tracking, Tracking::Reference | Tracking::Both).then(|| self.part(Some(2), 3))
    }

    pub fn tags(self) -> &'a [Box<str>] {
        self.words.tags.get(self.row.tags).map_or(&[], Vec::as_slice)
    }

    pub fn errors(self) -> &'a [JobError] {
        self.words.errors.get(self.row.errors).map_or(&[], |errors| errors)
    }

    pub fn config(self) -> Option<Arc<str>> {
        let template = self.words.configs.get(self.row.config)?;
        let own = self.part(Some(3), 4);
        Some(config::unfold(template, self.title(), self.reference(), self.tags(), own).as_ref().into())
    }
}

impl<'a> Held<'a> {
    /// The part of its text that ends at one place and begins where another one ends.
    fn part(self, before: Option<usize>, at: usize) -> &'a str {
        let from = before.map_or(0, |before| self.row.end(before));
        self.row.part(&self.words.texts, from, self.row.end(at))
    }
}

impl Held<'_> {
    /// Touches its text where it begins and ends, so that it is near when it is read.
    pub(super) fn touch(self) -> u64 {
        let text = self.part(None, 3).as_bytes();
        [text.first(), text.last()].into_iter().flatten().map(|byte| u64::from(*byte)).sum()
    }

    /// Touches the row where it says where its text is.
    pub(super) fn touch_row(self) -> u64 {
        u64::from(self.row.ends.first().copied().unwrap_or_default())
    }

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

mod described;
#[cfg(test)]
mod tests;
