//! `pillarbox`: the command line of a phone.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(unix)]
    {
        pillarbox_system::process::leave_no_dump();
        pillarbox_system::process::survive_file_size_limit();
    }
    pillarbox_client::cli::main(&pillarbox_client::Shipped, std::env::args_os())
}
