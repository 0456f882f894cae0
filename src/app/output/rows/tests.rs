use super::*;
use crate::model::JobError;
use crate::store::fixture::{EU1, at, fleet, job, round};
use crate::store::{COLUMNS, Held, Store};

fn store() -> Store {
    let mut store = Store::new(fleet());
    let mut nasty = job("a1b2c3d4e5", 10, "rejected");
    nasty.data_name = "=cmd|'/c calc'!A1".into();
    nasty.title = Some("a | b <script> *x*\n_y_ `z` [l](u)".into());
    nasty.tags = vec!["uno".into(), "dos, tres".into()];
    nasty.errors = vec![JobError { timestamp: None, message: "no audio in \"=cmd\"".into() }];
    round(&mut store, EU1, 1, 0, &[nasty, job("b", 5, "done")]);
    store
}

fn written(store: &Store, form: Form, presenter: &Presenter) -> String {
    let columns = columns(COLUMNS.iter());
    let sheet = Sheet { form, columns, presenter: presenter.clone(), zone: TimeZone::UTC };
    let jobs: Vec<Held<'_>> = store.jobs().map(|(_, held)| held).collect();
    let zone = TimeZone::UTC;
    let part = |jobs| Listing { store, jobs, generated_at: at(20), zone: &zone, bounded: false, presenter };
    let mut out = Vec::new();
    sheet.begin(&part(&[]), &mut out).unwrap();
    // In pieces, as the dashboard does.
    for (at, jobs) in jobs.chunks(1).enumerate() {
        sheet.rows(&part(jobs), at == 0, &mut out).unwrap();
    }
    sheet.end(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn csv_is_safe_in_a_spreadsheet_and_has_the_words_of_the_contract() {
    let text = written(&store(), Form::Csv, &Presenter::default());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    assert_eq!(&head[0], "environment");
    assert_eq!(head.iter().filter(|name| *name == "created_at").count(), 1, "age and created are one");
    assert!(head.iter().all(|name| HEADER.contains(&name)), "{head:?}");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
    }
    let of = |name: &str| head.iter().position(|head| head == name).unwrap();
    assert_eq!(&rows[0][of("id")], "a1b2c3d4e5");
    assert_eq!(&rows[0][of("data_name")], "'=cmd|'/c calc'!A1");
    assert_eq!(&rows[1][of("duration_s")], "60");
}

#[test]
fn json_is_the_object_that_the_command_prints() {
    let store = store();
    let text = written(&store, Form::Json, &Presenter::default());
    let own: serde_json::Value = serde_json::from_str(&text).unwrap();
    let jobs: Vec<Held<'_>> = store.jobs().map(|(_, held)| held).collect();
    let listing = Listing {
        store: &store,
        jobs: &jobs,
        generated_at: at(20),
        zone: &TimeZone::UTC,
        bounded: false,
        presenter: &Presenter::default(),
    };
    let mut printed = Vec::new();
    listing.write(super::super::Format::Json, &mut printed).unwrap();
    assert_eq!(own, serde_json::from_slice::<serde_json::Value>(&printed).unwrap());
}

#[test]
fn markdown_is_a_table_whatever_is_in_it() {
    let text = written(&store(), Form::Markdown, &Presenter::default());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(lines.iter().all(|line| bars(line) == bars(lines[0])), "{text}");
    assert!(lines[0].starts_with("| Environment |") && lines[1].starts_with("| --- |"));
    assert!(text.contains(r"a \| b &lt;script&gt; \*x\* \_y\_ \`z\` \[l\](u)"), "{text}");
}

#[test]
fn nothing_of_a_job_is_carried_away_while_somebody_presents() {
    let mut presenter = Presenter::default();
    presenter.set(true);
    let store = store();
    for form in [Form::Csv, Form::Json, Form::Markdown] {
        let text = written(&store, form, &presenter);
        for secret in ["a1b2c3d4e5", "cmd", "calc", "script", "uno", "tres", "b.wav"] {
            assert!(!text.contains(secret), "{secret} in {form:?}: {text}");
        }
        let masked = presenter.show(crate::state::Masked::Id, "a1b2c3d4e5");
        assert!(text.contains(&*masked), "the mask of the screen: {text}");
    }
}
