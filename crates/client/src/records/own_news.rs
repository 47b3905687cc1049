//! Messages between the devices of one account, inside the encryption between them.
//!
//! **Contacts** are sent whole: each device sends what it knows of an account when that has changed, with the time
//! of the change, and the later change applies on all devices. **Entries** are sent once. A linked device also
//! hands over texts that the first phone is to send: those to people who do not know of the device yet, and to
//! groups. It also hands over changes of groups, which only the account's key signs.

use pillarbox_wire::{AccountId, DeviceList, Encoded, FixedBytes, GroupAct, Handle, IdentityKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::contact::{ContactOrigin, Trust};
use crate::records::history::{DeliveryState, EntryKind};
use crate::records::ids::{BodyId, GroupId};
use crate::records::limits::{MAX_GROUP_MEMBERS, MAX_NAME_LEN};

/// A message from one device to another of the same account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnNews {
    /// The message's id.
    pub id: BodyId,
    /// The content of the message.
    pub told: OwnTold,
}

/// The kinds of content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnTold {
    /// The account, from its first phone: the first message to a new device, and again when the devices change.
    Account(Box<AccountNews>),
    /// An account that is a contact, was one, or is blocked.
    Contact(Box<ContactNews>),
    /// An entry of a conversation.
    Entry(Box<EntryNews>),
    /// The delivery of a message of the owner's.
    Progress(ProgressNews),
    /// A received message was shown.
    Shown(ShownNews),
    /// The sending device leaves the account, and asks the first phone to take it off the list.
    SignOff,
    /// A change of a group, which the first phone is asked to sign.
    GroupWish(Box<GroupWish>),
    /// The first phone has done what a device wished, or refuses it.
    WishAnswered(WishAnswer),
}

/// See [`OwnTold::Account`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNews {
    /// The number under which the account is registered, if any.
    pub handle: Option<Handle>,
    /// The name that the account suggests for itself.
    pub name: String,
    /// Admits sealed messages to the account.
    pub delivery_key: FixedBytes<32>,
    /// True if the account hides its senders from the relay.
    pub sealed_sender: bool,
    /// The account's present device list.
    pub list: DeviceList,
}

/// See [`OwnTold::Contact`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactNews {
    /// The account.
    pub account: AccountId,
    /// The time of the change, by the clock of the device that made it.
    pub at: Timestamp,
    /// True if the owner has blocked it.
    pub blocked: bool,
    /// The contact; `None` if the owner has removed it.
    pub contact: Option<ContactFacts>,
}

/// A contact as devices of one account send it to each other.
///
/// The vault's record of a contact is another type, although it repeats these fields: it also has what is true of
/// one device only, other tables of the vault store the last four fields, and each of the two layouts has its own
/// version. Code that converts one into the other names every field of both, so that a new field does not compile
/// until somebody has decided whether devices send it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactFacts {
    /// The name that the owner gave it.
    pub name: String,
    /// The name that it suggests for itself.
    pub suggested_name: Option<String>,
    /// The number by which it was looked up.
    pub handle: Option<Handle>,
    /// Its public identity keys, if they are known.
    pub identity: Option<IdentityKey>,
    /// The identity that was verified before a change.
    pub former_identity: Option<IdentityKey>,
    /// The owner's trust in it.
    pub trust: Trust,
    /// The way in which the contact was added.
    pub origin: ContactOrigin,
    /// True if the owner has added it or written to it.
    pub accepted: bool,
    /// Seconds after which texts disappear.
    pub expires_after: Option<u32>,
    /// Time of the last timer change.
    pub timer_set_at: Timestamp,
    /// Time at which it was added.
    pub added_at: Timestamp,
    /// Admits sealed messages to it.
    pub delivery_key: Option<FixedBytes<32>>,
    /// Its device list, if there is one.
    pub devices: Option<DeviceList>,
    /// True if its phone reads bodies of version 2.
    pub reads_newer: bool,
    /// The version of the owner's device list that it has confirmed.
    pub knows_devices: u32,
}

/// See [`OwnTold::Entry`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryNews {
    /// The contact; for the owner's own text to a group, the account itself.
    pub with: AccountId,
    /// The group, if it is a text to one.
    pub group: Option<GroupId>,
    /// The id of the entry's message.
    pub message: BodyId,
    /// Its direction.
    pub way: EntryWay,
    /// The text or the timer.
    pub kind: EntryKind,
    /// Time of sending, by the sender's clock.
    pub sent_at: Timestamp,
    /// Seconds for which it is kept.
    pub expires_after: Option<u32>,
    /// Time at which it disappears, if its timer runs.
    pub expires_at: Option<Timestamp>,
    /// True if it is part of the history that a new device receives.
    pub is_history: bool,
}

/// The direction of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryWay {
    /// The first phone is asked to send it.
    Asked,
    /// The reporting device has sent it.
    Sent(DeliveryState),
    /// The reporting device has received it.
    Received {
        /// True if the relay was not told the sender.
        sealed: bool,
        /// True if the contact was verified on arrival.
        verified: bool,
        /// True if it was shown.
        shown: bool,
    },
}

/// See [`OwnTold::Progress`].
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressNews {
    /// The contact whose conversation contains it.
    pub with: AccountId,
    /// The group, if it is a text to one.
    pub group: Option<GroupId>,
    /// The id of the message.
    pub message: BodyId,
    /// The message's new delivery state.
    pub state: DeliveryState,
}

/// See [`OwnTold::Shown`].
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownNews {
    /// The contact whose conversation contains it.
    pub with: AccountId,
    /// The id of the message that was shown.
    pub message: BodyId,
    /// Time at which it was shown.
    pub at: Timestamp,
}

/// See [`OwnTold::GroupWish`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupWish {
    /// Names the wish. For a new group it is also the salt of the claim that makes it.
    pub wish: FixedBytes<16>,
    /// The group; for a new one, the id that follows from the claim.
    pub group: GroupId,
    /// The change.
    pub act: GroupAct,
    /// Time of the wish, by the clock of the device that has it.
    pub at: Timestamp,
}

/// See [`OwnTold::WishAnswered`].
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishAnswer {
    /// The wish.
    pub wish: FixedBytes<16>,
    /// The reason if the first phone has not done it.
    pub refused: Option<WishFault>,
}

/// Reasons that a first phone does not do what a linked device wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WishFault {
    /// The owner is not in the group, or the group is over.
    UnknownGroup,
    /// Somebody else alone may do this.
    NotKeeper,
    /// They are no member.
    NotMember,
    /// The group has no room, or they have been in it and cannot come back.
    NoRoom,
    /// The first phone does not have a contact or their key.
    NoKey,
    /// Nobody signs who is in this group, or nothing that the first phone signs there is valid.
    NotSigned,
    /// The first phone has as many wishes as it keeps.
    TooMany,
}

impl GroupWish {
    fn is_within_limits(&self) -> bool {
        match &self.act {
            GroupAct::Create { name, members } => {
                name.len() <= MAX_NAME_LEN && members.len() <= MAX_GROUP_MEMBERS
            }
            GroupAct::Add { .. } | GroupAct::Remove { .. } | GroupAct::Leave | GroupAct::HandOver { .. } => {
                true
            }
        }
    }
}

impl Encoded for GroupWish {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16 * MAX_GROUP_MEMBERS + MAX_NAME_LEN + 96;
}

impl OwnNews {
    /// Returns true if every part is within its limit.
    pub(crate) fn is_within_limits(&self, max_text_len: usize) -> bool {
        match &self.told {
            OwnTold::Account(news) => news.name.len() <= MAX_NAME_LEN && news.list.is_in_order(),
            OwnTold::Contact(news) => news.contact.as_ref().is_none_or(|facts| {
                let named = facts.suggested_name.as_ref().is_none_or(|name| name.len() <= MAX_NAME_LEN);
                // A name that the owner gave has at most as many characters, of four bytes.
                named && facts.name.len() <= 4 * MAX_NAME_LEN
            }),
            OwnTold::Entry(news) => match &news.kind {
                EntryKind::Text(text) => text.len() <= max_text_len,
                EntryKind::Picture(picture) => picture.is_within_limits(),
                EntryKind::Timer(_) => true,
            },
            OwnTold::GroupWish(wish) => wish.is_within_limits(),
            OwnTold::Progress(_) | OwnTold::Shown(_) | OwnTold::SignOff | OwnTold::WishAnswered(_) => true,
        }
    }
}
