//! The service over HTTP: one client for each host, its answers as [`model`](crate::model) words.
//!
//! Owns the wire: requests, body caps, the tolerant reading of JSON, and the one place where remote
//! text is scrubbed ([`scrub`]) and where secrets inside jobs are masked ([`mask`]). It never asks
//! twice by itself, never follows a redirect, never reads a clock, and knows nothing of schedules.

mod answer;
mod certificate;
mod client;
mod config;
mod instant;
mod job;
mod json;
pub mod ladder;
mod legible;
pub mod mask;
mod one;
mod page;
mod plain;
mod proxy;
mod quick;
mod scan;
pub mod scrub;
mod settings;
mod sift;
mod text;
mod tls;
mod transport;
mod usage;

#[cfg(test)]
mod tests;

pub use client::{Client, ListRequest, PAGE_LIMIT};
pub use legible::legible;
pub use page::Page;
