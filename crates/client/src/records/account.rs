//! The phone's own account, apart from its secrets.

use pillarbox_crypto::Padding;
use pillarbox_transport::{AddressError, RelayAddress};
use pillarbox_wire::{DeviceAddress, Encoded, Handle, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::habits::{GroupBasis, Habits};

/// The protection of this phone's messages. It is chosen when the account is created, and nothing received changes
/// it: a phone of one protection accepts no message of the other, so that no one in between can downgrade it.
/// Another release of the program can change it ([`Phone::stop_encrypting`](crate::Phone::stop_encrypting)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protection {
    /// Only the recipient's phone can read it.
    EndToEnd,
    /// The relay can read it: the plain-server design, for comparison in the lab.
    ServerReadable,
}

/// The lengths that this phone's messages may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaddingRule {
    /// The length of the message itself.
    None,
    /// Multiples of 80 bytes.
    Blocks80,
    /// The lengths of Padmé.
    Padme,
    /// Multiples of 16 KiB.
    Blocks16K,
}

impl PaddingRule {
    /// Returns the padding for the session layer.
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

/// The details of a new account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The relay to register with.
    pub relay: RelayAddress,
    /// The number under which others find it, if any.
    pub handle: Option<Handle>,
    /// The name that the phone suggests to people its owner writes to; at most
    /// [`MAX_NAME_LEN`](crate::body::MAX_NAME_LEN) bytes are kept.
    pub name: String,
    /// End to end, unless the lab asks for another protection.
    pub protection: Protection,
    /// The lengths of messages.
    pub padding: PaddingRule,
    /// The phone's habits other than carrying texts.
    pub habits: Habits,
}

/// The account as views show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The relay at which the account is registered.
    pub relay: RelayAddress,
    /// Its number, if any.
    pub handle: Option<Handle>,
    /// The name that the phone suggests for itself.
    pub name: String,
    /// Its address at the relay, once registered.
    pub address: Option<DeviceAddress>,
    /// The protection of messages.
    pub protection: Protection,
    /// The lengths of messages.
    pub padding: PaddingRule,
    /// The phone's habits other than carrying texts.
    pub habits: Habits,
    /// Time at which the profile was created.
    pub created_at: Timestamp,
}

/// The account as the vault stores it. Secrets and habits are separate rows.
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
    /// Returns the account with its habits, which are stored in a separate row.
    pub(crate) fn with(self, habits: Habits) -> Result<Account, AddressError> {
        let Self { relay, handle, name, address, protection, padding, created_at } = self;
        Ok(Account { relay: relay.parse()?, handle, name, address, protection, padding, habits, created_at })
    }
}

impl Account {
    /// Returns true if this phone signs who is in the groups that it creates, and reads what others sign.
    #[must_use]
    pub fn signs_groups(&self) -> bool {
        let signs = matches!(self.habits.groups, None | Some(GroupBasis::Signed));
        self.protection == Protection::EndToEnd && signs
    }

    /// Returns true if this phone asks the operator for changes of groups, and believes what the operator says of them.
    #[must_use]
    pub fn follows_operator(&self) -> bool {
        self.habits.groups == Some(GroupBasis::Operator)
    }

    /// Returns true if this phone hides the sender from the relay.
    #[must_use]
    pub fn seals(&self) -> bool {
        self.protection == Protection::EndToEnd && self.habits.sealed_sender
    }
}
