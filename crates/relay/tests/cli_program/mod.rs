//! The program as a person or a service manager runs it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "shared by tests that each use a part of it; a failed expectation is a failed test"
)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use pillarbox_transport::RelayAddress;

/// Builds a command for the program, without the variables of this environment that it would obey.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-relay"));
    command.args(arguments);
    for variable in ["PILLARBOX_HOME", "XDG_DATA_HOME", "CLICOLOR_FORCE", "NO_COLOR", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// Output of a command that ends by itself.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub fn say(arguments: &[&str]) -> Said {
    let output = program(arguments).output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A relay that runs, on ports of the system's choice.
pub struct RunningProgram {
    pub child: Child,
    pub address: RelayAddress,
    /// The screen up to the relay's address.
    screen: String,
    out: BufReader<ChildStdout>,
}

impl RunningProgram {
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut arguments = vec!["run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data"];
        arguments.push(data.to_str().unwrap());
        arguments.extend(more);
        let mut child = program(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut screen = String::new();
        let address = loop {
            let mut line = String::new();
            if out.read_line(&mut line).unwrap() == 0 {
                panic!("{screen:?}, {:?}", child.wait_with_output());
            }
            screen.push_str(&line);
            if let Some(address) = line.strip_prefix("Relay ready") {
                break address.trim().parse().unwrap();
            }
        };
        Self { child, address, screen, out }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for the end. Returns the status and all output on stdout and stderr.
    pub fn wait(mut self) -> (ExitStatus, String, String) {
        let status = self.child.wait().unwrap();
        let (mut out, mut err) = (self.screen, String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (status, out, err)
    }
}
