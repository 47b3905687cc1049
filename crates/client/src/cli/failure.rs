//! Every way in which a command can end other than well, as a person meets it.
//!
//! The library's errors say what happened inside; here they are sorted by what the person at the keyboard has
//! to know and do. The words stand in `errors`.

use std::io;
use std::path::PathBuf;

use pillarbox_client::body::MAX_TEXT_LEN;
use pillarbox_client::{InvitationError, PhoneError, ProfileError, StorageError, Trust};
use pillarbox_wire::{AccountId, Farewell, Refusal};

use super::passphrase::PassphraseError;
use super::profile::PlaceError;

/// What stopped a command.
///
/// Invariant: text that came from a peer has passed `display::safe` before it got here.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No directory for profiles.
    Place(PlaceError),
    /// No passphrase.
    Passphrase(PassphraseError),
    /// The passphrase and the text would both come from standard input.
    StdinTwice,
    /// A question, and nobody to answer it.
    NeedsAnswer {
        /// The flag that answers it.
        flag: &'static str,
    },
    /// A question, answered with no.
    Declined,

    /// No profile in the directory.
    NoProfile,
    /// A profile is there already.
    ProfileExists,
    /// The account of this profile was closed; what it holds can be read, and nothing goes or comes any more.
    AccountClosed,
    /// The account of the profile that was to be replaced is not closed.
    AccountOpen,
    /// The passphrase does not open the vault.
    WrongPassphrase,
    /// Another process has the profile open.
    InUse,
    /// A command that ends by itself has the profile open, and cannot be told to lock.
    AtWork,
    /// A process that was told to lock has not.
    LockUnheard {
        /// Its number.
        process: i32,
    },
    /// This program could not put a locked one in its place.
    NotLocked(String),
    /// The vault is of a later version of this program.
    NewerProfile,
    /// The vault does not read as one.
    Damaged,
    /// No room on the disk.
    DiskFull,
    /// Others may put files into the directory.
    #[cfg(unix)]
    Exposed(pillarbox_system::private::Exposure),
    /// The directory cannot be written.
    NotWritable,
    /// Another trouble with the directory; the system's words.
    Storage(String),
    /// The relay has not made the account yet.
    NotRegistered,

    /// Nothing answers at the address.
    Unreachable {
        /// Host and port.
        relay: String,
        /// What the system said.
        cause: String,
    },
    /// Whoever answers does not have the key in the address.
    WrongKey {
        /// Host and port.
        relay: String,
    },
    /// Something answers that is no relay.
    NoRelay {
        /// Host and port.
        relay: String,
    },
    /// A relay of another version. The sentence says which side is older.
    Version(String),
    /// The connection ended before everything was done.
    Lost,
    /// The relay said goodbye.
    Goodbye(Farewell),
    /// The relay answered no.
    Refused(Refusal),
    /// The relay was shown a code, and sends none.
    NoCodes,

    /// No contact of that name.
    UnknownContact {
        /// What was typed.
        name: String,
        /// Whether that is a number, which finds by number only.
        is_number: bool,
        /// A contact that has the number for its name.
        called: Option<AccountId>,
        /// Those who wrote first and call themselves so: what they are called here.
        claimed: Vec<String>,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Several contacts of that name, in a profile that is older than the rule against it.
    SeveralContacts {
        /// What was typed.
        name: String,
        /// Those that it could mean: name, how sure, and account.
        meant: Vec<(String, Trust, AccountId)>,
    },
    /// Nobody said whom to talk with.
    NobodyNamed,
    /// Nobody was added, so there is nobody to talk with.
    NobodyKnown {
        /// Those who wrote first: what they are called here, and their word for themselves.
        strangers: Vec<(String, Option<String>)>,
    },
    /// The name is given to somebody else.
    NameTaken,
    /// The name cannot be one.
    BadName,
    /// The text is no invitation.
    Invitation(String),
    /// The invitation is for another relay.
    OtherRelay,
    /// The invitation is this phone's own.
    OwnInvitation,
    /// An account that never wrote was to be added.
    NeverWrote,
    /// The owner has blocked the contact; nothing is sent.
    Blocked {
        /// The contact.
        name: String,
    },
    /// A verified contact's key is another one; nothing is sent.
    KeyChanged {
        /// The contact.
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
        /// The contact.
        name: String,
        /// How the contact stands, then and now.
        trust: Trust,
        /// On this phone.
        ours: String,
        /// On the other, if it was typed.
        heard: Option<String>,
    },
    /// What was heard is not 60 digits.
    NotANumber {
        /// The contact.
        name: String,
        /// How many digits there were.
        digits: usize,
    },
    /// Nobody said what the other phone shows.
    NotCompared {
        /// The contact.
        name: String,
        /// Whether somebody was asked at a terminal.
        asked: bool,
    },

    /// A message of nothing.
    EmptyText,
    /// A message longer than fits.
    TooLong {
        /// Bytes that fit.
        most: usize,
    },
    /// A message that is not UTF-8.
    NotText,
    /// A file could not be written.
    File(PathBuf, String),
    /// Standard input could not be read.
    Input(io::Error),
    /// Standard output could not be written.
    Output(io::Error),
    /// Whoever read standard output has gone: no error.
    ReaderGone,
    /// Ctrl-C.
    Interrupted,
    /// The system gives no random numbers.
    NoRandomness(String),
    /// The system gives no way to wait for the network.
    NoRuntime(String),
    /// The reason is printed already; only the exit code is left.
    Told(super::exit::Exit),
}

impl Failure {
    /// Sorts an error of standard output.
    pub(crate) fn from_output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::Output(error) }
    }

    /// True if the relay can not have made an account before this happened.
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

/// A changed key is not sorted here: whoever meets it looks up the numbers that a person has to see.
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
            PhoneError::EmptyText => Self::EmptyText,
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
