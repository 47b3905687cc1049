//! A public log that proves itself: an append-only tree of entries (RFC 6962, section 2.1), and a map that says which
//! entry is the latest of its label.
//!
//! A tree alone proves that an entry is in the log and that the log only grew. It does not prove that no later
//! entry of the same label follows. The map does: it has one slot for each label, and its root is signed together
//! with the tree's.
//!
//! This layer computes roots and proofs and checks them. It does not know what an entry says, who signs a head, or
//! where entries are kept. Nothing here trusts its input: sizes, positions and proofs are a stranger's.

mod map;
mod names;
mod proof;
mod tree;

pub use map::{LabelMap, MAX_MAP_PROOF, verify_latest};
pub use names::{binding, label};
pub use proof::{BadProof, NodeHash};
pub use tree::{LogTree, MAX_LOG_SIZE, MAX_TREE_PROOF, verify_consistency, verify_inclusion};
