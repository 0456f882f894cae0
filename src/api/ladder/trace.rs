//! What a climb has found so far, and on which rung it stands: so that what ends it, an error or the end of
//! the patience, has a place.

use std::time::{Duration, Instant};

use hyper::header::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use super::Stopwatch;
use crate::api::answer;
use crate::api::proxy::Proxy;
use crate::api::text::Reader;
use crate::api::transport::{self, Phase};
use crate::model::{Ask, Climb, Failure, FailureKind, Reply, Rung, Skew, Step};

/// A climb under way.
pub(super) struct Trace {
    pub(super) climb: Climb,
    stopwatch: Stopwatch,
    began: Instant,
    /// The rung that is being climbed, and since when.
    rung: Rung,
    since: Instant,
    ask: Ask,
    /// Whether this is the first request, whose rungs are the climb's.
    first: bool,
}

impl Trace {
    pub(super) fn begin(now: Timestamp, stopwatch: Stopwatch) -> Self {
        let began = stopwatch();
        let (climb, rung, ask) = (Climb::begun(now), Rung::Dns, Ask::Features);
        Self { climb, stopwatch, began, rung, since: began, ask, first: true }
    }

    /// The next request is this one. Nothing has been sent yet.
    pub(super) fn turn_to(&mut self, ask: Ask) {
        self.first = self.climb.replies.is_empty();
        self.ask = ask;
    }

    /// Stands on a rung from now on.
    pub(super) fn on(&mut self, rung: Rung) {
        self.rung = rung;
        self.since = (self.stopwatch)();
    }

    /// The rung is climbed.
    pub(super) fn done(&mut self) {
        self.note(None);
    }

    /// The request goes out now.
    pub(super) fn sent(&mut self) {
        self.on(Rung::FirstByte);
        // One that is sent again, over another connection, is still the same request.
        if self.climb.replies.last().is_none_or(|reply| reply.ask != self.ask) {
            self.climb.replies.push(Reply::to(self.ask));
        }
    }

    /// The answer's head is there.
    pub(super) fn head(&mut self, status: u16, headers: &HeaderMap, reader: Reader<'_>) {
        let took = self.took();
        self.done();
        // Counted from the request too, not from the head.
        self.rung = Rung::Whole;
        if let Some(date) = answer::date(headers) {
            let skew = self.skew(date, took);
            self.climb.skew = self.climb.skew.or(skew);
        }
        let (request_id, azure_ref) = answer::ids(headers, reader);
        if let Some(reply) = self.climb.replies.last_mut() {
            (reply.first_byte, reply.status) = (Some(took), Some(status));
            (reply.request_id, reply.azure_ref) = (request_id, azure_ref);
        }
    }

    /// The answer is whole, and this is what is wrong with it, if anything is.
    pub(super) fn whole(&mut self, said: Box<str>, failure: Option<Failure>) {
        let took = self.took();
        self.done();
        if let Some(reply) = self.climb.replies.last_mut() {
            (reply.whole, reply.said, reply.failure) = (Some(took), said, failure);
        }
    }

    /// Nothing more comes: the climb ends on this rung.
    pub(super) fn end(&mut self, failure: &Failure) {
        if self.first {
            // A rung that was climbed and then failed after all counts as failed.
            self.climb.steps.retain(|step| step.rung != self.rung);
            self.note(Some(failure.clone()));
        }
        match self.climb.replies.last_mut() {
            Some(reply) if reply.ask == self.ask => reply.failure = Some(failure.clone()),
            // The first request was never sent: the rung says why.
            None => {}
            Some(_) => {
                let failure = Some(failure.clone());
                self.climb.replies.push(Reply { failure, ..Reply::to(self.ask) });
            }
        }
    }

    /// What there is to say when the patience ended on this rung.
    pub(super) fn too_slow(&self, patience: Duration, proxy: Option<&Proxy>) -> Failure {
        match self.rung {
            Rung::Dns => {
                Failure::new(FailureKind::Unresolved, format!("DNS did not answer within {patience:?}"))
            }
            Rung::Proxy => match proxy {
                Some(proxy) => proxy.failure(&format!("it did not make the connection within {patience:?}")),
                None => Failure::new(FailureKind::Proxy, ""),
            },
            Rung::Connect => Failure::new(FailureKind::Unconnected, transport::TOO_SLOW),
            Rung::Tls => {
                Failure::new(FailureKind::Tls, format!("the handshake was not finished within {patience:?}"))
            }
            Rung::FirstByte => {
                Failure::new(FailureKind::Timeout, transport::silence(Phase::Asking, patience))
            }
            Rung::Whole => Failure::new(FailureKind::Timeout, transport::silence(Phase::Reading, patience)),
        }
    }

    pub(super) fn into_climb(self) -> Climb {
        self.climb
    }

    /// Notes the rung where it is one of the first request's, each once.
    fn note(&mut self, failure: Option<Failure>) {
        let (rung, took) = (self.rung, self.took());
        if self.first && !self.climb.steps.iter().any(|step| step.rung == rung) {
            self.climb.steps.push(Step { rung, took, failure });
        }
    }

    fn took(&self) -> Duration {
        (self.stopwatch)().saturating_duration_since(self.since)
    }

    /// A `Date` is cut to the second, and was written about half a round trip ago.
    fn skew(&self, date: Timestamp, took: Duration) -> Option<Skew> {
        const HALF_A_SECOND: Duration = Duration::from_millis(500);
        let elapsed = (self.stopwatch)().saturating_duration_since(self.began).saturating_sub(took / 2);
        let local = self.climb.at.checked_add(SignedDuration::try_from(elapsed).ok()?).ok()?;
        let server = date.checked_add(SignedDuration::try_from(HALF_A_SECOND).ok()?).ok()?;
        Some(Skew { ahead: server.duration_since(local), within: took / 2 + HALF_A_SECOND })
    }
}
