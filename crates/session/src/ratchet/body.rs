//! The body of a message: ENCRYPT and DECRYPT (specification, section 3.1), and the data that the body is bound to.
//!
//! The specification recommends SIV or a composition with HMAC (section 7.2). This is both
//! ([`pillarbox_crypto::committing`]). The tag is an HMAC over the plaintext; it serves as the franking commitment
//! and as the source of the cipher's nonce. A message key is used once, so a fixed nonce would be allowed. But a
//! phone restored from an old copy reuses its next message keys for other bodies, and a fixed nonce would then
//! reveal the difference of the two texts.

use super::{
    header::{self, HEADER_LEN, OpenedHeader, SEALED_HEADER_LEN},
    keys::{HeaderKey, MessageKey},
};
use crate::{
    franking::COMMITMENT_LEN,
    layout::{Reader, WrongLength},
    parties::ASSOCIATED_LEN,
};
use pillarbox_crypto::{
    AuthenticationFailed, Opening,
    committing::{open, seal_in_place},
};
use zeroize::Zeroizing;

/// Data outside a body's encryption that the body is bound to. If any of it is exchanged, the body does not open.
///
/// Every part has a fixed length, except the prefix, whose first byte states its length.
pub(crate) struct Binding<'a> {
    /// AD: both identities, initiator first.
    pub(crate) parties: &'a [u8; ASSOCIATED_LEN],
    /// Kind byte and, if the message has one, the prekey header.
    pub(crate) prefix: &'a [u8],
}

impl<'a> Binding<'a> {
    fn associated_data(&self, header: &'a [u8; HEADER_LEN]) -> [&'a [u8]; 3] {
        let Self { parties, prefix } = *self;
        [parties, prefix, header]
    }
}

/// A message as sealed by a chain.
pub(crate) struct Sealed {
    pub(crate) commitment: [u8; COMMITMENT_LEN],
    pub(crate) header: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

/// Seals body and then header. The buffer of the plaintext becomes the buffer of the ciphertext.
pub(super) fn seal(
    message_key: &MessageKey,
    header_key: &HeaderKey,
    header: &[u8; HEADER_LEN],
    binding: &Binding<'_>,
    plaintext: Vec<u8>,
) -> Sealed {
    let mut ciphertext = plaintext;
    let commitment = seal_in_place(&message_key.0, &binding.associated_data(header), &mut ciphertext);
    Sealed { header: header::seal(header_key, header, &commitment), commitment, ciphertext }
}

/// A message as received. Nothing in it is trusted yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SealedMessage<'a> {
    pub(crate) commitment: &'a [u8; COMMITMENT_LEN],
    pub(crate) header: &'a [u8; SEALED_HEADER_LEN],
    pub(crate) ciphertext: &'a [u8],
}

impl<'a> SealedMessage<'a> {
    pub(crate) fn read(mut reader: Reader<'a>) -> Result<Self, WrongLength> {
        let (commitment, header) = (reader.take()?, reader.take()?);
        Ok(Self { commitment, header, ciphertext: reader.rest() })
    }

    pub(super) fn header_under(&self, key: &HeaderKey) -> Option<OpenedHeader> {
        header::open(key, self.header, self.commitment)
    }

    /// Opens the body and returns the padded plaintext with the opening of its commitment.
    pub(super) fn open(
        &self,
        message_key: &MessageKey,
        header: &OpenedHeader,
        binding: &Binding<'_>,
    ) -> Result<(Zeroizing<Vec<u8>>, Opening), AuthenticationFailed> {
        open(&message_key.0, &binding.associated_data(&header.bytes), self.commitment, self.ciphertext)
    }
}
