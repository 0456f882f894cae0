use std::sync::Arc;

use super::super::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, fleet, page, report, round};
use super::*;
use crate::model::{EnvironmentId, FailureKind, KeyId, KeyState, KeyValue, PollEvent, SourceId};

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
fn that_other_keys_are_answered_is_said_only_where_it_was_seen_since() {
    let advice = |story: &str| {
        let banners = tell(story).banners(at(1_000));
        let failing = |banner: &&Banner| matches!(banner.cause, Cause::EnvironmentFailing(_));
        banners.iter().find(failing).map(|banner| banner.advice.clone()).unwrap()
    };
    let left = "Jobs shown are the last that were seen. One more failure and it counts as down.";
    // The second key is not accepted there, or was last answered before the trouble began.
    for story in ["+1++ 5-++ 5-++", "++++ 5-++ 5-++"] {
        assert!(advice(story).starts_with(left), "{story}: {}", advice(story));
    }
    let others = advice("++++ 5+++ 5+++");
    assert!(others.starts_with("It answers other keys: what they list is fresh."), "{others}");
    // A time-out is told of at once.
    let early = advice("++++ +++t");
    assert!(early.contains("Two more failures in a row and it counts as down."), "{early}");
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
fn no_end_of_a_key_is_near_since_before_anybody_looked() {
    let mut fleet = Arc::unwrap_or_clone(fleet());
    fleet.keys[0].expires_at = Some(at(100));
    let mut store = Store::new(Arc::new(fleet));
    round(&mut store, EU1, 1, 88, &[]);
    let since = |store: &Store, now: i64| {
        let banners = store.banners(at(now)).into_iter();
        banners
            .filter(|banner| matches!(banner.cause, Cause::KeyExpiring { .. }))
            .map(|banner| banner.since)
            .next()
    };
    assert_eq!(since(&store, 90), Some(at(88)), "it came with twelve seconds left");
    let mut early = Store::new(Arc::clone(&store.fleet));
    round(&mut early, EU1, 1, 5, &[]);
    assert_eq!(since(&early, 90), Some(at(40)), "it saw the last minute begin");
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
fn an_exchanged_key_begins_anew() {
    let mut store = tell("++++ 1+11");
    let mut label = store.fleet().keys[0].clone();
    label.fingerprint = KeyValue::new("another").unwrap().fingerprint();
    let (before, after) = (store.fleet().keys[0].fingerprint, label.fingerprint);
    store.exchange_key(KeyId(0), label.clone(), at(20));
    assert_eq!(store.banners(at(20)), []);
    assert_eq!((store.key_state(EU1, at(20)), store.is_stale(EU1)), (KeyState::Unchecked, true));
    assert_eq!(store.key_state(EU1_OTHER, at(20)), KeyState::Accepted, "the other key is as it was");
    let newest = store.events().next().map(|event| event.text.clone());
    assert_eq!(newest, Some(format!("key exchanged: ·{before} is now ·{after}")));
    for source in [EU1, EU2, US1] {
        store.merge(report(source, 3, 25, failed(FailureKind::Rejected, Some(401))));
    }
    let banners = store.banners(at(25));
    assert_eq!(banners[0].cause, Cause::KeyRejectedEverywhere(KeyId(0)), "this one was never accepted");
    store.exchange_key(KeyId(9), label, at(30));
}

/// An hour of polling in which each request fails by a coin toss at 5 %; the poller asks once more before
/// a failure counts.
#[test]
fn no_banner_flaps_in_an_hour_of_chance() {
    let mut failing = 0;
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut store = Store::new(fleet());
        let mut shown = Vec::new();
        for sequence in 1..=720 {
            let seconds = i64::try_from(sequence).unwrap() * 5;
            for source in [EU1, EU1_OTHER, EU2, US1] {
                if (0..2).all(|_| random.f64() < 0.05) {
                    store.merge(report(source, sequence, seconds, failed(FailureKind::Server, Some(500))));
                } else {
                    round(&mut store, source, sequence, seconds, &[]);
                }
            }
            let causes: Vec<Cause> =
                store.banners(at(seconds)).into_iter().map(|banner| banner.cause).collect();
            failing += causes.iter().filter(|cause| !shown.contains(*cause)).count();
            let down = causes.iter().find(|cause| matches!(cause, Cause::EnvironmentDown(_)));
            assert_eq!(down, None, "seed {seed}, after {seconds} s");
            shown = causes;
        }
    }
    assert!(failing < 3, "{failing} banners in 36 environments' hours");
}
