//! How the screen looks: theme, colours and time zone. Words become what they mean; what the terminal is,
//! is found out elsewhere.

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::DeValue;

use crate::catalog::nearest_of;
use crate::model::{Colours, ThemeName, Wish};

use super::document::Reader;
use super::error::{At, Problem, Problems, shown};

/// What a theme may be called.
pub const THEMES: [&str; 7] = ["auto", "dark", "light", "colour-blind", "contrast", "mono", "ascii"];
/// How the number of colours may be written.
pub const COLOURS: [&str; 5] = ["auto", "truecolour", "256", "16", "none"];

/// What the file says of it.
#[derive(Debug, Default)]
pub(super) struct RawLooks {
    theme: Option<At<String>>,
    colours: Option<At<String>>,
    timezone: Option<At<String>>,
}

/// How the screen is to look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looks {
    /// The theme.
    pub theme: Wish<ThemeName>,
    /// How many colours the terminal is taken to show.
    pub colours: Wish<Colours>,
    /// The zone in which times are shown; `None`: the system's own.
    pub timezone: Option<TimeZone>,
}

impl RawLooks {
    /// Takes one of the fields `theme`, `colours` and `timezone`.
    pub(super) fn take(&mut self, reader: &mut Reader<'_>, field: &str, value: &Spanned<DeValue<'_>>) {
        let (place, example) = match field {
            "theme" => (&mut self.theme, "theme = \"auto\""),
            "colours" => (&mut self.colours, "colours = \"auto\""),
            _ => (&mut self.timezone, "timezone = \"Europe/London\""),
        };
        *place = reader.text(value, field, example);
    }

    /// What it comes to; what is wrong is noted, and left as if it were not said.
    pub(super) fn resolve(self, problems: &mut Problems) -> Looks {
        Looks {
            theme: word(self.theme, "theme", &THEMES, problems),
            colours: word(self.colours, "colours", &COLOURS, problems),
            timezone: self.timezone.and_then(|name| zone(&name, problems)),
        }
    }
}

fn word<T: std::str::FromStr>(
    written: Option<At<String>>,
    field: &str,
    words: &[&str],
    problems: &mut Problems,
) -> Wish<T> {
    let Some(At { value, place }) = written else { return Wish::Auto };
    value.to_lowercase().parse().unwrap_or_else(|_| {
        let nearest = nearest_of(&value, words.iter().copied());
        let nearest = nearest.map_or(String::new(), |word| format!("The nearest is {word:?}. "));
        let remedy = format!("{nearest}Known: {}.", words.join(", "));
        problems.add(Problem::new(&place, format!("there is no {field} {}", shown(&value)), remedy));
        Wish::Auto
    })
}

/// A zone; `local` is the system's own, and nothing to be kept.
fn zone(written: &At<String>, problems: &mut Problems) -> Option<TimeZone> {
    if written.value == "local" {
        return None;
    }
    TimeZone::get(&written.value)
        .map_err(|_| {
            let what = format!("there is no time zone {}", shown(&written.value));
            let remedy = "Write an IANA name such as \"Europe/London\", \"UTC\", or \"local\".";
            problems.add(Problem::new(&written.place, what, remedy));
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn the_words_are_those_of_the_enumerations() {
        let themes: Vec<String> = ThemeName::VARIANTS.iter().map(ToString::to_string).collect();
        assert_eq!(THEMES[0], "auto");
        assert_eq!(THEMES[1..], themes);
        let mut colours: Vec<String> = Colours::VARIANTS.iter().map(ToString::to_string).collect();
        colours.reverse();
        assert_eq!(COLOURS[0], "auto");
        assert_eq!(COLOURS[1..], colours);
    }
}
