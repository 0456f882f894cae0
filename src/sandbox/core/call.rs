//! What is asked: an HTTP request's parts, and which operation they name. It reads; it answers nothing.

use std::borrow::Cow;
use std::num::IntErrorKind;

use super::audio::Upload;
use super::instant::{DAY_MS, parse_rfc3339};
use super::job::Id;
use super::project::ListQuery;
use super::reply::{Dress, Reply};
use super::transcript::Format;

/// The longest that a call is held for a job to end; the service's own cap is not known.
const LONGEST_WAIT_MS: i64 = 60_000;

/// A request, as the shell got it off the wire.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Call<'a> {
    pub(in crate::sandbox) method: &'a str,
    pub(in crate::sandbox) path: &'a str,
    pub(in crate::sandbox) query: &'a str,
    /// The `Authorization` header.
    pub(in crate::sandbox) authorization: Option<&'a str>,
    /// The body, where it is neither a multipart one nor empty.
    pub(in crate::sandbox) body: &'a [u8],
    /// Whether a websocket is asked for, properly.
    pub(in crate::sandbox) upgrades: bool,
    /// When it came, in ms since 1970: a call that waits is asked again.
    pub(in crate::sandbox) arrived_ms: i64,
}

/// What a multipart submission held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sandbox) struct Submission {
    pub(in crate::sandbox) config: Option<String>,
    pub(in crate::sandbox) data_file: Option<Upload>,
}

/// Why there is no submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum BadUpload {
    /// It is no multipart body, or broken off.
    Malformed,
    TooLarge,
}

/// An operation of a batch environment. An id of another shape names no job; it is no mistake of form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Features,
    ListJobs,
    Submit,
    GetJob(Option<Id>),
    DeleteJob(Option<Id>),
    Transcript(Option<Id>),
    Log(Option<Id>),
    Data(Option<Id>),
    Usage,
}

impl Call<'_> {
    /// The path's steps, without the trailing slash.
    pub(super) fn steps(&self) -> Vec<&str> {
        let path = self.path.strip_suffix('/').unwrap_or(self.path);
        path.split('/').skip(1).collect()
    }

    /// The operation that the path and method name; else the refusal of a path or method that there is not.
    pub(super) fn operation(&self) -> Result<Operation, Reply> {
        let methods: &[(&str, Operation)] = &match self.steps().as_slice() {
            ["v1", "discovery", "features"] => vec![("GET", Operation::Features)],
            ["v2", "jobs"] => vec![("GET", Operation::ListJobs), ("POST", Operation::Submit)],
            ["v2", "jobs", id] => {
                vec![
                    ("DELETE", Operation::DeleteJob(Id::parse(id))),
                    ("GET", Operation::GetJob(Id::parse(id))),
                ]
            }
            ["v2", "jobs", id, "transcript"] => vec![("GET", Operation::Transcript(Id::parse(id)))],
            ["v2", "jobs", id, "log"] => vec![("GET", Operation::Log(Id::parse(id)))],
            ["v2", "jobs", id, "data"] => vec![("GET", Operation::Data(Id::parse(id)))],
            ["v2", "usage"] => vec![("GET", Operation::Usage)],
            _ => return Err(self.nowhere()),
        };
        let found = methods.iter().find(|(method, _)| *method == self.method);
        found.map(|(_, operation)| *operation).ok_or_else(|| {
            let names: Vec<&str> = methods.iter().map(|(method, _)| *method).collect();
            self.not_allowed(&names.join(","))
        })
    }

    /// There is no such path; in the words of the service's framework.
    pub(super) fn nowhere(&self) -> Reply {
        Dress::json(404, &format!("path {} was not found", self.path), None)
    }

    /// There is no such method at that path.
    pub(super) fn not_allowed(&self, methods: &str) -> Reply {
        let text = format!("method {} is not allowed, but [{methods}] are", self.method);
        Dress::not_allowed(&text, methods)
    }

    /// What a host answers at its root, to whomever: nothing, well. `None` where something else is asked for.
    pub(super) fn at_root(&self) -> Option<Result<Reply, Reply>> {
        let answer = match self.method {
            "GET" | "HEAD" => Ok(Dress::text("", String::new())),
            _ => Err(self.not_allowed("GET,HEAD")),
        };
        (self.path == "/").then_some(answer)
    }

    /// The token of `Authorization: Bearer`.
    pub(super) fn token(&self) -> Option<&str> {
        let (scheme, token) = self.authorization?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// The last value of a query parameter; an empty one counts as not given.
    pub(super) fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        let pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.filter(|(key, _)| key == name).last().map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, Reply> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| wrong(&format!("{name} in query must be of type int64")))
    }

    /// True or false, in the words that go-openapi takes.
    pub(super) fn boolean(&self, name: &str) -> Result<bool, Reply> {
        let Some(text) = self.parameter(name) else { return Ok(false) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "ok" | "y" | "on" | "selected" | "checked" | "t" | "enabled" => Ok(true),
            "false" | "0" | "no" | "n" | "off" | "f" | "disabled" => Ok(false),
            _ => Err(wrong(&format!("{name} in query must be of type bool"))),
        }
    }

    /// What a list asks for, or the 422 in the words of the service's framework.
    pub(super) fn list_query(&self) -> Result<ListQuery, Reply> {
        let limit = match self.integer("limit")? {
            Some(..1) => return Err(wrong("limit in query should be greater than or equal to 1")),
            Some(101..) => return Err(wrong("limit in query should be less than or equal to 100")),
            limit => limit.and_then(|limit| usize::try_from(limit).ok()),
        };
        let created_before_ms = match self.parameter("created_before") {
            None => None,
            Some(text) => {
                // A plus that was not escaped has come in as a space.
                let moment = parse_rfc3339(&text.replace(' ', "+"));
                Some(moment.ok_or_else(|| wrong("created_before in query must be of type date-time"))?)
            }
        };
        let include_deleted = self.boolean("include_deleted")?;
        Ok(ListQuery { limit, created_before_ms, inclusive: true, include_deleted })
    }

    /// How long the call may be held, in ms.
    pub(super) fn wait_ms(&self) -> Result<Option<i64>, Reply> {
        let wait_s = self.parameter("wait").map(|text| match text.parse::<i64>() {
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => Ok(i64::MAX),
            Err(error) if *error.kind() == IntErrorKind::NegOverflow => Ok(0),
            Err(_) => Err(wrong("wait in query must be of type int64")),
            Ok(wait_s) => Ok(wait_s),
        });
        // It is capped, and so never too large; the vendor's schema sets no bounds.
        let wait_s = wait_s.transpose()?;
        Ok(wait_s.map(|wait_s| wait_s.saturating_mul(1000).clamp(0, LONGEST_WAIT_MS)))
    }

    pub(super) fn format(&self) -> Result<Format, Reply> {
        let Some(word) = self.parameter("format") else { return Ok(Format::Json) };
        Format::parse(&word).ok_or_else(|| wrong("format in query should be one of [json-v2 txt srt]"))
    }

    /// A calendar day, as the number of days since 1970.
    pub(super) fn day(&self, name: &str) -> Result<Option<i64>, Reply> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        let midnight = parse_rfc3339(&format!("{text}T00:00:00Z")).filter(|_| text.len() == 10);
        let day = midnight.map(|ms| ms.div_euclid(DAY_MS));
        day.map(Some).ok_or_else(|| wrong(&format!("{name} in query must be of type date")))
    }
}

fn wrong(text: &str) -> Reply {
    Dress::json(422, text, None)
}
