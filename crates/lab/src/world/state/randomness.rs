//! Randomness of a world: one stream for each actor, derived from the story, the seed and the actor's name.
//!
//! Phones, relays and channels each draw from their own stream. No stream depends on the time at which its actor
//! appeared, or on the draws of others. Two worlds with the same seed therefore differ only where something causes
//! it, and every comparison of two worlds rests on that. An actor's name consists of words of the story: a person,
//! the purpose of the account, the relay's host.

use pillarbox_relay::ConnectionId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// The root of all streams of a world.
#[derive(Clone, Debug)]
pub(crate) struct Randomness {
    pub(crate) root: [u8; 32],
}

impl Randomness {
    pub(crate) fn new(scenario: &str, seed: u64) -> Self {
        let digest = Sha256::new()
            .chain_update(scenario)
            .chain_update([0])
            .chain_update(seed.to_be_bytes())
            .finalize();
        Self { root: digest.into() }
    }

    /// Returns the stream of the actor with this name: ChaCha20, whose bytes are the same in each release and on each
    /// machine.
    pub(crate) fn stream(&self, actor: &[&str]) -> ChaCha20Rng {
        let mut digest = Sha256::new().chain_update(self.root);
        for word in actor {
            // The length goes first, so that no two names run together.
            digest.update((word.len() as u64).to_be_bytes());
            digest.update(word);
        }
        ChaCha20Rng::from_seed(digest.finalize().into())
    }
}

/// The streams of one phone account.
#[derive(Clone)]
pub(crate) struct Streams {
    /// The stream for the phone's own draws.
    pub(crate) phone: ChaCha20Rng,
    /// For both ends of its channels to the relay.
    pub(crate) channel: ChaCha20Rng,
    /// For the relay's draws while it serves this account.
    pub(crate) relay: ChaCha20Rng,
    /// For delays and addresses in the network.
    pub(crate) network: ChaCha20Rng,
}

impl Streams {
    /// Returns the streams of the account with this name at the relay with this host.
    pub(crate) fn of(randomness: &Randomness, account: &str, host: &str) -> Self {
        let stream = |part| randomness.stream(&[part, account, host]);
        Self {
            phone: stream("phone"),
            channel: stream("channel"),
            relay: stream("relay's hand"),
            network: stream("network"),
        }
    }

    /// Draws a number for a connection. A counter for each phone would identify the phone, and this number does
    /// not.
    pub(crate) fn connection(&mut self) -> ConnectionId {
        // Readers of JSON lose digits beyond 53 bits. Two of a million connections share one of 48 bits once in 560
        // worlds.
        ConnectionId(self.channel.next_u64() >> 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(seed: u64, actor: &[&str]) -> String {
        let mut bytes = [0; 8];
        Randomness::new("a scenario", seed).stream(actor).fill_bytes(&mut bytes);
        data_encoding::HEXLOWER.encode(&bytes)
    }

    #[test]
    fn a_stream_is_pinned() {
        assert_eq!(first(7, &["phone", "Nell"]), "4c21749203b1bed5");
    }

    #[test]
    fn seed_and_every_word_of_a_name_make_another_stream() {
        let streams = [
            first(7, &["phone", "Nell"]),
            first(8, &["phone", "Nell"]),
            first(7, &["phone", "Odo"]),
            first(7, &["phoneN", "ell"]),
            first(7, &["phone", "Nell", ""]),
        ];
        for (at, one) in streams.iter().enumerate() {
            assert!(!streams[at + 1..].contains(one), "{one} stands twice");
        }
    }
}
