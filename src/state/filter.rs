//! The filter line: the query in force, and the text being edited. A broken text leaves the last good
//! query in force, so that the rows do not vanish while somebody types.

use jiff::tz::TimeZone;
use tui_input::Input;

use crate::store::query::{Query, QueryError};

/// The filter line.
#[derive(Debug, Default)]
pub struct Filter {
    query: Query,
    text: String,
    generation: u64,
    editing: Option<Editing>,
}

#[derive(Debug)]
struct Editing {
    input: Input,
    error: Option<QueryError>,
    /// What was in force before, for Esc.
    before: String,
}

impl Filter {
    /// The query in force.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The text of the query in force; empty when nothing is filtered.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Goes up with every change of the query in force.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The line being edited, if it is.
    pub fn input(&self) -> Option<&Input> {
        self.editing.as_ref().map(|editing| &editing.input)
    }

    /// What is wrong with the text being edited.
    pub fn error(&self) -> Option<&QueryError> {
        self.editing.as_ref().and_then(|editing| editing.error.as_ref())
    }

    /// Puts a query in force without editing.
    ///
    /// # Errors
    /// When the text is no query; the old one stays in force.
    pub fn set(&mut self, text: &str, zone: &TimeZone) -> Result<(), QueryError> {
        let text = text.trim();
        let query = Query::parse(text, zone)?;
        if text != self.text {
            self.query = query;
            text.clone_into(&mut self.text);
            self.generation += 1;
        }
        Ok(())
    }

    /// Reads the text in force again: its dates are in another zone now.
    pub(super) fn read_again(&mut self, zone: &TimeZone) {
        if let Ok(query) = Query::parse(&self.text, zone) {
            self.query = query;
            self.generation += 1;
        }
    }

    /// Opens the line with the text in force.
    pub(super) fn edit(&mut self) {
        let input = Input::new(self.text.clone());
        self.editing = Some(Editing { input, error: None, before: self.text.clone() });
    }

    /// Changes the text being edited and tries it at once.
    pub(super) fn type_in(&mut self, zone: &TimeZone, change: impl FnOnce(&mut Input)) {
        let Some(mut editing) = self.editing.take() else { return };
        change(&mut editing.input);
        editing.error = self.set(editing.input.value(), zone).err();
        self.editing = Some(editing);
    }

    /// Closes the line and keeps what is in force. A text that is broken stays open.
    pub(super) fn keep(&mut self) {
        if self.error().is_none() {
            self.editing = None;
        }
    }

    /// Closes the line and goes back to what was in force before.
    pub(super) fn cancel(&mut self, zone: &TimeZone) {
        if let Some(editing) = self.editing.take() {
            // It was in force before, so it parses.
            let _ = self.set(&editing.before, zone);
        }
    }
}
