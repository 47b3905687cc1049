//! What the phone knows of its own account, apart from its secrets.

use pillarbox_crypto::Padding;
use pillarbox_transport::{AddressError, RelayAddress};
use pillarbox_wire::{DeviceAddress, Encoded, Handle, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::habits::Habits;

/// How this phone protects what it says. Chosen when the account is made, and nothing that arrives changes it: a phone of
/// one protection takes no message of the other, so nobody on the way can talk it down. What another release of the program
/// does is another matter ([`Phone::stop_encrypting`](crate::Phone::stop_encrypting)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protection {
    /// Only the recipient's phone can read it.
    EndToEnd,
    /// The relay can read it: the plain-server design, for comparison in the lab.
    ServerReadable,
}

/// Which lengths this phone's messages may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaddingRule {
    /// As long as the message.
    None,
    /// Multiples of 80 bytes.
    Blocks80,
    /// Padmé lengths.
    Padme,
    /// Multiples of 16 KiB.
    Blocks16K,
}

impl PaddingRule {
    /// The padding as the session layer takes it.
    #[must_use]
    pub const fn padding(self) -> Padding {
        match self {
            Self::None => Padding::None,
            Self::Blocks80 => Padding::BLOCKS_80,
            Self::Padme => Padding::Padme,
            Self::Blocks16K => Padding::BLOCKS_16K,
        }
    }
}

/// What an account is made from.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The relay to register with.
    pub relay: RelayAddress,
    /// The number to be found under, if any.
    pub handle: Option<Handle>,
    /// What the phone calls itself towards people its owner writes to; at most
    /// [`MAX_NAME_LEN`](crate::body::MAX_NAME_LEN) bytes are kept.
    pub name: String,
    /// End to end, unless the lab asks otherwise.
    pub protection: Protection,
    /// Which lengths messages may have.
    pub padding: PaddingRule,
    /// What the phone does beside carrying texts.
    pub habits: Habits,
}

/// The account's facts, as views show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its relay.
    pub relay: RelayAddress,
    /// Its number, if any.
    pub handle: Option<Handle>,
    /// What the phone calls itself.
    pub name: String,
    /// Its address at the relay, once registered.
    pub address: Option<DeviceAddress>,
    /// How messages are protected.
    pub protection: Protection,
    /// Which lengths they may have.
    pub padding: PaddingRule,
    /// What the phone does beside carrying texts.
    pub habits: Habits,
    /// When the profile was made.
    pub created_at: Timestamp,
}

/// The account's facts as the vault keeps them; the secrets and the habits are rows of their own.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    relay: String,
    handle: Option<Handle>,
    name: String,
    address: Option<DeviceAddress>,
    protection: Protection,
    padding: PaddingRule,
    created_at: Timestamp,
}

impl Encoded for AccountRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 1_024;
}

impl From<&Account> for AccountRecord {
    fn from(account: &Account) -> Self {
        let Account { relay, handle, name, address, protection, padding, habits: _, created_at } = account;
        Self {
            relay: relay.to_string(),
            handle: handle.clone(),
            name: name.clone(),
            address: *address,
            protection: *protection,
            padding: *padding,
            created_at: *created_at,
        }
    }
}

impl AccountRecord {
    /// The account, with the habits that are kept beside it.
    pub(crate) fn with(self, habits: Habits) -> Result<Account, AddressError> {
        let Self { relay, handle, name, address, protection, padding, created_at } = self;
        Ok(Account { relay: relay.parse()?, handle, name, address, protection, padding, habits, created_at })
    }
}

impl Account {
    /// Whether this phone hides from the relay who sends.
    #[must_use]
    pub fn seals(&self) -> bool {
        self.protection == Protection::EndToEnd && self.habits.sealed_sender
    }
}
