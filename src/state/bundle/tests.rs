//! What is in a bundle, and of what it is made.

use jiff::tz::TimeZone;

use super::*;
use crate::model::{FailureKind, JobError, JobId, PollEvent};
use crate::state::{Action, Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, US1, at, fleet, job, page, report, round};

fn state() -> State {
    let settings = Settings {
        refresh: std::time::Duration::from_secs(5),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut store = Store::new(fleet());
    let wrong = Job {
        errors: vec![JobError { timestamp: Some(at(-5)), message: "Audio type is not supported".into() }],
        config: Some(r#"{"type":"transcription"}"#.into()),
        title: Some("weekly".into()),
        ..job("a81ko4eqjl", -60, "rejected")
    };
    round(&mut store, EU1, 1, 0, std::slice::from_ref(&wrong));
    round(&mut store, US1, 1, 0, &[]);
    let failure = Failure {
        status: Some(503),
        request_id: Some("req-1".into()),
        azure_ref: Some("ref-1".into()),
        ..Failure::new(FailureKind::Server, "")
    };
    let latency = std::time::Duration::from_millis(40);
    for sequence in 2..5 {
        let failed = PollEvent::Failed { failure: failure.clone(), latency, next: at(9) };
        store.merge(report(US1, sequence, 3, failed));
    }
    let mut state = State::new(store, settings, Size { width: 120, height: 40 }, at(10));
    state.refresh();
    state
}

fn bundle(state: &mut State) -> Bundle {
    match state.act(Action::Bundle).as_slice() {
        [Effect::Bundle(bundle)] => bundle.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_selected_job_is_bundled_with_its_environment_and_key() {
    let mut state = state();
    state.act(Action::Top);
    let made = bundle(&mut state);
    assert_eq!(made.about, "eu1-a81ko4eqjl");
    for words in [
        "job id: a81ko4eqjl\n",
        "environment: eu1\n",
        "status: rejected\n",
        "created: 2026-05-28T20:25:40Z\n",
        "title: weekly\n",
        "error: 2026-05-28T20:26:35Z  Audio type is not supported\n",
        r#"config: {"type":"transcription"}"#,
        "host: eu1.example\n",
        "key: prod (fingerprint ",
        "long-lived): accepted since 2026-05-28T20:26:40Z, last accepted 2026-05-28T20:26:40Z",
        "Events (newest first)\n",
        "Request-Id\n  none: no request about this has failed",
    ] {
        assert!(made.text.contains(words), "{words}: {}", made.text);
    }
    assert!(!made.text.contains("us1") && !made.text.contains("req-1"), "of another place: {}", made.text);
}

#[test]
fn the_details_that_are_open_go_first_also_when_their_job_is_gone() {
    let mut state = state();
    state.act(Action::Top);
    state.act(Action::OpenDetails);
    state.update(Message::Report(report(EU1, 2, 11, page(&[]))), at(11));
    round(&mut state.store, EU1, 3, 12, &[]);
    state.update(Message::Tick, at(12));
    let made = bundle(&mut state);
    assert!(made.text.contains("no longer listed"), "{}", made.text);
}

#[test]
fn where_no_job_is_selected_it_is_about_what_is_wrong_first() {
    let mut state = state();
    let made = bundle(&mut state);
    assert_eq!(made.about, "us1");
    for words in [
        "What is wrong\n",
        "Environment us1\n",
        "last error: 2026-05-28T20:26:43Z  the service failed (503) [Request-Id req-1, X-Azure-Ref ref-1]",
        "3 in a row since 2026-05-28T20:26:43Z",
        "critical us1: is down",
    ] {
        assert!(made.text.contains(words), "{words}: {}", made.text);
    }
    assert!(!made.text.contains("Environment eu1"), "{}", made.text);
    // Over the event list too, whatever is selected behind it.
    state.act(Action::Top);
    state.act(Action::OpenEvents);
    assert_eq!(bundle(&mut state).about, "us1");
}

#[test]
fn with_nothing_selected_and_nothing_wrong_that_is_said() {
    let settings = state().settings;
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
    assert_eq!(state.act(Action::Bundle), []);
    assert!(state.notice.unwrap().text.contains("nothing to bundle"));
}

#[test]
fn where_it_went_is_told_and_kept() {
    for (file, clipboard, said) in [
        (Ok("/s/x.txt"), Ok(()), "support bundle: on the clipboard, and in /s/x.txt"),
        (Ok("/s/x.txt"), Err("too long"), "support bundle: in /s/x.txt; not on the clipboard: too long"),
        (Err("full"), Ok(()), "support bundle: on the clipboard alone; no file: full"),
        (Err("full"), Err("too long"), "no support bundle: no file: full; not on the clipboard: too long"),
    ] {
        let mut state = state();
        let file = file.map(str::to_owned).map_err(str::to_owned);
        let clipboard = clipboard.map_err(str::to_owned);
        state.update(Message::Bundled(Delivery { file, clipboard }), at(11));
        assert_eq!(state.notice.as_ref().unwrap().text, said);
        assert_eq!(state.store.events().next().unwrap().text, said);
    }
}

#[test]
fn a_files_name_is_one_that_no_file_system_minds() {
    assert_eq!(safe("eu1-../../etc\u{202e}é x"), "eu1-______etc___x");
    assert_eq!(safe(&"x".repeat(99)).len(), 60);
    let key = JobKey { environment: EnvironmentId(0), id: JobId::new("a/b") };
    assert!(!safe(key.id.as_str()).contains('/'));
}
