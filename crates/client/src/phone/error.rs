//! Failures of a phone's methods.

use pillarbox_wire::limits::{MAX_DEPOSIT_SUBJECT_LEN, MAX_LINKED_DEVICES, MAX_PAYLOAD_LEN, MAX_POST_LEN};

use crate::records::backup::BackupError;
use crate::records::body::{MAX_GROUP_MEMBERS, MAX_TEXT_LEN};
use crate::records::limits::MAX_WISHES;
use crate::records::picture::MAX_PICTURE_LEN;
use crate::text::naming::BadName;
use crate::vault::StorageError;

/// Reasons that a call on [`Phone`](super::Phone) did nothing. Stored data is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneError {
    /// The vault cannot be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// There is no such contact on this phone.
    #[error("there is no such contact")]
    UnknownContact,
    /// Another contact on this phone has this name.
    #[error("another contact has this name")]
    NameTaken,
    /// The text is not a valid name for a contact.
    #[error(transparent)]
    BadName(#[from] BadName),
    /// The account is not registered at its relay yet.
    #[error("the account is not registered yet")]
    NotRegistered,
    /// The account is registered already, so its number cannot change.
    #[error("the account is registered already")]
    AlreadyRegistered,
    /// The invitation is this account's own.
    #[error("this is your own invitation")]
    OwnInvitation,
    /// The invitation is for another relay.
    #[error("the invitation is for another relay")]
    OtherRelay,
    /// The contact was verified and its key has changed: nothing is sent until the owner chooses.
    #[error("the contact's key has changed since it was verified")]
    KeyChanged,
    /// The contact has no key to compare.
    #[error("the contact has no key to compare")]
    NoIdentity,
    /// The owner is not in this group.
    #[error("you are in no such group")]
    UnknownGroup,
    /// No one else is in the group.
    #[error("there is nobody else in the group")]
    EmptyGroup,
    /// The group is full, or the person has left it before.
    #[error("a group has at most {MAX_GROUP_MEMBERS} members, and nobody who has left it comes back")]
    TooManyMembers,
    /// Nobody signs who is in this group, so nobody can be removed from it.
    #[error("nobody signs who is in this group, so nobody can be removed from it")]
    UnsignedGroup,
    /// Only the keeper of a group removes members.
    #[error("only the keeper of a group removes members")]
    NotKeeper,
    /// The operator does not manage the members of this group, or this phone no longer asks it for changes.
    #[error("the operator does not manage this group for this phone")]
    NotOperators,
    /// This person is not a member of the group.
    #[error("they are no member of this group")]
    NotMember,
    /// The group knows the owner by another key, so nothing that this phone signs there is valid.
    #[error("the group knows the owner by another key, so what this phone signs does not hold there")]
    OtherKey,
    /// This phone's habits include no backups.
    #[error("this phone makes no backups")]
    NoBackups,
    /// The backup does not open.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The text is too long for a post.
    #[error("the post has {got} bytes, and one holds at most {MAX_POST_LEN}")]
    PostTooLong {
        /// Its length in bytes.
        got: usize,
    },
    /// Nothing was stored that a report could show.
    #[error("nothing was kept of this message that a report could show")]
    NotReportable,
    /// The owner has blocked the contact.
    #[error("the contact is blocked")]
    Blocked,
    /// A fact is too long to be deposited at a relay.
    #[error("a fact has at most {MAX_PAYLOAD_LEN} bytes, and its subject {MAX_DEPOSIT_SUBJECT_LEN}")]
    FactTooLong,
    /// The message shows nothing to the eye.
    #[error("the message is empty")]
    EmptyText,
    /// The picture has no bytes.
    #[error("the picture is empty")]
    EmptyPicture,
    /// The picture is too long.
    #[error("the picture has {got} bytes, and one has at most {MAX_PICTURE_LEN}")]
    PictureTooLong {
        /// Its length in bytes.
        got: usize,
    },
    /// The contact's phone has not said that it shows pictures.
    #[error("the contact's phone has not said that it shows pictures")]
    NoPictures,
    /// The first phone has not done yet what this linked device has asked for, and there is no room for more.
    #[error("{MAX_WISHES} changes of groups wait for the first phone of this account")]
    TooManyWishes,
    /// This is a linked device, and only the account's first phone can do this.
    #[error("only the first phone of this account can do this")]
    FirstPhoneOnly,
    /// Only a linked device can do this.
    #[error("this is the first phone of the account")]
    LinkedDeviceOnly,
    /// The account has as many linked devices as it may.
    #[error("an account has at most {MAX_LINKED_DEVICES} linked devices")]
    TooManyDevices,
    /// The account has used up the numbers of its linked devices.
    #[error("this account has no number left for another linked device")]
    NoDeviceNumber,
    /// The account has no such linked device.
    #[error("there is no such linked device")]
    UnknownDevice,
    /// A change of the devices waits for the relay.
    #[error("a change of this account's devices still waits for the relay")]
    DeviceChangeWaits,
    /// Only phones that encrypt end to end link devices.
    #[error("only a phone that encrypts end to end links devices")]
    NotEndToEnd,
    /// The text is too long for one message.
    #[error("the message has {got} bytes, and one holds at most {MAX_TEXT_LEN}")]
    TextTooLong {
        /// Its length in bytes.
        got: usize,
    },
}

/// Reasons that a safety number was not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// The number read out is a safety number, but not this one.
    #[error("the numbers differ")]
    Mismatch,
    /// The number read out does not have 60 digits.
    #[error("a safety number has 60 digits, and this has {digits}")]
    NotANumber {
        /// Number of digits in it.
        digits: usize,
    },
    /// The contact cannot be confirmed.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl From<StorageError> for ConfirmError {
    fn from(error: StorageError) -> Self {
        Self::Phone(error.into())
    }
}
