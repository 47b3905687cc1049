//! The hashes that proofs are made of, and the error of one that is wrong.

/// A hash of the tree or the map.
pub type NodeHash = [u8; 32];

/// A proof does not lead from its subject to the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the signed root")]
#[non_exhaustive]
pub struct BadProof;
