//! Locking: no data of the profile remains in the process that continues.
//!
//! A program that only overwrote its secrets would have to know every copy: freed memory, stacks, buffers of the
//! terminal, the network and SQLite. This program does not try. It closes the profile and has the system replace it
//! by the same program (execve(2)): same process, same streams, and a new, empty address space. The new program learns
//! from its arguments that it is locked, but not with whom the chat was.
//!
//! Locking does not reach: output that is in a pipe or in a program that shows or records a terminal, the shell's
//! history, swap space, earlier core dumps, and pages that the system has taken back and not yet reused (it wipes
//! them before it does).

mod holder;
mod tell;

use std::process::Command;

use super::context::CliContext;
use super::failure::Failure;
use super::grammar::Chat;
use super::period::Period;
use super::program::PhoneProgram;

pub(crate) use holder::Holder;
pub(crate) use tell::tell;

/// Replaces this program by a locked chat, with the options of `chat` and without its contact. Close the profile and
/// clear the screen before this call. Returns only on failure.
pub(crate) fn again(context: &mut CliContext<'_, impl PhoneProgram>, chat: &Chat) -> Failure {
    let mut arguments: Vec<_> = context.program.words().into_iter().skip(1).collect();
    arguments.extend(context.options.arguments());
    arguments.extend(["chat", "--locked"].map(Into::into));
    if let Some(Period(Some(seconds))) = chat.lock_after {
        arguments.push(format!("--lock-after={seconds}s").into());
    }
    arguments.extend(chat.last.map(|last| format!("--last={last}").into()));
    arguments.extend(chat.lines.then(|| "--lines".into()));
    match std::env::current_exe() {
        Ok(program) => replace(context, Command::new(program).args(arguments)),
        Err(error) => Failure::NotLocked(error.to_string()),
    }
}

#[cfg(unix)]
fn replace(_: &mut CliContext<'_, impl PhoneProgram>, command: &mut Command) -> Failure {
    use std::os::unix::process::CommandExt;
    Failure::NotLocked(command.exec().to_string())
}

#[cfg(not(unix))]
fn replace(context: &mut CliContext<'_, impl PhoneProgram>, _: &mut Command) -> Failure {
    context.terminal.note(
        "On this system a program cannot put another one in its place, so this one's memory is not wiped while it \
         runs. It ends instead.",
    );
    Failure::Told(super::exit::Exit::Done)
}
