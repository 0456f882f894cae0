//! Fleets, jobs and reports for tests: of the store, of the state and of the screen.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use crate::model::{
    Ask, Certificate, Climb, Coverage, Entitlement, Environment, EnvironmentId, EnvironmentName, Failure,
    FailureKind, Fleet, HostRole, Job, JobId, KeyId, KeyLabel, KeyName, KeyValue, PollEvent, ProbedHost,
    Progress, Region, Reply, Report, Rung, Source, SourceId, Status, Step,
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

pub(crate) fn progress(progress: Progress) -> PollEvent {
    PollEvent::Progress(progress)
}

pub(crate) fn realtime(name: &str, region: &str, documented: bool) -> ProbedHost {
    let role = HostRole::Realtime { name: name.into(), region: Region::new(region), documented };
    ProbedHost { host: format!("{name}.speechmatics.example"), role }
}

pub(crate) fn batch(environment: u16, host: &str, alias: bool) -> ProbedHost {
    let role = HostRole::Batch { environment: EnvironmentId(environment), alias };
    ProbedHost { host: host.to_owned(), role }
}

/// A look at a host: `.` it answers, `5` with 503, `d` no DNS, `c` no connection, `t` TLS is reset, `h` it
/// says nothing.
pub(crate) fn climb(seconds: i64, story: char) -> Climb {
    let all =
        [(Rung::Dns, 3), (Rung::Connect, 12), (Rung::Tls, 25), (Rung::FirstByte, 40), (Rung::Whole, 41)];
    let (ends, failure) = match story {
        'd' => (Rung::Dns, Failure::new(FailureKind::Unresolved, "no such name")),
        'c' => (Rung::Connect, Failure::new(FailureKind::Unconnected, "refused")),
        't' => (
            Rung::Tls,
            Failure::new(
                FailureKind::Tls,
                "the host broke off the handshake, as it does for names that it does not serve",
            ),
        ),
        'h' => (Rung::FirstByte, Failure::new(FailureKind::Timeout, "")),
        _ => (Rung::Whole, Failure { status: Some(503), ..Failure::new(FailureKind::Server, "") }),
    };
    let answers = matches!(story, '.' | '5');
    let steps = all.into_iter().take_while(|(rung, _)| *rung <= ends).map(|(rung, ms)| Step {
        rung,
        took: Duration::from_millis(ms),
        failure: Some(failure.clone()).filter(|_| rung == ends && !answers),
    });
    let reply = Reply {
        status: Some(if story == '.' { 200 } else { 503 }),
        failure: Some(failure.clone()).filter(|_| story == '5'),
        ..Reply::to(Ask::Features)
    };
    Climb {
        steps: steps.collect(),
        replies: if answers { vec![reply] } else { Vec::new() },
        ..Climb::begun(at(seconds))
    }
}

/// A look that answers and shows a certificate that ends after so many seconds from the start.
pub(crate) fn certified(seconds: i64, ends: i64) -> Climb {
    let certificate = Certificate {
        names: vec!["*.speechmatics.example".into()],
        more_names: 0,
        issuer: "CA".into(),
        self_signed: false,
        not_before: at(-90 * 86_400),
        not_after: at(ends),
    };
    Climb { certificate: Some(certificate), ..climb(seconds, '.') }
}
