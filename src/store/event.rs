//! The event list: what changed, when, and how bad it is. Bounded, jobs apart from the rest, so that a
//! flood of finished jobs does not wash away when a key was lost; the oldest goes first.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use foldhash::quality::RandomState;
use jiff::Timestamp;

use crate::model::{EnvironmentId, HostId, JobId, KeyId};

/// How bad something is; the order is the order in which people want to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Somebody must act: nothing works with this key, or an environment is gone.
    Critical,
    /// Something does not work as the user said it should.
    Error,
    /// Something is off, but the picture is whole.
    Warning,
    /// Good news, or just news.
    Info,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A key at an environment, or everywhere.
    Key,
    /// An environment's endpoint.
    Endpoint,
    /// A realtime host.
    Realtime(HostId),
    /// This machine's clock.
    Clock,
    /// One job.
    Job(JobId),
    /// So many jobs that they are only counted.
    Jobs,
    /// voxtop itself.
    Voxtop,
}

impl Subject {
    /// The word by which events can be filtered.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Endpoint => "endpoint",
            Self::Realtime(_) => "realtime",
            Self::Clock => "clock",
            Self::Job(_) | Self::Jobs => "job",
            Self::Voxtop => "voxtop",
        }
    }

    const fn is_of_jobs(&self) -> bool {
        matches!(self, Self::Job(_) | Self::Jobs)
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, by the local clock.
    pub at: Timestamp,
    /// How bad.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// Where, if it is about one environment.
    pub environment: Option<EnvironmentId>,
    /// With which key, if it is about one.
    pub key: Option<KeyId>,
    /// What, with the evidence (status, `Request-Id`, `X-Azure-Ref`) where there is any.
    pub text: String,
}

/// How many events of jobs are kept. An operator reads back over a shift, not over a month.
const OF_JOBS: usize = 600;
/// How many of keys and endpoints.
const OF_OTHERS: usize = 400;

/// What an event is about, and where.
type About = (Option<EnvironmentId>, Option<KeyId>, Subject);

/// An event, and the how manieth it is.
#[derive(Debug)]
struct Kept {
    number: u64,
    event: Event,
}

#[derive(Debug, Default)]
pub(super) struct EventLog {
    /// Newest first.
    events: VecDeque<Kept>,
    /// The last one about each thing.
    last: HashMap<About, u64, RandomState>,
    of_jobs: usize,
    recorded: u64,
}

impl EventLog {
    /// Records an event, unless it says the very same as the last one about the same thing.
    pub(super) fn push(&mut self, event: Event) {
        let about = (event.environment, event.key, event.subject.clone());
        let last = self.last.get(&about).and_then(|number| self.numbered(*number));
        if last.is_some_and(|last| last.text == event.text) {
            return;
        }
        let of_jobs = event.subject.is_of_jobs();
        let (kept, most) =
            if of_jobs { (self.of_jobs, OF_JOBS) } else { (self.events.len() - self.of_jobs, OF_OTHERS) };
        if kept >= most {
            self.forget_oldest(of_jobs);
        } else if of_jobs {
            self.of_jobs += 1;
        }
        self.last.insert(about, self.recorded);
        self.events.push_front(Kept { number: self.recorded, event });
        self.recorded += 1;
    }

    fn numbered(&self, number: u64) -> Option<&Event> {
        let at = self.events.partition_point(|kept| kept.number > number);
        self.events.get(at).filter(|kept| kept.number == number).map(|kept| &kept.event)
    }

    fn forget_oldest(&mut self, of_jobs: bool) {
        let oldest = self.events.iter().rposition(|kept| kept.event.subject.is_of_jobs() == of_jobs);
        let Some(Kept { number, event }) = oldest.and_then(|oldest| self.events.remove(oldest)) else {
            return;
        };
        if let Entry::Occupied(last) = self.last.entry((event.environment, event.key, event.subject))
            && *last.get() == number
        {
            last.remove();
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter().map(|kept| &kept.event)
    }

    pub(super) fn recorded(&self) -> u64 {
        self.recorded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(second: usize, subject: Subject, text: &str) -> Event {
        let at = Timestamp::from_second(i64::try_from(second).unwrap()).unwrap();
        let environment = Some(EnvironmentId(0));
        Event { at, severity: Severity::Info, subject, environment, key: None, text: text.to_owned() }
    }

    #[test]
    fn a_flood_of_jobs_washes_nothing_else_away_and_both_are_bounded() {
        let mut log = EventLog::default();
        log.push(event(0, Subject::Key, "key rejected"));
        for second in 1..5_000 {
            log.push(event(second, Subject::Job(JobId::new(format!("j{second}"))), "is done"));
        }
        assert_eq!(log.iter().len(), OF_JOBS + 1);
        assert_eq!(log.iter().next_back().map(|event| event.text.as_str()), Some("key rejected"));
        assert_eq!(log.iter().next().map(|event| event.at.as_second()), Some(4_999));
        for second in 5_000..9_000 {
            log.push(event(second, Subject::Endpoint, if second % 2 == 0 { "is up" } else { "is down" }));
        }
        assert_eq!(log.iter().len(), OF_JOBS + OF_OTHERS);
        assert!(log.last.len() <= log.iter().len(), "of what is forgotten nothing is left");
        assert!(log.iter().is_sorted_by(|newer, older| newer.at >= older.at));
        assert_eq!(log.recorded(), 9_000);
    }

    #[test]
    fn what_was_said_last_of_a_thing_is_not_said_again() {
        let mut log = EventLog::default();
        for (subject, text, kept) in [
            (Subject::Endpoint, "is down", 1),
            (Subject::Endpoint, "is down", 1),
            (Subject::Key, "is down", 2),
            (Subject::Endpoint, "is down", 2),
            (Subject::Endpoint, "is up", 3),
            (Subject::Endpoint, "is down", 4),
        ] {
            log.push(event(0, subject, text));
            assert_eq!(log.iter().len(), kept);
        }
    }
}
