//! The hosts that are looked at without a key while the program runs: every host of every environment, and
//! the realtime hosts. Which there are is known at start and does not change.

use super::{Climb, EnvironmentId, HostId, Region};

/// A host that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbedHost {
    /// The host, with a port where it is not the scheme's own, as shown to people.
    pub host: String,
    /// What it is for.
    pub role: HostRole,
}

/// What a host is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostRole {
    /// It reaches an environment.
    Batch {
        /// Which.
        environment: EnvironmentId,
        /// Whether it is asked only where the hosts before it cannot be reached.
        alias: bool,
    },
    /// It takes realtime sessions. It keeps no jobs and is never asked for any.
    Realtime {
        /// Its short name: `eu.rt`.
        name: Box<str>,
        /// The region that it serves, `GLOBAL` where it guarantees none.
        region: Region,
        /// Whether today's documentation still names it.
        documented: bool,
    },
}

impl ProbedHost {
    /// The short name of a realtime host.
    pub fn realtime_name(&self) -> Option<&str> {
        match &self.role {
            HostRole::Realtime { name, .. } => Some(name),
            HostRole::Batch { .. } => None,
        }
    }

    /// The environment that a batch host reaches.
    pub fn environment(&self) -> Option<EnvironmentId> {
        match self.role {
            HostRole::Batch { environment, .. } => Some(environment),
            HostRole::Realtime { .. } => None,
        }
    }
}

/// One look at one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// At which.
    pub host: HostId,
    /// What was found.
    pub climb: Climb,
}
