//! Why the phone does not do what it was asked to.

use pillarbox_wire::limits::{MAX_DEPOSIT_SUBJECT_LEN, MAX_PAYLOAD_LEN, MAX_POST_LEN};

use crate::records::backup::BackupError;
use crate::records::body::{MAX_GROUP_MEMBERS, MAX_TEXT_LEN};
use crate::text::naming::BadName;
use crate::vault::StorageError;

/// Why a call on [`Phone`](super::Phone) did nothing. What was kept before is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneError {
    /// The vault does not read or keep.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// There is no such contact on this phone.
    #[error("there is no such contact")]
    UnknownContact,
    /// Another contact on this phone has this name.
    #[error("another contact has this name")]
    NameTaken,
    /// The text is no name for a contact.
    #[error(transparent)]
    BadName(#[from] BadName),
    /// The account is not registered at its relay yet.
    #[error("the account is not registered yet")]
    NotRegistered,
    /// The account is registered already, so its number stays.
    #[error("the account is registered already")]
    AlreadyRegistered,
    /// The invitation is this phone's own.
    #[error("this is your own invitation")]
    OwnInvitation,
    /// The invitation is for another relay than this phone's.
    #[error("the invitation is for another relay")]
    OtherRelay,
    /// The contact was verified and its key has changed: nothing is sent until the owner chooses.
    #[error("the contact's key has changed since it was verified")]
    KeyChanged,
    /// The contact has no key to compare.
    #[error("the contact has no key to compare")]
    NoIdentity,
    /// The owner is in no such group.
    #[error("you are in no such group")]
    UnknownGroup,
    /// There is nobody else in the group.
    #[error("there is nobody else in the group")]
    EmptyGroup,
    /// The group is full, or they have left it before.
    #[error("a group has at most {MAX_GROUP_MEMBERS} members, and nobody who has left it comes back")]
    TooManyMembers,
    /// It is not this phone's habit to make backups.
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
    /// Nothing was kept that a report could show.
    #[error("nothing was kept of this message that a report could show")]
    NotReportable,
    /// The owner has blocked the contact.
    #[error("the contact is blocked")]
    Blocked,
    /// A fact is too long to be left at a relay.
    #[error("a fact has at most {MAX_PAYLOAD_LEN} bytes, and its subject {MAX_DEPOSIT_SUBJECT_LEN}")]
    FactTooLong,
    /// There is nothing in the message that an eye sees.
    #[error("the message is empty")]
    EmptyText,
    /// The text is too long for one message.
    #[error("the message has {got} bytes, and one holds at most {MAX_TEXT_LEN}")]
    TextTooLong {
        /// Its length in bytes.
        got: usize,
    },
}

/// Why a safety number was not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// What was heard is a safety number, and another one.
    #[error("the numbers differ")]
    Mismatch,
    /// What was heard is not 60 digits.
    #[error("a safety number has 60 digits, and this has {digits}")]
    NotANumber {
        /// How many there were.
        digits: usize,
    },
    /// The contact cannot be confirmed at all.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl From<StorageError> for ConfirmError {
    fn from(error: StorageError) -> Self {
        Self::Phone(error.into())
    }
}
