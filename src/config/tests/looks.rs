use jiff::tz::TimeZone;

use super::*;
use crate::config::Looks;
use crate::model::{Colours, ThemeName, Wish};

fn looks(config: &str) -> Looks {
    Home::with(config).load().unwrap().looks
}

#[test]
fn what_is_said_of_the_looks_is_taken() {
    assert_eq!(looks(""), Looks::default());
    for (word, theme) in [
        ("auto", Wish::Auto),
        ("light", Wish::Be(ThemeName::Light)),
        ("Colorblind", Wish::Be(ThemeName::ColourBlind)),
        ("contrast", Wish::Be(ThemeName::Contrast)),
    ] {
        assert_eq!(looks(&format!("theme = \"{word}\"")).theme, theme, "{word}");
    }
    for (word, colours) in [("truecolor", Colours::True), ("256", Colours::Indexed), ("none", Colours::None)]
    {
        assert_eq!(looks(&format!("colours = \"{word}\"")).colours, Wish::Be(colours), "{word}");
    }
    assert_eq!(looks("timezone = \"local\"").timezone, None);
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    assert_eq!(looks("timezone = \"Asia/Tokyo\"").timezone, Some(tokyo));
}

#[test]
fn what_is_wrong_with_the_looks_is_named() {
    for (config, words) in [
        ("theme = \"drak\"", ["1:9", "there is no theme `drak`", "\"dark\"", "colour-blind"]),
        ("theme = 1", ["1:9", "`theme` is a whole number", "theme = \"auto\"", ""]),
        ("colours = \"8\"", ["1:11", "there is no colours", "truecolour", "256"]),
        ("colors = \"256\"", ["1:1", "unknown field `colors`", "`colours`", ""]),
        ("timezone = \"Mars/Olympus\"", ["1:12", "there is no time zone", "Europe/London", "UTC"]),
    ] {
        let error = Home::with(config).refused();
        for word in words {
            assert!(error.contains(word), "{config}: {error}\nlacks {word}");
        }
    }
}
