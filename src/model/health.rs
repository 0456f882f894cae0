//! The five words for an environment's health.

use strum::{Display, IntoStaticStr};

/// How an environment is doing. The words are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum EnvironmentState {
    /// It answers, in good time. A 401 is an answer too: that is the key's trouble.
    Up,
    /// It answers, but takes long.
    Slow,
    /// It answers sometimes, or has just failed for the first time.
    Degraded,
    /// It does not answer, or answers only with server errors.
    Down,
    /// It has not been asked yet, or has not answered yet.
    Unknown,
}
