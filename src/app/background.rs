//! Asks the terminal what it draws on, once, before the first frame (OSC 11), and waits a moment for the
//! answer. Behind the question stands one that every terminal answers (DA1): where its answer comes alone
//! there is nothing to wait for. What was typed meanwhile is handed on.
//!
//! An answer that comes later is caught among the keys, by [`super::replies`].

use std::io;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::Instant;

use super::replies::ground;
use super::terminal;
use crate::ui::Ground;

/// The background, and the fence.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// How long the terminal has to answer.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long it has to end an answer that it has begun.
const MORE_PATIENCE: Duration = Duration::from_millis(200);
/// More than anybody types or any terminal answers in that time.
const LONGEST: usize = 4 * 1024;

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// What the terminal draws on, if it said so in time.
    pub(super) ground: Option<Ground>,
    /// What was typed meanwhile.
    pub(super) typed: Vec<Event>,
}

/// Asks. The terminal must be taken, and nobody else may read from it yet.
///
/// # Errors
/// Where the terminal cannot be written to.
pub(super) fn ask() -> io::Result<Answer> {
    terminal::send(QUESTION)?;
    let input = io::stdin();
    let begun = clock();
    let mut bytes = Vec::new();
    loop {
        let heard = listen(&bytes);
        let patience = if heard.unfinished { MORE_PATIENCE } else { PATIENCE };
        let left = patience.saturating_sub(clock() - begun);
        if heard.fenced || left.is_zero() || bytes.len() > LONGEST {
            return Ok(Answer { ground: heard.ground, typed: events(&heard.typed) });
        }
        let nap = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 0, tv_nsec: 0 });
        let mut part = [0; 256];
        if poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&nap)).is_ok_and(|ready| ready > 0) {
            match rustix::io::read(&input, &mut part) {
                Ok(read @ 1..) => bytes.extend_from_slice(part.get(..read).unwrap_or_default()),
                // Its end shows again to who reads next.
                _ => return Ok(Answer::default()),
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the rim's own clock: how long the terminal is waited for")]
fn clock() -> Instant {
    Instant::now()
}

/// What the bytes so far say.
#[derive(Debug, Default)]
struct Heard {
    ground: Option<Ground>,
    fenced: bool,
    /// Whether they end within an answer.
    unfinished: bool,
    typed: Vec<u8>,
}

fn listen(bytes: &[u8]) -> Heard {
    let mut heard = Heard::default();
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        if let Some(answer) = rest.strip_prefix(b"\x1b]") {
            let Some((length, text)) = command(answer) else {
                heard.unfinished = true;
                break;
            };
            let background = text.strip_prefix("11;").and_then(ground);
            heard.ground = background.or(heard.ground);
            rest = answer.get(length..).unwrap_or_default();
        } else if let Some(answer) = rest.strip_prefix(b"\x1b[?") {
            let Some(end) = answer.iter().position(|byte| (0x40..0x7f).contains(byte)) else {
                heard.unfinished = true;
                break;
            };
            heard.fenced |= answer.get(end) == Some(&b'c');
            rest = answer.get(end + 1..).unwrap_or_default();
        } else {
            heard.typed.push(*first);
            rest = others;
        }
    }
    heard
}

/// A command as a terminal sends it, up to its end: with that, how long it is, and its text.
fn command(bytes: &[u8]) -> Option<(usize, &str)> {
    let end = bytes.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
    let length = match bytes.get(end..)? {
        [0x07, ..] => end + 1,
        [0x1b, b'\\', ..] => end + 2,
        // An escape that is not the end breaks it off.
        [0x1b, _, ..] => end,
        _ => return None,
    };
    Some((length, std::str::from_utf8(bytes.get(..end)?).unwrap_or_default()))
}

/// What was typed, as far as it is ordinary keys: letters, controls, arrows and the like.
fn events(typed: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(typed);
    let mut events = Vec::new();
    let mut rest = text.as_ref();
    while let Some(char) = rest.chars().next() {
        let (code, modifiers, length) = if let Some((code, length)) = sequence(rest) {
            (code, KeyModifiers::NONE, length)
        } else {
            let (code, modifiers) = key(char);
            (Some(code), modifiers, char.len_utf8())
        };
        events.extend(code.map(|code| Event::Key(KeyEvent::new(code, modifiers))));
        rest = rest.get(length..).unwrap_or_default();
    }
    events
}

fn key(char: char) -> (KeyCode, KeyModifiers) {
    match char {
        '\r' => (KeyCode::Enter, KeyModifiers::NONE),
        '\t' => (KeyCode::Tab, KeyModifiers::NONE),
        '\u{7f}' => (KeyCode::Backspace, KeyModifiers::NONE),
        '\u{1b}' => (KeyCode::Esc, KeyModifiers::NONE),
        '\u{1}'..='\u{1a}' => {
            let letter = u8::try_from(char).map_or(' ', |byte| char::from(byte | 0x60));
            (KeyCode::Char(letter), KeyModifiers::CONTROL)
        }
        char => (KeyCode::Char(char), KeyModifiers::NONE),
    }
}

/// A key that sends a sequence, and its length; `None` for the key where it is none that is known.
fn sequence(text: &str) -> Option<(Option<KeyCode>, usize)> {
    let body = text.strip_prefix("\u{1b}[").or_else(|| text.strip_prefix("\u{1b}O"))?;
    let end = body.find(|char: char| ('@'..='~').contains(&char))?;
    let code = match body.get(..=end)? {
        "A" => Some(KeyCode::Up),
        "B" => Some(KeyCode::Down),
        "C" => Some(KeyCode::Right),
        "D" => Some(KeyCode::Left),
        "H" => Some(KeyCode::Home),
        "F" => Some(KeyCode::End),
        "3~" => Some(KeyCode::Delete),
        "5~" => Some(KeyCode::PageUp),
        "6~" => Some(KeyCode::PageDown),
        _ => None,
    };
    Some((code, 2 + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_what_is_typed() {
        let (dark, light) = (Some(Ground::Dark), Some(Ground::Light));
        for (bytes, ground, fenced, unfinished, typed) in [
            ("", None, false, false, ""),
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?64;1;2c", light, true, false, ""),
            ("\x1b]11;rgb:1e/1e/1e\x07\x1b[?6c", dark, true, false, ""),
            ("q\x1b]11;rgba:0000/0000/0000/ffff\x1b\\/a\x1b[?1;2cb", dark, true, false, "q/ab"),
            ("\x1b[?1;2c", None, true, false, ""),
            ("\x1b[A\x1b", None, false, false, "\x1b[A\x1b"),
            ("\x1b]11;rgb:ffff/ff", None, false, true, ""),
            ("x\x1b]11;rgb:ffff/ffff/ffff\x1b", None, false, true, "x"),
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?6", light, false, true, ""),
            ("\x1b]10;rgb:ffff/ffff/ffff\x07", None, false, false, ""),
            ("\x1b]11;nonsense\x07j", None, false, false, "j"),
        ] {
            let heard = listen(bytes.as_bytes());
            assert_eq!(
                (heard.ground, heard.fenced, heard.unfinished),
                (ground, fenced, unfinished),
                "{bytes:?}"
            );
            assert_eq!(String::from_utf8(heard.typed).unwrap(), typed, "{bytes:?}");
        }
    }

    #[test]
    fn what_was_typed_comes_as_keys() {
        let pressed = |text: &str| -> Vec<(KeyCode, KeyModifiers)> {
            let key = |event| match event {
                Event::Key(key) => (key.code, key.modifiers),
                other => panic!("{other:?}"),
            };
            events(text.as_bytes()).into_iter().map(key).collect()
        };
        let plain = |code| (code, KeyModifiers::NONE);
        assert_eq!(
            pressed("/é\r\x1b[B\x1bOA\x1b[3~\x04\x1b\x1b[99~\x7f"),
            [
                plain(KeyCode::Char('/')),
                plain(KeyCode::Char('é')),
                plain(KeyCode::Enter),
                plain(KeyCode::Down),
                plain(KeyCode::Up),
                plain(KeyCode::Delete),
                (KeyCode::Char('d'), KeyModifiers::CONTROL),
                plain(KeyCode::Esc),
                plain(KeyCode::Backspace),
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_comes_is_too_odd(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            let heard = listen(&bytes);
            proptest::prop_assert!(heard.typed.len() <= bytes.len());
            events(&heard.typed);
        }
    }
}
