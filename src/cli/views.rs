//! The configured views, columns and sort read for what they mean, and what the command line asks for
//! found among them.

use color_eyre::Result;
use jiff::tz::TimeZone;

use super::arguments::Links;
use super::{Program, Wrong};
use crate::config::{Config, Mistake, Shown, Written};
use crate::model::{Fleet, JobId};
use crate::state::{Columns, JobLink, SavedView, Start, Views};
use crate::store::Sort;
use crate::store::query::Query;

/// What the configuration says of how jobs are shown, or everything that is wrong with it.
pub(super) fn read(shown: &Shown, zone: &TimeZone) -> (Start, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let columns_at_first = columns(&shown.columns, &mut mistakes).unwrap_or_default();
    let sort_at_first = shown.sort.as_ref().and_then(|text| sort(text, &mut mistakes)).unwrap_or_default();
    let mut start = Start { columns: columns_at_first, sort: sort_at_first, ..Start::default() };
    for view in &shown.views {
        if let Some(text) = &view.filter {
            mistakes.extend(broken_query(text, zone));
        }
        start.views.push(SavedView {
            name: view.name.clone(),
            filter: view.filter.as_ref().map_or(String::new(), |text| text.text.clone()),
            columns: columns(&view.columns, &mut mistakes),
            sort: view.sort.as_ref().and_then(|text| sort(text, &mut mistakes)),
        });
    }
    if shown.views.is_empty() {
        start.views = Views::builtin();
    }
    (start, mistakes)
}

fn columns(texts: &[Written], mistakes: &mut Vec<Mistake>) -> Option<Columns> {
    if texts.is_empty() {
        return None;
    }
    let parsed = Columns::parse(texts.iter().map(|text| text.text.as_str()));
    let error = match parsed {
        Ok(columns) => return Some(columns),
        Err(error) => error,
    };
    if let Some(text) = texts.get(error.at) {
        let what = format!("{}: {}", quoted(text), error.what);
        mistakes.push(text.mistake(what, "Write columns = [\"env\", \"name:30\", \"age\"], each once."));
    }
    None
}

fn sort(text: &Written, mistakes: &mut Vec<Mistake>) -> Option<Sort> {
    let refuse = |why| {
        let what = format!("{}: {why}", quoted(text));
        mistakes
            .push(text.mistake(what, "Write sort = \"age\", or sort = \"status, -age\"; - is descending."));
    };
    Sort::parse(&text.text).map_err(refuse).ok()
}

fn broken_query(text: &Written, zone: &TimeZone) -> Option<Mistake> {
    let error = Query::parse(&text.text, zone).err()?;
    if !text.may_be_shown() {
        let at = text.text.get(..error.at.start).map_or(0, |before| before.chars().count()) + 1;
        let what = format!("the filter is no query, from its character {at} on");
        return Some(text.mistake(what, "The text is not shown, as it looks like a key."));
    }
    let pointed = error.pointed(&text.text);
    // The text and the marks under it; the reason stands before them.
    let lines: Vec<&str> = pointed.lines().take(2).collect();
    Some(text.mistake(format!("the filter is no query: {}", error.message), lines.join("\n  ")))
}

fn quoted(text: &Written) -> String {
    if !text.may_be_shown() {
        return "this (not shown, as it looks like a key)".to_owned();
    }
    let cut: String = text.text.chars().take(80).collect();
    format!("`{}`", cut.escape_debug())
}

impl Program {
    /// What the dashboard begins with.
    pub(super) fn start(&self, config: &Config, links: &Links) -> Result<Start> {
        let (start, mistakes) = read(&config.shown, &self.zone(&config.looks)?);
        refuse(&mistakes)?;
        let find = |word: &String| {
            Views::find(&start.views, word).ok_or_else(|| {
                let known = Views::named(&start.views);
                Wrong::with(format!("--view: there is no view {word:?}; there are {known}"))
            })
        };
        let view = links.view.as_ref().map(find).transpose()?;
        let job = links.job.as_ref().map(|word| job_link(word, &config.fleet)).transpose()?;
        Ok(Start { view, job, filter: self.global.filter.clone(), ..start })
    }

    /// Every mistake that a configuration has in its views.
    pub(super) fn mistakes_in_views(&self, config: &Config) -> Result<Vec<Mistake>> {
        Ok(read(&config.shown, &self.zone(&config.looks)?).1)
    }
}

/// An error of all mistakes, where there are any.
pub(super) fn refuse(mistakes: &[Mistake]) -> Result<()> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = mistakes
        .iter()
        .map(|Mistake { place, what, remedy }| format!("{place}: {what}\n  {remedy}"))
        .collect();
    Err(Wrong::with(texts.join("\n")))
}

/// `ID` or `eu1/ID`.
fn job_link(word: &str, fleet: &Fleet) -> Result<JobLink> {
    let (place, id) = word.rsplit_once('/').map_or((None, word), |(place, id)| (Some(place), id));
    let find = |name: &str| {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let found = fleet.environments().find(|(_, environment)| is_it(environment.name.as_str()));
        found.map(|(id, _)| id).ok_or_else(|| {
            let known: Vec<&str> =
                fleet.environments().map(|(_, environment)| environment.name.as_str()).collect();
            let known = known.join(", ");
            Wrong::with(format!("--job: there is no environment {name:?}; there are {known}"))
        })
    };
    // Without a key there are none, and the screen says how to give one.
    let place = place.filter(|_| !fleet.environments.is_empty());
    Ok(JobLink { environment: place.map(find).transpose()?, id: JobId::new(id) })
}
