//! A screen for terminals that have nothing but ASCII: each character that voxtop draws with has one that
//! stands for it there, and of what the service sent everything else becomes `?`. Widths stay.

use ratatui::buffer::{Buffer, Cell};
use unicode_width::UnicodeWidthStr;

/// What stands for what. States that differ by their glyph differ here too; their words stand beside them.
const STANDS_FOR: [(&str, &str); 27] = [
    ("─━", "-"),
    ("│┃▏║", "|"),
    ("┌┐└┘├┤┬┴┼╭╮╰╯", "+"),
    ("·", "."),
    ("…", "~"),
    ("–", "-"),
    ("✔", "+"),
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
    ("⇄", "="),
    ("◷", "%"),
    ("↧", "S"),
    ("≠", "!"),
    ("■", "#"),
    ("‘’", "'"),
];

/// Letters of Europe without what is above, below or across them, from `À` on. A name stays one that can be
/// read.
const LATIN: [(char, &str); 2] = [
    (
        '\u{c0}',
        "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty\
         AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL\
         lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs",
    ),
    (
        '\u{1ea0}',
        "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy",
    ),
];

/// The bars of a trend, the lowest first.
const BARS: (&str, &str) = ("▁▂▃▄▅▆▇█", "_..:-=+#");

/// Puts ASCII in the place of everything else.
pub(super) fn translate(buffer: &mut Buffer) {
    spell_marks(buffer);
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

/// Says marks in words where there is room for them: `✔` is `ok`, `✖401` is `401`, `–` is `--`.
fn spell_marks(buffer: &mut Buffer) {
    let is_blank = |cell: &Cell| cell.symbol() == " ";
    let width = usize::from(buffer.area.width).max(1);
    for row in buffer.content.chunks_mut(width) {
        for at in 0..row.len().saturating_sub(3) {
            let Some([mark, next, third, last]) = row.get_mut(at..at + 4) else { continue };
            match mark.symbol() {
                "✔" | "–" if is_blank(next) && is_blank(third) => {
                    let word = if mark.symbol() == "✔" { ["o", "k"] } else { ["-", "-"] };
                    let style = mark.style();
                    mark.set_symbol(word[0]);
                    next.set_symbol(word[1]).set_style(style);
                }
                "✖" if [&*next, &*third, &*last].iter().all(|cell| is_digit(cell)) => {
                    mark.set_symbol(next.symbol());
                    next.set_symbol(third.symbol());
                    third.set_symbol(last.symbol());
                    last.set_symbol(" ");
                }
                _ => {}
            }
        }
    }
}

fn is_digit(cell: &Cell) -> bool {
    cell.symbol().bytes().all(|byte| byte.is_ascii_digit())
}

/// A letter without its marks, whether they are part of it or follow it.
fn bare(symbol: &str) -> Option<&'static str> {
    let first = symbol.chars().next()?;
    if first.is_ascii() {
        const ASCII: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let at = ASCII.find(first)?;
        return ASCII.get(at..=at);
    }
    LATIN.iter().find_map(|(from, letters)| {
        let at = usize::try_from(u32::from(first).checked_sub(u32::from(*from))?).ok()?;
        letters.get(at..=at)
    })
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
        _ => one.or_else(bar).or_else(|| bare(symbol)).unwrap_or("?"),
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
        let text: String = buffer.content.iter().map(Cell::symbol).collect();
        assert!(text.is_ascii(), "{text}");
        assert!(text.starts_with("+ voxtop - o up _.+ ???? e u ~"), "{text}");
        assert!(buffer.content.iter().all(|cell| cell.symbol().len() == 1), "a character a cell");
    }

    #[test]
    fn marks_are_words_where_there_is_room_and_letters_lose_theirs() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 1));
        let text = "eu1 ✔    us2 ✖401 au1 –    eu2 ✔ Übergabe Łódź e\u{301}té ệ ✖ us2:";
        buffer.set_string(0, 0, text, ratatui::style::Style::new());
        translate(&mut buffer);
        let text: String = buffer.content.iter().map(Cell::symbol).collect();
        assert_eq!(text.trim_end(), "eu1 ok   us2 401  au1 --   eu2 + Ubergabe Lodz ete e x us2:");
    }

    #[test]
    fn the_tables_of_letters_are_as_long_as_what_they_stand_for() {
        let lengths = LATIN.map(|(_, letters)| letters.len());
        assert_eq!(lengths, [0x180 - 0xc0, 0x1efa - 0x1ea0]);
        assert_eq!(
            (bare("ÿ"), bare("ſ"), bare("Ỹ"), bare("ỹ")),
            (Some("y"), Some("s"), Some("Y"), Some("y"))
        );
    }

    proptest::proptest! {
        #[test]
        fn every_text_becomes_ascii(text in "\\PC{0,30}") {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 1));
            buffer.set_string(0, 0, &text, ratatui::style::Style::new());
            translate(&mut buffer);
            let single = |cell: &Cell| cell.symbol().is_ascii() && cell.symbol().len() == 1;
            proptest::prop_assert!(buffer.content.iter().all(single));
        }
    }
}
