//! Why a relay does not do a thing, in words that a phone can show.

use serde::{Deserialize, Serialize};

/// Why a request was refused. `Display` is one clause without a full stop; the phone adds what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The device is not known, or its signature is wrong: one answer for both.
    #[error("the relay does not know this device, or its signature is wrong")]
    NotAuthentic,
    /// This request needs a connection that names its device.
    #[error("this needs a connection that says whose it is")]
    NotAuthenticated,
    /// This request is for a connection that names nobody, or comes a second time.
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
    /// The delivery key is not the recipient's, or there is no such recipient: one answer for both.
    #[error("the recipient's delivery key is another one")]
    DeliveryKeyRefused,
    /// The recipient's mailbox is full.
    #[error("the recipient's mailbox is full")]
    MailboxFull,
    /// More than the relay keeps or takes at once.
    #[error("more than the relay takes at once")]
    TooMuch,
    /// The request contradicts itself: a missing prekey, a signature that does not verify.
    #[error("the request is not well formed")]
    NotWellFormed,
    /// Asked too often.
    #[error("asked too often; the relay takes this again in {retry_after} s")]
    RateLimited {
        /// Seconds until the relay will take it.
        retry_after: u32,
    },
    /// The relay has no room for it, or could not write to its disk. Nothing of the request was kept. What takes something
    /// out of the relay is done all the same.
    #[error("the relay has no room for anything new, or cannot write to its disk")]
    StorageFailed,
    /// This relay's design has no such thing.
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
    /// The relay verifies numbers, and has sent a code to this one: the registration is to come again with it.
    #[error("the relay has sent a code to this number, and takes the registration with the code only")]
    CodeSent,
    /// The code is wrong, is over, was sent to another number, or was tried too often: one answer for all.
    #[error("this is not the code that was sent to this number, or it is no longer good")]
    CodeRefused,
    /// The account was registered anew: the device has another number and other keys.
    #[error("the account was registered on another phone since, and has other keys")]
    KeysReplaced,
}

/// Why a relay closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Farewell {
    /// The relay stops.
    #[error("the relay is stopping")]
    Stopping,
    /// Nothing came for too long.
    #[error("nothing was said for too long")]
    Idle,
    /// The same device connected again.
    #[error("the same device connected from elsewhere")]
    Replaced,
    /// A frame was no frame.
    #[error("the relay could not read what was sent")]
    Unreadable,
    /// The phone takes its messages too slowly.
    #[error("the messages were not taken fast enough")]
    TooSlow,
    /// Too many connections, here or from this address.
    #[error("the relay has too many connections")]
    TooMany,
    /// The account was closed.
    #[error("the account was closed")]
    AccountClosed,
    /// Another phone registered the account's number, with the code that was sent to it.
    #[error("another phone has registered this account's number, with the code that was sent to it")]
    Reregistered,
}
