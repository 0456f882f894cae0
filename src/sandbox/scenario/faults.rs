//! Faults as a scenario plans them, and as the control door takes them: what can be wrong, where and when.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::checks::{known, rising};
use super::{HostKind, Mistake, said};
use crate::sandbox::span::Span;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct FaultPlan {
    /// Where; left out, everywhere.
    pub(in crate::sandbox) environment: Option<Spanned<String>>,
    pub(in crate::sandbox) kind: Spanned<FaultKind>,
    /// Of those calls only that come with this key; of any kind but `down`.
    pub(in crate::sandbox) key: Option<Spanned<String>>,
    /// Left out: from the start.
    pub(in crate::sandbox) from: Option<Spanned<Span>>,
    /// Left out: to the end.
    pub(in crate::sandbox) until: Option<Spanned<Span>>,
    /// From one start to the next; left out, it happens once.
    pub(in crate::sandbox) repeat: Option<Spanned<Span>>,
    /// `slow`, `brown-out`: the least and the most that an answer is held back.
    pub(in crate::sandbox) delay: Option<Spanned<[Span; 2]>>,
    /// How many requests of a hundred it strikes; left out, all.
    pub(in crate::sandbox) share: Option<Spanned<u64>>,
    /// `clock-skew`: how much the clock there is ahead; with a minus, behind.
    pub(in crate::sandbox) by: Option<Spanned<Span>>,
    /// `closing`: the code that sessions are closed with.
    pub(in crate::sandbox) code: Option<Spanned<u16>>,
    /// `rate-limited`, `unavailable`, `brown-out`: what `Retry-After` says; left out, it is not sent, and the
    /// service has not been seen to send it.
    pub(in crate::sandbox) retry_after: Option<Spanned<Span>>,
    /// What the control door calls it.
    pub(in crate::sandbox) name: Option<String>,
}

/// What can be wrong with an environment for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(in crate::sandbox) enum FaultKind {
    /// Nobody listens: connections are refused, and those that are open are reset.
    Down,
    /// Answers come late, by a time drawn from `delay`.
    Slow,
    /// Connections are taken and requests read, but none is answered.
    Hanging,
    /// Connections are reset instead of an answer.
    Resetting,
    /// Connections are reset in the middle of the answer.
    Truncating,
    /// The answer is 200 and JSON by its header, and nothing by its body.
    Garbage,
    /// The proxy's 401, for one key or for all.
    Unauthorized,
    /// The 401 as JSON, as the vendor announces it.
    UnauthorizedJson,
    /// 403: an entitlement has run out.
    Forbidden,
    /// 429 from the proxy.
    RateLimited,
    /// 429 for submissions: too many jobs run.
    Full,
    /// 500 from the application.
    Error,
    /// 501 for logs.
    NotImplemented,
    /// 503 from the proxy.
    Unavailable,
    /// 503 for the `share`, and late answers for the rest.
    BrownOut,
    /// The `Date` of answers is off.
    ClockSkew,
    /// Realtime sessions are closed after their first message.
    Closing,
}

impl FaultKind {
    /// Whether it does anything to a host of that kind.
    fn happens_at(self, host: HostKind) -> bool {
        match self {
            Self::Down
            | Self::Slow
            | Self::Hanging
            | Self::Resetting
            | Self::Unavailable
            | Self::BrownOut
            | Self::ClockSkew => host != HostKind::Control,
            // A handshake has no body.
            Self::Truncating | Self::Garbage => matches!(host, HostKind::Batch | HostKind::Management),
            Self::Unauthorized | Self::Forbidden => matches!(host, HostKind::Batch | HostKind::Realtime),
            Self::UnauthorizedJson | Self::RateLimited | Self::Full | Self::Error | Self::NotImplemented => {
                host == HostKind::Batch
            }
            Self::Closing => host == HostKind::Realtime,
        }
    }
}

impl FaultPlan {
    /// A fault given as JSON, as the control door takes it: flat, with the same names and words as in a file.
    pub(in crate::sandbox) fn from_json(
        fields: &Map<String, Value>,
        environments: &[(&str, HostKind)],
        keys: &[&str],
    ) -> Result<Self, String> {
        // Flat JSON values are TOML values, so that the same reader and the same checks serve both.
        let flat = |value: &Value| match value {
            Value::Array(items) => !items.iter().any(|item| item.is_object() || item.is_array()),
            Value::Object(_) | Value::Null => false,
            _ => true,
        };
        let mut text = String::new();
        for (name, value) in fields {
            if !flat(value) || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(format!("`{name}` is no field of a fault"));
            }
            let _ = writeln!(text, "{name} = {value}");
        }
        let plan: Self = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
        plan.check(environments, keys).map_err(|(_, problem)| problem)?;
        Ok(plan)
    }

    pub(super) fn check(&self, environments: &[(&str, HostKind)], keys: &[&str]) -> Result<(), Mistake> {
        self.check_place(environments)?;
        if let Some(key) = &self.key {
            known("key", key, keys)?;
            if *self.kind.get_ref() == FaultKind::Down {
                let problem = "nobody can tell whose connection it refuses: a host is down for all keys or none; \
                               resetting and hanging can be of one key";
                return Err((key.span(), problem.to_owned()));
            }
        }
        self.check_extras()?;
        self.check_times()
    }

    fn check_times(&self) -> Result<(), Mistake> {
        let from_ms = said(self.from.as_ref()).map_or(0, |from| from.0);
        if let Some(from) = self.from.as_ref().filter(|_| from_ms < 0) {
            return Err((from.span(), "`from` counts from the start: it must not be below 0".to_owned()));
        }
        let length_ms = said(self.until.as_ref()).map(|until| until.0 - from_ms);
        if let Some(until) = self.until.as_ref().filter(|_| length_ms.is_some_and(|length| length <= 0)) {
            return Err((
                until.span(),
                "this fault ends before it starts: `until` must be after `from`".to_owned(),
            ));
        }
        match (&self.repeat, length_ms) {
            (Some(repeat), None) => Err((repeat.span(), "a fault that repeats needs an `until`".to_owned())),
            (Some(repeat), Some(length)) if repeat.get_ref().0 <= length => {
                let problem = "this fault starts again before it ends: `repeat` is too short";
                Err((repeat.span(), problem.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Whether there is something there that it can do.
    fn check_place(&self, environments: &[(&str, HostKind)]) -> Result<(), Mistake> {
        let kind = *self.kind.get_ref();
        let Some(environment) = &self.environment else {
            if environments.iter().any(|(_, host)| kind.happens_at(*host)) {
                return Ok(());
            }
            let problem =
                format!("no environment of this scenario is of a kind that {kind} does anything to");
            return Err((self.kind.span(), problem));
        };
        let names: Vec<&str> = environments.iter().map(|(name, _)| *name).collect();
        known("environment", environment, &names)?;
        let host = environments.iter().find(|(name, _)| *name == environment.get_ref().as_str());
        match host {
            Some((name, host)) if !kind.happens_at(*host) => {
                Err((self.kind.span(), format!("{kind} does nothing to {name}, whose kind is {host}")))
            }
            _ => Ok(()),
        }
    }

    /// The fields that only some kinds have.
    fn check_extras(&self) -> Result<(), Mistake> {
        use FaultKind::{BrownOut, ClockSkew, Closing, Down, RateLimited, Slow, Unavailable};
        let (kind, place) = (*self.kind.get_ref(), self.kind.span());
        match (&self.delay, matches!(kind, Slow | BrownOut)) {
            (None, true) => return Err((place, "this fault needs delay = [\"LEAST\", \"MOST\"]".to_owned())),
            (Some(delay), true) => rising(delay)?,
            (Some(delay), false) => {
                return Err((delay.span(), "only slow and brown-out have a delay".to_owned()));
            }
            (None, false) => {}
        }
        match &self.share {
            Some(share) if !(1..=100).contains(share.get_ref()) => {
                return Err((share.span(), "a share is 1 to 100 of a hundred".to_owned()));
            }
            Some(share) if matches!(kind, Down | ClockSkew) => {
                return Err((share.span(), "this fault strikes all or nobody: it has no share".to_owned()));
            }
            None if kind == BrownOut => {
                return Err((place, "a brown-out needs the share of requests that fail".to_owned()));
            }
            _ => {}
        }
        let says_when = matches!(kind, RateLimited | Unavailable | BrownOut);
        if let Some(after) = self.retry_after.as_ref().filter(|after| !says_when || after.get_ref().0 < 0) {
            return Err((
                after.span(),
                "only answers 429 and 503 say when to come back, and not before".to_owned(),
            ));
        }
        match (&self.by, kind == ClockSkew) {
            (None, true) => return Err((place, "a clock-skew needs by = \"30s\" or the like".to_owned())),
            (Some(by), false) => return Err((by.span(), "only a clock-skew has `by`".to_owned())),
            _ => {}
        }
        match (&self.code, kind == Closing) {
            (None, true) => Err((place, "closing needs a code, as 4005 or 1011".to_owned())),
            (Some(code), false) => Err((code.span(), "only closing has a code".to_owned())),
            // RFC 6455 keeps some for what is never sent.
            (Some(code), true) if !matches!(code.get_ref(), 1000..=1003 | 1007..=1014 | 1016..=4999) => {
                Err((
                    code.span(),
                    format!(
                        "a session cannot be closed with {}: 1000 to 4999 can be sent, but for \
                                           1004, 1005, 1006 and 1015",
                        code.get_ref()
                    ),
                ))
            }
            _ => Ok(()),
        }
    }
}
