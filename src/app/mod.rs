//! The rim: what touches the terminal, the clock, signals and files. [`dashboard`] is the loop that owns
//! the state; [`jobs`] is its twin without a screen, over the same pollers and the same store;
//! [`doctor`] looks at every host and key once and explains; [`picture`] is the dashboard without a terminal. The rest is terminal manners: [`terminal`],
//! [`input`], [`signals`], [`crash`], [`log`], [`redact`].

mod canvas;
pub mod crash;
pub mod dashboard;
pub mod doctor;
pub mod input;
pub mod jobs;
pub mod log;
mod output;
pub mod picture;
pub mod redact;
pub mod signals;
pub mod terminal;

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::Config;
use crate::poll::{Limits, SourcePoll};
use crate::store::Store;

/// An empty store for the configured fleet, and what its pollers need.
fn fleet_of(config: &Config) -> (Store, Vec<SourcePoll>) {
    let store = Store::new(Arc::new(config.fleet.clone()));
    let bases: Vec<_> = config.endpoints.iter().map(|endpoint| endpoint.base.clone()).collect();
    let limits = Limits {
        requests_per_second: config.limits.requests_per_second,
        timeout: config.limits.timeout,
        connect_timeout: config.limits.connect_timeout,
    };
    let sources = SourcePoll::of_fleet(&config.fleet, &bases, &config.keys, limits);
    (store, sources)
}

/// The rim's clock. Everything further in gets the time as a parameter.
#[expect(clippy::disallowed_methods, reason = "the one place of the rim that reads the wall clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
