use jiff::tz::TimeZone;

use super::*;
use crate::model::{Coverage, FailureKind, SourceId};
use crate::state::{Action, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, finished, fleet, job, page, report};

fn rule(trigger: Trigger, every: u64) -> Rule {
    Rule { trigger, ways: Ways { bell: true, ..Ways::default() }, every: Duration::from_secs(every) }
}

fn jobs(filter: &str) -> Trigger {
    Trigger::Job { query: Query::parse(filter, &TimeZone::UTC).unwrap(), done: true, rejected: true }
}

fn state(rules: Vec<Rule>) -> State {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
    state.alerts = Alerts::new(rules);
    state
}

/// A round of a source, and what is told of it.
fn hear(state: &mut State, source: SourceId, second: i64, listed: &[(&str, &str)]) -> Vec<String> {
    let listed: Vec<_> = listed.iter().map(|(id, status)| job(id, -100, status)).collect();
    let sequence = u64::try_from(second + 1).unwrap();
    state.store.merge(report(source, sequence, second, page(&listed)));
    state.store.merge(report(source, sequence, second, finished(Coverage::Whole)));
    told(state, second)
}

fn fail(
    state: &mut State,
    source: SourceId,
    second: i64,
    kind: FailureKind,
    status: Option<u16>,
) -> Vec<String> {
    state.store.merge(report(source, u64::try_from(second + 1).unwrap(), second, failed(kind, status)));
    told(state, second)
}

fn told(state: &mut State, second: i64) -> Vec<String> {
    state.now = at(second);
    let facts = state.alarms().into_iter().map(|effect| match effect {
        Effect::Alert(alert) => alert.facts,
        other => panic!("{other:?}"),
    });
    facts.map(|facts| format!("{} {}", facts.event, facts.text)).collect()
}

#[test]
fn a_job_of_the_query_that_ends_is_told_and_history_is_not() {
    let mut state = state(vec![rule(jobs("id:a or id:old"), 1), rule(Trigger::Key, 1)]);
    assert!(hear(&mut state, EU1, 0, &[("a", "running"), ("b", "running"), ("old", "rejected")]).is_empty());
    assert!(hear(&mut state, EU1, 5, &[("a", "running"), ("b", "done"), ("old", "rejected")]).is_empty());
    let said = hear(&mut state, EU1, 10, &[("a", "done"), ("b", "done"), ("old", "rejected")]);
    assert_eq!(said, ["job.done eu1: job a (a.wav) is done"]);
    assert!(told(&mut state, 60).is_empty(), "and once");
}

#[test]
fn only_the_ends_that_count_are_told() {
    let only = |done, rejected| Trigger::Job { query: Query::default(), done, rejected };
    for (done, rejected, expected) in [(true, false, "job.done"), (false, true, "job.rejected")] {
        let mut state = state(vec![rule(only(done, rejected), 1)]);
        hear(&mut state, EU1, 0, &[("a", "running"), ("b", "running")]);
        let said = hear(&mut state, EU1, 5, &[("a", "done"), ("b", "rejected")]);
        assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
    }
}

#[test]
fn a_flood_is_one_alert_and_what_was_held_back_is_counted() {
    let mut state = state(vec![rule(jobs(""), 60)]);
    let names: Vec<String> = (0..50).map(|number| format!("j{number}")).collect();
    let all = |until: usize| -> Vec<(&str, &str)> {
        let status = |at| if at < until { "done" } else { "running" };
        names.iter().enumerate().map(|(at, name)| (name.as_str(), status(at))).collect()
    };
    hear(&mut state, EU1, 0, &all(0));
    let first = hear(&mut state, EU1, 5, &all(40));
    assert!(first.len() == 1 && first[0].ends_with("(and 39 more)"), "{first:?}");
    assert!(hear(&mut state, EU1, 10, &all(43)).is_empty(), "too soon");
    assert!(hear(&mut state, EU1, 15, &all(50)).is_empty());
    assert!(told(&mut state, 64).is_empty());
    let later = told(&mut state, 65);
    assert!(later.len() == 1 && later[0].ends_with("(and 9 more)"), "{later:?}");
    assert!(told(&mut state, 200).is_empty());
}

#[test]
fn an_environment_is_told_of_when_it_goes_down_and_when_it_is_back() {
    let mut state = state(vec![rule(Trigger::Environment, 1)]);
    for second in 0..4 {
        assert!(fail(&mut state, US1, second, FailureKind::Server, Some(503)).is_empty(), "so it began");
    }
    hear(&mut state, EU1, 0, &[]);
    assert!(hear(&mut state, EU1, 5, &[]).is_empty(), "it was up from the start");
    let mut said = Vec::new();
    for second in 10..20 {
        said.extend(fail(&mut state, EU1, second, FailureKind::Server, Some(503)));
    }
    assert!(said.len() == 1 && said[0].starts_with("environment.down eu1 is down: "), "{said:?}");
    let mut said = Vec::new();
    for second in 30..36 {
        said.extend(hear(&mut state, EU1, second, &[]));
    }
    assert_eq!(said, ["environment.back eu1 is back"]);
    let mut said = Vec::new();
    for second in 40..46 {
        said.extend(hear(&mut state, US1, second, &[]));
    }
    assert_eq!(said, ["environment.back us1 is back"], "what was down from the start comes back too");
}

#[test]
fn a_key_is_told_of_when_it_is_lost_and_when_it_is_good_again() {
    let mut state = state(vec![rule(Trigger::Key, 1)]);
    for source in [EU1, EU2, US1] {
        assert!(hear(&mut state, source, 0, &[]).is_empty());
    }
    // The other key is rejected from the start: no news.
    assert!(fail(&mut state, EU1_OTHER, 1, FailureKind::Rejected, Some(401)).is_empty());
    let said = fail(&mut state, US1, 5, FailureKind::Rejected, Some(401));
    assert!(said.len() == 1 && said[0].starts_with("key.rejected ") && said[0].contains("prod"), "{said:?}");
    assert!(fail(&mut state, US1, 8, FailureKind::Rejected, Some(401)).is_empty(), "and once");
    let said = hear(&mut state, US1, 10, &[]);
    assert_eq!(said, ["key.back key prod is no longer rejected"]);
}

#[test]
fn nothing_is_told_while_alerts_are_off_and_nothing_of_it_later() {
    let mut state = state(vec![rule(jobs(""), 1)]);
    hear(&mut state, EU1, 0, &[("a", "running"), ("b", "running")]);
    state.act(Action::ToggleAlerts);
    assert!(state.alerts.are_off() && state.notice.as_ref().unwrap().text.contains("off"));
    assert!(hear(&mut state, EU1, 5, &[("a", "done"), ("b", "running")]).is_empty());
    state.act(Action::ToggleAlerts);
    assert!(told(&mut state, 10).is_empty());
    assert_eq!(hear(&mut state, EU1, 15, &[("a", "done"), ("b", "done")]).len(), 1);
}

#[test]
fn without_a_rule_there_is_nothing_to_switch_off() {
    let mut state = state(Vec::new());
    state.act(Action::ToggleAlerts);
    assert!(!state.alerts.are_off() && state.notice.as_ref().unwrap().text.contains("[[alerts]]"));
}

#[test]
fn whoever_presents_masks_what_is_told_and_what_was_held_back() {
    let mut state = state(vec![rule(jobs(""), 60)]);
    let listed = |status| [("secretname1", status), ("secretname2", "running")];
    hear(&mut state, EU1, 0, &listed("running"));
    hear(&mut state, EU1, 5, &listed("done"));
    hear(&mut state, EU1, 10, &[("secretname1", "done"), ("secretname2", "rejected")]);
    state.act(Action::TogglePresenter);
    let said = told(&mut state, 100);
    let mask = state.presenter.show(Masked::Id, "secretname2").into_owned();
    assert!(said.len() == 1 && said[0].contains(&mask) && !said[0].contains("secretname"), "{said:?}");
}
