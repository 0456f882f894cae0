//! Which of its hosts an environment is asked through, where it is not the first: that one could not be
//! reached, and who answered is asked until it fails in turn.

use jiff::Timestamp;

use super::Store;
use super::event::{Event, Severity, Subject};
use crate::model::{EnvironmentId, SourceId};

/// An environment that is asked through an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasInUse {
    /// The host that is asked.
    pub host: Box<str>,
    /// Since when that is known.
    pub since: Timestamp,
}

impl Store {
    /// The alias that an environment is asked through; `None` while its first host is asked.
    pub fn alias(&self, environment: EnvironmentId) -> Option<&AliasInUse> {
        self.aliases.get(environment.index())?.as_ref()
    }

    /// Takes note of whom a source says it asks. All sources of an environment ask the same host, so that
    /// the latest word counts.
    pub(super) fn note_alias(&mut self, source: SourceId, at: Timestamp) {
        let Some(environment) = self.fleet.source(source).map(|source| source.environment) else { return };
        let said = self.source(source).and_then(|record| record.progress.alias.clone());
        let first = self.fleet.environment(environment).map_or("", |place| place.host.as_str()).to_owned();
        let Some(held) = self.aliases.get_mut(environment.index()) else { return };
        if held.as_ref().map(|held| &held.host) == said.as_ref() {
            return;
        }
        *held = said.map(|host| AliasInUse { host, since: at });
        let (severity, text) = match held {
            Some(alias) => {
                (Severity::Warning, format!("is asked through {}: {first} cannot be reached", alias.host))
            }
            None => (Severity::Info, format!("is asked through its first host again: {first}")),
        };
        let (subject, environment) = (Subject::Endpoint, Some(environment));
        self.events.push(Event { at, severity, subject, environment, key: None, text });
    }
}
