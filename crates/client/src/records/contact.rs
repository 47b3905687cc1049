//! The people whom this phone writes to, and the trust in their keys.
//!
//! A contact *is* an account at the relay. Its name here is the owner's choice and never a peer's. The rule for
//! trust is in [`Trust`].

use pillarbox_crypto::{IdentityError, IdentityPublic};
use pillarbox_wire::{AccountId, Encoded, FixedBytes, Handle, IdentityKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::account::Protection;

/// The owner's trust in a contact's key.
///
/// A *verified* contact's new key stops sending until the owner chooses: somebody took the trouble to compare
/// numbers, so the owner has to judge the change. An *unverified* contact's new key is reported and used. In both
/// cases messages that arrive under a new key are shown, marked as not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// No one has compared the safety number.
    Unverified,
    /// The safety number was compared and matched.
    Verified,
    /// The contact was verified, then the key changed. Nothing is sent until the owner verifies again or accepts the
    /// key.
    Changed,
}

impl Trust {
    /// Returns true if messages may be sent.
    #[must_use]
    pub const fn may_send(self) -> bool {
        !matches!(self, Self::Changed)
    }
}

/// The origin of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContactOrigin {
    /// The owner added them by their invitation.
    Invitation,
    /// A look-up by number: the relay's statement that the account has it.
    Number,
    /// They wrote first.
    Stranger,
    /// A group that the owner wrote to: another member said that they belong to it.
    Group,
    /// They were restored from a backup.
    Backup,
}

/// A contact as views show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The account, which identifies the contact in every call.
    pub account: AccountId,
    /// The owner's name for the contact; unique on this phone.
    pub name: String,
    /// The name that the other phone suggests for itself: a stranger's text, for
    /// [`display::safe`](crate::display::safe).
    pub suggested_name: Option<String>,
    /// The number it was looked up by.
    pub handle: Option<Handle>,
    /// Its identity; `None` for somebody who wrote under a design without end-to-end protection.
    pub identity: Option<IdentityPublic>,
    /// The verified identity before the change, while [`Trust::Changed`] waits for a choice.
    pub former_identity: Option<IdentityPublic>,
    /// The trust in that identity.
    pub trust: Trust,
    /// The origin of the contact.
    pub origin: ContactOrigin,
    /// True if the owner has added it or written to it. Until then it is a request.
    pub accepted: bool,
    /// True if messages to it are sealed: its delivery key is known, and this phone seals.
    pub sealed: bool,
    /// True if the owner has blocked it.
    pub blocked: bool,
    /// Seconds after which texts disappear.
    pub expires_after: Option<u32>,
    /// Time at which it was added.
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
    pub(crate) origin: ContactOrigin,
    pub(crate) accepted: bool,
    /// True once the other phone has confirmed a message that carried our introduction.
    pub(crate) introduced: bool,
    pub(crate) expires_after: Option<u32>,
    /// Time of the last timer change, by the clock of the person who made it. If two changes cross, the later one
    /// is used on both phones.
    pub(crate) timer_set_at: Timestamp,
    pub(crate) added_at: Timestamp,
    /// Place of the next entry of the conversation.
    pub(crate) next_place: u64,
}

impl Encoded for ContactRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 2_048;
}

impl ContactRecord {
    pub(crate) fn new(account: AccountId, name: String, origin: ContactOrigin, now: Timestamp) -> Self {
        Self {
            account,
            name,
            suggested_name: None,
            handle: None,
            identity: None,
            former_identity: None,
            trust: Trust::Unverified,
            origin,
            accepted: origin != ContactOrigin::Stranger,
            introduced: false,
            expires_after: None,
            timer_set_at: Timestamp(0),
            added_at: now,
            next_place: 0,
        }
    }

    /// Returns the identity. It was checked before it was stored.
    pub(crate) fn identity(&self) -> Result<Option<IdentityPublic>, IdentityError> {
        self.identity.as_ref().map(read_stored_identity).transpose()
    }

    /// Applies the rule of [`Trust`] to the contact's current key. Returns true if the key has changed.
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
        // The verified key is in use again, so there is nothing left to choose.
        if self.trust == Trust::Changed && self.former_identity == self.identity {
            self.trust = Trust::Verified;
            self.former_identity = None;
        }
        true
    }

    /// Applies a key on a phone of either protection. If the relay can read messages anyway, keys protect nothing, so
    /// one that no one compared is replaced without a notice.
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
            former_identity: self.former_identity.as_ref().map(read_stored_identity).transpose()?,
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

/// Checks an identity received over the wire.
pub(crate) fn read_identity(key: &IdentityKey) -> Result<IdentityPublic, IdentityError> {
    IdentityPublic::from_parts(key.signing.0, key.agreement.0, key.cross_signature.0)
}

/// An identity out of the vault, checked before it was stored.
fn read_stored_identity(key: &IdentityKey) -> Result<IdentityPublic, IdentityError> {
    IdentityPublic::from_verified_parts(key.signing.0, key.agreement.0, key.cross_signature.0)
}

/// Encodes an identity for the wire.
#[must_use]
pub fn write_identity(identity: &IdentityPublic) -> IdentityKey {
    IdentityKey {
        signing: FixedBytes(*identity.signing().as_bytes()),
        agreement: FixedBytes(*identity.agreement().as_bytes()),
        cross_signature: FixedBytes(*identity.cross_signature().as_bytes()),
    }
}
