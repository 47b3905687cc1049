//! The directory's public log, in memory: its tree, its map of latest entries, and the proofs of both.
//!
//! Rebuilt from the store when the relay opens, and changed only by what the store has committed. A head is signed
//! for each answer; nothing of it needs its own storage, because tree and map follow from the rows.

use pillarbox_crypto::labels::{DIRECTORY_HEAD, DIRECTORY_LOG_KEY};
use pillarbox_crypto::log::{LabelMap, LogTree, NodeHash};
use pillarbox_crypto::{SigningSecret, kdf, log};
use pillarbox_wire::{
    DeviceList, FixedBytes, IdentityKey, LOG_LEAF_LEN, LatestEntry, LogHead, LogLeaf, Timestamp,
};

use crate::memory::directory::{Account, Directory};
use crate::rules::keeping::Keeping;
use crate::store::{AccountRow, LeafRow, StoreError};

/// The log. It is empty at a relay whose rule has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryLog {
    tree: LogTree<[u8; LOG_LEAF_LEN]>,
    map: LabelMap,
}

/// Derives the key that signs heads from the key that signs certificates. It lasts as long, and needs no storage of
/// its own.
#[must_use]
pub fn log_key(certificate_key: &SigningSecret) -> SigningSecret {
    let secret = certificate_key.to_bytes();
    SigningSecret::from_bytes(*kdf::hkdf::<32>(&[], &[secret.as_slice()], DIRECTORY_LOG_KEY, &[]))
}

/// The time of an entry, as precisely as the relay keeps times of registration.
pub(crate) fn time(keeping: &Keeping, now: Timestamp) -> Timestamp {
    keeping.registered.of(now).unwrap_or_default()
}

/// Returns the label of an account's entries.
pub(crate) fn label(account: &AccountRow) -> FixedBytes<32> {
    FixedBytes(log::label(&account.account.0))
}

/// Returns the digest of an account's keys and device list. An account that never linked a device has no list.
pub(crate) fn binding(identity: &IdentityKey, list: Option<&DeviceList>) -> FixedBytes<32> {
    let (version, signed) = list.map_or((0, Vec::new()), |list| (list.version, list.signed_bytes()));
    FixedBytes(log::binding(&identity.signing.0, &identity.agreement.0, version, &signed))
}

impl DirectoryLog {
    /// Builds the log from a store's rows. A row out of order is [`StoreError::Damaged`].
    pub(crate) fn new(rows: &[LeafRow]) -> Result<Self, StoreError> {
        let mut log = Self::default();
        for row in rows {
            if row.place != log.len() {
                return Err(StoreError::Damaged);
            }
            log.append(row);
        }
        Ok(log)
    }

    /// Adds a row that the store has committed.
    pub(crate) fn append(&mut self, row: &LeafRow) {
        self.tree.push(row.leaf().leaf_bytes());
        self.map.set(row.label.0, row.count, row.place);
    }

    /// Returns the number of entries.
    pub(crate) fn len(&self) -> u64 {
        self.tree.len()
    }

    /// Returns the row that follows those of the log and the `staged` ones, which are not committed yet.
    pub(crate) fn next(
        &self,
        staged: &[LeafRow],
        label: FixedBytes<32>,
        binding: FixedBytes<32>,
        at: Timestamp,
    ) -> LeafRow {
        let before = staged.iter().rev().find(|row| row.label == label).map(|row| row.count);
        let before = before.or_else(|| self.map.latest(&label.0).map(|(count, _)| count)).unwrap_or(0);
        let place = self.len() + staged.len() as u64;
        LeafRow { place, label, count: before.saturating_add(1), binding, at }
    }

    /// Returns the entries that this log lacks: one for each account whose keys or device list differ in the log or are
    /// missing from it. Empty if the rule has no log. A log that was begun before device lists had entries therefore
    /// gains them when its relay starts.
    pub(crate) fn missing(&self, directory: &Directory, keeping: &Keeping, now: Timestamp) -> Vec<LeafRow> {
        let mut leaves = Vec::new();
        if keeping.directory_log {
            for Account { row, list, .. } in directory.accounts() {
                let (label, binding) = (label(row), binding(&row.identity(), list.as_ref()));
                if self.binding(&label) != Some(binding) {
                    leaves.push(self.next(&leaves, label, binding, time(keeping, now)));
                }
            }
        }
        leaves
    }

    /// Returns the binding of a label's latest entry.
    pub(crate) fn binding(&self, label: &FixedBytes<32>) -> Option<FixedBytes<32>> {
        let (_, place) = self.map.latest(&label.0)?;
        Some(LogLeaf::from_leaf_bytes(self.tree.entry(place)?).binding)
    }

    /// Signs the present state of the log.
    pub(crate) fn head(&self, key: &SigningSecret, at: Timestamp) -> LogHead {
        let mut head = LogHead {
            size: self.len(),
            tree: FixedBytes(self.tree.root()),
            map: FixedBytes(self.map.root()),
            at,
            signature: FixedBytes([0; 64]),
        };
        head.signature = FixedBytes(*key.sign(DIRECTORY_HEAD, &head.signed_bytes()).as_bytes());
        head
    }

    /// Proves that the log has only grown since it had this many entries. A log that never had so many proves nothing.
    pub(crate) fn consistency(&self, since: u64) -> Vec<FixedBytes<32>> {
        self.tree.prove_consistency(since).map(on_the_wire).unwrap_or_default()
    }

    /// Returns a label's latest entry with its proofs; `None` if it has none.
    pub(crate) fn latest(&self, label: &FixedBytes<32>) -> Option<LatestEntry> {
        let (_, index) = self.map.latest(&label.0)?;
        Some(LatestEntry {
            index,
            leaf: LogLeaf::from_leaf_bytes(self.tree.entry(index)?),
            inclusion: on_the_wire(self.tree.prove_inclusion(index)?),
            latest: on_the_wire(self.map.prove(&label.0)?),
        })
    }

    /// Returns the entries from an index on, at most `most`.
    pub(crate) fn entries(&self, from: u64, most: usize) -> Vec<LogLeaf> {
        let places = from..self.len().min(from.saturating_add(most as u64));
        places.filter_map(|place| self.tree.entry(place)).map(LogLeaf::from_leaf_bytes).collect()
    }
}

fn on_the_wire(proof: Vec<NodeHash>) -> Vec<FixedBytes<32>> {
    proof.into_iter().map(FixedBytes).collect()
}
