//! A locked chat: it has no profile, no connection and no contact's name, and waits to be unlocked.
//!
//! It never unlocks by itself. On a terminal the user types the passphrase, even if the chat began with one from a
//! file: a lock that a file on the same disk could open would be no lock at all. Without a terminal the line `/unlock`
//! asks for it, and the passphrase then comes from its original source.
//!
//! A wrong passphrase is often close to the right one, so the program replaces itself after each failed attempt and
//! keeps none in memory.

use pillarbox_client::Phone;

use super::super::context::CliContext;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::grammar::Chat as Arguments;
use super::super::passphrase::{PassphraseError, Source};
use super::super::program::PhoneProgram;
use super::super::terminal::can_ask;
use super::super::{errors, lock, typing};
use super::keyboard::{self, InputLine};

/// Waits for the passphrase and opens the profile. After a wrong passphrase this does not return.
pub(super) fn unlock(
    context: &mut CliContext<'_, impl PhoneProgram>,
    arguments: &Arguments,
) -> Result<Phone, Failure> {
    let person = can_ask() && !context.options.no_input;
    context.terminal.note(
        "Locked. Neither texts nor keys are in this program's memory, and it is not connected: messages wait at the \
         relay.",
    );
    let profile = context.place();
    let source = if person {
        context.terminal.note(&format!(
            "The screen and what scrolled off it were cleared, if this terminal does that. The profile is that in {}. The passphrase \
             opens the chat again; Ctrl-C ends it.",
            profile.display()
        ));
        // Input half typed when the chat was locked is not part of a passphrase.
        typing::forget();
        Source::Prompt
    } else {
        context.terminal.note(&format!(
            "The profile is that in {}. /unlock opens the chat again, /quit ends it.",
            profile.display()
        ));
        wait_to_be_asked(context)?;
        context.options.passphrase()
    };
    match context.open_with(&source) {
        Ok(phone) => Ok(phone),
        Err(
            failure @ (Failure::WrongPassphrase
            | Failure::InUse
            | Failure::Passphrase(
                PassphraseError::Empty | PassphraseError::NotText | PassphraseError::TooLong,
            )),
        ) => {
            if let Some(explained) = errors::explain(&failure, &context.place()) {
                context.terminal.error(&explained.what);
            }
            Err(lock::again(context, arguments))
        }
        Err(failure) => Err(failure),
    }
}

/// Reads and drops lines until one asks to unlock.
fn wait_to_be_asked(context: &mut CliContext<'_, impl PhoneProgram>) -> Result<(), Failure> {
    let mut input = keyboard::input().map_err(Failure::Input)?;
    let mut refused = false;
    while let Some(line) = keyboard::next_line(&mut input) {
        match line {
            InputLine::Failed(error) => return Err(Failure::Input(error)),
            InputLine::Text(line) if line.trim() == "/unlock" => return Ok(()),
            InputLine::Text(line) if matches!(line.trim(), "/quit" | "/exit") => break,
            InputLine::Text(line) if line.trim().is_empty() => {}
            _ => {
                refused = true;
                context
                    .terminal
                    .note("Locked: nothing was sent or kept of this line. /unlock opens, /quit ends.");
            }
        }
    }
    Err(Failure::Told(if refused { Exit::No } else { Exit::Done }))
}
