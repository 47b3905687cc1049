//! The safety number: exactly Signal's numeric fingerprint, with every parameter open.
//!
//! Two people read its sixty digits to each other. Each half belongs to one person. It is SHA-512 over a version,
//! the key bytes and the stable id, and that digest is hashed with the key bytes many more times. An attacker who
//! looks for a key whose half collides therefore pays all these hashes for each try. The first 30 bytes yield six
//! groups of five digits. The two halves are sorted, so both people see the same number.
//!
//! Signal's published vectors pass through the public functions here. Pillarbox hashes
//! [`key_bytes`](crate::IdentityPublic::key_bytes) where Signal hashes one encoded key.

use core::fmt;
use sha2::{Digest, Sha512};

/// Digits of one half.
const HALF_DIGITS: usize = 30;

/// Digits of a whole safety number.
const DIGITS: usize = 2 * HALF_DIGITS;

/// Digits for one group of five bytes.
const GROUP_DIGITS: usize = 5;

/// Bytes for one group. They are 40 bits, so that reducing modulo 100,000 is all but unbiased.
const GROUP_BYTES: usize = 5;

/// The parameters that the published construction leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FingerprintParameters {
    /// The version that is hashed first, as two big-endian bytes.
    pub version: u16,
    /// The number of times that SHA-512 runs; 0 counts as 1.
    pub iterations: u32,
}

impl FingerprintParameters {
    /// Signal's parameters: version 0 and 5,200 iterations. The iterations add log2(5200), a good 12 bits, to the
    /// work of finding a key that matches one half.
    pub const SIGNAL: Self = Self { version: 0, iterations: 5200 };
}

impl Default for FingerprintParameters {
    fn default() -> Self {
        Self::SIGNAL
    }
}

/// One person's fingerprint, before it is shortened to digits.
pub(crate) fn fingerprint(
    parameters: FingerprintParameters,
    (stable_id, key_bytes): (&[u8], &[u8]),
) -> [u8; 64] {
    let mut digest = Sha512::new()
        .chain_update(parameters.version.to_be_bytes())
        .chain_update(key_bytes)
        .chain_update(stable_id)
        .chain_update(key_bytes)
        .finalize();
    for _ in 1..parameters.iterations {
        digest = Sha512::new().chain_update(digest).chain_update(key_bytes).finalize();
    }
    digest.into()
}

/// The number that two people compare.
///
/// Invariants: 60 decimal digits; the same for both people, because the halves are sorted. It is public between them,
/// so ordinary comparison is right.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SafetyNumber(String);

impl SafetyNumber {
    /// Computes the number of two people, each identified by stable id and key bytes.
    #[must_use]
    pub fn new(parameters: FingerprintParameters, local: (&[u8], &[u8]), remote: (&[u8], &[u8])) -> Self {
        let mut halves = [local, remote].map(|side| half(&fingerprint(parameters, side)));
        halves.sort();
        Self(halves.concat())
    }

    /// Reads a number that somebody typed or pasted: 60 ASCII digits, white space ignored. Returns `None` for
    /// anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let complete = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        complete.then_some(Self(digits))
    }

    /// Returns the 60 digits without spaces.
    #[must_use]
    pub fn digits(&self) -> String {
        self.0.clone()
    }
}

/// Writes twelve groups of five digits, with one space between them.
impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.0.chars().enumerate() {
            if at > 0 && at.is_multiple_of(GROUP_DIGITS) {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafetyNumber({self})")
    }
}

fn half(fingerprint: &[u8; 64]) -> String {
    let groups = fingerprint.chunks_exact(GROUP_BYTES);
    groups.take(HALF_DIGITS / GROUP_DIGITS).map(group).collect()
}

fn group(bytes: &[u8]) -> String {
    let number = bytes.iter().fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
    format!("{:05}", number % 100_000)
}
