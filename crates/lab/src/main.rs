//! The `pillarbox-lab` program: parses, runs, prints.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    pillarbox_system::process::survive_file_size_limit();
    cli::main()
}
