//! (to come)

mod canvas;
pub mod crash;
pub mod input;
pub mod log;
pub mod redact;
pub mod signals;
pub mod terminal;
