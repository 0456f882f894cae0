//! The clipboard of the terminal, by OSC 52: it works over SSH and needs no program. Whether the terminal
//! took it, nobody says; what is known is said before it is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::passage::Between;

/// The longest text that is sent, in bytes: what many terminals take at most has 100,000 characters of
/// base64.
pub(super) const LONGEST: usize = 74_994;

/// The bytes that put a text on the clipboard; `None` where it is longer than terminals take.
pub(super) fn sequence(text: &str, between: Between) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Some(match between {
        // tmux takes the plain one where `set-clipboard` is on, and passes the wrapped one on where
        // `allow-passthrough` is; the two say the same.
        Between::Tmux => format!("{plain}{}", between.wrap(&plain)),
        Between::Nothing | Between::Screen => between.wrap(&plain),
    })
}

#[cfg(test)]
mod tests {
    use super::super::passage::SCREEN_PIECE;
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
