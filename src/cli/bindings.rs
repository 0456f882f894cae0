//! The user's keys, from the configuration into the keymap, and what is wrong with them.

use crate::config::{Config, Mistake};
use crate::state::Keymap;

/// The keys in force.
///
/// # Errors
/// With everything that is wrong with the user's own, each with its place and a remedy.
pub(super) fn keymap(config: &Config) -> Result<Keymap, String> {
    Keymap::with(&config.steering.bindings).map_err(|wrong| {
        let lines = wrong.iter().map(|own| format!("{}: {}\n  {}", own.place, own.what, own.remedy));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// What is wrong with them, among the other mistakes of the file.
pub(super) fn mistakes(config: &Config) -> Vec<Mistake> {
    let wrong = Keymap::with(&config.steering.bindings).err().unwrap_or_default();
    let mistake =
        |own: crate::state::Misbinding| Mistake { place: own.place, what: own.what, remedy: own.remedy };
    wrong.into_iter().map(mistake).collect()
}
