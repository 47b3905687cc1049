//! The safety number as a code to scan: Signal's `CombinedFingerprints`, byte for byte.
//!
//! It carries 32 bytes of each fingerprint instead of 30 digits, and marks the two sides as local and remote. One
//! phone must show what the other would show with the sides exchanged. The scanned bytes are compared with that and
//! never parsed, so a hostile code reaches no parser.

use crate::fingerprint::{FingerprintParameters, fingerprint};
use core::fmt;

/// Bytes of each fingerprint in the code.
const SIDE_LEN: usize = 32;

/// Protobuf tags (field number and wire type) of the version, the local and the remote side, and
/// of the bytes within a side.
const VERSION_TAG: u8 = 0x08;
const LOCAL_TAG: u8 = 0x12;
const REMOTE_TAG: u8 = 0x1a;
const CONTENT_TAG: u8 = 0x0a;

/// The code that one phone shows and the other scans.
///
/// Invariants: built from keys only, never from scanned bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct ScannableFingerprint {
    version: u8,
    local: [u8; SIDE_LEN],
    remote: [u8; SIDE_LEN],
}

impl ScannableFingerprint {
    /// The version that Signal shows now. Version 1 differs only in this number.
    pub const VERSION: u8 = 2;

    /// Greatest version that fits the one byte that the code has for it.
    pub const MAX_VERSION: u8 = 0x7f;

    /// Computes the code of two people, each identified by stable id and key bytes. A `version` above
    /// [`MAX_VERSION`](Self::MAX_VERSION) counts as `MAX_VERSION`.
    #[must_use]
    pub fn new(
        version: u8,
        parameters: FingerprintParameters,
        local: (&[u8], &[u8]),
        remote: (&[u8], &[u8]),
    ) -> Self {
        Self {
            version: version.min(Self::MAX_VERSION),
            local: side(&fingerprint(parameters, local)),
            remote: side(&fingerprint(parameters, remote)),
        }
    }

    /// Returns the bytes to show.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self.version, &self.local, &self.remote)
    }

    /// Returns true if `scanned` is the code that the other person's phone shows when nobody is between the two.
    #[must_use]
    pub fn matches(&self, scanned: &[u8]) -> bool {
        encode(self.version, &self.remote, &self.local) == scanned
    }
}

impl fmt::Debug for ScannableFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScannableFingerprint(version {})", self.version)
    }
}

fn side(fingerprint: &[u8; 64]) -> [u8; SIDE_LEN] {
    let mut side = [0; SIDE_LEN];
    side.iter_mut().zip(fingerprint).for_each(|(to, from)| *to = *from);
    side
}

fn encode(version: u8, local: &[u8; SIDE_LEN], remote: &[u8; SIDE_LEN]) -> Vec<u8> {
    let content = [CONTENT_TAG, SIDE_LEN as u8];
    let side_len = (content.len() + SIDE_LEN) as u8;
    [
        &[VERSION_TAG, version, LOCAL_TAG, side_len],
        &content[..],
        local,
        &[REMOTE_TAG, side_len],
        &content,
        remote,
    ]
    .concat()
}
