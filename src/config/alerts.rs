//! `[[alerts]]`: what is told to somebody who does not look, and how. Read and resolved here, but for the
//! query of a filter, which is somebody else's language: it is kept with its place.

use std::time::Duration;

use toml::de::DeTable;

use super::document::Reader;
use super::error::{At, Place, Problem, Problems, shown};
use super::parse_duration;
use super::raw::unknown;
use super::schema::{Kind, Table, field};
use crate::catalog::nearest_of;

pub(super) const ALERTS: Table = Table::new(
    "[[alerts]]",
    &[
        field("when", Kind::Word(&WHEN), "what it waits for: the end of a job, a key, or an environment"),
        field("filter", Kind::Text, "of a job: which, in the words of the filter line; left out, all"),
        field("status", Kind::Words(&ENDS), "of a job: which ends count; left out, both"),
        field("bell", Kind::Switch, "whether the terminal's bell rings"),
        field("notify", Kind::Word(&NOTIFY), "how the terminal shows a notification"),
        field(
            "command",
            Kind::Texts,
            "a program and its arguments, which finds the facts in its environment",
        ),
        field("every", Kind::Duration, "the least time between two alerts of the rule, from 1s to a day"),
    ],
)
.requires(&["when"]);

/// More rules than anybody reads the alerts of.
const MOST: usize = 50;
/// The least time between two alerts of a rule where nothing else is said.
const EVERY: Duration = Duration::from_secs(60);

const WHEN: [&str; 3] = ["job", "key", "environment"];
const ENDS: [&str; 2] = ["done", "rejected"];
const NOTIFY: [&str; 4] = ["auto", "osc9", "osc777", "osc99"];

/// One `[[alerts]]` as it was written.
#[derive(Debug, Default)]
pub(super) struct RawAlert {
    when: Option<At<String>>,
    filter: Option<At<String>>,
    status: Option<At<Vec<At<String>>>>,
    bell: Option<At<bool>>,
    notify: Option<At<String>>,
    command: Option<At<Vec<At<String>>>>,
    every: Option<At<String>>,
    /// Where the table begins.
    place: Option<Place>,
}

/// One rule of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What it waits for.
    pub when: AlertWhen,
    /// Whether the terminal's bell rings.
    pub bell: bool,
    /// How the terminal shows a notification: `auto`, `osc9`, `osc777` or `osc99`.
    pub notify: Option<&'static str>,
    /// A program and its arguments; none where it is empty.
    pub command: Vec<String>,
    /// The least time between two alerts of the rule, from 1 s to a day.
    pub every: Duration,
}

/// What a rule waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertWhen {
    /// A job of a query comes to its end.
    Job {
        /// The query; not parsed yet.
        filter: String,
        /// Where it was written, for its errors: file, line and column.
        place: String,
        /// Whether being done counts.
        done: bool,
        /// Whether being rejected counts.
        rejected: bool,
    },
    /// A key is rejected or over, or good again.
    Key,
    /// An environment is down, or back.
    Environment,
}

/// Reads one table.
pub(super) fn read(reader: &mut Reader<'_>, place: Place, table: &DeTable<'_>) -> RawAlert {
    let mut raw = RawAlert { place: Some(place), ..RawAlert::default() };
    for (field, value) in table {
        match field.get_ref().as_ref() {
            "when" => raw.when = reader.text(value, "when", "when = \"job\""),
            "filter" => raw.filter = reader.text(value, "filter", "filter = \"env:eu1\""),
            "status" => raw.status = reader.texts(value, "status", "status = [\"rejected\"]"),
            "bell" => raw.bell = reader.switch(value, "bell"),
            "notify" => raw.notify = reader.text(value, "notify", "notify = \"auto\""),
            "command" => {
                raw.command = reader.texts(value, "command", "command = [\"notify-send\", \"voxtop\"]");
            }
            "every" => raw.every = reader.text(value, "every", "every = \"1m\""),
            _ => unknown(reader, &ALERTS, field),
        }
    }
    raw
}

/// Resolves what was written.
pub(super) fn plan(raw: Vec<RawAlert>, problems: &mut Problems) -> Vec<Alert> {
    if let Some(place) = raw.get(MOST).and_then(|alert| alert.place.as_ref()) {
        let what = format!("there are more than {MOST} [[alerts]]");
        problems.add(Problem::new(place, what, "Keep those that somebody acts on."));
    }
    raw.into_iter().take(MOST).filter_map(|alert| alert.resolve(problems)).collect()
}

impl RawAlert {
    fn resolve(self, problems: &mut Problems) -> Option<Alert> {
        let place = self.place.clone()?;
        let Some(when) = &self.when else {
            // One of a wrong type has been noted already; saying so twice does no harm.
            let remedy = "Add when = \"job\", \"key\" or \"environment\".";
            problems.add(Problem::new(&place, "an alert does not say when", remedy));
            return None;
        };
        let when = problems.keep(word(when, "when", &WHEN));
        let of_job = when.is_none_or(|when| when == "job");
        for (field, given) in [
            ("filter", self.filter.as_ref().map(|at| &at.place)),
            ("status", self.status.as_ref().map(|at| &at.place)),
        ] {
            if let Some(given) = given.filter(|_| !of_job) {
                let what = format!("`{field}` is of alerts with when = \"job\"");
                problems.add(Problem::new(given, what, "Leave it out."));
            }
        }
        let ends = self.ends(problems);
        let notify = self.notify.as_ref().and_then(|at| problems.keep(word(at, "notify", &NOTIFY)));
        let every = self.every.as_ref().map_or(Some(EVERY), |text| problems.keep(every(text)));
        let bell = self.bell.as_ref().is_some_and(|bell| bell.value);
        let command = self.command(problems);
        if !bell && self.notify.is_none() && self.command.is_none() {
            let remedy = "Add bell = true, notify = \"auto\" or command = [\"notify-send\", \"voxtop\"].";
            problems.add(Problem::new(&place, "an alert tells nobody", remedy));
        }
        let (done, rejected) = ends;
        let when = match when? {
            "key" => AlertWhen::Key,
            "environment" => AlertWhen::Environment,
            _ => {
                let place = self.filter.as_ref().map_or(&place, |filter| &filter.place).to_string();
                let filter = self.filter.map_or(String::new(), |filter| filter.value);
                AlertWhen::Job { filter, place, done, rejected }
            }
        };
        Some(Alert { when, bell, notify, command, every: every? })
    }

    /// Which ends count: done, rejected.
    fn ends(&self, problems: &mut Problems) -> (bool, bool) {
        let Some(list) = &self.status else { return (true, true) };
        if list.value.is_empty() {
            let remedy = "Write [\"done\"], [\"rejected\"] or both, or leave it out for both.";
            problems.add(Problem::new(&list.place, "`status` of an alert is empty", remedy));
        }
        let known: Vec<&str> =
            list.value.iter().filter_map(|text| problems.keep(word(text, "status", &ENDS))).collect();
        (known.contains(&"done"), known.contains(&"rejected"))
    }

    fn command(&self, problems: &mut Problems) -> Vec<String> {
        let Some(command) = &self.command else { return Vec::new() };
        if command.value.first().is_none_or(|program| program.value.is_empty()) {
            let remedy = "Write the program and its arguments, each a text of its own: no shell reads them.";
            problems.add(Problem::new(&command.place, "`command` of an alert names no program", remedy));
        }
        command.value.iter().map(|text| text.value.clone()).collect()
    }
}

/// One of a few words.
fn word(text: &At<String>, field: &str, known: &[&'static str]) -> Result<&'static str, Problem> {
    if let Some(word) = known.iter().find(|word| **word == text.value) {
        return Ok(word);
    }
    let list = known.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    let near = nearest_of(&text.value.to_lowercase(), known.iter().copied());
    let near = near.map_or(String::new(), |near| format!("Perhaps {near:?} is meant. "));
    let what = format!("`{field}` of an alert is {}", shown(&text.value));
    Err(Problem::new(&text.place, what, format!("{near}Known here: {list}.")))
}

fn every(text: &At<String>) -> Result<Duration, Problem> {
    const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    let said = parse_duration(&text.value)
        .map_err(|what| Problem::new(&text.place, what, "Times need a unit: ms, s, m, h or d."))?;
    if (SHORTEST..=LONGEST).contains(&said) {
        return Ok(said);
    }
    let what = format!("`every` of an alert is {}", shown(&text.value));
    Err(Problem::new(&text.place, what, "Write something from 1s to 24h; 1m is the default."))
}
