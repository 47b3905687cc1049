//! The phone: account, vault, contacts, sessions, outbox.
//!
//! What this layer does: [`Phone`] is an open profile and an engine without sockets: frames go in, frames and notices
//! come out, time and randomness are arguments. `net` carries its frames over TCP. The program
//! `pillarbox` is a command line over the two.
//!
//! What it refuses to know: proposals and demands. What it ships keeps no back way: to answer an order for access
//! is to ship other software.
//!
//! | file | what |
//! |---|---|
//! | [`vault`] | everything kept, sealed under a passphrase |
//! | [`phone`] | the engine |
//! | [`body`] | what phones say to each other |
//! | [`contact`], [`history`], [`account`] | what views show |
//! | [`habits`] | what a phone does beside carrying texts |
//! | [`backup`] | the history in parts, and who can open them |
//! | [`group`] | several people in one conversation, without any relay that knows it |
//! | [`report`] | a message shown to whoever runs the relay |
//! | [`invitation`] | the link that makes somebody a contact |
//! | [`recovery`], [`outbox`], [`prekeys`] | healing, sending, key stock: limits and rules |
//! | [`notice`] | what the owner is told |
//! | [`sentences`] | the words in which they are told |
//! | [`naming`] | names compared: the same, alike, reserved |
//! | [`display`] | strangers' texts made safe to show |
//! | `net` | the engine over TCP |
//!
//! Without the features `net` and `folders` this crate is the engine alone, and its vaults lie in memory.

pub mod account;
pub mod backup;
mod base32;
pub mod body;
pub mod contact;
pub mod group;
pub mod habits;
pub mod history;
pub mod invitation;
pub mod naming;
#[cfg(feature = "net")]
pub mod net;
pub mod notice;
pub mod outbox;
mod passphrase;
pub mod phone;
pub mod prekeys;
pub mod recovery;
pub mod report;
pub mod sentences;
pub mod vault;

pub use pillarbox_text::show as display;

pub use account::{Account, NewAccount, PaddingRule, Protection};
pub use backup::{Backup, BackupError};
pub use body::BodyId;
pub use contact::{BadName, Contact, Origin, Trust, check_name};
pub use group::{Group, GroupEntry, GroupId};
pub use habits::{BackupKey, Habits, Receipts};
pub use history::{DeliveryState, Direction, Entry, EntryKind};
pub use invitation::{Invitation, InvitationError};
pub use notice::Notice;
pub use passphrase::{EmptyPassphrase, Passphrase};
pub use phone::{ConfirmError, KeysHeld, Link, Phone, PhoneError, Whom};
pub use report::Report;
pub use vault::{ProfileError, StorageError, Vault};
