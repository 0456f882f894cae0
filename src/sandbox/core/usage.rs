//! `GET /v2/usage`: what has been transcribed, by UTC day, language and model. It is counted as jobs come, so
//! that deleting and expiring change nothing of it, as the vendor says.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::instant::{DAY_MS, civil};
use super::portrait::write_string;

/// The jobs that ended well.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Languages and models, to be counted by number.
    words: Vec<String>,
    rows: BTreeMap<(i64, u16, u16), Row>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Row {
    count: u64,
    seconds: u64,
}

impl Row {
    fn add(&mut self, other: Row) {
        self.count += other.count;
        self.seconds += other.seconds;
    }
}

impl Tally {
    /// Counts a job that ends at `at_ms`, or takes one back.
    pub(super) fn enter(&mut self, at_ms: i64, (language, model): (&str, &str), seconds: u32, enter: bool) {
        let key = (at_ms.div_euclid(DAY_MS), self.word(language), self.word(model));
        let row = self.rows.entry(key).or_default();
        if enter {
            row.add(Row { count: 1, seconds: u64::from(seconds) });
        } else {
            row.count = row.count.saturating_sub(1);
            row.seconds = row.seconds.saturating_sub(u64::from(seconds));
        }
    }

    fn word(&mut self, word: &str) -> u16 {
        let known = self.words.iter().position(|known| known == word);
        let place = known.unwrap_or_else(|| {
            self.words.push(word.to_owned());
            self.words.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The report over those UTC days, both included; without a first day from the first job on, without a
    /// last one to yesterday. The current day is never in it.
    pub(super) fn report(&self, since: Option<i64>, until: Option<i64>, now_ms: i64) -> String {
        let yesterday = now_ms.div_euclid(DAY_MS) - 1;
        let until = until.unwrap_or(yesterday).min(yesterday);
        let first = self.rows.iter().find(|(_, row)| row.count > 0).map(|((day, ..), _)| *day);
        let since = since.or(first).unwrap_or(until).min(until);
        let mut total = Row::default();
        let mut details: BTreeMap<(u16, u16), Row> = BTreeMap::new();
        for ((_, language, model), row) in self.rows.range((since, 0, 0)..=(until, u16::MAX, u16::MAX)) {
            if row.count > 0 {
                total.add(*row);
                details.entry((*language, *model)).or_default().add(*row);
            }
        }
        let mut out = String::from("{\"since\":\"");
        civil(since * DAY_MS).write_date(&mut out);
        out.push_str("T00:00:00Z\",\"until\":\"");
        civil(until * DAY_MS).write_date(&mut out);
        out.push_str("T23:59:59Z\",\"summary\":[");
        if total.count > 0 {
            write_row(&mut out, None, total);
        }
        out.push_str("],\"details\":[");
        for (at, ((language, model), row)) in details.into_iter().enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            let word = |place: u16| self.words.get(usize::from(place)).map_or("", String::as_str);
            write_row(&mut out, Some((word(language), word(model))), row);
        }
        out.push_str("]}");
        out
    }
}

fn write_row(out: &mut String, labels: Option<(&str, &str)>, row: Row) {
    out.push_str("{\"mode\":\"batch\",\"type\":\"transcription\"");
    if let Some((language, model)) = labels {
        out.push_str(",\"language\":");
        write_string(out, language);
        out.push_str(",\"model\":");
        write_string(out, model);
    }
    // Hundredths of an hour, as in the vendor's examples.
    let hundredths = (row.seconds + 18) / 36;
    let _ = write!(
        out,
        ",\"count\":{},\"duration_hrs\":{}.{:02}}}",
        row.count,
        hundredths / 100,
        hundredths % 100
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::instant::DAY_MS;
    use super::Tally;

    #[test]
    fn whole_past_days_are_reported() {
        let mut tally = Tally::default();
        for (day, language, seconds) in [(3, "en", 3600), (3, "de", 36), (4, "en", 1800), (5, "en", 9)] {
            tally.enter(day * DAY_MS + 5, (language, "enhanced"), seconds, true);
        }
        tally.enter(4 * DAY_MS, ("sv", "enhanced"), 60, true);
        tally.enter(4 * DAY_MS, ("sv", "enhanced"), 60, false);
        let report = |since, until| -> serde_json::Value {
            serde_json::from_str(&tally.report(since, until, 5 * DAY_MS + 999)).unwrap()
        };
        let row = |language: &str, count: u64, hours: f64| {
            json!({"mode": "batch", "type": "transcription", "language": language, "model": "enhanced",
                   "count": count, "duration_hrs": hours})
        };
        let all = report(None, None);
        assert_eq!(all["since"], "1970-01-04T00:00:00Z");
        assert_eq!(all["until"], "1970-01-05T23:59:59Z");
        assert_eq!(all["details"], json!([row("en", 2, 1.5), row("de", 1, 0.01)]));
        assert_eq!(all["summary"][0]["count"], 3);
        assert_eq!(report(Some(4), Some(9))["details"], json!([row("en", 1, 0.5)]));
        assert_eq!(report(Some(0), Some(2))["summary"], json!([]));
    }
}
