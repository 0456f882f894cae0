//! Numbers and times as short words. Every function is total and bounded in width.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::state::State;

/// A number with its thousands parted.
pub(super) use crate::state::grouped as count;

/// A span in at most six cells: `5s`, `12m`, `3h12m`, `6d23h`, `412d`. Negative spans (clocks differ)
/// count as none.
pub(super) fn span(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match () {
        () if seconds < 60 => format!("{seconds}s"),
        () if minutes < 60 => format!("{minutes}m"),
        () if hours < 24 => format!("{hours}h{:02}m", minutes % 60),
        () if days < 100 => format!("{days}d{:02}h", hours % 24),
        () => format!("{}d", days.min(99_999)),
    }
}

/// A span with its seconds, for ages that people watch: `5s`, `3m12s`, `3h12m`.
pub(super) fn precise(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    if (60..3_600).contains(&seconds) {
        format!("{}m{:02}s", seconds / 60, seconds % 60)
    } else {
        span(duration)
    }
}

/// A latency in at most five cells: `<1ms`, `42ms`, `1.4s`, `12s`.
pub(super) fn latency(latency: Duration) -> String {
    let millis = latency.as_millis();
    match () {
        () if millis == 0 => "<1ms".to_owned(),
        () if millis < 1_000 => format!("{millis}ms"),
        () if millis < 10_000 => format!("{}.{}s", millis / 1_000, millis % 1_000 / 100),
        () => format!("{}s", (millis / 1_000).min(9_999)),
    }
}

/// The time between two rounds: `5s`, `1m30s`, `1.5s`.
pub(super) fn interval(interval: Duration) -> String {
    let (seconds, millis) = (interval.as_secs(), interval.subsec_millis());
    match (seconds / 60, seconds % 60) {
        (0, _) if millis >= 100 => format!("{seconds}.{}s", millis / 100),
        (0, _) => format!("{seconds}s"),
        (minutes, 0) => format!("{}m", minutes.min(99_999)),
        (minutes, rest) => format!("{}m{rest:02}s", minutes.min(99_999)),
    }
}

/// The length of audio: `0:04`, `4:04`, `1:02:11`.
pub(super) fn audio(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{}:{minutes:02}:{seconds:02}", hours.min(9_999))
    }
}

/// A moment with its zone: `23:14:07 UTC`.
pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M:%S %Z").to_string()
}

/// A moment as how long ago it was, or how long it is still to come: `3m12s ago`, `in 5s`.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let since = now.duration_since(at);
    if since.is_negative() {
        format!("in {}", precise(since.abs()))
    } else {
        format!("{} ago", precise(since))
    }
}

/// [`moment`] in the way that the operator chose.
pub(super) fn moment_of(state: &State, at: Timestamp) -> String {
    if state.times.are_relative() { ago(at, state.now) } else { moment(at, state.now, &state.settings.zone) }
}

/// [`created`] in the way that the operator chose.
pub(super) fn created_of(state: &State, at: Timestamp) -> String {
    if state.times.are_relative() { ago(at, state.now) } else { created(at, &state.settings.zone) }
}

/// A time of day, with the day where it is not today: `23:10`, `Nov 22 23:10`.
pub(super) fn since(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let form = if at.date() == now.date() { "%H:%M" } else { "%b %d %H:%M" };
    at.strftime(form).to_string()
}

/// A time of day to the second, for the event list.
pub(super) fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let form = if at.date() == now.date() { "%H:%M:%S" } else { "%b %d %H:%M:%S" };
    at.strftime(form).to_string()
}

/// A date and time for a column: `Nov 22 23:14:07`.
pub(super) fn created(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%b %d %H:%M:%S").to_string()
}

/// A whole moment for the details: `2026-11-22 23:14:07 UTC`.
pub(super) fn full(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_for_numbers() {
        for (number, words) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (12_431, "12,431"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), words);
        }
        let seconds = SignedDuration::from_secs;
        for (given, words, exact) in [
            (seconds(-5), "0s", "0s"),
            (seconds(59), "59s", "59s"),
            (seconds(192), "3m", "3m12s"),
            (seconds(3 * 3_600 + 720), "3h12m", "3h12m"),
            (seconds(6 * 86_400 + 23 * 3_600), "6d23h", "6d23h"),
            (seconds(412 * 86_400), "412d", "412d"),
        ] {
            assert_eq!((span(given).as_str(), precise(given).as_str()), (words, exact));
        }
        for (millis, words) in [(0, "<1ms"), (42, "42ms"), (1_449, "1.4s"), (12_000, "12s")] {
            assert_eq!(latency(Duration::from_millis(millis)), words);
        }
        for (millis, words) in [(5_000, "5s"), (1_500, "1.5s"), (90_000, "1m30s"), (120_000, "2m")] {
            assert_eq!(interval(Duration::from_millis(millis)), words);
        }
        for (length, words) in [(0, "0:00"), (244, "4:04"), (3_731, "1:02:11")] {
            assert_eq!(audio(length), words);
        }
    }

    #[test]
    fn times_name_their_day_when_it_is_another() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (now, utc) = (at("2026-11-22T23:14:07Z"), TimeZone::UTC);
        assert_eq!(since(at("2026-11-22T23:10:00Z"), now, &utc), "23:10");
        assert_eq!(since(at("2026-11-21T23:10:00Z"), now, &utc), "Nov 21 23:10");
        assert_eq!(clock(now, &utc), "23:14:07 UTC");
        assert_eq!(ago(at("2026-11-22T23:10:55Z"), now), "3m12s ago");
        assert_eq!(ago(at("2026-11-20T22:14:07Z"), now), "2d01h ago");
        assert_eq!(ago(at("2026-11-22T23:14:12Z"), now), "in 5s");
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        assert_eq!(full(now, &tokyo), "2026-11-23 08:14:07 JST");
    }

    proptest! {
        #[test]
        fn spans_fit_their_column(seconds in any::<i64>()) {
            prop_assert!(span(SignedDuration::from_secs(seconds)).len() <= 6);
            prop_assert!(precise(SignedDuration::from_secs(seconds)).len() <= 6);
        }
    }
}
