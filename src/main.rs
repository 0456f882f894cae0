//! The thin binary: parse, call, exit code.

fn main() {}
