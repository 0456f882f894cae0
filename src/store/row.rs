//! One listing of a job in as little memory as it takes, and the view of it that everybody reads.
//!
//! What is a job's own (id, file name, title, reference) is one text; what many jobs share (language,
//! model, tags, status, configuration) is held once for all of them. A [`Job`] goes in and comes out
//! the same.

mod described;
mod errors;
mod held;

use jiff::Timestamp;
use std::hash::{BuildHasher, Hash, Hasher};

use super::config::{self, Template};
use super::pool::{Pool, Symbol};
use super::query::Signature;
use super::slab::{Handle, Slab};
use super::texts::{Place, Texts};
use crate::model::{Job, JobError, SourceId, Status};

use errors::Errors;
pub use held::Held;

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

/// What mostly follows from a configuration, and how the job stands: there are few kinds of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind {
    language: Symbol,
    model: Symbol,
    config: Symbol,
    status: Symbol,
    /// Whether there are [`Errors`] of it.
    with_errors: bool,
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
    kind: Symbol,
    tags: Symbol,
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
    kinds: Pool<Kind>,
    languages: Pool<Box<str>>,
    models: Pool<Box<str>>,
    tags: Pool<Vec<Box<str>>>,
    statuses: Pool<Status>,
    configs: Pool<Box<str>>,
    errors: Errors,
    /// Room to put a text together.
    room: String,
}

impl Words {
    /// Packs a job for a place, where perhaps another listing of it is, which must be
    /// [released](Self::release) once this one has taken its place. Its errors are put in apart, then.
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
            kind: self.kind(job, template),
            tags: if tags.is_empty() { Symbol::default() } else { self.tags.intern(tags, <[_]>::to_vec) },
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

    /// Puts a listing's errors in the place of those that it had. Most have none and had none.
    pub(super) fn set_errors(&mut self, handle: Handle, before: Option<&Row>, errors: &[JobError]) {
        let had_some = before.and_then(|row| self.kinds.get(row.kind)).is_some_and(|kind| kind.with_errors);
        if had_some || !errors.is_empty() {
            self.errors.set(handle, errors);
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

    fn kind(&mut self, job: &Job, template: Option<Template<'_>>) -> Symbol {
        let kind = Kind {
            language: name(&mut self.languages, job.language.as_deref()),
            model: name(&mut self.models, job.model.as_deref()),
            config: name(&mut self.configs, template.map(|template| template.shared).as_deref()),
            status: self.statuses.intern(&job.status, Clone::clone),
            with_errors: !job.errors.is_empty(),
        };
        let symbol = self.kinds.intern(&kind, Kind::clone);
        // What a kind is made of is held once for all its jobs.
        if self.kinds.users(symbol) > 1 {
            self.release_parts(kind);
        }
        symbol
    }

    fn release_parts(&mut self, kind: Kind) {
        self.languages.release::<str>(kind.language);
        self.models.release::<str>(kind.model);
        self.configs.release::<str>(kind.config);
        self.statuses.release::<Status>(kind.status);
    }

    /// Lets go of what a row that goes away named, but for what another one with the same text took over.
    pub(super) fn release(&mut self, row: &Row, heir: Option<&Row>) {
        if heir.is_none_or(|heir| heir.text != row.text) {
            self.texts.remove(row.text, row.end(4));
        }
        if let Some(kind) = self.kinds.release::<Kind>(row.kind) {
            self.release_parts(kind);
        }
        self.tags.release::<[Box<str>]>(row.tags);
    }

    /// The languages, each with how many listings use it; so the others. A value may come several times.
    pub(super) fn languages(&self) -> impl Iterator<Item = (&str, u32)> {
        self.of_kinds(&self.languages, |kind| kind.language, AsRef::as_ref)
    }

    pub(super) fn models(&self) -> impl Iterator<Item = (&str, u32)> {
        self.of_kinds(&self.models, |kind| kind.model, AsRef::as_ref)
    }

    pub(super) fn statuses(&self) -> impl Iterator<Item = (&str, u32)> {
        self.of_kinds(&self.statuses, |kind| kind.status, Status::as_str)
    }

    /// All values, and again those of the kinds, with how many listings use those.
    fn of_kinds<'a, T>(
        &'a self,
        values: &'a Pool<T>,
        symbol: fn(&Kind) -> Symbol,
        name: fn(&T) -> &str,
    ) -> impl Iterator<Item = (&'a str, u32)> {
        let used =
            self.kinds.iter().filter_map(move |(kind, users)| Some((values.get(symbol(kind))?, users)));
        values.iter().map(|(value, _)| (value, 0)).chain(used).map(move |(value, users)| (name(value), users))
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = (&str, u32)> {
        self.errors.messages()
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
        self.kinds.len()
            + self.languages.len()
            + self.models.len()
            + self.tags.len()
            + self.statuses.len()
            + self.configs.len()
            + self.errors.len()
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

    /// Whether both have one and the same text, with the same parts.
    pub(super) fn has_text_of(&self, other: &Self) -> bool {
        (self.text, self.ends) == (other.text, other.ends)
    }

    /// Touches the row at both ends: it says at one of them where its text is.
    pub(super) fn touch(&self) -> u64 {
        self.fingerprint ^ u64::from(self.ends.first().copied().unwrap_or_default())
    }

    /// Touches its text where it begins and ends.
    pub(super) fn touch_text(&self, words: &Words) -> u64 {
        let text = self.part(&words.texts, 0, self.end(3)).as_bytes();
        [text.first(), text.last()].into_iter().flatten().map(|byte| u64::from(*byte)).sum()
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

#[cfg(test)]
mod tests;
