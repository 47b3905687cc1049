//! The exit codes of the three programs, which scripts may rely on.

/// The command ran, and the answer is no.
pub const NO: u8 = 1;

/// The command was typed wrongly. clap uses the same number.
pub const USAGE: u8 = 2;

/// The command has no answer: the other side was not reached, or the thing to be examined could not be examined.
pub const UNREACHED: u8 = 3;

/// Something that is stored cannot be read or written.
pub const STORE: u8 = 4;

/// Ctrl-C or another signal stopped the command: 128 plus the number of SIGINT, as shells count.
pub const INTERRUPTED: u8 = 130;
