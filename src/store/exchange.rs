//! Keys that are exchanged while the program runs: what was said of the old one says nothing of the new.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::event::{Event, Severity, Subject};
use super::{KeyRecord, Store};
use crate::model::{KeyId, KeyLabel, KeyState};

/// A temporary key is worth fetching again when it has less than this left.
const ABOUT_TO_END: SignedDuration = SignedDuration::from_secs(60);

impl Store {
    /// A key has another value from now on: nothing is known of it yet.
    pub fn exchange_key(&mut self, key: KeyId, label: KeyLabel, at: Timestamp) {
        let fleet = Arc::make_mut(&mut self.fleet);
        let Some(held) = fleet.keys.get_mut(key.index()) else { return };
        let (before, after) = (held.fingerprint, label.fingerprint);
        *held = label;
        for (source, record) in fleet.sources.iter().zip(&mut self.sources) {
            if source.key == key {
                record.key = KeyRecord::unchecked();
            }
        }
        self.note_key(key, Severity::Info, format!("key exchanged: ·{before} is now ·{after}"), at);
    }

    /// A key could not be fetched again; the one in use stays.
    pub fn note_key_not_fetched(&mut self, key: KeyId, why: &str, at: Timestamp) {
        let text = format!("key could not be fetched again, the old one stays in use: {why}");
        self.note_key(key, Severity::Error, text, at);
    }

    fn note_key(&mut self, key: KeyId, severity: Severity, text: String, at: Timestamp) {
        let subject = Subject::Key;
        self.events.push(Event { at, severity, subject, environment: None, key: Some(key), text });
    }

    /// The keys that are rejected somewhere they were accepted or nowhere accepted, and temporary keys
    /// that are about to end.
    pub fn keys_in_doubt(&self, now: Timestamp) -> impl Iterator<Item = KeyId> {
        self.fleet
            .keys()
            .filter(move |(key, label)| {
                let ends = label.expires_at.is_some_and(|ends| ends.duration_since(now) < ABOUT_TO_END);
                let own = || {
                    let sources = self.fleet.sources().zip(&self.sources);
                    sources.filter(|((_, source), _)| source.key == *key).map(|(_, record)| &record.key)
                };
                let rejected = |state| matches!(state, KeyState::Rejected | KeyState::Expired);
                let lost = own().any(|key| rejected(key.state) && key.accepted.is_some());
                let useless =
                    own().any(|key| rejected(key.state)) && !own().any(|key| key.state == KeyState::Accepted);
                ends || lost || useless
            })
            .map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FailureKind, KeyName, KeyValue};
    use crate::store::fixture::{EU1, EU1_OTHER, EU2, at, failed, fleet, report, round};

    fn label(value: &str) -> KeyLabel {
        let value = KeyValue::new(value).unwrap();
        KeyLabel::of(KeyName::new("prod"), &value)
    }

    #[test]
    fn what_was_said_of_the_old_key_is_forgotten_and_of_others_kept() {
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &[]);
        store.merge(report(EU2, 1, 0, failed(FailureKind::Rejected, Some(401))));
        store.merge(report(EU1_OTHER, 1, 0, failed(FailureKind::Rejected, Some(401))));
        store.exchange_key(KeyId(0), label("another"), at(5));
        assert_eq!(store.key_state(EU1, at(5)), KeyState::Unchecked);
        assert_eq!(store.key_state(EU2, at(5)), KeyState::Unchecked);
        assert_eq!(store.key_state(EU1_OTHER, at(5)), KeyState::Rejected);
        assert_eq!(store.fleet().key(KeyId(0)).unwrap().fingerprint, label("another").fingerprint);
        let event = store.events().next().unwrap();
        assert!(event.text.contains("exchanged") && event.key == Some(KeyId(0)), "{event:?}");
        store.exchange_key(KeyId(9), label("nobody's"), at(6));
    }

    #[test]
    fn a_key_is_in_doubt_when_it_is_lost_useless_or_about_to_end() {
        let doubtful = |store: &Store| store.keys_in_doubt(at(100)).collect::<Vec<_>>();
        let mut store = Store::new(fleet());
        assert_eq!(doubtful(&store), []);
        // Not entitled to one environment: no doubt while another accepts it.
        round(&mut store, EU1, 1, 0, &[]);
        store.merge(report(EU2, 1, 0, failed(FailureKind::Rejected, Some(401))));
        assert_eq!(doubtful(&store), []);
        store.merge(report(EU1_OTHER, 1, 0, failed(FailureKind::Rejected, Some(401))));
        assert_eq!(doubtful(&store), [KeyId(1)]);
        store.merge(report(EU1, 2, 5, failed(FailureKind::Rejected, Some(401))));
        assert_eq!(doubtful(&store), [KeyId(0), KeyId(1)]);
        let ending = KeyLabel { expires_at: Some(at(130)), ..label("another") };
        store.exchange_key(KeyId(0), ending, at(6));
        assert_eq!(doubtful(&store), [KeyId(0), KeyId(1)]);
        assert_eq!(store.keys_in_doubt(at(60)).collect::<Vec<_>>(), [KeyId(1)]);
    }
}
