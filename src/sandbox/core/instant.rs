//! Virtual time as text: milliseconds since 1970 to the service's spellings, and back.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// One of the service's days, in ms.
pub(super) const DAY_MS: i64 = 86_400_000;

/// A moment's parts, in UTC or on whatever clock the number came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Civil(DateTime, i64);

/// Times beyond the calendar are held at its edges.
pub(super) fn civil(ms: i64) -> Civil {
    let timestamp =
        Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX });
    Civil(Offset::UTC.to_datetime(timestamp), ms)
}

impl Civil {
    /// `20261123`
    pub(super) fn write_day(self, out: &mut String) {
        self.write_days(out, "");
    }

    /// `2026-11-23`
    pub(super) fn write_date(self, out: &mut String) {
        self.write_days(out, "-");
    }

    /// `142530`
    pub(super) fn write_clock(self, out: &mut String) {
        self.write_seconds(out, "");
    }

    /// `2026-11-23 14:25:30,123`, as logs are written.
    pub(super) fn write_log(self, out: &mut String) {
        self.write_date(out);
        out.push(' ');
        self.write_seconds(out, ":");
        out.push(',');
        write_digits(out, self.1.rem_euclid(1000), 100);
    }

    /// `2026-11-23T14:25:30.123Z`, as `created_at` and the timestamps of errors are written.
    pub(super) fn write_rfc3339(self, out: &mut String) {
        self.write_date(out);
        out.push('T');
        self.write_seconds(out, ":");
        out.push('.');
        write_digits(out, self.1.rem_euclid(1000), 100);
        out.push('Z');
    }

    fn write_days(self, out: &mut String, between: &str) {
        let year = self.0.year();
        out.push_str(if year < 0 { "-" } else { "" });
        write_digits(out, i64::from(year.unsigned_abs()), 1000);
        for part in [self.0.month(), self.0.day()] {
            out.push_str(between);
            write_digits(out, i64::from(part), 10);
        }
    }

    fn write_seconds(self, out: &mut String, between: &str) {
        write_digits(out, i64::from(self.0.hour()), 10);
        for part in [self.0.minute(), self.0.second()] {
            out.push_str(between);
            write_digits(out, i64::from(part), 10);
        }
    }
}

/// The digits of a number from nought, from that of `place` on (1, 10, 100…). The formatter took a fourth of a page's
/// time, most of it for moments.
fn write_digits(out: &mut String, number: i64, mut place: i64) {
    while place > 0 {
        let digit = u8::try_from(number / place % 10).unwrap_or_default();
        out.push(char::from(b'0' + digit));
        place /= 10;
    }
}

/// `Mon, 23 Nov 2026 14:25:30 GMT`, as HTTP wants its `Date`.
pub(in crate::sandbox) fn http_date(ms: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // The first of January 1970 was a Thursday.
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let Civil(at, ms) = civil(ms);
    let name = |names: &[&'static str], place: i64| {
        usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or_default()
    };
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        name(&DAYS, ms.div_euclid(DAY_MS).rem_euclid(7)),
        at.day(),
        name(&MONTHS, i64::from(at.month()) - 1),
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// The ms of an RFC 3339 date-time, finer parts cut off as the service does; `None` where it is none.
pub(super) fn parse_rfc3339(text: &str) -> Option<i64> {
    let timestamp: Timestamp = text.parse().ok()?;
    i64::try_from(timestamp.as_nanosecond().div_euclid(1_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::{civil, http_date, parse_rfc3339};

    #[test]
    fn moments_are_written_and_read() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_443_930_007, "2026-11-23T14:25:30.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        ] {
            let mut written = String::new();
            civil(ms).write_rfc3339(&mut written);
            assert_eq!(written, text);
            assert_eq!(parse_rfc3339(text), Some(ms));
        }
    }

    #[test]
    fn finer_parts_are_cut_off() {
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00.0019999Z"), Some(1));
        assert_eq!(parse_rfc3339("1969-12-31T23:59:59.9999Z"), Some(-1));
        assert_eq!(parse_rfc3339("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn http_dates_are_written() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_795_443_930_007), "Mon, 23 Nov 2026 14:25:30 GMT");
    }

    #[test]
    fn the_edges_of_the_calendar_hold() {
        let mut written = String::new();
        civil(i64::MAX).write_rfc3339(&mut written);
        civil(i64::MIN).write_rfc3339(&mut written);
    }
}
