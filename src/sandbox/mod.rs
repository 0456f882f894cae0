//! A stand-in for the service on loopback: several environments with jobs, keys and trouble of their own, for
//! the demo, for tests, and for whoever builds against the Jobs API without a contract in five regions.
//!
//! A scenario is data; the core plays it without I/O or clock; the shell puts it on sockets. The module knows
//! nothing of the client side of this crate, so that it cannot share its mistakes, and it never listens
//! anywhere but on 127.0.0.1.

mod core;
mod scenario;
mod shell;
mod span;

use std::fmt;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::scenario::{Scenario, ScenarioError};

/// A sandbox that serves. Dropping it stops all of it: its ports close, and its tasks end.
#[derive(Debug)]
pub struct Running {
    /// In the scenario's order.
    pub environments: Vec<RunningEnvironment>,
    /// In the scenario's order.
    pub keys: Vec<RunningKey>,
    /// Breaks the open connections when it is dropped.
    _stop: watch::Sender<()>,
    /// Ends the listeners when it is dropped.
    _tasks: JoinSet<io::Result<()>>,
}

/// Where an environment listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningEnvironment {
    /// `eu1`
    pub name: String,
    /// `EU`
    pub region: String,
    /// `http://127.0.0.1:PORT`, without a path.
    pub url: String,
}

/// A key that the sandbox gave out. It opens nothing but the sandbox, and still does not print its value.
#[derive(Clone, PartialEq, Eq)]
pub struct RunningKey {
    /// The name that the scenario gives it.
    pub name: String,
    /// What goes after `Bearer`.
    pub value: String,
    /// The environments that its holder names for it; `None`: it is to be discovered where it works.
    pub environments: Option<Vec<String>>,
}

impl fmt::Debug for RunningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value: _, environments } = self;
        f.debug_struct("RunningKey")
            .field("name", name)
            .field("environments", environments)
            .finish_non_exhaustive()
    }
}

/// Starts the scenario, now, on ports that the system chooses. Must be called within a tokio runtime with time
/// and I/O enabled; it returns once every environment listens.
///
/// # Errors
/// Where a port cannot be had, or the scenario names a trade that there is not.
// It waits for nothing yet, but has to be called where there is a runtime to serve on.
#[expect(
    clippy::unused_async,
    reason = "its callers await it; binding other than loopback will have to look up names"
)]
pub async fn start(scenario: &Scenario) -> io::Result<Running> {
    #[expect(clippy::disallowed_methods, reason = "the sandbox's own clock: the rim of a core that has none")]
    let start_ms = Timestamp::now().as_millisecond();
    let core = core::Core::new(scenario, start_ms)
        .map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
    let keys = core.keys().map(|(name, value, declared)| RunningKey {
        name: name.to_owned(),
        value: value.to_owned(),
        environments: declared.map(<[String]>::to_vec),
    });
    let keys = keys.collect();
    let names: Vec<(String, String)> =
        core.environments().map(|(name, region)| (name.to_owned(), region.to_owned())).collect();
    let desk = Arc::new(shell::Desk::new(core, start_ms));
    let (stop, stopped) = watch::channel(());
    let mut tasks = JoinSet::new();
    let mut environments = Vec::with_capacity(names.len());
    for (place, (name, region)) in names.into_iter().enumerate() {
        let door = shell::Door::open(&desk, place, stopped.clone())?;
        environments.push(RunningEnvironment { name, region, url: format!("http://{}", door.address()) });
        tasks.spawn(shell::serve(door, Arc::clone(&desk), place));
    }
    Ok(Running { environments, keys, _stop: stop, _tasks: tasks })
}
