//! Values that are no text: durations and points in time, with the unit that they were given in, so
//! that "equal" can mean the whole of that unit. Owns their spelling; compares nothing with a job.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

/// A length of time in whole seconds, and the size of the smallest unit it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) seconds: u64,
    pub(super) unit: u64,
}

/// A stretch of time: from its start up to, and without, its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

/// The longest length accepted, ten thousand years; anything longer is a slip, and arithmetic on
/// timestamps stays in range.
const LONGEST: u64 = 10_000 * 366 * 86_400;

/// The units, longest first, which is also the order they must be written in.
const UNITS: [(&str, u64); 5] = [("w", 7 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// What is wrong with a value.
pub(super) type Wrong = &'static str;

/// Reads `1h30m`, `2d`, `90s`. A bare number has no unit and is left to the caller.
pub(super) fn length(text: &str) -> Result<Length, Wrong> {
    const FORM: Wrong = "write a duration as 1h30m, 2d or 90s, with the units w, d, h, m, s in that order";
    let mut rest = text;
    let mut length = Length { seconds: 0, unit: u64::MAX };
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = rest.split_at_checked(digits).ok_or(FORM)?;
        let letters = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(letters).ok_or(FORM)?;
        let known = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
        let &(_, unit) = known.filter(|_| !number.is_empty()).ok_or(FORM)?;
        if unit >= length.unit {
            return Err(FORM);
        }
        length = Length { seconds: sum(length.seconds, number, unit)?, unit };
        rest = behind;
    }
    if length.unit == u64::MAX { Err(FORM) } else { Ok(length) }
}

/// Reads a number of seconds without a unit.
pub(super) fn seconds(text: &str) -> Option<Result<Length, Wrong>> {
    let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| sum(0, text, 1).map(|seconds| Length { seconds, unit: 1 }))
}

fn sum(seconds: u64, number: &str, unit: u64) -> Result<u64, Wrong> {
    let more = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    let sum = more.and_then(|more| seconds.checked_add(more)).filter(|&sum| sum <= LONGEST);
    sum.ok_or("that is longer than any duration can be")
}

/// Reads a date, which is that whole day in `zone`, or a date-time down to any unit, in `zone` unless
/// it ends in `Z` or an offset. Days have the length that they have in `zone`; a time that a change
/// of clocks skips or repeats is taken as jiff's "compatible" rule has it.
pub(super) fn stretch(text: &str, zone: &TimeZone) -> Result<Stretch, Wrong> {
    const FORM: Wrong =
        "write a date (2026-11-20), a date-time (2026-11-20T14:30), or how long ago (2d, 12h)";
    const RANGE: Wrong = "that is out of range";
    let Some((_, time)) = text.split_once(['T', 't', ' ']) else {
        let date = date(text).ok_or(FORM)?;
        let midnight = |date: civil::Date| zone.to_timestamp(date.to_datetime(civil::Time::midnight()));
        let start = midnight(date).map_err(|_| RANGE)?;
        let end = date.tomorrow().and_then(midnight).map_err(|_| RANGE)?;
        return Ok(Stretch { start, end });
    };
    if date(text.get(..10).unwrap_or_default()).is_none() {
        return Err(FORM);
    }
    let offset = time.find(['Z', 'z', '+', '-']);
    let clock = time.get(..offset.unwrap_or(time.len())).unwrap_or_default();
    let unit = clock_unit(clock).ok_or(FORM)?;
    let start = if offset.is_some() {
        text.parse::<Timestamp>().map_err(|_| FORM)?
    } else {
        let civil = text.parse::<civil::DateTime>().map_err(|_| FORM)?;
        zone.to_timestamp(civil).map_err(|_| RANGE)?
    };
    let end = start.checked_add(unit).map_err(|_| RANGE)?;
    Ok(Stretch { start, end })
}

/// Whether a text may become a length: its last unit is missing.
pub(super) fn begins_length(text: &str) -> bool {
    UNITS.iter().any(|(unit, _)| length(&format!("{text}{unit}")).is_ok())
}

/// Whether a text may become a date or a date-time: with the rest of another one it is one.
pub(super) fn begins_stretch(text: &str, zone: &TimeZone) -> bool {
    // The digits that go on from most beginnings: `1` from `0` and `1`, `0` from `3`.
    ["2026-11-11T00:00", "2026-11-10T00:00"].iter().any(|whole| {
        whole.get(text.len()..).is_some_and(|rest| stretch(&format!("{text}{rest}"), zone).is_ok())
    })
}

/// A date spelled with dashes, and nothing else: jiff alone would take more.
fn date(text: &str) -> Option<civil::Date> {
    let spelled = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| spelled)
}

/// The smallest unit that a time of day was written in: hour, minute, second or a fraction of it.
fn clock_unit(clock: &str) -> Option<SignedDuration> {
    let (whole, fraction) = clock.split_once('.').map_or((clock, None), |(a, b)| (a, Some(b)));
    if !whole.split(':').all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    match (whole.split(':').count(), fraction) {
        (1, None) => Some(SignedDuration::from_hours(1)),
        (2, None) => Some(SignedDuration::from_mins(1)),
        (3, None) => Some(SignedDuration::from_secs(1)),
        (3, Some(digits)) => {
            let places = u32::try_from(digits.len()).ok().filter(|places| (1..=9).contains(places))?;
            Some(SignedDuration::from_nanos(10_i64.checked_pow(9 - places)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_keep_their_smallest_unit() {
        for (text, expected) in [
            ("1h30m", Some((5_400, 60))),
            ("1H30M", Some((5_400, 60))),
            ("2d", Some((172_800, 86_400))),
            ("90s", Some((90, 1))),
            ("1w2d3h4m5s", Some((788_645, 1))),
            ("0m", Some((0, 60))),
            ("", None),
            ("45", None),
            ("h", None),
            ("1h30", None),
            ("30m1h", None),
            ("1h1h", None),
            ("1.5h", None),
            ("-1d", None),
            ("1x", None),
            ("1µs", None),
            ("99999999999999999999s", None),
            ("9999999999999999w", None),
            ("300000000000d", None),
        ] {
            let read = length(text).ok().map(|length| (length.seconds, length.unit));
            assert_eq!(read, expected, "{text:?}");
        }
        assert_eq!(seconds("45"), Some(Ok(Length { seconds: 45, unit: 1 })));
        assert_eq!(seconds("45s"), None);
        assert_eq!(seconds(""), None);
        assert!(seconds("99999999999999999999").unwrap().is_err());
    }

    #[test]
    fn dates_and_times_are_stretches_in_the_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (text, expected) in [
            ("2026-11-20", Some(("2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z"))),
            // The clocks change: 23 and 25 hours.
            ("2026-03-29", Some(("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"))),
            ("2026-10-25", Some(("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"))),
            ("2026-11-20T14", Some(("2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z"))),
            ("2026-11-20T14:30", Some(("2026-11-20T13:30:00Z", "2026-11-20T13:31:00Z"))),
            ("2026-11-20 14:30", Some(("2026-11-20T13:30:00Z", "2026-11-20T13:31:00Z"))),
            ("2026-11-20t14:30:05", Some(("2026-11-20T13:30:05Z", "2026-11-20T13:30:06Z"))),
            ("2026-11-20T14:30:05.12", Some(("2026-11-20T13:30:05.12Z", "2026-11-20T13:30:05.13Z"))),
            ("2026-11-20T14:30Z", Some(("2026-11-20T14:30:00Z", "2026-11-20T14:31:00Z"))),
            ("2026-11-20T14:30:05+02:00", Some(("2026-11-20T12:30:05Z", "2026-11-20T12:30:06Z"))),
            ("2026-11-31", None),
            ("2026-11", None),
            ("20261120", None),
            ("26-11-20", None),
            ("2026-11-20T", None),
            ("2026-11-20T25:00", None),
            ("2026-11-20T1430", None),
            ("2026-11-20T14:30:05.1234567891", None),
            ("2026-11-20T14:30Q", None),
            ("9999-12-31", None),
            ("yesterday", None),
            ("", None),
        ] {
            let read = stretch(text, &berlin).ok();
            let expected = expected
                .map(|(start, end)| Stretch { start: start.parse().unwrap(), end: end.parse().unwrap() });
            assert_eq!(read, expected, "{text:?}");
        }
    }
}
