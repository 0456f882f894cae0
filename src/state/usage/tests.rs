//! Who is asked for usage and when, and what becomes of the answers.

use jiff::tz::TimeZone;

use super::*;
use crate::model::UsageRow;
use crate::state::{Action, Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, fleet, report};

fn state() -> State {
    let settings = Settings {
        refresh: std::time::Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0))
}

fn usage(jobs: u64) -> Usage {
    let row = UsageRow {
        mode: "batch".into(),
        kind: "transcription".into(),
        language: Some("en".into()),
        model: None,
        jobs,
        hours: 1.5,
    };
    Usage { details: vec![row], ..Usage::default() }
}

/// The number of the asking and who is asked.
fn asked(effects: &[Effect]) -> Option<(u64, Vec<SourceId>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::AskUsage(number, _, sources) => Some((*number, sources.clone())),
        _ => None,
    })
}

fn hear(state: &mut State, number: u64, source: SourceId, answer: Result<Usage, Failure>, seconds: i64) {
    state.update(Message::Usage(number, source, answer), at(seconds));
}

fn tick(state: &mut State, seconds: i64) -> Vec<Effect> {
    state.update(Message::Tick, at(seconds))
}

#[test]
fn all_are_asked_but_those_whose_rejection_is_known() {
    let mut state = state();
    state.store.merge(report(EU2, 1, 0, failed(FailureKind::Rejected, Some(401))));
    let (number, sources) = asked(&state.act(Action::OpenUsage)).unwrap();
    assert_eq!(sources, [EU1, EU1_OTHER, US1]);
    assert_eq!(
        state.usage.answer(EU2),
        Some(&Answer::Unasked(
            "not asked: the key is rejected here (401); refresh to ask all the same".into()
        ))
    );
    assert_eq!(state.usage.progress(), (3, 3));
    for source in sources {
        hear(&mut state, number, source, Ok(usage(1)), 1);
    }
    assert_eq!(state.usage.progress(), (0, 3));
    // The key to ask again asks those too, but not twice in a second.
    state.usage.asked = Some(at(1));
    assert_eq!(state.act(Action::RefreshNow), []);
    tick(&mut state, 2);
    assert_eq!(asked(&state.act(Action::RefreshNow)).unwrap().1, [EU1, EU1_OTHER, EU2, US1]);
    tick(&mut state, 9);
    assert_eq!(state.act(Action::RefreshNow), [], "while they are on their way nobody is asked twice");
}

#[test]
fn an_answer_is_good_for_a_minute_and_a_failure_for_no_time() {
    let mut state = state();
    let (number, sources) = asked(&state.act(Action::OpenUsage)).unwrap();
    for source in sources {
        let answer = if source == US1 { Err(Failure::new(FailureKind::Timeout, "")) } else { Ok(usage(3)) };
        hear(&mut state, number, source, answer, 1);
    }
    state.act(Action::Close);
    tick(&mut state, 60);
    assert_eq!(asked(&state.act(Action::OpenUsage)).unwrap().1, [US1]);
    assert!(matches!(state.usage.answer(EU1), Some(Answer::Here(..))));
    state.act(Action::Close);
    tick(&mut state, 61);
    assert_eq!(asked(&state.act(Action::OpenUsage)).unwrap().1.len(), 4);
}

#[test]
fn closing_calls_off_and_what_comes_late_is_dropped() {
    let mut state = state();
    let (number, _) = asked(&state.act(Action::OpenUsage)).unwrap();
    hear(&mut state, number, EU1, Ok(usage(1)), 1);
    state.act(Action::OpenEvents);
    assert_eq!(tick(&mut state, 2), [Effect::StopUsage]);
    assert_eq!(tick(&mut state, 3), []);
    hear(&mut state, number, US1, Ok(usage(1)), 3);
    assert_eq!(state.usage.answer(US1), Some(&Answer::Unasked("called off".into())));
    assert_eq!(asked(&state.act(Action::OpenUsage)).unwrap().1, [EU1_OTHER, EU2, US1], "what is here stays");
}

#[test]
fn an_exchanged_key_is_asked_anew_while_somebody_looks() {
    let mut state = state();
    let (number, sources) = asked(&state.act(Action::OpenUsage)).unwrap();
    for source in sources {
        hear(&mut state, number, source, Ok(usage(1)), 1);
    }
    let label = state.store.fleet().key(KeyId(1)).unwrap().clone();
    let effects = state.update(Message::KeyExchanged(KeyId(1), label.clone()), at(2));
    assert_eq!(asked(&effects).unwrap().1, [EU1_OTHER]);
    state.act(Action::Close);
    assert_eq!(tick(&mut state, 3), [Effect::StopUsage]);
    assert_eq!(state.update(Message::KeyExchanged(KeyId(1), label), at(4)), []);
}

#[test]
fn on_the_first_of_a_month_nobody_is_asked() {
    let mut state = state();
    state.now = "2026-11-01T12:00:00Z".parse().unwrap();
    assert_eq!(state.act(Action::OpenUsage), []);
    assert_eq!((state.usage.period, state.usage.progress()), (None, (0, 0)));
    state.now = "2026-11-02T00:00:00Z".parse().unwrap();
    assert_eq!(asked(&state.act(Action::RefreshNow)).unwrap().1.len(), 4);
}

#[test]
fn failures_are_told_in_plain_words_with_their_evidence() {
    let state = state();
    let long = state.store.fleet().key(KeyId(0)).unwrap().clone();
    let temporary = KeyLabel { temporary: true, ..long.clone() };
    let failure = |kind, status, detail: &str| Failure {
        status,
        request_id: Some("r1".into()),
        ..Failure::new(kind, detail)
    };
    for (failure, label, words) in [
        (
            failure(FailureKind::Forbidden, Some(403), "Forbidden"),
            &temporary,
            "a client_ref; a long-lived key may (403): Forbidden",
        ),
        (failure(FailureKind::Forbidden, Some(403), ""), &long, "its contract has ended, or lacks it (403)"),
        (failure(FailureKind::Rejected, Some(401), ""), &long, "the key is rejected here (401)"),
        (
            failure(FailureKind::Limited, Some(429), ""),
            &long,
            "too many requests; refresh in a while to ask again (429)",
        ),
        (
            failure(FailureKind::Server, Some(503), ""),
            &long,
            "the service failed; refresh to ask again (503)",
        ),
        (failure(FailureKind::Unexpected, Some(404), ""), &long, "this environment counts no usage (404)"),
        (
            failure(FailureKind::Unreadable, Some(200), "a web page"),
            &long,
            "the answer was no usage (200): a web page",
        ),
        (failure(FailureKind::Timeout, None, ""), &long, "no answer in time"),
    ] {
        let said = plainly(&failure, Some(label));
        assert!(said.contains(words) && said.ends_with("[Request-Id r1]"), "{said}");
        assert!(!said.contains("list jobs"), "{said}");
    }
}
