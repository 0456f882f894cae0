use std::path::Path;

use super::*;
use crate::state::{Form, Settings, Size, Written};
use crate::store::Store;
use crate::store::fixture::{EU1, at, fleet, job, round};

fn state(count: usize) -> State {
    let mut store = Store::new(fleet());
    let listed: Vec<_> =
        (0..count).map(|n| job(&format!("row{n:07}"), i64::try_from(n).unwrap(), "done")).collect();
    round(&mut store, EU1, 1, 0, &listed);
    let settings = Settings {
        refresh: std::time::Duration::from_secs(5),
        zone: jiff::tz::TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut state = State::new(store, settings, Size { width: 120, height: 40 }, at(0));
    while state.is_building() {
        state.work();
    }
    state
}

fn order(path: &Path, form: Form, replace: bool) -> WriteOrder {
    let target = Target::File(path.display().to_string());
    WriteOrder { what: Written::Rows, form, target, replace }
}

/// Writes as the loop does; gives what is told.
async fn written(state: &State, order: &WriteOrder) -> (usize, Result<u64, NotSaved>) {
    let (mut exporter, mut told) = Exporter::new();
    exporter.begin(state, order, at(1)).unwrap();
    loop {
        tokio::select! {
            biased;
            message = told.recv() => {
                let Some(Message::Written(_, rows, written)) = message else { panic!("{message:?}") };
                return (rows, written);
            }
            () = exporter.room(), if exporter.is_busy() => {
                let made = exporter.step(state, &Redactor::new());
                assert!(matches!(made, Made::Nothing), "{made:?}");
            }
        }
    }
}

#[tokio::test]
async fn all_rows_are_written_in_pieces_in_their_order_and_never_over_a_file() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join("rows.csv");
    let state = state(1_000);
    let (rows, bytes) = written(&state, &order(&path, Form::Csv, false)).await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!((rows, bytes.unwrap()), (1_000, u64::try_from(text.len()).unwrap()));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == "id").unwrap();
    let ids: Vec<String> = reader.records().map(|record| record.unwrap()[at].to_owned()).collect();
    assert!(ids.iter().eq((0..1_000).rev().map(|n| format!("row{n:07}")).collect::<Vec<_>>().iter()));
    let (_, again) = written(&state, &order(&path, Form::Json, false)).await;
    assert!(matches!(again, Err(NotSaved::Exists)), "{again:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    written(&state, &order(&path, Form::Json, true)).await.1.unwrap();
    let tree: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(tree["jobs"].as_array().unwrap().len(), 1_000);
    let (_, nowhere) = written(&state, &order(&dir.path().join("no/a.md"), Form::Markdown, false)).await;
    assert!(matches!(nowhere, Err(NotSaved::Unwritten(_))), "{nowhere:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[tokio::test]
async fn a_job_that_went_in_between_is_left_out() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join("rows.md");
    let mut state = state(600);
    let (mut exporter, mut told) = Exporter::new();
    exporter.begin(&state, &order(&path, Form::Markdown, false), at(1)).unwrap();
    exporter.step(&state, &Redactor::new());
    assert!(exporter.begin(&state, &order(&path, Form::Csv, false), at(1)).is_err(), "one at a time");
    round(&mut state.store, EU1, 2, 5, &[job("row0000001", 1, "done")]);
    while exporter.is_busy() {
        exporter.room().await;
        exporter.step(&state, &Redactor::new());
    }
    let Some(Message::Written(_, rows, Ok(_))) = told.recv().await else { panic!("it was not written") };
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), rows + 2);
    assert!(rows == ROWS + 1 && text.contains("row0000001") && !text.contains("row0000002"), "{rows}");
}

#[tokio::test]
async fn what_a_clipboard_does_not_take_is_not_copied() {
    let clip = |state: &State| {
        let (mut exporter, _told) = Exporter::new();
        let target = Target::Clipboard;
        let order = WriteOrder { what: Written::Rows, form: Form::Markdown, target, replace: false };
        exporter.begin(state, &order, at(1)).unwrap();
        loop {
            match exporter.step(state, &Redactor::new()) {
                Made::Nothing => assert!(exporter.is_busy()),
                made => break made,
            }
        }
    };
    let Made::Clipping(text, what) = clip(&state(300)) else { panic!("it fits") };
    assert_eq!((text.lines().count(), what.as_str()), (302, "300 rows"));
    if clipboard::most() == clipboard::LONGEST {
        assert!(matches!(clip(&state(3_000)), Made::Said(said) if said.contains("nothing was copied")));
    }
}
