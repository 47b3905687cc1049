//! The exit codes.

/// The command ran, and the answer is no.
pub(super) const FAILED: u8 = 1;
/// The command was typed wrongly. clap uses the same number.
pub(super) const USAGE: u8 = 2;
/// An audit could not look, or its search missed what is there.
pub(super) const NO_RESULT: u8 = 3;
/// The data store failed.
pub(super) const STORE: u8 = 4;
/// Ctrl-C or a signal stopped the command.
pub(super) const INTERRUPTED: u8 = 130;
