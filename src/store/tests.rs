//! The laws of merging, by property, and what follows from them, by example.

use proptest::prelude::*;

use super::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, finished, fleet, job, page, report, round};
use super::*;
use crate::model::{Coverage, FailureKind, Job, JobError, JobId, PollEvent, Report};

fn ids(store: &Store) -> Vec<(u16, String)> {
    let mut ids: Vec<(u16, String)> = store
        .jobs()
        .filter_map(|(handle, _)| store.key_of(handle))
        .map(|key| (key.environment.0, key.id.to_string()))
        .collect();
    ids.sort();
    ids
}

#[test]
fn a_round_that_saw_the_whole_list_drops_what_it_did_not_list() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("b", 2, "running"), job("a", 1, "done")]);
    assert_eq!(ids(&store), [(0, "a".into()), (0, "b".into())]);
    round(&mut store, EU1, 2, 5, &[job("b", 2, "done")]);
    assert_eq!(ids(&store), [(0, "b".into())]);
}

#[test]
fn a_round_over_the_newest_drops_only_what_it_would_have_seen() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("c", 30, "done"), job("b", 20, "done"), job("a", 10, "done")]);
    store.merge(report(EU1, 2, 5, page(&[job("c", 30, "done")])));
    store.merge(report(EU1, 2, 5, finished(Coverage::Since(at(20)))));
    assert_eq!(ids(&store), [(0, "a".into()), (0, "b".into()), (0, "c".into())], "b stands on the edge");
    store.merge(report(EU1, 3, 9, page(&[job("c", 30, "done")])));
    store.merge(report(EU1, 3, 9, finished(Coverage::Since(at(15)))));
    assert_eq!(ids(&store), [(0, "a".into()), (0, "c".into())]);
}

#[test]
fn a_failure_keeps_the_rows_and_marks_them_stale() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("a", 1, "done")]);
    let before = store.revision();
    store.merge(report(EU1, 2, 5, failed(FailureKind::Timeout, None)));
    assert_eq!(ids(&store), [(0, "a".into())]);
    assert!(store.is_stale(EU1) && store.revision() > before);
    assert_eq!(store.source(EU1).unwrap().last_good, Some(at(0)));
    round(&mut store, EU1, 3, 10, &[job("a", 1, "done")]);
    assert!(!store.is_stale(EU1));
}

#[test]
fn late_reports_of_older_rounds_change_nothing() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 7, 0, &[job("a", 1, "done")]);
    let before = store.revision();
    store.merge(report(EU1, 6, 1, page(&[job("a", 1, "running"), job("z", 9, "running")])));
    store.merge(report(EU1, 6, 1, finished(Coverage::Whole)));
    store.merge(report(EU1, 6, 1, failed(FailureKind::Timeout, None)));
    assert_eq!((store.revision(), ids(&store)), (before, vec![(0, "a".into())]));
    store.merge(report(SourceId(99), 8, 1, page(&[job("q", 1, "done")])));
    assert_eq!(ids(&store), [(0, "a".into())], "a source of another fleet");
}

#[test]
fn a_job_that_two_keys_list_is_one_job() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("a", 1, "running"), job("b", 2, "done")]);
    round(&mut store, EU1_OTHER, 1, 0, &[job("a", 1, "running"), job("c", 3, "done")]);
    round(&mut store, EU2, 1, 0, &[job("a", 1, "done")]);
    assert_eq!(ids(&store), [(0, "a".into()), (0, "b".into()), (0, "c".into()), (1, "a".into())]);
    let key = JobKey { environment: EnvironmentId(0), id: JobId::new("a") };
    let owner = |store: &Store| store.job(store.find(&key).unwrap()).unwrap().source();
    assert_eq!(owner(&store), EU1);
    store.merge(report(EU1, 2, 5, failed(FailureKind::Rejected, Some(401))));
    assert_eq!(owner(&store), EU1_OTHER, "a key that still works speaks for it");
    assert_eq!(store.summary(at(0)).total.jobs, 4);
}

#[test]
fn a_quiet_refresh_asks_for_no_new_rows() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("a", 1, "running")]);
    let before = store.revision();
    round(&mut store, EU1, 2, 5, &[job("a", 1, "running")]);
    assert_eq!(store.revision(), before);
    round(&mut store, EU1, 3, 10, &[job("a", 1, "done")]);
    assert!(store.revision() > before);
}

#[test]
fn a_rejected_job_is_an_event_only_when_it_is_news() {
    let mut store = Store::new(fleet());
    let mut bad = job("bad", -10, "rejected");
    bad.errors = vec![JobError { timestamp: None, message: "No speech found".into() }];
    round(&mut store, EU1, 1, 0, &[bad.clone()]);
    let texts = |store: &Store| store.events().map(|event| event.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&store), ["key accepted"]);
    // Listed late, on a deeper page or by a later round, but rejected long ago.
    let old = Job { id: JobId::new("old"), ..job("old", -500, "rejected") };
    round(&mut store, EU1, 2, 5, &[bad.clone(), old.clone(), job("turns", -5, "running")]);
    assert_eq!(texts(&store), ["key accepted"]);
    let worse = Job { id: JobId::new("worse"), created_at: Some(at(7)), ..bad.clone() };
    round(&mut store, EU1, 3, 10, &[worse, bad.clone(), old.clone(), job("turns", -5, "rejected")]);
    assert_eq!(
        texts(&store),
        ["job turns was rejected", "job worse was rejected: No speech found", "key accepted"]
    );
    bad.errors.clear();
    round(&mut store, EU1, 4, 15, &[bad, old]);
    assert_eq!(texts(&store).len(), 3, "it was rejected before");
}

#[test]
fn rows_sort_by_every_column_totally() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("b", 5, "done"), job("a", 5, "rejected"), job("c", 9, "running")]);
    round(&mut store, EU2, 1, 0, &[Job { created_at: None, duration_s: None, ..job("d", 0, "odd") }]);
    let zone = jiff::tz::TimeZone::UTC;
    let query = query::Query::parse("", &zone).unwrap();
    let order = |sort: Sort| -> String {
        let rows = Rows::build(&store, &query, sort, at(100));
        rows.slice(0, 9).iter().map(|handle| store.job(*handle).unwrap().id().to_owned()).collect()
    };
    for spec in &COLUMNS {
        for descending in [false, true] {
            assert_eq!(order(Sort::by(spec.column, descending)).len(), 4, "{}", spec.header);
        }
    }
    assert_eq!(order(Sort::default()), "cabd");
    assert_eq!(order(Sort::by(Column::Age, true)), "dabc");
    assert_eq!(order(Sort::by(Column::Status, false)), "cdab");
    assert_eq!(order(Sort::by(Column::Id, true)), "dcba");
    // Created together are a and b; the job without a date comes last of all.
    assert_eq!(order(Sort::by(Column::Age, false).then(Column::Id, true)), "cbad");
    assert_eq!(order(Sort::by(Column::Created, true).then(Column::Id, false)), "dcab");
    assert_eq!(order(Sort::by(Column::Env, false).then(Column::Status, false)), "cabd");
    assert_eq!(order(Sort::by(Column::Env, true).then(Column::Status, true)), "dbac");
}

#[test]
fn the_day_decides_what_counts_as_rejected_today() {
    let mut store = Store::new(fleet());
    round(
        &mut store,
        EU1,
        1,
        0,
        &[job("a", 100, "rejected"), job("b", -100, "rejected"), job("c", 5, "running")],
    );
    let summary = store.summary(at(0));
    assert_eq!(summary.total, Counts { jobs: 3, active: 1, stuck: 0, rejected_today: 1 });
    assert_eq!(summary.environment(EnvironmentId(0)), summary.total);
    assert_eq!(store.environments_up(), 1);
}

fn some_job() -> impl Strategy<Value = Job> {
    let status = prop_oneof![Just("running"), Just("done"), Just("rejected"), Just("strange")];
    (0..12_u8, 0..50_i64, status).prop_map(|(id, created, status)| job(&format!("j{id}"), created, status))
}

fn some_report() -> impl Strategy<Value = Report> {
    let event = prop_oneof![
        Just(PollEvent::Asked),
        prop::collection::vec(some_job(), 0..6).prop_map(|jobs| page(&jobs)),
        Just(finished(Coverage::Whole)),
        (0..50_i64).prop_map(|since| finished(Coverage::Since(at(since)))),
        Just(finished(Coverage::Gaps)),
        Just(failed(FailureKind::Rejected, Some(401))),
        Just(failed(FailureKind::Timeout, None)),
    ];
    (0..4_u16, 1..6_u64, event)
        .prop_map(|(source, sequence, event)| report(SourceId(source), sequence, 0, event))
}

proptest! {
    #[test]
    fn the_merged_view_holds_each_job_once_and_only_where_it_was_listed(
        reports in prop::collection::vec(some_report(), 0..40)
    ) {
        let mut store = Store::new(fleet());
        let mut newest = [0_u64; 4];
        let mut listed = std::collections::HashSet::new();
        for report in reports {
            let source = report.source.index();
            if report.sequence >= newest[source] {
                newest[source] = report.sequence;
                if let PollEvent::Page { jobs, .. } = &report.event {
                    let environment = store.fleet().sources[source].environment.0;
                    listed.extend(jobs.iter().map(|job| (environment, job.id.to_string())));
                }
            }
            store.merge(report);
        }
        let shown = ids(&store);
        let mut unique = shown.clone();
        unique.dedup();
        prop_assert_eq!(&unique, &shown, "a job twice");
        prop_assert!(shown.iter().all(|id| listed.contains(id)), "a job that nobody listed");
        prop_assert_eq!(store.summary(at(0)).total.jobs, shown.len());
        let _ = store.banners(at(100));
    }

    #[test]
    fn merging_a_page_twice_is_merging_it_once(jobs in prop::collection::vec(some_job(), 0..8)) {
        let mut once = Store::new(fleet());
        once.merge(report(EU1, 1, 0, page(&jobs)));
        let revision = once.revision();
        let shown = ids(&once);
        // The last of two entries of one id wins, in a page as over pages: the second pass changes nothing
        // unless the page contradicts itself.
        let contradicts = jobs.iter().any(|a| jobs.iter().any(|b| a.id == b.id && a != b));
        once.merge(report(EU1, 1, 0, page(&jobs)));
        prop_assert_eq!(ids(&once), shown);
        prop_assert!(contradicts || once.revision() == revision);
    }

    #[test]
    fn sources_can_be_merged_in_any_order(
        first in prop::collection::vec(some_job(), 0..8),
        second in prop::collection::vec(some_job(), 0..8),
    ) {
        let merged = |order: [(SourceId, &[Job]); 2]| {
            let mut store = Store::new(fleet());
            for (source, jobs) in order {
                round(&mut store, source, 1, 0, jobs);
            }
            ids(&store)
        };
        prop_assert_eq!(merged([(EU1, &first), (US1, &second)]), merged([(US1, &second), (EU1, &first)]));
        prop_assert_eq!(merged([(EU1, &first), (EU1_OTHER, &second)]), merged([(EU1_OTHER, &second), (EU1, &first)]));
    }
}
