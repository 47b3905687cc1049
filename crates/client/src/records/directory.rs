//! A phone's memory of the relay's public log of keys, and the check of an answer against that memory.
//!
//! An answer holds a head that the relay signed, and the latest entry of one account. It is good if the head is signed
//! with the key that this phone has seen first, continues the last head, has the entry, and says that the entry is the
//! account's latest. What the entry stands for is for the caller to compare.

use pillarbox_crypto::labels::DIRECTORY_HEAD;
use pillarbox_crypto::log::{self, NodeHash, verify_consistency, verify_inclusion, verify_latest};
use pillarbox_crypto::{Signature, SigningPublic};
use pillarbox_wire::{AccountId, Encoded, FixedBytes, IdentityKey, LogHead, LogLeaf, Proof, SeenHead};
use serde::{Deserialize, Serialize};

/// The reason why an answer of the directory is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unproved {
    /// The relay has no public log, or has none any more.
    NoLog,
    /// The head is not signed with the key that this phone knows.
    NotSigned,
    /// The head does not continue the last one: entries were changed or taken out, or this phone is shown another log
    /// than before.
    OtherLog,
    /// The log has no entry of the account, or the proof of it is wrong.
    NoEntry,
    /// The latest entry stands for other keys than the relay gave.
    OtherKeys,
}

/// An account's latest entry, as this phone has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownEntry {
    pub(crate) count: u32,
    pub(crate) binding: FixedBytes<32>,
}

/// A head with the key of its signature, as a row holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownHead {
    pub(crate) log_key: FixedBytes<32>,
    pub(crate) head: LogHead,
}

impl From<KnownHead> for SeenHead {
    fn from(KnownHead { log_key, head }: KnownHead) -> Self {
        Self { log_key, head }
    }
}

/// The memory of the log. A phone that has one checks the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogMemory {
    /// The last head that was good.
    pub(crate) seen: Option<KnownHead>,
    /// The first head that was signed and does not continue the last good one: together they prove that the relay
    /// showed two logs.
    pub(crate) contrary: Option<KnownHead>,
    /// The owner's own entry.
    pub(crate) own: Option<KnownEntry>,
}

impl Encoded for LogMemory {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 512;
}

impl LogMemory {
    /// The size from which an answer has to prove that the log has only grown.
    pub(crate) fn since(&self) -> u64 {
        self.seen.map_or(0, |seen| seen.head.size)
    }

    /// Checks an answer about an account, and remembers its head. After an error only the head that contradicts the
    /// last one is remembered.
    pub(crate) fn check(&mut self, account: AccountId, proof: &Proof) -> Result<LogLeaf, Unproved> {
        let Proof { request: _, log_key, head, consistency, entry } = proof;
        let known = KnownHead { log_key: *log_key, head: *head };
        check_signature(&known)?;
        if self.seen.is_some_and(|seen| seen.log_key != *log_key) {
            return Err(Unproved::NotSigned);
        }
        let tree = (head.size, &head.tree.0);
        if let Some(KnownHead { head: last, .. }) = self.seen {
            let grown = verify_consistency((last.size, &last.tree.0), tree, &hashes(consistency));
            let same = last.size != head.size || (last.tree, last.map) == (head.tree, head.map);
            if grown.is_err() || !same {
                self.contrary.get_or_insert(known);
                return Err(Unproved::OtherLog);
            }
        }
        let entry = entry.as_ref().ok_or(Unproved::NoEntry)?;
        let (leaf, label) = (entry.leaf, log::label(&account.0));
        let included = verify_inclusion(tree, entry.index, &leaf.leaf_bytes(), &hashes(&entry.inclusion));
        let latest = verify_latest(&head.map.0, &label, (leaf.count, entry.index), &hashes(&entry.latest));
        if leaf.label.0 != label || included.is_err() || latest.is_err() {
            return Err(Unproved::NoEntry);
        }
        self.seen = Some(known);
        Ok(leaf)
    }

    /// Compares the owner's own entry with the one before, and remembers it. Returns false if somebody has published
    /// keys in the owner's name: other keys, or others in between.
    pub(crate) fn is_mine(&mut self, leaf: &LogLeaf, binding: FixedBytes<32>) -> bool {
        let found = KnownEntry { count: leaf.count, binding: leaf.binding };
        let expected = match self.own {
            None => leaf.count,
            Some(own) if own.binding == binding => own.count,
            // The owner's keys have changed since, by one entry.
            Some(own) => own.count.saturating_add(1),
        };
        // Keys of somebody else are told again each time, so what is remembered of them is their number alone.
        self.own = Some(KnownEntry { binding, ..found });
        leaf.binding == binding && leaf.count == expected
    }
}

/// Returns the digest that an entry holds of these keys, without a device list.
pub(crate) fn binding(identity: &IdentityKey) -> FixedBytes<32> {
    FixedBytes(log::binding(&identity.signing.0, &identity.agreement.0, 0, &[]))
}

fn check_signature(KnownHead { log_key, head }: &KnownHead) -> Result<(), Unproved> {
    let key = SigningPublic::from_bytes(log_key.0).map_err(|_| Unproved::NotSigned)?;
    let signature = Signature::from_bytes(head.signature.0);
    key.verify(DIRECTORY_HEAD, &head.signed_bytes(), &signature).map_err(|_| Unproved::NotSigned)
}

fn hashes(proof: &[FixedBytes<32>]) -> Vec<NodeHash> {
    proof.iter().map(|hash| hash.0).collect()
}
