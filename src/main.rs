//! Flags, configuration, logging, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    session_memory::cli::main()
}
