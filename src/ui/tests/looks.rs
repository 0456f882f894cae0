//! Themes and times on the whole screen.

use std::collections::HashSet;

use ratatui::style::{Color, Modifier};
use strum::VariantArray;

use super::*;
use crate::model::{Colours, EnvironmentState as E};

/// `NO_COLOR` means none: not even a default one, which would cost the selection its reverse.
#[test]
fn the_theme_without_colours_has_none_and_still_shows_the_selection() {
    let mut state = incident(120, 40);
    state.act(Action::RowDown);
    let theme = Theme::named(ThemeName::Mono);
    let buffer = render(&mut state, &theme);
    let coloured = |cell: &&Cell| cell.fg != Color::Reset || cell.bg != Color::Reset;
    assert_eq!(buffer.content.iter().filter(coloured).count(), 0);
    let reversed = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED));
    assert_eq!(reversed.count(), 118);
}

/// Whatever lies over the panes, a terminal is sent only colours that it has.
#[test]
fn no_cell_has_a_colour_outside_the_depth() {
    for overlay in [None, Some(Action::OpenHelp), Some(Action::OpenMatrix), Some(Action::OpenDetails)] {
        let mut state = incident(120, 40);
        state.act(Action::RowDown);
        overlay.map(|action| state.act(action));
        for (name, depth) in ThemeName::VARIANTS
            .iter()
            .flat_map(|name| Colours::VARIANTS.iter().map(move |depth| (*name, *depth)))
        {
            let buffer = render(&mut state, &Theme::new(name, Ground::Dark, depth));
            for color in buffer.content.iter().flat_map(|cell| [cell.fg, cell.bg]) {
                let has = match color {
                    Color::Reset => true,
                    Color::Rgb(..) => depth == Colours::True,
                    Color::Indexed(index) => index >= 16 && depth == Colours::Indexed,
                    _ => depth == Colours::Sixteen,
                };
                assert!(has, "{name}, {depth}: {color:?}");
            }
        }
    }
}

/// A picture stands on what its letters can be read on.
#[test]
fn a_picture_of_a_light_theme_is_light() {
    for (name, ground) in
        [(ThemeName::Dark, "#101418"), (ThemeName::Light, "#ffffff"), (ThemeName::Mono, "#101418")]
    {
        let picture = svg::picture(&render(&mut incident(120, 40), &Theme::named(name)));
        assert!(picture.contains(&format!("rx=\"6\" fill=\"{ground}\"")), "{name}");
    }
}

/// `z` walks through the ways in which times are shown, and the header tells which it is.
#[test]
fn times_are_shown_as_the_operator_likes_them() {
    let mut state = incident(120, 40);
    state.act(Action::OpenEvents);
    let shown = |state: &mut State| text(&render(state, &Theme::named(ThemeName::Mono)));
    let absolute = shown(&mut state);
    assert!(absolute.lines().next().unwrap().contains(" UTC · live"), "{absolute}");
    state.act(Action::NextTime);
    let relative = shown(&mut state);
    assert!(relative.lines().next().unwrap().contains(" UTC · relative · live"), "{relative}");
    assert!(relative.contains("s ago") && !absolute.contains("s ago"), "{relative}");
    state.act(Action::NextTime);
    state.notice = None;
    assert_eq!(shown(&mut state), absolute);
}

/// The states differ without colour: no two share their glyph and word.
#[test]
fn no_two_states_look_alike_without_colour() {
    let theme = Theme::named(ThemeName::Mono);
    let looks: HashSet<_> = [E::Up, E::Slow, E::Degraded, E::Down, E::Unknown]
        .into_iter()
        .map(|state| {
            let (glyph, word, _) = theme.environment(state);
            (glyph, word)
        })
        .collect();
    assert_eq!(looks.len(), 5);
}
