//! The fleet: which environments there are, which keys, and which key is tried where. It is built
//! once at start from the configuration; while the program runs only the label of a key changes, where
//! its value is exchanged.

use jiff::Timestamp;

use super::{EnvironmentId, EnvironmentName, Fingerprint, KeyId, KeyName, KeyValue, Region, SourceId};

/// One deployment of the service with its own jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its short name.
    pub name: EnvironmentName,
    /// The region whose keys it accepts.
    pub region: Region,
    /// The host (with a port where it is not the scheme's own) that is asked, as shown to people.
    pub host: String,
}

/// What may be shown of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLabel {
    /// The user's name for it.
    pub name: KeyName,
    /// Four hexadecimal digits that tell two values of one name apart and say nothing of either.
    pub fingerprint: Fingerprint,
    /// Whether it is a temporary key (JWT).
    pub temporary: bool,
    /// When a temporary key ends, as its `exp` claim says. `None` for a long-lived key, and for a temporary
    /// one that does not say.
    pub expires_at: Option<Timestamp>,
}

impl KeyLabel {
    /// What may be shown of a value.
    pub fn of(name: KeyName, value: &KeyValue) -> Self {
        Self {
            name,
            fingerprint: value.fingerprint(),
            temporary: value.is_temporary(),
            expires_at: value.expires_at(),
        }
    }
}

/// How it is known that a key belongs at an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entitlement {
    /// The user named the environment for the key: a rejection there is news.
    Declared,
    /// The key is merely tried: a rejection may just mean that the customer has no contract there.
    Discovered,
}

/// One key at one environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where.
    pub environment: EnvironmentId,
    /// With which key.
    pub key: KeyId,
    /// On whose word.
    pub entitlement: Entitlement,
}

/// Every environment, key and source of this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// In the order in which they are shown.
    pub environments: Vec<Environment>,
    /// In the order of the configuration.
    pub keys: Vec<KeyLabel>,
    /// Ordered by environment, then key.
    pub sources: Vec<Source>,
}

impl Fleet {
    /// The sources with their ids.
    pub fn sources(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.sources)
    }

    /// The environments with their ids.
    pub fn environments(&self) -> impl Iterator<Item = (EnvironmentId, &Environment)> {
        (0..).map(EnvironmentId).zip(&self.environments)
    }

    /// The keys with their ids.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &KeyLabel)> {
        (0..).map(KeyId).zip(&self.keys)
    }

    /// A source by id.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.index())
    }

    /// An environment by id.
    pub fn environment(&self, id: EnvironmentId) -> Option<&Environment> {
        self.environments.get(id.index())
    }

    /// A key by id.
    pub fn key(&self, id: KeyId) -> Option<&KeyLabel> {
        self.keys.get(id.index())
    }

    /// The source of a key at an environment, if the key is tried there.
    pub fn source_at(&self, key: KeyId, environment: EnvironmentId) -> Option<SourceId> {
        self.sources()
            .find(|(_, source)| source.key == key && source.environment == environment)
            .map(|(id, _)| id)
    }

    /// An environment's name; a dash for an id that is not of this fleet.
    pub fn environment_name(&self, id: EnvironmentId) -> &str {
        self.environment(id).map_or("–", |environment| environment.name.as_str())
    }

    /// A key's name; a dash for an id that is not of this fleet.
    pub fn key_name(&self, id: KeyId) -> &str {
        self.key(id).map_or("–", |key| key.name.as_str())
    }
}
