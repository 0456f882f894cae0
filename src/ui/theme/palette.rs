//! The palettes: what colour each role has, by theme and by the background that it stands on. One table of
//! 24-bit colours; `depth` brings them down. A role that must be read has a contrast of 4.5 and more (7 in
//! the theme of high contrast) on every background that is usual for its ground, and on the selection.

use ratatui::style::Color;

use super::Ground;
use super::depth::{Ink, ink};
use crate::model::ThemeName;

/// The colours of the roles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    /// `None`: what the terminal has for text.
    pub(super) text: Option<Ink>,
    pub(super) quiet: Ink,
    pub(super) border: Ink,
    pub(super) title: Ink,
    pub(super) accent: Ink,
    pub(super) good: Ink,
    pub(super) active: Ink,
    pub(super) warning: Ink,
    pub(super) bad: Ink,
    /// The bar under the selected row.
    pub(super) selection: Ink,
    /// The text on it; `None`: each cell keeps its own.
    pub(super) selected: Option<Ink>,
}

const DARK: Palette = Palette {
    text: None,
    quiet: ink(0x009a_a4af, Color::Gray),
    border: ink(0x006e_7985, Color::DarkGray),
    title: ink(0x00dd_e3e9, Color::White),
    accent: ink(0x0063_d8e6, Color::LightCyan),
    good: ink(0x007f_d88f, Color::LightGreen),
    active: ink(0x007f_c4ff, Color::LightBlue),
    warning: ink(0x00f0_c95c, Color::LightYellow),
    bad: ink(0x00ff_8f87, Color::LightRed),
    selection: ink(0x001f_3a5f, Color::Blue),
    selected: None,
};

const LIGHT: Palette = Palette {
    text: None,
    quiet: ink(0x0057_606a, Color::DarkGray),
    border: ink(0x007d_8590, Color::Gray),
    title: ink(0x001f_2328, Color::Black),
    accent: ink(0x0005_50ae, Color::Blue),
    good: ink(0x0011_632a, Color::Green),
    active: ink(0x0005_637f, Color::Cyan),
    warning: ink(0x007d_4e00, Color::Magenta),
    bad: ink(0x00b3_131d, Color::Red),
    selection: ink(0x00d3_e3f5, Color::Gray),
    selected: None,
};

/// After Okabe and Ito: bluish green, sky blue, yellow and vermilion, and for the accent reddish purple;
/// as light as a dark background wants.
const COLOUR_BLIND_DARK: Palette = Palette {
    accent: ink(0x00e3_a0c8, Color::LightMagenta),
    good: ink(0x008f_e6cb, Color::LightCyan),
    active: ink(0x003f_b0ff, Color::LightBlue),
    warning: ink(0x00f0_e442, Color::LightYellow),
    bad: ink(0x00f5_8a45, Color::LightRed),
    ..DARK
};

/// The same as dark as a light background wants. Yellow would be brown there, and not to be told from
/// vermilion: reddish purple warns, and the accent is black.
const COLOUR_BLIND_LIGHT: Palette = Palette {
    accent: ink(0x001f_2328, Color::Black),
    good: ink(0x0000_452f, Color::Cyan),
    active: ink(0x0000_629b, Color::Blue),
    warning: ink(0x008a_3074, Color::Magenta),
    bad: ink(0x0096_4400, Color::Red),
    ..LIGHT
};

const CONTRAST_DARK: Palette = Palette {
    text: Some(ink(0x00ff_ffff, Color::White)),
    quiet: ink(0x00d0_d0d0, Color::Gray),
    border: ink(0x00b4_b4b4, Color::Gray),
    title: ink(0x00ff_ffff, Color::White),
    accent: ink(0x0000_ffff, Color::LightCyan),
    good: ink(0x006d_ff6d, Color::LightGreen),
    active: ink(0x0086_d0ff, Color::LightBlue),
    warning: ink(0x00ff_ff55, Color::LightYellow),
    bad: ink(0x00ff_a3a3, Color::LightRed),
    selection: ink(0x00ff_ffff, Color::White),
    selected: Some(ink(0x0000_0000, Color::Black)),
};

const CONTRAST_LIGHT: Palette = Palette {
    text: Some(ink(0x0000_0000, Color::Black)),
    quiet: ink(0x003d_3d3d, Color::Black),
    border: ink(0x004f_4f4f, Color::DarkGray),
    title: ink(0x0000_0000, Color::Black),
    accent: ink(0x0000_308f, Color::Blue),
    good: ink(0x000a_4a12, Color::Green),
    active: ink(0x0000_406b, Color::Blue),
    warning: ink(0x005a_3300, Color::Magenta),
    bad: ink(0x008b_0000, Color::Red),
    selection: ink(0x0000_0000, Color::Black),
    selected: Some(ink(0x00ff_ffff, Color::White)),
};

impl Palette {
    /// The palette of a theme on a ground; `None` for those that have no colours.
    pub(super) const fn of(name: ThemeName, ground: Ground) -> Option<Self> {
        Some(match (name, ground) {
            (ThemeName::Dark, _) => DARK,
            (ThemeName::Light, _) => LIGHT,
            (ThemeName::ColourBlind, Ground::Dark) => COLOUR_BLIND_DARK,
            (ThemeName::ColourBlind, Ground::Light) => COLOUR_BLIND_LIGHT,
            (ThemeName::Contrast, Ground::Dark) => CONTRAST_DARK,
            (ThemeName::Contrast, Ground::Light) => CONTRAST_LIGHT,
            (ThemeName::Mono | ThemeName::Ascii, _) => return None,
        })
    }
}
