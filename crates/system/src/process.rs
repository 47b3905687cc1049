//! The process itself: what its crash leaves, and what a limit on the size of files does to it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::consts::SIGXFSZ;

/// Bytes that a core dump of this process may have, on Linux. A dump holds keys. With 0 the system writes none to a file, but
/// still hands one to a program that it is set to pipe dumps to (core(5)), and some of those keep it. A limit of 1 is below
/// the shortest dump that is written to a file, and the one value with which the kernel runs no such program either
/// (`fs/coredump.c`).
const DUMP_BYTES: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

/// Sees to it that a crash leaves no core dump.
///
/// A lower limit that was set from outside stays, and so does one that the system does not let this process set.
pub fn leave_no_dump() {
    let Rlimit { current, maximum } = getrlimit(Resource::Core);
    let least = DUMP_BYTES.min(maximum.unwrap_or(u64::MAX));
    if current == Some(least) {
        return;
    }
    // Lowering is always allowed; without it the process is as it was.
    setrlimit(Resource::Core, Rlimit { current: Some(least), maximum: Some(least) }).ok();
}

/// Has a write past the limit on the size of files (`ulimit -f`) fail, as one on a full disk does. Without this the signal
/// SIGXFSZ ends the process in the middle of what it does.
pub fn survive_file_size_limit() {
    // Being caught is all that the signal is for: the write that brought it says why it failed. Where the system refuses, the
    // process is as it was.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_has_no_room() {
        leave_no_dump();
        let Rlimit { current, maximum } = getrlimit(Resource::Core);
        assert!(current.unwrap() <= DUMP_BYTES && maximum.unwrap() <= DUMP_BYTES);
        leave_no_dump();
    }
}
