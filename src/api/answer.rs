//! Answers that are not a page of jobs: what kind of failure a status is, what the service said, and
//! the evidence that its support asks for.

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use super::text::Reader;
use super::{instant, json};
use crate::model::{Failure, FailureKind};

/// The longest detail, in characters: it has to fit one line of a banner or two.
const DETAIL: usize = 300;

/// The longest id of a request that is kept.
const ID: usize = 128;

/// Makes a failure of an answer with a status other than 200. `body` may be cut off.
pub(super) fn failure(status: StatusCode, headers: &HeaderMap, body: &[u8], reader: Reader<'_>) -> Failure {
    let kind = match status.as_u16() {
        401 => FailureKind::Rejected,
        403 => FailureKind::Forbidden,
        429 => FailureKind::Limited,
        300..=399 => FailureKind::Redirected,
        500..=599 => FailureKind::Server,
        _ => FailureKind::Unexpected,
    };
    let detail = match (kind, header(headers, LOCATION.as_str())) {
        (FailureKind::Redirected, Some(target)) => format!("to {}", reader.location(target)),
        _ => spoken(body, reader).unwrap_or_default(),
    };
    with_evidence(Failure::new(kind, bounded(&detail)), status, headers, reader)
}

/// Adds what the answer's head tells to a failure.
pub(super) fn with_evidence(
    failure: Failure,
    status: StatusCode,
    headers: &HeaderMap,
    reader: Reader<'_>,
) -> Failure {
    let (request_id, azure_ref) = ids(headers, reader);
    Failure {
        status: Some(status.as_u16()),
        request_id,
        azure_ref,
        retry_after: header(headers, RETRY_AFTER.as_str())
            .and_then(|value| instant::retry_after(value, header(headers, DATE.as_str()))),
        ..failure
    }
}

/// The ids that the service's support asks for: `Request-Id` and `X-Azure-Ref`.
pub(super) fn ids(headers: &HeaderMap, reader: Reader<'_>) -> (Option<Box<str>>, Option<Box<str>>) {
    let id = |name| {
        let id = reader.name(header(headers, name)?);
        (!id.is_empty()).then(|| super::scrub::bound(&id, ID).into())
    };
    (id("request-id"), id("x-azure-ref"))
}

/// The host's clock when it answered.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    header(headers, DATE.as_str()).and_then(instant::http_date)
}

/// What a body that should be something else is, for people: `why`, and the title of a page.
pub(super) fn instead(why: &str, body: &[u8], reader: Reader<'_>) -> Box<str> {
    match title(&String::from_utf8_lossy(body)) {
        Some(title) => bounded(&format!("a web page, “{}”", reader.said(&title))),
        None => why.into(),
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn bounded(detail: &str) -> Box<str> {
    super::scrub::bound(detail, DETAIL).into()
}

/// The service's own words: `error` and `detail` of its JSON, or the title of a proxy's page. Never
/// the body as it is.
fn spoken(body: &[u8], reader: Reader<'_>) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let said = match serde_json::from_str::<Value>(&json::tame(&text)) {
        Ok(body) => {
            let field = |name: &str| {
                let value = body.get(name)?;
                let text = json::text(value).or_else(|| json::text(value.get("message")?))?;
                Some(text.trim().to_owned()).filter(|text| !text.is_empty())
            };
            let mut said: Vec<String> =
                [["error", "message", "title"].into_iter().find_map(field), field("detail")]
                    .into_iter()
                    .flatten()
                    .collect();
            said.dedup();
            (!said.is_empty()).then(|| said.join(": "))
        }
        Err(_) => title(&text),
    };
    said.map(|said| reader.said(&said).into_owned())
}

/// The title of an HTML page.
fn title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</")?;
    let mut title = html.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    for (entity, char) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        title = title.replace(entity, char);
    }
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyValue;

    fn said(body: &str) -> Option<String> {
        spoken(body.as_bytes(), Reader::new(&KeyValue::new("sk-1234567890").unwrap()))
    }

    #[test]
    fn the_services_words_are_found_and_nothing_else_is_shown() {
        for (body, words) in [
            (r#"{"code":401,"error":"Permission Denied"}"#, Some("Permission Denied")),
            (
                r#"{"code":400,"error":"Job rejected","detail":"bad\nconfig"}"#,
                Some("Job rejected: bad config"),
            ),
            (r#"{"error":"same","detail":"same"}"#, Some("same")),
            (r#"{"error":{"message":"deep"}}"#, Some("deep")),
            (r#"{"detail":"only \ud800this"}"#, Some("only \u{fffd}this")),
            (r#"{"error":"key sk-1234567890 at https://h/p?sig=1"}"#, Some("key [key] at https://h/p?…")),
            (r#"{"error":null,"detail":[]}"#, None),
            ("<html><HEAD><Title>401 Authorization\r\n Required</title>", Some("401 Authorization Required")),
            ("<title>a &lt;b&gt; &amp;amp; c</title>", Some("a <b> &amp; c")),
            ("<title></title>", None),
            ("<title>cut off", None),
            ("<title", None),
            ("plain text with a secret", None),
            ("", None),
        ] {
            assert_eq!(said(body).as_deref(), words, "{body}");
        }
        let short = KeyValue::new("k1").unwrap();
        let echo = br#"{"error":"bad token k1"}"#;
        assert_eq!(spoken(echo, Reader::new(&short)).as_deref(), Some("bad token [key]"));
    }
}
