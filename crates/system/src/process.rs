//! The process itself: the traces of its crash, and the effect of a limit on the size of files.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::consts::SIGXFSZ;

/// Bytes that a core dump of this process may have. A dump contains keys. With 0 Linux writes no dump to a file,
/// but still passes a dump to a program to which dumps are piped (core(5)), and some of those programs keep it. A
/// limit of 1 is below the shortest dump that Linux writes to a file, and is the only value with which Linux runs
/// no such program either (`fs/coredump.c`).
const DUMP_BYTES: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

/// Keeps a crash from leaving a core dump.
///
/// A lower limit that was set from outside is kept, and so is the limit of a system that does not let this process
/// change it.
pub fn leave_no_dump() {
    let Rlimit { current, maximum } = getrlimit(Resource::Core);
    let least = DUMP_BYTES.min(maximum.unwrap_or(u64::MAX));
    if current == Some(least) {
        return;
    }
    // Lowering is always allowed. If it fails, the process is unchanged.
    setrlimit(Resource::Core, Rlimit { current: Some(least), maximum: Some(least) }).ok();
}

/// Makes a write above the limit on the size of files (`ulimit -f`) fail like one on a full disk. Without this
/// call, the signal SIGXFSZ ends the process in the middle of its work.
pub fn survive_file_size_limit() {
    // Catching the signal is enough, because the write that caused it then returns an error with the reason. If the
    // system refuses, the process is unchanged.
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
