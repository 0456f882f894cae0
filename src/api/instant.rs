//! Instants as the service writes them: RFC 3339 in bodies, HTTP dates in headers.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, fmt};

/// The longest `Retry-After` that is believed.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// Reads `created_at` and its kin. Milliseconds, microseconds and nanoseconds occur, and any offset;
/// without one it is UTC, which is what the spec says the field is.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// Writes an instant for `created_before`, which the service reads to the millisecond.
pub(super) fn to_query(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Reads `Retry-After`: seconds, or a date, which counts from the answer's own `Date`, so that a
/// wrong local clock does not matter. `None` where it says nothing, or a moment that is past.
pub(super) fn retry_after(value: &str, date: Option<&str>) -> Option<SignedDuration> {
    let wait = if let Ok(seconds) = value.trim().parse::<u32>() {
        SignedDuration::from_secs(seconds.into())
    } else if !value.is_empty() && value.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        LONGEST_WAIT
    } else {
        http_date(value)?.duration_since(http_date(date?)?)
    };
    (wait > SignedDuration::ZERO).then(|| wait.min(LONGEST_WAIT))
}

/// A moment of the `Date` header.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    const DATES: fmt::rfc2822::DateTimeParser = fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
    DATES.parse_timestamp(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_written_form_is_read() {
        for (text, nanosecond) in [
            ("2021-07-19T12:55:03.754Z", Some(1_626_699_303_754_000_000)),
            ("2018-01-09T12:29:01.853047Z", Some(1_515_500_941_853_047_000)),
            ("2018-01-09T12:29:01.853047123Z", Some(1_515_500_941_853_047_123)),
            ("2018-01-09T14:29:01+02:00", Some(1_515_500_941_000_000_000)),
            ("2018-01-09t12:29:01z", Some(1_515_500_941_000_000_000)),
            ("2018-01-09 12:29:01", Some(1_515_500_941_000_000_000)),
            (" 2018-01-09T12:29:01Z ", Some(1_515_500_941_000_000_000)),
            ("yesterday", None),
            ("", None),
            ("0000-99-99T00:00:00Z", None),
            ("1515500941", None),
        ] {
            assert_eq!(parse(text).map(Timestamp::as_nanosecond), nanosecond, "{text}");
        }
        assert_eq!(parse(&"9".repeat(100_000)), None);
    }

    #[test]
    fn the_query_has_milliseconds() {
        assert_eq!(to_query(parse("2018-01-09T12:29:01Z").unwrap()), "2018-01-09T12:29:01.000Z");
        assert_eq!(to_query(parse("2018-01-09T12:29:01.8531Z").unwrap()), "2018-01-09T12:29:01.853Z");
    }

    #[test]
    fn retry_after_is_bounded_and_counts_from_the_answers_own_date() {
        let date = Some("Sun, 22 Nov 2026 10:00:00 GMT");
        for (value, date, seconds) in [
            ("30", None, Some(30)),
            (" 30 ", date, Some(30)),
            ("0", None, None),
            ("86400", None, Some(3600)),
            ("99999999999999999999999", None, Some(3600)),
            ("Sun, 22 Nov 2026 10:01:30 GMT", date, Some(90)),
            ("Sun, 22 Nov 2026 23:00:00 GMT", date, Some(3600)),
            ("Sun, 22 Nov 2026 09:00:00 GMT", date, None),
            ("Sun, 22 Nov 2026 10:01:30 GMT", None, None),
            ("Sun, 22 Nov 2026 10:01:30 GMT", Some("whenever"), None),
            ("-5", None, None),
            ("soon", date, None),
            ("", date, None),
        ] {
            let wait = retry_after(value, date).map(|wait| wait.as_secs());
            assert_eq!(wait, seconds, "{value:?} {date:?}");
        }
    }
}
