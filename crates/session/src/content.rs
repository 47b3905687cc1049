//! The plaintext that a session encrypts: a body and its padding.

use pillarbox_crypto::Padding;
use zeroize::Zeroizing;

/// The plaintext has no padding. Its sender left the padding out, and that sender is the peer or somebody with the
/// peer's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unpadded;

/// Pads a body. The plaintext becomes the ciphertext in place, so it is not wiped here.
pub(crate) fn wrap(body: &[u8], padding: Padding) -> Vec<u8> {
    // Reserve room for the padding at once: growing later would leave a copy of the body behind.
    let mut plaintext = Vec::with_capacity(padding.padded_len(body.len()));
    plaintext.extend_from_slice(body);
    padding.pad(plaintext)
}

/// Removes the padding and returns the body.
pub(crate) fn unwrap(mut plaintext: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Unpadded> {
    let end = Padding::unpad(&plaintext).map_err(|_| Unpadded)?.len();
    plaintext.truncate(end);
    Ok(plaintext)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_body_comes_back(body: Vec<u8>) {
            for padding in [Padding::None, Padding::BLOCKS_80, Padding::Padme] {
                let plaintext = wrap(&body, padding);
                prop_assert_eq!(plaintext.len(), padding.padded_len(body.len()));
                prop_assert_eq!(&*unwrap(Zeroizing::new(plaintext)).unwrap(), &body);
            }
        }
    }

    #[test]
    fn nothing_is_no_plaintext() {
        assert_eq!(unwrap(Zeroizing::new(Vec::new())), Err(Unpadded));
    }
}
