//! Randomness drawn from a story's name and its seed.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// A stream of randomness for one part of the chatter. The draws of one part change nothing in another.
pub(super) struct Draw(ChaCha20Rng);

impl Draw {
    pub(super) fn of(story: (&str, u64), part: &str) -> Self {
        let (name, seed) = story;
        let digest = Sha256::new()
            .chain_update("chatter")
            .chain_update((name.len() as u64).to_be_bytes())
            .chain_update(name)
            .chain_update(seed.to_be_bytes())
            .chain_update(part);
        Self(ChaCha20Rng::from_seed(digest.finalize().into()))
    }

    /// Draws a number below `most`.
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.0.next_u64() % (most.max(1) as u64)).unwrap_or_default()
    }

    /// Returns true with this probability, in percent.
    pub(super) fn happens(&mut self, percent: u64) -> bool {
        self.0.next_u64() % 100 < percent
    }

    /// Draws a number from 0 to 1, neither included.
    pub(super) fn share(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// Draws one of several.
    pub(super) fn one_of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }
}
