use strum::VariantArray;

use super::depth::indexed;
use super::rgb::lab;
use super::*;

/// Backgrounds that terminals have: black, and those of well-known schemes, the farthest from black last.
const DARK: [Rgb; 3] = [Rgb(0), Rgb(0x001e_1e1e), Rgb(0x0028_2c34)];
const LIGHT: [Rgb; 3] = [Rgb(0x00ff_ffff), Rgb(0x00fd_f6e3), Rgb(0x00f0_f0f0)];

const COLOURED: [(ThemeName, Ground); 6] = [
    (ThemeName::Dark, Ground::Dark),
    (ThemeName::Light, Ground::Light),
    (ThemeName::ColourBlind, Ground::Dark),
    (ThemeName::ColourBlind, Ground::Light),
    (ThemeName::Contrast, Ground::Dark),
    (ThemeName::Contrast, Ground::Light),
];

fn rgb(color: Option<Color>) -> Option<Rgb> {
    match color? {
        Color::Rgb(red, green, blue) => Some(Rgb::new(red, green, blue)),
        Color::Indexed(index) => Some(indexed(index).expect("none of the user's own")),
        other => panic!("{other:?}"),
    }
}

/// The roles whose words must be read.
fn words(theme: &Theme) -> Vec<(&'static str, Style)> {
    vec![
        ("text", theme.text),
        ("quiet", theme.quiet),
        ("title", theme.title),
        ("accent", theme.accent),
        ("good", theme.good),
        ("active", theme.active),
        ("warning", theme.warning),
        ("bad", theme.bad),
        ("critical", theme.critical),
        ("stale", theme.stale),
        ("wrong", theme.wrong),
    ]
}

/// Every word on every background of its ground and on the selection, every line on every background.
fn assert_legible(depth: Colours, word: f64, strong: f64, line: f64) {
    for (name, ground) in COLOURED {
        let theme = Theme::new(name, ground, depth);
        let grounds = if ground == Ground::Dark { DARK } else { LIGHT };
        let least = if name == ThemeName::Contrast { strong } else { word };
        let selection = rgb(theme.selected.bg).unwrap();
        for (role, style) in words(&theme) {
            let Some(own) = rgb(style.fg) else { continue };
            for ground in grounds {
                let ratio = own.contrast(ground);
                assert!(ratio >= least, "{name} {depth}: {role} on {ground:06x?} has {ratio:.2}");
            }
            let on_selection = rgb(theme.selected.fg).unwrap_or(own).contrast(selection);
            assert!(on_selection >= least, "{name} {depth}: {role} selected has {on_selection:.2}");
        }
        for ground in grounds {
            let ratio = rgb(theme.border.fg).unwrap().contrast(ground);
            assert!(ratio >= line, "{name} {depth}: lines on {ground:06x?} have {ratio:.2}");
        }
    }
}

#[test]
fn every_role_can_be_read_on_every_usual_background() {
    assert_legible(Colours::True, 4.5, 7.0, 3.0);
    // The nearest of the 256 is a little off.
    assert_legible(Colours::Indexed, 4.1, 6.0, 2.4);
}

/// What red, green and blue become for eyes without one kind of cone, by Machado, Oliveira and Fernandes
/// (2009), and how unlike two roles must stay for them. No blue is the rarest by far.
const EYES: [(&str, [[f64; 3]; 3], f64); 3] = [
    (
        "no red",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        0.07,
    ),
    (
        "no green",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        0.07,
    ),
    (
        "no blue",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
        0.045,
    ),
];

fn seen(color: Rgb, eye: &[[f64; 3]; 3]) -> [f64; 3] {
    let light = color.linear();
    lab(eye.map(|row| row.iter().zip(light).map(|(share, light)| share * light).sum::<f64>().max(0.0)))
}

/// How unlike the two most alike of the four states look.
fn least_apart(theme: &Theme, eye: &[[f64; 3]; 3]) -> f64 {
    let states = [theme.good, theme.active, theme.warning, theme.bad];
    let seen: Vec<[f64; 3]> = states.iter().map(|style| seen(rgb(style.fg).unwrap(), eye)).collect();
    let mut least = f64::MAX;
    for (at, one) in seen.iter().enumerate() {
        for other in &seen[at + 1..] {
            let apart: f64 = one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum();
            least = least.min(apart.sqrt());
        }
    }
    least
}

#[test]
fn the_colour_blind_theme_keeps_the_states_apart_for_all_eyes() {
    for ground in [Ground::Dark, Ground::Light] {
        let theme = Theme::new(ThemeName::ColourBlind, ground, Colours::True);
        for (eye, matrix, least) in &EYES {
            let apart = least_apart(&theme, matrix);
            assert!(apart >= *least, "{ground:?}, {eye}: {apart:.3}");
        }
    }
    // That is what it is for: with the ordinary themes they are not.
    let ordinary = Theme::new(ThemeName::Dark, Ground::Dark, Colours::True);
    assert!(least_apart(&ordinary, &EYES[1].1) < EYES[1].2);
}

#[test]
fn no_style_has_a_colour_outside_its_depth() {
    for name in ThemeName::VARIANTS {
        for depth in Colours::VARIANTS {
            for ground in [Ground::Dark, Ground::Light] {
                let theme = Theme::new(*name, ground, *depth);
                let styles = words(&theme).into_iter().map(|(_, style)| style);
                for style in styles.chain([theme.border, theme.selected]) {
                    for color in [style.fg, style.bg, style.underline_color].into_iter().flatten() {
                        assert!(within(color, *depth), "{name} {depth}: {color:?}");
                    }
                }
                assert_eq!(theme.name(), *name);
            }
        }
    }
}

/// Whether a terminal of this depth has a colour.
fn within(color: Color, depth: Colours) -> bool {
    match color {
        Color::Reset => true,
        Color::Rgb(..) => depth == Colours::True,
        Color::Indexed(index) => depth == Colours::Indexed && index >= 16,
        _ => depth == Colours::Sixteen,
    }
}

#[test]
fn walking_comes_round() {
    for (depth, round) in [(Colours::True, 6), (Colours::Sixteen, 6), (Colours::None, 2)] {
        let first = Theme::new(ThemeName::Mono, Ground::Light, depth);
        let mut walked = vec![first.clone()];
        loop {
            let next = walked.last().unwrap().next();
            if next == first {
                break;
            }
            assert!(!walked.contains(&next), "{next:?} comes twice");
            walked.push(next);
        }
        assert_eq!(walked.len(), round, "{depth}");
    }
    // Where there are no colours it comes from any other too.
    assert_eq!(Theme::new(ThemeName::Dark, Ground::Dark, Colours::None).next().name(), ThemeName::Mono);
}

#[test]
fn backgrounds_are_dark_or_light() {
    for (red, green, blue, ground) in [
        (0, 0, 0, Ground::Dark),
        (0x28, 0x2c, 0x34, Ground::Dark),
        (0x00, 0x2b, 0x36, Ground::Dark),
        (0xfd, 0xf6, 0xe3, Ground::Light),
        (0xff, 0xff, 0xff, Ground::Light),
        (0x80, 0x80, 0x80, Ground::Light),
        (0x00, 0x00, 0xff, Ground::Dark),
    ] {
        assert_eq!(Ground::of_background(red, green, blue), ground, "{red} {green} {blue}");
    }
    assert_eq!((Ground::Dark.theme(), Ground::Light.theme()), (ThemeName::Dark, ThemeName::Light));
}
