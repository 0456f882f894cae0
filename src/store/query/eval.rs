//! The parsed query, asked of one job. Owns what each test means; allocates nothing.

use jiff::{SignedDuration, Timestamp};

use super::fields::TextField;
use super::fuzzy::{Scratch, Word};
use super::lex::Op;
use super::text::Folded;
use crate::model::Job;

/// A job, and the names of where it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The job itself.
    pub job: &'a Job,
    /// The name of its environment.
    pub environment: &'a str,
    /// The region of its environment.
    pub region: &'a str,
    /// The name of the key that lists it.
    pub key: &'a str,
}

/// A query or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

/// One question about a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Is(TextField, Folded),
    Contains(TextField, Folded),
    /// Seconds of audio.
    Duration(Bound<u64>),
    Age(Bound<SignedDuration>),
    Created(Bound<Timestamp>),
    Word(Word),
    Phrase(Folded),
}

/// Where a measured value must lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound<T> {
    Above(T),
    Below(T),
    /// From the first up to, and without, the second.
    Within(T, T),
    /// There must be no value.
    Missing,
}

impl<T: PartialOrd> Bound<T> {
    /// What an operator asks for where the value spans a unit: `>` and `<` compare with its start.
    pub(super) fn new(op: Op, start: T, end: T) -> Self {
        match op {
            Op::Above => Self::Above(start),
            Op::Below => Self::Below(start),
            Op::Is | Op::Contains => Self::Within(start, end),
        }
    }

    fn holds(&self, value: Option<&T>) -> bool {
        match (self, value) {
            (Self::Missing, value) => value.is_none(),
            (_, None) => false,
            (Self::Above(bound), Some(value)) => value > bound,
            (Self::Below(bound), Some(value)) => value < bound,
            (Self::Within(start, end), Some(value)) => start <= value && value < end,
        }
    }
}

impl Node {
    /// All of them; the cheap ones are asked first, which changes no answer.
    pub(super) fn all(mut nodes: Vec<Self>) -> Self {
        if let [_] = nodes.as_slice() {
            return nodes.remove(0);
        }
        nodes.sort_by_key(Self::cost);
        Self::All(nodes)
    }

    /// Any of them; the cheap ones are asked first, which changes no answer.
    pub(super) fn any(mut nodes: Vec<Self>) -> Self {
        if let [_] = nodes.as_slice() {
            return nodes.remove(0);
        }
        nodes.sort_by_key(Self::cost);
        Self::Any(nodes)
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Not(node) => node.cost(),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().map(Self::cost).fold(0, u32::saturating_add),
            Self::Test(Test::Duration(_) | Test::Age(_) | Test::Created(_)) => 1,
            Self::Test(Test::Is(..)) => 2,
            Self::Test(Test::Contains(..)) => 8,
            Self::Test(Test::Phrase(_)) => 32,
            Self::Test(Test::Word(_)) => 64,
        }
    }

    /// Whether the answer can change while the job does not.
    pub(super) fn depends_on_time(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::depends_on_time),
            Self::Not(node) => node.depends_on_time(),
            Self::Test(Test::Age(bound)) => *bound != Bound::Missing,
            Self::Test(_) => false,
        }
    }

    pub(super) fn holds(&self, subject: &Subject<'_>, now: Timestamp, scratch: &mut Scratch) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(subject, now, scratch)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(subject, now, scratch)),
            Self::Not(node) => !node.holds(subject, now, scratch),
            Self::Test(test) => test.holds(subject, now, scratch),
        }
    }
}

impl Test {
    fn holds(&self, subject: &Subject<'_>, now: Timestamp, scratch: &mut Scratch) -> bool {
        let job = subject.job;
        match self {
            Self::Is(TextField::Error, none) if none.is_empty() => job.errors.is_empty(),
            Self::Is(TextField::Tag, none) if none.is_empty() => job.tags.iter().all(|tag| tag.is_empty()),
            Self::Is(field, wanted) => any_text(*field, subject, |text| wanted.equals(text)),
            Self::Contains(field, wanted) => any_text(*field, subject, |text| wanted.is_in(text)),
            Self::Duration(bound) => bound.holds(job.duration_s.as_ref()),
            Self::Age(bound) => {
                let age = |created| now.duration_since(created).max(SignedDuration::ZERO);
                bound.holds(job.created_at.map(age).as_ref())
            }
            Self::Created(bound) => bound.holds(job.created_at.as_ref()),
            Self::Phrase(phrase) => searched(job).iter().any(|text| phrase.is_in(text)),
            Self::Word(word) => {
                let [id, described @ ..] = searched(job);
                word.folded.is_in(id)
                    || described.iter().any(|text| word.folded.is_in(text))
                    || described.iter().any(|text| word.abbreviates(text, scratch))
            }
        }
    }
}

/// Where bare words and phrases are searched: the id, then the texts that people wrote.
fn searched(job: &Job) -> [&str; 4] {
    [job.id.as_str(), &job.data_name, text(job.title.as_deref()), text(job.reference.as_deref())]
}

fn text(text: Option<&str>) -> &str {
    text.unwrap_or_default()
}

/// Whether a field has a text of which this is true. What is missing is the empty text; a list is
/// each of its entries.
fn any_text(field: TextField, subject: &Subject<'_>, is: impl Fn(&str) -> bool) -> bool {
    let job = subject.job;
    match field {
        TextField::Environment => is(subject.environment),
        TextField::Region => is(subject.region),
        TextField::Key => is(subject.key),
        TextField::Status => is(job.status.as_str()),
        TextField::Id => is(job.id.as_str()),
        TextField::Name => is(&job.data_name),
        TextField::Language => is(text(job.language.as_deref())),
        TextField::Model => is(text(job.model.as_deref())),
        TextField::Title => is(text(job.title.as_deref())),
        TextField::Reference => is(text(job.reference.as_deref())),
        TextField::Tag => job.tags.iter().any(|tag| is(tag)),
        TextField::Error => job.errors.iter().any(|error| is(&error.message)),
    }
}
