//! The store of a relay behind one trait, so that the state machine above knows no database.
//!
//! A backend writes one [`Changes`] at a time, whole or not at all, and durably before it returns. It reads what the
//! memory index above does not hold (payloads, prekeys). It decides nothing: no quota, no rate, no age. Every backend
//! has to pass `testing::store_suite` (feature `testing`).

mod attachments;
mod backend;
mod changes;
mod channels;
mod completeness;
mod deposits;
mod devices;
mod error;
mod events;
mod file_names;
mod groups;
mod holdings;
mod leaves;
#[cfg(feature = "server")]
pub(crate) mod lock;
mod readable;
mod rows;
mod sqlite;

pub use attachments::{ATTACHMENT, AttachmentRow, LeftAttachments};
pub use backend::{Room, Skip, Stock, Store, StoreContents, StoredPreKeys};
pub use changes::{
    Applied, COMMIT_COUNT, COUNTERS, Changes, Closing, CommitCount, Counters, Forget, LastSeen, Registration,
    Replacement, Set, Taken, Trim, Upload,
};
pub use channels::{CHANNEL, ChannelRow, PUBLISHED, PublishedRow};
pub use completeness::Completeness;
#[cfg(feature = "server")]
pub(crate) use completeness::Log;
pub use deposits::{DEPOSIT, DepositRow, Deposits, Leaving};
pub use devices::{
    DEVICE_LISTS, DeviceListRow, LINKED_DEVICE, LinkedDeviceRow, Linking, Relisting, Unlinking,
};
pub use error::StoreError;
pub use events::{EVENT, EventNumber, EventRow, Lapse, Staying};
#[cfg(feature = "server")]
pub use file_names::MARK_FILE;
pub use file_names::{DATABASE_FILE, RESERVE_FILE};
pub use groups::{GROUP, GROUP_MEMBER, GroupMemberRow, GroupRow, Regrouping};
pub use holdings::Holdings;
pub use leaves::{LEAF, LeafRow};
pub use rows::{
    ACCOUNT, AccountRow, DEVICE, DeviceNumber, DeviceRow, MESSAGE, MessageRow, PREKEY, PreKeyKind, PreKeyRow,
};
pub(crate) use sqlite::Note;
#[cfg(feature = "server")]
pub use sqlite::OnLoss;
pub use sqlite::SqliteStore;
#[cfg(feature = "server")]
pub(crate) use sqlite::{FileContents, OpenFiles, read_counters, read_file, read_mark, survey_file};
