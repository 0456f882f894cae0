//! The event list: what changed, when, and how bad it is. Bounded; the oldest goes first.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::model::{EnvironmentId, KeyId};

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

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, by the local clock.
    pub at: Timestamp,
    /// How bad.
    pub severity: Severity,
    /// Where, if it is about one environment.
    pub environment: Option<EnvironmentId>,
    /// With which key, if it is about one.
    pub key: Option<KeyId>,
    /// What, with the evidence (status, `Request-Id`, `X-Azure-Ref`) where there is any.
    pub text: String,
}

/// How many events are kept. An operator reads back over a shift, not over a month.
const KEPT: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct EventLog {
    events: VecDeque<Event>,
    recorded: u64,
}

impl EventLog {
    /// Records an event, unless it says the very same as the last one about the same thing.
    pub(super) fn push(&mut self, event: Event) {
        let repeated = self
            .events
            .iter()
            .find(|last| last.environment == event.environment && last.key == event.key)
            .is_some_and(|last| last.text == event.text);
        if repeated {
            return;
        }
        self.events.truncate(KEPT - 1);
        self.events.push_front(event);
        self.recorded += 1;
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    pub(super) fn recorded(&self) -> u64 {
        self.recorded
    }
}
