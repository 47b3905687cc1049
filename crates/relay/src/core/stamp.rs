//! The relay's stamp on a message (message franking). When a recipient reports a message, the relay recognises by it
//! that it carried this payload from this sender to this recipient at this time. Nobody else can make or check a stamp.
//!
//! The stamp is HMAC-SHA-256 (RFC 2104) over sender, recipient and time, which have fixed lengths, and the payload
//! behind them. It does not say what the payload means: the sender's own commitment inside the payload shows that the
//! words in a report belong to it.

use std::fmt;

use pillarbox_crypto::labels::FRANKING_REPORT;
use pillarbox_crypto::{SecretBytes, SigningSecret, equal, kdf};
use pillarbox_wire::{DeviceAddress, Timestamp};

/// The key that a relay stamps with. It is derived from the relay's certificate key, so that it lasts as long and
/// needs no storage of its own.
pub struct StampKey(SecretBytes<32>);

impl StampKey {
    /// Derives the stamp key of a relay with this certificate key.
    #[must_use]
    pub fn derive(certificate_key: &SigningSecret) -> Self {
        let secret = certificate_key.to_bytes();
        let derived = kdf::hkdf::<32>(&[], &[secret.as_slice()], FRANKING_REPORT, &[]);
        Self(SecretBytes::from_bytes(*derived))
    }

    /// Wraps these bytes as the key, as an operator would disclose it to somebody who verifies its claims.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBytes::from_bytes(bytes))
    }

    /// Returns the key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Computes the stamp over a message.
    #[must_use]
    pub fn stamp(
        &self,
        payload: &[u8],
        from: DeviceAddress,
        to: DeviceAddress,
        accepted_at: Timestamp,
    ) -> [u8; 32] {
        let address = |address: DeviceAddress| {
            let mut bytes = [0; 17];
            let (account, device) = bytes.split_at_mut(16);
            account.copy_from_slice(&address.account.0);
            device.copy_from_slice(&[address.device.0]);
            bytes
        };
        let parts: [&[u8]; 4] = [&address(from), &address(to), &accepted_at.0.to_be_bytes(), payload];
        kdf::hmac(self.0.as_bytes(), &parts)
    }

    /// Returns whether `stamp` is this relay's stamp over this message.
    #[must_use]
    pub fn verify(
        &self,
        stamp: &[u8; 32],
        payload: &[u8],
        from: DeviceAddress,
        to: DeviceAddress,
        accepted_at: Timestamp,
    ) -> bool {
        equal(&self.stamp(payload, from, to, accepted_at), stamp)
    }
}

impl fmt::Debug for StampKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StampKey")
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{AccountId, DeviceId};
    use proptest::prelude::*;

    use super::*;

    fn address(seed: u8) -> DeviceAddress {
        DeviceAddress { account: AccountId([seed; 16]), device: DeviceId(seed) }
    }

    proptest! {
        #[test]
        fn a_stamp_is_good_for_one_message_and_one_relay(
            payload in proptest::collection::vec(any::<u8>(), 0..80),
            seeds in (0_u8..9, 0_u8..9),
            time in 0_u64..9,
            other in (proptest::collection::vec(any::<u8>(), 0..80), 0_u8..9, 0_u8..9, 0_u64..9, 0_u8..3),
        ) {
            let key = |seed| StampKey::derive(&SigningSecret::from_bytes([seed; 32]));
            let stamp = key(0).stamp(&payload, address(seeds.0), address(seeds.1), Timestamp(time));
            prop_assert!(key(0).verify(&stamp, &payload, address(seeds.0), address(seeds.1), Timestamp(time)));
            let (bytes, from, to, at, relay) = other;
            let same = (&bytes, from, to, at, relay) == (&payload, seeds.0, seeds.1, time, 0);
            prop_assert_eq!(key(relay).verify(&stamp, &bytes, address(from), address(to), Timestamp(at)), same);
            // One value changed at a time, which two random messages seldom are.
            prop_assert!(!key(0).verify(&stamp, &payload, address(seeds.1 + 9), address(seeds.1), Timestamp(time)));
            prop_assert!(!key(0).verify(&stamp, &payload, address(seeds.0), address(seeds.1 + 9), Timestamp(time)));
            prop_assert!(!key(0).verify(&stamp, &payload, address(seeds.0), address(seeds.1), Timestamp(time + 1)));
            prop_assert!(!key(1).verify(&stamp, &payload, address(seeds.0), address(seeds.1), Timestamp(time)));
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", StampKey::derive(&SigningSecret::from_bytes([3; 32]))), "StampKey");
    }
}
