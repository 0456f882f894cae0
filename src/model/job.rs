//! A job, as `GET /v2/jobs` lists it.

use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use jiff::{SignedDuration, Timestamp};

use super::JobId;

/// How long the service keeps a job's audio, transcript and configuration after it was created.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A job's status. The service documents five words; its examples and older clients show more, and
/// new ones may come, so an unknown word is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Accepted, and being worked on. There is no "queued".
    Running,
    /// Finished; a transcript is there.
    Done,
    /// Given up; `errors` says why.
    Rejected,
    /// Deleted by somebody; most of its data is wiped.
    Deleted,
    /// Past its retention.
    Expired,
    /// Any other word, scrubbed. Never empty.
    Other(Box<str>),
}

impl Status {
    /// Reads the service's word; case does not matter.
    pub fn parse(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "running" => Self::Running,
            "done" => Self::Done,
            "rejected" => Self::Rejected,
            "deleted" => Self::Deleted,
            "expired" => Self::Expired,
            "" => Self::Other("unknown".into()),
            other => Self::Other(other.into()),
        }
    }

    /// The word, lower case.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Deleted => "deleted",
            Self::Expired => "expired",
            Self::Other(word) => word,
        }
    }

    /// Whether the job may still change by itself. An unknown word counts as active: better to look
    /// once more than to call something finished that is not. `completed` is the old Portal's "done".
    pub fn is_active(&self) -> bool {
        match self {
            Self::Running => true,
            Self::Done | Self::Rejected | Self::Deleted | Self::Expired => false,
            Self::Other(word) => !matches!(&**word, "completed" | "success" | "error"),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One entry of a job's `errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    /// When, if the service said so in a form that can be read.
    pub timestamp: Option<Timestamp>,
    /// What, scrubbed, with the secrets in its URLs masked.
    pub message: Arc<str>,
}

/// One job. Text is scrubbed and bounded, secrets in the configuration are masked. What the service
/// left out, sent as null or sent in a shape that cannot be read is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The service's id.
    pub id: JobId,
    /// Where it stands.
    pub status: Status,
    /// When it was submitted. Always there in practice; a job without it sorts last.
    pub created_at: Option<Timestamp>,
    /// The audio file's name; empty for jobs that fetch a URL, and for deleted ones.
    pub data_name: CompactString,
    /// The audio's length in whole seconds.
    pub duration_s: Option<u64>,
    /// `transcription_config.language`, or the older places of it.
    pub language: Option<CompactString>,
    /// `transcription_config.model`, or its older name `operating_point`.
    pub model: Option<CompactString>,
    /// `tracking.title`.
    pub title: Option<CompactString>,
    /// `tracking.reference`.
    pub reference: Option<CompactString>,
    /// `tracking.tags`.
    pub tags: Vec<Box<str>>,
    /// Why it was rejected; on a done job, what went wrong with its notification.
    pub errors: Vec<JobError>,
    /// The whole configuration as compact JSON, masked; `None` where the list gives none.
    pub config: Option<Arc<str>>,
}

impl Job {
    /// A job of which nothing but this is known.
    pub fn new(id: JobId, status: Status) -> Self {
        Self {
            id,
            status,
            created_at: None,
            data_name: CompactString::default(),
            duration_s: None,
            language: None,
            model: None,
            title: None,
            reference: None,
            tags: Vec::new(),
            errors: Vec::new(),
            config: None,
        }
    }

    /// When the service will drop the job: [`RETENTION`] after it was created.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.created_at.and_then(|created| created.checked_add(RETENTION).ok())
    }

    /// Whether the job is finished, but something about it went wrong afterwards (a notification).
    pub fn is_done_with_errors(&self) -> bool {
        self.status == Status::Done && !self.errors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_kept_and_unknown_words_are_active() {
        for (word, active) in [
            ("running", true),
            ("done", false),
            ("rejected", false),
            ("deleted", false),
            ("expired", false),
            ("transcribing", true),
            ("aligning", true),
            ("created", true),
            ("completed", false),
        ] {
            let status = Status::parse(word);
            assert_eq!(status.as_str(), word);
            assert_eq!(status.is_active(), active, "{word}");
        }
        assert_eq!(Status::parse("DONE"), Status::Done);
        assert_eq!(Status::parse("").as_str(), "unknown");
    }
}
