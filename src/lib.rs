//! voxtop: "top" for Speechmatics batch transcription.
//!
//! Data goes one way. In: bytes, wire types, [`model::Job`]s, a [`model::Report`] tagged with its
//! source and round, the store, the visible rows, the cells. Back: a key event, an action, a state
//! change and effects, which the rim runs off the loop.

pub mod api;
pub mod app;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod model;
pub mod poll;
pub mod sandbox;
pub mod state;
pub mod store;
pub mod ui;
