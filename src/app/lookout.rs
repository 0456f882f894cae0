//! Which hosts the dashboard looks at without a key, and when out of turn: where an environment begins to
//! fail, is called down or comes back, its hosts are looked at at once.

use std::future;
use std::time::Duration;

use tokio::sync::mpsc;
use url::Url;

use crate::api::ladder::{Gear, Prober};
use crate::config::Config;
use crate::model::{EnvironmentId, EnvironmentState, HostId, HostRole, Look, ProbedHost};
use crate::poll::probe::{self, Beat, Probe, Probes};
use crate::store::Store;

/// How often a realtime host is looked at: nobody else asks it anything.
const REALTIME: Beat = Beat { first: Duration::from_secs(5), every: Duration::from_secs(30) };
/// How often a host of an environment is: the pollers ask one of them all the time.
const BATCH: Beat = Beat { first: Duration::from_secs(60), every: Duration::from_secs(5 * 60) };
/// So many looks may wait to be merged before the probers do.
const LOOKS: usize = 16;

/// The running probes and what came of them.
pub(super) struct Lookout {
    probes: Probes,
    looks: mpsc::Receiver<Look>,
    /// The environment that each host reaches.
    batch: Vec<(HostId, EnvironmentId)>,
    /// Whether each environment answered, failed or was down when it was last heard of.
    standing: Vec<Standing>,
    /// Keeps the channel open where there is no host to look at.
    _sender: mpsc::Sender<Look>,
}

/// How an environment stands, as far as its hosts are worth another look when it changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Answers,
    Fails,
    Down,
}

impl Lookout {
    /// Begins to look at every host of a configuration, and tells the store which they are. To be called
    /// inside a tokio runtime.
    pub(super) fn start(config: &Config, store: &mut Store) -> Self {
        let gear = probe::gear(config.limits.timeout, config.limits.connect_timeout);
        let (hosts, probes): (Vec<ProbedHost>, Vec<Probe>) = (0..)
            .map(HostId)
            .zip(batch(config, &gear).chain(realtime(config, &gear)))
            .map(|(id, (host, prober, beat))| {
                let name = host.host.as_str().into();
                (host, Probe { host: id, name, prober, beat })
            })
            .unzip();
        let of_batch = (0..).map(HostId).zip(&hosts);
        let batch = of_batch.filter_map(|(id, host)| Some((id, host.environment()?))).collect();
        let standing = store.fleet().environments().map(|_| Standing::Answers).collect();
        store.watch_hosts(hosts);
        let (sender, looks) = mpsc::channel(LOOKS);
        Self { probes: Probes::start(probes, &sender), looks, batch, standing, _sender: sender }
    }

    /// The next look. Waits for ever where there is no host to look at.
    pub(super) async fn next(&mut self) -> Look {
        match self.looks.recv().await {
            Some(look) => look,
            None => future::pending().await,
        }
    }

    /// A look that has come already.
    pub(super) fn waiting(&mut self) -> Option<Look> {
        self.looks.try_recv().ok()
    }

    /// Stops hosts from being looked at by themselves, or goes on with it.
    pub(super) fn pause(&self, paused: bool) {
        self.probes.pause(paused);
    }

    /// Looks at every host now.
    pub(super) fn look_everywhere(&self) {
        self.probes.look_everywhere();
    }

    /// Looks at the hosts of the environments that fail, are down or answer since the last call.
    pub(super) fn attend(&mut self, store: &Store) {
        for ((id, _), before) in store.fleet().environments().zip(&mut self.standing) {
            let now = standing(store, id);
            if *before != now {
                *before = now;
                for (host, _) in self.batch.iter().filter(|(_, environment)| *environment == id) {
                    self.probes.look(*host);
                }
            }
        }
    }
}

fn standing(store: &Store, id: EnvironmentId) -> Standing {
    match store.state(id) {
        EnvironmentState::Down => Standing::Down,
        _ if store.endpoint_failure(id).is_some() => Standing::Fails,
        _ => Standing::Answers,
    }
}

type Watched = (ProbedHost, Prober, Beat);

/// Every host of every environment, the first of each before its aliases.
fn batch(config: &Config, gear: &Gear) -> impl Iterator<Item = Watched> {
    (0..).map(EnvironmentId).zip(&config.endpoints).flat_map(move |(environment, endpoint)| {
        let first = std::iter::once((&endpoint.base, false));
        let hosts = first.chain(endpoint.aliases.iter().map(|url| (url, true)));
        hosts.map(move |(url, alias)| {
            let host = ProbedHost { host: shown(url), role: HostRole::Batch { environment, alias } };
            (host, probe::batch(url, gear), BATCH)
        })
    })
}

fn realtime(config: &Config, gear: &Gear) -> impl Iterator<Item = Watched> {
    config.realtime.iter().map(move |one| {
        let (name, region) = (one.name.as_str().into(), one.region.clone());
        let role = HostRole::Realtime { name, region, documented: one.documented };
        (ProbedHost { host: shown(&one.url), role }, probe::realtime(&one.url, gear), REALTIME)
    })
}

/// The host as shown to people, with a port that is not the scheme's own.
fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
