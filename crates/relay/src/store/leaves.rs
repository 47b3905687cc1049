//! The rows of the directory's log: each account's keys and device list, as digests, in order of arrival.

use pillarbox_wire::{FixedBytes, LogLeaf, Timestamp, declare};
use serde::Serialize;

use super::readable;

/// A row of `directory_log`. Rows are only added: a public log that forgets proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeafRow {
    /// Its index in the log, from 0.
    pub place: u64,
    /// Digest of the account's name.
    #[serde(serialize_with = "readable::fixed")]
    pub label: FixedBytes<32>,
    /// The entry's number among those of its label, from 1.
    pub count: u32,
    /// Digest of the account's keys and device list.
    #[serde(serialize_with = "readable::fixed")]
    pub binding: FixedBytes<32>,
    /// Time at which it was added, as precisely as the relay keeps times of registration; 0 if it keeps none.
    pub at: Timestamp,
}

impl LeafRow {
    /// Returns the row as an entry of the log, whose bytes the tree hashes.
    #[must_use]
    pub const fn leaf(&self) -> LogLeaf {
        let Self { place: _, label, count, binding, at } = *self;
        LogLeaf { label, count, binding, at }
    }
}

declare!(
    /// Columns of [`LeafRow`].
    LEAF: LeafRow {
        place: Events, DirectoryLog, "its place in the log";
        label: Entity, DirectoryLog, "a digest of whose entry it is; whoever knows the account's name can tell";
        count: Events, DirectoryLog, "how often the account's keys or devices have changed";
        binding: Keys, DirectoryLog, "a digest of the account's keys and device list";
        at: Events, DirectoryLog, "when they changed";
    }
);
