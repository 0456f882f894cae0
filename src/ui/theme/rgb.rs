//! Colours as numbers: how bright one is, how well two can be told apart, and how near they are. From the
//! definitions of WCAG 2.1 and `OKLab`.

use ratatui::style::Color;

/// A colour of 24 bits, as the web writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) u32);

impl Rgb {
    /// Of three parts.
    pub(crate) const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self(u32::from_be_bytes([0, red, green, blue]))
    }

    /// Red, green and blue.
    pub(crate) const fn parts(self) -> [u8; 3] {
        let [_, red, green, blue] = self.0.to_be_bytes();
        [red, green, blue]
    }

    /// For a terminal that shows all of them.
    pub(super) const fn color(self) -> Color {
        let [red, green, blue] = self.parts();
        Color::Rgb(red, green, blue)
    }

    /// Its parts as light, each from 0 to 1.
    pub(super) fn linear(self) -> [f64; 3] {
        self.parts().map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// From 0, black, to 1, white.
    pub(crate) fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// How well one can be read on the other: from 1, not at all, to 21, black on white.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (own, other) = (self.luminance(), other.luminance());
        (own.max(other) + 0.05) / (own.min(other) + 0.05)
    }

    /// How unlike they look: from 0, the same, to 1.
    pub(super) fn distance(self, other: Self) -> f64 {
        let (own, other) = (lab(self.linear()), lab(other.linear()));
        own.iter().zip(other).map(|(own, other)| (own - other).powi(2)).sum::<f64>().sqrt()
    }
}

/// Light as the eye takes it, in `OKLab`.
pub(super) fn lab([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
    let middle = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
    let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
    [
        0.210_454_255_3 * long + 0.793_617_785_0 * middle - 0.004_072_046_8 * short,
        1.977_998_495_1 * long - 2.428_592_205_0 * middle + 0.450_593_709_9 * short,
        0.025_904_037_1 * long + 0.782_771_766_2 * middle - 0.808_675_766_0 * short,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_what_lies_between() {
        let (black, white) = (Rgb(0), Rgb(0x00ff_ffff));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((black.contrast(black) - 1.0).abs() < 1e-9);
        assert!((black.distance(white) - 1.0).abs() < 1e-3);
        // The example of the WCAG: the lightest grey that may stand on white.
        assert!((Rgb(0x0076_7676).contrast(white) - 4.54).abs() < 0.01);
        assert_eq!(Rgb::new(1, 2, 3).parts(), [1, 2, 3]);
    }
}
