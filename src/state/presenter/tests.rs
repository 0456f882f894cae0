use super::*;
use crate::model::SourceId;
use crate::state::{JobLink, Settings, Size, Views};
use crate::store::Store;
use crate::store::fixture::{EU1, at, fleet, job, round};

fn on() -> Presenter {
    let mut presenter = Presenter::default();
    presenter.set(true);
    presenter
}

#[test]
fn a_mask_says_its_kind_is_stable_and_nobody_can_look_it_up() {
    let presenter = on();
    let mask = presenter.show(Masked::Name, "acme-board.wav").into_owned();
    assert!(mask.starts_with("name-") && mask.len() == 11, "{mask}");
    assert_eq!(presenter.show(Masked::Name, "acme-board.wav"), mask);
    assert_ne!(presenter.show(Masked::Name, "acme-board2.wav"), mask);
    assert_eq!(presenter.clone().show(Masked::Name, "acme-board.wav"), mask, "a copy masks alike");
    assert_eq!(presenter.show(Masked::Title, ""), "", "nothing stays nothing");
    // Of 64 names no two runs mask all alike: the masks are seeded anew.
    let names: Vec<String> = (0..64).map(|number| format!("name {number}")).collect();
    let masks = |presenter: &Presenter| -> Vec<String> {
        names.iter().map(|name| presenter.show(Masked::Name, name).into_owned()).collect()
    };
    assert_ne!(masks(&presenter), masks(&on()));
    let off = Presenter::default();
    assert_eq!(off.show(Masked::Name, "acme-board.wav"), "acme-board.wav");
    assert_eq!(off.told("see https://x.example/a.wav"), "see https://x.example/a.wav");
    assert_eq!(off.query("name~acme"), "name~acme");
}

#[test]
fn sentences_about_a_job_keep_their_plain_words_only() {
    let presenter = on();
    let mut listed = job("abcdefghij", 0, "rejected");
    listed.data_name = "board meeting acme.wav".into();
    listed.title = Some("quarterly numbers".into());
    let mut store = Store::new(fleet());
    round(&mut store, EU1, 1, 0, &[listed]);
    let held = store.jobs().next().map(|(_, held)| held);
    let id = presenter.show(Masked::Id, "abcdefghij").into_owned();
    let name = presenter.show(Masked::Name, "board meeting acme.wav").into_owned();
    let text = "job abcdefghij was rejected: cannot read board meeting acme.wav of quarterly numbers (404)";
    let shown = presenter.about(held, text);
    let title = presenter.show(Masked::Title, "quarterly numbers");
    assert_eq!(shown, format!("job {id} was rejected: cannot read {name} of {title} (404)"));
    for secret in [
        "https://bucket.example/x.wav?sig=1",
        "/home/ada/acme.wav",
        "ACME-1042",
        "Ada",
        "a8k3jd92ms",
        "ada@example.com",
        "Straße",
    ] {
        let shown =
            presenter.about(None, &format!("Error: fetching {secret} failed, Not Found")).into_owned();
        assert!(!shown.contains(secret), "{shown}");
        assert!(shown.contains("fetching") && shown.ends_with("failed, Not Found"), "{shown}");
    }
    // What is masked is not masked again.
    assert_eq!(presenter.words_of(&[], &id), id);
}

#[test]
fn what_voxtop_says_of_fleets_stays_and_ids_urls_and_files_do_not() {
    let presenter = on();
    for said in [
        "us2: key prod is rejected (401)",
        "eu1 is down: cannot connect to eu1.asr.api.speechmatics.com in 5 s",
        "The service's own trouble: see https://status.speechmatics.com.",
        "the certificate ends 2026-11-30, in 6 days",
        "key rejected (401) [Request-Id b0bb9e7326093807, X-Azure-Ref 20261123t071650z-b0bb9e73]",
    ] {
        assert_eq!(presenter.told(said), said);
    }
    for secret in [
        "a8k3jd92ms",
        "https://eu1.asr.api.speechmatics.com/v2/jobs/a8k3jd92ms",
        "eu1-a8k3jd92ms-board.txt",
        "/home/ada/board.JSON",
        "9d3c6f30-35b4-4d4e-a5c3-1d2f3a4b5c6d",
    ] {
        let shown = presenter.told(&format!("it is in {secret}, now")).into_owned();
        assert!(
            !shown.contains(secret) && shown.starts_with("it is in ") && shown.ends_with(", now"),
            "{shown}"
        );
    }
}

#[test]
fn a_configuration_keeps_its_structure_and_the_words_of_the_service() {
    let config = r#"{"type":"transcription","transcription_config":{"language":"en","additional_vocab":[{"content":"Acme","sounds_like":["ak me"]}],"enable_entities":true},
        "notification_config":[{"url":"https://acme.example/x","auth_headers":["***"]}],"tracking":{"title":"Acme","details":{"Client Ada":7}}}"#;
    let shown = on().config(config);
    for secret in ["Acme", "ak me", "acme.example", "Ada"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let tree: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(tree["transcription_config"]["language"], "en");
    assert_eq!(tree["transcription_config"]["enable_entities"], true);
    assert_eq!(tree["type"], "transcription");
    assert_eq!(on().config("no json: Acme 1"), "xx xxxx: xxxx x");
}

#[test]
fn a_line_keeps_its_width_and_no_letter() {
    use unicode_width::UnicodeWidthStr;
    let presenter = on();
    for line in ["SPEAKER: S1", "  00:01 東京 café – ok", "", "e\u{301}t\u{e9}"] {
        let shown = presenter.line(line);
        assert_eq!(shown.width(), line.width(), "{line:?} {shown:?}");
        assert!(shown.chars().all(|char| char == 'x' || !char.is_alphanumeric()), "{shown}");
    }
}

#[test]
fn a_query_says_what_it_asks_for_but_no_words() {
    let presenter = on();
    for (query, shown) in [
        ("status:rejected env:eu1 age<2d", "status:rejected env:eu1 age<2d"),
        ("acme", "•••"),
        ("status:done name~acme or -ref:ACME", "status:done ••• or •••"),
        ("(status:done or x)", "(status:done or •••"),
        ("title:\"a b\" status:done", "•••"),
        ("", ""),
    ] {
        assert_eq!(presenter.query(query), shown, "{query}");
    }
}

#[test]
fn a_cell_shows_the_mask_of_its_own_text() {
    let presenter = on();
    let mut nameless = job("b", 0, "running");
    (nameless.data_name, nameless.title) = ("".into(), Some("Board".into()));
    let mut store = Store::new(fleet());
    round(&mut store, SourceId(0), 1, 0, &[nameless]);
    let (_, held) = store.jobs().next().unwrap();
    let title = presenter.show(Masked::Title, "Board").into_owned();
    assert_eq!(presenter.cell(held, Column::Name, "↗ Board".to_owned()), format!("↗ {title}"));
    assert_eq!(presenter.cell(held, Column::Title, "Board".to_owned()), title);
    assert_eq!(presenter.cell(held, Column::Status, "running".to_owned()), "running");
    let masked = presenter.job(held.to_job());
    assert_eq!(masked.title.as_deref(), Some(&*title));
    assert_eq!((masked.status, masked.created_at), (held.status().clone(), Some(at(0))));
}

#[test]
fn what_stands_beside_the_rows_is_masked_too() {
    let presenter = on();
    assert_eq!(presenter.view(1, "Acme quarterly"), "2");
    for view in Views::builtin() {
        assert_eq!(presenter.view(0, &view.name), view.name, "what everybody has stays");
    }
    assert!(presenter.path("out/eu1-abcdefghij-Acme board.txt").starts_with("text-"));
    let named = |id: &str, name: &str| Job {
        data_name: name.into(),
        config: Some(format!(r#"{{"language":"en","fetch":"https://acme.example/{id}"}}"#).into()),
        ..job(id, 0, "done")
    };
    let key = |id: &str| JobKey { environment: EnvironmentId(0), id: JobId::new(id) };
    let jobs = [named("acmeid1", "Acme board.wav"), named("acmeid2", "Acme board.wav")];
    let comparison = Comparison::of([key("acmeid1"), key("acmeid2")], jobs, true);
    let shown = presenter.comparison(&comparison);
    let differs: Vec<bool> = shown.config.iter().map(|pair| pair.of[0] != pair.of[1]).collect();
    assert_eq!(differs, [true, false], "what differs is still seen to differ");
    assert!(shown.differences_only && shown.jobs[0].data_name == shown.jobs[1].data_name);
    assert!(!format!("{shown:?}").to_lowercase().contains("acme"), "{shown:?}");
    assert_eq!(*Presenter::default().comparison(&comparison), comparison);
}

#[test]
fn a_job_that_is_waited_for_has_its_mask() {
    let settings = Settings {
        refresh: std::time::Duration::from_secs(5),
        zone: jiff::tz::TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
    state.link = Some(JobLink { environment: None, id: JobId::new("acmeid1") });
    assert_eq!(state.awaited().unwrap(), "waiting for job acmeid1");
    state.presenter.set(true);
    assert!(state.awaited().unwrap().starts_with("waiting for job job-"));
}
