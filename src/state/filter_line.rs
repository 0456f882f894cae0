//! What the keys of the filter line do, and what the fleet has to offer to whoever writes a filter. The
//! line of the event list, which knows no fields, answers to the same keys.

use jiff::{ToSpan, Zoned};

use super::completion::{Value, Vocabulary};
use super::presenter::Presenter;
use super::{Action, Filter, Overlay, State};
use crate::model::Fleet;
use crate::store::Store;
use crate::store::query::{Field, Kind, TextField};

/// What is known of the fleet, to be written in a filter.
struct Known<'a> {
    store: &'a Store,
    presenter: &'a Presenter,
    today: Zoned,
}

/// Every status that the service names, with what it means to an operator.
const STATUSES: [(&str, &str); 5] = [
    ("running", "not finished yet"),
    ("done", "finished"),
    ("rejected", "not accepted, or failed"),
    ("deleted", "taken away by somebody"),
    ("expired", "taken away by the service"),
];

impl Vocabulary for Known<'_> {
    fn values(&self, field: &Field, operator: &str) -> Vec<Value> {
        let value =
            |(text, help): &(&str, &str)| Value { text: (*text).to_owned(), help: (*help).to_owned() };
        match (field.kind, operator) {
            (Kind::Text(field), _) if self.presenter.is_on() && !is_of_the_fleet(field) => Vec::new(),
            (Kind::Text(field), _) => self.texts(field),
            (Kind::Duration, _) => {
                [("10m", "ten minutes"), ("1h", "an hour"), ("2h", "two hours")].iter().map(value).collect()
            }
            (Kind::Age, _) | (Kind::Time, ">" | "<") => {
                [("1h", "an hour ago"), ("1d", "a day ago"), ("2d", "two days ago")]
                    .iter()
                    .map(value)
                    .collect()
            }
            (Kind::Time, _) => self.days(),
        }
    }

    fn may_recall(&self, filter: &str) -> bool {
        self.presenter.query(filter) == filter
    }
}

impl Known<'_> {
    fn texts(&self, field: TextField) -> Vec<Value> {
        let fleet = self.store.fleet();
        let mut values: Vec<Value> = self
            .store
            .vocabulary(field)
            .into_iter()
            .map(|text| Value { text: text.to_owned(), help: help(fleet, field, text) })
            .collect();
        if field == TextField::Status {
            let seen = |status: &str| values.iter().any(|value| value.text == status);
            let others = STATUSES.iter().filter(|(status, _)| !seen(status));
            let others: Vec<Value> = others
                .map(|(status, _)| Value { text: (*status).to_owned(), help: "none now".to_owned() })
                .collect();
            values.extend(others);
        }
        values
    }

    /// The days of which there may be jobs, today first.
    fn days(&self) -> Vec<Value> {
        (0..8_i64)
            .filter_map(|ago| Some((ago, self.today.checked_sub(ago.days()).ok()?)))
            .map(|(ago, day)| {
                let help = match ago {
                    0 => "today".to_owned(),
                    1 => "yesterday".to_owned(),
                    ago => format!("{ago} days ago"),
                };
                Value { text: day.date().to_string(), help }
            })
            .collect()
    }
}

/// Whether the values of a field say nothing of what is in a job.
fn is_of_the_fleet(field: TextField) -> bool {
    use TextField::{Environment, Key, Language, Model, Region, Status};
    matches!(field, Environment | Key | Language | Model | Region | Status)
}

/// A few words on a value.
fn help(fleet: &Fleet, field: TextField, value: &str) -> String {
    match field {
        TextField::Environment => fleet
            .environments
            .iter()
            .find(|at| at.name.as_str() == value)
            .map_or(String::new(), |at| format!("region {}", at.region)),
        TextField::Region => {
            let here = fleet.environments.iter().filter(|at| at.region.as_str() == value);
            here.map(|at| at.name.as_str()).collect::<Vec<_>>().join(", ")
        }
        TextField::Status => {
            STATUSES.iter().find(|(status, _)| *status == value).map_or("", |(_, help)| help).to_owned()
        }
        // They say all there is to say.
        _ => String::new(),
    }
}

impl State {
    /// Does something with the line of the jobs' filter.
    pub(super) fn with_filter(&mut self, change: impl FnOnce(&mut Filter, &dyn Vocabulary)) {
        let today = self.now.to_zoned(self.settings.zone.clone());
        let known = Known { store: &self.store, presenter: &self.presenter, today };
        change(&mut self.filter, &known);
    }

    /// Changes what is typed into it.
    pub(super) fn type_in_filter(&mut self, change: impl FnOnce(&mut tui_input::Input)) {
        let zone = self.settings.zone.clone();
        self.with_filter(|filter, known| filter.type_in(&zone, known, change));
    }

    /// Edits the line that is in front: that of the event list over the panes, else that of the jobs.
    pub(super) fn filter_line(&mut self, action: Action) {
        if matches!(self.overlay, Some(Overlay::Help(_))) {
            self.search_help(action);
            return;
        }
        if self.overlay.is_some() {
            if matches!(self.overlay, Some(Overlay::Events(_))) {
                match action {
                    Action::EditFilter => self.event_filter.edit(),
                    Action::EmptyFilter => {
                        self.event_filter.type_in(|input| *input = tui_input::Input::default());
                    }
                    Action::KeepFilter => self.event_filter.keep(),
                    Action::CancelFilter => self.event_filter.clear(),
                    // Words of events are not completed.
                    _ => {}
                }
            }
            return;
        }
        let zone = self.settings.zone.clone();
        self.with_filter(|filter, known| match action {
            Action::EditFilter => filter.edit(known),
            Action::EmptyFilter => filter.type_in(&zone, known, |input| *input = tui_input::Input::default()),
            Action::Complete => filter.take(&zone, known),
            Action::NextSuggestion => filter.step(true, &zone, known),
            Action::PreviousSuggestion => filter.step(false, &zone, known),
            // What was chosen is wanted before the whole is.
            Action::KeepFilter if filter.has_chosen() => filter.take(&zone, known),
            Action::KeepFilter => filter.keep(),
            _ => filter.cancel(&zone),
        });
    }
}
