//! Which events are shown: those that hold all the words that were typed, and are bad enough.

use tui_input::Input;

use crate::store::Severity;

/// The filter of the event list. It stays while the list is closed.
#[derive(Debug, Default)]
pub struct EventFilter {
    input: Input,
    editing: bool,
    least: Option<Severity>,
}

impl EventFilter {
    /// What was typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The line being edited, if it is.
    pub fn input(&self) -> Option<&Input> {
        self.editing.then_some(&self.input)
    }

    /// How bad an event must be to be shown; `None`: all are.
    pub fn least(&self) -> Option<Severity> {
        self.least
    }

    /// Whether an event is shown, of which this is all that can be read.
    pub fn shows(&self, severity: Severity, line: &str) -> bool {
        let line = line.to_lowercase();
        self.least.is_none_or(|least| severity <= least)
            && self.text().to_lowercase().split_whitespace().all(|word| line.contains(word))
    }

    pub(super) fn edit(&mut self) {
        self.editing = true;
    }

    pub(super) fn type_in(&mut self, change: impl FnOnce(&mut Input)) {
        change(&mut self.input);
    }

    pub(super) fn keep(&mut self) {
        self.editing = false;
    }

    pub(super) fn clear(&mut self) {
        self.editing = false;
        self.input = Input::default();
    }

    pub(super) fn next_severity(&mut self) {
        self.least = match self.least {
            None => Some(Severity::Warning),
            Some(Severity::Warning) => Some(Severity::Error),
            Some(_) => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_be_there_and_case_does_not_matter() {
        let mut filter = EventFilter::default();
        for (typed, line, shown) in [
            ("", "eu1 is down", true),
            ("EU1 down", "eu1 is down", true),
            ("eu1 up", "eu1 is down", false),
            ("  ", "anything", true),
        ] {
            filter.type_in(|input| *input = Input::from(typed));
            assert_eq!(filter.shows(Severity::Info, line), shown, "{typed:?}");
        }
        filter.clear();
        let mut shown = Vec::new();
        for _ in 0..4 {
            use Severity::{Critical, Error, Info, Warning};
            let bad = [Critical, Error, Warning, Info].iter().filter(|bad| filter.shows(**bad, "")).count();
            shown.push(bad);
            filter.next_severity();
        }
        assert_eq!(shown, [4, 3, 2, 4]);
    }
}
