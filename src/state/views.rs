//! Saved views: a filter, perhaps columns and a sort, under a name and a number. What was there without a
//! view is kept, and comes back when the view is left.

use std::borrow::Cow;

use super::presenter::Presenter;
use super::{Action, Columns, Effect, State};
use crate::store::Sort;

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// What it is called.
    pub name: String,
    /// Its query, which has been parsed before.
    pub filter: String,
    /// Its columns; `None` leaves those that are there.
    pub columns: Option<Columns>,
    /// Its sort; `None` leaves the one that is there.
    pub sort: Option<Sort>,
}

/// What a view arranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The query.
    pub filter: String,
    /// The columns.
    pub columns: Columns,
    /// The sort.
    pub sort: Sort,
}

/// The views that there are, and which one is in force.
#[derive(Clone, Debug, Default)]
pub struct Views {
    list: Vec<View>,
    at: Option<usize>,
    /// What there is without a view.
    home: Arrangement,
}

/// The keys of views, in order.
const KEYS: [Action; 9] = [
    Action::View1,
    Action::View2,
    Action::View3,
    Action::View4,
    Action::View5,
    Action::View6,
    Action::View7,
    Action::View8,
    Action::View9,
];

impl Views {
    /// Views in the order of their keys, none in force.
    pub fn new(list: Vec<View>) -> Self {
        Self { list, ..Self::default() }
    }

    /// The views of somebody who has written none.
    pub fn builtin() -> Vec<View> {
        let view = |name: &str, filter: &str, columns: &[&str], sort: &str| View {
            name: name.to_owned(),
            filter: filter.to_owned(),
            columns: Columns::parse(columns.iter().copied()).ok(),
            sort: Sort::parse(sort).ok(),
        };
        // All that is left of the line goes to the reason: that is where they differ.
        let reasons = ["env", "status", "name", "error", "age"];
        vec![
            view("rejected in 24 h", "status:rejected age<1d", &["env", "name", "error", "age"], ""),
            view("running", "status:running", &[], "-age"),
            view("with errors", "-error:\"\"", &reasons, ""),
            view("gone in 24 h", "age>6d", &[], "expires"),
        ]
    }

    /// All of them.
    pub fn list(&self) -> &[View] {
        &self.list
    }

    /// The one in force.
    pub fn in_force(&self) -> Option<&View> {
        self.at.and_then(|at| self.list.get(at))
    }

    /// What there is without a view.
    pub(super) fn home(&self) -> &Arrangement {
        &self.home
    }

    /// The place of a view by its number, from 1, or its name, whose case does not matter.
    pub fn find(list: &[View], word: &str) -> Option<usize> {
        let named = list.iter().position(|view| view.name.to_lowercase() == word.trim().to_lowercase());
        let numbered = || {
            let at = word.trim().parse::<usize>().ok()?.checked_sub(1)?;
            (at < list.len()).then_some(at)
        };
        named.or_else(numbered)
    }

    /// The views with their numbers, for messages: `1 running, 2 …`.
    pub fn named(list: &[View]) -> String {
        let named: Vec<String> =
            list.iter().zip(1..).map(|(view, number)| format!("{number} {}", view.name)).collect();
        if named.is_empty() { "none".to_owned() } else { named.join(", ") }
    }

    /// What the help says of a view's key; `None` of other keys.
    pub fn help(&self, action: Action, presenter: &Presenter) -> Option<String> {
        let at = place(action)?;
        let view = self.list.get(at)?;
        let filter = presenter.query(&view.filter);
        let filter = if filter.is_empty() { String::new() } else { format!(" ({filter})") };
        Some(format!("view {}{filter}", presenter.view(at, &view.name)))
    }

    /// All of them with their numbers, as they may be shown.
    fn known(&self, presenter: &Presenter) -> String {
        let shown = |(at, view): (usize, &View)| {
            let name = presenter.view(at, &view.name).into_owned();
            View { name, ..view.clone() }
        };
        Self::named(&self.list.iter().enumerate().map(shown).collect::<Vec<_>>())
    }

    /// The views that have a key, with that and a word each, as they may be shown.
    pub(super) fn hints(&self, presenter: &Presenter) -> impl Iterator<Item = (Action, String)> {
        let word = |(at, view): (usize, &View)| brief(&presenter.view(at, &view.name)).to_owned();
        KEYS.into_iter().zip(self.list.iter().enumerate().map(word))
    }

    /// The key of the last view that has one.
    pub(super) fn last_key(&self) -> Option<Action> {
        KEYS.get(..self.list.len().min(KEYS.len())).and_then(<[Action]>::last).copied()
    }

    /// Whether a key has a view, where it is a view's.
    pub(super) fn offers(&self, action: Action) -> bool {
        place(action).is_none_or(|at| at < self.list.len())
    }
}

/// A name for a line of hints: the views that are built in have a shorter one.
fn brief(name: &str) -> &str {
    match name {
        "rejected in 24 h" => "rejected",
        "with errors" => "errors",
        "gone in 24 h" => "expiring",
        _ => name,
    }
}

/// A text in TOML's double quotes. There are no control characters in what a line can hold.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn place(action: Action) -> Option<usize> {
    KEYS.iter().position(|key| *key == action)
}

impl State {
    /// What there is now.
    pub(super) fn arrangement(&self) -> Arrangement {
        Arrangement { filter: self.filter.text().to_owned(), columns: self.columns.clone(), sort: self.sort }
    }

    pub(super) fn arrange(&mut self, arrangement: Arrangement) {
        // What was in force before, or was parsed at the start, parses.
        let _ = self.filter.set(&arrangement.filter, &self.settings.zone);
        (self.columns, self.sort) = (arrangement.columns, arrangement.sort);
    }

    /// The view in force, and whether something of it has been changed since.
    pub fn view(&self) -> Option<(&View, bool)> {
        let view = self.views.in_force()?;
        let same = self.filter.text() == view.filter.trim()
            && view.columns.as_ref().is_none_or(|columns| *columns == self.columns)
            && view.sort.is_none_or(|sort| sort == self.sort);
        Some((view, !same))
    }

    /// What the view in force is called, as it may be shown.
    pub fn view_name(&self) -> Cow<'_, str> {
        let at = self.views.at.unwrap_or_default();
        self.views.in_force().map_or(Cow::Borrowed(""), |view| self.presenter.view(at, &view.name))
    }

    /// What a key of the views does.
    pub(super) fn act_on_views(&mut self, action: Action) {
        let Some(at) = place(action) else { return self.leave_view() };
        if !self.open_view(at) {
            let known = self.views.known(&self.presenter);
            self.remark(format!("there is no view {}; there are {known}", at + 1));
        }
    }

    /// Puts a view in force; says whether there is one.
    pub(super) fn open_view(&mut self, at: usize) -> bool {
        if at >= self.views.list.len() {
            return false;
        }
        self.go_home();
        let Some(view) = self.views.list.get(at).cloned() else { return false };
        let home = self.views.home.clone();
        self.views.at = Some(at);
        self.arrange(Arrangement {
            filter: view.filter,
            columns: view.columns.unwrap_or(home.columns),
            sort: view.sort.unwrap_or(home.sort),
        });
        self.selection.clear();
        true
    }

    /// Leaves the view in force.
    pub(super) fn leave_view(&mut self) {
        if self.views.at.is_none() {
            let known = self.views.known(&self.presenter);
            return self.remark(format!("no view is in force; there are {known}"));
        }
        self.go_home();
        self.arrange(self.views.home.clone());
        self.selection.clear();
    }

    /// Notes what is to be there without a view: what there is now, but for what the view in force set.
    fn go_home(&mut self) {
        let now = self.arrangement();
        let Some(view) = self.views.at.take().and_then(|at| self.views.list.get(at)) else {
            self.views.home = now;
            return;
        };
        if view.columns.is_none() {
            self.views.home.columns = now.columns;
        }
        if view.sort.is_none() {
            self.views.home.sort = now.sort;
        }
    }

    /// What there is now as the configuration would have it, for somebody who wants to keep it as a view.
    pub(super) fn copy_view(&mut self) -> Vec<Effect> {
        let Arrangement { filter, columns, sort } = self.arrangement();
        if self.presenter.query(&filter) != filter {
            let why = "no view is copied in presenter mode: the words of its filter cannot be masked";
            self.remark(format!("{why}; P ends it"));
            return Vec::new();
        }
        let name = self.views.in_force().map_or(Cow::Borrowed("my view"), |_| self.view_name());
        let mut text = format!("[[views]]\nname = {}\n", quoted(&name));
        if !filter.is_empty() {
            text = format!("{text}filter = {}\n", quoted(&filter));
        }
        let columns: Vec<String> = columns.written().iter().map(|column| quoted(column)).collect();
        if !columns.is_empty() {
            text = format!("{text}columns = [{}]\n", columns.join(", "));
        }
        text = format!("{text}sort = {}\n", quoted(&sort.to_string()));
        vec![Effect::Copy(text, "1 view for the configuration".to_owned())]
    }

    /// What there is without a view, as of now.
    pub(super) fn home(&self) -> Arrangement {
        let now = self.arrangement();
        let Some(view) = self.views.in_force() else { return now };
        let home = self.views.home();
        Arrangement {
            filter: home.filter.clone(),
            columns: if view.columns.is_none() { now.columns } else { home.columns.clone() },
            sort: if view.sort.is_none() { now.sort } else { home.sort },
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::{Message, Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{at, fleet};
    use crate::store::query::Query;

    fn state() -> State {
        let settings = Settings {
            refresh: std::time::Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
        state.views = Views::new(Views::builtin());
        state
    }

    /// Presses keys; `E` is Esc.
    fn press(state: &mut State, keys: &str) -> String {
        for char in keys.chars() {
            let code = if char == 'E' { KeyCode::Esc } else { KeyCode::Char(char) };
            state.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), at(1));
        }
        let name = state.view().map_or("–".to_owned(), |(view, changed)| {
            format!("{}{}", view.name, if changed { "*" } else { "" })
        });
        format!("{name} | {} | {}", state.filter.text(), state.sort)
    }

    #[test]
    fn the_views_that_are_built_in_are_whole() {
        for view in Views::builtin() {
            Query::parse(&view.filter, &TimeZone::UTC).unwrap();
            assert!(view.columns.is_some() || view.sort.is_some(), "{}", view.name);
        }
        assert_eq!(Views::builtin()[1].sort, Some(Sort::parse("-age").unwrap()));
        assert_eq!(Views::builtin()[0].columns.as_ref().unwrap().written().len(), 4);
    }

    #[test]
    fn a_view_comes_with_what_it_sets_and_goes_without_it() {
        let mut state = state();
        state.filter.set("env:eu1", &TimeZone::UTC).unwrap();
        assert_eq!(press(&mut state, ">"), "– | env:eu1 | expires");
        assert_eq!(press(&mut state, "2"), "running | status:running | -age");
        assert_eq!(press(&mut state, "o"), "running* | status:running | age");
        assert_eq!(press(&mut state, "2"), "running | status:running | -age");
        // This one leaves the sort: what is changed of it stays.
        assert_eq!(press(&mut state, "1"), "rejected in 24 h | status:rejected age<1d | expires");
        assert_eq!(press(&mut state, "o"), "rejected in 24 h | status:rejected age<1d | -expires");
        assert_eq!(state.columns.written().len(), 4);
        assert_eq!(press(&mut state, "0"), "– | env:eu1 | -expires");
        assert!(state.columns.is_automatic());
        assert_eq!(press(&mut state, "2E"), "– | env:eu1 | -expires", "Esc leaves a view too");
        assert_eq!(press(&mut state, "E"), "–  | | -expires".replace("–  |", "– | "));
    }

    #[test]
    fn a_number_without_a_view_says_which_there_are() {
        let mut state = state();
        for keys in ["9", "0"] {
            press(&mut state, keys);
            let said = state.notice.as_ref().unwrap().text.clone();
            assert!(said.contains("there are 1 rejected in 24 h, 2 running"), "{said}");
        }
        assert!(state.offers(Action::View4) && !state.offers(Action::View5) && state.offers(Action::NoView));
    }

    #[test]
    fn what_is_shown_is_copied_as_a_view() {
        let mut state = state();
        let copied = |state: &mut State| match &state.act(Action::CopyView)[..] {
            [Effect::Copy(text, _)] => text.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(copied(&mut state), "[[views]]\nname = \"my view\"\nsort = \"age\"\n");
        state.filter.set(r#"title:"a \" b""#, &TimeZone::UTC).unwrap();
        state.columns = Columns::parse(["name:30", "age"]).unwrap();
        let text = copied(&mut state);
        let read: toml::Table = toml::from_str(&text).unwrap();
        let view = &read["views"][0];
        assert_eq!(view["filter"].as_str(), Some(r#"title:"a \" b""#));
        let columns: Vec<_> =
            view["columns"].as_array().unwrap().iter().map(|column| column.as_str()).collect();
        assert_eq!(columns, [Some("name:30"), Some("age")]);
        press(&mut state, "2");
        assert!(copied(&mut state).contains("name = \"running\""));
    }

    #[test]
    fn views_are_found_by_name_and_by_number() {
        let list = Views::builtin();
        for (word, at) in [("2", Some(1)), ("Running ", Some(1)), ("0", None), ("5", None), ("run", None)] {
            assert_eq!(Views::find(&list, word), at, "{word}");
        }
    }
}
