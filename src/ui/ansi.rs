//! A screen as text: plain, or with its colours as a terminal takes them (`cat` shows it again).

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// What a cell looks like.
type Look = (Color, Color, Modifier);
const PLAIN: Look = (Color::Reset, Color::Reset, Modifier::empty());

/// The buffer as lines of text, without blanks at their ends.
pub fn text(buffer: &Buffer) -> String {
    lines(buffer)
        .map(|line| line.into_iter().map(|(symbol, _)| symbol).collect::<String>())
        .fold(String::new(), |all, line| all + line.trim_end() + "\n")
}

/// The buffer as lines of text with SGR sequences; each line ends as plain as it began.
pub fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    for line in lines(buffer) {
        let mut look = PLAIN;
        for (symbol, own) in line {
            if own != look {
                out.push_str(&sgr(own));
                look = own;
            }
            out.push_str(symbol);
        }
        if look != PLAIN {
            out.push_str("\x1b[0m");
        }
        out.push('\n');
    }
    out
}

/// The cells of each line that have something of their own: what a wide character covers has not.
fn lines(buffer: &Buffer) -> impl Iterator<Item = Vec<(&str, Look)>> {
    (0..buffer.area.height).map(move |y| {
        let (mut line, mut x) = (Vec::new(), 0);
        while let Some(cell) = buffer.cell((x, y)).filter(|_| x < buffer.area.width) {
            line.push((cell.symbol(), (cell.fg, cell.bg, cell.modifier)));
            x += u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        }
        line
    })
}

/// The sequence for a look, from a plain one on.
fn sgr((fg, bg, modifier): Look) -> String {
    let mut out = String::from("\x1b[0");
    for (flag, code) in [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
        (Modifier::CROSSED_OUT, 9),
    ] {
        if modifier.contains(flag) {
            // A string takes all that is written to it.
            let _ = write!(out, ";{code}");
        }
    }
    out.push_str(&colour(fg, 30));
    out.push_str(&colour(bg, 40));
    out.push('m');
    out
}

/// The parameters for a colour; `base` is 30 for the text and 40 for what is behind it.
fn colour(colour: Color, base: u8) -> String {
    let index = match colour {
        Color::Reset => return String::new(),
        Color::Rgb(red, green, blue) => return format!(";{};2;{red};{green};{blue}", base + 8),
        Color::Indexed(index) => return format!(";{};5;{index}", base + 8),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    format!(";{}", base + index)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn screen() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "✖ 東京 ab", Style::new());
        buffer.set_string(7, 0, "ab", Style::new().fg(Color::Red).bg(Color::Rgb(1, 2, 3)).bold());
        buffer.set_string(0, 1, "x", Style::new().fg(Color::DarkGray).reversed());
        buffer
    }

    #[test]
    fn a_screen_is_lines_without_blanks_at_their_ends() {
        assert_eq!(text(&screen()), "✖ 東京 ab\nx\n");
    }

    #[test]
    fn a_terminal_that_is_shown_the_ansi_shows_the_screen() {
        let made = ansi(&screen());
        assert!(made.contains("\x1b[0;1;31;48;2;1;2;3mab\x1b[0m"), "{made:?}");
        assert!(made.contains("\x1b[0;7;90mx\x1b[0m"), "{made:?}");
        assert!(
            made.lines().all(|line| !line.contains('\x1b') || line.ends_with('m') || line.ends_with(' ')),
            "{made:?}"
        );
    }
}
