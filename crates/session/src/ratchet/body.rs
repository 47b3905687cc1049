//! The body of a message: ENCRYPT and DECRYPT (specification, section 3.1), and what it is bound to.
//!
//! **The nonce** is the first 12 bytes of the message's commitment. The specification allows a fixed
//! one, since a message key is used once; but a phone restored from an old copy uses its next
//! message keys a second time, for other bodies, and under a fixed nonce that would show the
//! difference of the two texts and give forgeries away. A commitment is an HMAC under fresh
//! random bytes, so the second body has another nonce, and costs no byte more.

use super::{
    header::{self, HEADER_LEN, OpenedHeader, SEALED_HEADER_LEN},
    keys::{HeaderKey, MessageKey},
};
use crate::{
    franking::Commitment,
    layout::{Reader, WrongLength},
    pqxdh::ASSOCIATED_LEN,
};
use pillarbox_crypto::{
    AuthenticationFailed, TAG_LEN,
    aead::{open, seal_in_place},
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
    pub(crate) commitment: &'a Commitment,
}

impl Binding<'_> {
    fn associated_data(&self, header: &[u8; HEADER_LEN]) -> Vec<u8> {
        let Self { parties, prefix, commitment } = self;
        [parties.as_slice(), prefix, commitment.as_bytes(), header].concat()
    }

    fn nonce(&self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce.iter_mut().zip(self.commitment.as_bytes()).for_each(|(to, from)| *to = *from);
        nonce
    }
}

/// A message as sealed by a chain: sealed header, ciphertext, tag of the ciphertext.
pub(crate) struct Sealed {
    pub(crate) header: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: [u8; TAG_LEN],
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
    let associated = binding.associated_data(header);
    let tag = seal_in_place(&message_key.0, &binding.nonce(), &associated, &mut ciphertext);
    Sealed { header: header::seal(header_key, header, &tag), ciphertext, tag }
}

/// A message as received: nothing in it is believed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SealedMessage<'a> {
    pub(crate) header: &'a [u8; SEALED_HEADER_LEN],
    /// Ciphertext and tag.
    pub(crate) body: &'a [u8],
    tag: &'a [u8; TAG_LEN],
}

impl<'a> SealedMessage<'a> {
    pub(crate) fn read(mut reader: Reader<'a>) -> Result<Self, WrongLength> {
        let header = reader.take()?;
        let body = reader.rest();
        Ok(Self { header, body, tag: body.last_chunk().ok_or(WrongLength)? })
    }

    pub(super) fn header_under(&self, key: &HeaderKey) -> Option<OpenedHeader> {
        header::open(key, self.header, self.tag)
    }

    pub(super) fn open(
        &self,
        message_key: &MessageKey,
        header: &OpenedHeader,
        binding: &Binding<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, AuthenticationFailed> {
        open(&message_key.0, &binding.nonce(), &binding.associated_data(&header.bytes), self.body)
    }
}
