//! Every way in which a command can fail, as the user sees it.
//!
//! The library's errors describe what happened inside. Here they are sorted by what the user has to know and do.
//! The messages are in `errors`.

use std::io;
use std::path::PathBuf;

use pillarbox_client::body::MAX_TEXT_LEN;
use pillarbox_client::{
    BackupError, InvitationError, PhoneError, PictureFault, ProfileError, StorageError, Trust,
};
use pillarbox_wire::limits::MAX_POST_LEN;
use pillarbox_wire::{AccountId, ChannelName, Farewell, Refusal};

use super::backup_key::BadKey;
use super::device_words::DeviceTrouble;
use super::membership::GroupFailure;
use super::passphrase::PassphraseError;
use super::profile::PlaceError;

/// Reasons that a command stopped.
///
/// Invariant: text from a peer has passed `display::safe` before it gets here.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no directory for profiles.
    Place(PlaceError),
    /// There is no passphrase.
    Passphrase(PassphraseError),
    /// The passphrase and the text would both be read from standard input.
    StdinTwice,
    /// A question needs an answer, and no one can be asked.
    NeedsAnswer {
        /// The flag that answers it.
        flag: &'static str,
    },
    /// The user answered a question with no.
    Declined,

    /// The directory contains no profile.
    NoProfile,
    /// The directory contains a profile already.
    ProfileExists,
    /// The account was closed. Its history can be read; nothing can be sent or received.
    AccountClosed,
    /// The account of the profile to be replaced is not closed.
    AccountOpen,
    /// The passphrase does not open the vault.
    WrongPassphrase,
    /// Another process has the profile open.
    InUse,
    /// A command that ends by itself has the profile open and cannot be asked to lock.
    AtWork,
    /// A process that was asked to lock has not locked.
    LockUnheard {
        /// Its process id.
        process: i32,
    },
    /// This program could not replace itself by a locked one.
    NotLocked(String),
    /// A later version of this program wrote the vault.
    NewerProfile,
    /// The vault is damaged.
    Damaged,
    /// The disk is full.
    DiskFull,
    /// Others may write in the directory.
    #[cfg(unix)]
    Exposed(pillarbox_system::private::Exposure),
    /// The directory cannot be written.
    NotWritable,
    /// Another failure of the directory, in the system's words.
    Storage(String),
    /// The relay has not created the account yet.
    NotRegistered,

    /// No server answers at the address.
    Unreachable {
        /// Host and port of the relay that was tried.
        relay: String,
        /// The system's error.
        cause: String,
    },
    /// The server does not have the key in the address.
    WrongKey {
        /// Host and port of the relay that was tried.
        relay: String,
    },
    /// The server is not a relay.
    NoRelay {
        /// Host and port of the relay that was tried.
        relay: String,
    },
    /// The relay has another version. The sentence says which side is older.
    Version(String),
    /// The connection ended before everything was done.
    Lost,
    /// The relay said goodbye.
    Goodbye(Farewell),
    /// The relay answered no.
    Refused(Refusal),
    /// A code was supplied for a relay that sends none.
    NoCodes,

    /// No contact has this name.
    UnknownContact {
        /// The name as typed.
        name: String,
        /// True if it is a number, which finds contacts by number only.
        is_number: bool,
        /// A contact whose name is this number.
        called: Option<AccountId>,
        /// People who wrote first and suggest this name for themselves, by their names here.
        claimed: Vec<String>,
        /// The names of all contacts.
        known: Vec<String>,
    },
    /// Several contacts have this name, in a profile older than the rule against it.
    SeveralContacts {
        /// The name as typed.
        name: String,
        /// The contacts that it could mean: name, trust, and account.
        meant: Vec<(String, Trust, AccountId)>,
    },
    /// No contact was named for the chat.
    NobodyNamed,
    /// No contact was added, so there is nobody to talk with.
    NobodyKnown {
        /// People who wrote first: their names here, and their suggested names.
        strangers: Vec<(String, Option<String>)>,
    },
    /// Another contact has the name.
    NameTaken,
    /// The name is not valid.
    BadName,
    /// The text is not an invitation.
    Invitation(String),
    /// The invitation is for another relay.
    OtherRelay,
    /// The invitation is this account's own.
    OwnInvitation,
    /// The account to be added has never written.
    NeverWrote,
    /// The owner has blocked the contact; nothing is sent.
    Blocked {
        /// The contact's name.
        name: String,
    },
    /// A verified contact's key has changed; nothing is sent.
    KeyChanged {
        /// The contact's name.
        name: String,
        /// The safety number that was verified.
        before: String,
        /// The safety number now.
        now: String,
    },
    /// The contact has no key to compare.
    NoIdentity,
    /// There is no changed key to accept.
    NothingToAccept(String),
    /// The numbers differ.
    Mismatch {
        /// The contact's name.
        name: String,
        /// The trust in the contact's key, before and after.
        trust: Trust,
        /// The number on this phone.
        ours: String,
        /// The number on the other phone, if it was typed.
        heard: Option<String>,
    },
    /// The number read out does not have 60 digits.
    NotANumber {
        /// The contact's name.
        name: String,
        /// Number of digits in it.
        digits: usize,
    },
    /// No number from the other phone was supplied.
    NotCompared {
        /// The contact's name.
        name: String,
        /// True if the user was asked at a terminal.
        asked: bool,
    },

    /// A backup was not made, found or opened.
    Backup(BackupTrouble),
    /// The relay refused to open, publish in or read a channel.
    Channel {
        /// The channel.
        channel: ChannelName,
        /// The relay's reason.
        reason: Refusal,
    },
    /// A command about devices cannot be done.
    Device(DeviceTrouble),
    /// A command about a group cannot be done.
    Group(GroupFailure),

    /// A picture was not sent or not saved.
    Picture(PictureTrouble),

    /// The message is empty.
    EmptyText,
    /// The message is too long.
    TooLong {
        /// The maximum number of bytes that fit.
        most: usize,
    },
    /// The message is not UTF-8.
    NotText,
    /// A file could not be written.
    File(PathBuf, String),
    /// Standard input could not be read.
    Input(io::Error),
    /// Standard output could not be written.
    Output(io::Error),
    /// The reader of standard output has closed it, which is not an error.
    ReaderGone,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The system provides no random numbers.
    NoRandomness(String),
    /// The system provides no runtime for the network.
    NoRuntime(String),
    /// The reason was printed already; only the exit code is left.
    Told(super::exit::Exit),
}

/// Reasons that a backup was not made, found or opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackupTrouble {
    /// The relay keeps no backups.
    NotOffered,
    /// The relay keeps no keys of backups.
    NoKeysOffered,
    /// The relay has room for only a part of the backup.
    TooLarge,
    /// The relay has a backup that this phone neither deposited nor restored.
    NotRestored,
    /// The relay has no backup.
    NoneThere,
    /// The key is needed, and no one can be asked.
    KeyNeeded,
    /// The text is not a key.
    NotAKey(BadKey),
    /// The key is another one, or the backup was altered.
    WrongKey,
    /// The parts are not a complete backup.
    NotWhole,
}

/// Reasons that a picture was not sent or not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PictureTrouble {
    /// The file has no bytes.
    Empty {
        /// The file as typed.
        file: String,
    },
    /// The file is too long.
    TooLong {
        /// The file as typed.
        file: String,
    },
    /// The file cannot be read, for this reason of the system.
    Unreadable {
        /// The file as typed.
        file: String,
        /// The system's words.
        why: String,
    },
    /// The contact's phone has not said that it shows pictures.
    NotShown {
        /// The contact's name.
        name: String,
    },
    /// This is a linked device, which sends no pictures.
    LinkedDevice,
    /// The conversation has no such picture.
    None {
        /// The contact's name.
        name: String,
        /// The number of pictures in the conversation.
        pictures: usize,
    },
    /// The picture was not fetched yet.
    NotFetched {
        /// The contact's name.
        name: String,
    },
    /// The picture will not come.
    Lost {
        /// The contact's name.
        name: String,
        /// The reason.
        fault: PictureFault,
    },
    /// The picture never was on this phone.
    Elsewhere,
    /// There is a file of that name.
    FileExists {
        /// The file as typed.
        file: String,
    },
}

impl Failure {
    /// Converts an error of standard output.
    pub(crate) fn from_output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::Output(error) }
    }

    /// Returns true if the relay cannot have created an account before this failure.
    pub(crate) const fn leaves_account_unmade(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::WrongKey { .. }
                | Self::NoRelay { .. }
                | Self::Version(_)
                | Self::Refused(_)
                | Self::NoCodes
        )
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NoProfile => Self::NoProfile,
            ProfileError::Exists => Self::ProfileExists,
            ProfileError::InUse => Self::InUse,
            ProfileError::WrongPassphrase => Self::WrongPassphrase,
            ProfileError::NewerVersion { .. } => Self::NewerProfile,
            ProfileError::Storage(error) => error.into(),
            #[cfg(unix)]
            ProfileError::Exposed(exposure) => Self::Exposed(exposure),
            other => Self::Storage(other.to_string()),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::ReadOnly => Self::NotWritable,
            StorageError::Full => Self::DiskFull,
            StorageError::Damaged => Self::Damaged,
            other => Self::Storage(other.to_string()),
        }
    }
}

/// A changed key is not converted here: the caller looks up the two numbers that the user has to see.
impl From<PhoneError> for Failure {
    fn from(error: PhoneError) -> Self {
        match error {
            PhoneError::Storage(error) => error.into(),
            PhoneError::NameTaken => Self::NameTaken,
            PhoneError::BadName(_) => Self::BadName,
            PhoneError::NotRegistered => Self::NotRegistered,
            PhoneError::OwnInvitation => Self::OwnInvitation,
            PhoneError::OtherRelay => Self::OtherRelay,
            PhoneError::NoIdentity => Self::NoIdentity,
            PhoneError::Backup(error) => Self::Backup(match error {
                BackupError::NoKey => BackupTrouble::KeyNeeded,
                BackupError::NotOpened { .. } => BackupTrouble::WrongKey,
                _ => BackupTrouble::NotWhole,
            }),
            PhoneError::TooManyWishes => Self::Device(DeviceTrouble::TooManyWishes),
            PhoneError::FirstPhoneOnly => Self::Device(DeviceTrouble::FirstPhoneOnly),
            PhoneError::LinkedDeviceOnly => Self::Device(DeviceTrouble::LinkedOnly),
            PhoneError::TooManyDevices => Self::Device(DeviceTrouble::TooMany),
            PhoneError::NoDeviceNumber => Self::Device(DeviceTrouble::NoNumber),
            PhoneError::DeviceChangeWaits => Self::Device(DeviceTrouble::ChangeWaits),
            PhoneError::EmptyText => Self::EmptyText,
            PhoneError::PostTooLong { .. } => Self::TooLong { most: MAX_POST_LEN },
            PhoneError::TextTooLong { .. } => Self::TooLong { most: MAX_TEXT_LEN },
            other => Self::Storage(other.to_string()),
        }
    }
}

impl From<InvitationError> for Failure {
    fn from(error: InvitationError) -> Self {
        Self::Invitation(error.to_string())
    }
}

impl From<PassphraseError> for Failure {
    fn from(error: PassphraseError) -> Self {
        Self::Passphrase(error)
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        Self::Place(error)
    }
}

impl From<PictureTrouble> for Failure {
    fn from(trouble: PictureTrouble) -> Self {
        Self::Picture(trouble)
    }
}
