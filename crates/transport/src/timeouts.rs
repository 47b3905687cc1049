//! Every time-out of a connection, for relay and phone alike, so that the two cannot drift apart.
//!
//! All are spans of real time, in the type of the runtime that waits for them.

use std::time::Duration;

use rand_core::CryptoRng;

/// Time to open a TCP connection. Lost opening packets are sent again after 1, 3 and 7 seconds (RFC 6298, sections
/// 2 and 5: one second, then doubled), so this leaves room for three losses. With a longer time, a person would
/// wait needlessly for a relay that does not run.
pub const CONNECT: Duration = Duration::from_secs(10);

/// Time for the whole handshake: two round trips and a few key agreements, on the worst mobile network. With a
/// longer time, a peer that opens connections and says nothing would hold them cheaply.
pub const HANDSHAKE: Duration = Duration::from_secs(10);

/// Silence after which a phone sends a ping. Address translators forget a quiet TCP connection, some within a few
/// minutes. A shorter time would wake a phone's radio for little gain.
pub const PING_INTERVAL: Duration = Duration::from_secs(60);

/// Time for the answer to a ping or a request. When it has passed without an answer, the phone treats the connection
/// as dead and opens a new one. Otherwise a half-open connection swallows messages until the system gives up, on Linux
/// after about a quarter of an hour (`tcp_retries2`).
pub const ANSWER: Duration = Duration::from_secs(15);

/// Silence after which a relay closes a connection: two pings failed to arrive. With a longer time, phones that
/// vanished without a word would hold their connections longer.
pub const IDLE: Duration = Duration::from_secs(150);

/// Time without a byte sent after which a write is given up, and the connection with it. By then the reader is
/// assumed to be gone, and meanwhile the relay holds the unsent bytes in memory. A system accepts bytes in steps of
/// a part of its buffer, so a line below some 2 kB a second may look stalled.
pub const STALLED_WRITE: Duration = Duration::from_secs(30);

/// Time for the last frames of a connection that is being closed. A longer time would delay a relay that stops.
pub const FAREWELL: Duration = Duration::from_secs(2);

/// The pause before the first new attempt to connect.
pub const BACK_OFF_FIRST: Duration = Duration::from_secs(1);

/// The longest pause between attempts. With a longer one a phone would notice late that its relay is back.
pub const BACK_OFF_MOST: Duration = Duration::from_secs(60);

/// The factor by which each pause grows from one failed attempt to the next.
pub const BACK_OFF_FACTOR: u32 = 2;

const _: () = assert!(IDLE.as_secs() > 2 * PING_INTERVAL.as_secs() + ANSWER.as_secs());
const _: () = assert!(BACK_OFF_FIRST.as_secs() < BACK_OFF_MOST.as_secs() && BACK_OFF_FACTOR > 1);

/// Returns the pause after `failures` failed attempts in a row. It is between half and the whole of a span that
/// doubles with each failure. It is drawn again each time, so that the phones of a restarted relay do not all
/// reconnect in the same second.
#[must_use]
pub fn back_off(failures: u32, rng: &mut impl CryptoRng) -> Duration {
    let longer = BACK_OFF_FACTOR.saturating_pow(failures.saturating_sub(1));
    let span = BACK_OFF_FIRST.saturating_mul(longer).min(BACK_OFF_MOST);
    let half = span / 2;
    half + half.mul_f64(f64::from(rng.next_u32()) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_is_within_its_bounds(seed: u64, failures: u32) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let pause = back_off(failures, &mut rng);
            prop_assert!(pause >= BACK_OFF_FIRST / 2);
            prop_assert!(pause <= BACK_OFF_MOST);
            if failures > 6 {
                prop_assert!(pause >= BACK_OFF_MOST / 2);
            }
        }
    }

    #[test]
    fn pauses_grow_and_differ_between_phones() {
        let pauses = |seed| {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            [1, 3, 5, 7].map(|failures| back_off(failures, &mut rng))
        };
        assert!(pauses(1).is_sorted());
        assert_ne!(pauses(1), pauses(2));
    }
}
