//! One key's row of the matrix: what each environment last said of it, and whether it says anything now.

use jiff::{SignedDuration, Timestamp};

use super::super::Store;
use super::super::advice::list;
use super::super::banners::{Banner, Cause, Sureness, Words};
use super::super::event::Severity;
use crate::model::{Entitlement, EnvironmentId, Failure, KeyId, KeyState, SourceId};

/// How far a clock may be off before a rejected temporary key counts as revoked and not as ended. The
/// vendor's clients replace theirs ten seconds early.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// The trial environment's name in the catalogue: its keys end with the trial.
const TRIAL: &str = "trial";

/// What one environment makes of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) source: SourceId,
    pub(super) environment: EnvironmentId,
    pub(super) name: &'a str,
    pub(super) region: &'a str,
    pub(super) declared: bool,
    /// What it last said; `Expired` for a temporary key that is rejected since its end.
    pub(super) said: KeyState,
    /// Whether its latest round brought no word on the key.
    pub(super) silent: bool,
    /// Whether it ever accepted the key.
    pub(super) accepted_once: bool,
}

/// One key's cells, in the fleet's order.
pub(super) struct Row<'a> {
    pub(super) store: &'a Store,
    pub(super) key: KeyId,
    pub(super) name: &'a str,
    /// When it ends, if it is a temporary key.
    pub(super) end: Option<Timestamp>,
    pub(super) cells: Vec<Cell<'a>>,
}

pub(super) type Cells<'a> = Vec<Cell<'a>>;

/// The other keys in some environments: what they tell of whose fault it is.
pub(super) struct Others<'a> {
    /// Those that are accepted in any of them.
    pub(super) good: Vec<&'a str>,
    /// Whether there are any, and all are rejected in all of them.
    pub(super) rejected: bool,
    /// Whether all of these were accepted before.
    pub(super) lost: bool,
}

impl Store {
    /// The state of a source's key, now. A temporary key is expired where it is rejected since its time was
    /// over. While the environment is down nothing is known of the key, whatever was last said of it.
    pub fn key_state(&self, id: SourceId, now: Timestamp) -> KeyState {
        let said = self.key_word(id, now);
        let Some(record) = self.source(id) else { return said };
        let silent = record.trouble.as_ref().is_some_and(super::super::Trouble::is_of_endpoint);
        let down = self
            .fleet
            .source(id)
            .is_some_and(|source| self.state(source.environment) == crate::model::EnvironmentState::Down);
        if silent && down && said != KeyState::Unchecked { KeyState::Unreachable } else { said }
    }

    /// What was last said of a source's key, however long ago.
    pub fn key_word(&self, id: SourceId, now: Timestamp) -> KeyState {
        let Some(record) = self.source(id) else { return KeyState::Unchecked };
        let label = self.fleet.source(id).and_then(|source| self.fleet.key(source.key));
        let (Some(end), Some(since)) = (label.and_then(|key| key.expires_at), record.key.since) else {
            return record.key.state;
        };
        let ended = |at: Timestamp| end.duration_since(at) <= CLOCKS_DIFFER;
        match record.key.state {
            // What was rejected long before its end was revoked, and stays so.
            KeyState::Rejected | KeyState::Forbidden if ended(since) && ended(now) => KeyState::Expired,
            state => state,
        }
    }
}

impl<'a> Row<'a> {
    pub(super) fn of(store: &'a Store, key: KeyId, now: Timestamp) -> Self {
        let fleet = &*store.fleet;
        let cells = fleet.sources().filter(|(_, source)| source.key == key).filter_map(|(id, source)| {
            let (place, record) = (fleet.environment(source.environment)?, store.source(id)?);
            Some(Cell {
                source: id,
                environment: source.environment,
                name: place.name.as_str(),
                region: place.region.as_str(),
                declared: source.entitlement == Entitlement::Declared,
                said: store.key_word(id, now),
                silent: record
                    .trouble
                    .as_ref()
                    .is_some_and(|trouble| !trouble.failure.kind.endpoint_answered()),
                accepted_once: record.key.accepted.is_some(),
            })
        });
        Self {
            store,
            key,
            name: fleet.key_name(key),
            end: fleet.key(key).and_then(|label| label.expires_at),
            cells: cells.collect(),
        }
    }

    pub(super) fn pick(&self, wanted: impl Fn(&Cell<'a>) -> bool) -> Cells<'a> {
        self.cells.iter().copied().filter(wanted).collect()
    }

    pub(super) fn said(&self, state: KeyState) -> Cells<'a> {
        self.pick(|cell| cell.said == state)
    }

    /// Where it is accepted, and no failure came since.
    pub(super) fn accepted(&self) -> Cells<'a> {
        self.pick(|cell| cell.said == KeyState::Accepted && !cell.silent)
    }

    /// Where it was accepted when the environment last answered, which now fails.
    pub(super) fn remembered(&self) -> Cells<'a> {
        self.pick(|cell| cell.said == KeyState::Accepted && cell.silent)
    }

    /// Where it was rejected from the start.
    pub(super) fn never_accepted(&self) -> Cells<'a> {
        self.pick(|cell| cell.said == KeyState::Rejected && !cell.accepted_once)
    }

    /// Where it is rejected, and was accepted before.
    pub(super) fn lost(&self) -> Cells<'a> {
        self.pick(|cell| cell.said == KeyState::Rejected && cell.accepted_once)
    }

    /// Where nothing was ever said that speaks for or against the key; too many requests is no word on it.
    pub(super) fn unheard(&self) -> Cells<'a> {
        use KeyState::{Limited, Unchecked, Unreachable};
        self.pick(|cell| matches!(cell.said, Unchecked | Unreachable | Limited))
    }

    /// The other cells of a cell's region.
    pub(super) fn twins(&self, cell: &Cell<'a>) -> Cells<'a> {
        self.pick(|other| other.region == cell.region && other.environment != cell.environment)
    }

    /// What becomes of the other keys in these environments.
    pub(super) fn others(&self, cells: &[Cell<'_>], now: Timestamp) -> Others<'a> {
        let fleet = &*self.store.fleet;
        let (mut good, mut tried, mut rejected, mut lost) = (Vec::new(), 0, 0, 0);
        for (key, label) in fleet.keys().filter(|(key, _)| *key != self.key) {
            let ids = || cells.iter().filter_map(|cell| fleet.source_at(key, cell.environment));
            let is = |id: SourceId, state: KeyState| self.store.key_word(id, now) == state;
            let accepted_once =
                |id| self.store.source(id).is_some_and(|record| record.key.accepted.is_some());
            if ids().next().is_none() {
                continue;
            }
            tried += 1;
            rejected += usize::from(ids().all(|id| is(id, KeyState::Rejected)));
            lost += usize::from(ids().all(|id| is(id, KeyState::Rejected) && accepted_once(id)));
            if ids().any(|id| is(id, KeyState::Accepted)) {
                good.push(label.name.as_str());
            }
        }
        Others { good, rejected: tried > 0 && rejected == tried, lost: tried > 0 && lost == tried }
    }

    fn failure(&self, cells: &[Cell<'_>]) -> Option<&'a Failure> {
        cells.iter().find_map(|cell| self.store.source(cell.source)?.key.evidence.as_ref())
    }

    /// ` (401)`.
    pub(super) fn status(&self, cells: &[Cell<'_>]) -> String {
        let status = self.failure(cells).and_then(|failure| failure.status);
        status.map_or(String::new(), |code| format!(" ({code})"))
    }

    /// The service's own words, if it had any.
    pub(super) fn words(&self, cells: &[Cell<'_>]) -> &'a str {
        self.failure(cells).map_or("", |failure| &failure.detail)
    }

    /// How long the service asks to be left alone.
    pub(super) fn retry_after(&self, cells: &[Cell<'_>]) -> Option<SignedDuration> {
        self.failure(cells).and_then(|failure| failure.retry_after)
    }

    /// A banner over these cells, since the first of them changed; none where there are none.
    pub(super) fn banner(
        &self,
        cause: Cause,
        severity: Severity,
        sure: Sureness,
        words: Words,
        cells: &[Cell<'_>],
    ) -> Option<Banner> {
        let records = || cells.iter().filter_map(|cell| self.store.source(cell.source));
        let since = records().filter_map(|record| record.key.since).min()?;
        let last_good = records().filter_map(|record| record.key.accepted).max();
        let next = records().filter_map(|record| record.next).min();
        let Words { head, advice, brief, todo } = words;
        Some(Banner { cause, severity, sure, head, advice, brief, todo, since, last_good, next })
    }
}

/// The environments of these cells, as a list in words.
pub(super) fn names(cells: &[Cell<'_>]) -> String {
    list(&cells.iter().map(|cell| cell.name).collect::<Vec<_>>())
}

/// Their regions, each once.
pub(super) fn regions<'a>(cells: &[Cell<'a>]) -> Vec<&'a str> {
    let mut regions: Vec<&str> = cells.iter().map(|cell| cell.region).collect();
    regions.dedup();
    regions.sort_unstable();
    regions.dedup();
    regions
}

/// Whether any of them is the trial environment.
pub(super) fn any_trial(cells: &[Cell<'_>]) -> bool {
    cells.iter().any(|cell| cell.name == TRIAL)
}
