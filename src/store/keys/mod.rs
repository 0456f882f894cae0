//! What is wrong with a key, inferred from all of its row of the matrix. The service gives one answer
//! (401, a page of the proxy in front) for a wrong key, a revoked one, a trial that is over and a region
//! that the key is not for; the other environments tell these apart, as far as they have spoken:
//!
//! | seen | means |
//! |---|---|
//! | rejected everywhere | wrong, revoked or expired |
//! | accepted in one environment of a region, rejected in its twin | not entitled to the twin: keys are replicated within a region |
//! | accepted until now | revoked, or a trial or contract that ended |
//! | 403 | the key is known: expired, or a feature not bought |
//! | a temporary key, rejected since its end | expired; before its end: revoked |
//!
//! Where a key is merely tried, and accepted elsewhere, a rejection is no news and makes no banner. "No
//! key sent" cannot be the reason: the client sends one with every request, or none goes out.

mod entitled;
mod rejected;
mod row;
mod temporary;

use jiff::Timestamp;

use super::Store;
use super::banners::{Banner, Cause, Sureness, Words};
use super::event::Severity;
use crate::model::{KeyId, KeyState};
use row::{Row, names};

impl Store {
    /// The banners of one key.
    pub(super) fn key_banners(&self, key: KeyId, now: Timestamp, banners: &mut Vec<Banner>) {
        let row = Row::of(self, key, now);
        banners.extend(row.temporary(now));
        let good = row.pick(|cell| matches!(cell.said, KeyState::Accepted | KeyState::Forbidden));
        // A key that is over was good: it was accepted by those that now reject it.
        if row.said(KeyState::Expired).is_empty() {
            if good.is_empty() && row.lost().is_empty() {
                banners.extend(row.rejected_everywhere(now));
            } else {
                banners.extend(row.no_longer_accepted(now));
                // Where nothing is accepted any more, what is declared says nothing of its own.
                if !good.is_empty() {
                    banners.extend(row.rejected_where_declared());
                }
            }
        }
        banners.extend(row.forbidden());
        banners.extend(row.limited());
    }
}

impl Row<'_> {
    fn forbidden(&self) -> Option<Banner> {
        let cells = self.said(KeyState::Forbidden);
        let (words, status) = (self.words(&cells), self.status(&cells));
        let told = if words.is_empty() { String::new() } else { format!(": {words}") };
        let before = if cells.iter().all(|cell| cell.accepted_once) { ", accepted until now" } else { "" };
        let head = format!("{}: key {} is forbidden{status}{before}{told}", names(&cells), self.name);
        let lower = words.to_lowercase();
        let (meaning, sure, todo) = if lower.contains("limit is") || lower.contains("quota") {
            let text = "The key is known, but what its contract allows is probably used up.";
            (text, Sureness::Probable, "Used up? Look in the Portal, or ask support.")
        } else if lower.contains("license") {
            let text = "The key is known, but probably without a valid licence.";
            (text, Sureness::Probable, "No valid licence? Ask support.")
        } else if words.is_empty() || words.starts_with("403") {
            let text = "A proxy says so, not the service itself: the key has possibly expired or lacks a feature that was \
                        not bought, or this machine is not let in.";
            (text, Sureness::Possible, "Expired, or this machine kept out? Look in the Portal.")
        } else {
            let text = "The key is known, but has probably expired, or lacks a feature that was not bought.";
            (text, Sureness::Probable, "Expired, or a feature not bought? Look in the Portal.")
        };
        let temporary =
            if self.end.is_some() { format!(" {}", temporary::CLIENT_REF) } else { String::new() };
        let advice = format!("{meaning}{temporary} Look at it in the Portal, or ask Speechmatics.");
        let brief = format!("{}: key {} is forbidden{status}", names(&cells), self.name);
        let words = Words { head, advice, brief, todo: todo.to_owned() };
        self.banner(Cause::KeyForbidden(self.key), Severity::Error, sure, words, &cells)
    }

    fn limited(&self) -> Option<Banner> {
        let cells = self.said(KeyState::Limited);
        let (words, status) = (self.words(&cells), self.status(&cells));
        let told = if words.is_empty() { String::new() } else { format!(": {words}") };
        let head = format!("{}: key {} is limited{status}{told}", names(&cells), self.name);
        let asked = self.retry_after(&cells).filter(jiff::SignedDuration::is_positive);
        let asked = asked.map_or(String::new(), |asked| {
            format!(" The service asks to be left alone for {} seconds.", asked.as_secs())
        });
        let advice = format!(
            "Too many requests with this key, by voxtop or by others who use it; voxtop asks less often until \
             it is accepted again.{asked}"
        );
        let brief = format!("{}: key {} is limited{status}", names(&cells), self.name);
        let todo = "Too many requests by all who use it; voxtop asks less often.".to_owned();
        let words = Words { head, advice, brief, todo };
        self.banner(Cause::KeyLimited(self.key), Severity::Warning, Sureness::Certain, words, &cells)
    }
}
