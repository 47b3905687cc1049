//! What an honest phone tells its owner.
//!
//! Every outcome that a person could care about has a notice here, also the unpleasant ones: a changed key, a
//! message that would not open, a conversation that had to start again, a weaker start. Nothing of that kind is
//! settled in silence.

use pillarbox_wire::{
    AccountId, ChannelName, DepositKind, DeviceAddress, Farewell, Handle, PostRow, Refusal,
};

use crate::records::history::Entry;
use crate::records::ids::{BodyId, GroupId};

pub use pillarbox_session::Degraded;

/// Something the owner is told. Contacts are named by account; texts inside are strangers' texts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The account is made.
    Registered {
        /// Where its messages go.
        address: DeviceAddress,
    },
    /// The relay did not make the account. After `HandleTaken`, choose another number and connect again; after `CodeSent`,
    /// show the code ([`Phone::enter_code`](crate::Phone::enter_code)).
    RegistrationRefused {
        /// Why.
        reason: Refusal,
    },
    /// The number had an account, and this phone has taken its place there with the code that was sent to the number. The
    /// phones of contacts are told that the safety number has changed as soon as they write.
    Reregistered {
        /// Where its messages go.
        address: DeviceAddress,
    },
    /// The relay's directory, asked about a number, says that it sends codes to numbers before it lets anybody have them.
    NumbersVerified,
    /// The relay does not take this device for what it says it is.
    AuthenticationRefused {
        /// Why.
        reason: Refusal,
    },
    /// This phone is connected, and so many messages wait for it.
    Connected {
        /// Messages in the mailbox.
        waiting: u32,
    },
    /// The relay said goodbye and why.
    Farewell {
        /// Why.
        reason: Farewell,
    },
    /// The account is closed at the relay.
    AccountClosed,
    /// The relay refuses something for now; it is tried again by itself.
    Delayed {
        /// Why.
        reason: Refusal,
    },

    /// A text came.
    Received {
        /// From whom.
        contact: AccountId,
        /// What is kept of it.
        entry: Entry,
    },
    /// The other phone set how long texts stay.
    TimerChanged {
        /// Whose.
        contact: AccountId,
        /// Seconds; none if texts stay.
        expires_after: Option<u32>,
    },
    /// The relay has a message of ours on its disk.
    Accepted {
        /// To whom.
        contact: AccountId,
        /// Which.
        message: BodyId,
    },
    /// The other phone has a message of ours.
    Delivered {
        /// Which contact.
        contact: AccountId,
        /// Which.
        message: BodyId,
    },
    /// The relay will not take a message of ours, and it is not tried again.
    NotSent {
        /// To whom.
        contact: AccountId,
        /// Which; none for a receipt.
        message: Option<BodyId>,
        /// Why.
        reason: Refusal,
    },
    /// A conversation could not be begun: the relay gave no usable keys for this contact. Messages wait.
    NotStarted {
        /// With whom.
        contact: AccountId,
        /// What the relay said; none if what it gave did not verify.
        reason: Option<Refusal>,
    },

    /// The relay did not keep what this phone was to leave there. It is not tried again by itself.
    DepositRefused {
        /// What.
        kind: DepositKind,
        /// Why.
        reason: Refusal,
    },
    /// A public channel is made, and this account is its owner.
    ChannelOpened {
        /// Which.
        channel: ChannelName,
    },
    /// A post is published.
    Posted {
        /// Where.
        channel: ChannelName,
        /// Its number there, from 1.
        number: u32,
    },
    /// What a channel published: strangers' texts, for [`display::safe`](crate::display::safe).
    ChannelPosts {
        /// Which.
        channel: ChannelName,
        /// In order; none if it has published nothing.
        posts: Vec<PostRow>,
    },
    /// The relay did not open, publish in or read a channel. It is not tried again.
    ChannelRefused {
        /// Which.
        channel: ChannelName,
        /// Why.
        reason: Refusal,
    },
    /// Of the numbers in the address book that was left at the relay, these have an account there.
    KnownNumbers {
        /// In the order in which the relay named them.
        numbers: Vec<Handle>,
    },
    /// Somebody who is not a contact wrote; they now are, unverified and as a request.
    Requested {
        /// Who.
        contact: AccountId,
    },
    /// The number that was asked about belongs to this contact, new or known.
    Found {
        /// Who.
        contact: AccountId,
        /// The number.
        handle: Handle,
    },
    /// The number that was asked about led nowhere.
    NotFound {
        /// The number.
        handle: Handle,
        /// Why.
        reason: Refusal,
    },

    /// This phone's owner is now in a group.
    GroupJoined {
        /// Which.
        group: GroupId,
        /// Who said so first.
        by: AccountId,
    },
    /// A group has another member.
    MemberAdded {
        /// Which group.
        group: GroupId,
        /// Who it is.
        member: AccountId,
        /// Who said so.
        by: AccountId,
    },
    /// Somebody put this phone's owner into a group, and the owner is in as many as this phone keeps. The relay keeps what they
    /// said until the owner has left one. Told once on each connection.
    GroupsFull {
        /// Who.
        by: AccountId,
    },
    /// Somebody added more members to a group than this phone keeps for one. Texts of those it does not know are shown as
    /// theirs, outside the group.
    GroupFull {
        /// Which group.
        group: GroupId,
        /// Who added them.
        by: AccountId,
    },
    /// Somebody left a group.
    MemberLeft {
        /// Which group.
        group: GroupId,
        /// Who.
        member: AccountId,
    },

    /// A contact's key is another one now.
    KeyChanged {
        /// Whose.
        contact: AccountId,
        /// Whether sending is stopped until the owner chooses, because the contact had been verified.
        blocked: bool,
    },
    /// A message would not open.
    Undecryptable {
        /// From whom; none if nobody we know can have sent it.
        contact: Option<AccountId>,
        /// Whether this phone asks for it again: that is kept, and goes out once the mailbox is empty and the conversation
        /// leads through. False for what nobody can be asked for.
        asked_again: bool,
    },
    /// A message would not open, from somebody whom the owner has not accepted. It is asked for again once they are.
    RequestUnopened {
        /// Who, a request since before.
        contact: AccountId,
    },
    /// A message would not open, from an account that is no contact. That makes it none; should the owner add them, it is
    /// asked for again.
    StrangerUnopened {
        /// Which account.
        account: AccountId,
    },
    /// A request that the owner had seen and not answered gave way to a newer one, with everything that it said.
    RequestGaveWay {
        /// What it was called here.
        name: String,
        /// How many entries its conversation had.
        entries: u64,
    },
    /// Somebody new wrote, and there is no room before the owner has seen what others wrote. The relay keeps the message.
    /// Told once on each connection.
    RequestsFull,
    /// As many messages of a contact as this phone can note would not open. The relay keeps the others until those have been
    /// asked for again. Told once on each connection.
    MissingFull {
        /// Whose.
        contact: AccountId,
    },
    /// A conversation was begun anew after a message would not open. Later messages open again.
    Recovered {
        /// With whom.
        contact: AccountId,
    },
    /// The other phone could not open messages of ours, and so many were sent again.
    Resent {
        /// To whom.
        contact: AccountId,
        /// How many of those it asked for were still here.
        messages: u32,
    },
    /// A message came that the relay can read, or the other way round; it was not taken.
    OtherProtection {
        /// Who the relay says sent it.
        contact: Option<AccountId>,
    },
    /// A conversation began with less than the full key agreement, because a stock of one-time keys was used up.
    Degraded {
        /// With whom.
        contact: AccountId,
        /// What was missing.
        degraded: Degraded,
    },
    /// The relay did not admit a sealed message to this contact: from now on it sees who writes to them, until
    /// they tell their new delivery key.
    Unsealed {
        /// To whom.
        contact: AccountId,
    },
}
