//! Small statistics: quantiles of a sample, the tail of a Poisson distribution, and two tails combined.

/// Returns the quantile of a sorted sample, interpolated if it falls between two values (method 7 of Hyndman and Fan
/// 1996).
#[must_use]
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = part.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the length")]
    let lower = place.floor() as usize;
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    let fraction = place - place.floor();
    if fraction == 0.0 { at(lower) } else { at(lower).mul_add(1.0 - fraction, at(lower + 1) * fraction) }
}

/// Returns the three quartiles of a sample.
#[must_use]
pub fn quartiles(sample: &[f64]) -> [f64; 3] {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|part| quantile(&sorted, part))
}

/// Returns the probability of at least `count` events if `expected` are expected (Poisson).
#[must_use]
pub fn poisson_tail(count: u32, expected: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    if expected <= 0.0 {
        return 0.0;
    }
    // The sum runs upwards from `count`. The terms below it are the large ones: 1 minus their sum would lose every
    // digit.
    let first: f64 = (1..=count).fold(-expected, |sum, k| sum + (expected / f64::from(k)).ln());
    let (mut term, mut sum) = (first.exp(), 0.0);
    let mut k = f64::from(count);
    // Past the largest term each is smaller than the one before. The omitted rest is below a millionth of the sum.
    while term > sum * 1e-9 || k < expected {
        sum += term;
        k += 1.0;
        term *= expected / k;
        if k > f64::from(count) + expected + 10_000.0 {
            break;
        }
    }
    sum.min(1.0)
}

/// Returns the probability that two independent tails have a product as small as this (Fisher 1925).
#[must_use]
pub fn combined(one: f64, other: f64) -> f64 {
    let product = one * other;
    if product <= 0.0 { 0.0 } else { (product * (1.0 - product.ln())).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_those_of_the_textbook() {
        assert_eq!(quartiles(&[4.0, 1.0, 3.0, 2.0]), [1.75, 2.5, 3.25]);
        assert_eq!(quartiles(&[5.0]), [5.0; 3]);
        assert!(quartiles(&[])[1].is_nan());
    }

    #[test]
    fn a_tail_is_what_the_distribution_says() {
        // 1 - e^-1 (1 + 1 + 1/2) = 0.0803014
        assert!((poisson_tail(3, 1.0) - 0.080_301_4).abs() < 1e-6);
        assert!((poisson_tail(1, 0.5) - 0.393_469_3).abs() < 1e-6);
        assert!((poisson_tail(5, 10.0) - 0.970_747).abs() < 1e-5);
        assert_eq!(poisson_tail(0, 3.0), 1.0);
        assert_eq!(poisson_tail(2, 0.0), 0.0);
        assert!(poisson_tail(50, 0.1) < 1e-80);
    }

    #[test]
    fn one_tail_alone_counts_less_than_two() {
        assert!(combined(0.001, 1.0) > 0.001);
        assert!(combined(0.001, 0.001) < 0.001);
    }
}
