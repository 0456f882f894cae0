//! What lies between the program and the terminal, and how a sequence for the terminal gets through it:
//! tmux and GNU screen pass on only what is wrapped for them.

/// GNU screen passes strings on up to this length only.
pub(super) const SCREEN_PIECE: usize = 700;

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

    /// A sequence as it gets through. tmux lets it only where its `allow-passthrough` is on.
    pub(super) fn wrap(self, plain: &str) -> String {
        match self {
            Self::Nothing => plain.to_owned(),
            Self::Tmux => format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
            Self::Screen => {
                let pieces = plain.as_bytes().chunks(SCREEN_PIECE).map(String::from_utf8_lossy);
                pieces.flat_map(|piece| ["\x1bP".into(), piece, "\x1b\\".into()]).collect()
            }
        }
    }
}
