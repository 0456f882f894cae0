//! What an operator types, and what it finds.

use jiff::tz::TimeZone;

use super::{FIELDS, Kind, Query, QueryError, Scratch, Subject};
use crate::model::{Job, JobError, JobId, Status};

pub(super) const NOW: &str = "2026-11-22T12:00:00Z";

pub(super) fn blank(id: &str) -> Job {
    Job::new(JobId::new(id), Status::Running)
}

pub(super) fn meeting() -> Job {
    Job {
        status: Status::Rejected,
        created_at: Some("2026-11-20T10:30:00Z".parse().unwrap()),
        data_name: "Board Meeting (final).WAV".into(),
        duration_s: Some(5_400),
        language: Some("en".into()),
        model: Some("enhanced".into()),
        title: Some("Q3 Board Meeting".into()),
        reference: Some("ACME-1042".into()),
        tags: vec!["Quarterly".into(), "board room".into()],
        errors: vec![
            JobError { timestamp: None, message: "first".into() },
            JobError { timestamp: None, message: "Notification failed: 500".into() },
        ],
        ..blank("a1b2c3d4e5")
    }
}

pub(super) fn read(text: &str) -> Result<Query, QueryError> {
    Query::parse(text, &TimeZone::get("Europe/Berlin").unwrap())
}

pub(super) fn finds(text: &str, job: &Job) -> bool {
    let query = read(text).unwrap_or_else(|error| panic!("{}", error.pointed(text)));
    let subject = Subject { job, environment: "eu1", region: "EU", key: "prod", others: None };
    query.matches(&subject, NOW.parse().unwrap(), &mut Scratch::new())
}

#[test]
fn every_field_and_operator() {
    let job = meeting();
    for (text, found) in [
        ("", true),
        ("  \t ", true),
        ("env:eu1", true),
        ("ENV:EU1", true),
        ("environment:eu1", true),
        ("env:eu", false),
        ("env~eu", true),
        ("env:EU", false),
        ("region:eu", true),
        ("region:eu1", false),
        ("key:prod", true),
        ("key:pro", false),
        ("status:rejected", true),
        ("status:Rejected", true),
        ("status:done", false),
        ("id:A1B2C3D4E5", true),
        ("id~c3d", true),
        ("id:c3d", false),
        ("name:\"board meeting (final).wav\"", true),
        ("name~\"(final)\"", true),
        ("name~.wav", true),
        ("name:.wav", false),
        ("lang:en", true),
        ("lang:e", false),
        ("model:ENHANCED", true),
        ("title:\"q3 board meeting\"", true),
        ("title~board", true),
        ("ref:acme-1042", true),
        ("ref:acme", false),
        ("tag:quarterly", true),
        ("tag:\"Board Room\"", true),
        ("tag:board", false),
        ("tag~board", true),
        ("error:first", true),
        ("error:notification", false),
        ("error~notification", true),
        ("error~\"failed: 500\"", true),
    ] {
        assert_eq!(finds(text, &job), found, "{text}");
    }
}

#[test]
fn durations_ages_and_dates() {
    let job = meeting(); // 1:30:00 long; two days and an hour and a half old
    for (text, found) in [
        ("dur:5400", true),
        ("dur:5401", false),
        ("dur:1h", true),
        ("dur:1h30m", true),
        ("dur:1h29m", false),
        ("dur:2h", false),
        ("dur>1h", true),
        ("dur>1h30m", false),
        ("dur>5399", true),
        ("dur<1h30m", false),
        ("dur<90m", false),
        ("dur<5401s", true),
        ("age:2d", true),
        ("age:1d", false),
        ("age:49h", true),
        ("age:50h", false),
        ("age>2d", true),
        ("age<2d", false),
        ("age<3d", true),
        ("created:2026-11-20", true),
        ("created:2026-11-19", false),
        ("created>2026-11-20", true),
        ("created<2026-11-20", false),
        ("created<2026-11-21", true),
        ("created>2026-11-21", false),
        ("created:2026-11-20T11:30", true),
        ("created:\"2026-11-20 11:30\"", true),
        ("created:2026-11-20T10:30", false),
        ("created:2026-11-20T10:30Z", true),
        ("created>2026-11-20T10:30:00Z", false),
        ("created<2026-11-20T10:30:00Z", false),
        ("created:2d", true),
        ("created>2d", false),
        ("created<2d", true),
        ("created>3d", true),
    ] {
        assert_eq!(finds(text, &job), found, "{text}");
    }
}

#[test]
fn what_is_missing_is_found_by_the_empty_value_alone() {
    let (bare, full) = (blank("x9"), meeting());
    for field in ["name", "lang", "model", "title", "ref", "tag", "error", "dur", "age", "created"] {
        let query = format!("{field}:\"\"");
        assert!(finds(&query, &bare), "{query}");
        assert!(!finds(&query, &full), "{query}");
        assert!(!finds(&format!("-{query}"), &bare), "{query}");
    }
    for field in ["dur", "age", "created"] {
        for operator in [":", ">", "<"] {
            let query = format!("{field}{operator}0s");
            assert!(!finds(&query, &bare), "{query}");
        }
    }
    assert!(finds("-dur>1h", &bare));
    let mut failed = blank("x9");
    failed.errors.push(JobError { timestamp: None, message: "".into() });
    assert!(finds("-error:\"\"", &failed), "an error without words is an error");
}

#[test]
fn a_job_from_the_future_is_new() {
    let mut job = blank("x9");
    job.created_at = Some("2026-11-22T12:00:09Z".parse().unwrap());
    assert!(finds("age<1m", &job) && finds("age:0s", &job) && finds("created>1h", &job));
}

#[test]
fn grammar() {
    let job = meeting();
    for (text, found) in [
        ("lang:en status:rejected", true),
        ("lang:en status:done", false),
        ("lang:en and status:rejected", true),
        ("lang:en AND status:done", false),
        ("lang:de or status:rejected", true),
        ("lang:de OR status:done", false),
        // "or" is weaker than side by side.
        ("lang:en or lang:de status:done", true),
        ("(lang:en or lang:de) status:done", false),
        ("status:done (lang:en or lang:de)", false),
        ("-lang:de", true),
        ("!lang:de", true),
        ("not lang:de", true),
        ("NOT lang:en", false),
        ("--lang:en", true),
        ("not -lang:en", true),
        ("-(lang:en or lang:de)", false),
        ("not(lang:en status:done)", true),
        ("not lang:de status:done", false),
        ("lang:en or(status:done)", true),
        ("lang:de or(status:done)or(key:prod)", true),
        ("((((lang:en))))", true),
        // Quotes, escapes and parentheses.
        ("\"board meeting\"", true),
        ("-\"board meeting\"", false),
        ("\"meeting board\"", false),
        ("(\"board\")", true),
        ("\"or\"", false),
        ("name:\"\\\"\"", false),
        ("(name~g(x) or lang:en)", true),
        ("(final).wav", true),
        ("meeting (final)", true),
        ("10:30", false),
        ("acme-1042", true),
    ] {
        assert_eq!(finds(text, &job), found, "{text}");
    }
    let mut odd = blank("x9");
    odd.data_name = r#"say "hi" c:\tmp\call(1).wav 10:30 not(1)"#.into();
    for text in [
        r#""say \"hi\"""#,
        r#"name~"c:\\tmp""#,
        r#"name~"c:\tmp""#,
        "call(1).wav",
        "(call(1).wav)",
        "10:30",
        "name~not(1)",
        "name~10:30",
    ] {
        assert!(finds(text, &odd), "{text}");
    }
}

#[test]
fn errors_point_at_the_place() {
    for (text, place, says) in [
        ("foo:bar", "foo", "no field `foo`"),
        ("lang:en stauts:done", "stauts", "did you mean `status`?"),
        ("langauge:en", "langauge", "did you mean `lang`?"),
        ("Enviroment:eu1", "Enviroment", "did you mean `env`?"),
        ("http://host", "http", "double quotes"),
        ("name>3", ">", "only `:`, `~`"),
        ("tag<x", "<", "only `:`, `~`"),
        ("dur~1h", "~", "only `:`, `>`, `<`"),
        ("dur>=1h", "=", "only `>` and `<`"),
        ("dur>soon", "soon", "1h30m"),
        ("dur:1.5h", "1.5h", "1h30m"),
        ("dur>\"\"", "\"\"", "1h30m"),
        ("age>30", "30", "1h30m"),
        ("created>yesterday", "yesterday", "2026-11-20"),
        ("created:\"2026-11-31\"", "\"2026-11-31\"", "2026-11-20"),
        ("created>30", "30", "how long ago"),
        ("status:", "status:", "a value must follow"),
        ("status: done", "status:", "without a space"),
        ("(status:)", "status:", "a value must follow"),
        ("status :done", ":", "directly before"),
        (">1h", ">", "directly before"),
        ("env:(eu1 or eu2)", "(", "(env:one or env:two)"),
        ("status=done", "status=done", "write `status:done`"),
        ("state!=done", "state!=done", "write `-status:done`"),
        ("a || b", "||", "write `or`"),
        ("a && b", "&&", "write `and`"),
        ("title~\"\"", "\"\"", "nothing to search for"),
        ("a \"\"", "\"\"", "nothing to search for"),
        ("\"abc", "\"abc", "never closed"),
        ("name:\"a b", "\"a b", "never closed"),
        ("\"a\"b", "b", "space is missing"),
        ("a\"b\"", "\"", "inside a word"),
        ("name:a\"b", "\"", "inside a word"),
        ("name:lang:\"b\"", "\"", "inside a word"),
        ("- a", "-", "without a space"),
        ("a -", "-", "without a space"),
        ("(a", "(", "never closed"),
        ("a)", ")", "no `(`"),
        ("(call(1 or a)", "(", "put the word in double quotes"),
        ("name:a(b", "(", "put the word in double quotes"),
        ("()", ")", "missing before `)`"),
        ("a or", "or", "missing after `or`"),
        ("or a", "or", "missing before `or`"),
        ("a and or b", "or", "missing before `or`"),
        ("not", "not", "missing after `not`"),
        ("é (not)", ")", "missing before `)`"),
    ] {
        let error = read(text).expect_err(text);
        let shown = error.pointed(text);
        assert_eq!(&text[error.at.clone()], place, "\n{shown}");
        assert!(error.message.contains(says), "\n{shown}");
        assert_eq!(error.to_string(), error.message);
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let nested = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert!(read(&nested(64)).is_ok());
    assert!(read(&nested(65)).unwrap_err().message.contains("64"));
    assert!(read(&format!("{}a", "-".repeat(64))).is_ok());
    assert_eq!(read(&format!("{}a", "-".repeat(4_000))).unwrap_err().at, 64..65);
    assert!(read(&"(".repeat(4_096)).is_err());
    assert!(read(&"a ".repeat(2_048)).is_ok());
    let error = read(&"é".repeat(2_049)).unwrap_err();
    assert_eq!(error.at, 4_096..4_098);
    assert_eq!(read(&format!("x{}", "é".repeat(2_048))).unwrap_err().at, 4_095..4_097);
    // A word that fills the whole text is searched without trouble.
    let mut job = blank("x9");
    job.data_name = "ab".repeat(4_096).into();
    assert!(finds(&"ba".repeat(2_048), &job));
    assert!(!finds(&format!("{}c", "ba".repeat(2_047)), &job));
}

#[test]
fn what_is_asked_of_a_query() {
    for (text, empty, timed) in [
        ("", true, false),
        (" ", true, false),
        ("a", false, false),
        ("created>2026-11-20 dur>1h", false, false),
        ("age:\"\"", false, false),
        ("a or (b -age>2d)", false, true),
        ("created>2d", false, true),
    ] {
        let query = read(text).unwrap();
        assert_eq!((query.is_empty(), query.depends_on_time()), (empty, timed), "{text}");
    }
    assert_eq!(read(" A  b").unwrap(), read("a B").unwrap());
    assert_eq!(read("").unwrap(), Query::default());
}

#[test]
fn the_table_of_fields_is_whole() {
    let mut seen = std::collections::HashSet::new();
    let contract = "env region key status id name lang model title ref tag error dur age created";
    assert_eq!(FIELDS.map(|field| field.name).join(" "), contract);
    for field in &FIELDS {
        for name in std::iter::once(&field.name).chain(field.aliases) {
            assert!(seen.insert(*name), "{name} twice");
            assert!(read(&format!("{name}:\"\"")).is_ok(), "{name}");
        }
        assert!(read(field.example).is_ok(), "{}", field.example);
        assert!(field.example.contains(field.name), "{}", field.example);
        assert!(!field.help.is_empty() && !field.help.ends_with('.'), "{}", field.help);
        for operator in field.kind.operators() {
            let value = if matches!(field.kind, Kind::Text(_)) { "x" } else { "2d" };
            let query = format!("{}{operator}{value}", field.name);
            assert!(read(&query).is_ok(), "{query}");
        }
    }
}
