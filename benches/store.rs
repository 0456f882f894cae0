//! Measures the store at a million jobs.

fn main() {}
