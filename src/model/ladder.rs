//! What a look at one host found, rung by rung: name, proxy, connection, TLS, first byte, whole answer.
//!
//! Plain data with its words. `api` climbs; whoever shows a climb decides what to do about it.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use strum::{Display, IntoStaticStr};

use super::Failure;

/// A rung of the ladder, in the order in which they are climbed. The words are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Rung {
    /// The host's name becomes addresses. Not climbed for an address, nor by way of a proxy.
    Dns,
    /// The proxy that the environment names is reached and lets the connection through.
    Proxy,
    /// One of the addresses takes the connection.
    Connect,
    /// The TLS handshake, and with it the certificate. Not climbed where http is asked.
    Tls,
    /// From sending the first request to the head of its answer.
    FirstByte,
    /// From sending the first request to the end of its answer.
    Whole,
}

/// One rung of a climb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub rung: Rung,
    /// How long it took, or how long until it failed.
    pub took: Duration,
    /// Why the climb ended here; `None` where it went on.
    pub failure: Option<Failure>,
}

/// What a host is asked. The words are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Ask {
    /// `GET /v1/discovery/features` without a key: documented as open, and free of charge.
    Features,
    /// `GET /v2/jobs?limit=1` with a key.
    Jobs,
    /// `GET /v2/` of a realtime host without upgrade and key: any answer says that its edge is alive.
    Edge,
    /// The realtime handshake with a key, closed again at once. It starts no recognition.
    Handshake,
}

/// What came of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The request.
    pub ask: Ask,
    /// From sending it to the head of the answer; `None` where none came.
    pub first_byte: Option<Duration>,
    /// From sending it to the end of the answer; `None` where it did not end.
    pub whole: Option<Duration>,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// The service's `Request-Id`, to be quoted to support.
    pub request_id: Option<Box<str>>,
    /// The front door's `X-Azure-Ref`, to be quoted to support.
    pub azure_ref: Option<Box<str>>,
    /// What the answer says where that is worth showing, scrubbed and bounded; may be empty.
    pub said: Box<str>,
    /// Why it is not what was asked for; `None` where all is well.
    pub failure: Option<Failure>,
}

impl Reply {
    /// A request of which nothing has come yet.
    pub fn to(ask: Ask) -> Self {
        Self {
            ask,
            first_byte: None,
            whole: None,
            status: None,
            request_id: None,
            azure_ref: None,
            said: Box::default(),
            failure: None,
        }
    }
}

/// What a host's certificate says of itself. It may be one that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The hosts that it is for, scrubbed; at most a handful, see [`Self::more_names`].
    pub names: Vec<Box<str>>,
    /// How many names more there are.
    pub more_names: usize,
    /// Who signed it, in short: the common name, else the organisation. May be empty.
    pub issuer: Box<str>,
    /// Whether it names itself as its issuer.
    pub self_signed: bool,
    /// From when on it counts.
    pub not_before: Timestamp,
    /// Until when it counts.
    pub not_after: Timestamp,
}

impl Certificate {
    /// Whole days until it ends, rounded down; negative when it has ended.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.not_after.duration_since(now).as_secs().div_euclid(24 * 60 * 60)
    }

    /// The names as a list in words: `a.example, b.example and 3 more`.
    pub fn names_in_words(&self) -> String {
        let names = self.names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
        match (names.is_empty(), self.more_names) {
            (true, _) => "nobody in particular".to_owned(),
            (false, 0) => names,
            (false, more) => format!("{names} and {more} more"),
        }
    }
}

/// The service's clock against this machine's, from the `Date` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// The service's time minus the local one: positive where the local clock is behind.
    pub ahead: SignedDuration,
    /// How far off [`Self::ahead`] may be: half the round trip, and half of the second to which a `Date`
    /// is written.
    pub within: Duration,
}

impl Skew {
    /// The smallest difference that the evidence allows, without a sign; zero where the clocks may agree.
    pub fn at_least(self) -> Duration {
        self.ahead.unsigned_abs().saturating_sub(self.within)
    }
}

impl fmt::Display for Skew {
    /// `2.3 s behind ± 0.6 s`, said of the local clock.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (off, within) = (self.ahead.unsigned_abs().as_secs_f64(), self.within.as_secs_f64());
        let side = if self.ahead.is_negative() { "ahead" } else { "behind" };
        write!(f, "{off:.1} s {side} ± {within:.1} s")
    }
}

/// One climb: everything that was found, up to where it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Climb {
    /// When it began, by the local clock.
    pub at: Timestamp,
    /// The rungs that were climbed, in order. Only the last may have failed, and only it did.
    pub steps: Vec<Step>,
    /// The address that took the connection: the host's, or the proxy's.
    pub address: Option<Box<str>>,
    /// Addresses of the host that were tried before it in vain.
    pub refused: Vec<Box<str>>,
    /// The proxy on the way, as host and port. Never its credentials.
    pub proxy: Option<Box<str>>,
    /// The host's certificate, accepted or not.
    pub certificate: Option<Certificate>,
    /// The service's clock against ours.
    pub skew: Option<Skew>,
    /// The requests, in order.
    pub replies: Vec<Reply>,
}

impl Climb {
    /// A climb that has not begun.
    pub fn begun(at: Timestamp) -> Self {
        Self {
            at,
            steps: Vec::new(),
            address: None,
            refused: Vec::new(),
            proxy: None,
            certificate: None,
            skew: None,
            replies: Vec::new(),
        }
    }

    /// How long a rung took, where it was climbed.
    pub fn took(&self, rung: Rung) -> Option<Duration> {
        self.steps.iter().find(|step| step.rung == rung && step.failure.is_none()).map(|step| step.took)
    }

    /// How long it took to come to the end of the first answer, from the name on; `None` where it did not.
    pub fn total(&self) -> Option<Duration> {
        let way = [Rung::Dns, Rung::Proxy, Rung::Connect, Rung::Tls]
            .map(|rung| self.took(rung).unwrap_or_default());
        // The whole answer counts from its request, as its first byte does.
        self.took(Rung::Whole).map(|whole| way.iter().sum::<Duration>() + whole)
    }

    /// Where and why the climb ended before an answer. `None` where one came.
    pub fn ended(&self) -> Option<(Rung, &Failure)> {
        let last = self.steps.last()?;
        last.failure.as_ref().map(|failure| (last.rung, failure))
    }

    /// The first thing that went wrong: on the way, else with an answer.
    pub fn failure(&self) -> Option<&Failure> {
        let replies = self.replies.iter().find_map(|reply| reply.failure.as_ref());
        self.ended().map(|(_, failure)| failure).or(replies)
    }

    /// Whether the host answered as a host of the service does. A key that is refused is an answer too.
    pub fn is_alive(&self) -> bool {
        let answered = self.replies.iter().any(|reply| reply.status.is_some());
        answered && self.failure().is_none_or(|failure| failure.kind.endpoint_answered())
    }

    /// The reply to a request.
    pub fn reply(&self, ask: Ask) -> Option<&Reply> {
        self.replies.iter().find(|reply| reply.ask == ask)
    }

    /// One line without a full stop: what was found, in plain words.
    pub fn sentence(&self) -> String {
        if let Some(failure) = self.failure() {
            return failure.sentence();
        }
        match self.replies.iter().find_map(|reply| Some((reply.status?, reply.first_byte?))) {
            Some((status, took)) => format!("answers ({status}) in {} ms", took.as_millis()),
            None => "was not asked".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn days_are_whole_and_go_below_zero() {
        const DAY: i64 = 24 * 60 * 60;
        for (end, days) in [(0, 0), (DAY - 1, 0), (DAY, 1), (30 * DAY + 5, 30), (-1, -1), (-DAY - 1, -2)] {
            let certificate = Certificate {
                names: vec!["a".into(), "b".into()],
                more_names: 3,
                issuer: "".into(),
                self_signed: false,
                not_before: at(0),
                not_after: at(1_000_000_000 + end),
            };
            assert_eq!(certificate.days_left(at(1_000_000_000)), days, "{end}");
            assert_eq!(certificate.names_in_words(), "a, b and 3 more");
        }
    }

    #[test]
    fn a_skew_is_only_what_the_evidence_allows() {
        for (ahead, within, at_least, words) in [
            (2_000, 600, 1_400, "2.0 s behind ± 0.6 s"),
            (-90_000, 500, 89_500, "90.0 s ahead ± 0.5 s"),
            (300, 600, 0, "0.3 s behind ± 0.6 s"),
        ] {
            let skew =
                Skew { ahead: SignedDuration::from_millis(ahead), within: Duration::from_millis(within) };
            assert_eq!(skew.at_least(), Duration::from_millis(at_least));
            assert_eq!(skew.to_string(), words);
        }
    }

    #[test]
    fn alive_is_what_answers_even_with_no() {
        let reply = |status, kind: Option<FailureKind>| Climb {
            replies: vec![Reply {
                status,
                failure: kind.map(|kind| Failure::new(kind, "")),
                first_byte: Some(Duration::from_millis(7)),
                ..Reply::to(Ask::Jobs)
            }],
            ..Climb::begun(at(0))
        };
        for (climb, alive) in [
            (reply(Some(200), None), true),
            (reply(Some(401), Some(FailureKind::Rejected)), true),
            (reply(Some(503), Some(FailureKind::Server)), false),
            (reply(Some(200), Some(FailureKind::Unreadable)), false),
            (reply(None, Some(FailureKind::Timeout)), false),
            (Climb::begun(at(0)), false),
        ] {
            assert_eq!(climb.is_alive(), alive, "{climb:?}");
        }
        assert_eq!(reply(Some(200), None).sentence(), "answers (200) in 7 ms");
        let failed = Step {
            rung: Rung::Tls,
            took: Duration::ZERO,
            failure: Some(Failure::new(FailureKind::Tls, "why")),
        };
        let climb = Climb { steps: vec![failed], ..Climb::begun(at(0)) };
        assert_eq!(climb.ended().map(|(rung, _)| rung), Some(Rung::Tls));
        assert_eq!(climb.sentence(), "no TLS connection to the host: why");
        assert_eq!(climb.took(Rung::Tls), None);
    }
}
