//! The wires: a listener an environment, and axum between them and the core. It owns the clock that drives the
//! core, and does to connections what the core can only name: refuse, hang, reset, hold back.

mod door;
mod serve;

pub(super) use door::Door;
pub(super) use serve::{Desk, serve};
