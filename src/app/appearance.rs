//! How the screen is to look, as far as it is known before the terminal is asked, and what that comes to.

use crate::model::{Colours, ThemeName, Wish};
use crate::ui::{Ground, Theme};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance {
    /// The theme that is wished for.
    pub theme: Wish<ThemeName>,
    /// How many colours are shown.
    pub depth: Colours,
    /// Whether that was told, and not found out.
    pub depth_told: bool,
    /// What the terminal draws on, as far as its environment tells.
    pub ground: Option<Ground>,
    /// Whether the terminal may be asked for it: it would change something, and the terminal is none that
    /// would print the question.
    pub ask: bool,
}

impl Appearance {
    /// The theme; `told` is what the terminal said of its background.
    pub fn theme(self, told: Option<Ground>) -> Theme {
        let ground = told.or(self.ground).unwrap_or_default();
        let name = match self.theme {
            Wish::Be(name) => name,
            Wish::Auto if self.depth == Colours::None => ThemeName::Mono,
            Wish::Auto => ground.theme(),
        };
        Theme::new(name, ground, self.depth)
    }

    /// For a picture, which has all colours and a dark ground of its own, whatever the terminal has.
    #[must_use]
    pub fn in_a_picture(self) -> Self {
        let depth = if self.depth_told { self.depth } else { Colours::True };
        Self { depth, ground: None, ask: false, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_goes_before_what_the_terminal_says() {
        let look = |theme, depth, ground| Appearance { theme, depth, depth_told: false, ground, ask: true };
        let (light, dark) = (Some(Ground::Light), Some(Ground::Dark));
        for (theme, depth, environment, told, name) in [
            (Wish::Auto, Colours::True, None, None, ThemeName::Dark),
            (Wish::Auto, Colours::True, light, None, ThemeName::Light),
            (Wish::Auto, Colours::True, light, dark, ThemeName::Dark),
            (Wish::Auto, Colours::Sixteen, dark, light, ThemeName::Light),
            (Wish::Auto, Colours::None, dark, light, ThemeName::Mono),
            (Wish::Be(ThemeName::Dark), Colours::True, light, light, ThemeName::Dark),
            (Wish::Be(ThemeName::Ascii), Colours::None, light, light, ThemeName::Ascii),
        ] {
            assert_eq!(look(theme, depth, environment).theme(told).name(), name);
        }
        let contrast = look(Wish::Be(ThemeName::Contrast), Colours::True, None);
        assert_ne!(contrast.theme(light), contrast.theme(dark), "it follows the ground");
        let picture = look(Wish::Auto, Colours::Sixteen, light).in_a_picture().theme(None);
        assert_eq!(picture, Theme::named(ThemeName::Dark));
    }
}
