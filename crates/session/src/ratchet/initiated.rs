//! The two beginnings of a ratchet: A who started it, and B who opens A's first message
//! (RatchetInitAliceHE and RatchetInitBobHE, specification, section 4.4).

use super::{
    body::{Binding, Sealed, SealedMessage},
    chain::{Exhausted, SendingChain},
    error::RatchetError,
    established::{Opened, Received},
    keys::RootKey,
    skipped::Skipped,
    turn::{Expecting, HalfTurn, Turn},
};
use crate::redact::redacted_debug;
use pillarbox_crypto::{AgreementSecret, NotContributory, ReadyPublic};
use rand_core::CryptoRng;
use std::sync::Arc;

/// A's state until B answers. A can send, and expects B's first chain.
pub(crate) struct Initiated {
    pub(super) turn: Arc<Turn>,
    pub(super) sending: SendingChain,
}

/// B's state while A's first message is opened. B has no receiving chain yet, and no sending chain to answer in.
pub(crate) struct Awaiting {
    expecting: Expecting,
}

redacted_debug!(Initiated, Awaiting);

impl Initiated {
    /// RatchetInitAliceHE: `secret` is SK, `signed_prekey` is B's first ratchet key.
    pub(crate) fn new(
        secret: RootKey,
        signed_prekey: ReadyPublic,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, NotContributory> {
        let (header_a, next_header_b) = secret.first_header_keys();
        let half =
            HalfTurn { root_key: secret, theirs: signed_prekey, next_receiving: Arc::new(next_header_b) };
        let (turn, sending) = half.send(rng, Arc::new(header_a), 0)?;
        Ok(Self { turn: Arc::new(turn), sending })
    }

    /// RatchetEncryptHE: seals one message and returns it with the state after it.
    pub(crate) fn seal(
        &self,
        binding: &Binding<'_>,
        plaintext: Vec<u8>,
    ) -> Result<(Sealed, Self), Exhausted> {
        let Self { turn, sending } = self;
        let (sealed, sending) = sending.seal(turn.our_public, turn.previous_count, binding, plaintext)?;
        Ok((sealed, Self { turn: Arc::clone(turn), sending }))
    }

    /// RatchetDecryptHE: only B's first chain can open.
    pub(crate) fn open(
        &self,
        message: &SealedMessage<'_>,
        binding: &Binding<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        let header =
            message.header_under(&self.turn.expecting.next_receiving).ok_or(RatchetError::NotOurs)?;
        let received = Received { message, header, binding };
        received.in_new_chain(&self.turn.expecting, self.sending.number, &Skipped::default(), 0, rng)
    }
}

impl Awaiting {
    /// RatchetInitBobHE: `secret` is SK, `signed_prekey` our first ratchet key.
    pub(crate) fn new(secret: RootKey, signed_prekey: AgreementSecret) -> Self {
        let (header_a, next_header_b) = secret.first_header_keys();
        let expecting = Expecting {
            root_key: secret,
            ours: signed_prekey,
            next_sending: Arc::new(next_header_b),
            next_receiving: Arc::new(header_a),
        };
        Self { expecting }
    }

    /// RatchetDecryptHE: only A's first chain can open.
    pub(crate) fn open(
        self,
        message: &SealedMessage<'_>,
        binding: &Binding<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Opened, RatchetError> {
        let header = message.header_under(&self.expecting.next_receiving).ok_or(RatchetError::NotOurs)?;
        let received = Received { message, header, binding };
        received.in_new_chain(&self.expecting, 0, &Skipped::default(), 0, rng)
    }
}
