//! Names for contacts: the owner's choice if it is free, or one near a stranger's suggestion.

use pillarbox_text::show;
use pillarbox_wire::AccountId;

use crate::phone::error::PhoneError;
use crate::records::body::MAX_NAME_LEN;
use crate::records::contact::ContactRecord;
use crate::text::naming::{self, check_name};
use crate::vault::{StorageError, Table, View};

/// Cuts a text at a character so that it has at most `most` bytes.
pub(crate) fn bounded(mut text: String, most: usize) -> String {
    while text.len() > most {
        text.pop();
    }
    text
}

/// Returns the name if it is valid and no other contact has it.
pub(crate) fn free_name(rows: &View<'_>, account: AccountId, name: &str) -> Result<String, PhoneError> {
    check_name(name)?;
    if is_taken(rows, account, name)? { Err(PhoneError::NameTaken) } else { Ok(name.to_owned()) }
}

/// The name of a contact whom no one has named: the first characters of the account.
pub(crate) fn short(account: AccountId) -> String {
    account.to_string().chars().take(naming::SHORT_ACCOUNT).collect()
}

/// Returns a free name near a stranger's suggestion. Returns the account's short form if the suggestion cannot be
/// shown or is reserved ([`naming`]).
pub(crate) fn suggested_name(
    rows: &View<'_>,
    account: AccountId,
    wish: &str,
) -> Result<String, StorageError> {
    let wish = shown(wish);
    some_name(rows, account, if naming::reserved(&wish).is_some() { "" } else { &wish })
}

/// Returns a free name near one that the owner has chosen, here or before, or near a number that the relay has
/// vouched for.
pub(crate) fn some_name(rows: &View<'_>, account: AccountId, wish: &str) -> Result<String, StorageError> {
    let short = short(account);
    let wish = shown(wish);
    if !naming::is_showable(&wish) {
        return Ok(short);
    }
    if is_taken(rows, account, &wish)? { Ok(format!("{wish}-{short}")) } else { Ok(wish) }
}

/// Returns the visible part of a suggestion, short enough to append an account.
fn shown(wish: &str) -> String {
    bounded(show::safe(wish).replace(show::REPLACEMENT, "").trim().to_owned(), MAX_NAME_LEN - 9)
}

fn is_taken(rows: &View<'_>, account: AccountId, name: &str) -> Result<bool, StorageError> {
    let contacts = rows.load_all::<ContactRecord>(Table::Contacts)?;
    let name = naming::fold(name);
    Ok(contacts.iter().any(|other| other.account != account && naming::fold(&other.name) == name))
}
