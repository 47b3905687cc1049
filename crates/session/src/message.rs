//! Layouts of the two kinds of message that a session makes.
//!
//! ```text
//! ratchet   kind 0x01 (1)                        commitment (32)  header (38 + 16)  body (n)
//! prekey    kind 0x02 (1)  prekey header (1,261) commitment (32)  header (38 + 16)  body (n)
//!
//! prekey header   signed prekey id (4)  one-time prekey: 0 or 1 (1), id (4)  KEM prekey id (4)
//!                 identity: signing (32), agreement (32), cross-signature (64)
//!                 ephemeral (32)  KEM ciphertext (1,088)
//! ```
//!
//! Integers are big-endian. Every field but the last has a fixed length, and an absent one-time prekey can be
//! written only as zeros. So every message can be parsed in one way only, and a parsed message is written back as
//! the same bytes. This layer opens nothing.

use crate::{
    franking::{COMMITMENT_LEN, Commitment},
    kind,
    layout::{Reader, WrongLength},
    ratchet::{SEALED_HEADER_LEN, SealedMessage},
};
use pillarbox_crypto::{AgreementPublic, IdentityError, IdentityPublic, KEM_CIPHERTEXT_LEN, KemCiphertext};
use pillarbox_wire::PreKeyId;
use thiserror::Error;

/// Bytes of a prekey header.
pub(crate) const PREKEY_HEADER_LEN: usize = 4 + 5 + 4 + 32 + 32 + 64 + 32 + KEM_CIPHERTEXT_LEN;

/// Bytes that a message of a running session adds to its padded plaintext.
pub const RATCHET_OVERHEAD: usize = 1 + COMMITMENT_LEN + SEALED_HEADER_LEN;

/// Bytes that a message adds to its padded plaintext while the peer has not yet answered in its session.
pub const PREKEY_OVERHEAD: usize = PREKEY_HEADER_LEN + RATCHET_OVERHEAD;

const _: () = assert!(RATCHET_OVERHEAD == 87 && PREKEY_OVERHEAD == 1_348);

/// The bytes are not a message of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the bytes are not a message of a session")]
#[non_exhaustive]
pub struct MalformedMessage;

impl From<WrongLength> for MalformedMessage {
    fn from(WrongLength: WrongLength) -> Self {
        Self
    }
}

/// An identity as a stranger claims it. Nobody has checked yet that its two keys belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClaimedIdentity {
    signing: [u8; 32],
    agreement: [u8; 32],
    cross_signature: [u8; 64],
}

impl ClaimedIdentity {
    pub(crate) fn of(identity: &IdentityPublic) -> Self {
        Self {
            signing: *identity.signing().as_bytes(),
            agreement: *identity.agreement().as_bytes(),
            cross_signature: *identity.cross_signature().as_bytes(),
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WrongLength> {
        Ok(Self { signing: *reader.take()?, agreement: *reader.take()?, cross_signature: *reader.take()? })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let Self { signing, agreement, cross_signature } = self;
        out.extend_from_slice(signing);
        out.extend_from_slice(agreement);
        out.extend_from_slice(cross_signature);
    }

    pub(crate) fn is(&self, identity: &IdentityPublic) -> bool {
        self.signing == *identity.signing().as_bytes() && self.agreement == *identity.agreement().as_bytes()
    }

    /// Reads an identity from a record of our own, which was written once the cross-signature had been checked.
    pub(crate) fn verified_before(&self) -> Result<IdentityPublic, IdentityError> {
        IdentityPublic::from_verified_parts(self.signing, self.agreement, self.cross_signature)
    }

    /// Checks the cross-signature.
    pub(crate) fn verify(&self) -> Result<IdentityPublic, IdentityError> {
        IdentityPublic::from_parts(self.signing, self.agreement, self.cross_signature)
    }
}

/// The header from which the recipient of a first message starts the session (PQXDH, section 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreKeyHeader {
    pub(crate) signed: PreKeyId,
    pub(crate) one_time: Option<PreKeyId>,
    pub(crate) kem: PreKeyId,
    pub(crate) identity: ClaimedIdentity,
    pub(crate) ephemeral: AgreementPublic,
    pub(crate) kem_ciphertext: KemCiphertext,
}

impl PreKeyHeader {
    /// Returns kind byte and prekey header, with which each message of an unanswered session begins.
    pub(crate) fn to_prefix(&self) -> Vec<u8> {
        let Self { signed, one_time, kem, identity, ephemeral, kem_ciphertext } = self;
        let mut prefix = Vec::with_capacity(1 + PREKEY_HEADER_LEN);
        prefix.push(kind::PREKEY);
        prefix.extend_from_slice(&signed.0.to_be_bytes());
        prefix.push(u8::from(one_time.is_some()));
        prefix.extend_from_slice(&one_time.map_or([0; 4], |id| id.0.to_be_bytes()));
        prefix.extend_from_slice(&kem.0.to_be_bytes());
        identity.write(&mut prefix);
        prefix.extend_from_slice(ephemeral.as_bytes());
        prefix.extend_from_slice(kem_ciphertext.as_bytes());
        prefix
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, MalformedMessage> {
        let signed = PreKeyId(reader.u32()?);
        let one_time = match (reader.u8()?, reader.u32()?) {
            (0, 0) => None,
            (1, id) => Some(PreKeyId(id)),
            _ => return Err(MalformedMessage),
        };
        Ok(Self {
            signed,
            one_time,
            kem: PreKeyId(reader.u32()?),
            identity: ClaimedIdentity::read(reader)?,
            ephemeral: AgreementPublic::from_bytes(*reader.take()?),
            kem_ciphertext: KemCiphertext::from_bytes(reader.take::<KEM_CIPHERTEXT_LEN>()?)
                .map_err(|_| MalformedMessage)?,
        })
    }
}

/// A message, read but not opened.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    /// Kind byte and, if the message has one, the prekey header, as received. The body is bound to them.
    pub(crate) prefix: &'a [u8],
    pub(crate) prekey: Option<PreKeyHeader>,
    pub(crate) sealed: SealedMessage<'a>,
}

impl<'a> Message<'a> {
    pub(crate) fn read(payload: &'a [u8]) -> Result<Self, MalformedMessage> {
        let mut reader = Reader::new(payload);
        let prekey = match reader.u8()? {
            kind::RATCHET => None,
            kind::PREKEY => Some(PreKeyHeader::read(&mut reader)?),
            _ => return Err(MalformedMessage),
        };
        let prefix_len = 1 + prekey.as_ref().map_or(0, |_| PREKEY_HEADER_LEN);
        let prefix = Reader::new(payload).take_slice(prefix_len)?;
        let sealed = SealedMessage::read(reader)?;
        Ok(Self { prefix, prekey, sealed })
    }

    /// Returns the commitment to the body, which the message shows in the open.
    pub(crate) fn commitment(&self) -> Commitment {
        let SealedMessage { commitment, header: _, ciphertext } = self.sealed;
        Commitment { bytes: *commitment, padded_len: ciphertext.len() }
    }
}

/// Returns the identity that a prekey message claims to come from, or `None` for a message of a running session.
///
/// The two keys of the returned identity belong together. Only opening the message proves that their owner sent it.
///
/// # Errors
/// [`MalformedMessage`] if the payload is not a message of a session or its identity is not valid.
pub fn claimed_identity(payload: &[u8]) -> Result<Option<IdentityPublic>, MalformedMessage> {
    match Message::read(payload)?.prekey {
        Some(prekey) => prekey.identity.verify().map(Some).map_err(|_| MalformedMessage),
        None => Ok(None),
    }
}

/// Returns the commitment that a message of a session carries in the clear, for somebody who checks a report of the
/// message. A sealed envelope carries none, and a body in the clear needs none.
#[must_use]
pub fn commitment_of(payload: &[u8]) -> Option<Commitment> {
    Message::read(payload).ok().map(|message| message.commitment())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rewritten(message: &Message<'_>) -> Vec<u8> {
        let prefix = message.prekey.as_ref().map_or_else(|| vec![kind::RATCHET], PreKeyHeader::to_prefix);
        let SealedMessage { commitment, header, ciphertext } = message.sealed;
        [&prefix, commitment.as_slice(), header, ciphertext].concat()
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_written_the_same_again(
            kind in 0..4u8,
            present in 0..3u8,
            id in prop_oneof![Just(0u32), any::<u32>()],
            mut bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                proptest::collection::vec(any::<u8>(), 1300..1500),
            ],
        ) {
            if let Some(one_time) = bytes.get_mut(5..10) {
                one_time[0] = present;
                one_time[1..].copy_from_slice(&id.to_be_bytes());
            }
            if let Some(first) = bytes.first_mut() {
                *first = kind;
            }
            if let Ok(message) = Message::read(&bytes) {
                prop_assert_eq!(message.prefix, &bytes[..message.prefix.len()]);
                prop_assert_eq!(rewritten(&message), bytes);
            }
        }
    }

    #[test]
    fn the_shortest_of_each_kind_is_read_and_one_byte_less_is_not() {
        for (kind, overhead) in [(kind::RATCHET, RATCHET_OVERHEAD), (kind::PREKEY, PREKEY_OVERHEAD)] {
            let mut shortest = vec![0; overhead];
            shortest[0] = kind;
            assert!(Message::read(&shortest).is_ok() && commitment_of(&shortest).is_some(), "kind {kind}");
            assert!(Message::read(&shortest[..shortest.len() - 1]).is_err(), "kind {kind}");
        }
    }
}
