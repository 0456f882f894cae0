//! Keys that are good, and rejected where the user named them all the same.

use super::super::banners::{Banner, Cause, Sureness, Words};
use super::super::event::Severity;
use super::row::{Cell, Row, any_trial, names, regions};
use crate::model::KeyState;

impl Row<'_> {
    /// Rejected from the start where it is declared, while other environments know it.
    pub(super) fn rejected_where_declared(&self) -> Option<Banner> {
        let declared: Vec<Cell<'_>> =
            self.never_accepted().into_iter().filter(|cell| cell.declared).collect();
        let (name, places) = (self.name, names(&declared));
        let head = format!("{places}: key {name} is rejected{} where it is declared", self.status(&declared));
        // Within a region keys are replicated, so that a twin that knows the key says the most, also where
        // it does not answer just now.
        let known = self.pick(|cell| matches!(cell.said, KeyState::Accepted | KeyState::Forbidden));
        let (beside, apart): (Vec<Cell<'_>>, Vec<Cell<'_>>) =
            declared.iter().partition(|cell| known.iter().any(|twin| twin.region == cell.region));
        let mut sure = Sureness::Probable;
        let mut meanings = Vec::new();
        if !beside.is_empty() {
            meanings.push(not_entitled_beside(&beside));
        }
        if !apart.is_empty() {
            let (own, meaning) = self.not_entitled_apart(&apart);
            sure = sure.max(own);
            meanings.push(meaning);
        }
        let advice = format!(
            "{} {} Ask Speechmatics, or take {places} out of the key's environments.",
            self.standing(),
            meanings.join(" ")
        );
        let brief = format!("{places}: key {name} is rejected{}", self.status(&declared));
        let todo = format!("Not entitled? Ask support, or drop {places}.");
        let cause = Cause::KeyRejectedWhereDeclared(self.key);
        self.banner(cause, Severity::Error, sure, Words { head, advice, brief, todo }, &declared)
    }

    /// Why the key itself is not at fault.
    fn standing(&self) -> String {
        let (accepted, remembered) = (self.accepted(), self.remembered());
        match (accepted.as_slice(), remembered.as_slice()) {
            ([], []) => format!("The key is known in {}.", names(&self.said(KeyState::Forbidden))),
            ([], silent) => {
                let verb = if silent.len() == 1 { "does" } else { "do" };
                format!("The key was accepted in {}, which {verb} not answer now.", names(silent))
            }
            (few, _) if few.len() <= 3 => format!("The key is good: accepted in {}.", names(few)),
            (many, _) => format!("The key is good: accepted in {} other environments.", many.len()),
        }
    }

    /// Where no twin accepts it: the region as a whole, as far as it has spoken.
    fn not_entitled_apart(&self, apart: &[Cell<'_>]) -> (Sureness, String) {
        let silent: Vec<Cell<'_>> = apart
            .iter()
            .flat_map(|cell| self.twins(cell))
            .filter(|twin| twin.silent || !matches!(twin.said, KeyState::Rejected | KeyState::Forbidden))
            .collect();
        if apart.iter().all(|cell| any_trial(&[*cell])) {
            return (Sureness::Probable, "It is probably no trial key, or its trial is over.".to_owned());
        }
        let regions = regions(apart);
        let noun = if regions.len() == 1 { "the region" } else { "the regions" };
        let regions = regions.join(" and ");
        let Some(first) = silent.first() else {
            return (Sureness::Probable, format!("It is probably not entitled to {noun} {regions}."));
        };
        let text = format!(
            "It is possibly not entitled to {noun} {regions}, or only not to {}: {} has not said.",
            names(apart),
            first.name
        );
        (Sureness::Possible, text)
    }
}

/// Where a twin knows it: this environment alone.
fn not_entitled_beside(cells: &[Cell<'_>]) -> String {
    let places = names(cells);
    // Self-service keys reach neither of the two, although their twins accept them.
    if cells.iter().all(|cell| matches!(cell.name, "eu2" | "us2")) {
        return format!(
            "It is probably not entitled to {places}: keys are replicated within a region, but self-service keys are \
             not entitled to EU2 and US2."
        );
    }
    let regions = regions(cells).join(" and ");
    format!(
        "It is probably not entitled to {places}: keys are replicated within a region, and the rest of {regions} knows \
         this one."
    )
}
