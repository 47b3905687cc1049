//! Sealed rows: the operations of a transaction on the vault.
//!
//! A row is found under a keyed hash of its key and sealed under the row key with a random nonce. Table, look-up
//! key and layout are the associated data, so that a row moved to another key does not open. An older version
//! restored under its *own* key does open: a vault cannot know that its whole file is an old copy. The consequences
//! between two phones are the subject of [`recovery`](crate::recovery).

use std::ops::Deref;

use pillarbox_crypto::{AeadKey, aead, kdf, labels};
use pillarbox_wire::{Encoded, decode, encode};
use rand_core::CryptoRng;
use rusqlite::{OptionalExtension, Transaction, params};
use zeroize::Zeroizing;

use super::error::StorageError;
use super::lock::{LAYOUT, VaultKey};

const NONCE_LEN: usize = 24;

/// The tables of a vault. The vault stores their numbers, so a number is never reused for another table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Table {
    /// The account's details and secrets, by name.
    Account = 1,
    /// Contacts, by account.
    Contacts = 2,
    /// Contacts' delivery keys, by account.
    DeliveryKeys = 3,
    /// Ratchets, by device address.
    Conversations = 4,
    /// Entries of conversations, by account and index.
    Entries = 5,
    /// Places of messages in their conversations, by account and message.
    Messages = 6,
    /// Handled payloads, by account and digest.
    Digests = 7,
    /// Outgoing items, by order.
    Outbox = 8,
    /// Receipts and requests owed to a contact, by account.
    PendingReplies = 9,
    /// Signed prekeys, by number.
    SignedPreKeys = 10,
    /// One-time prekeys, by number.
    OneTimePreKeys = 11,
    /// KEM prekeys, by number.
    KemPreKeys = 12,
    /// Entries whose timer runs, by account and index.
    Expiring = 13,
    /// Facts that the owner gave the phone for the relay, by kind and subject.
    Facts = 14,
    /// Blocked accounts, by account. Rows of earlier versions are empty, and mean contacts.
    Blocked = 15,
    /// Groups, by number.
    Groups = 16,
    /// Delivery of the owner's texts to groups, by message.
    GroupTexts = 17,
    /// Evidence for reports, by account and message.
    Reports = 18,
    /// Tasks about channels, by order.
    ChannelWishes = 19,
    /// Channels that the owner follows, by name.
    Followed = 20,
    /// Number of an account's current phone if it is not the first, by account.
    Devices = 21,
    /// Account of a contact when it was verified, until the owner chooses, by account.
    FormerAccounts = 22,
    /// Full resend requests waiting to be sent, by account and number.
    ResendRequests = 23,
    /// People who wrote and are not accepted, by account.
    Strangers = 24,
    /// Posts of followed channels, by channel and ring slot.
    ChannelPosts = 27,
    /// Signed changes of groups, by group.
    Memberships = 28,
    /// Contacts whose phones have shown that they read bodies of version 2, by account.
    Readers = 29,
    /// Device lists, by account.
    DeviceLists = 34,
    /// Linked devices with which this phone exchanges messages, by name.
    LinkedDevices = 35,
    /// Contacts' knowledge of this account's devices, by account.
    ToldDevices = 36,
    /// News for this account's other devices that is not in the outbox yet, by number.
    OwnNews = 37,
    /// Accounts as they were last sent to this account's other devices, by account.
    ToldContacts = 38,
    /// Groups as they were last sent to this account's other devices, by group.
    ToldGroups = 39,
    /// The phone's memory of the relay's public log of keys, if it checks that log: one row.
    DirectoryProofs = 40,
    /// Device lists that contacts have sent and the public log has not proved yet, by account.
    UnprovedLists = 41,
    /// Channels of this account that this phone has opened or posted in, by name.
    OwnChannels = 42,
    /// Devices of contacts that check the public log, and when each was sent a head, by name.
    LogCheckers = 43,
    /// Pictures of conversations, by account and message.
    Pictures = 50,
    /// Pictures on their way to the relay or from it, and those that did not arrive, by account and message.
    PictureTransfers = 51,
    /// Devices of contacts that show pictures, by name.
    PictureViewers = 52,
}

/// The two keys for sealing and finding all rows.
pub(super) struct RowKeys {
    seal: AeadKey,
    lookup: Zeroizing<[u8; 32]>,
}

impl RowKeys {
    pub(super) fn derive(vault_key: &VaultKey) -> Self {
        let input: &[&[u8]] = &[vault_key.as_bytes()];
        let seal = kdf::hkdf::<32>(&[], input, labels::VAULT_ROW, &[]);
        Self {
            seal: AeadKey::from_bytes(*seal),
            lookup: kdf::hkdf::<32>(&[], input, labels::VAULT_LOOKUP, &[]),
        }
    }

    pub(super) fn lookup(&self, table: Table, key: &[u8]) -> [u8; 32] {
        kdf::hmac(&*self.lookup, &[&[table as u8], key])
    }

    fn open(
        &self,
        table: Table,
        lookup: &[u8],
        nonce: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        let nonce = nonce.try_into().map_err(|_| StorageError::Damaged)?;
        aead::open_extended(&self.seal, nonce, &associated(table, lookup), sealed)
            .map_err(|_| StorageError::Damaged)
    }
}

fn associated(table: Table, lookup: &[u8]) -> Vec<u8> {
    [&[LAYOUT, table as u8], lookup].concat()
}

/// The stored rows at one moment.
pub(crate) struct View<'a> {
    transaction: Transaction<'a>,
    keys: &'a RowKeys,
}

impl<'a> View<'a> {
    pub(super) fn new(transaction: Transaction<'a>, keys: &'a RowKeys) -> Self {
        Self { transaction, keys }
    }

    /// Returns the row under `key`.
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        let lookup = self.keys.lookup(table, key);
        let mut statement = self
            .transaction
            .prepare_cached("SELECT nonce, sealed FROM row WHERE place = ?1 AND lookup = ?2")?;
        let found: Option<(Vec<u8>, Vec<u8>)> = statement
            .query_row(params![table as u8, lookup], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found.map(|(nonce, sealed)| self.keys.open(table, &lookup, &nonce, &sealed)).transpose()
    }

    /// Returns true if there is a row under `key`.
    pub(crate) fn has(&self, table: Table, key: &[u8]) -> Result<bool, StorageError> {
        Ok(self.get(table, key)?.is_some())
    }

    /// Returns all rows of a table, in an order that reveals nothing.
    pub(crate) fn all(&self, table: Table) -> Result<Vec<Zeroizing<Vec<u8>>>, StorageError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT lookup, nonce, sealed FROM row WHERE place = ?1")?;
        let found = statement.query_map([table as u8], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
        })?;
        found
            .map(|row| {
                let (lookup, nonce, sealed) = row?;
                self.keys.open(table, &lookup, &nonce, &sealed)
            })
            .collect()
    }

    /// Counts the rows of a table.
    pub(crate) fn count(&self, table: Table) -> Result<usize, StorageError> {
        let mut statement = self.transaction.prepare_cached("SELECT COUNT(*) FROM row WHERE place = ?1")?;
        let count: i64 = statement.query_row([table as u8], |row| row.get(0))?;
        usize::try_from(count).map_err(|_| StorageError::Damaged)
    }

    /// Returns the value under `key`.
    pub(crate) fn load<T: Encoded>(&self, table: Table, key: &[u8]) -> Result<Option<T>, StorageError> {
        self.get(table, key)?.map(|bytes| decode(&bytes).map_err(|_| StorageError::Damaged)).transpose()
    }

    /// Returns all values of a table, in an order that reveals nothing.
    pub(crate) fn load_all<T: Encoded>(&self, table: Table) -> Result<Vec<T>, StorageError> {
        self.all(table)?.iter().map(|bytes| decode(bytes).map_err(|_| StorageError::Damaged)).collect()
    }
}

/// One transaction: either all of its changes are stored or none. It reads its own changes.
pub(crate) struct Rows<'a> {
    view: View<'a>,
    /// The caller's randomness, also for work on the rows.
    pub(crate) rng: &'a mut dyn CryptoRng,
}

impl<'a> Deref for Rows<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &View<'a> {
        &self.view
    }
}

impl<'a> Rows<'a> {
    pub(super) fn new(view: View<'a>, rng: &'a mut dyn CryptoRng) -> Self {
        Self { view, rng }
    }

    /// Returns the rows and the randomness side by side.
    pub(crate) fn split(&mut self) -> (&View<'a>, &mut dyn CryptoRng) {
        (&self.view, self.rng)
    }

    pub(super) fn commit(self) -> Result<(), StorageError> {
        Ok(self.view.transaction.commit()?)
    }

    /// Stores a row under `key`, replacing any other.
    pub(crate) fn put(&mut self, table: Table, key: &[u8], plaintext: &[u8]) -> Result<(), StorageError> {
        let lookup = self.view.keys.lookup(table, key);
        let mut nonce = [0; NONCE_LEN];
        self.rng.fill_bytes(&mut nonce);
        let sealed =
            aead::seal_extended(&self.view.keys.seal, &nonce, &associated(table, &lookup), plaintext);
        self.view
            .transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO row (place, lookup, nonce, sealed) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![table as u8, lookup, nonce, sealed])?;
        Ok(())
    }

    /// Removes the row under `key`, if there is one.
    pub(crate) fn remove(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        let lookup = self.view.keys.lookup(table, key);
        self.view
            .transaction
            .prepare_cached("DELETE FROM row WHERE place = ?1 AND lookup = ?2")?
            .execute(params![table as u8, lookup])?;
        Ok(())
    }

    /// Stores a value under `key`, replacing any other.
    pub(crate) fn store<T: Encoded>(
        &mut self,
        table: Table,
        key: &[u8],
        value: &T,
    ) -> Result<(), StorageError> {
        // Every record's limit leaves room for the longest fields, so this does not fail for real values.
        let bytes = Zeroizing::new(encode(value).map_err(|_| StorageError::Damaged)?);
        self.put(table, key, &bytes)
    }
}
