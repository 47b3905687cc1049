//! The ratchet's keys and the two functions that derive them: KDF_RK_HE (section 4.2) and KDF_CK (section 3.1) of
//! the specification.

use crate::redact::redacted_debug;
use pillarbox_crypto::{
    AeadKey, AgreementSecret, OneTimeKey, SharedSecret, equal,
    kdf::{chain_step, hkdf},
    labels::{RATCHET_HEADER, RATCHET_ROOT},
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// RK, or SK before the first step. Every later key of the session is derived from it and from the Diffie-Hellman
/// outputs mixed in on the way.
///
/// Invariants: wiped on drop; no `Clone`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct RootKey([u8; 32]);

/// CKs or CKr. The keys of this and all later messages of one chain are derived from it.
///
/// Invariants: wiped on drop; no `Clone`; replaced by the next one with every message.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct ChainKey([u8; 32]);

/// MK, which opens one message.
///
/// Invariants: wiped on drop; no `Clone`.
#[derive(ZeroizeOnDrop)]
pub(crate) struct MessageKey(pub(super) OneTimeKey);

/// HKs, HKr, NHKs or NHKr, which seals the headers of one chain.
///
/// Invariants: wiped on drop; no `Clone`.
#[derive(ZeroizeOnDrop)]
pub(crate) struct HeaderKey(pub(super) AeadKey);

redacted_debug!(RootKey, ChainKey, MessageKey, HeaderKey);

/// Compiles only if every key of the ratchet, and the ratchet key pair's secret, is wiped on drop.
const _: () = {
    const fn wiped<Key: ZeroizeOnDrop>() {}
    wiped::<RootKey>();
    wiped::<ChainKey>();
    wiped::<MessageKey>();
    wiped::<HeaderKey>();
    wiped::<AgreementSecret>();
};

impl RootKey {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// KDF_RK_HE(RK, DH) = (RK, CK, NHK).
    pub(super) fn step(&self, dh: &SharedSecret) -> (RootKey, ChainKey, HeaderKey) {
        let derived = hkdf::<96>(&self.0, &[dh.as_bytes()], RATCHET_ROOT, &[]);
        let [root, chain, next_header] = in_keys(&*derived);
        (RootKey(root), ChainKey(chain), HeaderKey::from_bytes(next_header))
    }

    /// Derives the header keys that both sides agree on at the beginning: (shared_hka, shared_nhkb).
    pub(super) fn first_header_keys(&self) -> (HeaderKey, HeaderKey) {
        let derived = hkdf::<64>(&[], &[&self.0], RATCHET_HEADER, &[]);
        let [a, next_b] = in_keys(&*derived);
        (HeaderKey::from_bytes(a), HeaderKey::from_bytes(next_b))
    }
}

impl ChainKey {
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// KDF_CK(CK) = (CK, MK), the message key first.
    pub(super) fn step(&self) -> (MessageKey, ChainKey) {
        let (message_key, next) = chain_step(&self.0);
        (MessageKey::from_bytes(*message_key), ChainKey(*next))
    }
}

impl MessageKey {
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(OneTimeKey::from_bytes(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl HeaderKey {
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(AeadKey::from_bytes(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn same_as(&self, other: &Self) -> bool {
        equal(self.as_bytes(), other.as_bytes())
    }
}

/// Cuts derived bytes into keys of 32 bytes.
fn in_keys<const N: usize>(derived: &[u8]) -> [[u8; 32]; N] {
    let mut keys = [[0; 32]; N];
    for (key, bytes) in keys.iter_mut().zip(derived.chunks_exact(32)) {
        key.copy_from_slice(bytes);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use pillarbox_crypto::kdf::hmac;
    use std::collections::HashSet;

    #[test]
    fn one_step_gives_three_different_keys_from_both_inputs() {
        let secret = AgreementSecret::from_bytes([1; 32]);
        let dh = secret.agree(&AgreementSecret::from_bytes([2; 32]).public()).unwrap();
        let other_dh = secret.agree(&AgreementSecret::from_bytes([3; 32]).public()).unwrap();
        let mut keys = HashSet::new();
        for (root, dh) in [(1, &dh), (2, &dh), (1, &other_dh)] {
            let (root, chain, header) = RootKey::from_bytes([root; 32]).step(dh);
            keys.extend([*root.as_bytes(), *chain.as_bytes(), *header.as_bytes()]);
        }
        let (a, b) = RootKey::from_bytes([1; 32]).first_header_keys();
        keys.extend([*a.as_bytes(), *b.as_bytes()]);
        assert_eq!(keys.len(), 11, "no two of them are equal");
    }

    #[test]
    fn the_chain_is_the_specifications() {
        let (message_key, next) = ChainKey::from_bytes([5; 32]).step();
        assert_eq!(*message_key.as_bytes(), hmac(&[5; 32], &[&[0x01]]));
        assert_eq!(*next.as_bytes(), hmac(&[5; 32], &[&[0x02]]));
    }
}
