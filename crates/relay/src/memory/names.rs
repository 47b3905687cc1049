//! Hashing of names that the relay itself draws or counts: accounts, devices, connections.
//!
//! The standard library's hash withstands keys that a peer chooses so that they collide, and costs several times as
//! much. No peer chooses these names. Names that a peer does choose (numbers, keys, addresses) keep the standard hash.

use std::hash::{BuildHasherDefault, Hasher};

/// The hash is the same in each run, so that each run of the same world walks through maps in the same order.
pub(crate) type OwnNames = BuildHasherDefault<OwnNamesHasher>;

/// Multiplies each word into the state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OwnNamesHasher(u64);

/// 2^64 divided by the golden ratio: odd, and without a pattern in its bits (Knuth, The Art of Computer Programming,
/// volume 3, section 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl OwnNamesHasher {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(GOLDEN);
    }
}

impl Hasher for OwnNamesHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        for byte in rest {
            self.word(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.word(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.word(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.word(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.word(number as u64);
    }

    fn finish(&self) -> u64 {
        // The high bits of a product depend on all bits below them. A table looks at the low bits too.
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use pillarbox_wire::{AccountId, DeviceAddress, DeviceId};

    use super::*;
    use crate::ConnectionId;

    /// Counts the names, among 4,096, that share the low 12 bits of their hash with an earlier name.
    fn collisions(hashes: impl Iterator<Item = u64>) -> usize {
        let mut seen = HashSet::new();
        hashes.take(4_096).filter(|hash| !seen.insert(hash & 0xfff)).count()
    }

    /// The limit of the test. By chance alone, a fraction of 1/e collides: 1,507 of 4,096.
    const MOST: usize = 1_700;

    #[test]
    fn counted_and_drawn_names_spread() {
        let own = OwnNames::default();
        assert!(collisions((0..).map(|number| own.hash_one(ConnectionId(number)))) < MOST);
        let drawn = (0_u64..).map(|number| {
            let mut account = [0; 16];
            account[..8].copy_from_slice(&number.wrapping_mul(0x5851_f42d_4c95_7f2d).to_be_bytes());
            own.hash_one(DeviceAddress { account: AccountId(account), device: DeviceId(1) })
        });
        assert!(collisions(drawn) < MOST);
    }
}
