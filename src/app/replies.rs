//! Catches what a terminal answers late among the keys: an answer to OSC 11 that comes after nobody waited
//! for it any more, or to what the program before asked. It reads as Alt-] and then as letters, each of
//! which would be a key. The background that one tells is kept, everything else is let go.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::watch;

use crate::ui::Ground;

/// A terminal sends an answer in one go; a person does not type that fast.
pub(super) const SILENCE: Duration = Duration::from_millis(50);
/// So many silences within what is an answer for certain: a slow line.
const SILENCES: u8 = 20;
/// The longest answer, in characters; that to OSC 11 has 25.
const LONGEST: usize = 64;

/// How far an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// None is coming.
    Idle,
    /// Something that may be one has begun: its keys are held.
    Maybe,
    /// It is one.
    Sure {
        /// How often nothing came since.
        silences: u8,
        /// Whether the last was an escape, which its end may begin with.
        ending: bool,
    },
}

/// See the module.
pub(super) struct Replies {
    stage: Stage,
    held: Vec<Event>,
    text: String,
    /// Whether the last key was Esc: an answer that was cut behind its first byte begins so.
    after_escape: bool,
    tell: watch::Sender<Option<Ground>>,
}

impl Replies {
    /// Catches, and tells of a background.
    pub(super) fn new(tell: watch::Sender<Option<Ground>>) -> Self {
        Self { stage: Stage::Idle, held: Vec::new(), text: String::new(), after_escape: false, tell }
    }

    /// Whether something is held or awaited, so that [`Self::silence`] wants to be told.
    pub(super) fn is_waiting(&self) -> bool {
        self.stage != Stage::Idle
    }

    /// Takes an event; gives those that are the operator's.
    pub(super) fn take(&mut self, event: Event) -> Vec<Event> {
        let key = plain(&event);
        match self.stage {
            Stage::Idle => self.take_idle(event, key),
            Stage::Maybe => match key {
                Some((char @ '0'..='9', KeyModifiers::NONE)) if self.text.len() < 4 => {
                    self.text.push(char);
                    self.held.push(event);
                    Vec::new()
                }
                Some((';', KeyModifiers::NONE)) if !self.text.is_empty() => {
                    self.text.push(';');
                    self.held.clear();
                    self.stage = Stage::Sure { silences: 0, ending: false };
                    Vec::new()
                }
                _ => {
                    let mut events = self.reset();
                    events.extend(self.take(event));
                    events
                }
            },
            Stage::Sure { ending, .. } => self.take_sure(event, key, ending),
        }
    }

    fn take_idle(&mut self, event: Event, key: Option<(char, KeyModifiers)>) -> Vec<Event> {
        let cut = self.after_escape && key == Some((']', KeyModifiers::NONE));
        self.after_escape = is_escape(&event);
        if cut || key == Some((']', KeyModifiers::ALT)) {
            self.stage = Stage::Maybe;
            self.held.push(event);
            return Vec::new();
        }
        vec![event]
    }

    fn take_sure(&mut self, event: Event, key: Option<(char, KeyModifiers)>, ending: bool) -> Vec<Event> {
        match key {
            Some(('\\', KeyModifiers::ALT) | ('g', KeyModifiers::CONTROL)) => self.finish(),
            Some(('\\', KeyModifiers::NONE)) if ending => self.finish(),
            Some((char, KeyModifiers::NONE | KeyModifiers::SHIFT))
                if self.text.len() < LONGEST && (char.is_ascii_alphanumeric() || ":/;#?".contains(char)) =>
            {
                self.text.push(char);
                self.stage = Stage::Sure { silences: 0, ending: false };
                Vec::new()
            }
            _ if is_escape(&event) => {
                self.stage = Stage::Sure { silences: 0, ending: true };
                Vec::new()
            }
            _ => {
                self.reset();
                self.take(event)
            }
        }
    }

    /// Learns that nothing came for [`SILENCE`]; gives what was held for nothing.
    pub(super) fn silence(&mut self) -> Vec<Event> {
        match self.stage {
            Stage::Sure { silences, ending } if silences < SILENCES => {
                self.stage = Stage::Sure { silences: silences + 1, ending };
                Vec::new()
            }
            _ => self.reset(),
        }
    }

    fn finish(&mut self) -> Vec<Event> {
        if let Some(ground) = self.text.strip_prefix("11;").and_then(ground) {
            self.tell.send_replace(Some(ground));
        }
        self.reset()
    }

    fn reset(&mut self) -> Vec<Event> {
        self.stage = Stage::Idle;
        self.text.clear();
        std::mem::take(&mut self.held)
    }
}

fn plain(event: &Event) -> Option<(char, KeyModifiers)> {
    match event {
        Event::Key(KeyEvent { code: KeyCode::Char(char), modifiers, kind, .. })
            if *kind != KeyEventKind::Release =>
        {
            Some((*char, *modifiers))
        }
        _ => None,
    }
}

fn is_escape(event: &Event) -> bool {
    matches!(event, Event::Key(KeyEvent { code: KeyCode::Esc, .. }))
}

/// The ground of a background as X11 writes colours: `rgb:1e1e/1e1e/1e1e` with one to four digits each,
/// `rgba:` with one part more, or `#1e1e1e`.
pub(super) fn ground(text: &str) -> Option<Ground> {
    let parts: Vec<&str> = match text.split_once(':') {
        Some(("rgb" | "rgba", parts)) => parts.split('/').collect(),
        None => {
            let digits = text.strip_prefix('#').filter(|digits| matches!(digits.len(), 3 | 6 | 9 | 12))?;
            let side = digits.len() / 3;
            vec![digits.get(..side)?, digits.get(side..2 * side)?, digits.get(2 * side..)?]
        }
        Some(_) => return None,
    };
    let [red, green, blue, ..] = parts.as_slice() else { return None };
    Some(Ground::of_background(part(red)?, part(green)?, part(blue)?))
}

/// One to four digits as a share of 255.
fn part(digits: &str) -> Option<u8> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let most = 16_u32.pow(u32::try_from(digits.len()).ok()?) - 1;
    u8::try_from(value * 255 / most).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(char: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(char), modifiers))
    }

    /// What crossterm makes of bytes.
    fn keys(text: &str) -> Vec<Event> {
        let mut events = Vec::new();
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            events.push(match char {
                '\x1b' => press(chars.next().unwrap(), KeyModifiers::ALT),
                '\x07' => press('g', KeyModifiers::CONTROL),
                char if char.is_ascii_uppercase() => press(char, KeyModifiers::SHIFT),
                char => press(char, KeyModifiers::NONE),
            });
        }
        events
    }

    fn catch(events: Vec<Event>) -> (Vec<Event>, Option<Ground>, Replies) {
        let (tell, told) = watch::channel(None);
        let mut replies = Replies::new(tell);
        let passed = events.into_iter().flat_map(|event| replies.take(event)).collect();
        let told = *told.borrow();
        (passed, told, replies)
    }

    #[test]
    fn a_late_answer_is_no_key_and_is_heard() {
        for (text, ground) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", Some(Ground::Light)),
            ("\x1b]11;rgb:1E1E/1E1E/1E1E\x07", Some(Ground::Dark)),
            ("\x1b]11;#fdf6e3\x07", Some(Ground::Light)),
            ("\x1b]10;rgb:ffff/ffff/ffff\x1b\\", None),
            ("\x1b]11;what/is/this\x07", None),
        ] {
            let (passed, told, replies) = catch(keys(&format!("j{text}q")));
            assert_eq!(passed, keys("jq"), "{text:?}");
            assert_eq!(told, ground, "{text:?}");
            assert!(!replies.is_waiting());
        }
    }

    #[test]
    fn one_that_is_cut_behind_an_escape_is_caught_too() {
        let escape = || Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let mut events = vec![escape()];
        events.extend(keys("]11;rgb:ff/ff/ff"));
        events.push(escape());
        events.extend(keys("\\q"));
        let (passed, told, _) = catch(events);
        assert_eq!(passed, [vec![escape()], keys("q")].concat());
        assert_eq!(told, Some(Ground::Light));
    }

    #[test]
    fn what_is_no_answer_goes_on_whole() {
        for text in ["\x1b]x", "\x1b]1x", "\x1b]12345", "\x1b]\x1b]j", "]11;rgb", "\x1b];j"] {
            let (mut passed, _, mut replies) = catch(keys(text));
            passed.extend(replies.silence());
            assert_eq!(passed, keys(text), "{text:?}");
            assert!(!replies.is_waiting());
        }
    }

    #[test]
    fn an_answer_that_never_ends_is_not_waited_for_for_ever() {
        let (passed, _, mut replies) = catch(keys("\x1b]11;rgb:ff"));
        assert_eq!(passed, []);
        for _ in 0..=SILENCES {
            assert!(replies.is_waiting());
            assert_eq!(replies.silence(), []);
        }
        assert!(!replies.is_waiting());
        assert_eq!(replies.take(press('j', KeyModifiers::NONE)), keys("j"));
        let endless = format!("\x1b]11;{}", "f".repeat(100));
        let (passed, _, _) = catch(keys(&endless));
        assert!(passed.len() < 45, "it has a bound: {}", passed.len());
    }
}
