//! Colours brought down to what a terminal shows: all, the 256 of xterm, its own sixteen, or none.

use ratatui::style::{Color, Style};

use super::rgb::Rgb;
use crate::model::Colours;

/// A colour as it is meant, and which of the terminal's own sixteen comes nearest in meaning: their values
/// are the user's, so that no distance says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub(super) rgb: Rgb,
    pub(super) own: Color,
}

/// An ink.
pub(super) const fn ink(rgb: u32, own: Color) -> Ink {
    Ink { rgb: Rgb(rgb), own }
}

impl Ink {
    /// As a terminal of this depth shows it; nothing where it shows none.
    pub(super) fn at(self, depth: Colours) -> Option<Color> {
        match depth {
            Colours::True => Some(self.rgb.color()),
            Colours::Indexed => Some(Color::Indexed(nearest(self.rgb))),
            Colours::Sixteen => Some(self.own),
            Colours::None => None,
        }
    }

    /// Text of it.
    pub(super) fn text(self, depth: Colours) -> Style {
        self.at(depth).map_or(Style::new(), |color| Style::new().fg(color))
    }
}

/// The six steps of a side of xterm's cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What the 256 are, but the first sixteen: those are the user's.
pub(super) fn indexed(index: u8) -> Option<Rgb> {
    let own = index.checked_sub(16)?;
    if let Some(grey) = index.checked_sub(232) {
        let level = grey * 10 + 8;
        return Some(Rgb::new(level, level, level));
    }
    let step = |side: u8| STEPS.get(usize::from(side % 6)).copied().unwrap_or_default();
    Some(Rgb::new(step(own / 36), step(own / 6), step(own)))
}

/// The one of the 240 that looks most like a colour.
fn nearest(rgb: Rgb) -> u8 {
    let unlike = |index: &u8| indexed(*index).map_or(f64::MAX, |other| rgb.distance(other));
    (16..=u8::MAX).min_by(|one, other| unlike(one).total_cmp(&unlike(other))).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_256_is_its_own_nearest() {
        for index in 16..=u8::MAX {
            let rgb = indexed(index).unwrap();
            // Some stand in the cube and among the greys.
            assert_eq!(indexed(nearest(rgb)), Some(rgb), "{index}");
        }
        assert_eq!(indexed(15), None);
        assert_eq!(indexed(196), Some(Rgb(0x00ff_0000)));
        assert_eq!(indexed(255), Some(Rgb(0x00ee_eeee)));
    }

    #[test]
    fn each_depth_has_its_own_kind_of_colour() {
        let ink = ink(0x00ff_8080, Color::LightRed);
        assert_eq!(ink.at(Colours::True), Some(Color::Rgb(255, 128, 128)));
        assert_eq!(ink.at(Colours::Indexed), Some(Color::Indexed(210)));
        assert_eq!(ink.at(Colours::Sixteen), Some(Color::LightRed));
        assert_eq!(ink.at(Colours::None), None);
    }
}
