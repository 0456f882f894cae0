//! What a key's account has used, as `GET /v2/usage` counts it: batch jobs that ended well, by language and
//! model, over whole UTC days. Facts of the counting are the vendor's documentation of that endpoint.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Whole UTC days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub since: Date,
    /// The last day.
    pub until: Date,
}

impl Period {
    /// The days of this month that can be asked for: until yesterday, for the service leaves the current day
    /// out. `None` on the first of a month, when there is none yet. Months and days are UTC's.
    pub fn this_month(now: Timestamp) -> Option<Self> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let (since, until) = (today.first_of_month(), today.yesterday().ok()?);
        (since <= until).then_some(Self { since, until })
    }
}

/// One line of the count.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRow {
    /// `batch` in all that is documented; scrubbed. Empty where the service does not say.
    pub mode: Box<str>,
    /// `transcription`, `alignment` or another word; scrubbed. Empty where the service does not say.
    pub kind: Box<str>,
    /// The language, where the line is of one.
    pub language: Option<Box<str>>,
    /// The model, which older answers call the operating point, where the line is of one.
    pub model: Option<Box<str>>,
    /// How many jobs.
    pub jobs: u64,
    /// How many hours of audio; finite, and never negative.
    pub hours: f64,
}

/// What one environment answered for one key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// The days that the service says it counted, where it says so in a form that can be read.
    pub counted: Option<Period>,
    /// All of it, by the service's own sums; empty where it gives none.
    pub summary: Vec<UsageRow>,
    /// By language and model, the most jobs first.
    pub details: Vec<UsageRow>,
    /// Lines that could not be read, or were too many to be kept.
    pub left_out: usize,
}

impl Usage {
    /// All jobs and hours: the service's own sums, or those of its lines where it gives none.
    pub fn total(&self) -> (u64, f64) {
        let rows = if self.summary.is_empty() { &self.details } else { &self.summary };
        let jobs = rows.iter().fold(0_u64, |jobs, row| jobs.saturating_add(row.jobs));
        (
            jobs, // Not `sum`: that of nothing is minus zero.
            rows.iter().fold(0.0, |hours, row| hours + row.hours),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_month_ends_yesterday_and_is_empty_on_its_first_day() {
        for (now, days) in [
            ("2026-11-23T04:00:00Z", Some("2026-11-01 2026-11-22")),
            ("2026-11-02T00:00:00Z", Some("2026-11-01 2026-11-01")),
            ("2026-11-01T23:59:59Z", None),
            ("2026-10-31T23:59:59Z", Some("2026-10-01 2026-10-30")),
            ("2028-02-29T12:00:00Z", Some("2028-02-01 2028-02-28")),
            ("2027-01-01T00:00:00Z", None),
        ] {
            let period = Period::this_month(now.parse().unwrap());
            let shown = period.map(|period| format!("{} {}", period.since, period.until));
            assert_eq!(shown.as_deref(), days, "{now}");
        }
    }

    #[test]
    fn totals_are_the_services_own_or_those_of_its_lines() {
        let row = |jobs, hours| UsageRow {
            mode: "batch".into(),
            kind: "transcription".into(),
            language: None,
            model: None,
            jobs,
            hours,
        };
        let mut usage = Usage { details: vec![row(2, 0.5), row(u64::MAX, 1.0)], ..Usage::default() };
        assert_eq!(usage.total(), (u64::MAX, 1.5));
        usage.summary = vec![row(7, 2.0)];
        assert_eq!(usage.total(), (7, 2.0));
    }
}
