//! The phone: account, vault, contacts, sessions, outbox.
//!
//! [`Phone`] is an open profile and an engine without sockets: frames go in, frames and notices come out, and time
//! and randomness are arguments. `net` carries its frames over TCP. The program `pillarbox` is a command line over
//! the two.
//!
//! This layer knows no proposals and no demands. It contains no back door: an operator that complies with an order
//! for access has to ship other software.
//!
//! | module | content |
//! |---|---|
//! | [`vault`] | everything kept, sealed under a passphrase |
//! | [`phone`] | the engine |
//! | [`software`] | the steps inside the encryption that other software would change |
//! | [`body`] | the messages between phones |
//! | [`contact`], [`history`], [`account`] | what views show |
//! | [`habits`] | a phone's behaviour other than carrying texts |
//! | [`backup`] | the history in parts, and who can open them |
//! | [`group`] | several people in one conversation, without any relay that knows it |
//! | [`membership`] | who is in a group, signed by its members |
//! | [`picture`] | pictures, sealed under a key of their own |
//! | [`report`] | a message disclosed to the relay's operator |
//! | [`invitation`] | the link that makes somebody a contact |
//! | [`recovery`], [`outbox`], [`prekeys`] | healing, sending, key stock: limits and rules |
//! | [`notice`] | the notices to the owner |
//! | [`sentences`] | the sentences of the notices |
//! | [`naming`] | names compared: the same, alike, reserved |
//! | [`display`] | strangers' texts made safe to show |
//! | `net` | the engine over TCP |
//! | `cli` | the command line of the program |
//!
//! Without the features `cli`, `net` and `folders` this crate is the engine alone, and its vaults are in memory.

// The command line uses the library under its name, as every other crate does.
#[cfg(feature = "cli")]
extern crate self as pillarbox_client;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "net")]
pub mod net;
pub mod phone;
mod records;
pub mod software;
mod text;
pub mod vault;

pub use phone::channels::{KnownChannel, MAX_KEPT_POSTS};
pub use phone::pictures::PictureBytes;
pub use phone::state::outbox;
pub use phone::state::recall::RecalledBackup;
pub use phone::{
    ConfirmError, ContactMatch, GroupSignatures, KeysHeld, Link, MemberSignature, Phone, PhoneError,
};
pub use pillarbox_text::show as display;
pub use records::account::{self, Account, NewAccount, PaddingRule, Protection};
pub use records::backup::{self, Backup, BackupError};
pub use records::body::{self, BodyId};
pub use records::contact::{self, Contact, ContactOrigin, Trust};
pub use records::devices::{DeviceFault, OwnDevice, check_list as check_device_list};
pub use records::directory::{HeadConflict, Unproved};
pub use records::group::{self, Group, GroupChange, GroupEntry, GroupId, GroupNews};
pub use records::habits::{self, BackupKey, GroupBasis, Habits, Receipts};
pub use records::history::{self, DeliveryState, EntryDirection, EntryKind, HistoryEntry};
pub use records::membership::{self};
pub use records::notice::{self, DeviceFailure, Notice, OperatorFault};
pub use records::own_news::{self};
pub use records::picture::{self, PictureFault, PicturePointer};
pub use records::report::{self, AbuseReport};
pub use records::{prekeys, recovery};
pub use software::{NotOpened, OpenPayload, SealBody, Shipped, Software};
pub use text::device_code::{DEVICE_CODE_PREFIX, DeviceCode, DeviceCodeError};
pub use text::invitation::{self, Invitation, InvitationError};
pub use text::naming::{self, BadName, check_name};
pub use text::sentences;
pub use vault::{EmptyPassphrase, Passphrase, ProfileError, StorageError, Vault};
