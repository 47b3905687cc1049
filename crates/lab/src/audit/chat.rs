//! The phone's real program as its own process, in a chat: lines go in through a pipe, and its output is kept.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::error::AuditError;
use super::program::{LOOK, end, keep};

/// The longest wait for an answer of the program. Its longest step is to stretch a passphrase, which takes a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running chat. It ends with this value.
pub(super) struct Chat {
    child: Child,
    input: ChildStdin,
    printed: Arc<Mutex<Vec<u8>>>,
    /// The number of bytes of its output that have been read.
    read: usize,
}

/// A profile for the program.
#[derive(Clone, Copy)]
pub(super) struct Profile<'a> {
    /// The program.
    pub(super) program: &'a Path,
    /// The profile's folder.
    pub(super) folder: &'a Path,
    /// A file with the passphrase.
    pub(super) passphrase: &'a Path,
}

impl Profile<'_> {
    /// Starts a chat with a contact.
    pub(super) fn chat(self, name: &str) -> Result<Chat, AuditError> {
        let mut command = self.command();
        command.arg("--passphrase-file").arg(self.passphrase).args(["chat", name]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.not_started(&error))?;
        let printed = Arc::new(Mutex::new(Vec::new()));
        // The readers end with the streams, and nothing waits for them.
        if let Some(out) = child.stdout.take() {
            drop(keep(out, &printed));
        }
        if let Some(err) = child.stderr.take() {
            drop(keep(err, &printed));
        }
        match child.stdin.take() {
            Some(input) => Ok(Chat { child, input, printed, read: 0 }),
            None => Err(AuditError::WentWrong { what: "the phone's program has no input" }),
        }
    }

    /// Has another process tell the chat to lock, which needs no passphrase.
    pub(super) fn account_lock(self) -> Result<(), AuditError> {
        let mut command = self.command();
        command.args(["--no-input", "account", "lock"]);
        let ended = command.output().map_err(|error| self.not_started(&error))?;
        if ended.status.success() && ended.stdout.starts_with(b"Locked") {
            Ok(())
        } else {
            Err(AuditError::WentWrong { what: "`account lock` did not lock the chat" })
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.arg("--data").arg(self.folder).env("COLUMNS", pillarbox_text::wrap::WIDTH.to_string());
        command
    }

    fn not_started(&self, error: &io::Error) -> AuditError {
        let program = self.program.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => AuditError::NoPhone { program },
            kind => AuditError::NotStarted { program, kind },
        }
    }
}

impl Chat {
    pub(super) const fn child(&self) -> &Child {
        &self.child
    }

    /// Types a line.
    pub(super) fn type_line(&mut self, line: &str) -> Result<(), AuditError> {
        let written = writeln!(self.input, "{line}").and_then(|()| self.input.flush());
        written.map_err(|_| AuditError::WentWrong { what: "the phone's program does not read" })
    }

    /// Waits until the program prints these words after the point that the last wait reached. The words are short
    /// enough not to be broken at the end of a line.
    pub(super) fn wait_for(&mut self, words: &str) -> Result<(), AuditError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let new = printed.get(self.read..).unwrap_or_default();
            if let Some(at) = new.windows(words.len()).position(|window| window == words.as_bytes()) {
                self.read += at + words.len();
                return Ok(());
            }
            if Instant::now() > until || !matches!(self.child.try_wait(), Ok(None)) {
                return Err(AuditError::WentWrong { what: "the phone's program did not say what it should" });
            }
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
