//! The dashboard without a terminal: messages in, state and effects out.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::model::{Coverage, FailureKind, JobId, SourceId};
use crate::store::fixture::{EU1, EU2, US1, at, failed, finished, fleet, job, page, report};
use crate::store::{Column, Store};

fn settings() -> Settings {
    Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: "~/.config/voxtop/config.toml".to_owned(),
        warnings: Vec::new(),
    }
}

fn state() -> State {
    State::new(Store::new(fleet()), settings(), Size { width: 120, height: 40 }, at(0))
}

/// A whole round, as the pollers tell it.
fn poll(state: &mut State, source: SourceId, sequence: u64, seconds: i64, jobs: &[crate::model::Job]) {
    for event in [page(jobs), finished(Coverage::Whole)] {
        state.update(Message::Report(report(source, sequence, seconds, event)), at(seconds));
    }
    state.refresh();
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for char in keys.chars() {
        let code = match char {
            '⏎' => KeyCode::Enter,
            '␛' => KeyCode::Esc,
            char => KeyCode::Char(char),
        };
        let now = state.now;
        effects.extend(state.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), now));
        state.refresh();
    }
    effects
}

fn shown(state: &State) -> Vec<String> {
    let rows = state.rows();
    rows.slice(0, rows.len())
        .iter()
        .filter_map(|handle| state.store.job(*handle))
        .map(|held| held.id().to_owned())
        .collect()
}

fn selected(state: &State) -> Option<String> {
    state.selection.job().map(|key| key.id.to_string())
}

#[test]
fn the_selection_is_a_job_and_keeps_its_line() {
    let mut state = state();
    poll(&mut state, EU1, 1, 0, &[job("c", 3, "done"), job("b", 2, "done"), job("a", 1, "done")]);
    press(&mut state, "jj");
    assert_eq!((selected(&state).as_deref(), state.selection.row()), (Some("b"), Some(1)));
    poll(
        &mut state,
        EU1,
        2,
        5,
        &[job("d", 4, "running"), job("c", 3, "done"), job("b", 2, "done"), job("a", 1, "done")],
    );
    assert_eq!((selected(&state).as_deref(), state.selection.row()), (Some("b"), Some(2)));
    press(&mut state, "o");
    assert_eq!((selected(&state).as_deref(), state.selection.row()), (Some("b"), Some(1)));
    press(&mut state, "o/id:b⏎");
    assert_eq!((selected(&state).as_deref(), state.selection.row()), (Some("b"), Some(0)));
}

#[test]
fn the_top_is_live_and_once_scrolled_the_selected_line_stands_still() {
    let mut state = state();
    state.size = Size { width: 80, height: 24 };
    let jobs = |count: i64| (0..count).rev().map(|n| job(&format!("j{n:03}"), n, "done")).collect::<Vec<_>>();
    poll(&mut state, EU1, 1, 0, &jobs(100));
    press(&mut state, "g");
    poll(&mut state, EU1, 2, 5, &jobs(102));
    let place = (selected(&state), state.selection.row(), state.selection.first());
    assert_eq!(place, (Some("j099".to_owned()), Some(2), 0));
    press(&mut state, "Gkk");
    let line = |state: &State| state.selection.row().unwrap() - state.selection.first();
    let before = (selected(&state), line(&state));
    assert!(state.selection.first() > 0);
    poll(&mut state, EU1, 3, 10, &jobs(140));
    assert_eq!((selected(&state), line(&state)), before);
    press(&mut state, "␛");
    assert_eq!((selected(&state), state.selection.first()), (None, 0), "back at the top, following it");
}

#[test]
fn a_selected_job_that_goes_hands_on_to_its_neighbour() {
    let mut state = state();
    poll(&mut state, EU1, 1, 0, &[job("c", 3, "done"), job("b", 2, "done"), job("a", 1, "done")]);
    press(&mut state, "jj");
    poll(&mut state, EU1, 2, 5, &[job("c", 3, "done"), job("a", 1, "done")]);
    assert_eq!(selected(&state).as_deref(), Some("a"));
    poll(&mut state, EU1, 3, 10, &[]);
    assert_eq!(selected(&state), None);
    press(&mut state, "jkG");
    assert_eq!(selected(&state), None, "nothing to select, nothing to break");
}

#[test]
fn the_filter_is_tried_as_it_is_typed_and_a_broken_one_keeps_the_rows() {
    let mut state = state();
    poll(&mut state, EU1, 1, 0, &[job("b", 2, "running"), job("a", 1, "done")]);
    press(&mut state, "/status:run");
    assert_eq!(state.filter.complaint(), None);
    press(&mut state, "ning");
    assert_eq!(shown(&state), ["b"]);
    press(&mut state, " (");
    assert!(matches!(state.filter.complaint(), Some(Complaint::Unfinished(_))));
    assert_eq!(shown(&state), ["b"], "the last good query stays in force");
    press(&mut state, "⏎");
    assert!(state.filter.input().is_some(), "a broken text is not kept");
    press(&mut state, "␛");
    assert_eq!((shown(&state).len(), state.filter.text()), (2, ""));
    press(&mut state, "/id:a⏎");
    assert_eq!((shown(&state).len(), state.filter.text()), (1, "id:a"));
    press(&mut state, "␛");
    assert_eq!(shown(&state).len(), 2, "Esc lets the filter go");
    press(&mut state, "/q⏎");
    assert_eq!(state.filter.text(), "q", "letters are text while the line is edited");
}

#[test]
fn a_paste_goes_into_the_filter_on_one_line_and_nowhere_else() {
    let mut state = state();
    state.update(Message::Paste("q".to_owned()), at(0));
    assert_eq!(state.filter.text(), "");
    press(&mut state, "/");
    state.update(Message::Paste("id:a\nor\x1b id:b".to_owned()), at(0));
    assert_eq!(state.filter.input().unwrap().value(), "id:a or  id:b");
}

#[test]
fn releases_and_unknown_keys_do_nothing() {
    let mut state = state();
    let release =
        KeyEvent { kind: KeyEventKind::Release, ..KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE) };
    assert!(state.update(Message::Key(release), at(0)).is_empty());
    assert!(press(&mut state, "§").is_empty());
    assert_eq!(press(&mut state, "q"), [Effect::Quit]);
}

#[test]
fn escape_never_quits_the_dashboard() {
    let mut state = state();
    poll(&mut state, EU1, 1, 0, &[job("a", 1, "done")]);
    assert!(press(&mut state, "?␛⏎␛e␛/x␛␛␛␛").is_empty());
    assert_eq!(state.overlay, None);
}

#[test]
fn details_follow_the_job_and_outlive_it() {
    let mut state = state();
    poll(&mut state, EU1, 1, 0, &[job("a", 1, "running")]);
    press(&mut state, "⏎");
    poll(&mut state, EU1, 2, 5, &[job("a", 1, "done")]);
    let Some(Overlay::Details { job: shown, listed, .. }) = &state.overlay else { panic!("no details") };
    assert_eq!((shown.status.as_str(), *listed), ("done", true));
    poll(&mut state, EU1, 3, 10, &[]);
    let Some(Overlay::Details { job: shown, listed, .. }) = &state.overlay else { panic!("no details") };
    assert_eq!((shown.id.clone(), *listed), (JobId::new("a"), false));
}

#[test]
fn overlays_scroll_within_what_was_drawn() {
    let mut state = state();
    press(&mut state, "?");
    state.drawn(Drawn { end: 10, ..Default::default() });
    press(&mut state, "GGG");
    assert_eq!(state.overlay.as_ref().unwrap().scroll(), 10);
    press(&mut state, "k");
    assert_eq!(state.overlay.as_ref().unwrap().scroll(), 9);
    press(&mut state, "gk");
    assert_eq!(state.overlay.as_ref().unwrap().scroll(), 0);
}

#[test]
fn every_column_can_be_sorted_by_and_the_order_turned() {
    let mut state = state();
    let start = state.sort.column;
    let mut seen = vec![start];
    while {
        press(&mut state, ">");
        state.sort.column != start
    } {
        seen.push(state.sort.column);
    }
    let shown: Vec<Column> = state.shown_columns().iter().map(|shown| shown.spec.column).collect();
    assert!(seen.len() == shown.len() && seen.iter().all(|column| shown.contains(column)), "{seen:?}");
    press(&mut state, ">");
    press(&mut state, "<");
    assert_eq!(state.sort.column, start);
    press(&mut state, "o");
    assert!(state.sort.descending);
    let audio = Column::Audio;
    while state.sort.column != audio {
        press(&mut state, ">");
    }
    assert!(state.sort.descending, "the longest first, when one first asks");
}

#[test]
fn a_dismissed_banner_stays_away_until_its_cause_was_gone() {
    let mut state = state();
    for source in [EU1, EU2] {
        poll(&mut state, source, 1, 0, &[]);
    }
    let fail = |state: &mut State, sequence| {
        let event = failed(FailureKind::Rejected, Some(401));
        state.update(Message::Report(report(US1, sequence, 5, event)), at(5));
        state.refresh();
    };
    fail(&mut state, 1);
    assert_eq!(state.banners().count(), 1);
    press(&mut state, "x");
    assert_eq!((state.banners().count(), state.dismissed_banners().count()), (0, 1));
    fail(&mut state, 2);
    assert_eq!(state.banners().count(), 0, "the same cause goes on");
    poll(&mut state, US1, 3, 10, &[]);
    assert_eq!((state.banners().count(), state.dismissed_banners().count()), (0, 0));
    fail(&mut state, 4);
    assert_eq!(state.banners().count(), 1, "it came back");
    press(&mut state, "xX");
    assert_eq!(state.banners().count(), 1, "asked for again");
}

#[test]
fn pause_and_refresh_are_effects() {
    let mut state = state();
    assert_eq!(press(&mut state, "p"), [Effect::Pause(true)]);
    assert_eq!(press(&mut state, "p"), [Effect::Pause(false)]);
    assert_eq!(press(&mut state, "rrrr"), [Effect::RefreshAll], "a key that is held down asks once a second");
    assert_eq!(state.update(Message::Tick, at(1)), [Effect::RefreshAll], "and the last press is not lost");
    assert!(state.update(Message::Tick, at(2)).is_empty());
    assert!(state.notice.is_some());
    state.update(Message::Tick, at(60));
    state.refresh();
    assert_eq!(state.notice, None, "a remark passes");
}

#[test]
fn without_a_key_only_the_first_steps_are_offered() {
    let mut state =
        State::new(Store::new(std::sync::Arc::default()), settings(), Size { width: 80, height: 24 }, at(0));
    assert!(press(&mut state, "jr/p").is_empty());
    assert_eq!(press(&mut state, "d"), [Effect::StartDemo]);
    assert_eq!(press(&mut state, "q"), [Effect::Quit]);
}

#[test]
fn quiet_refreshes_build_no_rows() {
    let mut state = state();
    let jobs: Vec<_> = (0..50).map(|n| job(&format!("j{n}"), n, "done")).collect();
    poll(&mut state, EU1, 1, 0, &jobs);
    let built = state.built;
    poll(&mut state, EU1, 2, 5, &jobs);
    assert!(state.built == built, "nothing changed, nothing was built");
}

/// More jobs than one step looks at: rows are built while the old ones stay on the screen.
#[test]
fn a_large_fleet_is_filtered_in_steps_and_answers_keys_meanwhile() {
    let mut state = state();
    let jobs: Vec<_> = (0..9_000).map(|n| job(&format!("j{n:04}"), n, "done")).collect();
    poll(&mut state, EU1, 1, 0, &jobs);
    while state.is_building() {
        state.work();
    }
    assert_eq!((state.rows().len(), state.rows().total()), (9_000, 9_000));
    press(&mut state, "/id~7");
    assert!(state.is_building());
    assert_eq!((state.rows().len(), state.filter.text()), (9_000, "id~7"), "the old rows stay");
    press(&mut state, "⏎G");
    assert_eq!(selected(&state).as_deref(), Some("j0000"), "keys mean the rows that are seen");
    // A job that comes meanwhile, one that changes and one that goes: all are seen in the end.
    let mut later = jobs;
    later.remove(7_777);
    later.push(job("j7new", 9_001, "running"));
    poll(&mut state, EU1, 2, 5, &later);
    let mut steps = 0;
    while state.is_building() {
        let seen = state.work();
        assert_eq!(seen, !state.is_building());
        steps += 1;
    }
    state.refresh();
    assert!((2..100).contains(&steps), "{steps}");
    let expected = later.iter().filter(|job| job.id.as_str().contains('7')).count();
    assert_eq!((state.rows().len(), state.rows().total()), (expected, 9_000));
    assert_eq!(shown(&state)[..2], ["j7new", "j8997"]);
    assert_eq!(state.selection.row(), None, "the filter hides it");
    press(&mut state, "/x");
    press(&mut state, "␛");
    assert!(state.is_building(), "back to the query of before, as far as its rows are not there yet");
    while state.is_building() {
        state.work();
    }
    assert_eq!(state.rows().len(), expected);
}
