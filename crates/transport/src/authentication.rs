//! Device authentication on a channel: the device signs the handshake hash (Noise specification, revision 34, section
//! 11.2, channel binding).
//!
//! The hash covers the relay's key and both ephemeral keys, so the signature is useless on any other channel, at
//! another relay, or at a later time. The signature is sent inside the channel, where an observer does not see it. A
//! phone that sends no signature stays anonymous.

use pillarbox_crypto::labels::DEVICE_AUTHENTICATION;
use pillarbox_crypto::{Signature, SigningPublic, SigningSecret};
use pillarbox_wire::FixedBytes;
use thiserror::Error;

/// The device key is not a key, or the signature is not its signature over this handshake. The error does not say
/// which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the device's signature does not fit this connection")]
#[non_exhaustive]
pub struct NotAuthentic;

/// Signs the handshake hash with the device's key.
#[must_use]
pub fn sign_handshake(device: &SigningSecret, handshake_hash: &[u8; 32]) -> FixedBytes<64> {
    FixedBytes(*device.sign(DEVICE_AUTHENTICATION, handshake_hash).as_bytes())
}

/// Checks that the owner of `device` signed the handshake hash of this channel.
///
/// # Errors
/// [`NotAuthentic`].
pub fn verify_handshake(
    device: &FixedBytes<32>,
    handshake_hash: &[u8; 32],
    signature: &FixedBytes<64>,
) -> Result<(), NotAuthentic> {
    let device = SigningPublic::from_bytes(device.0).map_err(|_| NotAuthentic)?;
    let signature = Signature::from_bytes(signature.0);
    device.verify(DEVICE_AUTHENTICATION, handshake_hash, &signature).map_err(|_| NotAuthentic)
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::labels::INVITATION;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_signature_fits_one_device_and_one_handshake(
            seed: [u8; 32],
            other_seed: [u8; 32],
            hash: [u8; 32],
            other_hash: [u8; 32],
        ) {
            prop_assume!(seed != other_seed && hash != other_hash);
            let device = SigningSecret::from_bytes(seed);
            let key = FixedBytes(*device.public().as_bytes());
            let other = FixedBytes(*SigningSecret::from_bytes(other_seed).public().as_bytes());
            let signature = sign_handshake(&device, &hash);
            prop_assert_eq!(verify_handshake(&key, &hash, &signature), Ok(()));
            prop_assert_eq!(verify_handshake(&key, &other_hash, &signature), Err(NotAuthentic));
            prop_assert_eq!(verify_handshake(&other, &hash, &signature), Err(NotAuthentic));
            prop_assert_eq!(verify_handshake(&FixedBytes([0; 32]), &hash, &signature), Err(NotAuthentic));
        }
    }

    #[test]
    fn a_signature_made_for_something_else_does_not_authenticate() {
        let device = SigningSecret::from_bytes([7; 32]);
        let key = FixedBytes(*device.public().as_bytes());
        let signature = FixedBytes(*device.sign(INVITATION, &[1; 32]).as_bytes());
        assert_eq!(verify_handshake(&key, &[1; 32], &signature), Err(NotAuthentic));
    }
}
