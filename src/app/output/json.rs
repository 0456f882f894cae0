//! JSON and NDJSON, in the names and words of the contract.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::Listing;
use crate::model::{EnvironmentState, SourceId};
use crate::store::Held;

#[derive(Serialize)]
struct Document<'a> {
    generated_at: Timestamp,
    environments: Vec<SourceRow<'a>>,
    jobs: Vec<JobRow<'a>>,
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
        jobs: listing.jobs.iter().map(|held| job_row(listing, *held)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

pub(super) fn write_lines(listing: &Listing<'_>, out: &mut impl Write) -> io::Result<()> {
    for held in listing.jobs {
        serde_json::to_writer(&mut *out, &job_row(listing, *held))?;
        writeln!(out)?;
    }
    Ok(())
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
                complete: record.complete && record.answered_with_jobs(),
                oldest: listing.store.oldest_of(id),
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
        Some(trouble) => Some(trouble.failure.sentence()),
        None if record.answered_with_jobs() => None,
        None => Some("no answer".to_owned()),
    }
}

pub(super) fn job_row<'a>(listing: &Listing<'a>, held: Held<'a>) -> JobRow<'a> {
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
