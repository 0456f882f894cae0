//! The parsed query, asked of one job. Owns what each test means; allocates nothing.

use jiff::{SignedDuration, Timestamp};

use super::fields::TextField;
use super::fuzzy::{Scratch, Word};
use super::lex::Op;
use super::signature::Signature;
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

    /// Id, name, title and reference one behind the other, and where the first three end, if they are
    /// held so.
    fn joined(&self) -> Option<(&str, [usize; 3])> {
        None
    }

    /// What can be told of id, name, title and reference together without reading them.
    fn signature(&self) -> Signature {
        Signature::ANY
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
    /// The name of the key by which it is shown.
    pub key: &'a str,
    /// Where other keys may list it too: who knows them.
    pub others: Option<&'a dyn Listers>,
}

/// Knows which keys list a job. It is asked only where the key by which a job is shown does not answer a question.
pub trait Listers: std::fmt::Debug + Sync {
    /// Whether this is true of the name of a key that lists a job of an environment.
    fn any_key(&self, environment: &str, id: &str, is: &dyn Fn(&str) -> bool) -> bool;
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

    /// Whether a job with a text of this signature may be meant.
    pub(super) fn may_mean(&self, text: Signature) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.may_mean(text)),
            Self::Any(nodes) => nodes.iter().any(|node| node.may_mean(text)),
            Self::Test(Test::Word(word)) => word.may_mean(text),
            Self::Test(test) => test.part().is_none_or(|part| text.covers(part.signature())),
            Self::Not(_) => true,
        }
    }

    /// What the text of every job that is meant holds.
    pub(super) fn need(&self) -> Signature {
        match self {
            Self::All(nodes) => nodes.iter().map(Self::need).fold(Signature::default(), Signature::or),
            Self::Any(nodes) => nodes.iter().map(Self::need).fold(Signature::ANY, Signature::and),
            Self::Test(Test::Word(word)) => word.need(),
            Self::Test(test) => test.part().map_or(Signature::default(), Folded::signature),
            Self::Not(_) => Signature::default(),
        }
    }

    /// Whether answering takes a look at the text of a job with this signature.
    pub(super) fn reads_text(&self, text: Signature) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(|node| node.reads_text(text)),
            Self::Not(node) => node.reads_text(text),
            Self::Test(Test::Word(word)) => !word.folded.is_letter() && word.may_mean(text),
            Self::Test(Test::Phrase(phrase)) => text.covers(phrase.signature()),
            Self::Test(Test::Is(field, _) | Test::Contains(field, _)) => {
                matches!(field, TextField::Id | TextField::Name | TextField::Title | TextField::Reference)
            }
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
    /// What the job's own text must hold as it is, to pass.
    fn part(&self) -> Option<&Folded> {
        match self {
            Self::Phrase(part)
            | Self::Contains(
                TextField::Id | TextField::Name | TextField::Title | TextField::Reference,
                part,
            )
            | Self::Is(TextField::Id | TextField::Name | TextField::Title | TextField::Reference, part) => {
                Some(part)
            }
            _ => None,
        }
    }

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
            Self::Phrase(phrase) if !job.signature().covers(phrase.signature()) => false,
            Self::Phrase(phrase) => is_in_any(phrase, job),
            Self::Word(word) if word.folded.is_letter() && job.signature().is_ascii() => {
                word.may_be_in(job.signature())
            }
            Self::Word(word) => {
                let signature = job.signature();
                word.may_be_in(signature) && is_in_any(&word.folded, job)
                    || word.may_abbreviate(signature) && is_abbreviated(word, job, scratch)
            }
        }
    }
}

/// Where bare words and phrases are searched: the id, then the texts that people wrote.
fn searched(job: &dyn Described) -> [&str; 4] {
    [job.id(), job.data_name(), text(job.title()), text(job.reference())]
}

/// What words abbreviate: the texts that people wrote.
fn described(job: &dyn Described) -> [&str; 3] {
    [job.data_name(), text(job.title()), text(job.reference())]
}

/// Whether a text stands in one of those. Where the signature says so, all of them are ASCII.
fn is_in_any(wanted: &Folded, job: &dyn Described) -> bool {
    match job.joined().filter(|_| job.signature().is_ascii()) {
        Some((text, ends)) => wanted.is_in_part(text, &ends),
        None => searched(job).iter().any(|text| wanted.is_in(text)),
    }
}

/// Whether a word abbreviates one of the texts that people wrote.
fn is_abbreviated(word: &Word, job: &dyn Described, scratch: &mut Scratch) -> bool {
    match job.joined().filter(|_| job.signature().is_ascii()) {
        Some((text, ends)) => word.abbreviates_part(text, ends),
        None => described(job).into_iter().any(|text| word.abbreviates(text, scratch)),
    }
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
        TextField::Key => {
            let others = |listers: &dyn Listers| listers.any_key(subject.environment, job.id(), &is);
            is(subject.key) || subject.others.is_some_and(others)
        }
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
