//! A public log of builds, and what a phone knows of the log that it follows.

use pillarbox_crypto::log::{LogTree, NodeHash, verify_consistency, verify_inclusion};
use pillarbox_crypto::{Signature, SigningPublic, SigningSecret, labels};
use rand_core::CryptoRng;

use super::build::Build;

/// A public log of builds: everybody can read all entries, and it only grows.
pub struct BuildLog {
    tree: LogTree,
    key: SigningSecret,
}

/// A signed head of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildLogHead {
    /// The number of entries.
    pub size: u64,
    /// The Merkle tree hash of all entries.
    pub root: NodeHash,
    /// The log's signature over both.
    pub signature: [u8; 64],
}

/// The proof that comes with a logged build: its place in the log, and the path to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedBuild {
    /// The place, from 0.
    pub index: u64,
    /// The hashes beside the path.
    pub path: Vec<NodeHash>,
}

impl BuildLog {
    /// Opens a log under a new key.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self { tree: LogTree::default(), key: SigningSecret::generate(rng) }
    }

    /// Returns the log's public key.
    #[must_use]
    pub fn public_key(&self) -> SigningPublic {
        self.key.public()
    }

    /// Appends a build.
    pub fn append(&mut self, build: &Build) {
        self.tree.push(build.to_bytes());
    }

    /// Signs the head.
    #[must_use]
    pub fn head(&self) -> BuildLogHead {
        let (size, root) = (self.tree.len(), self.tree.root());
        let signature = self.key.sign(labels::BUILD_LOG_HEAD, &signed(size, &root));
        BuildLogHead { size, root, signature: *signature.as_bytes() }
    }

    /// Proves that a build is in the log; none if it is not.
    #[must_use]
    pub fn prove(&self, build: &Build) -> Option<LoggedBuild> {
        let bytes = build.to_bytes();
        let index = (0..self.tree.len()).find(|index| self.tree.entry(*index) == Some(&bytes))?;
        Some(LoggedBuild { index, path: self.tree.prove_inclusion(index)? })
    }

    /// Proves that the log continues its former self of this size; none if it never had that size.
    #[must_use]
    pub fn prove_growth(&self, former: u64) -> Option<Vec<NodeHash>> {
        self.tree.prove_consistency(former)
    }
}

impl BuildLogHead {
    /// Returns the bytes of a head.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [signed(self.size, &self.root).as_slice(), &self.signature].concat()
    }

    /// Reads a head; none if the bytes are none.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<8>()?;
        let (root, signature) = rest.split_first_chunk::<32>()?;
        let signature = <[u8; 64]>::try_from(signature).ok()?;
        Some(Self { size: u64::from_be_bytes(*size), root: *root, signature })
    }
}

impl LoggedBuild {
    /// Returns the bytes of a proof.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.index.to_be_bytes().as_slice(), &self.path.concat()].concat()
    }

    /// Reads a proof; none if the bytes are none.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (index, rest) = bytes.split_first_chunk::<8>()?;
        let (path, rest) = rest.as_chunks::<32>();
        rest.is_empty().then(|| Self { index: u64::from_be_bytes(*index), path: path.to_vec() })
    }
}

fn signed(size: u64, root: &NodeHash) -> Vec<u8> {
    [size.to_be_bytes().as_slice(), root].concat()
}

/// A log as a phone follows it: its key, and the latest head that the phone has checked.
#[derive(Clone, Debug)]
pub struct FollowedBuilds {
    key: SigningPublic,
    size: u64,
    root: NodeHash,
}

/// The reason why a phone does not follow a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFollowed {
    /// Another key signed it.
    #[error("the log's key did not sign this head")]
    NotSigned,
    /// It does not continue the log that the phone knows.
    #[error("this head does not continue the log that the phone knows")]
    OtherLog,
}

impl FollowedBuilds {
    /// Begins to follow the log with this key. The phone has seen no head yet.
    #[must_use]
    pub fn of(key: SigningPublic) -> Self {
        Self { key, size: 0, root: LogTree::<Vec<u8>>::default().root() }
    }

    /// Returns the log's key.
    #[must_use]
    pub const fn key(&self) -> &SigningPublic {
        &self.key
    }

    /// Goes on to a newer head.
    ///
    /// # Errors
    /// [`NotFollowed`]; the phone keeps the head that it had.
    pub fn follow(&mut self, head: &BuildLogHead, growth: &[NodeHash]) -> Result<(), NotFollowed> {
        let signature = Signature::from_bytes(head.signature);
        let signed = signed(head.size, &head.root);
        self.key.verify(labels::BUILD_LOG_HEAD, &signed, &signature).map_err(|_| NotFollowed::NotSigned)?;
        verify_consistency((self.size, &self.root), (head.size, &head.root), growth)
            .map_err(|_| NotFollowed::OtherLog)?;
        (self.size, self.root) = (head.size, head.root);
        Ok(())
    }

    /// Returns true if a proof shows that a build is in the log.
    #[must_use]
    pub fn has(&self, build: &Build, proof: &LoggedBuild) -> bool {
        let log = (self.size, &self.root);
        verify_inclusion(log, proof.index, &build.to_bytes(), &proof.path).is_ok()
    }
}
