//! Instants as the service writes them: RFC 3339 in bodies, HTTP dates in headers.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, fmt};

/// The longest `Retry-After` that is believed.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// Reads `created_at` and its kin. Milliseconds, microseconds and nanoseconds occur, and any offset;
/// without one it is UTC, which is what the spec says the field is.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if let Some(at) = text.as_bytes().try_into().ok().and_then(to_the_millisecond) {
        return Some(at);
    }
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// Reads an instant in UTC with three digits of the second, which is how the service writes all but a few.
fn to_the_millisecond(text: &[u8; 24]) -> Option<Timestamp> {
    let [
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b'T',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        b'.',
        f0,
        f1,
        f2,
        b'Z',
    ] = *text
    else {
        return None;
    };
    let digits = |digits: &[u8]| {
        let mut number = 0;
        for digit in digits {
            number = number * 10 + i32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
        }
        Some(number)
    };
    let (year, month, day) = (digits(&[y0, y1, y2, y3])?, digits(&[m0, m1])?, digits(&[d0, d1])?);
    let (hour, minute, second) = (digits(&[h0, h1])?, digits(&[n0, n1])?, digits(&[s0, s1])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // A leap second is one of the few.
    if year == 0 || day == 0 || day > longest || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years from March on, so that the day that some have more is their last one.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days =
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - BEFORE_1970;
    let seconds = i64::from(days) * 86_400 + i64::from(hour * 3_600 + minute * 60 + second);
    Timestamp::new(seconds, digits(&[f0, f1, f2])? * 1_000_000).ok()
}

/// The days from the first of March of the year 0 to the beginning of 1970.
const BEFORE_1970: i32 = 719_468;

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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_quick_way_reads_what_the_long_one_does(
            year in prop_oneof![1..=9999_u32, prop::sample::select(vec![0, 1, 1600, 1900, 1970, 2000, 2024, 2100])],
            (month, day) in (0..=13_u32, prop_oneof![0..=32_u32, 28..=31_u32]),
            (hour, minute, second, ms) in (0..=24_u32, 0..=60_u32, 0..=60_u32, 0..=999_u32),
            odd in prop::option::weighted(0.2, (0..24_usize, "[ -~]")),
        ) {
            let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z");
            let usual = odd.is_none() && year > 0 && (1..=12).contains(&month) && (1..=28).contains(&day)
                && hour < 24 && minute < 60 && second < 60;
            if let Some((at, odd)) = odd {
                text.replace_range(at..=at, &odd);
            }
            let quick = text.as_bytes().try_into().ok().and_then(to_the_millisecond);
            let long = text.parse::<Timestamp>().ok();
            prop_assert!(quick.is_none() || quick == long, "{} {:?} {:?}", text, quick, long);
            prop_assert!(!usual || quick.is_some(), "{}", text);
        }
    }

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
