//! What is wrong with a configuration: where, what, and what to do about it.
//!
//! A key's value never gets in here. Texts of the user's are shown only where they are what they
//! should be or plainly not a key ([`shown`]), and the parser's own rendering, which repeats whole
//! lines of the file, is never used.

use std::fmt;
use std::sync::Arc;

/// A place in the configuration: a file with line and column, or an option's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    origin: Arc<str>,
    /// Line and column, both from 1, the column in characters.
    at: Option<(usize, usize)>,
}

impl Place {
    /// Something that has no lines: an option, a variable, a whole file.
    pub(super) fn whole(origin: impl AsRef<str>) -> Self {
        Self { origin: Arc::from(origin.as_ref()), at: None }
    }

    /// A line and a column, both from 1.
    pub(super) fn at(origin: &Arc<str>, line: usize, column: usize) -> Self {
        Self { origin: Arc::clone(origin), at: Some((line, column)) }
    }

    /// The line, where there is one, for naming a second place of the same file.
    pub(super) fn line(&self) -> String {
        self.at.map_or_else(|| "above".to_owned(), |(line, _)| format!("in line {line}"))
    }

    /// Where in its origin, to put the problems of one file in order.
    pub(super) fn order(&self) -> (usize, usize) {
        self.at.unwrap_or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        self.at.map_or(Ok(()), |(line, column)| write!(f, ":{line}:{column}"))
    }
}

/// A value and where it was given.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    place: Place,
    what: String,
    remedy: String,
}

impl Problem {
    pub(super) fn new(place: &Place, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place: place.clone(), what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  {}", self.place, self.what, self.remedy)
    }
}

/// Why there is no configuration: at least one problem, each on two lines, what is wrong where and
/// the remedy, without colour. Never holds a key's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<Problem>);

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong, in its parts. Never holds a key's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a file with line and column, or an option's or variable's name.
    pub place: String,
    /// What.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl ConfigError {
    /// Each thing that is wrong.
    pub fn mistakes(self) -> Vec<Mistake> {
        let mistake = |problem: Problem| Mistake {
            place: problem.place.to_string(),
            what: problem.what,
            remedy: problem.remedy,
        };
        self.0.into_iter().map(mistake).collect()
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// Collects problems, so that a user learns of all of them at once.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// More of them help nobody.
    const MOST: usize = 20;

    pub(super) fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// The value, or nothing and one problem more.
    pub(super) fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.add(problem)).ok()
    }

    /// Ends a stage: an error where anything was wrong in it, in the order of the file.
    pub(super) fn settle(mut self) -> Result<(), ConfigError> {
        self.0.sort_by_key(|problem| problem.place.order());
        self.0.truncate(Self::MOST);
        if self.0.is_empty() { Ok(()) } else { Err(ConfigError(self.0)) }
    }
}

/// A text of the user's in backquotes, cut and escaped; withheld where it may be a key.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    if looks_like_a_key(text) {
        return "(not shown, as it looks like a key)".to_owned();
    }
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", cut.escape_debug())
}

/// Whether a text may hold a key: the service's keys are runs of about 32 letters and digits, its
/// temporary keys are JWTs. Names, hosts and durations have no such runs.
pub(super) fn looks_like_a_key(text: &str) -> bool {
    let jwt = text.split("eyJ").nth(1).is_some_and(|rest| rest.len() >= 8);
    jwt || text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        let digits = run.bytes().any(|byte| byte.is_ascii_digit());
        let letters = run.bytes().any(|byte| byte.is_ascii_alphabetic());
        run.len() >= 28 || (run.len() >= 18 && digits && letters)
    })
}
