//! `pillarbox account lock`: makes the pillarbox process that holds the profile open lock it, and reports when that is
//! done. It needs no passphrase, because locking never does harm.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use pillarbox_client::vault::{FILE_NAME, is_open};

use super::super::context::CliContext;
use super::super::failure::Failure;
use super::super::program::PhoneProgram;
use super::holder::{failed, find};

/// Time for a chat to lock. It stores typed lines, disconnects from the relay and closes the profile, which takes a
/// second at most unless its disk or connection hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Interval at which the lock is checked.
const LOOK: Duration = Duration::from_millis(10);

/// Runs `pillarbox account lock`.
pub(crate) fn tell(context: &mut CliContext<'_, impl PhoneProgram>) -> Result<(), Failure> {
    let directory = context.directory()?;
    if !directory.join(FILE_NAME).exists() {
        return Err(Failure::NoProfile);
    }
    let holder = || find(&directory).map_err(|error| failed(&directory, &error));
    let Some(process) = holder()? else { return nobody(context, &directory) };
    say_lock(process)?;
    let until = Instant::now() + PATIENCE;
    while holder()? == Some(process) {
        if Instant::now() > until {
            return Err(Failure::LockUnheard { process });
        }
        thread::sleep(LOOK);
    }
    context
        .terminal
        .result("Locked: neither texts nor keys are left in the program that had this profile open.")
}

/// Reports that no process listens. A command that ends by itself is not interrupted.
fn nobody(context: &mut CliContext<'_, impl PhoneProgram>, directory: &Path) -> Result<(), Failure> {
    if is_open(directory)? {
        return Err(Failure::AtWork);
    }
    context.terminal.result("Nothing to lock: no pillarbox has this profile open.")
}

#[cfg(unix)]
fn say_lock(process: i32) -> Result<(), Failure> {
    use rustix::process::{Pid, Signal, kill_process};
    let Some(pid) = Pid::from_raw(process) else { return Err(Failure::LockUnheard { process }) };
    // A process that a shell has stopped handles no signal until it continues.
    for signal in [Signal::USR1, Signal::CONT] {
        match kill_process(pid, signal) {
            // The process has ended meanwhile, so nothing of the profile is open either.
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(_) => return Err(Failure::LockUnheard { process }),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn say_lock(process: i32) -> Result<(), Failure> {
    Err(Failure::LockUnheard { process })
}
