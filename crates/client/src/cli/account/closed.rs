//! A new account that replaces a closed one. The old profile is moved aside unchanged.

use std::fs;
use std::path::{Path, PathBuf};

use pillarbox_client::display::safe;
use pillarbox_client::vault::FILE_NAME;
use pillarbox_client::{Account, NewAccount, Phone, Vault};
use pillarbox_wire::NumberCode;

use super::super::context::{CliContext, now, passphrase};
use super::super::failure::Failure;
use super::super::grammar::quote;
use super::super::passphrase::Purpose;
use super::super::program::PhoneProgram;
use super::making;

/// The number of names tried for the folder to which the old profile is moved: enough for all the accounts of one
/// profile that are closed in one day.
const TRIED: usize = 1_000;

/// Returns the folder of the profile to be replaced, if one exists and the command asks for its replacement.
pub(super) fn place_of(
    context: &CliContext<'_, impl PhoneProgram>,
    wanted: bool,
) -> Result<Option<PathBuf>, Failure> {
    let directory = context.directory()?;
    Ok((wanted && Vault::is_there(&directory)).then_some(directory))
}

/// Returns the command that makes a new account with the number and name of the closed one.
pub(super) fn anew(account: &Account) -> String {
    let mut words = vec![format!("account create --relay {}", account.relay)];
    words.extend(account.handle.as_ref().map(|number| format!("--number {}", number.as_str())));
    if !account.name.is_empty() {
        // With `=`, a name that begins with a dash is not read as an option.
        words.push(format!("--name={}", quote(&account.name)));
    }
    words.push("--replace-closed".to_owned());
    words.join(" ")
}

/// Names, in a sentence, the details of the closed account that the new one lacks.
fn left_out(closed: &Account, new: &NewAccount) -> Option<String> {
    let number = closed
        .handle
        .as_ref()
        .filter(|_| new.handle.is_none())
        .map(|number| format!("its number {}", number.as_str()));
    let name = Some(&closed.name).filter(|name| !name.is_empty() && new.name.is_empty());
    let name = name.map(|name| format!("its name {}", safe(name)));
    let both: Vec<String> = number.into_iter().chain(name).collect();
    let both = both.join(" and ");
    (!both.is_empty()).then(|| {
        format!(
            "The new account does not take over {both} from the closed one: --number and --name give them."
        )
    })
}

/// Moves a closed profile aside and creates an account in its folder under the same passphrase. If that fails, the
/// old profile is moved back.
pub(super) fn replace(
    context: &mut CliContext<'_, impl PhoneProgram>,
    place: &Path,
    new: NewAccount,
    code: Option<NumberCode>,
) -> Result<(), Failure> {
    let passphrase = passphrase(context.options.passphrase().read(Purpose::Existing)?)?;
    let phone = Phone::open(place, &passphrase, now(), &mut context.rng)?;
    let Some(closed_at) = phone.closed_at()? else { return Err(Failure::AccountOpen) };
    if let Some(says) = left_out(phone.account(), &new) {
        context.terminal.note(&says);
    }
    drop(phone);
    let aside = free_place(place, &closed_at.to_string())?;
    let failed = |error: std::io::Error| Failure::File(place.to_owned(), error.to_string());
    fs::rename(place, &aside).map_err(failed)?;
    let made = making::make(context, &passphrase, new, code, Some(&aside));
    if made.is_err() && !place.join(FILE_NAME).exists() {
        // The attempt may have left an empty folder.
        fs::remove_dir(place).unwrap_or_default();
        fs::rename(&aside, place).map_err(failed)?;
    }
    made
}

/// Returns a folder beside `place` that does not exist yet, named after the day of closing.
fn free_place(place: &Path, closed_at: &str) -> Result<PathBuf, Failure> {
    let day = closed_at.split(' ').next().unwrap_or_default();
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbers = std::iter::once(String::new()).chain((2..TRIED).map(|number| format!("-{number}")));
    let mut places = numbers.map(|number| place.with_file_name(format!("{name}-closed-{day}{number}")));
    places
        .find(|aside| !aside.exists())
        .ok_or_else(|| Failure::File(place.to_owned(), "there is no free name beside it".to_owned()))
}
