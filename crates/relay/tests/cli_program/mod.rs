//! The program as a person or a service manager runs it.

use std::path::Path;
use std::process::Command;

use pillarbox_testkit::program::{Ended, Process, Relay};

/// Builds a command for the program, without the variables of this environment that it would obey.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-relay"));
    command.args(arguments);
    for variable in ["PILLARBOX_HOME", "XDG_DATA_HOME", "CLICOLOR_FORCE", "NO_COLOR", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command that ends by itself.
pub(crate) fn say(arguments: &[&str]) -> Ended {
    Process::run(program(arguments), "")
}

/// Starts a relay on ports of the system's choice.
pub(crate) fn start(data: &Path, more: &[&str]) -> Relay {
    let mut command = program(&["run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data"]);
    command.arg(data).args(more);
    Relay::run(command, data, more)
}
