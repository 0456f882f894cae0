//! Whatever happens, in whatever steps: what is kept up change by change is what counting, filtering and
//! sorting everything afresh would give.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::fixture::{EU1, EU2, at, failed, finished, fleet, job, page, report, round};
use super::picking::Hands;
use super::query::{Listers, Query, Scratch, Subject};
use super::*;
use crate::model::{Coverage, FailureKind, Job, JobError, PollEvent, Report, Span, Status};

/// The merged view by plain means: every listing, and nothing kept up.
#[derive(Debug, Default)]
struct Plain {
    listings: BTreeMap<(SourceId, String), (Job, u64)>,
    stale: [bool; 4],
    newest: [u64; 4],
}

/// Which keys list a job, by a look at every listing.
#[derive(Debug)]
struct Listed<'a> {
    plain: &'a Plain,
    fleet: &'a Fleet,
}

impl Listers for Listed<'_> {
    fn any_key(&self, environment: &str, id: &str, is: &dyn Fn(&str) -> bool) -> bool {
        self.plain.listings.keys().any(|(source, listed)| {
            let source = self.fleet.source(*source).unwrap();
            let here = self.fleet.environment_name(source.environment) == environment;
            here && listed == id && is(self.fleet.key_name(source.key))
        })
    }
}

impl Plain {
    fn merge(&mut self, report: &Report) {
        let Report { source, sequence, event, .. } = report;
        let newest = &mut self.newest[source.index()];
        if sequence < newest {
            return;
        }
        *newest = *sequence;
        match event {
            PollEvent::Asked | PollEvent::Progress(_) | PollEvent::Job { .. } => {}
            PollEvent::Page { jobs, spans, .. } => {
                self.stale[source.index()] = false;
                let within = |job: &Job| {
                    job.created_at.is_some_and(|created| spans.iter().any(|span| span.contains(created)))
                };
                let listed = |id: &str| jobs.iter().any(|job| job.id.as_str() == id);
                self.listings.retain(|(owner, id), (job, _)| owner != source || !within(job) || listed(id));
                for job in jobs {
                    self.listings.insert((*source, job.id.to_string()), (job.clone(), *sequence));
                }
            }
            PollEvent::Finished { coverage, .. } => self.listings.retain(|(owner, _), (job, seen)| {
                owner != source
                    || *seen >= *sequence
                    || match coverage {
                        Coverage::Whole => false,
                        Coverage::Since(since) => job.created_at.is_none_or(|at| at <= *since),
                        Coverage::Gaps => true,
                    }
            }),
            PollEvent::Failed { .. } => self.stale[source.index()] = true,
        }
    }

    /// What is shown, by environment and id.
    fn shown(&self, fleet: &Fleet) -> BTreeMap<(EnvironmentId, String), (SourceId, &Job)> {
        let mut shown: BTreeMap<_, (SourceId, &Job)> = BTreeMap::new();
        let rank = |source: SourceId| (self.stale[source.index()], source);
        for ((source, id), (job, _)) in &self.listings {
            let environment = fleet.source(*source).unwrap().environment;
            let speaks = shown.entry((environment, id.clone())).or_insert((*source, job));
            if rank(*source) < rank(speaks.0) {
                *speaks = (*source, job);
            }
        }
        shown
    }

    fn summary(&self, fleet: &Fleet, today: Timestamp) -> Summary {
        let mut summary =
            Summary { environments: vec![Counts::default(); fleet.environments.len()], ..Summary::default() };
        for ((environment, _), (_, job)) in self.shown(fleet) {
            let rejected =
                job.status == Status::Rejected && job.created_at.is_some_and(|created| created >= today);
            for counts in [&mut summary.total, &mut summary.environments[environment.index()]] {
                counts.jobs += 1;
                counts.active += usize::from(job.status.is_active());
                counts.rejected_today += usize::from(rejected);
            }
        }
        summary
    }

    /// The matching jobs in order.
    fn rows(&self, store: &Store, query: &Query, sort: Sort, now: Timestamp) -> Vec<Handle> {
        let fleet = store.fleet();
        let mut rows = Vec::new();
        for ((environment, id), (source, job)) in self.shown(fleet) {
            let place = fleet.environment(environment).unwrap();
            let key = fleet.key_name(fleet.source(source).unwrap().key);
            let (environment_name, region) = (place.name.as_str(), place.region.as_str());
            let listed = Listed { plain: self, fleet };
            let others: Option<&dyn Listers> = Some(&listed);
            let subject = Subject { job, environment: environment_name, region, key, others };
            if query.matches(&subject, now, &mut Scratch::default()) {
                rows.push(store.find(&JobKey { environment, id: JobId::new(id) }).unwrap());
            }
        }
        rows.sort_by(|a, b| sort.compare(fleet, store.job(*a).unwrap(), store.job(*b).unwrap()));
        rows
    }
}

const QUERIES: [&str; 11] = [
    "",
    "j1",
    "status:running",
    "-status:done",
    "call",
    "\"rec\" or title:\"\"",
    "dur>40",
    "key:prod env:eu1",
    "key:other",
    "-key~oth",
    "clrec",
];

#[derive(Clone, Debug)]
enum Step {
    Report(Box<Report>),
    /// A refresh that may look at so many changed jobs.
    Follow(usize),
    /// Another query and sort.
    Ask(usize, Sort),
    /// A piece of the work of building.
    Work(usize),
}

fn some_job() -> impl Strategy<Value = Job> {
    let status = prop::sample::select(vec!["running", "done", "rejected", "strange", "stranger"]);
    let created = prop::option::of(0..50_i64);
    let name =
        prop::sample::select(vec!["call-record-1.wav", "Call-Record-1.wav", "call-record-12.wav", "é", ""]);
    let text = prop::option::of(prop::sample::select(vec!["", "Title", "title", "a longer title"]));
    let list = prop::collection::vec(prop::sample::select(vec!["a", "b"]).prop_map(Box::from), 0..3);
    (0..40_u8, created, status, name, text, list, prop::option::of(0..60_u64)).prop_map(
        |(id, created, status, name, text, list, duration_s)| Job {
            created_at: created.map(at),
            data_name: name.into(),
            duration_s,
            title: text.map(Into::into),
            reference: text.map(Into::into),
            model: text.map(Into::into),
            errors: list
                .iter()
                .cloned()
                .map(|message: Box<str>| JobError { timestamp: None, message: message.into() })
                .collect(),
            tags: list,
            ..job(&format!("j{id}"), 0, status)
        },
    )
}

fn some_report() -> impl Strategy<Value = Report> {
    let jobs = || prop::collection::vec(some_job(), 0..30);
    let event = prop_oneof![
        3 => jobs().prop_map(|jobs| page(&jobs)),
        2 => (jobs(), prop::collection::vec((0..50_i64, 0..20_i64), 1..3)).prop_map(|(jobs, spans)| {
            let span = |(first, length)| Span { first: at(first), last: at(first + length) };
            let spans = spans.into_iter().map(span).collect();
            PollEvent::Page { jobs, unreadable: 0, latency: Duration::ZERO, spans }
        }),
        1 => Just(finished(Coverage::Whole)),
        1 => (0..50_i64).prop_map(|since| finished(Coverage::Since(at(since)))),
        1 => Just(finished(Coverage::Gaps)),
        1 => Just(failed(FailureKind::Timeout, None)),
    ];
    (0..4_u16, 1..5_u64, event)
        .prop_map(|(source, sequence, event)| report(SourceId(source), sequence, 0, event))
}

fn some_step() -> impl Strategy<Value = Step> {
    let key = || {
        (prop::sample::select(&COLUMNS[..]), any::<bool>()).prop_map(|(spec, turned)| (spec.column, turned))
    };
    let sort = (key(), prop::option::of(key())).prop_map(|((column, descending), then)| {
        let sort = Sort::by(column, descending);
        then.map_or(sort, |(column, descending)| sort.then(column, descending))
    });
    prop_oneof![
        6 => some_report().prop_map(|report| Step::Report(Box::new(report))),
        2 => (0..9_usize).prop_map(Step::Follow),
        2 => (0..QUERIES.len(), sort).prop_map(|(query, sort)| Step::Ask(query, sort)),
        6 => (1..400_usize).prop_map(Step::Work),
    ]
}

/// A dashboard's way with rows, without the dashboard.
struct Screen {
    rows: Rows,
    build: Option<Build>,
    asked: (Query, Sort),
    scratch: Scratch,
}

impl Screen {
    fn work(&mut self, store: &Store, cost: usize) {
        let Some(build) = &mut self.build else { return };
        if let Some(rows) = build.step_by(cost, store) {
            (self.rows, self.build) = (rows, None);
        }
    }

    fn follow(&mut self, store: &Store, most: usize) -> Followed {
        let followed = self.rows.follow(store, at(100), &mut self.scratch, most);
        assert_ne!(followed, Followed::Lost);
        followed
    }

    fn settle(&mut self, store: &Store) {
        while self.build.is_some() {
            self.work(store, 300);
        }
        while self.follow(store, 7) == Followed::Some {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_up_is_what_building_afresh_gives(steps in prop::collection::vec(some_step(), 1..60)) {
        let (mut store, mut plain) = (Store::new(fleet()), Plain::default());
        let query = |at: usize| Query::parse(QUERIES[at], &TimeZone::UTC).unwrap();
        let mut screen = Screen {
            rows: Rows::default(),
            build: None,
            asked: (query(0), Sort::default()),
            scratch: Scratch::default(),
        };
        for step in steps {
            match step {
                Step::Report(report) => {
                    plain.merge(&report);
                    store.merge(*report);
                }
                Step::Follow(most) => drop(screen.follow(&store, most)),
                Step::Ask(at_query, sort) => {
                    screen.asked = (query(at_query), sort);
                    // Some jobs at a time, by one thread or several.
                    let hands = Hands { threads: 1 + at_query % 3, shares: 4, jobs: 2 };
                    screen.build = Some(Build::start_by(hands, &store, &screen.asked.0, sort, at(100)));
                }
                Step::Work(cost) => screen.work(&store, cost),
            }
            let listed: usize = store.sources().map(|(id, _)| store.jobs_of(id)).sum();
            prop_assert_eq!(listed, plain.listings.len());
            for today in [0, 25] {
                prop_assert_eq!(store.summary(at(today)), plain.summary(store.fleet(), at(today)));
            }
        }
        for ((environment, id), (source, job)) in plain.shown(store.fleet()) {
            let held = store.find(&JobKey { environment, id: JobId::new(id) }).and_then(|at| store.job(at)).unwrap();
            prop_assert_eq!((held.source(), &held.to_job()), (source, job));
        }
        screen.settle(&store);
        let (query, sort) = &screen.asked;
        let expected = plain.rows(&store, query, *sort, at(100));
        prop_assert_eq!(screen.rows.slice(0, usize::MAX), expected.clone());
        let afresh = Rows::build(&store, query, *sort, at(100));
        prop_assert_eq!(afresh.slice(0, usize::MAX), expected.clone());
        prop_assert_eq!((afresh.total(), screen.rows.total()), (store.jobs().count(), store.jobs().count()));
        for (row, handle) in expected.into_iter().enumerate() {
            prop_assert_eq!(screen.rows.position(&store, &store.key_of(handle).unwrap()), Some(row));
        }
        for source in (0..4).map(SourceId) {
            store.merge(report(source, 9, 0, finished(Coverage::Whole)));
        }
        prop_assert_eq!((store.jobs().count(), store.jobs.words()), (0, 0), "what is gone leaves nothing");
        screen.settle(&store);
        prop_assert!(screen.rows.is_empty());
    }
}

#[test]
fn many_jobs_that_go_at_once_go_everywhere() {
    let mut store = Store::new(fleet());
    let jobs: Vec<Job> = (0..9_000).map(|n| job(&format!("j{n}"), n, "rejected")).collect();
    round(&mut store, EU1, 1, 0, &jobs);
    round(&mut store, EU2, 1, 0, &jobs[..10]);
    let mut scratch = Scratch::default();
    let mut rows = Rows::build(&store, &Query::default(), Sort::default(), at(0));
    assert_eq!((rows.len(), store.summary(at(4_500)).total.rejected_today), (9_010, 4_500));
    round(&mut store, EU1, 2, 5, &jobs[8_000..8_003]);
    assert_eq!(rows.follow(&store, at(5), &mut scratch, 10), Followed::Some);
    assert!(rows.room() > 8_900, "{}", rows.room());
    assert_eq!(rows.follow(&store, at(5), &mut scratch, usize::MAX), Followed::All);
    assert!(rows.room() <= 1_024, "{}", rows.room());
    assert_eq!((rows.len(), rows.total(), store.jobs_of(EU1), store.jobs().count()), (13, 13, 3, 13));
    assert_eq!(store.summary(at(4_500)).total, Counts { jobs: 13, active: 0, stuck: 0, rejected_today: 3 });
    assert_eq!((store.oldest_of(EU1), store.oldest_of(EU2)), (Some(at(8_000)), Some(at(0))));
}

#[test]
fn rows_that_fell_too_far_behind_say_so() {
    let mut store = Store::new(fleet());
    let mut rows = Rows::default();
    for sequence in 1..=8 {
        let status = if sequence % 2 == 0 { "done" } else { "running" };
        let jobs: Vec<Job> = (0..9_000).map(|n| job(&format!("j{n}"), n, status)).collect();
        store.merge(report(EU1, sequence, 0, page(&jobs)));
    }
    assert_eq!(rows.follow(&store, at(0), &mut Scratch::default(), 10), Followed::Lost);
}
