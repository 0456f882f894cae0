//! Tabs, texts and saving, without a terminal.

use std::borrow::Cow;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::model::{Coverage, FailureKind, JobId};
use crate::state::{Context, Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, at, finished, fleet, job, page, report};

fn state() -> State {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
    for event in [page(&[job("a", 1, "running")]), finished(Coverage::Whole)] {
        state.update(Message::Report(report(EU1, 1, 0, event)), at(0));
    }
    state.refresh();
    press(&mut state, "⏎");
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let key = |char| {
        let code = match char {
            '⏎' => KeyCode::Enter,
            '␛' => KeyCode::Esc,
            '→' => KeyCode::Right,
            '←' => KeyCode::Left,
            char => KeyCode::Char(char),
        };
        KeyEvent::new(code, KeyModifiers::NONE)
    };
    keys.chars().flat_map(|char| state.update(Message::Key(key(char)), at(1))).collect()
}

fn hear(state: &mut State, number: u64, fetched: Fetched) -> Vec<Effect> {
    state.update(Message::Fetched(number, fetched), at(2))
}

fn view(state: &State) -> &View {
    let Some(Overlay::Details { view, .. }) = &state.overlay else { panic!("no details") };
    view
}

fn fetch(number: u64, material: Material) -> Effect {
    Effect::Fetch(number, EU1, JobId::new("a"), material, 116)
}

fn document(text: &str) -> Document {
    Document::wrap(text.into(), 116)
}

fn said(state: &State) -> &str {
    state.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn a_tab_fetches_what_it_needs_and_leaving_it_calls_that_off() {
    let mut state = state();
    assert_eq!(press(&mut state, "→→"), [], "what the list gives is here");
    assert_eq!(press(&mut state, "→"), [fetch(1, Material::Txt)]);
    assert_eq!(press(&mut state, "→"), [Effect::StopFetching, fetch(2, Material::Log)]);
    hear(&mut state, 1, Fetched::Here(document("late")));
    assert_eq!(view(&state).text, Text::Coming(Material::Log, 0), "nobody waits for it any more");
    hear(&mut state, 2, Fetched::Bytes(7));
    assert_eq!(view(&state).text, Text::Coming(Material::Log, 7));
    assert_eq!(press(&mut state, "q"), [Effect::StopFetching]);
    hear(&mut state, 2, Fetched::Here(document("late")));
    assert_eq!(state.overlay, None);
}

#[test]
fn a_text_that_is_here_is_not_fetched_again() {
    let mut state = state();
    press(&mut state, "t");
    hear(&mut state, 1, Fetched::Here(document("hello")));
    assert_eq!(view(&state).document().unwrap().row(0), "hello");
    assert_eq!(press(&mut state, "←→"), []);
    assert_eq!(press(&mut state, "t"), [fetch(2, Material::Json)]);
    assert_eq!(
        press(&mut state, "tt"),
        [Effect::StopFetching, fetch(3, Material::Srt), Effect::StopFetching, fetch(4, Material::Txt)]
    );
}

#[test]
fn another_width_wraps_anew() {
    let mut state = state();
    press(&mut state, "t");
    hear(&mut state, 1, Fetched::Here(document("hello there")));
    let size = Size { width: 60, height: 20 };
    let effects = state.update(Message::Resized(size), at(3));
    assert_eq!(effects, [Effect::Rewrap(2, document("hello there"), 56)]);
    let narrow = Document::wrap("hello there".into(), 56);
    assert_eq!(hear(&mut state, 2, Fetched::Here(narrow.clone())), []);
    assert_eq!(view(&state).document(), Some(&narrow));
}

#[test]
fn failures_are_told_in_plain_words() {
    for (status, job_status, material, words) in [
        (404, "running", Material::Txt, "there is no transcript yet: the job is running (404)"),
        (404, "running", Material::Log, "there is no log yet: the job is running (404)"),
        (404, "rejected", Material::Srt, "there is no transcript: the job was rejected (404)"),
        (404, "done", Material::Json, "there is no transcript (404)"),
        (410, "done", Material::Txt, "the transcript has expired: the service keeps it for 7 days (410)"),
        (501, "done", Material::Log, "this environment keeps no log (501)"),
        (500, "done", Material::Log, "the log could not be fetched: the service failed (500)"),
    ] {
        let kind = if status >= 500 { FailureKind::Server } else { FailureKind::Unexpected };
        let failure = Failure { status: Some(status), ..Failure::new(kind, "") };
        assert_eq!(plainly(material, &job("a", 1, job_status), &failure), words);
    }
}

#[test]
fn words_are_found_on_and_back_and_round() {
    let mut state = state();
    let text: Vec<String> =
        (0..100).map(|row| format!("row {row} {}", if row % 40 == 5 { "Needle" } else { "" })).collect();
    press(&mut state, "t");
    press(&mut state, "/need");
    assert_eq!(view(&state).tab, Tab::Transcript, "what is typed is no command, though there is no text yet");
    press(&mut state, "le⏎");
    assert_eq!(said(&state), "found as soon as the transcript is here");
    hear(&mut state, 1, Fetched::Bytes(9));
    assert_eq!(view(&state).hit, None);
    hear(&mut state, 1, Fetched::Here(document(&text.join("\n"))));
    assert_eq!(view(&state).hit, Some(5));
    press(&mut state, "n");
    assert_eq!(view(&state).hit, Some(45));
    press(&mut state, "nn");
    assert_eq!(view(&state).hit, Some(5), "round");
    press(&mut state, "N");
    assert_eq!(view(&state).hit, Some(85));
    press(&mut state, "/nowhere⏎");
    assert_eq!(said(&state), "\"nowhere\" is not here");
    press(&mut state, "/x␛");
    assert!(state.prompt.is_none() && state.overlay.is_some(), "Esc leaves the line alone");
}

#[test]
fn lines_that_are_no_text_are_searched_as_they_are_drawn() {
    let mut state = state();
    assert_eq!(press(&mut state, "/eu1⏎"), [Effect::FindInLines(true)]);
    let lines: Vec<String> = ["status", "EU1", "eu1.asr", "key"].map(str::to_owned).to_vec();
    let mut hits = Vec::new();
    for forwards in [true, true, true, false] {
        state.find_among(&lines, forwards);
        hits.push(view(&state).hit);
    }
    assert_eq!(hits, [Some(1), Some(2), Some(1), Some(2)], "on, round, and back");
    assert_eq!(press(&mut state, "N"), [Effect::FindInLines(false)]);
    state.find_among(&[], true);
    assert_eq!(said(&state), "\"eu1\" is not here");
}

#[test]
fn hints_name_what_can_be_done_on_the_tab() {
    let mut state = state();
    let words = |state: &State| -> Vec<Cow<'static, str>> {
        state.hints(Context::Details, 200).into_iter().map(|hint| hint.word).collect()
    };
    for (key, save, format) in
        [("", false, false), ("→→", false, false), ("→", true, true), ("→", true, false)]
    {
        press(&mut state, key);
        let words = words(&state);
        assert!(words.contains(&"find".into()), "{words:?}");
        assert_eq!(
            (words.contains(&"save".into()), words.contains(&"format".into())),
            (save, format),
            "{words:?}"
        );
    }
    hear(&mut state, 2, Fetched::Failed(Failure::new(FailureKind::Server, "")));
    assert!(!words(&state).contains(&"save".into()), "there is nothing to save");
}

#[test]
fn a_file_is_asked_for_and_one_that_is_there_is_not_replaced_without_the_word() {
    let mut state = state();
    press(&mut state, "s");
    assert!(said(&state).contains("Tab goes there") && state.prompt.is_none());
    press(&mut state, "ts");
    let effects = press(&mut state, "⏎");
    let [Effect::Save(order)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((order.path.as_str(), order.replace), ("eu1-a-a.txt", false));
    state.update(Message::Saved(order.clone(), Err(NotSaved::Exists)), at(4));
    assert_eq!(press(&mut state, "yes⏎"), [], "not the word");
    assert_eq!(said(&state), "nothing was saved");
    state.update(Message::Saved(order.clone(), Err(NotSaved::Exists)), at(5));
    let effects = press(&mut state, "replace⏎");
    assert_eq!(effects, [Effect::Save(SaveOrder { replace: true, ..order.clone() })]);
    state.update(Message::Saved(order.clone(), Ok(12)), at(6));
    assert_eq!(said(&state), "saved 12 bytes to eu1-a-a.txt");
}

#[test]
fn names_of_files_are_safe() {
    for (name, file) in [
        ("call.wav", "eu1-a-call.txt"),
        ("../../etc/passwd", "eu1-a-passwd.txt"),
        ("C:\\data\\a b?.mp3", "eu1-a-a_b_.txt"),
        ("", "eu1-a.txt"),
        ("...", "eu1-a.txt"),
        ("会議 録音.mp3", "eu1-a-会議_録音.txt"),
        ("-rf .wav", "eu1-a--rf.txt"),
    ] {
        let job = Job { data_name: name.into(), ..job("a", 1, "done") };
        assert_eq!(file_name("eu1", &job, Material::Txt), file, "{name}");
    }
    let long = Job { data_name: "x".repeat(4_000).into(), ..job("a", 1, "done") };
    assert!(file_name("eu1", &long, Material::Json).len() < 100);
}
