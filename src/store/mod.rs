//! (to come)

pub mod query;
