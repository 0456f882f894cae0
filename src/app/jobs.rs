//! `voxtop jobs`: one whole round of every source, merged, printed, and an exit status that says how
//! much of the fleet answered. Data goes to one writer, diagnosis to another; nothing else is printed.

use std::io::{self, Write};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::output::{Format, Listing};
use super::{Writes, now, sources_of};
use crate::config::Config;
use crate::poll::{self, Bounds};
use crate::state::Presenter;
use crate::store::query::Query;
use crate::store::{Cause, Gathered, Gathering, Held, Rows, Sort, SourceRecord, Store};

pub use super::output::Format as OutputFormat;

/// What was asked for.
pub struct Jobs {
    /// The fleet and how it is asked.
    pub config: Config,
    /// How to print.
    pub format: Format,
    /// Which jobs.
    pub query: Query,
    /// Only jobs created within this time before now.
    pub since: Option<SignedDuration>,
    /// At most so many, the newest.
    pub limit: Option<usize>,
    /// The zone of the table's times.
    pub zone: jiff::tz::TimeZone,
    /// What may be shown of jobs.
    pub presenter: Presenter,
}

/// How much of the fleet answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Every source.
    All,
    /// Some.
    Some,
    /// Not one.
    None,
}

impl Answered {
    /// The exit status of the contract: 0, 3, 4.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::All => 0,
            Self::Some => 3,
            Self::None => 4,
        }
    }

    /// What a store that has heard of every source once says. A source that broke off has answered some.
    pub(super) fn of(store: &Store) -> Self {
        let records = || store.sources().map(|(_, record)| record);
        if records().all(SourceRecord::answered_with_jobs) {
            Self::All
        } else if records().any(|record| record.last_good.is_some()) {
            Self::Some
        } else {
            Self::None
        }
    }
}

/// Lists the jobs of every source and prints them: data to `out`, what went wrong to `err`.
///
/// # Errors
/// When `out` cannot be written to. A reader that went away (a closed pipe) is no error.
pub async fn run(jobs: Jobs, out: &mut impl Write, err: &mut impl Write) -> io::Result<Answered> {
    let asked = now();
    let (gathered, bounded) = collect(&jobs, asked).await;
    let store = gathered.store();
    let listed = now();
    let within = |created: Option<Timestamp>| match jobs.since {
        None => true,
        Some(since) => created.is_some_and(|created| asked.duration_since(created) <= since),
    };
    let picked: Vec<_> = matching(store, &jobs.query, listed)
        .into_iter()
        .filter(|held| within(held.created_at()))
        .take(jobs.limit.unwrap_or(usize::MAX))
        .collect();
    let (zone, presenter) = (&jobs.zone, &jobs.presenter);
    let listing = Listing { store, jobs: &picked, generated_at: listed, zone, bounded, presenter };
    // The jobs alone do not say that some are missing.
    let bare = matches!(jobs.format, Format::Ndjson | Format::Csv);
    let missing = if bare { listing.missing() } else { Vec::new() };
    for line in diagnosis(store, &jobs.config.warnings).into_iter().chain(missing) {
        // Nobody reads the diagnosis: the data still goes out.
        let _ = writeln!(err, "voxtop: {}", jobs.presenter.told(&line));
    }
    let written = listing.write(jobs.format, out).and_then(|()| out.flush());
    let answered = Answered::of(store);
    // The program ends here. To give back what many jobs hold, piece by piece, takes a while.
    std::mem::forget(gathered);
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(answered),
    }
}

/// The jobs that a query means, newest first.
fn matching<'s>(store: &'s Store, query: &Query, now: Timestamp) -> Vec<Held<'s>> {
    if query.is_empty() {
        return store.jobs().map(|(_, held)| held).collect();
    }
    let rows = Rows::build(store, query, Sort::default(), now);
    rows.slice(0, rows.len()).into_iter().filter_map(|handle| store.job(handle)).collect()
}

/// One round of every source, merged; and whether `--since` or `--limit` may have cut it short.
async fn collect(jobs: &Jobs, asked: Timestamp) -> (Gathered, bool) {
    let (sources, _keys) = sources_of(&jobs.config, Writes::Forbidden);
    let mut gathering = Gathering::new(Arc::new(jobs.config.fleet.clone()));
    let bounds = Bounds {
        horizon: jobs.since.and_then(|since| asked.checked_sub(since).ok()),
        // With a filter nobody knows how far one must look for so many matches.
        most: jobs.limit.filter(|_| jobs.query.is_empty()),
    };
    let bounded = bounds.horizon.is_some() || bounds.most.is_some();
    let (reports, mut incoming) = mpsc::channel(64);
    let rounds = poll::once(sources, bounds, reports);
    let merge = async {
        while let Some(report) = incoming.recv().await {
            gathering.merge(report);
        }
    };
    tokio::join!(rounds, merge);
    (gathering.done(), bounded)
}

/// What is odd about the configuration, a line for each source that did not answer, and what that
/// means for its key.
pub(super) fn diagnosis(store: &Store, warnings: &[String]) -> Vec<String> {
    let fleet = store.fleet();
    let failures = fleet.sources().filter_map(|(id, source)| {
        let trouble = store.source(id)?.trouble.as_ref()?;
        let (environment, key) = (fleet.environment_name(source.environment), fleet.key_name(source.key));
        let remedy = trouble.remedy().map_or(String::new(), |remedy| format!(". {remedy}"));
        Some(format!("{environment} (key {key}): {}{remedy}", trouble.failure.sentence()))
    });
    let banners = store.banners(now());
    let keys = banners
        .iter()
        .filter(|banner| banner.cause.is_about_key())
        .map(|banner| format!("{}. {}", banner.head, banner.advice));
    let unreadable = banners
        .iter()
        .filter(|banner| matches!(banner.cause, Cause::EntriesUnreadable(_)))
        .map(|banner| banner.head.clone());
    warnings.iter().cloned().chain(failures).chain(keys).chain(unreadable).collect()
}
