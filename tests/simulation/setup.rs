//! Who is there in a simulation: the fleet, how the program is set up, and how the network is.

use voxtop::model::{
    Entitlement, Environment, EnvironmentId, EnvironmentName, Fleet, KeyId, KeyLabel, KeyName, KeyValue,
    Region, Source,
};

pub(crate) const ENVIRONMENTS: [&str; 3] = ["one", "two", "three"];

/// Who asks: the place of an environment and of a key. `lab` has jobs of its own, in `one` alone.
pub(crate) const SOURCES: [(usize, usize); 4] = [(0, 0), (1, 0), (2, 0), (0, 1)];

/// How the program is set up, and how the network is at first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) refresh_s: u64,
    pub(crate) rate: u32,
    /// How much the local clock shows more than the service's.
    pub(crate) skew_ms: i64,
}

/// What is wrong with the network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network {
    /// The least and the most that a way takes.
    pub(crate) way_ms: (u64, u64),
    /// Of a thousand requests so many are lost.
    pub(crate) lost: u64,
    /// Of a thousand ways so many take some seconds longer.
    pub(crate) late: u64,
    /// A page of more jobs is too large.
    pub(crate) widest: usize,
}

pub(crate) const CALM: Network = Network { way_ms: (5, 120), lost: 0, late: 0, widest: 100 };

/// The program's fleet.
pub(crate) fn fleet() -> Fleet {
    let environment = |name: &&str| Environment {
        name: EnvironmentName::new(name),
        region: Region::new("LAB"),
        host: (*name).to_owned(),
    };
    let label = |name: &str| KeyLabel {
        name: KeyName::new(name),
        fingerprint: KeyValue::new(name).unwrap().fingerprint(),
        temporary: false,
        expires_at: None,
    };
    let source = |(environment, key): &(usize, usize)| Source {
        environment: EnvironmentId(u16::try_from(*environment).unwrap()),
        key: KeyId(u16::try_from(*key).unwrap()),
        entitlement: Entitlement::Declared,
    };
    Fleet {
        environments: ENVIRONMENTS.iter().map(environment).collect(),
        keys: vec![label("prod"), label("lab")],
        sources: SOURCES.iter().map(source).collect(),
    }
}
