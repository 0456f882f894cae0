//! Durations as people write them.

use std::time::Duration;

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;

use super::error::shown;

/// Reads `5s`, `1h30m`, `2d`, `500ms` and what else jiff's friendly format knows. A day has 24 hours
/// and a week seven of them; months and years have no length of their own and are refused.
///
/// # Errors
/// A sentence that repeats the text and shows how a duration is written.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const LONGEST: usize = 100;
    let refused = || {
        let hint = if text.trim().parse::<f64>().is_ok() { " without a unit" } else { "" };
        format!("{} is not a duration{hint}: write it like 5s, 500ms, 1h30m or 2d", shown(text))
    };
    if text.len() > LONGEST {
        return Err(refused());
    }
    let span = SpanParser::new().parse_span(text.trim()).map_err(|_| refused())?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refused())?;
    Duration::try_from(length).map_err(|_| format!("{} lies in the past: leave the sign out", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, millis) in [
            ("5s", 5_000),
            ("500ms", 500),
            ("1h30m", 5_400_000),
            (" 2d ", 172_800_000),
            ("1w", 604_800_000),
            ("1.5s", 1_500),
            ("2 minutes", 120_000),
            ("0s", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_the_text_and_an_example() {
        for text in ["", "5", "soon", "5 parsecs", "1mo", "1y", "s", "5s5s", "999999999999w", "1e3s"] {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains(text) && error.contains("1h30m"), "{text:?}: {error}");
        }
        assert!(parse_duration("5").unwrap_err().contains("without a unit"));
        assert!(parse_duration("-5s").unwrap_err().contains("sign"));
        assert!(parse_duration("5s ago").unwrap_err().contains("past"));
        assert!(parse_duration(&"1s ".repeat(100_000)).unwrap_err().len() < 300);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = parse_duration(&text);
        }

        #[test]
        fn seconds_come_back(seconds in 0_u64..1_000_000_000) {
            proptest::prop_assert_eq!(parse_duration(&format!("{seconds}s")), Ok(Duration::from_secs(seconds)));
        }
    }
}
