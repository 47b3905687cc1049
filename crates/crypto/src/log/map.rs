//! The map from a label to its latest entry: a binary tree over the labels' bits whose root commits to all of them.
//!
//! A subtree with one label is that label's leaf, at any depth. A proof therefore has about as many hashes as the
//! logarithm of the number of labels. A leaf's hash covers the whole label, and leaves, branches and empty subtrees
//! hash differently, so one root has one answer for each label.

use super::proof::{BadProof, NodeHash};
use crate::kdf::hash;
use crate::labels::{DIRECTORY_LATEST, DIRECTORY_NODE};

/// Hashes in the longest proof: one for each bit of a label. Labels that are hashes part after about as many bits as
/// the logarithm of their number.
pub const MAX_MAP_PROOF: usize = 256;

/// The hash of a subtree without labels. No hash of a leaf or a branch is known to be all zeros.
const EMPTY: NodeHash = [0; 32];

/// The map of a log: for each label the number of its entries and the index of the latest.
#[derive(Clone, Debug, Default)]
pub struct LabelMap {
    top: Part,
    labels: u64,
}

/// A subtree, with its hash.
#[derive(Clone, Debug, Default)]
enum Part {
    #[default]
    Empty,
    Leaf {
        label: NodeHash,
        count: u32,
        index: u64,
    },
    Branch {
        hash: NodeHash,
        sides: Box<[Part; 2]>,
    },
}

impl LabelMap {
    /// Sets a label's latest entry: the `count`-th of the label, at `index` in the log.
    pub fn set(&mut self, label: NodeHash, count: u32, index: u64) {
        self.labels += u64::from(self.latest(&label).is_none());
        let top = std::mem::take(&mut self.top);
        self.top = top.with(0, label, count, index);
    }

    /// Returns the number of a label's entries, and the index of the latest; `None` if it has none.
    #[must_use]
    pub fn latest(&self, label: &NodeHash) -> Option<(u32, u64)> {
        let (mut part, mut depth) = (&self.top, 0);
        while let Part::Branch { sides, .. } = part {
            let [left, right] = &**sides;
            part = if goes_right(label, depth) { right } else { left };
            depth += 1;
        }
        match part {
            Part::Leaf { label: held, count, index } if held == label => Some((*count, *index)),
            _ => None,
        }
    }

    /// Returns the number of labels.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.labels
    }

    /// Returns true if the map has no labels.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.labels == 0
    }

    /// Returns the root, which commits to every label and its latest entry.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        self.top.hash()
    }

    /// Proves what [`latest`](Self::latest) returns for a label of this map: the sibling hashes on the path from
    /// the root to its leaf, from the top down. `None` for a label without entries.
    #[must_use]
    pub fn prove(&self, label: &NodeHash) -> Option<Vec<NodeHash>> {
        self.latest(label)?;
        let (mut part, mut proof) = (&self.top, Vec::new());
        while let Part::Branch { sides, .. } = part {
            let [left, right] = &**sides;
            let (way, beside) = if goes_right(label, proof.len()) { (right, left) } else { (left, right) };
            proof.push(beside.hash());
            part = way;
        }
        Some(proof)
    }
}

impl Part {
    fn hash(&self) -> NodeHash {
        match self {
            Self::Empty => EMPTY,
            Self::Leaf { label, count, index } => leaf_hash(label, *count, *index),
            Self::Branch { hash, .. } => *hash,
        }
    }

    /// Returns this part, at `depth` bits from the root, with the label set.
    fn with(self, depth: usize, label: NodeHash, count: u32, index: u64) -> Self {
        match self {
            Self::Empty => Self::Leaf { label, count, index },
            Self::Leaf { label: held, .. } if held == label => Self::Leaf { label, count, index },
            // Two labels diverge further down: the existing one moves there. Different labels diverge within 256
            // bits.
            Self::Leaf { label: held, count: former, index: place } => {
                Self::branch([Self::Empty, Self::Empty])
                    .with(depth, held, former, place)
                    .with(depth, label, count, index)
            }
            Self::Branch { sides, .. } => {
                let [left, right] = *sides;
                Self::branch(if goes_right(&label, depth) {
                    [left, right.with(depth + 1, label, count, index)]
                } else {
                    [left.with(depth + 1, label, count, index), right]
                })
            }
        }
    }

    fn branch(sides: [Self; 2]) -> Self {
        let [left, right] = &sides;
        Self::Branch { hash: branch_hash(&left.hash(), &right.hash()), sides: Box::new(sides) }
    }
}

/// Checks that the map with this root states that `label` has `count` entries, the latest at `index` in the log.
///
/// # Errors
/// [`BadProof`].
pub fn verify_latest(
    root: &NodeHash,
    label: &NodeHash,
    (count, index): (u32, u64),
    proof: &[NodeHash],
) -> Result<(), BadProof> {
    if proof.len() > MAX_MAP_PROOF {
        return Err(BadProof);
    }
    let mut reached = leaf_hash(label, count, index);
    for (depth, beside) in proof.iter().enumerate().rev() {
        reached = if goes_right(label, depth) {
            branch_hash(beside, &reached)
        } else {
            branch_hash(&reached, beside)
        };
    }
    if reached == *root { Ok(()) } else { Err(BadProof) }
}

/// Returns true if the label's bit at this depth is set. Bits are counted from the first byte's highest.
fn goes_right(label: &NodeHash, depth: usize) -> bool {
    label.get(depth / 8).is_some_and(|byte| byte >> (7 - depth % 8) & 1 == 1)
}

fn leaf_hash(label: &NodeHash, count: u32, index: u64) -> NodeHash {
    hash(DIRECTORY_LATEST, &[label, &count.to_be_bytes(), &index.to_be_bytes()])
}

fn branch_hash(left: &NodeHash, right: &NodeHash) -> NodeHash {
    hash(DIRECTORY_NODE, &[left, right])
}
