//! The sender certificate: the relay's signed statement that an agreement key belongs to an account. A sealed sender
//! shows it to the recipient.

use serde::{Deserialize, Serialize};

use crate::bytes::FixedBytes;
use crate::ids::DeviceAddress;

/// A sender certificate. By issuing it the relay learns that a phone asked and when it asked, but not the recipients
/// that the phone will show it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderCertificate {
    /// The device that the certificate names as the sender.
    pub sender: DeviceAddress,
    /// The X25519 identity key of that account.
    pub agreement: FixedBytes<32>,
    /// Expiry, in seconds since 1970 (UTC). 32 bits last until 2106.
    pub expires_at: u32,
    /// The relay's Ed25519 signature over [`signed_bytes`](Self::signed_bytes).
    pub signature: FixedBytes<64>,
}

impl SenderCertificate {
    /// The 53 bytes that the relay signs: account (16), device (1), agreement key (32), expiry (4, big-endian).
    #[must_use]
    pub fn signed_bytes(&self) -> [u8; 53] {
        let Self { sender, agreement, expires_at, signature: _ } = self;
        let fields = sender
            .account
            .0
            .into_iter()
            .chain([sender.device.0])
            .chain(agreement.0)
            .chain(expires_at.to_be_bytes());
        let mut bytes = [0; 53];
        for (slot, byte) in bytes.iter_mut().zip(fields) {
            *slot = byte;
        }
        bytes
    }
}
