//! Making an account: keys and a profile here, then registration at the relay.

use std::fs;
use std::path::Path;

use pillarbox_client::vault::FILE_NAME;
use pillarbox_client::{NewAccount, Passphrase, Phone, ProfileError, Vault};
use pillarbox_wire::{NumberCode, Refusal};

use super::super::context::{CliContext, now, passphrase};
use super::super::failure::Failure;
use super::super::passphrase::{Purpose, is_short};
use super::super::program::PhoneProgram;
use super::super::{net, words};

/// Creates the account both here and at the relay, or nowhere. A profile that no relay knows would only be in the
/// way of the corrected command.
pub(super) fn create(
    context: &mut CliContext<'_, impl PhoneProgram>,
    new: NewAccount,
    code: Option<NumberCode>,
) -> Result<(), Failure> {
    if Vault::is_there(&context.directory()?) {
        return match code {
            Some(code) => go_on(context, &new, code),
            None => Err(Failure::ProfileExists),
        };
    }
    let secret = context.options.passphrase().read(Purpose::New)?;
    if is_short(&secret) {
        context.terminal.warn("this passphrase is short. Whoever copies the profile can try many.");
    }
    make(context, &passphrase(secret)?, new, code, None)
}

/// Creates the account in an empty profile directory. `aside` is the folder that a former profile was moved to, if
/// there was one.
pub(super) fn make(
    context: &mut CliContext<'_, impl PhoneProgram>,
    passphrase: &Passphrase,
    new: NewAccount,
    code: Option<NumberCode>,
    aside: Option<&Path>,
) -> Result<(), Failure> {
    let directory = context.directory()?;
    context.terminal.note("Making keys, then asking the relay for an account.");
    let existed = directory.exists();
    let made = Phone::create(&directory, passphrase, new, now(), &mut context.rng);
    if made.as_ref().is_err_and(|error| !matches!(error, ProfileError::Exists | ProfileError::InUse)) {
        // A file truncated by a full disk would be in the way of the same command, typed again. If the file was
        // never created, failing to remove it is not a second failure.
        remove_unfinished(&directory, existed).unwrap_or_default();
    }
    let mut phone = made?;
    if let Some(code) = code {
        phone.enter_code(code).map_err(Failure::from)?;
    }
    let registered = net::register(context, &mut phone).map_err(|failure| match failure {
        Failure::Refused(Refusal::NotOffered) if code.is_some() => Failure::NoCodes,
        other => other,
    });
    match registered {
        Ok(before) => made_known(context, &phone, (before, code.is_some()), aside),
        Err(failure) => {
            if failure.leaves_account_unmade() {
                drop(phone);
                remove_unfinished(&directory, existed)
                    .map_err(|error| Failure::File(directory, error.to_string()))?;
            }
            Err(failure)
        }
    }
}

/// Sends the code for a profile whose registration got no answer: the relay may have made the account with its keys.
fn go_on(
    context: &mut CliContext<'_, impl PhoneProgram>,
    new: &NewAccount,
    code: NumberCode,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    if phone.account().address.is_some() || phone.account().handle != new.handle {
        return Err(Failure::ProfileExists);
    }
    phone.enter_code(code).map_err(Failure::from)?;
    let before = net::register(context, &mut phone)?;
    made_known(context, &phone, (before, true), None)
}

/// Reports whether the account was created or taken over (`before`), what its number proves, and where a closed
/// profile was moved.
fn made_known(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    (before, by_code): (bool, bool),
    aside: Option<&Path>,
) -> Result<(), Failure> {
    let account = phone.account().clone();
    match &account.handle {
        Some(number) if before => {
            context.terminal.strong("Account taken over.")?;
            context.terminal.result(&format!(
                "{number} had an account. This phone has its place there now, and the former phone is signed out. What was \
                 said on that phone is not on this one. Your contacts' phones say that your safety number has changed, as soon as \
                 you add them or they write to you."
            ))?;
        }
        Some(number) => {
            context.terminal.strong("Account made.")?;
            context.terminal.result(&format!("Others find it by {number}."))?;
        }
        None => context.terminal.strong("Account made.")?,
    }
    if account.handle.is_some() {
        context.terminal.note(if by_code { words::NUMBERS_BY_CODE } else { words::NUMBERS_PROVE_NOTHING });
    }
    let directory = context.directory()?;
    context
        .terminal
        .note(&format!("The profile is sealed with the passphrase and lies in {}.", directory.display()));
    if let Some(aside) = aside {
        context
            .terminal
            .note(&format!("The profile of the closed account is in {} now, unchanged.", aside.display()));
    }
    context.next("account invite");
    Ok(())
}

/// Removes a profile that has just been created and is not finished; its folder too, unless that existed before.
pub(in crate::cli) fn remove_unfinished(directory: &Path, existed: bool) -> std::io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(directory.join(format!("{FILE_NAME}{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if existed { Ok(()) } else { fs::remove_dir(directory) }
}
