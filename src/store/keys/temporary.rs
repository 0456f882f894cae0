//! Temporary keys (JWT): their end is counted down, warned of, and told apart from a revocation.

use jiff::{SignedDuration, Timestamp};

use super::super::banners::{Banner, Cause, Sureness, Words};
use super::super::event::Severity;
use super::row::{Row, names};
use crate::model::KeyState;

/// What a temporary key with a `client_ref` may not do (vendor's documentation).
pub(super) const CLIENT_REF: &str =
    "A temporary key with a client_ref reaches only the jobs with that reference, and never usage (403).";

/// When the end of a temporary key is first warned of, and when again.
const WARNINGS: [SignedDuration; 2] = [SignedDuration::from_mins(10), SignedDuration::from_mins(1)];

impl Row<'_> {
    /// What is to be said of a temporary key's time.
    pub(super) fn temporary(&self, now: Timestamp) -> Option<Banner> {
        let end = self.end?;
        let expired = self.said(KeyState::Expired);
        if !expired.is_empty() {
            let (name, places, status) = (self.name, names(&expired), self.status(&expired));
            let head = format!("key {name} has expired: it is a temporary key and past its time");
            let advice = format!(
                "It named its end itself, which is certainly reason enough for {places} to reject it{status}. Mint a \
                 new one, or use a long-lived key."
            );
            let (cause, severity) = (Cause::KeyExpired(self.key), Severity::Critical);
            let words = Words {
                head,
                advice,
                brief: format!("key {name} has expired"),
                todo: "Mint a new one, or use a long-lived key.".to_owned(),
            };
            let banner = self.banner(cause, severity, Sureness::Certain, words, &expired)?;
            return Some(Banner { since: end.min(now), ..banner });
        }
        // Who rejects it everywhere anyway need not be warned of its end.
        let of_use = self.cells.iter().any(|cell| cell.said != KeyState::Rejected);
        let left = end.duration_since(now);
        let [first, last] = WARNINGS;
        if left > first || !of_use {
            return None;
        }
        let last_minute = left <= last;
        let name = self.name;
        let (head, advice, todo) = if left.is_positive() {
            let advice = "It is a temporary key. Mint a new one in time, or use a long-lived key; jobs go on without it.";
            let todo = "Mint a new one in time, or use a long-lived key.";
            (format!("key {name} expires in {}", time_left(left)), advice, todo)
        } else {
            let advice = "It is a temporary key, and nobody has rejected it yet: it will be any moment, unless this \
                          machine's clock is ahead. Mint a new one.";
            (format!("key {name} is past its time"), advice, "Mint a new one.")
        };
        let warned = if last_minute { last } else { first };
        // Whoever began to watch within that time has it since then.
        let records = self.cells.iter().filter_map(|cell| self.store.source(cell.source));
        let heard = records.filter_map(|record| record.key.since).min().unwrap_or(now);
        Some(Banner {
            cause: Cause::KeyExpiring { key: self.key, last_minute },
            severity: if last_minute { Severity::Error } else { Severity::Warning },
            sure: Sureness::Certain,
            brief: head.clone(),
            head,
            advice: advice.to_owned(),
            todo: todo.to_owned(),
            since: end.checked_sub(warned).unwrap_or(now).max(heard).min(now),
            last_good: None,
            next: None,
        })
    }
}

/// `9 minutes`, `1 minute`, `42 seconds`: rounded down, so that it is never later than it says.
pub(super) fn time_left(left: SignedDuration) -> String {
    let unit = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match left.as_secs() {
        seconds @ 0..60 => unit(seconds.max(1), "second"),
        seconds => unit(seconds / 60, "minute"),
    }
}
