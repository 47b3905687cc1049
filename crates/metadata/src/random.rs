//! Seeded randomness: ChaCha20, whose bytes are the same in each release and on each machine.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random(ChaCha20Rng);

impl Random {
    /// Creates the stream of a seed and a purpose. Two purposes never share numbers.
    #[must_use]
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut bytes = [0; 32];
        let (first, rest) = bytes.split_at_mut(8);
        first.copy_from_slice(&seed.to_be_bytes());
        if let Some(second) = rest.get_mut(..8) {
            second.copy_from_slice(&purpose.to_be_bytes());
        }
        Self(ChaCha20Rng::from_seed(bytes))
    }

    /// Draws a number below `bound`; 0 if no such number exists.
    ///
    /// The product of 64 bits and the bound keeps its upper half (Lemire 2019). The bias is below `bound` in 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Draws an index into a list of that length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// Draws an element of a list; `None` for an empty one.
    pub fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.place(list.len()))
    }

    /// Shuffles a list (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            let other = self.place(end + 1);
            list.swap(end, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_pinned_and_each_purpose_has_its_own() {
        let first = |seed, purpose| Random::new(seed, purpose).below(1_000_000);
        assert_eq!([first(1, 1), first(1, 2), first(2, 1)], [first(1, 1), first(1, 2), first(2, 1)]);
        assert_ne!(first(1, 1), first(1, 2));
        assert_ne!(first(1, 1), first(2, 1));
        assert_eq!(Random::new(1, 1).below(0), 0);
    }

    #[test]
    fn a_shuffled_list_has_the_same_elements_in_another_order() {
        let mut list: Vec<u32> = (0..100).collect();
        Random::new(1, 1).shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }
}
