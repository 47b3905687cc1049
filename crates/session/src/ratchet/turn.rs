//! The Diffie-Hellman ratchet (DHRatchetHE, specification, section 4.6).
//!
//! A step has two halves: the peer's new ratchet key yields the receiving chain, and our new key yields the sending
//! chain. The message that carries the peer's key is opened between the two, so a message that fails uses up no key
//! of ours.

use super::{
    chain::{ReceivingChain, SendingChain},
    keys::{HeaderKey, RootKey},
};
use pillarbox_crypto::{AgreementPublic, AgreementSecret, NotContributory, ReadyPublic};
use rand_core::CryptoRng;
use std::sync::Arc;

/// The keys that await the peer's next ratchet key: RK, DHs, NHKs and NHKr.
pub(super) struct Expecting {
    pub(super) root_key: RootKey,
    pub(super) ours: AgreementSecret,
    pub(super) next_sending: Arc<HeaderKey>,
    pub(super) next_receiving: Arc<HeaderKey>,
}

/// The state between two steps: the keys for the peer's next step, and the values in our headers, DHs and PN.
///
/// Invariants: `our_public` belongs to `expecting.ours`; `previous_count` is at most
/// [`MAX_CHAIN_LEN`](super::limits::MAX_CHAIN_LEN).
pub(super) struct Turn {
    pub(super) expecting: Expecting,
    pub(super) our_public: AgreementPublic,
    pub(super) previous_count: u32,
}

impl Expecting {
    /// Does the first half: the peer's new ratchet key begins the chain that we expect under NHKr.
    pub(super) fn receive(
        &self,
        theirs: AgreementPublic,
    ) -> Result<(HalfTurn, ReceivingChain), NotContributory> {
        let ready = theirs.ready();
        let (root_key, key, next_receiving) = self.root_key.step(&self.ours.agree_with(&ready)?);
        let header_key = Arc::clone(&self.next_receiving);
        let half = HalfTurn { root_key, theirs: ready, next_receiving: Arc::new(next_receiving) };
        Ok((half, ReceivingChain { ratchet_key: theirs, header_key, key, number: 0 }))
    }
}

/// A step half done: the peer's key is mixed in, and ours is not yet.
pub(super) struct HalfTurn {
    pub(super) root_key: RootKey,
    pub(super) theirs: ReadyPublic,
    pub(super) next_receiving: Arc<HeaderKey>,
}

impl HalfTurn {
    /// Performs the second half: our new ratchet key begins a chain whose headers are sealed under `header_key`.
    pub(super) fn send(
        self,
        rng: &mut impl CryptoRng,
        header_key: Arc<HeaderKey>,
        previous_count: u32,
    ) -> Result<(Turn, SendingChain), NotContributory> {
        let Self { root_key, theirs, next_receiving } = self;
        let ours = AgreementSecret::generate(rng);
        let (root_key, key, next_sending) = root_key.step(&ours.agree_with(&theirs)?);
        let our_public = ours.public();
        let next_sending = Arc::new(next_sending);
        let expecting = Expecting { root_key, ours, next_sending, next_receiving };
        Ok((Turn { expecting, our_public, previous_count }, SendingChain { header_key, key, number: 0 }))
    }
}
