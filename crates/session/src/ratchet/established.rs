//! A running ratchet: both chains exist (RatchetEncryptHE and RatchetDecryptHE, specification,
//! sections 4.5 and 4.6).

use super::{
    body::{Binding, Sealed, SealedMessage},
    chain::{Exhausted, ReceivingChain, SendingChain},
    error::RatchetError,
    header::OpenedHeader,
    keys::HeaderKey,
    skipped::{Skipped, SkippedChain},
    turn::{Expecting, Turn},
};
use crate::redact::redacted_debug;
use pillarbox_crypto::Opening;
use rand_core::CryptoRng;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Both chains, the keys for the next step, and the keys of skipped messages.
///
/// Invariants: `skipped` contains no key of a message at or after `receiving.number` in its chain, and no expired
/// key; `received` counts the messages opened.
pub(crate) struct Established {
    pub(super) turn: Arc<Turn>,
    pub(super) sending: Arc<SendingChain>,
    pub(super) receiving: Arc<ReceivingChain>,
    pub(super) skipped: Arc<Skipped>,
    pub(super) received: u64,
}

/// A padded plaintext, the opening of its commitment, and the state after opening it.
pub(crate) struct Opened {
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
    pub(crate) opening: Opening,
    pub(crate) next: Established,
}

redacted_debug!(Established);

impl Established {
    /// RatchetEncryptHE: seals one message and returns it with the state after it.
    pub(crate) fn seal(
        &self,
        binding: &Binding<'_>,
        plaintext: Vec<u8>,
    ) -> Result<(Sealed, Self), Exhausted> {
        let Self { turn, sending, receiving, skipped, received } = self;
        let (sealed, sending) = sending.seal(turn.our_public, turn.previous_count, binding, plaintext)?;
        let next = Self {
            turn: Arc::clone(turn),
            sending: Arc::new(sending),
            receiving: Arc::clone(receiving),
            skipped: Arc::clone(skipped),
            received: *received,
        };
        Ok((sealed, next))
    }

    /// RatchetDecryptHE. The header is tried under the most likely key first: that of the current chain, then of the
    /// next chain, then of at most [`MAX_CHAINS`](super::limits::MAX_CHAINS) older ones.
    pub(crate) fn open(
        &self,
        message: &SealedMessage<'_>,
        binding: &Binding<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        if let Some(header) = message.header_under(&self.receiving.header_key) {
            return self.open_in_current(&Received { message, header, binding });
        }
        if let Some(header) = message.header_under(&self.turn.expecting.next_receiving) {
            return self.open_in_next(&Received { message, header, binding }, rng);
        }
        let older = self
            .skipped
            .chains
            .iter()
            .find_map(|chain| message.header_under(&chain.header_key).map(|header| (chain, header)));
        let (chain, header) = older.ok_or(RatchetError::NotOurs)?;
        self.open_skipped(chain, &Received { message, header, binding })
    }

    fn open_in_current(&self, received: &Received<'_>) -> Result<Opened, RatchetError> {
        let header = &received.header.header;
        if header.ratchet_key != self.receiving.ratchet_key {
            // The peer performed this turn twice with different keys, so it was restored from an old copy.
            return Err(RatchetError::Undecryptable);
        }
        if header.number < self.receiving.number {
            let kept = self.skipped_chain(&self.receiving.header_key).ok_or(RatchetError::Duplicate)?;
            return self.open_skipped(kept, received);
        }
        let advanced = self.receiving.advance(header.number)?;
        let (message_key, receiving) = advanced.chain.step();
        let (plaintext, opening) = received.message.open(&message_key, &received.header, received.binding)?;
        let skipped = if advanced.passed.is_empty() {
            Arc::clone(&self.skipped)
        } else {
            Arc::new(self.skipped.with(&receiving.header_key, advanced.passed, self.received))
        };
        Ok(Opened { plaintext, opening, next: self.after(Arc::new(receiving), skipped) })
    }

    fn open_in_next(
        &self,
        received: &Received<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        let rest = self.receiving.advance(received.header.header.previous_count)?;
        let skipped = self.skipped.with(&self.receiving.header_key, rest.passed, self.received);
        received.in_new_chain(&self.turn.expecting, self.sending.number, &skipped, self.received, rng)
    }

    fn open_skipped(&self, chain: &SkippedChain, received: &Received<'_>) -> Result<Opened, RatchetError> {
        let number = received.header.header.number;
        let message_key = chain.key(number).ok_or(RatchetError::Duplicate)?;
        let (plaintext, opening) = received.message.open(message_key, &received.header, received.binding)?;
        let skipped = Arc::new(self.skipped.without(&chain.header_key, number));
        Ok(Opened { plaintext, opening, next: self.after(Arc::clone(&self.receiving), skipped) })
    }

    fn skipped_chain(&self, header_key: &HeaderKey) -> Option<&SkippedChain> {
        self.skipped.chains.iter().map(|chain| &**chain).find(|chain| chain.header_key.same_as(header_key))
    }

    /// Returns the state after one more received message, with the sending side unchanged.
    fn after(&self, receiving: Arc<ReceivingChain>, skipped: Arc<Skipped>) -> Self {
        let received = self.received.saturating_add(1);
        let (turn, sending) = (Arc::clone(&self.turn), Arc::clone(&self.sending));
        Self { turn, sending, receiving, skipped: without_aged(skipped, received), received }
    }
}

/// A message whose header has been opened.
pub(super) struct Received<'a> {
    pub(super) message: &'a SealedMessage<'a>,
    pub(super) header: OpenedHeader,
    pub(super) binding: &'a Binding<'a>,
}

impl Received<'_> {
    /// Performs DHRatchetHE and then opens the message, which is the first to arrive of the peer's next chain.
    /// `sent` is the number of messages in the sending chain that ends here; `skipped` contains the keys of earlier
    /// chains.
    pub(super) fn in_new_chain(
        &self,
        expecting: &Expecting,
        sent: u32,
        skipped: &Skipped,
        received: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        let (half, chain) = expecting.receive(self.header.header.ratchet_key)?;
        let advanced = chain.advance(self.header.header.number)?;
        let (message_key, receiving) = advanced.chain.step();
        let (plaintext, opening) = self.message.open(&message_key, &self.header, self.binding)?;

        let (turn, sending) = half.send(rng, Arc::clone(&expecting.next_sending), sent)?;
        let skipped = Arc::new(skipped.with(&receiving.header_key, advanced.passed, received));
        let received = received.saturating_add(1);
        let next = Established {
            turn: Arc::new(turn),
            sending: Arc::new(sending),
            receiving: Arc::new(receiving),
            skipped: without_aged(skipped, received),
            received,
        };
        Ok(Opened { plaintext, opening, next })
    }
}

fn without_aged(skipped: Arc<Skipped>, received: u64) -> Arc<Skipped> {
    if skipped.has_aged(received) { Arc::new(skipped.without_aged(received)) } else { skipped }
}
