//! What is wrong with this machine's clock, as far as the service's environments agree on it.

use super::super::Store;
use super::super::event::Severity;
use super::{Banner, Cause, Sureness};

impl Store {
    /// The banner about the local clock.
    pub(super) fn clock_banner(&self) -> Option<Banner> {
        let wrong = self.clock.as_ref()?;
        let effect = "Ages, what counts as today and the end of temporary keys are off by as much.";
        let (sure, advice) = match wrong.witnesses.as_slice() {
            [one] => {
                let name = self.fleet.environment_name(*one);
                (
                    Sureness::Possible,
                    format!("{effect} Set the clock (NTP); or it is {name}'s own that is wrong."),
                )
            }
            _ => (Sureness::Certain, format!("{effect} Set the clock (NTP).")),
        };
        Some(Banner {
            cause: Cause::ClockWrong,
            severity: Severity::Warning,
            sure,
            head: self.clock_in_words(wrong),
            advice,
            brief: self.clock_in_words(wrong),
            todo: "Set the clock (NTP).".to_owned(),
            since: wrong.since,
            last_good: None,
            next: None,
        })
    }
}
