//! Marks, and what it takes to delete, without a terminal.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::model::{Coverage, JobId};
use crate::state::{Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, EU2, at, finished, fleet, job, page, report};

/// Twenty finished jobs and a running one in eu1, two in eu2.
fn state(read_only: bool) -> State {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
    let mut eu1: Vec<Job> = (0..20).map(|nth| job(&format!("a{nth:02}"), 100 - nth, "done")).collect();
    eu1.push(job("run", 50, "running"));
    let eu2 = [job("b0", 40, "done"), job("b1", 39, "deleted")];
    for (source, jobs) in [(EU1, eu1.as_slice()), (EU2, &eu2)] {
        for event in [page(jobs), finished(Coverage::Whole)] {
            state.update(Message::Report(report(source, 1, 0, event)), at(0));
        }
    }
    state.refresh();
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for char in keys.chars() {
        let code = match char {
            '⏎' => KeyCode::Enter,
            '␛' => KeyCode::Esc,
            '␡' => KeyCode::Delete,
            char => KeyCode::Char(char),
        };
        effects.extend(state.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), at(1)));
        state.refresh();
    }
    effects
}

fn said(state: &State) -> &str {
    state.notice.as_ref().map_or("", |notice| &notice.text)
}

fn marked(state: &State) -> Vec<String> {
    state.marks.jobs().map(|key| key.id.to_string()).collect()
}

fn victims(effects: &[Effect]) -> Vec<String> {
    let [Effect::Delete(victims)] = effects else { panic!("{effects:?}") };
    victims.iter().map(|victim| victim.key.id.to_string()).collect()
}

#[test]
fn jobs_are_marked_by_one_by_range_and_by_filter() {
    let mut state = state(false);
    for (keys, expected) in [
        ("g  ", &["a00", "a01"][..]),
        ("g ", &["a01"]),
        ("U", &[]),
        ("gjvjjv", &["a01", "a02", "a03"]),
        ("Ugjjjvkkv", &["a01", "a02", "a03"]),
        ("U/id~b⏎*", &["b0", "b1"]),
        ("␛␛", &["b0", "b1"]),
        ("U", &[]),
    ] {
        press(&mut state, keys);
        assert_eq!(marked(&state), expected, "{keys}");
    }
    press(&mut state, "*");
    assert_eq!((state.marks.len(), said(&state)), (23, "23 marked"));
}

#[test]
fn nothing_is_done_to_a_job_that_nobody_sees_to_be_selected() {
    let mut state = state(false);
    for key in ["␡", " ", "v", "f", "y", "u", "Y", "s"] {
        assert_eq!(press(&mut state, key), [], "{key}");
        assert_eq!(said(&state), "no job is selected: j selects the first", "{key}");
        assert!(state.prompt.is_none() && state.overlay.is_none() && state.marks.is_empty(), "{key}");
    }
    // The selected job is not among the rows: none of those is meant.
    press(&mut state, "g/id:b0⏎␡");
    assert!(state.overlay.is_none() && said(&state).starts_with("no job is selected"), "{}", said(&state));
    press(&mut state, "j␡");
    assert!(state.overlay.is_some());
}

/// What was typed, what is asked for, and whether that deletes.
#[test]
fn nothing_is_deleted_without_the_right_word() {
    for (keys, word, deleted) in [
        ("g␡y⏎", "y", 1),
        ("g␡⏎", "y", 0),
        ("g␡n⏎", "y", 0),
        ("g␡␛y⏎", "y", 0),
        ("gd", "", 0),
        ("gD", "", 0),
        ("gx", "", 0),
        ("g    ␡y⏎", "y", 4),
        ("gvjjjjjjjjjv␡y⏎", "y", 10),
        ("gvjjjjjjjjjjv␡y⏎", "delete", 0),
        ("gvjjjjjjjjjjv␡delete⏎", "delete", 11),
        ("*␡yes⏎", "delete", 0),
        ("*␡delete⏎", "delete", 22),
    ] {
        let mut state = state(false);
        let asked = keys.find('␡').map(|at| at + '␡'.len_utf8());
        let (before, after) = keys.split_at(asked.unwrap_or(keys.len()));
        assert_eq!(press(&mut state, before), [], "{keys}");
        let Some(Overlay::Confirm(deletion, _)) = &state.overlay else {
            assert_eq!(word, "", "{keys}");
            continue;
        };
        assert_eq!(deletion.word, word, "{keys}");
        let mut effects = press(&mut state, after);
        effects.retain(|effect| matches!(effect, Effect::Delete(_)));
        let count = if effects.is_empty() { 0 } else { victims(&effects).len() };
        assert_eq!(count, deleted, "{keys}");
        assert_eq!(state.deleting.is_some(), deleted > 0);
        if deleted == 0 {
            assert!(state.overlay.is_none() || keys.contains('␛'));
            assert!(said(&state) == "nothing was deleted" || keys.contains('␛'), "{keys}");
        }
    }
}

#[test]
fn a_confirmation_counts_by_environment_and_says_what_is_forced() {
    let mut state = state(false);
    press(&mut state, "*␡");
    let Some(Overlay::Confirm(deletion, _)) = &state.overlay else { panic!("nothing is asked") };
    let counts: Vec<_> = deletion.counts.iter().map(|(id, counts)| (id.index(), *counts)).collect();
    assert_eq!(counts, [(0, (21, 1)), (1, (1, 0))]);
    assert_eq!(deletion.gone, 1);
    let forced: Vec<_> = deletion.victims.iter().filter(|victim| victim.force).collect();
    assert_eq!(forced.len(), 1);
    assert_eq!(forced[0].key.id, JobId::new("run"));
}

#[test]
fn protected_environments_want_the_word_and_read_only_ones_are_left_out() {
    let mut state = state(false);
    let (free, protected) = (Guard::default(), Guard { protected: true, read_only: false });
    let closed = Guard { protected: false, read_only: true };
    state.guards = vec![protected, closed, free];
    assert_eq!(press(&mut state, "g␡y⏎"), [], "one job, but a protected environment");
    assert_eq!(victims(&press(&mut state, "g␡delete⏎")), ["a00"]);
    state.deleting = None;
    assert_eq!(press(&mut state, "/id:b0⏎g␡"), []);
    assert!(state.overlay.is_none() && said(&state).contains("read-only"), "{}", said(&state));
    press(&mut state, "␛␛*␡");
    let Some(Overlay::Confirm(deletion, _)) = &state.overlay else { panic!("nothing is asked") };
    assert_eq!((deletion.victims.len(), deletion.read_only.values().sum::<usize>()), (21, 1));
}

#[test]
fn where_everything_is_read_only_there_is_nothing_to_confirm() {
    let mut everywhere = state(true);
    let closed = Guard { protected: false, read_only: true };
    let mut each = state(false);
    each.guards = vec![closed; 3];
    for state in [&mut everywhere, &mut each] {
        let effects = press(state, "g␡y⏎");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Delete(_))), "{effects:?}");
        assert!(state.prompt.is_none() && !state.offers(Action::Delete) && state.offers(Action::ToggleMark));
        assert!(state.overlay.is_none() || matches!(state.overlay, Some(Overlay::Details { .. })));
    }
}

#[test]
fn results_come_back_job_by_job_and_what_failed_stays_marked_with_why() {
    let mut state = state(false);
    let effects = press(&mut state, "g   ␡y⏎");
    let [Effect::Delete(all)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(press(&mut state, "g␡"), []);
    assert!(said(&state).contains("under way"), "one deletion at a time");
    let outcomes = [
        Deleted::Done(Box::new(job("a00", 100, "deleted"))),
        Deleted::Failed("it is running now (423)".to_owned()),
        Deleted::Gone,
    ];
    for (victim, outcome) in all.iter().zip(outcomes) {
        state.update(Message::Deleted(victim.clone(), outcome), at(2));
    }
    assert_eq!(said(&state), "deleting: 3 of 3, 1 failed");
    state.update(Message::DeletionEnded(Ok(())), at(3));
    assert_eq!(said(&state), "2 of 3 deleted; 1 failed and stay marked: ⏎ says why");
    assert_eq!(marked(&state), ["a01"]);
    assert_eq!(state.marks.of(&all[1].key), Some(Some("it is running now (423)")));
    let status = |id: &str| {
        let key = JobKey { environment: EnvironmentId(0), id: JobId::new(id) };
        state
            .store
            .find(&key)
            .and_then(|handle| state.store.job(handle))
            .map(|held| held.status().to_string())
    };
    assert_eq!(
        [status("a00"), status("a01"), status("a02")].map(Option::unwrap),
        ["deleted", "done", "deleted"]
    );
}
