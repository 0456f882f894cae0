//! A screen for terminals that have nothing but ASCII: each character that voxtop draws with has one that
//! stands for it there, and of what the service sent everything else becomes `?`. Widths stay.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// What stands for what. States that differ by their glyph differ here too; their words stand beside them.
const STANDS_FOR: [(&str, &str); 27] = [
    ("─━", "-"),
    ("│┃▏║", "|"),
    ("┌┐└┘├┤┬┴┼╭╮╰╯", "+"),
    ("·", "."),
    ("…", "~"),
    ("–", "-"),
    ("✔", "v"),
    ("✖✗×", "x"),
    ("●", "o"),
    ("◐", "s"),
    ("◑", "d"),
    ("○", "."),
    ("◌", ":"),
    ("◎", "@"),
    ("⊘", "0"),
    ("∅", "e"),
    ("≋", "="),
    ("▸▹→⇢", ">"),
    ("←", "<"),
    ("▲△↑", "^"),
    ("▼▽↓", "v"),
    ("⏎", "E"),
    ("⇄", "="),
    ("⧗", "%"),
    ("⤓", "S"),
    ("≠", "!"),
    ("■", "#"),
];

/// The bars of a trend, the lowest first.
const BARS: (&str, &str) = ("▁▂▃▄▅▆▇█", "_..:-=+#");

/// Puts ASCII in the place of everything else.
pub(super) fn translate(buffer: &mut Buffer) {
    let mut covered = 0;
    for cell in &mut buffer.content {
        // What is two cells wide becomes two characters in two cells: two in one cell would be left behind
        // where something narrow takes its place.
        if covered > 0 && cell.symbol() == " " {
            covered -= 1;
            cell.set_symbol("?");
            continue;
        }
        covered = 0;
        if cell.symbol().is_ascii() {
            continue;
        }
        let width = cell.symbol().width().max(1);
        covered = width - 1;
        let symbol = stand_in(cell.symbol());
        cell.set_symbol(if width > 1 { "?" } else { symbol });
    }
}

fn stand_in(symbol: &str) -> &'static str {
    let one = STANDS_FOR.iter().find(|(whole, _)| whole.contains(symbol)).map(|(_, stands)| *stands);
    let bar = || {
        let at = BARS.0.chars().position(|bar| symbol.chars().eq([bar]))?;
        BARS.1.get(at..=at)
    };
    match symbol {
        "↗" => "/",
        "‖" => "|",
        "≥" => ">",
        _ => one.or_else(bar).unwrap_or("?"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ratatui::layout::Rect;

    use super::*;
    use crate::model::{EnvironmentState as E, KeyState as K, Status as S};
    use crate::ui::{Theme, ThemeName};

    #[test]
    fn what_differs_by_its_glyph_still_does() {
        let theme = Theme::named(ThemeName::Ascii);
        let plain = |glyph: &'static str| if glyph.is_ascii() { glyph } else { stand_in(glyph) };
        let environments = [E::Up, E::Slow, E::Degraded, E::Down, E::Unknown];
        let environments: HashSet<_> =
            environments.into_iter().map(|state| plain(theme.environment(state).0)).collect();
        assert_eq!(environments.len(), 5);
        let keys =
            [K::Unchecked, K::Accepted, K::Rejected, K::Forbidden, K::Expired, K::Limited, K::Unreachable];
        let keys: HashSet<_> = keys.into_iter().map(|state| plain(theme.key(state).0)).collect();
        assert_eq!(keys.len(), 7);
        let jobs = [S::Running, S::Done, S::Rejected, S::Deleted, S::Expired];
        let jobs: HashSet<_> = jobs.iter().map(|status| plain(theme.job(status, false).0)).collect();
        assert_eq!(jobs.len(), 5);
    }

    #[test]
    fn nothing_but_ascii_is_left_and_no_row_grows() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 2));
        buffer.set_string(0, 0, "┌ voxtop ─ ● up ▁▃▇ 会議 é ü …", ratatui::style::Style::new());
        translate(&mut buffer);
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.is_ascii(), "{text}");
        assert!(text.starts_with("+ voxtop - o up _.+ ???? ? ? ~"), "{text}");
        assert!(buffer.content.iter().all(|cell| cell.symbol().len() == 1), "a character a cell");
    }

    proptest::proptest! {
        #[test]
        fn every_text_becomes_ascii(text in "\\PC{0,30}") {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 1));
            buffer.set_string(0, 0, &text, ratatui::style::Style::new());
            translate(&mut buffer);
            let single = |cell: &ratatui::buffer::Cell| cell.symbol().is_ascii() && cell.symbol().len() == 1;
            proptest::prop_assert!(buffer.content.iter().all(single));
        }
    }
}
