//! The `pillarbox-relay` program: `run` the relay, see its `ledger`, see its `inventory`.

use std::process::ExitCode;

use pillarbox_system::process;

fn main() -> ExitCode {
    process::leave_no_dump();
    process::survive_file_size_limit();
    pillarbox_relay::cli::main(pillarbox_relay::ShippedRelay, std::env::args_os())
}
