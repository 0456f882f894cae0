//! A stand-in for the service on loopback: several environments with jobs, keys and trouble of their own, for
//! the demo, for tests, and for whoever builds against the Jobs API without a contract in five regions.
//!
//! A scenario is data; the core plays it without I/O or clock; the shell puts it on sockets. The module knows
//! nothing of the client side of this crate, so that it cannot share its mistakes, and it listens on 127.0.0.1
//! unless told otherwise in so many words.

mod core;
mod listing;
mod offline;
mod scenario;
mod shell;
mod span;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::core::Core;
pub use self::core::{Entry, Heard};
pub use self::offline::Offline;
use self::scenario::HostKind;
pub use self::scenario::{Scenario, ScenarioError};

/// A sandbox that serves. Dropping it stops all of it: its ports close, and its tasks end.
#[derive(Debug)]
pub struct Running {
    /// The batch environments, in the scenario's order.
    pub environments: Vec<RunningEnvironment>,
    /// The realtime hosts, in the scenario's order; their URLs begin with `http` all the same.
    pub realtime: Vec<RunningEnvironment>,
    /// Where temporary keys are made, without a path.
    pub management: Option<String>,
    /// Where the scenario can be changed while it plays, without a path.
    pub control: String,
    /// In the scenario's order.
    pub keys: Vec<RunningKey>,
    /// Breaks the open connections when it is dropped.
    _stop: watch::Sender<()>,
    /// Ends the listeners when it is dropped.
    tasks: JoinSet<io::Result<()>>,
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

/// Where the sandbox listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The address. Anything but a loopback one opens the sandbox to whoever can reach this machine.
    pub ip: IpAddr,
    /// The first host's port; the others have the next ones. 0: whatever the system chooses.
    pub first_port: u16,
}

impl Default for Binding {
    /// 127.0.0.1, and ports that the system chooses.
    fn default() -> Self {
        Self { ip: Ipv4Addr::LOCALHOST.into(), first_port: 0 }
    }
}

/// Starts the scenario, now, on loopback ports that the system chooses. Must be called within a tokio runtime with
/// time and I/O enabled; it returns once every environment listens.
///
/// # Errors
/// Where a port cannot be had, or the scenario names a trade that there is not.
pub async fn start(scenario: &Scenario) -> io::Result<Running> {
    start_at(scenario, Binding::default()).await
}

/// Starts the scenario, now, where `binding` says; else as [`start`].
///
/// # Errors
/// Where a port cannot be had, or the scenario names a trade that there is not.
#[expect(clippy::unused_async, reason = "it has to be called where there is a runtime to serve on")]
pub async fn start_at(scenario: &Scenario, binding: Binding) -> io::Result<Running> {
    #[expect(clippy::disallowed_methods, reason = "the sandbox's own clock: the rim of a core that has none")]
    let start_ms = Timestamp::now().as_millisecond();
    let core = Core::new(scenario, start_ms);
    let core = core.map_err(|problem| io::Error::new(io::ErrorKind::InvalidInput, problem))?;
    let keys = core.keys().map(|(name, value, declared)| RunningKey {
        name: name.to_owned(),
        value: value.to_owned(),
        environments: declared.map(<[String]>::to_vec),
    });
    let keys = keys.collect();
    let hosts: Vec<(String, String, HostKind)> =
        core.hosts().map(|(name, region, kind)| (name.to_owned(), region.to_owned(), kind)).collect();
    let desk = Arc::new(shell::Desk::new(core, start_ms));
    let (stop, stopped) = watch::channel(());
    let mut running = Running {
        environments: Vec::new(),
        realtime: Vec::new(),
        management: None,
        control: String::new(),
        keys,
        _stop: stop,
        tasks: JoinSet::new(),
    };
    for ((place, (name, region, kind)), offset) in hosts.into_iter().enumerate().zip(0_u16..) {
        let port = if binding.first_port == 0 { 0 } else { binding.first_port.saturating_add(offset) };
        let door = shell::Door::open(&desk, place, (binding.ip, port), stopped.clone())?;
        let url = format!("http://{}", reachable(door.address()));
        let guarded = kind == HostKind::Control;
        running.tasks.spawn(shell::serve(door, Arc::clone(&desk), place, guarded));
        match kind {
            HostKind::Batch => running.environments.push(RunningEnvironment { name, region, url }),
            HostKind::Realtime => running.realtime.push(RunningEnvironment { name, region, url }),
            HostKind::Management => running.management = Some(url),
            HostKind::Control => running.control = url,
        }
    }
    Ok(running)
}

/// An address that can be connected to from here: what listens everywhere listens on the loopback too.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
