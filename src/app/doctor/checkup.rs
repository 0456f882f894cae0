//! Asks: every host of every environment, every key at every environment, every realtime host, each once.
//! Side by side, with a bound; handshakes one after the other, since they count as sessions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

use super::progress::Progress;
use crate::api::ladder::{Gear, Prober};
use crate::app::now;
use crate::catalog::{self, Realtime};
use crate::config::{Config, Survey};
use crate::model::{
    Ask, Climb, Coverage, EnvironmentId, Failure, FailureKind, KeyId, KeyState, PollEvent, Report, Rung,
    Source, SourceId, Step,
};
use crate::store::Store;

/// So many hosts are looked at at a time.
const AT_ONCE: usize = 8;

/// Everything that was found.
pub(super) struct Checkup {
    pub(super) ended: Timestamp,
    /// The hosts of the fleet's environments, the first of each before its aliases.
    pub(super) hosts: Vec<HostCheck>,
    /// By source.
    pub(super) keys: Vec<KeyCheck>,
    pub(super) realtime: Vec<RealtimeCheck>,
    /// What the answers to the keys mean.
    pub(super) store: Store,
}

/// One host of an environment.
pub(super) struct HostCheck {
    pub(super) environment: EnvironmentId,
    pub(super) alias: bool,
    pub(super) host: String,
    pub(super) url: Url,
    pub(super) climb: Climb,
}

/// One key at one environment.
pub(super) struct KeyCheck {
    pub(super) source: SourceId,
    /// The host that was asked, or that could not be.
    pub(super) host: String,
    /// The look at the host with the key; `None` where the host did not answer without one.
    pub(super) climb: Option<Climb>,
}

/// One realtime host.
pub(super) struct RealtimeCheck {
    pub(super) endpoint: &'static Realtime,
    /// Whose key shook hands there, if one did.
    pub(super) key: Option<KeyId>,
    pub(super) climb: Climb,
}

/// Looks at everything.
pub(super) async fn run(survey: &Survey, handshake: bool, progress: bool) -> Checkup {
    let config = &survey.config;
    let gear = Gear::new(config.limits.timeout, config.limits.connect_timeout, stopwatch);
    let progress = Progress::new(progress);
    let realtime: &'static [Realtime] = if survey.builtin { &catalog::builtin().realtime } else { &[] };
    let shaking = handshake && !config.keys.is_empty();
    progress.expect(realtime.len() + config.fleet.sources.len());
    let early: &[Realtime] = if shaking { &[] } else { realtime };
    let (hosts, alive) =
        tokio::join!(hosts(config, &gear, &progress), plain_realtime(early, &gear, &progress));
    let keys = keys(config, &hosts, &gear, &progress).await;
    let mut store = Store::new(Arc::new(config.fleet.clone()));
    for (check, source) in keys.iter().zip(&config.fleet.sources) {
        tell(&mut store, check, *source, &hosts);
    }
    let realtime = if shaking { shaken(config, &store, realtime, &gear, &progress).await } else { alive };
    Checkup { ended: now(), hosts, keys, realtime, store }
}

async fn hosts(config: &Config, gear: &Gear, progress: &Progress) -> Vec<HostCheck> {
    let all = (0..).map(EnvironmentId).zip(&config.endpoints).flat_map(|(environment, endpoint)| {
        let first = std::iter::once((environment, false, endpoint.base.clone()));
        first.chain(endpoint.aliases.iter().map(move |url| (environment, true, url.clone())))
    });
    let all: Vec<_> = all.collect();
    progress.expect(all.len());
    let probers = all.iter().map(|(_, _, url)| Prober::batch(url.clone(), None, gear)).collect();
    let climbs = climb_all(probers, progress).await;
    let check =
        |((environment, alias, url), climb)| HostCheck { environment, alias, host: shown(&url), url, climb };
    all.into_iter().zip(climbs).map(check).collect()
}

async fn plain_realtime(
    endpoints: &'static [Realtime],
    gear: &Gear,
    progress: &Progress,
) -> Vec<RealtimeCheck> {
    let probers =
        endpoints.iter().filter_map(|one| Some(Prober::realtime(url_of(one)?, None, gear))).collect();
    let climbs = climb_all(probers, progress).await;
    let check = |(endpoint, climb)| RealtimeCheck { endpoint, key: None, climb };
    endpoints.iter().zip(climbs).map(check).collect()
}

/// Every key at its environments, at the first host that answered. Where none did, the key is not sent.
async fn keys(config: &Config, hosts: &[HostCheck], gear: &Gear, progress: &Progress) -> Vec<KeyCheck> {
    let mut checks = Vec::new();
    let mut probers = Vec::new();
    for (id, source) in config.fleet.sources() {
        let here = || hosts.iter().filter(|host| host.environment == source.environment);
        let answering = here().find(|host| answered(&host.climb));
        let host = answering.or_else(|| here().next()).map_or(String::new(), |host| host.host.clone());
        if let (Some(host), Some(key)) = (answering, config.key(source.key)) {
            probers.push(Prober::key(host.url.clone(), key.clone(), gear));
        } else {
            progress.step();
        }
        checks.push((KeyCheck { source: id, host, climb: None }, answering.is_some()));
    }
    let mut climbs = climb_all(probers, progress).await.into_iter();
    let give = |(mut check, asked): (KeyCheck, bool)| {
        check.climb = if asked { climbs.next() } else { None };
        check
    };
    checks.into_iter().map(give).collect()
}

/// Handshakes with one key each, one after the other.
async fn shaken(
    config: &Config,
    store: &Store,
    endpoints: &'static [Realtime],
    gear: &Gear,
    progress: &Progress,
) -> Vec<RealtimeCheck> {
    let mut checks = Vec::new();
    for endpoint in endpoints {
        let Some(url) = url_of(endpoint) else { continue };
        let key = likely_key(store, endpoint);
        let value = key.and_then(|key| config.key(key)).cloned();
        let climb = Prober::realtime(url, value, gear).climb(now()).await;
        progress.step();
        checks.push(RealtimeCheck { endpoint, key, climb });
    }
    checks
}

/// The key that a realtime host probably takes: one that its region accepts, else one that is accepted
/// anywhere, else the first.
fn likely_key(store: &Store, endpoint: &Realtime) -> Option<KeyId> {
    let fleet = store.fleet();
    let at = now();
    let good = |id: &SourceId| store.key_state(*id, at) == KeyState::Accepted;
    let accepted = || fleet.sources().filter(|(id, _)| good(id)).map(|(_, source)| source);
    let here = accepted().find(|source| {
        fleet.environment(source.environment).is_some_and(|one| one.region == endpoint.region)
    });
    let any = here.or_else(|| accepted().next()).map(|source: &Source| source.key);
    any.or_else(|| fleet.keys().next().map(|(id, _)| id))
}

/// Climbs side by side; the climbs come back in the probers' order.
async fn climb_all(probers: Vec<Prober>, progress: &Progress) -> Vec<Climb> {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    let mut climbs: Vec<Option<Climb>> = vec![None; probers.len()];
    for (at, prober) in probers.into_iter().enumerate() {
        let permits = Arc::clone(&permits);
        tasks.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire().await;
            (at, prober.climb(now()).await)
        });
    }
    while let Some(ended) = tasks.join_next().await {
        if let Ok((at, climb)) = ended
            && let Some(place) = climbs.get_mut(at)
        {
            *place = Some(climb);
        }
        progress.step();
    }
    climbs.into_iter().map(|climb| climb.unwrap_or_else(lost)).collect()
}

/// What stands for a climb whose task panicked; the crash file has the rest.
fn lost() -> Climb {
    let failure = Failure::new(FailureKind::Internal, "voxtop's own look at it failed; this is a bug");
    let step = Step { rung: Rung::Dns, took: Duration::ZERO, failure: Some(failure) };
    Climb { steps: vec![step], ..Climb::begun(now()) }
}

/// Whether there was an HTTP answer, whatever it said.
fn answered(climb: &Climb) -> bool {
    climb.replies.iter().any(|reply| reply.status.is_some())
}

/// Tells the store what a poller would have told it.
fn tell(store: &mut Store, check: &KeyCheck, source: Source, hosts: &[HostCheck]) {
    let host = || hosts.iter().find(|host| host.environment == source.environment);
    let Some(climb) = check.climb.as_ref().or_else(|| host().map(|host| &host.climb)) else { return };
    let at = climb.at;
    let latency = climb.reply(Ask::Jobs).and_then(|reply| reply.whole).unwrap_or_default();
    let mut say = |event| store.merge(Report { source: check.source, sequence: 1, at, event });
    say(PollEvent::Asked);
    if let Some(failure) = climb.failure() {
        say(PollEvent::Failed { failure: failure.clone(), latency, next: at });
    } else {
        // The jobs themselves are not looked at: an empty page says that the key is accepted.
        say(PollEvent::Page { jobs: Vec::new(), unreadable: 0, latency, spans: Vec::new() });
        say(PollEvent::Finished { coverage: Coverage::Since(at), next: at });
    }
}

fn url_of(endpoint: &Realtime) -> Option<Url> {
    Url::parse(&format!("https://{}/", endpoint.host)).ok()
}

/// The host as shown to people, with a port that is not the scheme's own.
fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[expect(clippy::disallowed_methods, reason = "the rim's stopwatch; the ladder is handed it")]
fn stopwatch() -> Instant {
    Instant::now()
}
