//! The result of a command that did not succeed: its exit code, and one sentence.

use pillarbox_relay::server::trouble::in_words;
use pillarbox_system::exit;
use pillarbox_text::show::safe_document;
use std::io;
use std::process::ExitCode;

/// A command that was not carried out. Its text says what happened, why, and what to type next.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// The command was done, and the answer is no.
    #[error("{0}")]
    No(String),
    /// No relay runs there, or none can be started there.
    #[error("{0}")]
    Unreached(String),
    /// The data directory or the database is at fault.
    #[error("{0}")]
    Store(String),
    /// Somebody stopped the command. It has already printed its output.
    #[error("stopped")]
    Stopped,
    /// The reader of the output closed it. This is usual, as with `| head`, and counts as no failure.
    #[error("nobody reads the output")]
    ClosedPipe,
}

impl Failure {
    /// Writes the sentence to stderr and returns the code.
    pub(crate) fn report(&self) -> ExitCode {
        if matches!(self, Self::ClosedPipe | Self::Stopped) {
            return ExitCode::from(self.code());
        }
        // The sentence can contain a path or a host as typed.
        anstream::eprintln!("pillarbox-relay: {}", safe_document(&self.to_string()));
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::ClosedPipe => 0,
            Self::No(_) => exit::NO,
            Self::Unreached(_) => exit::UNREACHED,
            Self::Store(_) => exit::STORE,
            Self::Stopped => exit::INTERRUPTED,
        }
    }
}

/// Turns an error of writing results into a failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            kind => Self::No(format!(
                "the output cannot be written: {}. Free some space, or write elsewhere",
                in_words(kind)
            )),
        }
    }
}

/// An error of writing JSON means that some data of this program has no form in JSON. No such data is known.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}
