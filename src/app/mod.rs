//! The rim: what touches the terminal, the clock, signals and files. [`dashboard`] is the loop that owns
//! the state; [`jobs`] is its twin without a screen, over the same pollers and the same store;
//! [`doctor`] looks at every host and key once and explains; [`picture`] is the dashboard without a terminal.
//! The rest is terminal manners: [`terminal`], [`input`], [`signals`], [`crash`], [`log`], [`redact`]; and
//! `keys`, which sees them change; `background` and `replies`, which hear
//! what the terminal answers, for the [`appearance`]; and `lookout`, which looks at hosts without a key, and
//! `saved`, the account of transcripts that are safe; and what carries away and
//! tells: `clipboard`, `export`, `dump`, [`alerts`].

pub mod alerts;
pub mod appearance;
mod background;
mod beside;
mod bundle;
mod canvas;
mod clipboard;
pub mod crash;
pub mod dashboard;
mod deletion;
pub mod doctor;
mod doubt;
mod dump;
mod errands;
mod export;
pub mod follow;
pub mod input;
mod inquiries;
pub mod jobs;
mod journal;
mod keys;
pub mod log;
mod lookout;
mod output;
mod passage;
pub mod picture;
pub mod redact;
mod remember;
mod replies;
mod saved;
pub mod signals;
mod sixteen;
pub mod terminal;
mod title;

use std::iter;
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use crate::config::{Config, Endpoint};
use crate::poll::{Keys, Limits, SourcePoll};
use crate::store::Store;

/// An empty store for the configured fleet, what its pollers need, and the keys that they ask with. Where
/// nothing may be changed, no client is made that could.
fn fleet_of(config: &Config, writes: Writes) -> (Store, Vec<SourcePoll>, Keys) {
    let (sources, keys) = sources_of(config, writes);
    (Store::new(Arc::new(config.fleet.clone())), sources, keys)
}

/// Who asks its sources.
fn sources_of(config: &Config, writes: Writes) -> (Vec<SourcePoll>, Keys) {
    let hosts = |endpoint: &Endpoint| iter::once(&endpoint.base).chain(&endpoint.aliases).cloned().collect();
    let hosts: Vec<Vec<Url>> = config.endpoints.iter().map(hosts).collect();
    let limits = Limits {
        requests_per_second: config.limits.requests_per_second,
        timeout: config.limits.timeout,
        connect_timeout: config.limits.connect_timeout,
    };
    let writable: Vec<bool> =
        config.endpoints.iter().map(|endpoint| writes == Writes::Allowed && !endpoint.read_only).collect();
    SourcePoll::of_writable_fleet(&config.fleet, &hosts, &config.keys, limits, &writable)
}

/// Whether anything may be changed at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writes {
    /// Where the configuration does not forbid it.
    Allowed,
    /// Nowhere.
    Forbidden,
}

/// The rim's clock. Everything further in gets the time as a parameter.
#[expect(clippy::disallowed_methods, reason = "the one place of the rim that reads the wall clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
