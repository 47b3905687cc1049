//! The people this phone writes to: who they are, and how sure its owner can be of that.
//!
//! A contact *is* an account at the relay; what it is called here is the owner's choice and never a peer's.
//! The trust rule stands in [`Trust`].

use pillarbox_crypto::{IdentityError, IdentityPublic};
use pillarbox_wire::{AccountId, Encoded, FixedBytes, Handle, IdentityKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::account::Protection;

/// How sure the owner can be that a contact's key is that person's.
///
/// A *verified* contact's new key stops sending until the owner chooses: somebody took the trouble to compare
/// numbers, so a change is theirs to judge. An *unverified* contact's new key is told and used. Messages that
/// come in under a new key are shown in both cases, marked as not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// Nobody has compared the safety number.
    Unverified,
    /// The safety number was compared and matched.
    Verified,
    /// It was verified, then the key changed. Nothing is sent until the owner verifies again or accepts.
    Changed,
}

impl Trust {
    /// Whether messages may go out.
    #[must_use]
    pub const fn may_send(self) -> bool {
        !matches!(self, Self::Changed)
    }
}

/// How a contact came to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// By their invitation.
    Invitation,
    /// Looked up by number: the relay's word that this account has it.
    Number,
    /// They wrote first.
    Stranger,
    /// A group that the owner wrote to: another member's word that they belong to it.
    Group,
    /// It stood in a backup.
    Backup,
}

/// A contact as views show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The account, which names the contact in every call.
    pub account: AccountId,
    /// What the owner calls it; unique on this phone.
    pub name: String,
    /// What the other phone calls itself: a stranger's text, for [`display::safe`](crate::display::safe).
    pub suggested_name: Option<String>,
    /// The number it was looked up by.
    pub handle: Option<Handle>,
    /// Its identity; none for somebody who wrote under a design without end-to-end protection.
    pub identity: Option<IdentityPublic>,
    /// The verified identity that it had before, while [`Trust::Changed`] waits for a choice.
    pub former_identity: Option<IdentityPublic>,
    /// How sure of that identity the owner can be.
    pub trust: Trust,
    /// How it came to be a contact.
    pub origin: Origin,
    /// Whether the owner has added it or written to it. Until then it is a request.
    pub accepted: bool,
    /// Whether messages to it are sealed: its delivery key is known, and this phone seals.
    pub sealed: bool,
    /// Whether the owner wants to hear nothing from it.
    pub blocked: bool,
    /// Seconds after which texts disappear.
    pub expires_after: Option<u32>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// A contact as the vault keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ContactRecord {
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) suggested_name: Option<String>,
    pub(crate) handle: Option<Handle>,
    pub(crate) identity: Option<IdentityKey>,
    pub(crate) former_identity: Option<IdentityKey>,
    pub(crate) trust: Trust,
    pub(crate) origin: Origin,
    pub(crate) accepted: bool,
    /// Whether the other phone has confirmed something that carried our introduction.
    pub(crate) introduced: bool,
    pub(crate) expires_after: Option<u32>,
    /// By the clock of whoever set it, so that of two changes that cross the later one holds on both phones.
    pub(crate) timer_set_at: Timestamp,
    pub(crate) added_at: Timestamp,
    /// Where the next entry of the conversation goes.
    pub(crate) next_place: u64,
}

impl Encoded for ContactRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 2_048;
}

impl ContactRecord {
    pub(crate) fn new(account: AccountId, name: String, origin: Origin, now: Timestamp) -> Self {
        Self {
            account,
            name,
            suggested_name: None,
            handle: None,
            identity: None,
            former_identity: None,
            trust: Trust::Unverified,
            origin,
            accepted: origin != Origin::Stranger,
            introduced: false,
            expires_after: None,
            timer_set_at: Timestamp(0),
            added_at: now,
            next_place: 0,
        }
    }

    /// The identity, read back from what was checked when it was stored.
    pub(crate) fn identity(&self) -> Result<Option<IdentityPublic>, IdentityError> {
        self.identity.as_ref().map(read_identity).transpose()
    }

    /// Applies the rule of [`Trust`] to a key that the contact now has. True if it is another one than before.
    pub(crate) fn meet_key(&mut self, key: &IdentityKey) -> bool {
        match self.identity {
            Some(known) if known == *key => return false,
            None => {
                self.identity = Some(*key);
                return false;
            }
            Some(known) => {
                if self.trust == Trust::Verified {
                    self.trust = Trust::Changed;
                    self.former_identity = Some(known);
                }
                self.identity = Some(*key);
            }
        }
        self.introduced = false;
        // Back to the key that was verified: there is nothing left to choose.
        if self.trust == Trust::Changed && self.former_identity == self.identity {
            self.trust = Trust::Verified;
            self.former_identity = None;
        }
        true
    }

    /// The same for a phone of either protection. Where the relay reads along, no key stands between two people, and one that
    /// nobody compared is replaced without a word.
    pub(crate) fn meet_key_of(&mut self, protection: Protection, key: &IdentityKey) -> bool {
        if protection == Protection::ServerReadable && self.trust == Trust::Unverified {
            self.identity = Some(*key);
            return false;
        }
        self.meet_key(key)
    }

    pub(crate) fn view(&self, sealed: bool, blocked: bool) -> Result<Contact, IdentityError> {
        Ok(Contact {
            account: self.account,
            name: self.name.clone(),
            suggested_name: self.suggested_name.clone(),
            handle: self.handle.clone(),
            identity: self.identity()?,
            former_identity: self.former_identity.as_ref().map(read_identity).transpose()?,
            trust: self.trust,
            origin: self.origin,
            accepted: self.accepted,
            sealed,
            blocked,
            expires_after: self.expires_after,
            added_at: self.added_at,
        })
    }
}

/// An identity as it came over the wire, checked.
pub(crate) fn read_identity(key: &IdentityKey) -> Result<IdentityPublic, IdentityError> {
    IdentityPublic::from_parts(key.signing.0, key.agreement.0, key.cross_signature.0)
}

/// An identity as it goes over the wire.
pub(crate) fn write_identity(identity: &IdentityPublic) -> IdentityKey {
    IdentityKey {
        signing: FixedBytes(*identity.signing().as_bytes()),
        agreement: FixedBytes(*identity.agreement().as_bytes()),
        cross_signature: FixedBytes(*identity.cross_signature().as_bytes()),
    }
}
