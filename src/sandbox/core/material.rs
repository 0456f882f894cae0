//! What made-up jobs are made of: trades, languages, names, titles, references, from `material.toml`. It turns
//! patterns into text; it decides nothing about a job's fate.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::instant::civil;
use super::random::Random;
use crate::sandbox::span::Span;

const TEXT: &str = include_str!("../../../assets/sandbox/material.toml");

/// All that there is to choose from.
#[derive(Debug)]
pub(super) struct Material {
    lists: Vec<Vec<String>>,
    pub(super) trades: Vec<Trade>,
    pub(super) languages: Vec<Language>,
}

/// A kind of customer.
#[derive(Debug)]
pub(super) struct Trade {
    pub(super) name: String,
    /// How busy each hour of the local day is.
    pub(super) hours: Vec<u32>,
    /// The shortest and the longest recording, in ms.
    pub(super) audio: [Span; 2],
    pub(super) diarization: String,
    pub(super) names: Vec<Pattern>,
    pub(super) titles: Vec<Pattern>,
    pub(super) references: Vec<Pattern>,
    pub(super) tags: Vec<String>,
}

/// What recordings of a language other than English are called.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) code: String,
    pub(super) names: Vec<Pattern>,
    pub(super) titles: Vec<Pattern>,
}

/// Text with parts to fill in; see the head of `material.toml`.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    OneOf(usize),
    Digits(usize),
    Between(u64, u64),
    Hex(usize),
    Day,
    Date,
    Clock,
    Language,
}

/// What a pattern is filled in with, beside chance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion<'a> {
    /// When the job was submitted, on the customer's own clock, in ms since 1970.
    pub(super) local_ms: i64,
    pub(super) language: &'a str,
}

#[derive(Deserialize)]
struct RawMaterial {
    lists: BTreeMap<String, Vec<String>>,
    trades: Vec<RawTrade>,
    languages: Vec<RawLanguage>,
}

#[derive(Deserialize)]
struct RawTrade {
    name: String,
    hours: Vec<u32>,
    audio: [Span; 2],
    diarization: String,
    names: Vec<String>,
    titles: Vec<String>,
    references: Vec<String>,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct RawLanguage {
    code: String,
    names: Vec<String>,
    titles: Vec<String>,
}

impl Material {
    /// The material that comes with the program.
    pub(super) fn shipped() -> Result<Self, String> {
        Self::parse(TEXT)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let raw: RawMaterial = toml::from_str(text).map_err(|error| error.to_string())?;
        let names: Vec<&str> = raw.lists.keys().map(String::as_str).collect();
        let patterns = |texts: Vec<String>| -> Result<Vec<Pattern>, String> {
            texts.iter().map(|text| Pattern::parse(text, &names)).collect()
        };
        let trade = |raw: RawTrade| -> Result<Trade, String> {
            if raw.hours.len() != 24 {
                return Err(format!("trade {}: {} hours instead of 24", raw.name, raw.hours.len()));
            }
            Ok(Trade {
                names: patterns(raw.names)?,
                titles: patterns(raw.titles)?,
                references: patterns(raw.references)?,
                name: raw.name,
                hours: raw.hours,
                audio: raw.audio,
                diarization: raw.diarization,
                tags: raw.tags,
            })
        };
        let language = |raw: RawLanguage| -> Result<Language, String> {
            Ok(Language { names: patterns(raw.names)?, titles: patterns(raw.titles)?, code: raw.code })
        };
        let trades = raw.trades.into_iter().map(trade).collect::<Result<_, _>>()?;
        let languages = raw.languages.into_iter().map(language).collect::<Result<_, _>>()?;
        Ok(Self { trades, languages, lists: raw.lists.into_values().collect() })
    }

    /// Appends what `pattern` comes to on that occasion.
    pub(super) fn fill(
        &self,
        out: &mut String,
        pattern: &Pattern,
        occasion: Occasion<'_>,
        random: &mut Random,
    ) {
        use std::fmt::Write as _;
        // Writing to a string cannot fail.
        for part in &pattern.0 {
            let _ = match part {
                Part::Text(text) => out.write_str(text),
                Part::OneOf(list) => {
                    let one = self.lists.get(*list).and_then(|list| random.pick(list));
                    out.write_str(one.map_or("", String::as_str))
                }
                Part::Digits(count) => {
                    let bound = 10_u64.saturating_pow(u32::try_from(*count).unwrap_or(u32::MAX));
                    write!(out, "{:0count$}", random.below(bound))
                }
                Part::Between(low, high) => write!(out, "{}", random.between(*low, *high)),
                Part::Hex(count) => {
                    let bits = u32::try_from(count.saturating_mul(4)).unwrap_or(64).clamp(4, 64);
                    write!(out, "{:0count$x}", random.next() >> (64 - bits))
                }
                Part::Language => out.write_str(occasion.language),
                Part::Day => civil(occasion.local_ms).write_day(out),
                Part::Date => civil(occasion.local_ms).write_date(out),
                Part::Clock => civil(occasion.local_ms).write_clock(out),
            };
        }
    }
}

impl Pattern {
    fn parse(text: &str, lists: &[&str]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('{') {
            let (name, after) =
                tail.split_once('}').ok_or_else(|| format!("`{text}`: a brace is not closed"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::parse(name, lists).ok_or_else(|| format!("`{text}`: `{{{name}}}` is unknown"))?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

impl Part {
    fn parse(name: &str, lists: &[&str]) -> Option<Self> {
        if !name.is_empty() && name.bytes().all(|byte| byte == b'#') {
            return Some(Self::Digits(name.len()));
        }
        match name {
            "day" => return Some(Self::Day),
            "date" => return Some(Self::Date),
            "clock" => return Some(Self::Clock),
            "lang" => return Some(Self::Language),
            _ => {}
        }
        if let Some(list) = lists.iter().position(|list| *list == name) {
            return Some(Self::OneOf(list));
        }
        if let Some(count) = name.strip_prefix('x').and_then(|count| count.parse().ok()) {
            return (1..=16).contains(&count).then_some(Self::Hex(count));
        }
        let (low, high) = name.split_once('-')?;
        Some(Self::Between(low.parse().ok()?, high.parse().ok()?))
    }
}
