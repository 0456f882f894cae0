//! Lengths of time as people write them in scenarios: `250ms`, `20s`, `1.5m`, `-5h`, `7d`.

use serde::{Deserialize, Deserializer, de::Error};

/// A length of time in milliseconds; negative only where a scenario says so in so many words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(pub(super) i64);

impl Span {
    /// Reads a number, whole or decimal, and its unit.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time; write it as 250ms, 20s, 1.5m, 5h or 7d");
        let text_of_number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit: i64 = match text.get(text_of_number.len()..).unwrap_or_default() {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong()),
        };
        let (whole, decimals) = text_of_number.split_once('.').unwrap_or((text_of_number, ""));
        let negative = whole.starts_with('-');
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        if digits.is_empty()
            || decimals.len() > 3
            || !(digits.bytes().chain(decimals.bytes())).all(|b| b.is_ascii_digit())
        {
            return Err(wrong());
        }
        let thousandths: i64 = format!("{digits}{decimals:0<3}").parse().map_err(|_| wrong())?;
        let ms = thousandths.checked_mul(unit).ok_or_else(wrong)? / 1000;
        Ok(Self(if negative { -ms } else { ms }))
    }
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
        ] {
            assert_eq!(Span::parse(text), Ok(Span(ms)), "{text}");
        }
        for text in ["", "s", "20", "20 s", "1.5.5s", "-s", "ten s", "99999999999999999d", "1.2345s", "1_0s"]
        {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }
}
