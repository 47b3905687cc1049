//! The directory's log on the wire: its entries, its signed heads, and the proofs of one account's latest entry.
//!
//! The bytes that are hashed and signed are produced here; this layer does not check them.

use serde::{Deserialize, Serialize};

use crate::bytes::FixedBytes;
use crate::time::Timestamp;

/// One entry of the directory's log. It contains digests: the log is public, and names no account and reveals no
/// key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLeaf {
    /// Digest of the account's name.
    pub label: FixedBytes<32>,
    /// The entry's number among those of its label, from 1.
    pub count: u32,
    /// Digest of the account's identity keys and its signed device list.
    pub binding: FixedBytes<32>,
    /// The time at which the relay added it.
    pub at: Timestamp,
}

/// Length of an entry's bytes.
pub const LOG_LEAF_LEN: usize = 32 + 4 + 32 + 8;

impl LogLeaf {
    /// Returns the bytes that the log's tree hashes: label (32), count (4), binding (32), time (8). Numbers are
    /// big-endian.
    #[must_use]
    pub fn leaf_bytes(&self) -> [u8; LOG_LEAF_LEN] {
        let Self { label, count, binding, at } = self;
        let fields =
            label.0.into_iter().chain(count.to_be_bytes()).chain(binding.0).chain(at.0.to_be_bytes());
        let mut bytes = [0; LOG_LEAF_LEN];
        for (slot, byte) in bytes.iter_mut().zip(fields) {
            *slot = byte;
        }
        bytes
    }

    /// Returns the entry that has these bytes.
    #[must_use]
    pub fn from_leaf_bytes(bytes: &[u8; LOG_LEAF_LEN]) -> Self {
        let mut rest = bytes.iter().copied();
        Self {
            label: FixedBytes(next(&mut rest)),
            count: u32::from_be_bytes(next(&mut rest)),
            binding: FixedBytes(next(&mut rest)),
            at: Timestamp(u64::from_be_bytes(next(&mut rest))),
        }
    }
}

/// Returns the next bytes of a run that has them.
fn next<const N: usize>(rest: &mut impl Iterator<Item = u8>) -> [u8; N] {
    std::array::from_fn(|_| rest.next().unwrap_or_default())
}

/// The state of the log at one time, signed by the relay's log key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// The number of entries in the log.
    pub size: u64,
    /// Root of the tree over all entries (RFC 6962, section 2.1).
    pub tree: FixedBytes<32>,
    /// Root of the map from each label to its latest entry.
    pub map: FixedBytes<32>,
    /// The time at which the relay signed it.
    pub at: Timestamp,
    /// Ed25519 signature over [`signed_bytes`](Self::signed_bytes).
    pub signature: FixedBytes<64>,
}

impl LogHead {
    /// Returns the 80 bytes that the relay signs: size (8), tree (32), map (32), time (8). Numbers are big-endian.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self { size, tree, map, at, signature: _ } = self;
        [&size.to_be_bytes()[..], &tree.0, &map.0, &at.0.to_be_bytes()].concat()
    }
}

/// The latest entry of one account, with the proofs that lead from it to a head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestEntry {
    /// Place of the entry in the log, from 0.
    pub index: u64,
    /// The account's latest entry.
    pub leaf: LogLeaf,
    /// Proof that the entry is at that index (RFC 6962, section 2.1.1).
    pub inclusion: Vec<FixedBytes<32>>,
    /// Proof that it is the label's latest: the sibling hashes on the path through the map, from the root down.
    pub latest: Vec<FixedBytes<32>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_hashed_or_signed() {
        let (one, two) = (FixedBytes([1; 32]), FixedBytes([2; 32]));
        let leaf = LogLeaf { label: one, count: 1, binding: one, at: Timestamp(1) };
        assert_eq!(LogLeaf::from_leaf_bytes(&leaf.leaf_bytes()), leaf);
        let others = [
            LogLeaf { label: two, ..leaf },
            LogLeaf { count: 2, ..leaf },
            LogLeaf { binding: two, ..leaf },
            LogLeaf { at: Timestamp(2), ..leaf },
        ];
        for other in others {
            assert_ne!(other.leaf_bytes(), leaf.leaf_bytes());
            assert_eq!(LogLeaf::from_leaf_bytes(&other.leaf_bytes()), other);
        }
        let head = LogHead { size: 1, tree: one, map: one, at: Timestamp(1), signature: FixedBytes([0; 64]) };
        assert_eq!(head.signed_bytes().len(), 80);
        let others = [
            LogHead { size: 2, ..head },
            LogHead { tree: two, ..head },
            LogHead { map: two, ..head },
            LogHead { at: Timestamp(2), ..head },
        ];
        assert!(others.iter().all(|other| other.signed_bytes() != head.signed_bytes()));
    }
}
