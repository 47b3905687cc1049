//! The reasons for which a relay refuses a request or closes a connection, in words that a phone can show.

use serde::{Deserialize, Serialize};

/// The reason for a refusal. `Display` is one clause without a full stop; the phone adds what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The device is not known, or its signature is wrong. The answer is the same in both cases.
    #[error("the relay does not know this device, or its signature is wrong")]
    NotAuthentic,
    /// This request needs a connection that names its device.
    #[error("this needs a connection that says whose it is")]
    NotAuthenticated,
    /// This request is for an anonymous connection, or is repeated.
    #[error("this connection already belongs to a device")]
    AlreadyAuthenticated,
    /// Another account has this number.
    #[error("another account already has this number")]
    HandleTaken,
    /// No account has this number.
    #[error("no account has this number")]
    UnknownHandle,
    /// There is no such account or device.
    #[error("there is no such account or device")]
    UnknownRecipient,
    /// The delivery key is not the recipient's, or there is no such recipient. The answer is the same in both cases.
    #[error("the recipient's delivery key is another one")]
    DeliveryKeyRefused,
    /// The recipient's mailbox is full.
    #[error("the recipient's mailbox is full")]
    MailboxFull,
    /// The request exceeds what the relay keeps or accepts at once.
    #[error("more than the relay takes at once")]
    TooMuch,
    /// The request contradicts itself: for example, a prekey is missing, or a signature does not verify.
    #[error("the request is not well formed")]
    NotWellFormed,
    /// The request was repeated too often.
    #[error("asked too often; the relay takes this again in {retry_after} s")]
    RateLimited {
        /// Seconds until the relay accepts the request again.
        retry_after: u32,
    },
    /// The relay has no room for the request, or could not write to its disk. Nothing of the request was kept. The
    /// relay still performs requests that remove something.
    #[error("the relay has no room for anything new, or cannot write to its disk")]
    StorageFailed,
    /// This relay's design does not have this feature.
    #[error("this relay does not offer that")]
    NotOffered,
    /// There is no such channel, or it is somebody else's.
    #[error("there is no such channel, or it is not yours")]
    UnknownChannel,
    /// Another channel has this name.
    #[error("another channel already has this name")]
    ChannelTaken,
    /// The operator has taken the channel down.
    #[error("the operator has taken this channel down")]
    TakenDown,
    /// The relay verifies numbers, and has sent a code to this one. The phone should send the registration again with
    /// the code.
    #[error("the relay has sent a code to this number, and takes the registration with the code only")]
    CodeSent,
    /// The code is wrong, has expired, was sent to another number, or was tried too often. The answer is the same in
    /// all four cases.
    #[error("this is not the code that was sent to this number, or it is no longer good")]
    CodeRefused,
    /// The account was registered again, so its device has another number and other keys.
    #[error("the account was registered on another phone since, and has other keys")]
    KeysReplaced,
    /// Only the account's first phone may do this.
    #[error("only the account's first phone may do this")]
    NotFirstPhone,
    /// No device waits at this place, its time is over, or another account has read it. The answer is the same for all.
    #[error("no device waits to be linked with this code, or its time is over")]
    UnknownPlace,
    /// The relay has another device list of this account with this version or a later one.
    #[error("the relay has a later list of this account's devices")]
    OlderDevices,
    /// The group does not exist, or the actor is not in it, or somebody else has its name. The answer is the same in
    /// all three cases.
    #[error("there is no such group, or you are not in it")]
    UnknownGroup,
    /// Only the group's admin may do this.
    #[error("only the group's admin may do this")]
    NotGroupAdmin,
    /// The relay has no such part of an attachment: it was never left here, or its time is over. The answer is the same
    /// in both cases.
    #[error("the relay has no such attachment, or its time is over")]
    UnknownAttachment,
}

/// The reason for closing a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Farewell {
    /// The relay is stopping.
    #[error("the relay is stopping")]
    Stopping,
    /// The phone sent nothing for too long.
    #[error("nothing was said for too long")]
    Idle,
    /// The same device connected again.
    #[error("the same device connected from elsewhere")]
    Replaced,
    /// The relay could not decode a frame.
    #[error("the relay could not read what was sent")]
    Unreadable,
    /// The phone receives its messages too slowly.
    #[error("the messages were not taken fast enough")]
    TooSlow,
    /// The relay has too many connections, in all or from this address.
    #[error("the relay has too many connections")]
    TooMany,
    /// The account was closed.
    #[error("the account was closed")]
    AccountClosed,
    /// Another phone registered the account's number, with the code that the relay sent to it.
    #[error("another phone has registered this account's number, with the code that was sent to it")]
    Reregistered,
    /// The account's first phone has removed this device.
    #[error("the account's first phone has removed this device")]
    DeviceRemoved,
}
