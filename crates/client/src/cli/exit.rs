//! The exit codes, which scripts may rely on.

use std::process::ExitCode;

use pillarbox_system::exit;

/// The result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command succeeded.
    Done,
    /// The command ran, and the answer is "no": a mismatch, a refusal, a blocked contact, or something still waits.
    No,
    /// The command line is not valid.
    Usage,
    /// The relay was not reached, or the answer was not the relay's.
    Relay,
    /// The profile cannot be read or written.
    Store,
    /// The user pressed Ctrl-C.
    Interrupted,
}

impl Exit {
    /// Returns the exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => exit::NO,
            Self::Usage => exit::USAGE,
            Self::Relay => exit::UNREACHED,
            Self::Store => exit::STORE,
            Self::Interrupted => exit::INTERRUPTED,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
