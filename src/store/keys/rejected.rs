//! Keys that nobody accepts: from the start, or not any more.

use jiff::Timestamp;

use super::super::banners::{Banner, Cause, Sureness, Words};
use super::super::event::Severity;
use super::row::{Cell, Row, any_trial, names, regions};
use crate::model::KeyState;

/// What to do about a key that nobody accepts.
const CHECK: &str = "Check the key where it comes from, or make a new one in the Portal.";
/// What to do where the service rejects keys that were good.
const STATUS: &str = "possibly the service's own trouble: see https://status.speechmatics.com.";

/// The same in few words, where that happened to every key.
const ALL_KEYS: &str = "Every key is: see https://status.speechmatics.com. ";

impl Row<'_> {
    /// Rejected by all that have said anything, from the start.
    pub(super) fn rejected_everywhere(&self, now: Timestamp) -> Option<Banner> {
        let (rejected, unheard) = (self.said(KeyState::Rejected), self.unheard());
        let (name, status) = (self.name, self.status(&rejected));
        let head = match (unheard.len(), rejected.as_slice()) {
            (1.., _) => format!("key {name} is rejected{status} by all that answered: {}", names(&rejected)),
            (0, [one]) => format!("key {name} is rejected{status} by {}", one.name),
            (0, more) => {
                format!("key {name} is rejected everywhere{status}, by all {} environments", more.len())
            }
        };
        let sure = if unheard.is_empty() { Sureness::Probable } else { Sureness::Possible };
        let advice = format!("It is {} {}.", sure.word(), self.wrong_or(&rejected, &unheard, now));
        let others = self.others(&rejected, now);
        let fault = match others.good.first() {
            Some(good) => format!(" The fault is the key's: key {good} is accepted there."),
            None if others.rejected && unheard.is_empty() => {
                format!(" No other key is accepted there either: {STATUS}")
            }
            None => String::new(),
        };
        let advice = format!("{advice}{fault}");
        let place = match (unheard.len(), rejected.as_slice()) {
            (1.., _) => " so far".to_owned(),
            (0, [one]) => format!(" by {}", one.name),
            (0, _) => " everywhere".to_owned(),
        };
        let all_lost = others.good.is_empty() && others.rejected && unheard.is_empty();
        let first = if all_lost { ALL_KEYS } else { "" };
        let words = Words {
            head,
            advice: format!("{advice} {CHECK}"),
            brief: format!("key {name} is rejected{status}{place}"),
            todo: format!("{first}Wrong, revoked or expired? Check it. The Portal makes new ones."),
        };
        // Where some have not said, a key that is merely tried may well be good there.
        let severity = match sure {
            Sureness::Possible if rejected.iter().any(|cell| cell.declared) => Severity::Error,
            Sureness::Possible => Severity::Warning,
            _ => Severity::Critical,
        };
        self.banner(Cause::KeyRejectedEverywhere(self.key), severity, sure, words, &rejected)
    }

    /// `wrong, revoked or expired`, with what else it may be.
    fn wrong_or(&self, rejected: &[Cell<'_>], unheard: &[Cell<'_>], now: Timestamp) -> String {
        let mut text = match self.end {
            Some(end) if end > now => "wrong or revoked: it is a temporary key whose own end has not come",
            _ => "wrong, revoked or expired",
        }
        .to_owned();
        if any_trial(rejected) {
            text.push_str(", or its trial is over");
        }
        if let ([], [region]) = (unheard, regions(rejected).as_slice())
            && !any_trial(rejected)
        {
            text = format!("{text}, or a key of another region: it is tried in {region} only");
        }
        if !unheard.is_empty() {
            let verb = if unheard.len() == 1 { "has" } else { "have" };
            text = format!("{text}, or good only in {}, which {verb} not said", names(unheard));
        }
        text
    }

    /// Rejected by some that had accepted it.
    pub(super) fn no_longer_accepted(&self, now: Timestamp) -> Option<Banner> {
        let lost = self.lost();
        let (name, places, status) = (self.name, names(&lost), self.status(&lost));
        let accepted = self.accepted();
        let everywhere = self.said(KeyState::Rejected).len() == self.cells.len();
        let head = if everywhere && lost.len() < self.cells.len() {
            format!("key {name} is rejected everywhere{status}, until now accepted in {places}")
        } else {
            format!("{places}: key {name} is rejected{status}, accepted until now")
        };
        let (sure, meaning) =
            if accepted.is_empty() { self.lost_all(&lost, now) } else { lost_some(&lost, &accepted) };
        let before_its_end = match self.end {
            Some(_) => " It is a temporary key, but was rejected before its own end.",
            None => "",
        };
        let advice = format!("{meaning}{before_its_end} Jobs shown are the last that were seen.");
        let brief = if head.starts_with("key ") {
            format!("key {name} is rejected{status} everywhere now")
        } else {
            format!("{places}: key {name} is rejected{status} now")
        };
        let first = match accepted.is_empty() {
            true if self.remembered().is_empty() && self.others(&lost, now).lost => ALL_KEYS.to_owned(),
            true => "Revoked, or a contract over? Look in the Portal.".to_owned(),
            false => "Entitlement over? Ask support.".to_owned(),
        };
        let words = Words { head, advice, brief, todo: format!("{} Rows stay.", first.trim_end()) };
        self.banner(Cause::KeyNoLongerAccepted(self.key), Severity::Critical, sure, words, &lost)
    }

    fn lost_all(&self, lost: &[Cell<'_>], now: Timestamp) -> (Sureness, String) {
        let remembered = self.remembered();
        if !remembered.is_empty() {
            let (names, verb) = (names(&remembered), if remembered.len() == 1 { "does" } else { "do" });
            let text = format!(
                "It was possibly revoked, or its entitlement to {} ended; {names} accepted it and {verb} not answer now.",
                self::names(lost)
            );
            return (Sureness::Possible, text);
        }
        let others = self.others(lost, now);
        if others.lost {
            let text = "It was possibly revoked, or a trial or contract ended; but every other key was lost there too: ";
            return (Sureness::Possible, format!("{text}{STATUS}"));
        }
        let meaning = if lost.iter().all(|cell| any_trial(&[*cell])) {
            "Its trial is probably over, or it was revoked."
        } else {
            "It was probably revoked, or a trial or contract ended."
        };
        let fault = match others.good.first() {
            Some(good) => format!(" The fault is the key's: key {good} is accepted there."),
            None => String::new(),
        };
        (Sureness::Probable, format!("{meaning}{fault}"))
    }
}

/// Lost in some environments, still accepted in others.
fn lost_some(lost: &[Cell<'_>], accepted: &[Cell<'_>]) -> (Sureness, String) {
    let in_region = |cell: &Cell<'_>| accepted.iter().any(|other| other.region == cell.region);
    let still = names(accepted);
    let places = names(lost);
    if lost.iter().all(in_region) {
        let text = format!(
            "Still accepted in {still}, and keys are replicated within a region: it was not revoked, its \
             entitlement to {places} probably ended."
        );
        return (Sureness::Probable, text);
    }
    if lost.iter().all(|cell| any_trial(&[*cell])) {
        return (Sureness::Probable, format!("Its trial is probably over. Still accepted in {still}."));
    }
    let apart: Vec<Cell<'_>> = lost.iter().copied().filter(|cell| !in_region(cell)).collect();
    let regions = regions(&apart).join(" and ");
    let text = format!(
        "Still accepted in {still}: its entitlement to {regions} probably ended, or it was revoked there."
    );
    (Sureness::Probable, text)
}
