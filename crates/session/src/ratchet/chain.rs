//! One chain in each direction: a header key, and a chain key that moves on with every message.

use super::{
    body::{self, Binding, Sealed},
    header::Header,
    keys::{ChainKey, HeaderKey, MessageKey},
    limits::{MAX_CHAIN_LEN, MAX_JUMP, MAX_SKIPPED},
};
use pillarbox_crypto::AgreementPublic;
use std::sync::Arc;

/// The chain has reached the highest number that a message can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// The message is further ahead than [`MAX_JUMP`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooFarAhead;

/// CKs, HKs and Ns.
///
/// Invariants: `number` is at most [`MAX_CHAIN_LEN`]; `key` is the chain key after that many steps.
pub(super) struct SendingChain {
    pub(super) header_key: Arc<HeaderKey>,
    pub(super) key: ChainKey,
    pub(super) number: u32,
}

impl SendingChain {
    /// RatchetEncryptHE: seals one message and returns it with the chain after it.
    pub(super) fn seal(
        &self,
        ratchet_key: AgreementPublic,
        previous_count: u32,
        binding: &Binding<'_>,
        plaintext: Vec<u8>,
    ) -> Result<(Sealed, Self), Exhausted> {
        let Self { header_key, key, number } = self;
        if *number >= MAX_CHAIN_LEN {
            return Err(Exhausted);
        }
        let (message_key, next) = key.step();
        let header = Header { ratchet_key, previous_count, number: *number }.to_bytes();
        let sealed = body::seal(&message_key, header_key, &header, binding, plaintext);
        Ok((sealed, Self { header_key: Arc::clone(header_key), key: next, number: number + 1 }))
    }
}

/// CKr, HKr, Nr, and DHr, the ratchet key that the chain began with.
///
/// Invariants: `key` is the chain key after `number` steps.
pub(super) struct ReceivingChain {
    pub(super) ratchet_key: AgreementPublic,
    pub(super) header_key: Arc<HeaderKey>,
    pub(super) key: ChainKey,
    pub(super) number: u32,
}

/// The key of message `number` of a chain.
pub(super) struct NumberedKey {
    pub(super) number: u32,
    pub(super) key: MessageKey,
}

/// An advanced chain, with the keys of the last messages that it skipped, at most [`MAX_SKIPPED`].
pub(super) struct Advanced {
    pub(super) chain: ReceivingChain,
    pub(super) passed: Vec<NumberedKey>,
}

impl ReceivingChain {
    /// SkipMessageKeys: advances the chain until it is before message `until`. A chain that already is there, or
    /// further on, is unchanged.
    pub(super) fn advance(&self, until: u32) -> Result<Advanced, TooFarAhead> {
        let jump = until.saturating_sub(self.number);
        if jump > MAX_JUMP {
            return Err(TooFarAhead);
        }
        let mut key = ChainKey::from_bytes(*self.key.as_bytes());
        let kept = (jump as usize).min(MAX_SKIPPED);
        let mut stepped_over = jump as usize - kept;
        let mut passed = Vec::with_capacity(kept);
        for number in self.number..until {
            let (message_key, next) = key.step();
            key = next;
            match stepped_over.checked_sub(1) {
                Some(fewer) => stepped_over = fewer,
                None => passed.push(NumberedKey { number, key: message_key }),
            }
        }
        let number = self.number.max(until);
        let header_key = Arc::clone(&self.header_key);
        Ok(Advanced { chain: Self { ratchet_key: self.ratchet_key, header_key, key, number }, passed })
    }

    /// KDF_CK: returns the key of the next message and the chain after it.
    pub(super) fn step(&self) -> (MessageKey, Self) {
        let (message_key, key) = self.key.step();
        let header_key = Arc::clone(&self.header_key);
        (message_key, Self { ratchet_key: self.ratchet_key, header_key, key, number: self.number + 1 })
    }
}
