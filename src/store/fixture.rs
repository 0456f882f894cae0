//! Fleets, jobs and reports for tests: of the store, of the state and of the screen.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use crate::model::{
    Coverage, Entitlement, Environment, EnvironmentId, EnvironmentName, Failure, FailureKind, Fleet, Job,
    JobId, KeyId, KeyLabel, KeyName, KeyValue, PollEvent, Region, Report, Source, SourceId, Status,
};

pub(crate) const START: i64 = 1_780_000_000;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

pub(crate) fn job(id: &str, created: i64, status: &str) -> Job {
    Job {
        created_at: Some(at(created)),
        data_name: format!("{id}.wav").into(),
        duration_s: Some(60),
        language: Some("en".into()),
        ..Job::new(JobId::new(id), Status::parse(status))
    }
}

/// Environments eu1 and eu2 (EU), us1 (US); key `prod` declared in all, key `other` discovered in eu1.
pub(crate) fn fleet() -> Arc<Fleet> {
    let environment = |name: &str, region: &str| Environment {
        name: EnvironmentName::new(name),
        region: Region::new(region),
        host: format!("{name}.example"),
    };
    let key = |name: &str| KeyLabel {
        name: KeyName::new(name),
        fingerprint: KeyValue::new(name).unwrap().fingerprint(),
        temporary: false,
        expires_at: None,
    };
    let source = |environment: u16, key: u16, entitlement| Source {
        environment: EnvironmentId(environment),
        key: KeyId(key),
        entitlement,
    };
    Arc::new(Fleet {
        environments: vec![environment("eu1", "EU"), environment("eu2", "EU"), environment("us1", "US")],
        keys: vec![key("prod"), key("other")],
        sources: vec![
            source(0, 0, Entitlement::Declared),
            source(0, 1, Entitlement::Discovered),
            source(1, 0, Entitlement::Declared),
            source(2, 0, Entitlement::Declared),
        ],
    })
}

pub(crate) const EU1: SourceId = SourceId(0);
pub(crate) const EU1_OTHER: SourceId = SourceId(1);
pub(crate) const EU2: SourceId = SourceId(2);
pub(crate) const US1: SourceId = SourceId(3);

pub(crate) fn report(source: SourceId, sequence: u64, seconds: i64, event: PollEvent) -> Report {
    Report { source, sequence, at: at(seconds), event }
}

pub(crate) fn page(jobs: &[Job]) -> PollEvent {
    PollEvent::Page {
        jobs: jobs.to_vec(),
        unreadable: 0,
        latency: Duration::from_millis(40),
        spans: Vec::new(),
    }
}

pub(crate) fn finished(coverage: Coverage) -> PollEvent {
    PollEvent::Finished { coverage, next: at(5) }
}

pub(crate) fn failed(kind: FailureKind, status: Option<u16>) -> PollEvent {
    let failure = Failure { status, ..Failure::new(kind, "") };
    PollEvent::Failed { failure, latency: Duration::from_millis(40), next: at(5) }
}

/// A whole round of one page.
pub(crate) fn round(store: &mut Store, source: SourceId, sequence: u64, seconds: i64, jobs: &[Job]) {
    store.merge(report(source, sequence, seconds, PollEvent::Asked));
    store.merge(report(source, sequence, seconds, page(jobs)));
    store.merge(report(source, sequence, seconds, finished(Coverage::Whole)));
}
