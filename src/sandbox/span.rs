//! Lengths of time as people write them in scenarios: `250ms`, `20s`, `1.5m`, `1h30m`, `-5h`, `7d`.

use serde::{Deserialize, Deserializer, de::Error};

/// A length of time in milliseconds; negative only where a scenario says so in so many words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(pub(super) i64);

impl Span {
    /// Reads numbers, whole or decimal, each with its unit, the larger units first.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time; write it as 250ms, 20s, 1.5m, 1h30m or 7d");
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mut ms, mut last_unit) = (0_i64, i64::MAX);
        loop {
            let number = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
            let (number, after) = rest.split_at(number);
            let word = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
            let (word, after) = after.split_at(word);
            let unit = unit_ms(word).filter(|unit| *unit < last_unit).ok_or_else(wrong)?;
            let part = thousandths(number).and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)?;
            ms = ms.checked_add(part / 1000).ok_or_else(wrong)?;
            if after.is_empty() {
                return Ok(Self(if negative { -ms } else { ms }));
            }
            (rest, last_unit) = (after, unit);
        }
    }
}

fn unit_ms(word: &str) -> Option<i64> {
    match word {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    }
}

/// A number of at most three decimals, in thousandths.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = whole.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 3 || !all_digits {
        return None;
    }
    format!("{whole}{decimals:0<3}").parse().ok()
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn lengths_are_read() {
        for (text, ms) in [
            ("250ms", 250),
            ("20s", 20_000),
            ("1.5m", 90_000),
            ("-5h", -18_000_000),
            ("7d", 604_800_000),
            ("0s", 0),
            ("23h55m", 86_100_000),
            ("1h30m", 5_400_000),
            ("1d2h3m4s5ms", 93_784_005),
            ("-1h30m", -5_400_000),
            ("1m1.5s", 61_500),
        ] {
            assert_eq!(Span::parse(text), Ok(Span(ms)), "{text}");
        }
        for text in [
            "",
            "s",
            "20",
            "20 s",
            "1.5.5s",
            "-s",
            "--5s",
            "ten s",
            "99999999999999999d",
            "1.2345s",
            "1_0s",
            "1h30",
            "30m1h",
            "1h1h",
            "1h-30m",
            "1h 30m",
        ] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }
}
