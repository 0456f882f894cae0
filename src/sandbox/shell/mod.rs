//! The wires: a listener a host, and axum between them and the core. It owns the clock that drives the core, and
//! does to connections what the core can only name: refuse, hang, reset, hold back, cut off.

mod desk;
mod door;
mod serve;
mod session;
mod upload;

pub(super) use desk::Desk;
pub(super) use door::Door;
pub(super) use serve::serve;
