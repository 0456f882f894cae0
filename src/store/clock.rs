//! The local clock against the service's, as every source tells it (`Date` of its pages). Where most
//! environments agree that the local one is off, it is; an environment that says so alone has a clock of
//! its own.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Store;
use super::advice::list;
use super::event::{Event, Severity, Subject};
use crate::model::{EnvironmentId, EnvironmentState};

/// From this difference on ages and days are wrong to the eye.
const WRONG: SignedDuration = SignedDuration::from_secs(30);
/// And below this they are right again; between the two it stays as it is.
const RIGHT: SignedDuration = SignedDuration::from_secs(25);
/// Two readings that are no further apart agree: each is good to a second or two, and to the time that a
/// page took.
const AGREE: SignedDuration = SignedDuration::from_secs(10);

/// The local clock is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrongClock {
    /// The service's time minus the local one: positive where the local clock is behind.
    pub(super) behind: SignedDuration,
    /// Who says so.
    pub(super) witnesses: Vec<EnvironmentId>,
    /// Since when it is known.
    pub(super) since: Timestamp,
}

/// What the service's clock is at each environment that says, minus the local one.
type Readings = BTreeMap<EnvironmentId, SignedDuration>;

impl Store {
    /// What each environment says of its clock: its source that spoke last. One that is down says nothing;
    /// what it said may be long past.
    fn clocks(&self) -> Readings {
        let mut latest: BTreeMap<EnvironmentId, (Option<Timestamp>, SignedDuration)> = BTreeMap::new();
        for (source, record) in self.fleet.sources.iter().zip(&self.sources) {
            let environment = source.environment;
            let Some(ahead) = record.progress.clock_ahead else { continue };
            if self.state(environment) == EnvironmentState::Down {
                continue;
            }
            let held = latest.entry(environment).or_insert((record.progressed, ahead));
            if held.0 <= record.progressed {
                *held = (record.progressed, ahead);
            }
        }
        latest.into_iter().map(|(environment, (_, ahead))| (environment, ahead)).collect()
    }

    /// By how much an environment's clock is ahead of the local one, where it is off and most others, if
    /// they agree on anything, say otherwise: its own clock is wrong, not ours.
    pub fn odd_clock(&self, environment: EnvironmentId) -> Option<SignedDuration> {
        let clocks = self.clocks();
        let own = *clocks.get(&environment)?;
        let alone = match consensus(&clocks) {
            Some((_, agreeing)) => !agreeing.contains(&environment),
            None => true,
        };
        (alone && own.abs() > AGREE).then_some(own)
    }

    /// Takes note of what the environments say by now.
    pub(super) fn note_clock(&mut self, at: Timestamp) {
        let found = consensus(&self.clocks());
        let limit = if self.clock.is_some() { RIGHT } else { WRONG };
        match (found.filter(|(behind, _)| behind.abs() >= limit), &mut self.clock) {
            (Some((behind, witnesses)), Some(held)) => {
                held.witnesses = witnesses;
                // A second more or less is no news.
                if (held.behind - behind).abs() > AGREE {
                    held.behind = behind;
                }
            }
            (Some((behind, witnesses)), none @ None) => {
                let wrong = WrongClock { behind, witnesses, since: at };
                *none = Some(wrong.clone());
                self.push_clock_event(at, Severity::Warning, self.clock_in_words(&wrong));
            }
            (None, Some(_)) => {
                self.clock = None;
                let text = "this machine's clock agrees with the service's again";
                self.push_clock_event(at, Severity::Info, text.to_owned());
            }
            (None, None) => {}
        }
    }

    /// `this machine's clock is 90 s behind, by eu1, eu2 and us1`.
    pub(super) fn clock_in_words(&self, wrong: &WrongClock) -> String {
        let names: Vec<&str> = wrong.witnesses.iter().map(|id| self.fleet.environment_name(*id)).collect();
        let side = if wrong.behind.is_negative() { "ahead" } else { "behind" };
        format!("this machine's clock is {} {side}, by {}", apart(wrong.behind), list(&names))
    }

    fn push_clock_event(&mut self, at: Timestamp, severity: Severity, text: String) {
        let subject = Subject::Clock;
        self.events.push(Event { at, severity, subject, environment: None, key: None, text });
    }
}

/// The reading that more than half of the environments agree with, and who they are. Where only one says
/// anything, that one.
fn consensus(clocks: &Readings) -> Option<(SignedDuration, Vec<EnvironmentId>)> {
    let agreeing = |with: SignedDuration| -> Vec<EnvironmentId> {
        clocks.iter().filter(|(_, own)| (**own - with).abs() <= AGREE).map(|(id, _)| *id).collect()
    };
    let votes = clocks.values().map(|own| (*own, agreeing(*own)));
    // Among equals the first environment speaks.
    let (behind, witnesses) = votes.rev().max_by_key(|(_, witnesses)| witnesses.len())?;
    (witnesses.len() * 2 > clocks.len()).then_some((behind, witnesses))
}

/// `90 s`, `12 min`, `3 h`, without a sign.
pub(super) fn apart(span: SignedDuration) -> String {
    match span.as_secs().unsigned_abs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7_200 => format!("{} min", seconds / 60),
        seconds @ ..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
