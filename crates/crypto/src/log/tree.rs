//! The append-only tree of RFC 6962, section 2.1, with its inclusion and consistency proofs.
//!
//! The hashing and the proofs are the `ct-merkle` crate's (`docs/decisions/0028-directory-log.md`). This file
//! bounds what a stranger may pass to it: the crate's checks panic on sizes near 2^64, which a hostile relay can
//! sign.

use ct_merkle::digest::Output;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;

use super::proof::{BadProof, NodeHash};

/// The maximum number of entries in a log: room for each person on Earth to change keys five hundred times. The tree's
/// arithmetic overflows above 2^63, and a proof is longer with each doubling.
pub const MAX_LOG_SIZE: u64 = 1 << 42;

/// Hashes in the longest proof: an inclusion proof has one for each level, a consistency proof one more
/// (RFC 6962, section 2.1.2).
pub const MAX_TREE_PROOF: usize = MAX_LOG_SIZE.ilog2() as usize + 1;

/// A log in memory: its entries, which are bytes, and every hash above them.
#[derive(Clone, Debug)]
pub struct LogTree<E: AsRef<[u8]> = Vec<u8>>(MemoryBackedTree<Sha256, E>);

impl<E: AsRef<[u8]>> Default for LogTree<E> {
    fn default() -> Self {
        Self(MemoryBackedTree::new())
    }
}

impl<E: AsRef<[u8]>> LogTree<E> {
    /// Appends an entry. A log that is full is left unchanged.
    pub fn push(&mut self, entry: E) {
        if self.len() < MAX_LOG_SIZE {
            self.0.push(entry);
        }
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Returns true if the log has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the Merkle tree hash of all entries. That of an empty log is SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> NodeHash {
        (*self.0.root().as_bytes()).into()
    }

    /// Returns an entry.
    #[must_use]
    pub fn entry(&self, index: u64) -> Option<&E> {
        self.0.get(usize::try_from(index).ok()?)
    }

    /// Proves that the entry at `index` is in this log; `None` if there is no such entry.
    #[must_use]
    pub fn prove_inclusion(&self, index: u64) -> Option<Vec<NodeHash>> {
        let known = index < self.len();
        let index = usize::try_from(index).ok().filter(|_| known)?;
        Some(split(self.0.prove_inclusion(index).as_bytes()))
    }

    /// Proves that the first `former` entries of this log are the log that had that many; `None` if it never had. Every
    /// log continues an empty one, and the proof of that is empty.
    #[must_use]
    pub fn prove_consistency(&self, former: u64) -> Option<Vec<NodeHash>> {
        if former == 0 {
            return Some(Vec::new());
        }
        let added = usize::try_from(self.len().checked_sub(former)?).ok()?;
        Some(split(self.0.prove_consistency(added).as_bytes()))
    }
}

/// Checks that `entry` is at `index` in the log with this size and root.
///
/// # Errors
/// [`BadProof`].
pub fn verify_inclusion(
    (size, root): (u64, &NodeHash),
    index: u64,
    entry: &[u8],
    proof: &[NodeHash],
) -> Result<(), BadProof> {
    if size > MAX_LOG_SIZE || proof.len() > MAX_TREE_PROOF {
        return Err(BadProof);
    }
    let proof = InclusionProof::<Sha256>::try_from_bytes(proof.concat()).map_err(|_| BadProof)?;
    root_hash(size, root).verify_inclusion(&entry, index, &proof).map_err(|_| BadProof)
}

/// Checks that the log with the later size and root begins with all of the former one. A former log without entries is
/// continued by every log, by an empty proof.
///
/// # Errors
/// [`BadProof`].
pub fn verify_consistency(
    (former_size, former_root): (u64, &NodeHash),
    (size, root): (u64, &NodeHash),
    proof: &[NodeHash],
) -> Result<(), BadProof> {
    if size > MAX_LOG_SIZE || proof.len() > MAX_TREE_PROOF {
        return Err(BadProof);
    }
    if former_size == 0 {
        let empty = former_root == &LogTree::<Vec<u8>>::default().root();
        return if empty && proof.is_empty() { Ok(()) } else { Err(BadProof) };
    }
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(proof.concat()).map_err(|_| BadProof)?;
    let former = root_hash(former_size, former_root);
    root_hash(size, root).verify_consistency(&former, &proof).map_err(|_| BadProof)
}

fn root_hash(size: u64, root: &NodeHash) -> RootHash<Sha256> {
    RootHash::new(Output::<Sha256>::from(*root), size)
}

/// Splits a proof's bytes into its hashes.
fn split(bytes: &[u8]) -> Vec<NodeHash> {
    bytes.as_chunks::<32>().0.to_vec()
}
