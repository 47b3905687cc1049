//! The `pillarbox-relay` program: `run` the relay, see its `ledger`, see its `inventory`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
