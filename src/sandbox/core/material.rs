//! What made-up jobs are made of: trades, languages, names, titles, references, from `material.toml`. It turns
//! patterns into text; it decides nothing about a job's fate.

use std::collections::BTreeMap;
use std::fmt::Write as _;

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
    pub(super) works: Vec<Work>,
    pub(super) references: Vec<Pattern>,
    pub(super) tags: Vec<String>,
}

/// A recording's name, and the title that goes with it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) name: Pattern,
    pub(super) title: Pattern,
}

/// What the trades call recordings of a language other than English; in the order of the trades.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) code: String,
    pub(super) works: Vec<Vec<Work>>,
}

/// Text with parts to fill in; see the head of `material.toml`.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Part>);

/// A part, and which mention of the like it is in its pattern: what both come to is drawn from those two.
#[derive(Debug)]
struct Part {
    kind: Kind,
    mention: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Text(String),
    OneOf(usize),
    Digits(usize),
    Between(u64, u64),
    Hex(usize),
    Day,
    Date,
    Clock,
}

/// What a pattern is filled in for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion {
    /// When the job was submitted, on the customer's own clock, in ms since 1970.
    pub(super) local_ms: i64,
    /// The job's.
    pub(super) seed: u64,
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
    works: Vec<[String; 2]>,
    references: Vec<String>,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct RawLanguage {
    code: String,
    works: BTreeMap<String, Vec<[String; 2]>>,
}

impl Material {
    /// The material that comes with the program.
    pub(super) fn shipped() -> Result<Self, String> {
        Self::parse(TEXT)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let raw: RawMaterial = toml::from_str(text).map_err(|error| error.to_string())?;
        let lists: Vec<&str> = raw.lists.keys().map(String::as_str).collect();
        let trades: Vec<Trade> =
            raw.trades.into_iter().map(|raw| Trade::new(raw, &lists)).collect::<Result<_, _>>()?;
        let languages = raw.languages.into_iter().map(|raw| Language::new(raw, &trades, &lists));
        let languages = languages.collect::<Result<_, _>>()?;
        Ok(Self { trades, languages, lists: raw.lists.into_values().collect() })
    }

    /// What `pattern` comes to on that occasion.
    pub(super) fn filled(&self, pattern: &Pattern, occasion: Occasion) -> String {
        let mut out = String::with_capacity(48);
        for part in &pattern.0 {
            self.write(&mut out, part, occasion);
        }
        out
    }

    fn write(&self, out: &mut String, part: &Part, occasion: Occasion) {
        let drawn = |purpose: u64| Random::new(occasion.seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        match &part.kind {
            Kind::Text(text) => out.push_str(text),
            Kind::OneOf(list) => {
                let entries = self.lists.get(*list).map_or(&[] as &[String], Vec::as_slice);
                out.push_str(one_of(
                    entries,
                    part.mention,
                    &mut drawn(1 + (u64::try_from(*list).unwrap_or(0) << 8)),
                ));
            }
            Kind::Digits(count) => {
                let bound = 10_u64.saturating_pow(u32::try_from(*count).unwrap_or(u32::MAX));
                // Writing to a string cannot fail.
                let _ = write!(out, "{:0count$}", drawn(2 + (part.mention << 8)).below(bound));
            }
            Kind::Between(low, high) => {
                let _ = write!(out, "{}", drawn(3 + (part.mention << 8) + (high << 16)).between(*low, *high));
            }
            Kind::Hex(count) => {
                let bits = u32::try_from(count.saturating_mul(4)).unwrap_or(64).clamp(4, 64);
                let _ = write!(out, "{:0count$x}", drawn(4 + (part.mention << 8)).next() >> (64 - bits));
            }
            Kind::Day => civil(occasion.local_ms).write_day(out),
            Kind::Date => civil(occasion.local_ms).write_date(out),
            Kind::Clock => civil(occasion.local_ms).write_clock(out),
        }
    }
}

/// One of the list; a second mention is never the first again, where there is a choice.
fn one_of<'a>(list: &'a [String], mention: u64, random: &mut Random) -> &'a str {
    let count = u64::try_from(list.len()).unwrap_or(0);
    let place = random.below(count);
    let place = if mention > 0 && count > 1 { (place + mention) % count } else { place };
    list.get(usize::try_from(place).unwrap_or(0)).map_or("", String::as_str)
}

impl Trade {
    fn new(raw: RawTrade, lists: &[&str]) -> Result<Self, String> {
        if raw.hours.len() != 24 {
            return Err(format!("trade {}: {} hours instead of 24", raw.name, raw.hours.len()));
        }
        Ok(Self {
            works: raw.works.iter().map(|pair| Work::new(pair, lists)).collect::<Result<_, _>>()?,
            references: raw
                .references
                .iter()
                .map(|text| Pattern::parse(text, lists))
                .collect::<Result<_, _>>()?,
            name: raw.name,
            hours: raw.hours,
            audio: raw.audio,
            diarization: raw.diarization,
            tags: raw.tags,
        })
    }
}

impl Work {
    fn new([name, title]: &[String; 2], lists: &[&str]) -> Result<Self, String> {
        Ok(Self { name: Pattern::parse(name, lists)?, title: Pattern::parse(title, lists)? })
    }
}

impl Language {
    fn new(raw: RawLanguage, trades: &[Trade], lists: &[&str]) -> Result<Self, String> {
        if let Some(name) = raw.works.keys().find(|name| trades.iter().all(|trade| trade.name != **name)) {
            return Err(format!("language {}: there is no trade `{name}`", raw.code));
        }
        let of_trade = |trade: &Trade| {
            let pairs = raw.works.get(&trade.name).map_or(&[] as &[[String; 2]], Vec::as_slice);
            pairs.iter().map(|pair| Work::new(pair, lists)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { works: trades.iter().map(of_trade).collect::<Result<_, _>>()?, code: raw.code })
    }
}

impl Pattern {
    fn parse(text: &str, lists: &[&str]) -> Result<Self, String> {
        let mut parts: Vec<Part> = Vec::new();
        let mut push = |kind: Kind| {
            let mention = parts.iter().filter(|part| part.kind == kind).count();
            parts.push(Part { kind, mention: u64::try_from(mention).unwrap_or(0) });
        };
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('{') {
            let (name, after) =
                tail.split_once('}').ok_or_else(|| format!("`{text}`: a brace is not closed"))?;
            if !before.is_empty() {
                push(Kind::Text(before.to_owned()));
            }
            push(Kind::parse(name, lists).ok_or_else(|| format!("`{text}`: `{{{name}}}` is unknown"))?);
            rest = after;
        }
        if !rest.is_empty() {
            push(Kind::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

impl Kind {
    fn parse(name: &str, lists: &[&str]) -> Option<Self> {
        if !name.is_empty() && name.bytes().all(|byte| byte == b'#') {
            return Some(Self::Digits(name.len()));
        }
        match name {
            "day" => return Some(Self::Day),
            "date" => return Some(Self::Date),
            "clock" => return Some(Self::Clock),
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

#[cfg(test)]
mod tests {
    use super::{Material, Occasion, Pattern};

    fn filled(material: &Material, pattern: &str, seed: u64) -> String {
        let lists = ["desk", "party"];
        let pattern = Pattern::parse(pattern, &lists).unwrap();
        material.filled(&pattern, Occasion { local_ms: 1_795_443_930_000, seed })
    }

    fn material() -> Material {
        let text = "trades = []\nlanguages = []\n[lists]\ndesk = [\"a\"]\nparty = [\"x\", \"y\"]";
        Material::parse(text).unwrap()
    }

    #[test]
    fn the_shipped_material_is_sound() {
        let material = Material::shipped().unwrap();
        assert!(material.trades.iter().all(|trade| !trade.works.is_empty() && !trade.references.is_empty()));
    }

    #[test]
    fn parts_are_filled_in() {
        let material = material();
        assert_eq!(filled(&material, "{desk}-{day}T{clock} {date}", 1), "a-20261123T142530 2026-11-23");
        assert_eq!(filled(&material, "{####}", 5).len(), 4);
        assert_eq!(filled(&material, "{x8}", 5).len(), 8);
        for seed in 0..50 {
            let number: u64 = filled(&material, "{3-5}", seed).parse().unwrap();
            assert!((3..=5).contains(&number));
        }
    }

    #[test]
    fn the_same_part_comes_to_the_same_text_and_a_second_mention_to_another() {
        let material = material();
        for seed in 0..50 {
            let both = filled(&material, "{party} {party}", seed);
            assert!(["x y", "y x"].contains(&both.as_str()), "{both}");
            assert!(both.starts_with(&filled(&material, "{party}", seed)));
            assert_eq!(filled(&material, "a {######}", seed)[2..], filled(&material, "{######}", seed));
        }
    }

    #[test]
    fn mistakes_are_named() {
        for pattern in ["{nobody}", "{desk", "{3-}", "{x99}", "{}"] {
            assert!(Pattern::parse(pattern, &["desk"]).unwrap_err().contains(pattern), "{pattern}");
        }
    }
}
