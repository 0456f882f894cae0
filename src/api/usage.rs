//! What a key's account has used: `GET /v2/usage`, read tolerantly. Lines come with `operating_point`, as the
//! vendor's schema says, or with `model`, as its examples do.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use url::Url;

use super::client::{Ask, Client};
use super::text::Reader;
use super::{json, page, scrub};
use crate::model::{Failure, FailureKind, KeyValue, Period, Usage, UsageRow};

/// The largest body that is read as usage, in bytes: some thousand times what a year has.
const LARGEST: usize = 1024 * 1024;

/// The most lines that are kept: ten times all languages in all models.
const MOST: usize = 2_000;

/// The longest word for a mode, a type, a language or a model, in characters.
const WORD: usize = 40;

/// Nobody has used more hours: a number beyond is none.
const MOST_HOURS: f64 = 1e9;

impl Client {
    /// Asks what was used in a period (`GET /v2/usage?since=…&until=…`). One request, never repeated.
    ///
    /// # Errors
    /// Any [`FailureKind`]; 403 for a temporary key with a `client_ref`, which may not ask (vendor's
    /// documentation).
    pub async fn usage(&self, key: &KeyValue, period: Period) -> Result<Usage, Failure> {
        let reader = Reader::new(key);
        let ask = Ask::json(self.usage_url(period)?, self.timeout);
        let answer = self.get(ask, key).await?;
        read(&answer.body, reader).map_err(|why| answer.unreadable(why, reader))
    }

    fn usage_url(&self, Period { since, until }: Period) -> Result<Url, Failure> {
        let mut url = self.jobs.clone();
        url.path_segments_mut()
            .map_err(|()| Failure::new(FailureKind::Internal, "the endpoint's URL has no path"))?
            .pop()
            .push("usage");
        url.query_pairs_mut()
            .append_pair("since", &since.to_string())
            .append_pair("until", &until.to_string());
        Ok(url)
    }
}

/// Reads a body. The error says in a few words what it is instead.
fn read(body: &[u8], reader: Reader<'_>) -> Result<Usage, &'static str> {
    const NO_USAGE: &str = "the JSON holds no usage";
    if body.len() > LARGEST {
        return Err("more than 1 MiB, which no usage is");
    }
    let text = String::from_utf8_lossy(body);
    let text = json::tame(text.trim_start_matches('\u{feff}'));
    if text.trim().is_empty() {
        return Err(page::EMPTY);
    }
    let body: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| page::instead(&error, NO_USAGE))?;
    let rows = |name: &str| body.get(name).and_then(Value::as_array);
    if rows("details").is_none() && rows("summary").is_none() {
        return Err(NO_USAGE);
    }
    let mut usage = Usage { counted: counted(&body), ..Usage::default() };
    let Usage { summary, details, left_out, .. } = &mut usage;
    for (name, kept) in [("summary", summary), ("details", details)] {
        for value in rows(name).into_iter().flatten() {
            match row(value, reader).filter(|_| kept.len() < MOST) {
                Some(row) => kept.push(row),
                None => *left_out += 1,
            }
        }
    }
    usage.details.sort_by(|one, other| {
        let words = |row: &UsageRow| (row.language.clone(), row.model.clone());
        other.jobs.cmp(&one.jobs).then_with(|| words(one).cmp(&words(other)))
    });
    Ok(usage)
}

/// The days that the service says it counted: moments in its schema, days in its parameters.
fn counted(body: &Map<String, Value>) -> Option<Period> {
    let day = |name: &str| -> Option<Date> {
        let text = body.get(name)?.as_str()?.trim();
        let moment = text.parse::<Timestamp>().map(|at| at.to_zoned(TimeZone::UTC).date());
        moment.or_else(|_| text.parse()).ok()
    };
    Some(Period { since: day("since")?, until: day("until")? })
}

fn row(value: &Value, reader: Reader<'_>) -> Option<UsageRow> {
    let word = |name: &str| -> Option<Box<str>> {
        let text = json::text(value.get(name)?)?;
        let text = reader.name(&text);
        (!text.is_empty()).then(|| scrub::bound(&text, WORD).into())
    };
    Some(UsageRow {
        mode: word("mode").unwrap_or_default(),
        kind: word("type").unwrap_or_default(),
        language: word("language"),
        model: word("model").or_else(|| word("operating_point")),
        jobs: count(value.get("count")?)?,
        hours: hours(value.get("duration_hrs")?)?,
    })
}

fn count(value: &Value) -> Option<u64> {
    json::text(value)?.trim().parse().ok().or_else(|| {
        let count = hours(value).filter(|count| count.fract() == 0.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, not negative and below 1e9"
        )]
        let count = count as u64;
        Some(count)
    })
}

fn hours(value: &Value) -> Option<f64> {
    let hours: f64 = json::text(value)?.trim().parse().ok()?;
    (0.0..=MOST_HOURS).contains(&hours).then_some(hours.abs())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "sk-1234567890";

    fn usage(body: &str) -> Result<Usage, &'static str> {
        read(body.as_bytes(), Reader::new(&KeyValue::new(KEY).unwrap()))
    }

    #[test]
    fn it_is_asked_for_beside_the_jobs() {
        let base = Url::parse("http://127.0.0.1:9/path/").unwrap();
        let client = Client::new(&base, Duration::from_secs(1), Duration::from_secs(1)).unwrap();
        let period = Period { since: "2026-11-01".parse().unwrap(), until: "2026-11-22".parse().unwrap() };
        let url = client.usage_url(period).unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:9/path/v2/usage?since=2026-11-01&until=2026-11-22");
    }

    #[test]
    fn both_words_for_the_model_are_read_and_the_most_used_comes_first() {
        let usage = usage(
            r#"{"since":"2026-11-01T00:00:00Z","until":"2026-11-22T23:59:59Z",
            "summary":[{"mode":"batch","type":"transcription","count":9,"duration_hrs":1.29}],
            "details":[{"mode":"batch","type":"transcription","language":"de","operating_point":"standard","count":2,
                        "duration_hrs":"0.25"},
                       {"mode":"batch","type":"alignment","language":"en","model":"enhanced","operating_point":"x",
                        "count":7.0,"duration_hrs":1.04}]}"#,
        )
        .unwrap();
        let period = usage.counted.unwrap();
        assert_eq!(
            (period.since.to_string(), period.until.to_string()),
            ("2026-11-01".into(), "2026-11-22".into())
        );
        let rows: Vec<_> =
            usage.details.iter().map(|row| (row.model.as_deref(), row.jobs, row.hours)).collect();
        assert_eq!(rows, [(Some("enhanced"), 7, 1.04), (Some("standard"), 2, 0.25)]);
        assert_eq!((usage.total(), usage.left_out), ((9, 1.29), 0));
    }

    #[test]
    fn a_hostile_line_is_left_out_or_made_harmless_and_counted() {
        let usage = usage(
            r#"{"since":"then","until":7,"details":[null,7,{"count":1},{"count":-1,"duration_hrs":1},
            {"count":1,"duration_hrs":-0.1},{"count":1,"duration_hrs":1e999},{"count":1,"duration_hrs":"NaN"},
            {"count":1.5,"duration_hrs":1},
            {"count":1,"duration_hrs":1,"language":"\u001b[2Jen\u202e","model":"sk-1234\u200b567890","mode":[],
             "type":"https://h.example/?sig=S1gned"}]}"#,
        )
        .unwrap();
        assert_eq!((usage.left_out, usage.counted, usage.details.len()), (8, None, 1));
        let row = &usage.details[0];
        assert_eq!((row.language.as_deref(), row.model.as_deref()), (Some("[2Jen"), Some("[key]")));
        assert_eq!((&*row.mode, &*row.kind), ("", "https://h.example/?…"));
    }

    #[test]
    fn what_is_no_usage_is_said_in_a_few_words() {
        for (body, why) in [
            ("", "the body is empty"),
            ("<html>", "the body is not JSON"),
            ("[]", "the JSON holds no usage"),
            (r#"{"jobs":[]}"#, "the JSON holds no usage"),
            (r#"{"details":{}}"#, "the JSON holds no usage"),
            (r#"{"details":["#, "the JSON ends too early"),
        ] {
            assert_eq!(usage(body).unwrap_err(), why, "{body}");
        }
        assert!(usage(&format!(r#"{{"details":[]{}}}"#, " ".repeat(LARGEST))).is_err());
        let many = vec![r#"{"count":1,"duration_hrs":1}"#; MOST + 5].join(",");
        let usage = usage(&format!(r#"{{"details":[{many}]}}"#)).unwrap();
        assert_eq!((usage.details.len(), usage.left_out), (MOST, 5));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic_and_no_number_is_absurd(body in "\\PC{0,80}", count in any::<f64>(), hours in any::<f64>()) {
            let _ = usage(&body);
            let body = format!(r#"{{"details":[{{"count":{count},"duration_hrs":{hours}}}]}}"#);
            if let Ok(usage) = usage(&body) {
                prop_assert!(usage.total().1.is_finite());
                prop_assert_eq!(usage.details.len() + usage.left_out, 1);
            }
        }
    }
}
