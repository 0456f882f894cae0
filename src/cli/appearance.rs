//! How the dashboard is to look, from the arguments, the configuration and what the environment says of
//! the terminal. The terminal itself is asked later, where this leaves something open.

use super::Program;
use crate::app::appearance::Appearance;
use crate::config::Looks;
use crate::model::{Colours, ThemeName, Wish};
use crate::ui::Ground;

impl Program {
    pub(super) fn appearance(&self, looks: &Looks) -> Appearance {
        let told = Told {
            theme: self.global.theme.unwrap_or(looks.theme),
            colours: self.global.colours.unwrap_or(looks.colours),
        };
        appearance(told, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }
}

/// What the user said.
#[derive(Clone, Copy, Debug)]
struct Told {
    theme: Wish<ThemeName>,
    colours: Wish<Colours>,
}

/// `NO_COLOR` (set and not empty) goes before all colours, also those that are told; then what is told;
/// then what the environment says.
fn appearance(told: Told, variable: impl Fn(&str) -> Option<String>) -> Appearance {
    let (depth, depth_told) = match told.colours {
        _ if variable("NO_COLOR").is_some() => (Colours::None, true),
        Wish::Be(colours) => (colours, true),
        Wish::Auto => (depth(&variable), false),
    };
    let theme = match told.theme {
        Wish::Be(ThemeName::Ascii) => told.theme,
        _ if depth == Colours::None => Wish::Be(ThemeName::Mono),
        theme => theme,
    };
    let ground = match theme {
        Wish::Be(ThemeName::Light) => Some(Ground::Light),
        Wish::Be(ThemeName::Dark) => Some(Ground::Dark),
        _ => ground(&variable),
    };
    let open = matches!(theme, Wish::Auto | Wish::Be(ThemeName::ColourBlind | ThemeName::Contrast));
    Appearance { theme, depth, depth_told, ground, ask: open && answers(&variable) }
}

/// How many colours the terminal shows. `COLORTERM` is what terminals set for all of them; the rest is for
/// those that do not, or whose variables do not get through (ssh hands `TERM` on, and little else).
fn depth(variable: impl Fn(&str) -> Option<String>) -> Colours {
    let term = variable("TERM").unwrap_or_default();
    let is = |name: &str, words: &[&str]| variable(name).is_some_and(|value| words.contains(&value.as_str()));
    let number = |name: &str| variable(name).and_then(|value| value.parse::<u32>().ok());
    let by_name = if term.contains("256color") {
        Colours::Indexed
    } else if term.starts_with("vt") || term.ends_with("-m") || term.ends_with("-mono") {
        Colours::None
    } else {
        Colours::Sixteen
    };
    // GNU screen knows no more than its TERM says, and hands the variables of the terminal around it on.
    if variable("STY").is_some() && variable("TMUX").is_none() {
        return by_name;
    }
    let all = is("COLORTERM", &["truecolor", "24bit"])
        || term.ends_with("-direct")
        || ["kitty", "alacritty", "ghostty", "foot", "wezterm", "contour"]
            .iter()
            .any(|name| term.contains(name))
        || is("TERM_PROGRAM", &["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"])
        || variable("WT_SESSION").is_some()
        || variable("KONSOLE_VERSION").is_some()
        || number("VTE_VERSION").is_some_and(|version| version >= 3600);
    if all { Colours::True } else { by_name }
}

/// What the terminal draws on, by `COLORFGBG`, which many set and multiplexers hand on: the last of its
/// numbers is one of the sixteen.
fn ground(variable: impl Fn(&str) -> Option<String>) -> Option<Ground> {
    let colours = variable("COLORFGBG")?;
    match colours.rsplit(';').next()?.parse().ok()? {
        7 | 9..=15 => Some(Ground::Light),
        0..=6 | 8 => Some(Ground::Dark),
        _ => None,
    }
}

/// Whether a terminal takes the question for its background as one: some old ones would print it.
fn answers(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    !["linux", "eterm", "vt", "cons", "sun", "ansi"].iter().any(|name| term.starts_with(name))
        && !term.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> {
        |name| set.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
    }

    const NOTHING: Told = Told { theme: Wish::Auto, colours: Wish::Auto };

    #[test]
    fn terminals_are_known_by_their_variables() {
        for (set, colours) in [
            (&[][..], Colours::Sixteen),
            (&[("TERM", "xterm")], Colours::Sixteen),
            (&[("TERM", "linux")], Colours::Sixteen),
            (&[("TERM", "vt220")], Colours::None),
            (&[("TERM", "xterm-256color")], Colours::Indexed),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Colours::True),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "yes")], Colours::Indexed),
            (&[("TERM", "xterm-kitty")], Colours::True),
            (&[("TERM", "xterm-direct")], Colours::True),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], Colours::Indexed),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Colours::True),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7200")], Colours::True),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "3400")], Colours::Indexed),
            (&[("TERM", "screen-256color"), ("COLORTERM", "truecolor"), ("STY", "1.pts")], Colours::Indexed),
            (&[("TERM", "screen"), ("COLORTERM", "truecolor"), ("STY", "1.pts")], Colours::Sixteen),
            (&[("TERM", "tmux-256color"), ("COLORTERM", "truecolor"), ("TMUX", "/tmp/t")], Colours::True),
        ] {
            assert_eq!(depth(variables(set)), colours, "{set:?}");
        }
    }

    #[test]
    fn no_color_goes_before_all_that_is_told_and_what_is_told_before_the_terminal() {
        let truecolour = Told { theme: Wish::Be(ThemeName::Light), colours: Wish::Be(Colours::True) };
        let ascii = Told { theme: Wish::Be(ThemeName::Ascii), ..truecolour };
        let xterm = ("TERM", "xterm-256color");
        for (told, set, theme, depth, ask) in [
            (truecolour, &[("NO_COLOR", "1"), xterm][..], Wish::Be(ThemeName::Mono), Colours::None, false),
            (ascii, &[("NO_COLOR", "1"), xterm], Wish::Be(ThemeName::Ascii), Colours::None, false),
            (truecolour, &[xterm], Wish::Be(ThemeName::Light), Colours::True, false),
            (NOTHING, &[xterm], Wish::Auto, Colours::Indexed, true),
            (NOTHING, &[("TERM", "linux")], Wish::Auto, Colours::Sixteen, false),
            (NOTHING, &[("TERM", "vt100")], Wish::Be(ThemeName::Mono), Colours::None, false),
            (
                Told { theme: Wish::Be(ThemeName::Contrast), ..NOTHING },
                &[xterm],
                Wish::Be(ThemeName::Contrast),
                Colours::Indexed,
                true,
            ),
        ] {
            let found = appearance(told, variables(set));
            assert_eq!((found.theme, found.depth, found.ask), (theme, depth, ask), "{told:?} {set:?}");
        }
    }

    #[test]
    fn the_background_is_read_from_the_environment() {
        for (value, expected) in [
            ("15;0", Some(Ground::Dark)),
            ("0;15", Some(Ground::Light)),
            ("0;default;15", Some(Ground::Light)),
            ("12;8", Some(Ground::Dark)),
            ("0;7", Some(Ground::Light)),
            ("default;default", None),
            ("0;200", None),
        ] {
            assert_eq!(ground(variables(&[("COLORFGBG", value)])), expected, "{value}");
        }
        let light = Told { theme: Wish::Be(ThemeName::Light), ..NOTHING };
        assert_eq!(
            appearance(light, variables(&[])).ground,
            Some(Ground::Light),
            "a light theme stands on light"
        );
    }
}
