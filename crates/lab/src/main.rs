//! The `pillarbox-lab` program: parses, runs, prints.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
