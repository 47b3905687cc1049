//! The delay of frames in transit: log-normal, as measured delays of networks mostly are.

use pillarbox_wire::Duration;
use rand_chacha::rand_core::Rng;

use crate::scenario::Network;

/// The longest delay. With the widest jitter, one frame in a thousand would take longer than this, and a connection
/// that is silent for so long is a broken one.
const LONGEST: Duration = Duration::from_seconds(600);

/// Draws the delay of one frame. It is at least a millisecond, so that nothing arrives the moment it is sent.
pub(crate) fn draw(network: &Network, rng: &mut impl Rng) -> Duration {
    let [median, jitter] =
        [network.delay, network.jitter].map(|span| u32::try_from(span.0).unwrap_or(u32::MAX));
    // One standard deviation above the median is `median + jitter`.
    let deviation = libm::log(1.0 + f64::from(jitter) / f64::from(median.max(1)));
    let delay = f64::from(median) * libm::exp(deviation * standard_normal(rng));
    let milliseconds = libm::round(delay).clamp(1.0, f64::from(u32::MAX));
    // The range was just checked, so the cast truncates nothing.
    Duration(milliseconds as u64).min(LONGEST)
}

/// Draws a number from the standard normal distribution (Box and Muller, 1958). `libm` returns the same bits on
/// every machine. The standard library does not promise this of `ln`, `exp` and `cos`.
fn standard_normal(rng: &mut impl Rng) -> f64 {
    let mut uniform = || (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0;
    let (one, other) = (uniform(), uniform());
    libm::sqrt(-2.0 * libm::log(one)) * libm::cos(std::f64::consts::TAU * other)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    const NETWORK: Network = Network { delay: Duration(400), jitter: Duration(300), gateways: 1, exits: 1 };

    fn drawn(network: &Network, count: usize) -> Vec<u64> {
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        let mut all: Vec<u64> = (0..count).map(|_| draw(network, &mut rng).0).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn delays_have_the_median_and_the_jitter_that_the_story_names() {
        let all = drawn(&NETWORK, 20_000);
        // The 15.87th and 84.13th percentiles of a normal distribution are one standard deviation below and above
        // its mean.
        for (share, expected) in [(0.1587, 229), (0.5, 400), (0.8413, 700)] {
            let found = all[(share * 20_000.0) as usize];
            assert!(found.abs_diff(expected) * 40 < expected, "{share}: {found} and not {expected}");
        }
    }

    #[test]
    fn without_jitter_every_delay_is_the_same_and_none_is_zero_or_endless() {
        let steady = Network { jitter: Duration(0), ..NETWORK };
        assert!(drawn(&steady, 100).iter().all(|delay| *delay == 400));
        let wild = Network { delay: Duration(1), jitter: Duration(60_000), ..NETWORK };
        let all = drawn(&wild, 20_000);
        assert_eq!((all[0], all[19_999]), (1, LONGEST.0));
    }

    #[test]
    fn the_bits_are_pinned() {
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        let first: Vec<u64> = (0..6).map(|_| draw(&NETWORK, &mut rng).0).collect();
        assert_eq!(first, [250, 339, 339, 366, 1169, 282]);
    }
}
