//! `pillarbox directory`: whether the keys that the relay returns are checked against its public log.

use super::context::{CliContext, must_be_open};
use super::failure::Failure;
use super::program::PhoneProgram;
use super::services::DirectoryCommand;

/// Runs `pillarbox directory`.
pub(crate) fn run(
    context: &mut CliContext<'_, impl PhoneProgram>,
    command: &DirectoryCommand,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    match command {
        DirectoryCommand::On => {
            phone.check_directory(true, &mut context.rng)?;
            context.terminal.result(
                "This phone now checks the keys that it is given against the relay's public log, and looks there for keys \
                 in your name that are not yours, each time it connects and each hour. It does so from the next command \
                 that connects.",
            )
        }
        DirectoryCommand::Off => {
            phone.check_directory(false, &mut context.rng)?;
            context.terminal.result(
                "This phone no longer checks the keys that it is given, and has forgotten what it saw of the relay's log.",
            )
        }
        DirectoryCommand::Head => {
            head(context, &phone.directory_heads(), phone.checks_directory())?;
            if phone.has_seen_two_logs() {
                context.terminal.note(
                    "The relay has shown two public logs, and these heads are the proof. Keep them in a file; whoever has \
                     the file can check them: pillarbox-relay log-audit ADDRESS --heads FILE.",
                );
            }
            Ok(())
        }
    }
}

fn head(
    context: &mut CliContext<'_, impl PhoneProgram>,
    heads: &[pillarbox_wire::SeenHead],
    checks: bool,
) -> Result<(), Failure> {
    if heads.is_empty() {
        context.terminal.note(if checks {
            "This phone has not seen the relay's public log yet. It looks with the next command that connects."
        } else {
            "This phone does not check the relay's public log; `directory on` begins that."
        });
    }
    heads.iter().try_for_each(|seen| context.terminal.verbatim(&seen.to_string()))
}
