//! The pollers over a real fleet: HTTP servers on loopback, one for each environment.

mod hosts;
mod large;

use std::collections::HashSet;
use std::io;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use url::Url;

use super::*;
use crate::model::{
    Coverage, Entitlement, Environment, EnvironmentId, EnvironmentName, FailureKind, Fleet, KeyId, KeyLabel,
    KeyName, KeyValue, PollEvent, Region, Source,
};

const KEY: &str = "sk-poll-0123456789abcdef";
const LONG: Duration = Duration::from_secs(3_600);

/// What a server answers to the n-th request with this head; nothing is silence for ever.
type Handler = Arc<dyn Fn(usize, &str) -> String + Send + Sync>;

struct Server {
    base: Url,
    asked: Arc<AtomicUsize>,
}

async fn server(handler: impl Fn(usize, &str) -> String + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let handler: Handler = Arc::new(handler);
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&counted)));
        }
    });
    Server { base, asked }
}

async fn serve(mut stream: TcpStream, handler: Handler, asked: Arc<AtomicUsize>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    match handler(asked.fetch_add(1, Ordering::SeqCst), &head) {
        answer if answer.is_empty() => std::future::pending().await,
        answer => stream.write_all(answer.as_bytes()).await?,
    }
    stream.shutdown().await
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// A page of a list of so many jobs, one a millisecond, as `created_before` asks for it.
fn page(jobs: i64, head: &str) -> String {
    let before = head.split("created_before=").nth(1).map_or(i64::MAX, |rest| {
        let moment = rest.split([' ', '&']).next().unwrap().replace("%3A", ":");
        moment.parse::<Timestamp>().unwrap().as_millisecond()
    });
    let listed = (0..jobs).rev().filter(|ms| *ms < before).take(100);
    let entry = |ms| {
        let at = Timestamp::from_millisecond(ms).unwrap();
        format!(r#"{{"id":"j{ms}","status":"done","created_at":"{at}","data_name":"{ms}.wav"}}"#)
    };
    answer("200 OK", &format!(r#"{{"jobs":[{}]}}"#, listed.map(entry).collect::<Vec<_>>().join(",")))
}

fn sources(servers: &[&Server]) -> Vec<SourcePoll> {
    let budget = Arc::new(Budget::new(NonZeroU32::new(1_000).unwrap()));
    let of = |(id, server): (u16, &&Server)| SourcePoll {
        source: SourceId(id),
        name: format!("env{id}/prod").into(),
        endpoint: Arc::new(Endpoint::new([server.base.clone()], LONG, LONG)),
        key: watch::Sender::new(KeyValue::new(KEY).unwrap()).subscribe(),
        budget: Arc::clone(&budget),
    };
    (0..).zip(servers).map(of).collect()
}

async fn next(reports: &mut mpsc::Receiver<Report>) -> Report {
    let waited = tokio::time::timeout(Duration::from_secs(60), reports.recv()).await;
    waited.expect("no report within a minute").expect("the pollers are gone")
}

/// Waits for the end of a source's round.
async fn end(reports: &mut mpsc::Receiver<Report>, source: u16) -> Report {
    loop {
        let report = next(reports).await;
        let ended = matches!(report.event, PollEvent::Finished { .. } | PollEvent::Failed { .. });
        if report.source == SourceId(source) && ended {
            return report;
        }
    }
}

#[tokio::test]
async fn a_hanging_source_delays_no_other_and_rounds_are_reported_in_order() {
    let hanging = server(|_, _| String::new()).await;
    let healthy = server(|_, head| page(250, head)).await;
    let rejecting = server(|_, _| answer("401 Unauthorized", "<title>401</title>")).await;
    let (sender, mut reports) = mpsc::channel(4);
    let pollers = start(sources(&[&hanging, &healthy, &rejecting]), Duration::from_millis(20), &sender);
    let (mut events, mut jobs, mut rejected) = (Vec::new(), HashSet::new(), 0);
    while events.len() < 12 || jobs.len() < 250 || rejected < 1 {
        let report = next(&mut reports).await;
        let event = match (report.source.0, report.event) {
            (_, PollEvent::Progress(_)) => continue,
            (0, event) => {
                assert_eq!(event, PollEvent::Asked, "the hanging source can only have asked");
                continue;
            }
            (2, PollEvent::Failed { failure, .. }) => {
                assert_eq!(failure.kind, FailureKind::Rejected);
                rejected += 1;
                continue;
            }
            (2, _) => continue,
            (_, PollEvent::Asked) => "asked",
            (_, PollEvent::Page { jobs: page, .. }) => {
                jobs.extend(page.into_iter().map(|job| job.id));
                "page"
            }
            (_, PollEvent::Finished { coverage: Coverage::Since(_), .. }) => "recent",
            (_, event) => panic!("{event:?}"),
        };
        events.push((report.sequence, event));
    }
    assert_eq!(events[..3], [(1, "asked"), (1, "page"), (1, "recent")]);
    let pages = events.iter().filter(|(_, event)| *event == "page").count();
    let rounds: Vec<_> = events.iter().filter(|(_, event)| *event == "recent").collect();
    let under_way = usize::from(events.last().is_some_and(|(_, event)| *event == "page"));
    assert!(
        (3..=3 + under_way).contains(&(pages - rounds.len())),
        "two pages of the past and a look behind: {events:?}"
    );
    assert!(events.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{events:?}");
    assert_eq!(rejecting.asked.load(Ordering::SeqCst), 1, "a rejected key is not tried again soon");
    drop(pollers);
    drop(sender);
    let drained = async { while reports.recv().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(60), drained).await.expect("dropping ends every task");
}

#[test]
fn a_fleet_shares_endpoints_and_budgets() {
    let environment = |name: &str| Environment {
        name: EnvironmentName::new(name),
        region: Region::new("EU"),
        host: "localhost".into(),
    };
    let keys = [KeyValue::new("key-one-1234").unwrap(), KeyValue::new("key-two-1234").unwrap()];
    let label = |name: &str, key: &KeyValue| KeyLabel {
        name: KeyName::new(name),
        fingerprint: key.fingerprint(),
        temporary: false,
        expires_at: None,
    };
    let source = |environment, key| Source {
        environment: EnvironmentId(environment),
        key: KeyId(key),
        entitlement: Entitlement::Declared,
    };
    let fleet = Fleet {
        environments: vec![environment("eu1"), environment("eu2")],
        keys: vec![label("prod", &keys[0]), label("lab", &keys[1])],
        sources: vec![source(0, 0), source(0, 1), source(1, 0), source(9, 0), source(0, 9)],
    };
    let bases = ["http://127.0.0.1:1", "http://127.0.0.1:2"].map(|base| vec![Url::parse(base).unwrap()]);
    let limits = Limits { requests_per_second: NonZeroU32::MIN, timeout: LONG, connect_timeout: LONG };
    let (sources, _keys) = SourcePoll::of_fleet(&fleet, &bases, &keys, limits);
    let [first, second, third] = &sources[..] else { panic!("{} sources", sources.len()) };
    assert_eq!([&*first.name, &*second.name, &*third.name], ["eu1/prod", "eu1/lab", "eu2/prod"]);
    assert_eq!([first.source, second.source, third.source], [SourceId(0), SourceId(1), SourceId(2)]);
    assert!(Arc::ptr_eq(&first.endpoint, &second.endpoint) && !Arc::ptr_eq(&first.endpoint, &third.endpoint));
    assert!(Arc::ptr_eq(&first.budget, &third.budget) && !Arc::ptr_eq(&first.budget, &second.budget));
    assert!(!format!("{sources:?}").contains("key-"));
}

#[tokio::test]
async fn once_lists_everything_and_closes_the_channel() {
    let servers = [
        server(|_, head| page(431, head)).await,
        server(|_, _| answer("401 Unauthorized", "")).await,
        server(|_, head| page(0, head)).await,
        server(|_, _| answer("503 Service Unavailable", "")).await,
        server(|n, head| if n < 2 { page(431, head) } else { answer("500 Internal Server Error", "") }).await,
    ];
    let (sender, mut reports) = mpsc::channel(1);
    let rounds = tokio::spawn(once(sources(&servers.each_ref()), Bounds::default(), sender));
    let mut jobs = vec![HashSet::new(); 5];
    let mut ends = vec![Vec::new(); 5];
    while let Some(report) = tokio::time::timeout(Duration::from_secs(60), reports.recv()).await.unwrap() {
        let source = report.source.index();
        match report.event {
            PollEvent::Asked | PollEvent::Progress(_) | PollEvent::Job { .. } => {}
            PollEvent::Page { jobs: page, .. } => {
                for job in page {
                    jobs[source].insert(job.id.clone());
                }
            }
            PollEvent::Finished { coverage, .. } => ends[source].push(Ok(coverage)),
            PollEvent::Failed { failure, .. } => ends[source].push(Err(failure.status)),
        }
    }
    rounds.await.unwrap();
    assert_eq!(jobs.iter().map(HashSet::len).collect::<Vec<_>>()[..4], [431, 0, 0, 0]);
    assert!(jobs[4].len() > 100, "pages before a failure count");
    let (whole, none) = (vec![Ok(Coverage::Whole)], |status| vec![Err(Some(status))]);
    assert_eq!(ends, [whole.clone(), none(401), whole, none(503), none(500)]);
    let asked: Vec<_> = servers.iter().map(|server| server.asked.load(Ordering::SeqCst)).collect();
    assert_eq!(asked, [6, 1, 1, 2, 4], "what may be chance is asked again, and once");
}

#[tokio::test]
async fn a_503_that_passes_is_never_seen() {
    let server =
        server(|n, head| if n == 0 { answer("503 Service Unavailable", "") } else { page(3, head) }).await;
    let (sender, mut reports) = mpsc::channel(8);
    once(sources(&[&server]), Bounds::default(), sender).await;
    let end = end(&mut reports, 0).await;
    assert!(matches!(end.event, PollEvent::Finished { coverage: Coverage::Whole, .. }), "{end:?}");
}

#[tokio::test]
async fn a_429_between_pages_is_waited_for() {
    let server =
        server(|n, head| if n == 1 { answer("429 Too Many Requests", "") } else { page(150, head) }).await;
    let (sender, mut reports) = mpsc::channel(8);
    once(sources(&[&server]), Bounds::default(), sender).await;
    let end = end(&mut reports, 0).await;
    assert!(matches!(end.event, PollEvent::Finished { coverage: Coverage::Whole, .. }), "{end:?}");
    assert_eq!(server.asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn orders_are_followed() {
    let server = server(|_, head| page(3, head)).await;
    let (sender, mut reports) = mpsc::channel(64);
    let pollers = start(sources(&[&server]), LONG, &sender);
    assert_eq!(end(&mut reports, 0).await.sequence, 1);
    pollers.refresh(None);
    assert_eq!(end(&mut reports, 0).await.sequence, 2);
    pollers.refresh(Some(SourceId(7)));
    pollers.pause(true);
    pollers.set_interval(Duration::from_millis(1));
    pollers.refresh(Some(SourceId(0)));
    assert_eq!(end(&mut reports, 0).await.sequence, 3);
    tokio::time::sleep(Duration::from_millis(100)).await;
    while let Ok(report) = reports.try_recv() {
        assert!(
            matches!(report.event, PollEvent::Progress(_)),
            "a paused source asked by itself: {report:?}"
        );
    }
    assert!(reports.try_recv().is_err(), "a paused source asked by itself");
    pollers.pause(false);
    assert_eq!(end(&mut reports, 0).await.sequence, 4);
    assert_eq!(end(&mut reports, 0).await.sequence, 5);
}

#[tokio::test]
async fn a_refresh_cuts_a_backoff_short() {
    let server = server(|n, head| if n < 3 { answer("401 Unauthorized", "") } else { page(3, head) }).await;
    let (sender, mut reports) = mpsc::channel(64);
    let pollers = start(sources(&[&server]), LONG, &sender);
    for _ in 0..3 {
        assert!(matches!(end(&mut reports, 0).await.event, PollEvent::Failed { .. }));
        pollers.refresh(None);
    }
    assert!(matches!(end(&mut reports, 0).await.event, PollEvent::Finished { .. }));
}

#[tokio::test]
async fn a_panic_is_a_failure_of_its_source_and_the_task_begins_anew() {
    let (sender, mut reports) = mpsc::channel(8);
    let reporter = Reporter { source: SourceId(3), sequence: 0, reports: sender };
    let lives = Arc::new(AtomicUsize::new(0));
    let begin = move |reporter: Reporter| {
        let life = lives.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(life > 0, "the first life ends like this");
            let reporter = Reporter { sequence: reporter.sequence + 1, ..reporter };
            reporter.send(PollEvent::Asked).await.unwrap();
            Gone
        }
    };
    let restarting = task::restarting(reporter, || Duration::from_millis(1), begin);
    let Gone = tokio::time::timeout(Duration::from_secs(60), restarting).await.unwrap();
    let (failed, asked) = (next(&mut reports).await, next(&mut reports).await);
    let PollEvent::Failed { failure, .. } = failed.event else { panic!("{failed:?}") };
    assert_eq!((failed.source, failure.kind), (SourceId(3), FailureKind::Internal));
    assert!(asked.sequence > failed.sequence && asked.event == PollEvent::Asked);
}

#[tokio::test]
async fn a_panic_in_a_single_round_is_reported_too() {
    let (sender, mut reports) = mpsc::channel(8);
    let reporter = Reporter { source: SourceId(0), sequence: 1, reports: sender };
    let round = async { panic!("a round ends like this") };
    assert!(task::guarded(reporter, round).await.is_ok());
    let report = end(&mut reports, 0).await;
    assert!(
        matches!(report.event, PollEvent::Failed { failure, .. } if failure.kind == FailureKind::Internal)
    );
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_names_sources_and_never_the_key() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let echoing = server(|_, _| answer("403 Forbidden", &format!(r#"{{"error":"no {KEY}"}}"#))).await;
    let healthy = server(|_, head| page(3, head)).await;
    let (sender, _reports) = mpsc::channel(64);
    once(sources(&[&echoing, &healthy]), Bounds::default(), sender).await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("env0/prod") && log.contains("env1/prod") && log.contains("no [key]"), "{log}");
    assert!(!log.contains(KEY) && !log.contains("sk-poll"), "{log}");
}
