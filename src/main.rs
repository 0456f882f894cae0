//! The thin binary: parse, call, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    voxtop::cli::main()
}
