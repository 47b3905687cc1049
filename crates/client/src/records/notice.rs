//! Notices of an honest phone to its owner.
//!
//! Every result that matters to a person has a notice here, including unpleasant ones: a changed key, a message that
//! did not open, a conversation that had to restart, a weaker start. None of these is handled silently.

use pillarbox_wire::{
    AccountId, ChannelName, DepositKind, DeviceAddress, DeviceId, Farewell, Handle, PostRow, Refusal,
    Timestamp,
};

use crate::records::devices::DeviceFault;
use crate::records::directory::{HeadConflict, Unproved};
use crate::records::group::GroupNews;
use crate::records::history::HistoryEntry;
use crate::records::ids::{BodyId, GroupId};
use crate::records::own_news::WishFault;
use crate::records::picture::PictureFault;

pub use pillarbox_session::Degraded;

/// Reasons that the devices of an account are unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFailure {
    /// The relay has refused.
    Relay(Refusal),
    /// The keys at the place are not those that the new device shows.
    OtherKeys,
    /// The device has not agreed to belong to this account.
    NoConsent,
}

/// The reason why a phone takes nothing of what an operator says about a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorFault {
    /// This phone believes no operator about groups.
    NotBelieved,
    /// The members of this group sign who is in it.
    Signed,
    /// The list contradicts itself.
    Unreadable,
    /// The owner is in as many groups as this phone keeps.
    TooMany,
}

/// A message from the phone to its owner. Contacts are named by account; texts inside are strangers' texts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The relay has created the account.
    Registered {
        /// The address that the relay assigned to this device.
        address: DeviceAddress,
    },
    /// The relay did not create the account. After `HandleTaken`, create a profile with another number; after
    /// `CodeSent`, enter the code ([`Phone::enter_code`](crate::Phone::enter_code)).
    RegistrationRefused {
        /// The relay's reason.
        reason: Refusal,
    },
    /// The number had an account, and this phone has taken it over with the code sent to the number. The phones of
    /// contacts learn of the new safety number as soon as they write.
    Reregistered {
        /// The account's address, with this device's new number.
        address: DeviceAddress,
    },
    /// The relay's directory, asked about a number, says that it sends a code to a number before anybody may register
    /// that number.
    NumbersVerified,
    /// The relay does not accept this device as the account's.
    AuthenticationRefused {
        /// The relay's reason.
        reason: Refusal,
    },
    /// This phone is connected.
    Connected {
        /// Messages waiting in the mailbox.
        waiting: u32,
    },
    /// The relay ended the connection and gave a reason.
    Farewell {
        /// The relay's reason.
        reason: Farewell,
    },
    /// The account is closed at the relay.
    AccountClosed,
    /// The relay refuses something for now. It is tried again automatically.
    Delayed {
        /// The relay's reason.
        reason: Refusal,
    },

    /// A text has arrived.
    Received {
        /// The contact who wrote.
        contact: AccountId,
        /// The text as stored.
        entry: HistoryEntry,
    },
    /// The other phone has changed the timer.
    TimerChanged {
        /// The contact whose conversation has a new timer.
        contact: AccountId,
        /// Seconds, or `None` if texts are kept.
        expires_after: Option<u32>,
    },
    /// The relay has a message of this phone on its disk.
    Accepted {
        /// The contact who gets the message.
        contact: AccountId,
        /// The message's id.
        message: BodyId,
    },
    /// The other phone has a message of this phone.
    Delivered {
        /// The contact who gets the message.
        contact: AccountId,
        /// The message's id.
        message: BodyId,
    },
    /// The relay has refused a message of this phone for good. It is not tried again.
    NotSent {
        /// The recipient.
        contact: AccountId,
        /// The message; `None` for a receipt.
        message: Option<BodyId>,
        /// The relay's reason.
        reason: Refusal,
    },
    /// A conversation could not begin, because the relay gave no usable keys for the contact. Messages wait.
    NotStarted {
        /// The contact.
        contact: AccountId,
        /// The relay's reason; `None` if its keys did not verify.
        reason: Option<Refusal>,
    },

    /// The relay did not store a fact that this phone deposited there. It is not tried again automatically.
    DepositRefused {
        /// The kind of fact.
        kind: DepositKind,
        /// The relay's reason.
        reason: Refusal,
    },
    /// A public channel is open, and this account owns it.
    ChannelOpened {
        /// The channel.
        channel: ChannelName,
    },
    /// A post is published.
    Posted {
        /// The channel.
        channel: ChannelName,
        /// Its number there, from 1.
        number: u32,
    },
    /// Posts of a channel: strangers' texts, for [`display::safe`](crate::display::safe).
    ChannelPosts {
        /// The channel.
        channel: ChannelName,
        /// The posts in order; empty if there are none.
        posts: Vec<PostRow>,
    },
    /// The relay refused to open, publish in or read a channel. It is not tried again.
    ChannelRefused {
        /// The channel.
        channel: ChannelName,
        /// The relay's reason.
        reason: Refusal,
    },
    /// Numbers of the address book deposited at the relay that have an account there.
    KnownNumbers {
        /// The numbers, in the relay's order.
        numbers: Vec<Handle>,
    },
    /// Somebody who is not a contact has written. They are now an unverified contact, as a request.
    Requested {
        /// The new contact.
        contact: AccountId,
    },
    /// The number that was looked up belongs to this contact, new or known.
    Found {
        /// The contact to whom the number belongs.
        contact: AccountId,
        /// The number that was looked up.
        handle: Handle,
    },
    /// The number that was looked up has no account.
    NotFound {
        /// The number that was looked up.
        handle: Handle,
        /// The relay's reason.
        reason: Refusal,
    },

    /// The owner is now in a group.
    GroupJoined {
        /// The group.
        group: GroupId,
        /// The member who reported it first.
        by: AccountId,
    },
    /// A group has another member.
    MemberAdded {
        /// The group.
        group: GroupId,
        /// The account that was added.
        member: AccountId,
        /// The member who reported it.
        by: AccountId,
    },
    /// Somebody has added the owner to a group, and the owner is already in as many as this phone keeps. The relay
    /// keeps their message until the owner has left one. Reported once on each connection.
    GroupsFull {
        /// The account that added the owner.
        by: AccountId,
    },
    /// Somebody has added more members to a group than this phone keeps. Texts of unknown members are shown as
    /// theirs, outside the group.
    GroupFull {
        /// The group.
        group: GroupId,
        /// The member who added them.
        by: AccountId,
    },
    /// A member has left a group.
    MemberLeft {
        /// The group.
        group: GroupId,
        /// The account that left.
        member: AccountId,
    },

    /// A member was removed from a group, perhaps the owner.
    MemberRemoved {
        /// The group.
        group: GroupId,
        /// The account that was removed.
        member: AccountId,
        /// The keeper who removed them.
        by: AccountId,
    },
    /// A member is no longer in a group, because the member who added them was removed.
    MemberDropped {
        /// The group.
        group: GroupId,
        /// The former member, perhaps the owner.
        member: AccountId,
    },
    /// A group has another keeper.
    KeeperChanged {
        /// The group.
        group: GroupId,
        /// The new keeper, perhaps the owner.
        keeper: AccountId,
        /// The former keeper.
        by: AccountId,
    },
    /// A member's phone and this phone disagree on who is in a group. The two exchange the changes that they have.
    MembersDiffer {
        /// The group.
        group: GroupId,
        /// The member.
        contact: AccountId,
        /// Number of members that its phone sees.
        theirs: u16,
        /// Number of members that this phone sees.
        ours: u16,
    },
    /// A change of a group has no valid signature. It was not applied.
    ChangeRefused {
        /// The group.
        group: GroupId,
        /// The member who sent it.
        contact: AccountId,
    },

    /// A group has changed, as stated by the operator who manages its members.
    OperatorSays {
        /// The group.
        group: GroupId,
        /// The change.
        news: GroupNews,
        /// The account whose act it was; `None` if the operator does not say.
        by: Option<AccountId>,
    },
    /// The operator says who is in a group, and this phone does not accept that statement.
    OperatorRefused {
        /// The group.
        group: GroupId,
        /// The reason.
        reason: OperatorFault,
    },
    /// The operator refused what the owner asked it to do with a group. It is not tried again.
    GroupNotChanged {
        /// The group.
        group: GroupId,
        /// The relay's reason.
        reason: Refusal,
    },

    /// The account's first phone has refused a change of a group that the owner wished for on this linked device.
    WishRefused {
        /// The group.
        group: GroupId,
        /// The reason.
        fault: WishFault,
    },

    /// The devices of a contact have changed, by a list that their key has signed.
    DevicesChanged {
        /// The contact.
        contact: AccountId,
        /// Number of new devices.
        added: usize,
        /// Number of devices that were removed.
        removed: usize,
        /// True if sending is stopped until the owner chooses, because the contact had been verified.
        blocked: bool,
    },
    /// A device list of a contact, or a message from one of their devices, was refused. Nothing in it is kept.
    DeviceRefused {
        /// The contact.
        contact: AccountId,
        /// The reason.
        fault: DeviceFault,
    },
    /// A device now belongs to this account.
    DeviceLinked {
        /// Its number.
        device: DeviceId,
    },
    /// A linked device has signed off. This first phone takes it off the list, and [`Self::DeviceRemoved`] follows.
    DeviceSignedOff {
        /// Its number.
        device: DeviceId,
    },
    /// A device no longer belongs to this account.
    DeviceRemoved {
        /// Its number.
        device: DeviceId,
    },
    /// A device was not linked, or not removed.
    DeviceNotChanged {
        /// The reason.
        reason: DeviceFailure,
    },
    /// The place at the relay is open, where this new device waits for the account's first phone.
    WaitsForLink,
    /// The account's first phone has linked this device.
    Linked {
        /// The address of this device.
        address: DeviceAddress,
    },
    /// The first phone has sent this device what an account needs.
    LinkComplete,
    /// The relay's public log of keys does not prove what the directory returned. The answer is not used, and no
    /// message is sent under these keys.
    DirectoryUnproved {
        /// The contact whose keys were fetched; `None` if it is about a number or the owner's own entry.
        contact: Option<AccountId>,
        /// The number that was looked up.
        handle: Option<Handle>,
        /// The reason.
        why: Unproved,
    },
    /// A contact's phone was shown a different public log from this phone's. Both heads are kept.
    SplitView {
        /// The contact.
        contact: AccountId,
        /// The difference between the heads.
        why: HeadConflict,
    },
    /// The relay's public log has keys or devices in the owner's name that this phone did not make.
    NotMyEntry {
        /// The time of the entry, as precisely as the relay states it; 0 if it states none.
        at: Timestamp,
    },
    /// A contact's key has changed.
    KeyChanged {
        /// The contact.
        contact: AccountId,
        /// True if sending is stopped until the owner chooses, because the contact had been verified.
        blocked: bool,
    },
    /// A message did not open.
    Undecryptable {
        /// The sender; `None` if no one known can have sent it.
        contact: Option<AccountId>,
        /// True if this phone asks for it again. The request is stored, and is sent once the mailbox is empty and
        /// the conversation works. False if no one can be asked.
        asked_again: bool,
    },
    /// A message did not open, from somebody whom the owner has not accepted. It is asked for again once they are.
    RequestUnopened {
        /// The sender, who is a request already.
        contact: AccountId,
    },
    /// A message from an account that is not a contact did not open. The account does not become a contact by it. The
    /// message is requested again if the owner adds the account.
    StrangerUnopened {
        /// The account.
        account: AccountId,
    },
    /// A request that the owner had seen and not answered gave way to a newer one, with its conversation.
    RequestGaveWay {
        /// Its name here.
        name: String,
        /// Number of entries in its conversation.
        entries: u64,
    },
    /// A new sender has written, and there is no room until the owner has looked at other requests. The relay keeps
    /// the message. Reported once on each connection.
    RequestsFull,
    /// More messages of a contact did not open than this phone can note. The relay keeps the others until the noted
    /// ones have been asked for again. Reported once on each connection.
    MissingFull {
        /// The contact.
        contact: AccountId,
    },
    /// A conversation was restarted after a message did not open. Later messages open again.
    Recovered {
        /// The contact.
        contact: AccountId,
    },
    /// The other phone could not open messages of this phone, which were sent again.
    Resent {
        /// The recipient.
        contact: AccountId,
        /// Number of requested messages that were still here.
        messages: u32,
    },
    /// A message arrived that the relay can read while this phone encrypts, or the other way round. It was not
    /// accepted.
    OtherProtection {
        /// The sender, as the relay states it.
        contact: Option<AccountId>,
    },
    /// A conversation began with less than the full key agreement, because a stock of one-time keys was used up.
    Degraded {
        /// The contact.
        contact: AccountId,
        /// The missing part.
        degraded: Degraded,
    },
    /// A picture has arrived from the relay, and is what its sender left there.
    PictureArrived {
        /// The sender.
        contact: AccountId,
        /// The id of its message.
        message: BodyId,
    },
    /// A picture will not come.
    PictureLost {
        /// The sender.
        contact: AccountId,
        /// The id of its message.
        message: BodyId,
        /// The reason.
        fault: PictureFault,
    },
    /// The relay did not admit a sealed message to this contact. From now on it sees who writes to them, until they
    /// send their new delivery key.
    Unsealed {
        /// The recipient.
        contact: AccountId,
    },
}
