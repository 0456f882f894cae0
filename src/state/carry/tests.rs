//! What is copied, and how saving goes, without a terminal.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

use super::*;
use crate::model::{Coverage, Failure, FailureKind};
use crate::state::{Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, EU2, at, finished, fleet, job, page, report};

fn state() -> State {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: true,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
    state.bases = ["https://eu1.example/", "http://127.0.0.1:8080/path/", "x"].map(str::to_owned).into();
    for (source, id) in [(EU1, "a1"), (EU2, "b/'2")] {
        for event in [page(&[job(id, 1, "done")]), finished(Coverage::Whole)] {
            state.update(Message::Report(report(source, 1, 0, event)), at(0));
        }
    }
    state.refresh();
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let code = |char| if char == '⏎' { KeyCode::Enter } else { KeyCode::Char(char) };
    let key = |char| KeyEvent::new(code(char), KeyModifiers::NONE);
    keys.chars().flat_map(|char| state.update(Message::Key(key(char)), at(1))).collect()
}

#[test]
fn commands_name_the_variable_and_quote_what_a_shell_would_read() {
    let mut state = state();
    for (keys, text, what) in [
        ("gy", "a1", "1 id"),
        ("gu", "https://eu1.example/v2/jobs/a1", "1 URL"),
        ("*y", "a1\nb/'2", "2 ids"),
        ("u", "https://eu1.example/v2/jobs/a1\nhttp://127.0.0.1:8080/path/v2/jobs/b%2F%272", "2 URLs"),
        (
            "U/id:a1⏎gY",
            "curl -sS -H \"Authorization: Bearer $SPEECHMATICS_API_KEY\" 'https://eu1.example/v2/jobs/a1'",
            "1 command",
        ),
    ] {
        let effects = press(&mut state, keys);
        assert_eq!(effects, [Effect::Copy(text.to_owned(), what.to_owned())], "{keys}");
    }
}

#[test]
fn what_was_saved_loses_its_mark_and_what_was_not_says_why() {
    let mut state = state();
    assert_eq!(press(&mut state, "*s"), [], "reading is allowed where nothing may be changed");
    let effects = press(&mut state, "/⏎");
    let [Effect::SaveAll(orders)] = effects.as_slice() else { panic!("{effects:?}") };
    let paths: Vec<_> = orders.iter().map(|(_, order)| order.path.as_str()).collect();
    assert_eq!(paths, ["transcripts/eu1-a1-a1.txt", "transcripts/eu2-b__2-_2.txt"]);
    let gone = Failure { status: Some(410), ..Failure::new(FailureKind::Unexpected, "") };
    for ((key, order), saved) in orders.iter().zip([Ok(9), Err(NotSaved::Failed(gone))]) {
        state.update(Message::SavedOne(key.clone(), order.clone(), saved), at(2));
    }
    let said = &state.notice.as_ref().unwrap().text;
    assert_eq!(said, "1 of 2 transcripts saved; 1 were not and stay marked: ⏎ says why");
    assert_eq!(state.marks.of(&orders[0].0), None);
    let why = state.marks.of(&orders[1].0).flatten().unwrap();
    assert_eq!(why, "the transcript has expired: the service keeps it for 7 days (410)");
    assert_eq!(state.saving, None);
}
