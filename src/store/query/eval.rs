//! The parsed query, asked of one job. Owns what each test means; allocates nothing.

use jiff::{SignedDuration, Timestamp};

use super::fields::TextField;
use super::fuzzy::{Scratch, Word};
use super::lex::Op;
use super::text::Folded;
use crate::model::{Job, JobError};

/// What a query can ask of a job, however it is held. Each is the field of [`Job`] of the same name.
#[expect(missing_docs, reason = "each is the field of `Job` of the same name")]
pub trait Described: std::fmt::Debug {
    fn id(&self) -> &str;
    fn status(&self) -> &str;
    fn created_at(&self) -> Option<Timestamp>;
    fn data_name(&self) -> &str;
    fn duration_s(&self) -> Option<u64>;
    fn language(&self) -> Option<&str>;
    fn model(&self) -> Option<&str>;
    fn title(&self) -> Option<&str>;
    fn reference(&self) -> Option<&str>;
    fn tags(&self) -> &[Box<str>];
    fn errors(&self) -> &[JobError];

    /// The letters of id, name, title and reference together, one bit for each; all where nobody has
    /// looked.
    fn letters(&self) -> u64 {
        u64::MAX
    }
}

impl Described for Job {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn status(&self) -> &str {
        self.status.as_str()
    }

    fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    fn data_name(&self) -> &str {
        &self.data_name
    }

    fn duration_s(&self) -> Option<u64> {
        self.duration_s
    }

    fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    fn tags(&self) -> &[Box<str>] {
        &self.tags
    }

    fn errors(&self) -> &[JobError] {
        &self.errors
    }
}

/// A job, and the names of where it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The job itself.
    pub job: &'a dyn Described,
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

    /// The letters that the text of every job that is meant holds, as [`letters`](super::letters) has them.
    pub(super) fn letters(&self) -> u64 {
        match self {
            Self::All(nodes) => nodes.iter().fold(0, |all, node| all | node.letters()),
            Self::Any(nodes) => nodes.iter().fold(u64::MAX, |all, node| all & node.letters()),
            Self::Test(Test::Word(word)) => word.folded.letters(),
            Self::Test(
                Test::Phrase(text)
                | Test::Contains(
                    TextField::Id | TextField::Name | TextField::Title | TextField::Reference,
                    text,
                )
                | Test::Is(TextField::Id | TextField::Name | TextField::Title | TextField::Reference, text),
            ) => text.letters(),
            Self::Not(_) | Self::Test(_) => 0,
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
            Self::Is(TextField::Error, none) if none.is_empty() => job.errors().is_empty(),
            Self::Is(TextField::Tag, none) if none.is_empty() => job.tags().iter().all(|tag| tag.is_empty()),
            Self::Is(field, wanted) => any_text(*field, subject, |text| wanted.equals(text)),
            Self::Contains(field, wanted) => any_text(*field, subject, |text| wanted.is_in(text)),
            Self::Duration(bound) => bound.holds(job.duration_s().as_ref()),
            Self::Age(bound) => {
                let age = |created| now.duration_since(created).max(SignedDuration::ZERO);
                bound.holds(job.created_at().map(age).as_ref())
            }
            Self::Created(bound) => bound.holds(job.created_at().as_ref()),
            Self::Phrase(phrase) if job.letters() & phrase.letters() != phrase.letters() => false,
            Self::Word(word) if job.letters() & word.folded.letters() != word.folded.letters() => false,
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
fn searched(job: &dyn Described) -> [&str; 4] {
    [job.id(), job.data_name(), text(job.title()), text(job.reference())]
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
        TextField::Status => is(job.status()),
        TextField::Id => is(job.id()),
        TextField::Name => is(job.data_name()),
        TextField::Language => is(text(job.language())),
        TextField::Model => is(text(job.model())),
        TextField::Title => is(text(job.title())),
        TextField::Reference => is(text(job.reference())),
        TextField::Tag => job.tags().iter().any(|tag| is(tag)),
        TextField::Error => job.errors().iter().any(|error| is(&error.message)),
    }
}
