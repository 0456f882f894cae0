//! The banners about keys. What a 401 means is inferred from the whole row of the key; see `banner`.

use jiff::Timestamp;

use super::Store;
use super::advice::list;
use super::banner::{Banner, Cause};
use super::event::Severity;
use crate::model::{Entitlement, EnvironmentId, Failure, KeyId, KeyState, SourceId};

impl Store {
    /// The banners of one key.
    pub(super) fn key_banners(&self, key: KeyId, now: Timestamp, banners: &mut Vec<Banner>) {
        let row = KeyRow::of(self, key, now);
        let name = self.fleet.key_name(key);
        if !row.expired.is_empty() {
            let head = format!("key {name} is a temporary key and past its time");
            let advice = "Mint a new one, or use a long-lived key.".to_owned();
            banners.extend(row.banner(
                Cause::KeyExpired(key),
                Severity::Critical,
                head,
                advice,
                &row.expired,
            ));
        }
        if row.accepted.is_empty() && !row.rejected.is_empty() && row.once_accepted.is_empty() {
            banners.extend(self.rejected_everywhere(key, &row));
        } else {
            banners.extend(self.no_longer_accepted(key, &row));
            // Where nothing is accepted any more, what is declared says nothing of its own.
            if !row.accepted.is_empty() || row.once_accepted.is_empty() {
                banners.extend(self.rejected_where_declared(key, &row));
            }
        }
        if !row.forbidden.is_empty() {
            let said = row.said(&row.forbidden);
            let head = format!("{}: key {name} is forbidden (403){said}", row.names(&row.forbidden));
            let advice =
                "The key is known, but has expired or lacks what was asked for: look at it in the Portal."
                    .to_owned();
            banners.extend(row.banner(
                Cause::KeyForbidden(key),
                Severity::Error,
                head,
                advice,
                &row.forbidden,
            ));
        }
        if !row.limited.is_empty() {
            let said = row.said(&row.limited);
            let head = format!("{}: key {name} is limited (429){said}", row.names(&row.limited));
            let advice =
                "Too many requests with this key; voxtop asks less often until it is accepted again."
                    .to_owned();
            banners.extend(row.banner(Cause::KeyLimited(key), Severity::Warning, head, advice, &row.limited));
        }
    }

    fn rejected_everywhere(&self, key: KeyId, row: &KeyRow<'_>) -> Option<Banner> {
        let name = self.fleet.key_name(key);
        let status = row.status(&row.rejected);
        let (head, advice) = if row.silent.is_empty() && row.forbidden.is_empty() && row.limited.is_empty() {
            let head = match row.rejected.len() {
                1 => format!("key {name} is rejected{status} by {}", row.names(&row.rejected)),
                count => format!("key {name} is rejected everywhere{status}, by all {count} environments"),
            };
            (head, "It is probably mistyped, revoked or expired, or meant for another region.")
        } else {
            let head =
                format!("key {name} is rejected{status} by all that answered: {}", row.names(&row.rejected));
            (head, "It is probably wrong, revoked or expired; the other environments have not said.")
        };
        let advice = format!("{advice} Check the key where it comes from, or make a new one in the Portal.");
        row.banner(Cause::KeyRejectedEverywhere(key), Severity::Critical, head, advice, &row.rejected)
    }

    fn no_longer_accepted(&self, key: KeyId, row: &KeyRow<'_>) -> Option<Banner> {
        let name = self.fleet.key_name(key);
        let (places, status) = (row.names(&row.once_accepted), row.status(&row.once_accepted));
        let head = if row.accepted.is_empty() && row.rejected.len() > row.once_accepted.len() {
            format!("key {name} is rejected everywhere{status}, until now accepted in {places}")
        } else {
            format!("{places}: key {name} is rejected{status}, accepted until now")
        };
        let advice = if row.accepted.is_empty() {
            "It was probably revoked, or its trial or contract ended. Jobs shown are the last that were seen."
                .to_owned()
        } else {
            format!(
                "Still accepted in {}: its entitlement here probably ended. Jobs shown are the last that were seen.",
                row.names(&row.accepted)
            )
        };
        row.banner(Cause::KeyNoLongerAccepted(key), Severity::Critical, head, advice, &row.once_accepted)
    }

    fn rejected_where_declared(&self, key: KeyId, row: &KeyRow<'_>) -> Option<Banner> {
        let declared: Vec<SourceId> = row
            .rejected
            .iter()
            .copied()
            .filter(|id| self.entitlement(*id) == Some(Entitlement::Declared))
            .filter(|id| !row.once_accepted.contains(id))
            .collect();
        let name = self.fleet.key_name(key);
        let places = row.names(&declared);
        let head = format!("{places}: key {name} is rejected{} where it is declared", row.status(&declared));
        let accepted = match row.accepted.len() {
            0 => String::new(),
            1..=3 => format!("The key is good: accepted in {}. ", row.names(&row.accepted)),
            more => format!("The key is good: accepted in {more} other environments. "),
        };
        let twin = declared.iter().all(|id| {
            self.fleet.source(*id).is_some_and(|source| {
                row.accepted.iter().any(|other| self.region(*other) == self.region_of(source.environment))
            })
        });
        // Self-service keys reach neither of the two, although their twins accept them (field reports).
        let enterprise = declared.iter().all(|id| {
            let source = self.fleet.source(*id);
            source.is_some_and(|s| matches!(self.fleet.environment_name(s.environment), "eu2" | "us2"))
        });
        let meaning = match (twin, enterprise) {
            (true, true) => "EU2 and US2 are for enterprise contracts",
            (true, false) => "Its region accepts the key, so its contract leaves this environment out",
            (false, _) => "Its contract probably does not cover this region",
        };
        let advice =
            format!("{accepted}{meaning}; ask Speechmatics, or take {places} out of its environments.");
        row.banner(Cause::KeyRejectedWhereDeclared(key), Severity::Error, head, advice, &declared)
    }

    fn entitlement(&self, id: SourceId) -> Option<Entitlement> {
        self.fleet.source(id).map(|source| source.entitlement)
    }

    fn region_of(&self, id: EnvironmentId) -> Option<&str> {
        self.fleet.environment(id).map(|environment| environment.region.as_str())
    }

    fn region(&self, id: SourceId) -> Option<&str> {
        self.fleet.source(id).and_then(|source| self.region_of(source.environment))
    }
}

/// One key's sources, sorted by what they said of it.
struct KeyRow<'a> {
    store: &'a Store,
    accepted: Vec<SourceId>,
    rejected: Vec<SourceId>,
    once_accepted: Vec<SourceId>,
    forbidden: Vec<SourceId>,
    expired: Vec<SourceId>,
    limited: Vec<SourceId>,
    silent: Vec<SourceId>,
}

impl<'a> KeyRow<'a> {
    fn of(store: &'a Store, key: KeyId, now: Timestamp) -> Self {
        let pick = |wanted: &[KeyState]| -> Vec<SourceId> {
            store
                .fleet
                .sources()
                .filter(|(id, source)| source.key == key && wanted.contains(&store.key_state(*id, now)))
                .map(|(id, _)| id)
                .collect()
        };
        let rejected = pick(&[KeyState::Rejected]);
        let accepted_before =
            |id: &SourceId| store.source(*id).is_some_and(|record| record.key.accepted.is_some());
        Self {
            store,
            accepted: pick(&[KeyState::Accepted]),
            once_accepted: rejected.iter().copied().filter(accepted_before).collect(),
            rejected,
            forbidden: pick(&[KeyState::Forbidden]),
            expired: pick(&[KeyState::Expired]),
            limited: pick(&[KeyState::Limited]),
            silent: pick(&[KeyState::Unchecked, KeyState::Unreachable]),
        }
    }

    /// The environments of these sources, as a list in words.
    fn names(&self, ids: &[SourceId]) -> String {
        let names: Vec<&str> = ids
            .iter()
            .filter_map(|id| self.store.fleet.source(*id))
            .map(|source| self.store.fleet.environment_name(source.environment))
            .collect();
        list(&names)
    }

    fn failure(&self, ids: &[SourceId]) -> Option<&Failure> {
        ids.iter().find_map(|id| self.store.source(*id)?.key.evidence.as_ref())
    }

    fn status(&self, ids: &[SourceId]) -> String {
        self.failure(ids)
            .and_then(|failure| failure.status)
            .map_or(String::new(), |code| format!(" ({code})"))
    }

    fn said(&self, ids: &[SourceId]) -> String {
        self.failure(ids)
            .filter(|failure| !failure.detail.is_empty())
            .map_or(String::new(), |failure| format!(": {}", failure.detail))
    }

    /// A banner over these sources, since the first of them changed; none where there are none.
    fn banner(
        &self,
        cause: Cause,
        severity: Severity,
        head: String,
        advice: String,
        ids: &[SourceId],
    ) -> Option<Banner> {
        let records = || ids.iter().filter_map(|id| self.store.source(*id));
        let since = records().filter_map(|record| record.key.since).min()?;
        let last_good = records().filter_map(|record| record.key.accepted).max();
        let next = records().filter_map(|record| record.next).min();
        Some(Banner { cause, severity, head, advice, since, last_good, next })
    }
}
