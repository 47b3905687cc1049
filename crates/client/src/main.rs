//! `pillarbox`: the phone's command line, over the library of this crate.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(unix)]
    {
        pillarbox_system::process::leave_no_dump();
        pillarbox_system::process::survive_file_size_limit();
    }
    cli::main(std::env::args_os()).into()
}
