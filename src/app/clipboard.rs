//! The clipboard of the terminal, by OSC 52: it works over SSH and needs no program. Whether the terminal
//! took it, nobody says; what is known is said before it is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest text that is sent, in bytes: what many terminals take at most has 100,000 characters of
/// base64.
pub(super) const LONGEST: usize = 74_994;

/// GNU screen passes strings on up to this length only.
const SCREEN_PIECE: usize = 700;

/// What lies between the program and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    Nothing,
    Tmux,
    Screen,
}

impl Between {
    /// As the variables of the process tell.
    pub(super) fn of_process() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let screen = std::env::var("TERM").is_ok_and(|term| term.starts_with("screen"));
        match (set("TMUX"), set("STY") || screen) {
            (true, _) => Self::Tmux,
            (false, true) => Self::Screen,
            (false, false) => Self::Nothing,
        }
    }
}

/// The bytes that put a text on the clipboard; `None` where it is longer than terminals take.
pub(super) fn sequence(text: &str, between: Between) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Some(match between {
        Between::Nothing => plain,
        // tmux takes the plain one where `set-clipboard` is on, and passes the wrapped one on where
        // `allow-passthrough` is; the two say the same.
        Between::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Between::Screen => {
            let pieces = plain.as_bytes().chunks(SCREEN_PIECE).map(String::from_utf8_lossy);
            pieces.flat_map(|piece| ["\x1bP".into(), piece, "\x1b\\".into()]).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_through_what_lies_between() {
        let of = |between| sequence("a1\nb2", between).unwrap();
        let plain = "\x1b]52;c;YTEKYjI=\x07";
        assert_eq!(of(Between::Nothing), plain);
        assert_eq!(of(Between::Tmux), format!("{plain}\x1bPtmux;\x1b\x1b]52;c;YTEKYjI=\x07\x1b\\"));
        assert_eq!(of(Between::Screen), "\x1bP\x1b]52;c;YTEKYjI=\x07\x1b\\");
    }

    #[test]
    fn long_texts_go_in_pieces_and_the_longest_not_at_all() {
        let long = "x".repeat(LONGEST);
        let wrapped = sequence(&long, Between::Screen).unwrap();
        let pieces: Vec<&str> = wrapped.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 100 && pieces.iter().all(|piece| piece.len() <= SCREEN_PIECE + 2));
        let joined: String = pieces.iter().map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert_eq!(joined, sequence(&long, Between::Nothing).unwrap());
        assert_eq!(sequence(&format!("{long}x"), Between::Nothing), None);
    }
}
