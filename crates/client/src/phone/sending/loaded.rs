//! A recipient's device as read from the vault, with everything needed to seal a message for it.

use pillarbox_crypto::{IdentityPublic, SecretBytes};
use pillarbox_session::Conversation;
use pillarbox_wire::{AccountId, DeviceAddress};

use crate::records::contact::ContactRecord;
use crate::records::recovery::PendingReplies;

/// A contact's device, or another of the owner's devices, loaded for writing to it.
pub(super) struct LoadedContact {
    /// The name under which this phone stores the device's data.
    pub(super) name: AccountId,
    /// The contact; a record without a conversation is the owner's.
    pub(super) record: ContactRecord,
    /// The device's identity: the contact's, unless it is a linked device.
    pub(super) identity: Option<IdentityPublic>,
    pub(super) introduced: bool,
    pub(super) delivery_key: Option<SecretBytes<32>>,
    pub(super) pending: PendingReplies,
    pub(super) conversation: Option<Conversation>,
    pub(super) device: DeviceAddress,
    /// True if its phone reads bodies of version 2.
    pub(super) reads_newer: bool,
    /// True if the device shows pictures.
    pub(super) shows_pictures: bool,
    pub(super) changed: bool,
}
