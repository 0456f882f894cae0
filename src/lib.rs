//! voxtop: "top" for Speechmatics batch transcription. This page is the map.
//!
//! A functional core and an imperative rim. The core ([`model`], [`store`], [`state`], [`ui`]) is pure:
//! no network, no terminal, no clock. The rim ([`api`], [`poll`], [`app`], [`cli`]) does what touches the
//! world, and decides as little as it can.
//!
//! ```text
//!            bytes             reports               messages            cells
//!  service ─────────▶ api ─▶ poll ─────────▶ app ──────────────▶ state ─────────▶ ui
//!                     wire → Job  one task a     the one loop        merges into      draws the
//!                     scrubbed,   source, over   owns the state      store; derives   viewport's
//!                     masked      a bounded                          rows, banners    slice
//!                                 channel           ▲    │
//!                                                keys    ▼ effects: refresh, pause, suspend, quit
//! ```
//!
//! | module | owns | never |
//! |---|---|---|
//! | [`model`] | the field's words as plain data; the key type that cannot print itself | reads a clock |
//! | [`store`] | what is known of the fleet: merged jobs, health, keys, banners, events, the query language | asks or draws |
//! | [`state`] | the dashboard's state: keys → actions → `update` → effects; layout | touches the terminal |
//! | [`ui`] | state → cells, and pictures of screens | decides or changes anything |
//! | [`api`] | HTTP: the client, wire types → model, errors → failures, scrubbing and masking; the ladder that looks at one host | retries by itself |
//! | [`poll`] | when to ask what: rounds, pages, backoff, budget; one task a source, and one a host that is looked at without a key | knows of stores or screens |
//! | [`app`] | the rim: run loop, terminal, signals, log, crash files; `voxtop jobs` and `doctor` | parses or merges |
//! | [`catalog`] | the vendor's environments, from `assets/environments.toml` | knows of keys |
//! | [`config`] | file, environment and arguments → a configuration that cannot be wrong | shows a key |
//! | [`sandbox`] | the stand-in service for the demo and for tests | shares a type with the client side |
//! | [`cli`] | arguments in, exit status out | |
//!
//! Allowed arrows: `model ← store ← state ← ui ← app ← cli`, `model ← api ← poll ← app`, `model ← catalog
//! ← config ← app, cli`, `sandbox ← cli`. A test holds them.

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
