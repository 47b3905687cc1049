//! The Noise NK handshake (`Noise_NK_25519_ChaChaPoly_SHA256`; Noise specification, revision 34, sections 5 and 7.5)
//! after the agreement on a version. Each side is a state machine over byte arrays, with one struct for each state.
//!
//! In NK the phone knows the relay's key beforehand, and the relay knows nothing about the phone. The phone names
//! itself afterwards, inside the channel ([`authentication`](crate::authentication)), or not at all. This file
//! knows no sockets, no time and no source of randomness. Each side draws one ephemeral key when it begins, so the
//! same draws yield the same bytes.
//!
//! | step | phone | | relay | bytes |
//! |---|---|---|---|---|
//! | 1 | [`AwaitingAnswer::begin`] | offer → | [`AwaitingOffer::offered`] | 10 |
//! | 2 | [`AwaitingAnswer::answered`] | ← answer | | 11 |
//! | 3 | | `e, es` → | [`AwaitingOpening::opened`] | 48: key 32, tag 16 |
//! | 4 | [`AwaitingReply::replied`] | ← `e, ee` | | 48: key 32, tag 16 |
//!
//! A relay that cannot open step 3 answers with 48 zeros. No real reply has these bytes, because every agreement
//! with a key of zeros is refused. So the phone learns at once, without waiting for a time-out, that the other side
//! does not have the key in the address. The prologue is offer, then answer.

use std::fmt;
use std::io;
use std::sync::Arc;

use pillarbox_crypto::{AgreementPublic, AgreementSecret, TAG_LEN};
use rand_core::CryptoRng;
use snow::{Builder, HandshakeState};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::record::{Opener, Sealer};
use crate::resolver::Primitives;
use crate::timeouts;
use crate::version::{ANSWER_LEN, OFFER_LEN, Versions, mismatch};

/// The protocol name (Noise specification, section 8), with which every handshake hash begins.
const PROTOCOL: &str = "Noise_NK_25519_ChaChaPoly_SHA256";

/// Length of either Noise message of the handshake: an ephemeral key and the tag of an empty payload.
pub const MESSAGE_LEN: usize = 32 + TAG_LEN;

/// Bytes that a relay sends instead of its reply when it cannot open the phone's message.
const NOT_OPENED: [u8; MESSAGE_LEN] = [0; MESSAGE_LEN];

/// Reasons that a handshake failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The two sides have no version in common.
    #[error("{}", mismatch(*.ours, *.theirs))]
    Version {
        /// The versions of this program.
        ours: Versions,
        /// The versions that the other side names.
        theirs: Versions,
    },
    /// The other side speaks another protocol, as a web server, a TLS port or some unrelated program does.
    #[error("what answers there does not speak the Pillarbox protocol")]
    NotPillarbox,
    /// The other side picked a version that does not follow from the two ranges.
    #[error("the other side's choice of a protocol version contradicts itself")]
    Inconsistent,
    /// A phone's error: the other side does not have the key in the address, or the handshake was altered in
    /// transit.
    #[error(
        "the relay does not hold the key in its address: \
         either the address has a typing error, or somebody else answers there"
    )]
    WrongKey,
    /// A relay's error: the phone expects another relay's key, or the handshake was altered in transit.
    #[error("the phone expects another relay key, or the handshake was altered on the way")]
    ForeignKey,
    /// The other side closed the connection during the handshake.
    #[error("the connection was closed before the handshake was done")]
    Closed,
    /// The handshake was not done in time.
    #[error("the handshake was not done within {} s", timeouts::HANDSHAKE.as_secs())]
    TimedOut,
    /// Reading or writing failed.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
    /// snow refused a step that depends on no peer.
    #[error("the Noise handshake could not be set up")]
    Noise,
}

/// A relay's refusal: the bytes to send before closing, and the reason.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct HandshakeRefused {
    /// The bytes to send; empty for a peer that speaks another protocol.
    pub farewell: Vec<u8>,
    /// The reason, for this side's own log.
    pub reason: HandshakeError,
}

impl From<HandshakeError> for HandshakeRefused {
    fn from(reason: HandshakeError) -> Self {
        Self { farewell: Vec::new(), reason }
    }
}

/// The result of a handshake, which both sides now share.
pub struct Established {
    /// Seals the frames that this side sends.
    pub sealer: Sealer,
    /// Opens the records that the other side sends.
    pub opener: Opener,
    /// Hash of the whole handshake (Noise specification, section 11.2). No other channel has the same hash.
    pub handshake_hash: [u8; 32],
    /// The protocol version that the relay picked.
    pub version: u8,
}

impl Established {
    fn new(noise: HandshakeState, version: u8) -> Result<Self, HandshakeError> {
        let hash = noise.get_handshake_hash().try_into();
        let handshake_hash = hash.map_err(|_| HandshakeError::Noise)?;
        let cipher = noise.into_stateless_transport_mode().map_err(|_| HandshakeError::Noise)?;
        let cipher = Arc::new(cipher);
        Ok(Self {
            sealer: Sealer::new(Arc::clone(&cipher)),
            opener: Opener::new(cipher),
            handshake_hash,
            version,
        })
    }
}

/// A phone that has sent its offer.
pub struct AwaitingAnswer {
    relay: AgreementPublic,
    versions: Versions,
    ephemeral: Zeroizing<[u8; 32]>,
}

impl AwaitingAnswer {
    /// Begins a handshake with the relay that has the key `relay`, and returns the offer to send.
    #[must_use]
    pub fn begin(
        relay: &AgreementPublic,
        versions: Versions,
        rng: &mut impl CryptoRng,
    ) -> (Self, [u8; OFFER_LEN]) {
        (Self { relay: *relay, versions, ephemeral: draw(rng) }, versions.to_offer())
    }

    /// Processes the relay's answer, and returns the first Noise message to send.
    ///
    /// # Errors
    /// [`HandshakeError::NotPillarbox`], [`HandshakeError::Version`], [`HandshakeError::Inconsistent`];
    /// [`HandshakeError::WrongKey`] if the relay's key in the address is not a usable key.
    pub fn answered(
        self,
        answer: &[u8; ANSWER_LEN],
    ) -> Result<(AwaitingReply, [u8; MESSAGE_LEN]), HandshakeError> {
        let (theirs, picked) = Versions::from_answer(answer).ok_or(HandshakeError::NotPillarbox)?;
        let version = match (self.versions.pick(theirs), picked) {
            (Some(expected), Some(picked)) if expected == picked => picked,
            (None, None) => return Err(HandshakeError::Version { ours: self.versions, theirs }),
            _ => return Err(HandshakeError::Inconsistent),
        };
        let prologue = [self.versions.to_offer().as_slice(), answer].concat();
        let mut noise = builder(self.ephemeral, &prologue)
            .and_then(|builder| builder.remote_public_key(self.relay.as_bytes()))
            .and_then(Builder::build_initiator)
            .map_err(|_| HandshakeError::Noise)?;
        let opening = write(&mut noise).map_err(|_| HandshakeError::WrongKey)?;
        Ok((AwaitingReply { noise, version }, opening))
    }
}

/// A phone that has sent its Noise message.
pub struct AwaitingReply {
    noise: HandshakeState,
    version: u8,
}

impl AwaitingReply {
    /// Processes the relay's Noise message, which only the holder of the relay's key can create.
    ///
    /// # Errors
    /// [`HandshakeError::WrongKey`] for every other message.
    pub fn replied(mut self, reply: &[u8; MESSAGE_LEN]) -> Result<Established, HandshakeError> {
        self.noise.read_message(reply, &mut []).map_err(|_| HandshakeError::WrongKey)?;
        Established::new(self.noise, self.version)
    }
}

/// A relay that waits for a phone's offer.
pub struct AwaitingOffer {
    relay: Zeroizing<[u8; 32]>,
    versions: Versions,
    ephemeral: Zeroizing<[u8; 32]>,
}

impl AwaitingOffer {
    /// Begins the relay's side of a handshake, with a copy of its key that is wiped at the end.
    #[must_use]
    pub fn begin(relay: &AgreementSecret, versions: Versions, rng: &mut impl CryptoRng) -> Self {
        Self { relay: relay.to_bytes(), versions, ephemeral: draw(rng) }
    }

    /// Processes the phone's offer, and returns the answer to send.
    ///
    /// # Errors
    /// [`HandshakeError::NotPillarbox`] or [`HandshakeError::Version`], with the bytes to send.
    pub fn offered(
        self,
        offer: &[u8; OFFER_LEN],
    ) -> Result<(AwaitingOpening, [u8; ANSWER_LEN]), HandshakeRefused> {
        let theirs = Versions::from_offer(offer).ok_or(HandshakeError::NotPillarbox)?;
        let picked = self.versions.pick(theirs);
        let answer = self.versions.to_answer(picked);
        let Some(version) = picked else {
            let reason = HandshakeError::Version { ours: self.versions, theirs };
            return Err(HandshakeRefused { farewell: answer.to_vec(), reason });
        };
        let prologue = [offer.as_slice(), &answer].concat();
        let noise = builder(self.ephemeral, &prologue)
            .and_then(|builder| builder.local_private_key(&*self.relay))
            .and_then(Builder::build_responder)
            .map_err(|_| HandshakeError::Noise)?;
        Ok((AwaitingOpening { noise, version }, answer))
    }
}

/// A relay that waits for a phone's Noise message.
pub struct AwaitingOpening {
    noise: HandshakeState,
    version: u8,
}

impl AwaitingOpening {
    /// Processes the phone's Noise message, and returns the reply to send.
    ///
    /// # Errors
    /// [`HandshakeError::ForeignKey`], with the bytes to send.
    pub fn opened(
        mut self,
        opening: &[u8; MESSAGE_LEN],
    ) -> Result<(Established, [u8; MESSAGE_LEN]), HandshakeRefused> {
        let reply = self.noise.read_message(opening, &mut []).and_then(|_| write(&mut self.noise));
        let reply = reply.map_err(|_| HandshakeRefused {
            farewell: NOT_OPENED.to_vec(),
            reason: HandshakeError::ForeignKey,
        })?;
        Ok((Established::new(self.noise, self.version)?, reply))
    }
}

fn draw(rng: &mut impl CryptoRng) -> Zeroizing<[u8; 32]> {
    let mut ephemeral = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *ephemeral);
    ephemeral
}

fn builder(ephemeral: Zeroizing<[u8; 32]>, prologue: &[u8]) -> Result<Builder<'_>, snow::Error> {
    Builder::with_resolver(PROTOCOL.parse()?, Box::new(Primitives::new(ephemeral))).prologue(prologue)
}

/// Writes a Noise message without a payload.
fn write(noise: &mut HandshakeState) -> Result<[u8; MESSAGE_LEN], snow::Error> {
    let mut message = [0; MESSAGE_LEN];
    noise.write_message(&[], &mut message)?;
    Ok(message)
}

/// Implements `Debug` for states that contain keys: they print as their names.
macro_rules! named_debug {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        })*
    };
}

named_debug!(Established, AwaitingAnswer, AwaitingReply, AwaitingOffer, AwaitingOpening);
