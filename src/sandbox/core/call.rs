//! What is asked: an HTTP request's parts, and which operation they name. It reads; it answers nothing.

use std::borrow::Cow;

use super::instant::parse_rfc3339;
use super::job::Id;
use super::project::ListQuery;
use super::reply::{Dress, Reply};

/// A request, as the shell got it off the wire.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Call<'a> {
    pub(in crate::sandbox) method: &'a str,
    pub(in crate::sandbox) path: &'a str,
    pub(in crate::sandbox) query: &'a str,
    /// The `Authorization` header.
    pub(in crate::sandbox) authorization: Option<&'a str>,
}

/// An operation of a batch environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Features,
    ListJobs,
    GetJob(Option<Id>),
}

impl Call<'_> {
    /// The operation that the path and method name; else the refusal of a path or method that there is not.
    pub(super) fn operation(&self) -> Result<Operation, Reply> {
        let path = self.path.strip_suffix('/').unwrap_or(self.path);
        let steps: Vec<&str> = path.split('/').skip(1).collect();
        let (operation, methods) = match steps.as_slice() {
            ["v1", "discovery", "features"] => (Operation::Features, "GET"),
            ["v2", "jobs"] => (Operation::ListJobs, "GET"),
            // An id of another shape names no job; it is no mistake of form.
            ["v2", "jobs", id] => (Operation::GetJob(Id::parse(id)), "GET"),
            _ => return Err(Dress::json(404, &format!("path {} was not found", self.path), None)),
        };
        if self.method != methods {
            let text = format!("method {} is not allowed, but [{methods}] are", self.method);
            return Err(Dress::json(405, &text, None));
        }
        Ok(operation)
    }

    /// The token of `Authorization: Bearer`.
    pub(super) fn token(&self) -> Option<&str> {
        let (scheme, token) = self.authorization?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// The last value of a query parameter; an empty one counts as not given.
    fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        let pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.filter(|(key, _)| key == name).last().map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// What a list asks for, or the 422 in the words of the service's framework.
    pub(super) fn list_query(&self) -> Result<ListQuery, Reply> {
        let wrong = |text: &str| Dress::json(422, text, None);
        let limit = match self.parameter("limit") {
            None => None,
            Some(text) => match text.parse::<i64>() {
                Err(_) => return Err(wrong("limit in query must be of type int64")),
                Ok(..1) => return Err(wrong("limit in query should be greater than or equal to 1")),
                Ok(101..) => return Err(wrong("limit in query should be less than or equal to 100")),
                Ok(limit) => usize::try_from(limit).ok(),
            },
        };
        let created_before_ms = match self.parameter("created_before") {
            None => None,
            Some(text) => {
                // A plus that was not escaped has come in as a space.
                let moment = parse_rfc3339(&text.replace(' ', "+"));
                Some(moment.ok_or_else(|| wrong("created_before in query must be of type date-time"))?)
            }
        };
        let include_deleted = match self.parameter("include_deleted") {
            None => false,
            Some(text) => {
                parse_bool(&text).ok_or_else(|| wrong("include_deleted in query must be of type bool"))?
            }
        };
        Ok(ListQuery { limit, created_before_ms, include_deleted })
    }
}

/// The words that go-openapi takes for true and false.
fn parse_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "ok" | "y" | "on" | "selected" | "checked" | "t" | "enabled" => Some(true),
        "false" | "0" | "no" | "n" | "off" | "f" | "disabled" => Some(false),
        _ => None,
    }
}
