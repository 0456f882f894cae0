//! The laws of merging, by property, and the stories of keys and environments, by table.

use std::sync::Arc;

use proptest::prelude::*;

use super::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, finished, fleet, job, page, report, round};
use super::*;
use crate::model::{Coverage, FailureKind, Job, JobError, JobId, KeyId, KeyState, PollEvent, Report};

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

/// What each source answers, as a letter: `+` jobs, `1` 401, `3` 403, `9` 429, `5` 503, `t` time-out,
/// `-` nothing yet. Sources in the order eu1/prod, eu1/other, eu2/prod, us1/prod; one word a round.
fn tell(story: &str) -> Store {
    let mut store = Store::new(fleet());
    for (sequence, word) in (1_u64..).zip(story.split(' ')) {
        for (source, letter) in (0..).map(SourceId).zip(word.chars()) {
            let seconds = i64::try_from(sequence).unwrap() * 5;
            match letter {
                '+' => round(&mut store, source, sequence, seconds, &[]),
                '-' => {}
                other => {
                    let (kind, status) = match other {
                        '1' => (FailureKind::Rejected, Some(401)),
                        '3' => (FailureKind::Forbidden, Some(403)),
                        '9' => (FailureKind::Limited, Some(429)),
                        '5' => (FailureKind::Server, Some(503)),
                        _ => (FailureKind::Timeout, None),
                    };
                    store.merge(report(source, sequence, seconds, failed(kind, status)));
                }
            }
        }
    }
    store
}

#[test]
fn banners_follow_the_story() {
    for (story, heads) in [
        ("++++", vec![]),
        // Its only environment is all of its row.
        ("+1++", vec!["key other is rejected (401) by eu1"]),
        ("1+11", vec!["key prod is rejected everywhere (401), by all 3 environments"]),
        // Silence does not take back what was said of the key.
        (
            "1+1t t+tt",
            vec![
                "key prod is rejected (401) by all that answered: eu1 and eu2",
                "eu1 fails: no answer in time",
                "eu2 fails: no answer in time",
                "us1 fails: no answer in time",
            ],
        ),
        (
            "1+1t",
            vec![
                "key prod is rejected (401) by all that answered: eu1 and eu2",
                "us1 fails: no answer in time",
            ],
        ),
        ("+++1", vec!["us1: key prod is rejected (401) where it is declared"]),
        ("++11", vec!["eu2 and us1: key prod is rejected (401) where it is declared"]),
        ("++++ +++1", vec!["us1: key prod is rejected (401), accepted until now"]),
        ("++++ 1+11", vec!["eu1, eu2 and us1: key prod is rejected (401), accepted until now"]),
        ("+++1 1+11", vec!["key prod is rejected everywhere (401), until now accepted in eu1 and eu2"]),
        ("+++3", vec!["us1: key prod is forbidden (403)"]),
        ("+++9", vec!["us1: key prod is limited (429)"]),
        ("+++5", vec!["us1 fails: the service failed (503)"]),
        ("++++ +++5", vec![]),
        ("++++ +++5 +++5", vec!["us1 fails: the service failed (503)"]),
        ("++++ +++t", vec!["us1 fails: no answer in time"]),
        ("++++ +++5 ++++", vec![]),
        ("++++ +++5 +++t +++t", vec!["us1 is down: no answer in time"]),
        ("++++ +++5 +++t +++t ++++ ++++", vec![]),
    ] {
        let store = tell(story);
        let banners = store.banners(at(1_000));
        let shown: Vec<&str> = banners.iter().map(|banner| banner.head.as_str()).collect();
        assert_eq!(shown, heads, "{story:?}");
        assert!(banners.is_sorted_by_key(|banner| banner.severity), "{story:?}");
    }
}

#[test]
fn advice_tells_the_twin_from_another_region() {
    let advice = |story: &str| tell(story).banners(at(1_000)).remove(0).advice;
    let twin = advice("++1+");
    assert!(twin.contains("accepted in eu1 and us1") && twin.contains("self-service"), "{twin}");
    let region = advice("+++1");
    assert!(
        region.contains("accepted in eu1 and eu2") && region.contains("not entitled to the region US"),
        "{region}"
    );
    assert!(region.contains("take us1 out"), "{region}");
}

#[test]
fn a_banner_keeps_the_moment_its_cause_began() {
    let store = tell("++++ +++1 +++1 +++1");
    assert_eq!(store.banners(at(1_000))[0].since, at(10));
    assert_eq!(store.banners(at(1_000))[0].last_good, Some(at(5)));
}

#[test]
fn an_environment_that_hangs_from_the_start_is_named_before_its_time_out() {
    let mut store = Store::new(fleet());
    store.merge(report(US1, 1, 0, PollEvent::Asked));
    assert!(store.banners(at(3)).is_empty());
    assert_eq!(store.banners(at(4))[0].cause, Cause::EnvironmentSilent(EnvironmentId(2)));
}

#[test]
fn an_environment_that_begins_to_hang_is_named_before_its_time_out() {
    let mut store = tell("++++");
    store.merge(report(US1, 2, 20, PollEvent::Asked));
    assert!(store.banners(at(23)).is_empty());
    assert_eq!(store.banners(at(25))[0].cause, Cause::EnvironmentSilent(EnvironmentId(2)));
    // A long listing is no silence: its first page came.
    store.merge(report(US1, 2, 25, page(&[])));
    assert!(store.banners(at(90)).is_empty());
}

#[test]
fn a_temporary_key_past_its_time_is_expired_not_revoked() {
    let mut fleet = Arc::unwrap_or_clone(fleet());
    fleet.keys[0].expires_at = Some(at(3));
    let mut store = Store::new(Arc::new(fleet));
    for source in [EU1, EU2, US1] {
        store.merge(report(source, 1, 5, failed(FailureKind::Rejected, Some(401))));
    }
    let banners = store.banners(at(6));
    assert_eq!(
        banners.iter().map(|banner| banner.cause.clone()).collect::<Vec<_>>(),
        [Cause::KeyExpired(KeyId(0))]
    );
    assert_eq!(store.key_state(EU1, at(6)), KeyState::Expired);
}

#[test]
fn rows_sort_by_every_column_totally() {
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[job("b", 5, "done"), job("a", 5, "rejected"), job("c", 9, "running")]);
    round(&mut store, EU2, 1, 0, &[Job { created_at: None, duration_s: None, ..job("d", 0, "odd") }]);
    let mut scratch = query::Scratch::default();
    let zone = jiff::tz::TimeZone::UTC;
    let query = query::Query::parse("", &zone).unwrap();
    let mut order = |sort: Sort| -> String {
        let rows = Rows::build(&store, &query, sort, at(100), &mut scratch);
        rows.slice(0, 9).iter().map(|handle| store.job(*handle).unwrap().id().to_owned()).collect()
    };
    for spec in &COLUMNS {
        for descending in [false, true] {
            assert_eq!(order(Sort { column: spec.column, descending }).len(), 4, "{}", spec.header);
        }
    }
    assert_eq!(order(Sort::default()), "cabd");
    assert_eq!(order(Sort { column: Column::Age, descending: true }), "dabc");
    assert_eq!(order(Sort { column: Column::Status, descending: false }), "cdab");
    assert_eq!(order(Sort { column: Column::Id, descending: true }), "dcba");
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
    assert_eq!(summary.total, Counts { jobs: 3, active: 1, rejected_today: 1 });
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
