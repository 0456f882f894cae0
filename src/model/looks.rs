//! Words for how the screen looks, as people write them in the configuration and behind options: a theme,
//! and how many colours. What they come to is drawn elsewhere.

use std::str::FromStr;

use strum::{Display, EnumString, VariantArray};

/// The themes by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ThemeName {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Hues that people tell apart who see no red, no green or no blue.
    #[strum(
        to_string = "colour-blind",
        serialize = "colorblind",
        serialize = "color-blind",
        serialize = "colourblind"
    )]
    ColourBlind,
    /// High contrast.
    #[strum(to_string = "contrast", serialize = "high-contrast")]
    Contrast,
    /// No colours at all: bold, dim, underlined and reversed only. What `NO_COLOR` asks for.
    Mono,
    /// As mono, and nothing but ASCII characters.
    Ascii,
}

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, EnumString, VariantArray)]
pub enum Colours {
    /// None; bold, dim, underlined and reversed are left.
    #[strum(serialize = "none")]
    None,
    /// The sixteen whose values are the terminal's own.
    #[strum(serialize = "16")]
    Sixteen,
    /// The 256 of xterm: sixteen, a cube of six steps a side, and 24 greys.
    #[strum(serialize = "256")]
    Indexed,
    /// All of them, 24 bits each.
    #[strum(to_string = "truecolour", serialize = "truecolor", serialize = "24bit")]
    True,
}

/// What somebody wishes: that it be found out, or one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish<T> {
    /// By the terminal.
    #[default]
    Auto,
    /// This.
    Be(T),
}

impl<T: FromStr> FromStr for Wish<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Be) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for theme in ThemeName::VARIANTS {
            assert_eq!(theme.to_string().parse(), Ok(Wish::Be(*theme)));
        }
        for colours in Colours::VARIANTS {
            assert_eq!(colours.to_string().parse(), Ok(Wish::Be(*colours)));
        }
        for (word, theme) in [("colorblind", ThemeName::ColourBlind), ("high-contrast", ThemeName::Contrast)]
        {
            assert_eq!(word.parse(), Ok(theme));
        }
        assert_eq!("truecolor".parse(), Ok(Colours::True));
        assert_eq!("auto".parse(), Ok(Wish::<Colours>::Auto));
        assert!("blue".parse::<Wish<ThemeName>>().is_err());
    }
}
