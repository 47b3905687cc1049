//! Keys of rows that several parts of the phone use, and small records.

use pillarbox_crypto::{IdentityError, SecretBytes};
use pillarbox_session::{Conversation, RecordError};
use pillarbox_wire::{
    AccountId, DeviceAddress, DeviceId, Encoded, FixedBytes, SenderCertificate, Timestamp, decode,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::phone::error::PhoneError;
use crate::phone::state::outbox::Item;
use crate::records::account::{Account, AccountRecord};
use crate::records::contact::ContactRecord;
use crate::records::habits::Habits;
use crate::records::ids::BodyId;
use crate::vault::{Rows, StorageError, Table, View};

pub(crate) fn store_account(rows: &mut Rows<'_>, account: &Account) -> Result<(), StorageError> {
    rows.store(Table::Account, HABITS, &account.habits)?;
    rows.store(Table::Account, FACTS, &AccountRecord::from(account))
}

/// Loads the habits. An account without the row has those of the shipped program.
pub(crate) fn load_habits(rows: &View<'_>) -> Result<Habits, StorageError> {
    let row = rows.get(Table::Account, HABITS)?;
    Ok(row.map(|row| read_grown(&row)).transpose()?.unwrap_or_default())
}

/// Names of rows in [`Table::Account`].
pub(crate) const FACTS: &[u8] = b"facts";

pub(crate) const IDENTITY: &[u8] = b"identity";

pub(crate) const DEVICE_KEY: &[u8] = b"device key";

pub(crate) const DELIVERY_KEY: &[u8] = b"delivery key";

pub(crate) const CERTIFICATE: &[u8] = b"certificate";

pub(crate) const BACKUP_KEY: &[u8] = b"backup key";

/// Present once the owner has been shown the key of the backups.
pub(crate) const BACKUP_KEY_SHOWN: &[u8] = b"backup key shown";

/// The digest of the contents of the last backup.
pub(crate) const BACKED_UP: &[u8] = b"backed up";

pub(crate) const HABITS: &[u8] = b"habits";

/// Present if this phone took over an existing account from another one.
pub(crate) const TOOK_OVER: &[u8] = b"took over";

/// Present if a former release of the program encrypted messages and this one does not.
pub(crate) const HAS_ENCRYPTED: &[u8] = b"has encrypted";

/// This device's role among those of an account; present on linked devices only.
pub(crate) const LINK: &[u8] = b"link";

/// A change of the owner's devices that the relay has not confirmed.
pub(crate) const DEVICE_CHANGE: &[u8] = b"device change";

/// The number of the next device to be linked, if one was linked before.
pub(crate) const NEXT_DEVICE: &[u8] = b"next device";

/// The location of a message in its conversation.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct EntryLocation {
    pub(crate) place: u64,
    /// Its item in the outbox, if this phone sent it.
    pub(crate) order: Option<u64>,
}

/// The index of a message that no entry shows.
pub(crate) const NO_ENTRY: u64 = u64::MAX;

impl Encoded for EntryLocation {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 32;
}

/// A handled payload, and the time, so that it can be forgotten later.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct DeduplicationRecord {
    pub(crate) contact: AccountId,
    pub(crate) digest: FixedBytes<32>,
    pub(crate) at: Timestamp,
}

impl Encoded for DeduplicationRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// An entry whose timer is running.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Expiring {
    pub(crate) contact: AccountId,
    pub(crate) place: u64,
    pub(crate) at: Timestamp,
}

impl Encoded for Expiring {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// The sender certificate in use, and the relay's key that it was issued under.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct CertificateRecord {
    pub(crate) certificate: SenderCertificate,
    pub(crate) issuer: FixedBytes<32>,
}

impl Encoded for CertificateRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 256;
}

/// Returns the first phone of an account. Its number counts the account's registrations.
pub(crate) fn device(rows: &View<'_>, account: AccountId) -> Result<DeviceAddress, StorageError> {
    let number = match rows.get(Table::Devices, &account.0)?.as_ref().map(|row| row.as_slice()) {
        None => DeviceId::FIRST,
        Some([number]) => DeviceId(*number),
        Some(_) => return Err(StorageError::Damaged),
    };
    Ok(DeviceAddress { account, device: number })
}

pub(crate) fn place_key(contact: AccountId, place: u64) -> Vec<u8> {
    [contact.0.as_slice(), &place.to_be_bytes()].concat()
}

pub(crate) fn message_key(contact: AccountId, id: BodyId) -> Vec<u8> {
    [contact.0.as_slice(), id.0.as_bytes()].concat()
}

pub(crate) fn digest_key(contact: AccountId, digest: &[u8; 32]) -> Vec<u8> {
    [contact.0.as_slice(), digest].concat()
}

/// Each account has one conversation, which restarts when its keys change.
fn conversation_key(account: AccountId) -> Vec<u8> {
    [account.0.as_slice(), &[DeviceId::FIRST.0]].concat()
}

pub(crate) fn load_contact(rows: &View<'_>, account: AccountId) -> Result<ContactRecord, PhoneError> {
    rows.load(Table::Contacts, &account.0)?.ok_or(PhoneError::UnknownContact)
}

/// Returns true if the owner has blocked this account.
pub(crate) fn has_blocked(rows: &View<'_>, account: AccountId) -> Result<bool, StorageError> {
    rows.has(Table::Blocked, &account.0)
}

pub(crate) fn store_contact(rows: &mut Rows<'_>, contact: &ContactRecord) -> Result<(), StorageError> {
    rows.store(Table::Contacts, &contact.account.0, contact)
}

pub(crate) fn load_delivery_key(
    rows: &View<'_>,
    account: AccountId,
) -> Result<Option<SecretBytes<32>>, StorageError> {
    rows.get(Table::DeliveryKeys, &account.0)?.map(|key| secret(&key)).transpose()
}

pub(crate) fn load_conversation(
    rows: &View<'_>,
    account: AccountId,
) -> Result<Option<Conversation>, StorageError> {
    let record = rows.get(Table::Conversations, &conversation_key(account))?;
    Ok(record.map(|record| Conversation::from_record(&record)).transpose()?)
}

pub(crate) fn store_conversation(
    rows: &mut Rows<'_>,
    account: AccountId,
    conversation: &Conversation,
) -> Result<(), StorageError> {
    rows.put(Table::Conversations, &conversation_key(account), &conversation.to_record())
}

pub(crate) fn remove_conversation(rows: &mut Rows<'_>, account: AccountId) -> Result<(), StorageError> {
    rows.remove(Table::Conversations, &conversation_key(account))
}

/// Removes an index of a conversation, with the rows stored with its message.
pub(crate) fn remove_place(
    rows: &mut Rows<'_>,
    contact: AccountId,
    place: u64,
    message: Option<BodyId>,
) -> Result<(), StorageError> {
    if let Some(message) = message {
        rows.remove(Table::Messages, &message_key(contact, message))?;
        rows.remove(Table::Reports, &message_key(contact, message))?;
        rows.remove(Table::Pictures, &message_key(contact, message))?;
        rows.remove(Table::PictureTransfers, &message_key(contact, message))?;
    }
    rows.remove(Table::Entries, &place_key(contact, place))?;
    rows.remove(Table::Expiring, &place_key(contact, place))
}

/// Reads a record whose every version adds one optional field at its end. Fields missing from older rows are read as
/// `None`.
pub(crate) fn read_grown<T: Encoded>(row: &[u8]) -> Result<T, StorageError> {
    let read = match row.split_first() {
        Some((version, rest)) if (1..T::VERSION).contains(version) => {
            let lacking = vec![0; usize::from(T::VERSION - version)];
            decode(&Zeroizing::new([&[T::VERSION], rest, &lacking].concat()))
        }
        _ => decode(row),
    };
    read.map_err(|_| StorageError::Damaged)
}

pub(crate) fn load_item(rows: &View<'_>, order: u64) -> Result<Option<Item>, StorageError> {
    rows.load(Table::Outbox, &order.to_be_bytes())
}

/// Returns the item that holds the message `id`. Orders are reused after the outbox was empty, so the id decides.
pub(crate) fn load_item_of(rows: &View<'_>, order: u64, id: BodyId) -> Result<Option<Item>, StorageError> {
    Ok(load_item(rows, order)?.filter(|item| item.id() == Some(id)))
}

pub(crate) fn store_item(rows: &mut Rows<'_>, item: &Item) -> Result<(), StorageError> {
    rows.store(Table::Outbox, &item.order.to_be_bytes(), item)
}

pub(crate) fn remove_item(rows: &mut Rows<'_>, order: u64) -> Result<(), StorageError> {
    rows.remove(Table::Outbox, &order.to_be_bytes())
}

/// Reads a secret of `N` bytes from a row.
pub(crate) fn secret<const N: usize>(row: &[u8]) -> Result<SecretBytes<N>, StorageError> {
    Ok(SecretBytes::from_bytes(row.try_into().map_err(|_| StorageError::Damaged)?))
}

impl From<RecordError> for StorageError {
    fn from(_: RecordError) -> Self {
        Self::Damaged
    }
}

/// Identities are checked before they are stored, so one that fails the check when read back is damaged.
impl From<IdentityError> for StorageError {
    fn from(_: IdentityError) -> Self {
        Self::Damaged
    }
}

impl From<IdentityError> for PhoneError {
    fn from(error: IdentityError) -> Self {
        StorageError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::encode;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Before {
        account: AccountId,
    }

    impl Encoded for Before {
        const VERSION: u8 = 1;
        const MAX_LEN: usize = 64;
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct After {
        account: AccountId,
        at: Option<Timestamp>,
    }

    impl Encoded for After {
        const VERSION: u8 = 2;
        const MAX_LEN: usize = 64;
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct LongAfter {
        account: AccountId,
        at: Option<Timestamp>,
        until: Option<Timestamp>,
    }

    impl Encoded for LongAfter {
        const VERSION: u8 = 3;
        const MAX_LEN: usize = 64;
    }

    #[test]
    fn a_record_of_a_version_long_before_lacks_each_field_since() {
        let account = AccountId([7; 16]);
        let before = encode(&Before { account }).unwrap();
        assert_eq!(read_grown(&before), Ok(LongAfter { account, at: None, until: None }));
        let at = Some(Timestamp(5));
        let after = encode(&After { account, at }).unwrap();
        assert_eq!(read_grown(&after), Ok(LongAfter { account, at, until: None }));
    }

    #[test]
    fn a_record_of_the_version_before_lacks_the_last_field() {
        let account = AccountId([7; 16]);
        let before = encode(&Before { account }).unwrap();
        assert_eq!(read_grown(&before), Ok(After { account, at: None }));
        let after = After { account, at: Some(Timestamp(5)) };
        assert_eq!(read_grown(&encode(&after).unwrap()), Ok(after));
        assert_eq!(
            read_grown::<Before>(&encode(&After { account, at: None }).unwrap()),
            Err(StorageError::Damaged)
        );
    }
}
