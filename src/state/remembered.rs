//! How the dashboard begins, and what of it lasts: the columns, the sort, the filter and the view, as the
//! command line, the configuration and the last time have them, in this order. Files are the rim's.

use serde::{Deserialize, Serialize};

use super::views::{Arrangement, View, Views};
use super::{Columns, JobLink, State};
use crate::store::Sort;
use crate::store::query::Query;

/// The version of what is remembered.
const VERSION: u32 = 1;

/// What the dashboard begins with, as the command line and the configuration have it.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The saved views.
    pub views: Vec<View>,
    /// The columns without a view, as configured.
    pub columns: Columns,
    /// The sort without a view, as configured.
    pub sort: Sort,
    /// The view that was asked for: its place among the views.
    pub view: Option<usize>,
    /// The filter that was asked for; it has been parsed before.
    pub filter: Option<String>,
    /// The job that was asked for.
    pub job: Option<JobLink>,
}

/// What lasts over restarts. What another version knows beside it is ignored here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Of what kind this is.
    version: u32,
    /// How the jobs are shown without a view.
    #[serde(default)]
    home: Kept,
    /// The name of the view in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    view: Option<String>,
    /// How they are shown now, where that is not what the view says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<Kept>,
}

/// An arrangement in words; what is not there is as it was configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    filter: String,
    /// None at all are the automatic ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
}

impl Kept {
    fn of(arrangement: &Arrangement, configured: &Arrangement) -> Self {
        let Arrangement { filter, columns, sort } = arrangement;
        Self {
            filter: filter.clone(),
            columns: (*columns != configured.columns).then(|| columns.written()),
            sort: (*sort != configured.sort).then(|| sort.to_string()),
        }
    }
}

impl Remembered {
    /// Whether it is of a kind that can be read.
    pub fn is_readable(&self) -> bool {
        self.version == VERSION
    }
}

impl State {
    /// Begins as the command line says, else as the configuration and the last time say.
    pub fn begin(&mut self, start: Start, remembered: Option<&Remembered>) {
        let Start { views, columns, sort, view, filter, job } = start;
        self.configured = Arrangement { filter: String::new(), columns, sort };
        self.views = Views::new(views);
        self.link = job;
        let home = remembered.map(|remembered| self.recalled(&remembered.home));
        self.arrange(home.unwrap_or_else(|| self.configured.clone()));
        if let Some(at) = view {
            self.open_view(at);
        } else if let Some(remembered) = remembered.filter(|_| filter.is_none()) {
            self.resume_view(remembered);
        }
        if let Some(filter) = filter {
            let _ = self.filter.set(&filter, &self.settings.zone);
        }
    }

    /// Puts the view of the last time in force, and what had been changed of it.
    fn resume_view(&mut self, remembered: &Remembered) {
        let by_name = |view: &View| Some(&view.name) == remembered.view.as_ref();
        let Some(at) = self.views.list().iter().position(by_name) else { return };
        self.open_view(at);
        if let Some(now) = &remembered.now {
            let now = self.recalled(now);
            self.arrange(now);
        }
    }

    /// An arrangement of the last time; what can no longer be read of it is as it was configured.
    fn recalled(&self, kept: &Kept) -> Arrangement {
        let columns = kept.columns.as_ref().and_then(|written| {
            if written.is_empty() {
                return Some(Columns::default());
            }
            Columns::parse(written.iter().map(String::as_str)).ok()
        });
        let sort = kept.sort.as_ref().and_then(|text| Sort::parse(text).ok());
        let is_query = Query::parse(&kept.filter, &self.settings.zone).is_ok();
        Arrangement {
            filter: if is_query { kept.filter.clone() } else { String::new() },
            columns: columns.unwrap_or_else(|| self.configured.columns.clone()),
            sort: sort.unwrap_or(self.configured.sort),
        }
    }

    /// What is to last.
    pub fn remember(&self) -> Remembered {
        let kept = |arrangement: &Arrangement| Kept::of(arrangement, &self.configured);
        let changed = self.view().is_some_and(|(_, changed)| changed);
        Remembered {
            version: VERSION,
            home: kept(&self.home()),
            view: self.views.in_force().map(|view| view.name.clone()),
            now: changed.then(|| kept(&self.arrangement())),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::{Action, Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{at, fleet};

    fn state() -> State {
        let settings = Settings {
            refresh: std::time::Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0))
    }

    fn start() -> Start {
        Start { views: Views::builtin(), sort: Sort::parse("status").unwrap(), ..Start::default() }
    }

    /// A dashboard after another, of which only what it remembers is left.
    fn again(before: &State, start: Start) -> State {
        let written = serde_json::to_string(&before.remember()).unwrap();
        let read: Remembered = serde_json::from_str(&written).unwrap();
        assert!(read == before.remember() && read.is_readable());
        let mut state = state();
        state.begin(start, Some(&read));
        state
    }

    fn shown(state: &State) -> String {
        let view = state.view().map_or("–".to_owned(), |(view, changed)| format!("{}{changed}", view.name));
        format!("{view} | {} | {} | {}", state.filter.text(), state.columns.written().join(" "), state.sort)
    }

    #[test]
    fn what_was_chosen_is_there_again() {
        let mut first = state();
        first.begin(start(), None);
        assert_eq!(shown(&first), "– |  |  | status");
        assert_eq!(again(&first, start()).remember(), first.remember());
        first.filter.set("env:eu1", &TimeZone::UTC).unwrap();
        first.columns = Columns::parse(["name:40", "age"]).unwrap();
        first.sort = Sort::parse("-age, name").unwrap();
        assert_eq!(shown(&again(&first, start())), "– | env:eu1 | name:40 age | -age, name");
        first.act(Action::View2);
        first.act(Action::SortReverse);
        let mut second = again(&first, start());
        assert_eq!(shown(&second), "runningtrue | status:running | name:40 age | age");
        second.act(Action::NoView);
        assert_eq!(shown(&second), "– | env:eu1 | name:40 age | -age, name");
        // What is as configured follows the configuration.
        let other = Start { sort: Sort::parse("id").unwrap(), ..start() };
        let mut plain = state();
        plain.begin(start(), None);
        assert_eq!(shown(&again(&plain, other)), "– |  |  | id");
    }

    #[test]
    fn the_command_line_goes_before_views_and_views_before_the_last_time() {
        let mut first = state();
        first.begin(start(), None);
        first.filter.set("env:eu1", &TimeZone::UTC).unwrap();
        first.act(Action::View2);
        let with = |view, filter: Option<&str>| Start { view, filter: filter.map(str::to_owned), ..start() };
        let begun = |start| shown(&again(&first, start));
        assert_eq!(begun(with(None, None)), "runningfalse | status:running |  | -age");
        assert_eq!(begun(with(Some(3), None)), "gone in 24 hfalse | age>6d |  | expires");
        assert_eq!(begun(with(None, Some("id~7"))), "– | id~7 |  | status");
        assert_eq!(begun(with(None, Some(""))), "– |  |  | status");
        assert_eq!(begun(with(Some(1), Some("id~7"))), "runningtrue | id~7 |  | -age");
    }

    #[test]
    fn what_cannot_be_read_any_more_is_as_configured() {
        for text in [
            r#"{"version": 1}"#,
            r#"{"version": 1, "home": {"filter": "(", "columns": ["size"], "sort": "size"}, "view": "gone"}"#,
            r#"{"version": 1, "theme": "light", "home": {"columns": ["age", "age"], "more": [1]}, "now": {}}"#,
        ] {
            let mut state = state();
            state.begin(start(), Some(&serde_json::from_str(text).unwrap()));
            assert_eq!(shown(&state), "– |  |  | status", "{text}");
        }
        assert!(!serde_json::from_str::<Remembered>(r#"{"version": 2}"#).unwrap().is_readable());
    }
}
