//! JSON and NDJSON, in the names and words of the contract. The rows are made here for all forms, with no more of a
//! job in them than may be shown.

use std::io::{self, Write};
use std::num::NonZero;
use std::thread::{self, Scope, ScopedJoinHandle};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::Listing;
use crate::model::{EnvironmentState, Job, JobError, SourceId};
use crate::store::Held;

#[derive(Serialize)]
struct Document<'a> {
    generated_at: Timestamp,
    environments: Vec<SourceRow<'a>>,
    jobs: Vec<Listed<'a>>,
}

/// A job whose row is made when it is written.
struct Listed<'a> {
    listing: &'a Listing<'a>,
    held: Held<'a>,
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        with_row(self.listing, self.held, |row| row.serialize(serializer))
    }
}

/// One row for each source.
#[derive(Serialize)]
pub(super) struct SourceRow<'a> {
    pub(super) name: &'a str,
    pub(super) region: &'a str,
    pub(super) host: &'a str,
    pub(super) key: &'a str,
    pub(super) state: &'static str,
    pub(super) key_state: &'static str,
    pub(super) jobs: usize,
    pub(super) complete: bool,
    pub(super) oldest: Option<Timestamp>,
    pub(super) error: Option<String>,
    /// How many entries of its list are no jobs; said in words alone.
    #[serde(skip)]
    pub(super) unreadable: usize,
    /// Whether it was read to its end, without a gap.
    #[serde(skip)]
    pub(super) ended: bool,
}

impl SourceRow<'_> {
    /// What is missing of the source's list, where some of it is there and not asked for any less.
    pub(super) fn missing(&self) -> Option<String> {
        let (jobs, unreadable) = (self.jobs, self.unreadable);
        match &self.error {
            _ if self.complete => None,
            Some(_) if jobs == 0 => None,
            Some(_) => Some(format!("incomplete: listing broke off after {jobs} jobs")),
            None if self.ended => Some(format!("incomplete: {unreadable} of its entries could not be read")),
            None => {
                Some("incomplete: listing stopped early; there are older jobs, or some between".to_owned())
            }
        }
    }
}

/// One job.
#[derive(Serialize)]
pub(super) struct JobRow<'a> {
    pub(super) environment: &'a str,
    pub(super) region: &'a str,
    pub(super) key: &'a str,
    pub(super) id: &'a str,
    pub(super) status: &'a str,
    pub(super) data_name: &'a str,
    pub(super) created_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) duration_s: Option<u64>,
    pub(super) language: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) reference: Option<&'a str>,
    pub(super) tags: Vec<&'a str>,
    pub(super) errors: Vec<ErrorRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct ErrorRow<'a> {
    pub(super) timestamp: Option<Timestamp>,
    pub(super) message: &'a str,
}

pub(super) fn write(listing: &Listing<'_>, out: &mut impl Write) -> io::Result<()> {
    let document = Document {
        generated_at: listing.generated_at,
        environments: source_rows(listing),
        jobs: listing.jobs.iter().map(|held| Listed { listing, held: *held }).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// So many jobs are made into text by one thread at a time.
const PORTION: usize = 2_048;

/// All cores make lines, while those that are made are written.
pub(super) fn write_lines(listing: &Listing<'_>, out: &mut impl Write) -> io::Result<()> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let mut rounds = listing.jobs.chunks(PORTION * threads);
        let mut making = rounds.next().map(|round| begin(scope, listing, round)).unwrap_or_default();
        while !making.is_empty() {
            let next = rounds.next().map(|round| begin(scope, listing, round)).unwrap_or_default();
            for portion in making {
                let broken = |_| Err(io::Error::other("a thread that made lines panicked"));
                out.write_all(&portion.join().unwrap_or_else(broken)?)?;
            }
            making = next;
        }
        Ok(())
    })
}

fn begin<'s, 'e>(
    scope: &'s Scope<'s, 'e>,
    listing: &'e Listing<'e>,
    round: &'e [Held<'e>],
) -> Vec<ScopedJoinHandle<'s, io::Result<Vec<u8>>>> {
    round.chunks(PORTION).map(|portion| scope.spawn(move || lines(listing, portion))).collect()
}

fn lines(listing: &Listing<'_>, jobs: &[Held<'_>]) -> io::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(jobs.len() * 384);
    for held in jobs {
        serde_json::to_writer(&mut text, &Listed { listing, held: *held })?;
        text.push(b'\n');
    }
    Ok(text)
}

pub(super) fn source_rows<'a>(listing: &Listing<'a>) -> Vec<SourceRow<'a>> {
    let fleet = listing.store.fleet();
    fleet
        .sources()
        .filter_map(|(id, source)| {
            let environment = fleet.environment(source.environment)?;
            let record = listing.store.source(id)?;
            Some(SourceRow {
                name: environment.name.as_str(),
                region: environment.region.as_str(),
                host: &environment.host,
                key: fleet.key_name(source.key),
                state: state(listing, id).into(),
                key_state: listing.store.key_state(id, listing.generated_at).into(),
                jobs: listing.store.jobs_of(id),
                complete: record.complete && record.unreadable == 0 && record.answered_with_jobs(),
                oldest: listing.store.oldest_of(id),
                unreadable: record.unreadable,
                ended: record.complete,
                error: error(listing, id),
            })
        })
        .collect()
}

fn state(listing: &Listing<'_>, id: SourceId) -> EnvironmentState {
    let source = listing.store.fleet().source(id);
    source.map_or(EnvironmentState::Unknown, |source| listing.store.verdict(source.environment))
}

/// Null exactly where the source answered with jobs; else one sentence.
fn error(listing: &Listing<'_>, id: SourceId) -> Option<String> {
    let record = listing.store.source(id)?;
    match &record.trouble {
        Some(trouble) => Some(listing.presenter.told(&trouble.failure.sentence()).into_owned()),
        None if record.answered_with_jobs() => None,
        None => Some("no answer".to_owned()),
    }
}

/// Makes something of a job's row, which is as it may be shown.
pub(super) fn with_row<T>(listing: &Listing<'_>, held: Held<'_>, make: impl FnOnce(&JobRow<'_>) -> T) -> T {
    let row = job_row(listing, held);
    if !listing.presenter.is_on() {
        return make(&row);
    }
    let job = listing.presenter.job(held.to_job());
    make(&masked(&row, &job))
}

/// A row with what a masked job says in the place of what is real.
fn masked<'a>(row: &JobRow<'a>, job: &'a Job) -> JobRow<'a> {
    let error = |error: &'a JobError| ErrorRow { timestamp: error.timestamp, message: &error.message };
    JobRow {
        id: job.id.as_str(),
        data_name: &job.data_name,
        title: job.title.as_deref(),
        reference: job.reference.as_deref(),
        tags: job.tags.iter().map(AsRef::as_ref).collect(),
        errors: job.errors.iter().map(error).collect(),
        ..*row
    }
}

fn job_row<'a>(listing: &Listing<'a>, held: Held<'a>) -> JobRow<'a> {
    let fleet = listing.store.fleet();
    let source = fleet.source(held.source());
    let environment = source.and_then(|source| fleet.environment(source.environment));
    JobRow {
        environment: environment.map_or("", |environment| environment.name.as_str()),
        region: environment.map_or("", |environment| environment.region.as_str()),
        key: source.map_or("", |source| fleet.key_name(source.key)),
        id: held.id(),
        status: held.status().as_str(),
        data_name: held.data_name(),
        created_at: held.created_at(),
        expires_at: held.expires_at(),
        duration_s: held.duration_s(),
        language: held.language(),
        model: held.model(),
        title: held.title(),
        reference: held.reference(),
        tags: held.tags().iter().map(AsRef::as_ref).collect(),
        errors: held
            .errors()
            .iter()
            .map(|error| ErrorRow { timestamp: error.timestamp, message: &error.message })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::Presenter;
    use crate::store::Store;
    use crate::store::fixture::{EU1, at, fleet, job, round};

    #[test]
    fn lines_that_many_threads_make_stand_in_the_order_of_the_jobs() {
        let mut store = Store::new(fleet());
        let count = PORTION * thread::available_parallelism().map_or(1, NonZero::get) * 2 + 7;
        let listed: Vec<_> = (0..count).map(|number| job(&format!("j{number}"), 0, "done")).collect();
        round(&mut store, EU1, 1, 0, &listed);
        let all: Vec<Held<'_>> = store.jobs().map(|(_, held)| held).collect();
        assert_eq!(all.len(), count);
        for count in [0, 1, PORTION, PORTION + 1, count] {
            let jobs: Vec<Held<'_>> = all.iter().take(count).copied().collect();
            let zone = TimeZone::UTC;
            let listing = Listing {
                store: &store,
                jobs: &jobs,
                generated_at: at(0),
                zone: &zone,
                bounded: false,
                presenter: &Presenter::default(),
            };
            let mut out = Vec::new();
            write_lines(&listing, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let written = text.lines().map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned()
            });
            assert!(written.eq(jobs.iter().map(|held| held.id().to_owned())), "{count}");
        }
    }
}
