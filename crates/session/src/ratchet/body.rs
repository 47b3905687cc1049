//! The body of a message: ENCRYPT and DECRYPT (specification, section 3.1), and what it is bound to.
//!
//! The specification recommends SIV or a composition with HMAC (section 7.2). This is both: the tag is
//! an HMAC over the plaintext, and it is the franking commitment, and the cipher's nonce
//! ([`pillarbox_crypto::committing`]). A message key is used once, so a fixed nonce would be allowed;
//! but a phone restored from an old copy uses its next message keys a second time, for other bodies,
//! and under a fixed nonce that would show the difference of the two texts.

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

/// What stands outside a body's encryption and must not be exchanged without its failing.
///
/// Every part has a fixed length, or, as the prefix, one that its first byte tells.
pub(crate) struct Binding<'a> {
    /// AD: both identities, initiator first.
    pub(crate) parties: &'a [u8; ASSOCIATED_LEN],
    /// Kind byte and, if there is one, the prekey header.
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

/// Seals body and then header. The buffer of the plaintext becomes that of the ciphertext.
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

/// A message as received: nothing in it is believed yet.
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

    /// The padded plaintext, and what opens the commitment to it.
    pub(super) fn open(
        &self,
        message_key: &MessageKey,
        header: &OpenedHeader,
        binding: &Binding<'_>,
    ) -> Result<(Zeroizing<Vec<u8>>, Opening), AuthenticationFailed> {
        open(&message_key.0, &binding.associated_data(&header.bytes), self.commitment, self.ciphertext)
    }
}
