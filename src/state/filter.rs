//! The filter line: the query in force, the text being edited, what may be written next, and the filters
//! that were kept before. Of a text that is broken or unfinished what stands before that place is in force, so
//! that the rows do not vanish while somebody types: not what the letters before would have found by themselves.

use jiff::tz::TimeZone;
use tui_input::Input;

use super::completion::{Suggestion, Vocabulary, suggest};
use crate::store::Column;
use crate::store::query::{Query, QueryError};

/// The most filters that are remembered.
const REMEMBERED: usize = 50;

/// The filter line.
#[derive(Debug, Default)]
pub struct Filter {
    /// The filters that were kept, the latest last, each once.
    pub history: Vec<String>,
    query: Query,
    text: String,
    generation: u64,
    /// What the filter is about that was entered last.
    asked: Vec<Column>,
    editing: Option<Editing>,
}

#[derive(Debug)]
struct Editing {
    input: Input,
    error: Option<QueryError>,
    /// Whether somebody wanted it as it is: then what is missing is wrong.
    insisted: bool,
    /// What was in force before, for Esc.
    before: String,
    suggestions: Vec<Suggestion>,
    /// Which of them is chosen.
    chosen: Option<usize>,
    /// The place in the history that is shown, and what had been typed before.
    walked: Option<(usize, String)>,
}

/// What keeps the text being edited from being a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint<'a> {
    /// Something is missing at its end; nobody needs to worry yet.
    Unfinished(&'a QueryError),
    /// Something is wrong.
    Wrong(&'a QueryError),
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

    /// The columns that the filter names which is in force, or was before it was edited: what is being typed
    /// moves no column.
    pub fn asked(&self) -> &[Column] {
        &self.asked
    }

    /// Goes up with every change of the query in force.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The line being edited, if it is.
    pub fn input(&self) -> Option<&Input> {
        self.editing.as_ref().map(|editing| &editing.input)
    }

    /// What is wrong with the text being edited, or missing from it.
    pub fn complaint(&self) -> Option<Complaint<'_>> {
        let editing = self.editing.as_ref()?;
        let error = editing.error.as_ref()?;
        let calm = error.unfinished && !editing.insisted;
        Some(if calm { Complaint::Unfinished(error) } else { Complaint::Wrong(error) })
    }

    /// What may be written next, best first, and which of it is chosen.
    pub fn suggestions(&self) -> (&[Suggestion], Option<usize>) {
        self.editing.as_ref().map_or((&[], None), |editing| (&editing.suggestions, editing.chosen))
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
        if self.editing.is_none() {
            self.asked = self.query.columns();
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
    pub(super) fn edit(&mut self, vocabulary: &dyn Vocabulary) {
        let mut editing = Editing {
            input: Input::new(self.text.clone()),
            error: None,
            insisted: false,
            before: self.text.clone(),
            suggestions: Vec::new(),
            chosen: None,
            walked: None,
        };
        editing.suggest(vocabulary, false);
        self.editing = Some(editing);
    }

    /// Changes the text being edited and tries it at once.
    pub(super) fn type_in(
        &mut self,
        zone: &TimeZone,
        vocabulary: &dyn Vocabulary,
        change: impl FnOnce(&mut Input),
    ) {
        let Some(editing) = &mut self.editing else { return };
        let before = editing.input.value().to_owned();
        change(&mut editing.input);
        if editing.input.value() != before {
            editing.walked = None;
        }
        if editing.walked.is_none() {
            editing.suggest(vocabulary, false);
        }
        self.try_out(zone);
    }

    /// Puts the text being edited in force, as far as it is a query.
    fn try_out(&mut self, zone: &TimeZone) {
        let Some(editing) = &mut self.editing else { return };
        editing.insisted = false;
        let text = editing.input.value().to_owned();
        let error = self.set(&text, zone).err();
        let (mut wrong, mut rest) = (error.clone(), text.as_str());
        // Without the term that is wrong there may be another one around it. In the end there is no text, which
        // is a query.
        while let Some(error) = wrong {
            let mut places = rest.char_indices().map(|(at, _)| at);
            let shorter = places.rfind(|at| *at <= error.at.start).unwrap_or(0);
            rest = rest.get(..shorter).unwrap_or_default();
            wrong = self.set(rest, zone).err();
        }
        if let Some(editing) = &mut self.editing {
            // What is wrong comes before what may follow.
            if error.as_ref().is_some_and(|error| !error.unfinished) {
                editing.let_go();
            }
            editing.error = error;
        }
    }

    /// Closes the line and keeps what is in force. A text that is broken stays open.
    pub(super) fn keep(&mut self) {
        match &mut self.editing {
            Some(editing) if editing.error.is_some() => {
                editing.insisted = true;
                editing.let_go();
            }
            _ => {
                self.editing = None;
                self.asked = self.query.columns();
                self.remember();
            }
        }
    }

    /// Closes the line and goes back to what was in force before.
    pub(super) fn cancel(&mut self, zone: &TimeZone) {
        if let Some(editing) = self.editing.take() {
            // It was in force before, so it parses.
            let _ = self.set(&editing.before, zone);
        }
    }

    /// Remembers the filter in force as the latest.
    fn remember(&mut self) {
        if self.text.is_empty() {
            return;
        }
        self.history.retain(|text| *text != self.text);
        self.history.push(self.text.clone());
        self.history.drain(..self.history.len().saturating_sub(REMEMBERED));
    }

    /// Whether the arrows choose among suggestions rather than among the filters of before.
    fn chooses(&self, forward: bool) -> bool {
        self.editing.as_ref().is_some_and(|editing| {
            let nothing_yet = editing.input.value().is_empty() && editing.chosen.is_none();
            editing.walked.is_none() && !editing.suggestions.is_empty() && (forward || !nothing_yet)
        })
    }

    /// Chooses the next suggestion or the one before; or goes back and forth in the filters of before.
    pub(super) fn step(&mut self, forward: bool, zone: &TimeZone, vocabulary: &dyn Vocabulary) {
        if self.chooses(forward) {
            if let Some(editing) = &mut self.editing {
                editing.choose(forward);
            }
        } else {
            self.walk(forward, zone, vocabulary);
        }
    }

    fn walk(&mut self, forward: bool, zone: &TimeZone, vocabulary: &dyn Vocabulary) {
        let Some(editing) = &mut self.editing else { return };
        let may_recall =
            |history: &[String], at: usize| history.get(at).is_some_and(|text| vocabulary.may_recall(text));
        let (at, draft) = match editing.walked.take() {
            Some((at, draft)) if forward => {
                let all = self.history.len();
                ((at + 1..all).find(|at| may_recall(&self.history, *at)).unwrap_or(all), draft)
            }
            Some((at, draft)) => {
                ((0..at).rev().find(|at| may_recall(&self.history, *at)).unwrap_or(at), draft)
            }
            None if forward || self.history.is_empty() => {
                editing.suggest(vocabulary, true);
                return;
            }
            None => {
                let draft = editing.input.value().to_owned();
                // What is on the line already is not what somebody goes back for.
                let other = |at: &usize| self.history.get(*at).is_some_and(|text| *text != draft);
                let mut known = (0..self.history.len()).filter(|at| may_recall(&self.history, *at));
                let latest = known.clone().rev().find(other).or_else(|| known.next());
                let Some(latest) = latest else {
                    editing.suggest(vocabulary, true);
                    return;
                };
                (latest, draft)
            }
        };
        editing.let_go();
        if let Some(text) = self.history.get(at) {
            editing.input = Input::new(text.clone());
            editing.walked = Some((at, draft));
        } else {
            editing.input = Input::new(draft);
            editing.suggest(vocabulary, false);
        }
        self.try_out(zone);
    }

    /// Takes the chosen suggestion, or the first; where none is shown, shows what there is.
    pub(super) fn take(&mut self, zone: &TimeZone, vocabulary: &dyn Vocabulary) {
        let Some(editing) = &mut self.editing else { return };
        editing.walked = None;
        let chosen = editing.chosen.unwrap_or(0);
        match editing.suggestions.get(chosen).cloned() {
            None => editing.suggest(vocabulary, true),
            Some(suggestion) => {
                editing.write(suggestion);
                editing.suggest(vocabulary, false);
                self.try_out(zone);
            }
        }
    }

    /// Whether a suggestion was chosen with the arrows.
    pub(super) fn has_chosen(&self) -> bool {
        self.suggestions().1.is_some()
    }
}

impl Editing {
    /// Where the cursor is, in bytes.
    fn cursor(&self) -> usize {
        let text = self.input.value();
        text.char_indices().nth(self.input.cursor()).map_or(text.len(), |(at, _)| at)
    }

    /// Makes suggestions afresh. Behind a term that is whole there are none unless they are `asked` for:
    /// whoever is done is left in peace.
    fn suggest(&mut self, vocabulary: &dyn Vocabulary, asked: bool) {
        let text = self.input.value();
        self.suggestions = suggest(text, self.cursor(), vocabulary);
        let starts = |suggestion: &Suggestion| suggestion.at.is_empty() && suggestion.text == "-";
        if !asked && !text.is_empty() && self.suggestions.iter().any(starts) {
            self.suggestions.clear();
        }
        self.chosen = None;
    }

    /// Suggests nothing any more.
    fn let_go(&mut self) {
        self.suggestions.clear();
        self.chosen = None;
    }

    /// Chooses the next or the one before; beyond either end there is what was typed.
    fn choose(&mut self, forward: bool) {
        let last = self.suggestions.len().checked_sub(1);
        self.chosen = match self.chosen {
            None if forward => Some(0),
            None => last,
            Some(at) if forward => Some(at + 1).filter(|at| Some(*at) <= last),
            Some(at) => at.checked_sub(1),
        };
    }

    fn write(&mut self, suggestion: Suggestion) {
        let mut text = self.input.value().to_owned();
        let Suggestion { at, text: written, whole, .. } = suggestion;
        if text.get(at.clone()).is_none() {
            return;
        }
        let mut end = at.start + written.len();
        text.replace_range(at, &written);
        if whole && end == text.len() {
            text.push(' ');
            end += 1;
        }
        let cursor = text.get(..end).map_or(0, |before| before.chars().count());
        self.input = Input::new(text).with_cursor(cursor);
    }
}

#[cfg(test)]
mod tests;
