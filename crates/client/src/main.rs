//! `pillarbox`: the phone's command line, over the library of this crate.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(std::env::args_os()).into()
}
