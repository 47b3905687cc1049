//! The header of a message and its encryption (specification, sections 3.1 and 4.2).
//!
//! ```text
//! header           ratchet key DHs (32)   PN (3)   Ns (3)      integers big-endian
//! sealed header    header (38)            tag (16)
//! nonce            first 24 bytes of the body's commitment
//! ```
//!
//! **The nonce.** The specification asks HENCRYPT for a nonce that does not repeat under one header key, and random
//! bytes would cost every message 16 or more. Here the body is sealed first and the nonce is taken from its
//! commitment. The commitment is an HMAC under a key derived from a message key, so it is as good as random to
//! everybody without that key. XChaCha20 uses 24 of its 32 bytes. A chain holds fewer than 2^24 messages, so two of
//! its nonces are equal with probability under 2^48 / 2^193 = 2^-145. The same message sent twice has the same
//! nonce, the same header and the same bytes, and reveals nothing new. The recipient has the commitment before
//! everything else. If it was altered, neither the header nor the body opens.

use super::keys::HeaderKey;
use crate::{
    franking::COMMITMENT_LEN,
    layout::{Reader, WrongLength},
};
use pillarbox_crypto::{
    AgreementPublic, TAG_LEN,
    aead::{open_extended, seal_extended},
};

/// Bytes of a header.
pub(super) const HEADER_LEN: usize = 32 + 3 + 3;

/// Bytes of a header once encrypted.
pub(crate) const SEALED_HEADER_LEN: usize = HEADER_LEN + TAG_LEN;

/// The position of a message in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// The sender's current ratchet key.
    pub(super) ratchet_key: AgreementPublic,
    /// PN: messages in the sender's previous chain.
    pub(super) previous_count: u32,
    /// N: number of this message in its chain, from 0.
    pub(super) number: u32,
}

/// A header with its bytes, to which the body is bound.
pub(super) struct OpenedHeader {
    pub(super) header: Header,
    pub(super) bytes: [u8; HEADER_LEN],
}

impl Header {
    /// Writes the header. Numbers are at most [`MAX_CHAIN_LEN`](super::limits::MAX_CHAIN_LEN), so they fit three
    /// bytes.
    pub(super) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let Self { ratchet_key, previous_count, number } = self;
        let counts = [previous_count, number].into_iter().flat_map(|count| {
            let [_, high, middle, low] = count.to_be_bytes();
            [high, middle, low]
        });
        let mut bytes = [0; HEADER_LEN];
        let fields = ratchet_key.as_bytes().iter().copied().chain(counts);
        bytes.iter_mut().zip(fields).for_each(|(to, from)| *to = from);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Self, WrongLength> {
        let mut reader = Reader::new(bytes);
        let ratchet_key = AgreementPublic::from_bytes(*reader.take()?);
        let mut count =
            || reader.take().map(|&[high, middle, low]| u32::from_be_bytes([0, high, middle, low]));
        Ok(Self { ratchet_key, previous_count: count()?, number: count()? })
    }
}

/// HENCRYPT. `commitment` is the commitment of the body that the header belongs to.
pub(super) fn seal(key: &HeaderKey, header: &[u8; HEADER_LEN], commitment: &[u8; COMMITMENT_LEN]) -> Vec<u8> {
    seal_extended(&key.0, &nonce(commitment), &[], header)
}

/// HDECRYPT. Returns `None` if the header is not sealed under this key.
pub(super) fn open(
    key: &HeaderKey,
    sealed: &[u8; SEALED_HEADER_LEN],
    commitment: &[u8; COMMITMENT_LEN],
) -> Option<OpenedHeader> {
    let opened = open_extended(&key.0, &nonce(commitment), &[], sealed).ok()?;
    let bytes = *opened.first_chunk()?;
    Some(OpenedHeader { header: Header::read(&bytes).ok()?, bytes })
}

fn nonce(commitment: &[u8; COMMITMENT_LEN]) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce.iter_mut().zip(commitment).for_each(|(to, from)| *to = *from);
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_under_its_key_and_commitment_only(
            key: [u8; 32],
            ratchet_key: [u8; 32],
            previous_count in 0..1u32 << 24,
            number in 0..1u32 << 24,
            commitment: [u8; COMMITMENT_LEN],
            at in 0..SEALED_HEADER_LEN + 24,
            bit in 0..8u8,
        ) {
            let ratchet_key = AgreementPublic::from_bytes(ratchet_key);
            let header = Header { ratchet_key, previous_count, number };
            let key = HeaderKey::from_bytes(key);
            let sealed: [u8; SEALED_HEADER_LEN] = seal(&key, &header.to_bytes(), &commitment).try_into().unwrap();
            let opened = open(&key, &sealed, &commitment).unwrap();
            prop_assert_eq!(opened.header, header);
            prop_assert_eq!(opened.bytes, header.to_bytes());

            let (mut sealed, mut commitment) = (sealed, commitment);
            *sealed.iter_mut().chain(&mut commitment).nth(at).unwrap() ^= 1 << bit;
            prop_assert!(open(&key, &sealed, &commitment).is_none());
        }
    }
}
