//! The clipboard of the terminal, by OSC 52: a sequence that asks the terminal to take a text, over any
//! connection. Whether it does, it does not say. tmux and GNU screen stand between and want it wrapped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::state::CLIPBOARD;

/// GNU screen passes strings on only up to a length; the rest it drops. So long are the pieces.
const PIECE: usize = 500;

/// What stands between the program and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// Nothing that is known of.
    Nothing,
    /// tmux, which passes a text on where its `set-clipboard` is on, or `allow-passthrough`.
    Tmux,
    /// GNU screen, which passes on what is wrapped.
    Screen,
}

impl Between {
    /// Tells by the environment. Over ssh only `TERM` comes along.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        if set("TMUX") || term.starts_with("tmux") {
            Self::Tmux
        } else if set("STY") || term.starts_with("screen") {
            Self::Screen
        } else {
            Self::Nothing
        }
    }

    /// What has to be said where the text may stay on the way; empty where nothing is known.
    pub(super) const fn caution(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Tmux => " (tmux passes it on with set-clipboard on)",
            Self::Screen => " (screen passes it on in pieces)",
        }
    }
}

/// The bytes that put a text on the clipboard.
///
/// # Errors
/// Where it is more than terminals take, or nothing; says so in a few words. It is never cut.
pub(super) fn sequence(text: &str, between: Between) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("there is nothing to copy".to_owned());
    }
    if text.len() > CLIPBOARD {
        let (kilobytes, most) = (text.len().div_ceil(1000), CLIPBOARD / 1000);
        return Err(format!("it has {kilobytes} KB, and terminals take {most}"));
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Ok(match between {
        Between::Nothing => plain,
        // Both ways that tmux has; the one that is off does nothing.
        Between::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Between::Screen => {
            let pieces = plain.as_bytes().chunks(PIECE);
            pieces.map(|piece| format!("\x1bP{}\x1b\\", String::from_utf8_lossy(piece))).collect()
        }
    }
    .into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_is_told_by_the_environment() {
        use Between::{Nothing, Screen, Tmux};
        for (tmux, sty, term, between) in [
            ("", "", "xterm-256color", Nothing),
            ("/tmp/tmux-0/default,1,0", "", "screen-256color", Tmux),
            ("", "", "tmux-256color", Tmux),
            ("", "1.pts-0", "xterm", Screen),
            ("", "", "screen.xterm", Screen),
        ] {
            let variable = |name: &str| {
                let value = match name {
                    "TMUX" => tmux,
                    "STY" => sty,
                    _ => term,
                };
                Some(value.to_owned())
            };
            assert_eq!(Between::of(variable), between, "{tmux} {sty} {term}");
        }
    }

    #[test]
    fn a_text_is_wrapped_for_what_stands_between() {
        let plain = "\x1b]52;c;cHduZWQ=\x07";
        let text = |between| String::from_utf8(sequence("pwned", between).unwrap()).unwrap();
        assert_eq!(text(Between::Nothing), plain);
        assert_eq!(text(Between::Tmux), format!("{plain}\x1bPtmux;\x1b{plain}\x1b\\"));
        assert_eq!(text(Between::Screen), format!("\x1bP{plain}\x1b\\"));
        let long = "é".repeat(1_000);
        let wrapped = String::from_utf8(sequence(&long, Between::Screen).unwrap()).unwrap();
        let pieces: Vec<&str> = wrapped.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 4 && pieces.iter().all(|piece| piece.len() <= PIECE + 2));
        let joined: String = pieces.iter().map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert_eq!(joined.into_bytes(), sequence(&long, Between::Nothing).unwrap());
    }

    #[test]
    fn what_is_too_long_is_refused_and_never_cut() {
        assert!(sequence(&"x".repeat(CLIPBOARD), Between::Nothing).unwrap().len() <= 100_000);
        let why = sequence(&"x".repeat(CLIPBOARD + 1), Between::Nothing).unwrap_err();
        assert_eq!(why, "it has 75 KB, and terminals take 74");
        assert!(sequence("", Between::Tmux).is_err());
    }
}
