//! The ladder: one host, looked at rung by rung, so that what is wrong has a place and a name.
//!
//! It shares roots, proxy rules, limits and words with the ordinary [`Client`](super::Client), but not its
//! connections: every climb begins at the name. It climbs once, never repeats what was refused, reads no
//! clock but the one that it was given, and never starts a recognition.

mod ask;
mod dial;
mod handshake;
mod trace;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::OnceCell;
use url::Url;

use super::proxy::Proxy;
use super::tls::Trust;
use crate::model::{Ask, Climb, Failure, FailureKind, KeyValue};
use dial::Line;
use trace::Trace;

/// Reads a clock that never goes back. The rim's, since nothing here reads one of its own.
pub type Stopwatch = fn() -> Instant;

/// What all probers of a run share: patience, a stopwatch, and the roots that this machine trusts, which
/// are read once, at the first https host. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gear {
    timeout: Duration,
    connect_timeout: Duration,
    stopwatch: Stopwatch,
    trust: Arc<OnceCell<Trust>>,
}

impl Gear {
    /// `timeout` bounds each request with all that it needs; connecting has `connect_timeout` of it.
    pub fn new(timeout: Duration, connect_timeout: Duration, stopwatch: Stopwatch) -> Self {
        Self { timeout, connect_timeout, stopwatch, trust: Arc::default() }
    }

    /// The roots, read off the async threads. When that fails the next use tries again.
    async fn trust(&self) -> Result<&Trust, Failure> {
        let read = || async {
            tokio::task::spawn_blocking(Trust::of_platform)
                .await
                .map_err(|_| Failure::new(FailureKind::Internal, "the root certificates could not be read"))?
        };
        self.trust.get_or_try_init(read).await
    }
}

/// One request of a climb, with the key that it is sent with.
#[derive(Clone, Debug)]
enum Errand {
    Features,
    Jobs(KeyValue),
    Edge,
    Handshake(KeyValue),
}

impl Errand {
    fn ask(&self) -> Ask {
        match self {
            Self::Features => Ask::Features,
            Self::Jobs(_) => Ask::Jobs,
            Self::Edge => Ask::Edge,
            Self::Handshake(_) => Ask::Handshake,
        }
    }

    fn key(&self) -> Option<&KeyValue> {
        match self {
            Self::Jobs(key) | Self::Handshake(key) => Some(key),
            Self::Features | Self::Edge => None,
        }
    }
}

/// Looks at one host, as often as it is told to. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Prober(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Url,
    errands: Vec<Errand>,
    proxy: Option<Proxy>,
    gear: Gear,
}

impl Prober {
    /// A batch host, below whose `base` `v2/jobs` is: first without a key, then, where one is given, with
    /// it.
    pub fn batch(base: Url, key: Option<KeyValue>, gear: &Gear) -> Self {
        let errands = [Some(Errand::Features), key.map(Errand::Jobs)];
        Self::new(base, errands.into_iter().flatten().collect(), gear)
    }

    /// A key at a batch host: one request, and none without the key.
    pub fn key(base: Url, key: KeyValue, gear: &Gear) -> Self {
        Self::new(base, vec![Errand::Jobs(key)], gear)
    }

    /// A realtime host, without a key; with one, the handshake after that. It may occupy one of the
    /// account's concurrent sessions for the two seconds that it lasts at most, and costs nothing else.
    pub fn realtime(base: Url, handshake: Option<KeyValue>, gear: &Gear) -> Self {
        let errands = [Some(Errand::Features), Some(Errand::Edge), handshake.map(Errand::Handshake)];
        Self::new(base, errands.into_iter().flatten().collect(), gear)
    }

    fn new(base: Url, errands: Vec<Errand>, gear: &Gear) -> Self {
        let proxy = Proxy::of(&base);
        Self(Arc::new(Inner { base, errands, proxy, gear: gear.clone() }))
    }

    /// Climbs once. `now` is the local time at the beginning. Ends within the timeout for each request,
    /// and with what was found, whatever it is.
    pub async fn climb(&self, now: Timestamp) -> Climb {
        let Inner { errands, gear, .. } = &*self.0;
        let mut trace = Trace::begin(now, gear.stopwatch);
        let mut line = None;
        for errand in errands {
            trace.turn_to(errand.ask());
            let visit = self.0.visit(errand, &mut line, &mut trace);
            let ended = match tokio::time::timeout(gear.timeout, visit).await {
                Ok(ended) => ended,
                Err(_) => Err(trace.too_slow(gear.timeout, self.0.proxy.as_ref())),
            };
            if let Err(failure) = ended {
                trace.end(&failure);
                break;
            }
        }
        trace.into_climb()
    }
}

impl Inner {
    async fn visit(
        &self,
        errand: &Errand,
        line: &mut Option<Line>,
        trace: &mut Trace,
    ) -> Result<(), Failure> {
        match errand {
            Errand::Handshake(key) => handshake::shake(self, key, trace).await,
            errand => ask::ask(self, errand, line, trace).await,
        }
    }
}
