//! The view of a packed listing that everybody reads. It holds nothing and changes nothing.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Kind, NO_DURATION, Row, Tracking, Words};
use crate::model::{Job, JobError, JobId, RETENTION, SourceId, Status};
use crate::store::config;
use crate::store::query::Signature;
use crate::store::slab::Handle;

/// One job as one source listed it, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub(in crate::store) handle: Handle,
    pub(in crate::store) row: &'a Row,
    pub(in crate::store) signature: &'a Signature,
    pub(in crate::store) words: &'a Words,
}

static RUNNING: Status = Status::Running;

#[expect(missing_docs, reason = "each is the field of `Job` of the same name")]
impl<'a> Held<'a> {
    pub fn id(self) -> &'a str {
        self.part(None, 0)
    }

    pub fn status(self) -> &'a Status {
        // Every row has one.
        self.kind().and_then(|kind| self.words.statuses.get(kind.status)).unwrap_or(&RUNNING)
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
        self.words.languages.get(self.kind()?.language).map(AsRef::as_ref)
    }

    pub fn model(self) -> Option<&'a str> {
        self.words.models.get(self.kind()?.model).map(AsRef::as_ref)
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
        if self.has_errors() { self.words.errors.get(self.handle) } else { &[] }
    }

    pub fn config(self) -> Option<Arc<str>> {
        let template = self.words.configs.get(self.kind()?.config)?;
        let own = self.part(Some(3), 4);
        Some(config::unfold(template, self.title(), self.reference(), self.tags(), own).as_ref().into())
    }

    fn has_errors(self) -> bool {
        self.kind().is_some_and(|kind| kind.with_errors)
    }

    fn kind(self) -> Option<&'a Kind> {
        self.words.kinds.get(self.row.kind)
    }

    /// The part of its text that ends at one place and begins where another one ends.
    pub(super) fn part(self, before: Option<usize>, at: usize) -> &'a str {
        let from = before.map_or(0, |before| self.row.end(before));
        self.row.part(&self.words.texts, from, self.row.end(at))
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
        *self.status() == Status::Done && self.has_errors()
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
