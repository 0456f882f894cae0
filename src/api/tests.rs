//! Bodies in, pages out: every odd shape that is documented, seen or feared.

use proptest::prelude::*;
use serde_json::json;

use super::page::{self, Page};
use super::text::Reader;
use crate::model::{Job, KeyValue, Status};

fn read(body: impl AsRef<[u8]>) -> Result<Page, &'static str> {
    let key = KeyValue::new("sk-0123456789").unwrap();
    page::read(body.as_ref(), Reader::new(&key))
}

fn only(job: impl std::fmt::Display) -> Job {
    let page = read(format!(r#"{{"jobs":[{job}]}}"#)).unwrap();
    assert_eq!((page.jobs.len(), page.unreadable, page.listed), (1, 0, 1));
    page.jobs.into_iter().next().unwrap()
}

#[test]
fn a_plain_job_is_read_whole() {
    let job = only(json!({
        "created_at": "2021-07-19T12:55:03.754Z", "data_name": "call.wav", "duration": 244, "id": "a1b2c3d4e5",
        "status": "done", "config": {"type": "transcription",
            "transcription_config": {"language": "en", "model": "enhanced", "operating_point": "standard"},
            "tracking": {"title": "ACME", "reference": "/r/1", "tags": ["a", "b"], "details": {"c": "ACME Corp"}},
            "notification_config": [{"url": "https://cb.example/n?k=s3cr3t", "auth_headers": ["A: s3cr3t"]}]},
        "errors": [{"timestamp": "2021-07-19T12:56:00Z",
            "message": "Post \"https://u:s3cr3t@cb.example/n?id=1&k=s3cr3t\": deadline"}],
    }));
    assert_eq!((job.id.as_str(), &job.status, job.duration_s), ("a1b2c3d4e5", &Status::Done, Some(244)));
    assert_eq!(job.created_at.unwrap().to_string(), "2021-07-19T12:55:03.754Z");
    assert_eq!(
        (&*job.data_name, job.language.as_deref(), job.model.as_deref()),
        ("call.wav", Some("en"), Some("enhanced"))
    );
    assert_eq!((job.title.as_deref(), job.reference.as_deref()), (Some("ACME"), Some("/r/1")));
    assert_eq!(job.tags, ["a".into(), "b".into()]);
    assert_eq!(&*job.errors[0].message, "Post \"https://…@cb.example/n?…\": deadline");
    assert!(job.errors[0].timestamp.is_some());
    let config = job.config.unwrap();
    assert!(!config.contains("s3cr3t") && !config.contains("Corp"), "{config}");
    assert!(config.contains(r#""operating_point":"standard""#), "{config}");
}

#[test]
fn the_vendors_own_example_is_read() {
    let page = read(include_str!("testdata/list-example.json")).unwrap();
    let [first, second] = &page.jobs[..] else { panic!("{page:?}") };
    assert_eq!((first.status.as_str(), second.status.as_str()), ("transcribing", "aligning"));
    assert_eq!(second.id.as_str(), "084d1f86-9fe9-11e8-9c91-00155d019c0b");
    assert_eq!((first.language.as_deref(), second.language.as_deref()), (Some("en"), Some("en")));
    assert_eq!(first.title.as_deref(), Some("ACME Q12018 Statement"));
    assert_eq!(first.tags, ["quick-review".into(), "segment".into()]);
    let config = first.config.as_deref().unwrap();
    assert!(
        config.contains("financial crisis") && !config.contains("eyJ") && !config.contains("ACME Corp"),
        "{config}"
    );
    assert_eq!(page.oldest, second.created_at);
}

#[test]
fn a_field_that_cannot_be_read_costs_that_field() {
    for (fields, check) in [
        (r#""duration":12.6"#, (|job: &Job| job.duration_s == Some(13)) as fn(&Job) -> bool),
        (r#""duration":"244""#, |job| job.duration_s == Some(244)),
        (r#""duration":"244.4""#, |job| job.duration_s == Some(244)),
        (r#""duration":-1"#, |job| job.duration_s.is_none()),
        (r#""duration":1e999"#, |job| job.duration_s.is_none()),
        (r#""duration":1e18"#, |job| job.duration_s.is_none()),
        (r#""duration":{"s":1}"#, |job| job.duration_s.is_none()),
        (r#""duration":0"#, |job| job.duration_s == Some(0)),
        (r#""status":"COMPLETED""#, |job| job.status.as_str() == "completed"),
        (r#""status":null"#, |job| job.status.as_str() == "unknown"),
        (r#""status":["done"]"#, |job| job.status.as_str() == "unknown"),
        (r#""created_at":"a while ago""#, |job| job.created_at.is_none()),
        (r#""created_at":1515500941"#, |job| job.created_at.is_none()),
        (r#""created_at":"2018-01-09T14:29:01.853047123+02:00""#, |job| job.created_at.is_some()),
        (r#""data_name":null"#, |job| job.data_name.is_empty()),
        (r#""data_name":" \u001b[31mr\u202eed\n.wav ""#, |job| &*job.data_name == "[31mred .wav"),
        (r#""data_name":"half \ud800 pair""#, |job| &*job.data_name == "half \u{fffd} pair"),
        (r#""data_name":"https://u:p@h/a.wav?sig=1""#, |job| &*job.data_name == "https://…@h/a.wav?…"),
        (r#""data_name":"sk-0123456789.wav""#, |job| &*job.data_name == "[key].wav"),
        (r#""data_name":"first","data_name":"last""#, |job| &*job.data_name == "last"),
        (r#""config":null,"lang":"de""#, |job| job.language.as_deref() == Some("de") && job.config.is_none()),
        (r#""config":[1,2]"#, |job| job.config.is_none()),
        (r#""config":"{\"type\":\"alignment\"}""#, |job| {
            job.config.as_deref() == Some(r#"{"type":"alignment"}"#)
        }),
        (
            r#""config":{"transcription_config":{"language":null,"operating_point":"enhanced"}},"lang":"fr""#,
            |job| job.language.as_deref() == Some("fr") && job.model.as_deref() == Some("enhanced"),
        ),
        (r#""config":{"tracking":null},"tracking":{"title":7}"#, |job| job.title.as_deref() == Some("7")),
        (r#""tracking":{"tags":"one"}"#, |job| job.tags == ["one".into()]),
        (r#""tracking":{"tags":[null,"a",{"b":1},3,""]}"#, |job| job.tags == ["a".into(), "3".into()]),
        (r#""errors":null"#, |job| job.errors.is_empty()),
        (r#""errors":"broken""#, |job| &*job.errors[0].message == "broken"),
        (r#""errors":{"message":"one"}"#, |job| &*job.errors[0].message == "one"),
        (r#""errors":[null,{},{"timestamp":"x","message":"y"}]"#, |job| {
            job.errors.len() == 2
                && &*job.errors[0].message == "(no message)"
                && &*job.errors[1].message == "y"
        }),
        (r#""future":{"field":[1]}"#, |job| job.config.is_none()),
    ] {
        let job = only(format!(r#"{{"id":"j1",{fields}}}"#));
        assert!(check(&job), "{fields}: {job:?}");
    }
}

#[test]
fn text_is_bounded() {
    let long = "ä".repeat(5_000);
    let job = only(json!({"id": "j", "data_name": long, "tracking": {"tags": vec!["t"; 1_000]},
        "errors": vec![json!({"message": long}); 100]}));
    assert_eq!((job.data_name.chars().count(), job.tags.len(), job.errors.len()), (512, 64, 64));
    assert_eq!(job.errors[0].message.chars().count(), 2_000);
    assert!(job.data_name.ends_with('…'));
}

#[test]
fn one_bad_entry_never_costs_the_page() {
    let well = "[".repeat(100_000) + &"]".repeat(100_000);
    for (bad, jobs) in [
        ("null".to_owned(), 2),
        ("17".to_owned(), 2),
        ("[]".to_owned(), 2),
        (r#"{"status":"done"}"#.to_owned(), 2),
        (r#"{"id":null}"#.to_owned(), 2),
        (r#"{"id":""}"#.to_owned(), 2),
        (r#"{"id":{"a":1}}"#.to_owned(), 2),
        (format!(r#"{{"id":"{}"}}"#, "x".repeat(1_000)), 2),
        (r#"{"id":42}"#.to_owned(), 3),
        (well.clone(), 2),
        (format!(r#"{{"id":"deep","config":{well}}}"#), 3),
        (r#"{"id":"big","config":{"x":1e9999,"y":-1e9999}}"#.to_owned(), 3),
        (r#"{"id":"half","\udc00":"\ud800"}"#.to_owned(), 3),
        ("{\"id\":\"raw\u{1}control\"}".to_owned(), 3),
    ] {
        let page = read(format!(r#"{{"jobs":[{{"id":"first"}},{bad},{{"id":"last"}}]}}"#)).unwrap();
        assert_eq!((page.jobs.len(), page.unreadable, page.listed), (jobs, 3 - jobs, 3), "{bad:.80}");
        assert_eq!(page.jobs.last().unwrap().id.as_str(), "last");
    }
    let mut body = br#"{"jobs":[{"id":"first"},{"id":"bad","data_name":"#.to_vec();
    body.extend_from_slice(b"\"\xff\xfe\xc3\x28\"},{\"id\":\"last\"}]}");
    assert_eq!(read(body).unwrap().jobs.len(), 3);
}

#[test]
fn an_entry_without_an_id_still_dates_the_page() {
    let page = read(
        r#"{"jobs":[{"id":"a","created_at":"2026-01-02T00:00:00Z"},{"created_at":"2026-01-01T00:00:00Z"}]}"#,
    );
    assert_eq!(page.unwrap().oldest.unwrap().to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn what_is_no_page_says_what_it_is() {
    for (body, why) in [
        (r#"{"jobs":null}"#, None),
        (r#"{"jobs":[]}"#, None),
        ("\u{feff}{\"jobs\":[]}\n", None),
        (r#"{"more":{"deep":[1]},"jobs":[],"code":200}"#, None),
        ("", Some("the body is empty")),
        (" \r\n", Some("the body is empty")),
        ("{}", Some("the JSON holds no list of jobs")),
        ("[]", Some("the JSON holds no list of jobs")),
        ("null", Some("the JSON holds no list of jobs")),
        (r#"{"job":{"id":"a"}}"#, Some("the JSON holds no list of jobs")),
        (r#"{"jobs":"none"}"#, Some("the JSON holds no list of jobs")),
        (r#"{"jobs":[{"id":"a"}"#, Some("the JSON ends too early")),
        (r#"{"jobs":[]} extra"#, Some("the body is not JSON")),
        ("<html>", Some("the body is not JSON")),
    ] {
        assert_eq!(read(body).err(), why, "{body}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_bearable(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let mut framed = br#"{"jobs":["#.to_vec();
        framed.extend_from_slice(&bytes);
        framed.extend_from_slice(b"]}");
        let _ = read(&framed);
    }

    #[test]
    fn any_cut_of_a_page_is_an_error(cut in 0_usize..2_000) {
        let body = include_str!("testdata/list-example.json").trim();
        prop_assume!(cut < body.len());
        prop_assert!(read(&body.as_bytes()[..cut]).is_err());
    }
}
