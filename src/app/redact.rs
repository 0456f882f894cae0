//! What may be written to a file: the keys that the program knows are replaced, and characters that
//! would act on a terminal are taken out. The log and the crash file share one [`Redactor`].
//!
//! It never holds a key in anything but [`KeyValue`], and never prints one.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use crate::model::KeyValue;

/// Stands where a key stood.
const MASK: &str = "[key]";

/// The keys to keep out of files. Cloning shares the list, so that a key learnt later is masked
/// everywhere from then on.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Vec<KeyValue>>>);

impl Redactor {
    /// So many keys are remembered, the newest ones: a key command that is asked again and again
    /// must not grow the list for ever.
    const MOST: usize = 1024;

    /// A redactor that knows no key yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on `key` is masked. Older values stay known: a late answer may still quote them.
    pub fn learn(&self, key: &KeyValue) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|old| old.expose() == key.expose()) {
            return;
        }
        if known.len() >= Self::MOST {
            known.remove(0);
        }
        known.push(key.clone());
    }

    /// `text` without the known keys and without characters that act on a terminal; line breaks
    /// stay. Waits for nobody for longer than [`Self::learn`] takes.
    pub fn clean(&self, text: &str) -> String {
        mask(&self.0.read().unwrap_or_else(PoisonError::into_inner), text)
    }

    /// As [`Self::clean`], for the panic hook: `None` rather than waiting, since the thread that
    /// panics may be the one that holds the list.
    pub fn try_clean(&self, text: &str) -> Option<String> {
        match self.0.try_read() {
            Ok(known) => Some(mask(&known, text)),
            Err(std::sync::TryLockError::Poisoned(known)) => Some(mask(known.get_ref(), text)),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

/// Takes the acting characters out first: a key that was broken up by one is whole again after it.
fn mask(known: &[KeyValue], text: &str) -> String {
    let mut text: String = text.chars().filter(|letter| !acts(*letter)).collect();
    let mut secrets: Vec<Cow<'_, str>> = known.iter().flat_map(forms).collect();
    // The longest first: a key that is a part of another would leave the rest of that one standing.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        if text.contains(secret.as_ref()) {
            text = text.replace(secret.as_ref(), MASK);
        }
    }
    text
}

/// A key as it is, and as `Debug` and JSON would quote it where that differs.
fn forms(key: &KeyValue) -> impl Iterator<Item = Cow<'_, str>> {
    let plain = key.expose();
    let quoted = plain.contains(['\\', '"', '\'']).then(|| Cow::from(plain.escape_debug().to_string()));
    let json =
        plain.contains(['\\', '"']).then(|| Cow::from(plain.replace('\\', r"\\").replace('"', "\\\"")));
    [Some(Cow::from(plain)), quoted, json].into_iter().flatten()
}

/// Control characters but the line feed, and those that reorder or hide text.
fn acts(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn knowing(keys: &[&str]) -> Redactor {
        let redactor = Redactor::new();
        for key in keys {
            redactor.learn(&KeyValue::new(key).unwrap());
        }
        redactor
    }

    #[test]
    fn keys_are_masked_wherever_they_stand() {
        let redactor = knowing(&["sk-alpha-1", "sk-alpha-1-longer", r#"odd"key\'"#]);
        for (text, clean) in [
            ("nothing here", "nothing here"),
            ("Bearer sk-alpha-1", "Bearer [key]"),
            ("sk-alpha-1sk-alpha-1", "[key][key]"),
            ("sk-alpha-1-longer", "[key]"),
            ("sk-al\u{1b}pha-1", "[key]"),
            ("sk-al\u{200b}pha-1", "[key]"),
            (r#"odd"key\'"#, "[key]"),
            ("two\nlines\u{7}\u{9b}31m\r", "two\nlines31m"),
            ("\u{202e}txt.exe", "txt.exe"),
        ] {
            assert_eq!(redactor.clean(text), clean, "{text:?}");
        }
        let quoted = format!("{:?} {}", r#"odd"key\'"#, serde_json::json!(r#"odd"key\'"#));
        assert_eq!(redactor.clean(&quoted).matches("[key]").count(), 2, "{quoted}");
    }

    #[test]
    fn a_key_learnt_later_is_masked_in_every_copy() {
        let redactor = Redactor::new();
        let copy = redactor.clone();
        redactor.learn(&KeyValue::new("late-key").unwrap());
        assert_eq!(copy.clean("late-key"), "[key]");
        assert_eq!(format!("{copy:?}"), "Redactor");
    }

    #[test]
    fn the_list_is_bounded_and_keeps_the_newest() {
        let redactor = Redactor::new();
        for n in 0..=Redactor::MOST {
            redactor.learn(&KeyValue::new(&format!("key-number-{n:05}")).unwrap());
        }
        assert_eq!(redactor.clean("key-number-00000"), "key-number-00000");
        assert_eq!(redactor.clean(&format!("key-number-{:05}", Redactor::MOST)), "[key]");
    }

    #[test]
    fn the_panic_hook_does_not_wait_for_the_list() {
        let redactor = knowing(&["sk-alpha-1"]);
        assert_eq!(redactor.try_clean("sk-alpha-1").as_deref(), Some("[key]"));
        let held = redactor.0.write().unwrap();
        assert_eq!(redactor.try_clean("sk-alpha-1"), None);
        drop(held);
    }

    proptest! {
        #[test]
        fn no_key_survives(before in ".{0,40}", key in "[!-~]{6,40}", after in ".{0,40}") {
            let clean = knowing(&[&key]).clean(&format!("{before}{key}{after}"));
            prop_assert!(!clean.contains(&key));
            prop_assert!(clean.chars().all(|letter| letter == '\n' || !letter.is_control()));
        }
    }
}
