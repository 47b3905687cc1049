//! The exit codes, which scripts may rely on.

use std::process::ExitCode;

/// The result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command succeeded.
    Done,
    /// The command ran, and the answer is "no": a mismatch, a refusal, a blocked contact, or something still waits.
    No,
    /// The command line is not valid.
    Usage,
    /// The relay was not reached, or the answer did not come from it.
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
            Self::No => 1,
            Self::Usage => 2,
            Self::Relay => 3,
            Self::Store => 4,
            // 128 + SIGINT, as a shell reports a program that Ctrl-C ended.
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
