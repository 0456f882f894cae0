//! Where new jobs can go while an environment is down. Environments of one region accept the same keys
//! and back each other up; jobs stay where they were created, and nothing is moved by itself (vendor's
//! documentation).

use super::super::Store;
use super::super::advice::list;
use crate::model::{EnvironmentId, EnvironmentState, KeyId, KeyState};

type Ids = Vec<EnvironmentId>;

impl Store {
    /// Where new jobs can go instead of an environment that is down, and where its own jobs are. `None`
    /// where there is no other place.
    pub(super) fn failover(&self, down: EnvironmentId) -> Option<String> {
        let place = self.fleet.environment(down)?;
        let (name, region) = (place.name.as_str(), &place.region);
        let (twins, others): (Ids, Ids) = self
            .fleet
            .environments()
            .filter(|(id, _)| *id != down)
            .map(|(id, _)| id)
            .partition(|id| self.fleet.environment(*id).is_some_and(|other| other.region == *region));
        let stay = format!("Jobs already created stay in {name}.");
        let (up, open) = (self.answering(&twins), self.open(&twins));
        if let Some(first) = open.first() {
            let with = self.only_with(down, *first);
            return Some(format!(
                "New jobs can go to {}{with}, of the same region. {stay}",
                self.names(&open)
            ));
        }
        let down_too: Ids =
            twins.iter().copied().filter(|id| self.state(*id) == EnvironmentState::Down).collect();
        let within = if !up.is_empty() {
            let up = self.names_are(&up);
            format!("{up} up in the same region, but no key here is accepted there. ")
        } else if down_too.is_empty() {
            String::new()
        } else {
            format!("{} down too, in the same region. ", self.names_are(&down_too))
        };
        let elsewhere = self.open(&others);
        if elsewhere.is_empty() {
            return (!within.is_empty()).then(|| within.trim_end().to_owned());
        }
        let accept = if elsewhere.len() == 1 { "accepts" } else { "accept" };
        let outside = self.names(&elsewhere);
        Some(format!("{within}{outside}, outside of {region}, {accept} a key: check data residency. {stay}"))
    }

    /// The same in few words: `Submit to eu2.`, `Submit to eu1, eu2 or us1 (not AU).`
    pub(super) fn failover_in_brief(&self, down: EnvironmentId) -> Option<String> {
        let region = &self.fleet.environment(down)?.region;
        let (twins, others): (Ids, Ids) = self
            .fleet
            .environments()
            .filter(|(id, _)| *id != down)
            .map(|(id, _)| id)
            .partition(|id| self.fleet.environment(*id).is_some_and(|other| other.region == *region));
        let (twins, others) = (self.open(&twins), self.open(&others));
        let (places, aside) =
            if twins.is_empty() { (others, format!(" (not {region})")) } else { (twins, String::new()) };
        let with = places.first().map_or(String::new(), |first| self.only_with(down, *first));
        let names: Vec<&str> = places.iter().map(|id| self.fleet.environment_name(*id)).collect();
        let (last, rest) = names.split_last()?;
        let places =
            if rest.is_empty() { (*last).to_owned() } else { format!("{} or {last}", rest.join(", ")) };
        Some(format!("Submit to {places}{with}{aside}."))
    }

    fn names(&self, ids: &[EnvironmentId]) -> String {
        list(&ids.iter().map(|id| self.fleet.environment_name(*id)).collect::<Vec<_>>())
    }

    fn names_are(&self, ids: &[EnvironmentId]) -> String {
        format!("{} {}", self.names(ids), if ids.len() == 1 { "is" } else { "are" })
    }

    /// Those that answer. One that has just failed once is still the better place.
    fn answering(&self, ids: &[EnvironmentId]) -> Ids {
        use EnvironmentState::{Degraded, Slow, Up};
        ids.iter().copied().filter(|id| matches!(self.state(*id), Up | Slow | Degraded)).collect()
    }

    /// Those that answer and accept a key.
    fn open(&self, ids: &[EnvironmentId]) -> Ids {
        self.answering(ids).into_iter().filter(|id| !self.accepted_at(*id).is_empty()).collect()
    }

    /// ` with key ci`, where not every key of the one environment is accepted in the other.
    fn only_with(&self, down: EnvironmentId, open: EnvironmentId) -> String {
        let accepted = self.accepted_at(open);
        if self.keys_at(down).iter().all(|key| accepted.contains(key)) {
            return String::new();
        }
        let keys: Vec<&str> = accepted.iter().map(|key| self.fleet.key_name(*key)).collect();
        format!(" with {} {}", if keys.len() == 1 { "key" } else { "keys" }, list(&keys))
    }

    /// The keys that an environment accepted when it last answered.
    fn accepted_at(&self, id: EnvironmentId) -> Vec<KeyId> {
        self.keys_where(id, |state| state == KeyState::Accepted)
    }

    /// The keys with which an environment was worked with: those that it accepted, or all where nothing
    /// is known.
    fn keys_at(&self, id: EnvironmentId) -> Vec<KeyId> {
        let accepted = self.accepted_at(id);
        if accepted.is_empty() { self.keys_where(id, |_| true) } else { accepted }
    }

    fn keys_where(&self, id: EnvironmentId, wanted: impl Fn(KeyState) -> bool) -> Vec<KeyId> {
        self.sources_at(id)
            .filter(|(_, record)| wanted(record.key.state))
            .filter_map(|(id, _)| self.fleet.source(id))
            .map(|source| source.key)
            .collect()
    }
}
