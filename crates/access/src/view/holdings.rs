//! Everything that the operator of one relay possesses.

use std::fmt;

use pillarbox_crypto::{SecretBytes, SigningPublic};
use pillarbox_relay::store::{AccountRow, MessageRow};
use pillarbox_relay::{Completeness, Holdings, KEY_FILE, Relay, SqliteStore, StoreError};
use pillarbox_wire::{AccountId, DepositKind, DeviceAddress, Handle};

/// Everything that the operator of one relay possesses: its rows, and every 32 bytes among them that could be a key.
pub struct RelayHoldings {
    rows: Holdings,
    certificate_key: Option<SigningPublic>,
    keys: Vec<HeldKey>,
}

/// A value of 32 bytes in the operator's possession, and the place where it was found.
pub struct HeldKey {
    /// The record and field with the value.
    pub found_in: &'static str,
    /// True for a private key of the relay, false for a public value in a row.
    pub is_private: bool,
    /// The account that the row is about, if it is about one.
    pub owner: Option<AccountId>,
    /// The value of 32 bytes.
    pub bytes: SecretBytes<32>,
}

impl fmt::Debug for HeldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeldKey({})", self.found_in)
    }
}

impl fmt::Debug for RelayHoldings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelayHoldings({} messages, {} keys)", self.rows.messages.len(), self.keys.len())
    }
}

impl RelayHoldings {
    /// Collects everything that the operator of a relay in this process has. A transport key belongs to it if the
    /// caller gives one.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn of_relay(
        relay: &Relay<SqliteStore>,
        transport_key: Option<&SecretBytes<32>>,
    ) -> Result<Self, StoreError> {
        let rows = relay.store().holdings()?;
        let mut keys = keys_in(&rows);
        let signing = relay.store().certificate_key()?;
        let of_certificates = signing.as_ref().map(|key| ("meta.certificate_key", *key.to_bytes()));
        let of_transport = transport_key.map(|key| (KEY_FILE, *key.as_bytes()));
        for (found_in, bytes) in of_certificates.into_iter().chain(of_transport) {
            keys.push(HeldKey {
                found_in,
                is_private: true,
                owner: None,
                bytes: SecretBytes::from_bytes(bytes),
            });
        }
        Ok(Self::of(rows, signing.map(|signing| signing.public()), keys))
    }

    /// Collects rows alone, with the values in them that could be keys.
    #[cfg(test)]
    pub(crate) fn of_rows(rows: Holdings) -> Self {
        let keys = keys_in(&rows);
        Self::of(rows, None, keys)
    }

    pub(crate) const fn of(
        rows: Holdings,
        certificate_key: Option<SigningPublic>,
        keys: Vec<HeldKey>,
    ) -> Self {
        Self { rows, certificate_key, keys }
    }

    /// Returns the relay's rows.
    #[must_use]
    pub const fn rows(&self) -> &Holdings {
        &self.rows
    }

    /// Reports whether rows may be missing from what was read.
    #[must_use]
    pub const fn completeness(&self) -> Completeness {
        self.rows.completeness
    }

    /// Returns the public half of the key with which the relay signs sender certificates.
    #[must_use]
    pub const fn certificate_key(&self) -> Option<SigningPublic> {
        self.certificate_key
    }

    /// Returns every value of 32 bytes that could be a key.
    #[must_use]
    pub fn keys(&self) -> &[HeldKey] {
        &self.keys
    }

    /// Returns the number of messages that this relay has accepted since it was set up, by its own row numbers.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.rows.counters.next_message.0.saturating_sub(1)
    }

    /// Returns the row of the account with this number.
    #[must_use]
    pub fn account(&self, about: &Handle) -> Option<&AccountRow> {
        self.rows.account_of(about)
    }

    /// Returns the rows of messages to or from an account, in order of arrival.
    pub fn messages_of(&self, account: AccountId) -> impl Iterator<Item = &MessageRow> {
        self.rows.messages.iter().filter(move |row| {
            self.recipient(row).is_some_and(|address| address.account == account)
                || row.sender.is_some_and(|address| address.account == account)
        })
    }

    /// Returns the device whose mailbox contains a row.
    #[must_use]
    pub fn recipient(&self, row: &MessageRow) -> Option<DeviceAddress> {
        self.rows.address(row.mailbox)
    }

    /// Returns an account's name for the answer: its number, or its id if it has none.
    #[must_use]
    pub fn name(&self, account: AccountId) -> String {
        self.rows
            .accounts
            .iter()
            .find(|row| row.account == account)
            .and_then(|row| row.handle.as_ref())
            .map_or_else(|| format!("account {account}"), ToString::to_string)
    }
}

/// Collects every field of 32 bytes in the rows, public keys included. An attempt with a public key costs nothing,
/// and leaves no doubt about which key was needed.
pub(super) fn keys_in(rows: &Holdings) -> Vec<HeldKey> {
    let mut keys = Vec::new();
    let mut hold = |found_in, is_private, owner, bytes: &[u8]| {
        if let Ok(bytes) = <[u8; 32]>::try_from(bytes) {
            keys.push(HeldKey { found_in, is_private, owner, bytes: SecretBytes::from_bytes(bytes) });
        }
    };
    for row in &rows.accounts {
        let owner = Some(row.account);
        hold("accounts.identity_signing", false, owner, row.identity_signing.as_bytes());
        hold("accounts.identity_agreement", false, owner, row.identity_agreement.as_bytes());
        hold("accounts.delivery_verifier", false, owner, row.delivery_verifier.as_bytes());
    }
    for row in &rows.devices {
        hold("devices.device_key", false, Some(row.account), row.device_key.as_bytes());
    }
    for row in &rows.prekeys {
        let owner = rows.address(row.device_number).map(|address| address.account);
        hold("prekeys.key", false, owner, row.key.as_slice());
    }
    for row in &rows.deposits {
        let is_private = row.kind == DepositKind::BackupKey;
        hold("deposits.value", is_private, Some(row.account), row.value.as_slice());
    }
    keys
}
