//! The holdings: every row that a relay keeps, read from its database as it lies there, with the raw bytes.
//!
//! This is what `pillarbox-relay ledger` shows and what answers a legal demand: the file, not the relay's word for it. The
//! file is opened for reading only, of a relay that runs, of one that has stopped, or of a copy, and the folder stays as it is.

mod completeness;
#[cfg(feature = "server")]
mod untouched;

use std::collections::HashMap;
use std::io::ErrorKind;

use pillarbox_wire::{AccountId, DeviceAddress, Handle, Timestamp};
use serde::Serialize;

use crate::rules::keeping::Keeping;
use crate::store::{
    AccountRow, ChannelRow, Counters, DATABASE_FILE, DepositRow, DeviceNumber, DeviceRow, EventRow,
    MessageRow, PreKeyRow, PublishedRow, StoreError,
};

pub use completeness::Completeness;

/// Everything that a relay keeps about people, as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// Says if rows can be missing, as far as the files tell.
    pub completeness: Completeness,
    /// What the relay is set to keep; none if it never started.
    pub keeping: Option<Keeping>,
    /// Since when it is set so, as far as the database says.
    pub keeping_since: Option<Timestamp>,
    /// The relay's own numbering, which tells how many messages it has ever accepted.
    pub counters: Counters,
    /// All accounts, in the order in which they were made.
    pub accounts: Vec<AccountRow>,
    /// All devices.
    pub devices: Vec<DeviceRow>,
    /// All prekeys.
    pub prekeys: Vec<PreKeyRow>,
    /// All messages, in the order in which they were accepted.
    pub messages: Vec<MessageRow>,
    /// What accounts have left here about their owners, by account and kind.
    pub deposits: Vec<DepositRow>,
    /// The log, in the order in which things happened.
    pub events: Vec<EventRow>,
    /// All channels, by name.
    pub channels: Vec<ChannelRow>,
    /// What is published in them, by channel and number.
    pub posts: Vec<PublishedRow>,
}

/// Why there are no holdings to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldingsError {
    /// The folder has no database.
    #[error("there is no relay's database ({DATABASE_FILE}) in this folder")]
    NoDatabase,
    /// The folder or the file may not be read.
    #[error("the permissions of the folder or of the database do not let it be read")]
    NotReadable,
    /// The database and its log together make no database.
    #[error(
        "the database and the log beside it ({DATABASE_FILE}-wal) do not fit together: they were copied at different \
         moments while the relay ran, or one of them is damaged. Copy both again, best of a relay that was stopped"
    )]
    PartsDisagree,
    /// The database has a log that no relay uses, so that both are read from a temporary copy, and there is none.
    #[error(
        "the database and its log are read from a copy, and the copy cannot be made in the folder for temporary files: \
         {kind}. Name a folder with room with TMPDIR=FOLDER"
    )]
    NotCopied {
        /// What the system said.
        kind: ErrorKind,
    },
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Holdings {
    /// Whose mailbox a number names.
    #[must_use]
    pub fn address(&self, number: DeviceNumber) -> Option<DeviceAddress> {
        let at = self.devices.binary_search_by_key(&number, |device| device.device_number).ok()?;
        self.devices.get(at).map(DeviceRow::address)
    }

    /// The accounts' numbers, for whoever shows many rows.
    #[must_use]
    pub fn handles(&self) -> HashMap<AccountId, &Handle> {
        self.accounts.iter().filter_map(|row| Some((row.account, row.handle.as_ref()?))).collect()
    }

    /// The account that has this number.
    #[must_use]
    pub fn account_of(&self, handle: &Handle) -> Option<&AccountRow> {
        self.accounts.iter().find(|row| row.handle.as_ref() == Some(handle))
    }
}

impl MessageRow {
    /// When this row goes at the latest under `keeping`, if nobody fetches it before.
    #[must_use]
    pub fn held_until(&self, keeping: &Keeping) -> Timestamp {
        match self.delivered_at {
            Some(at) => at + keeping.delivered.unwrap_or_default(),
            None => self.accepted_at + keeping.undelivered,
        }
    }
}
