//! `voxtop demo`: the embedded sandbox, and a configuration that points at it. From there on it is the
//! dashboard that everybody has: the same pollers, over HTTP on loopback.

use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::WrapErr;
use url::Url;

use crate::config::{Config, RealtimeHost};
use crate::model::{KeyValue, Region};
use crate::sandbox::{self, Running, Scenario};

/// The story that the demo tells.
const SCENARIO: &str = "tour";
/// Quicker than the default: somebody is looking for the first time.
const REFRESH: Duration = Duration::from_secs(2);

/// Starts the sandbox; it ends when [`Running`] is dropped.
pub(super) async fn start(refresh: Option<Duration>) -> Result<(Running, Config)> {
    let scenario = Scenario::shipped(SCENARIO)?;
    let running = sandbox::start(&scenario).await.wrap_err("the sandbox cannot listen on loopback")?;
    let environments = running
        .environments
        .iter()
        .map(|place| (place.name.clone(), place.region.clone(), place.url.clone()))
        .collect();
    let mut keys = Vec::new();
    for key in &running.keys {
        let value = KeyValue::new(&key.value).wrap_err("a key of the sandbox")?;
        keys.push((key.name.clone(), value, key.environments.clone()));
    }
    let mut config = Config::for_fleet(environments, keys, refresh.unwrap_or(REFRESH))
        .wrap_err("the sandbox's own fleet")?;
    for host in &running.realtime {
        let (name, region) = (host.name.clone(), Region::new(&host.region));
        let url = Url::parse(&host.url).wrap_err("a realtime host of the sandbox")?;
        config.realtime.push(RealtimeHost { name, region, url, documented: true });
    }
    Ok((running, config))
}
