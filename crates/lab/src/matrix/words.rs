//! Measures in words, for people.

use crate::score::{Measures, Rates, Share};

/// Every measure that has something to say, with its name.
#[must_use]
pub(super) fn measures(measures: &Measures) -> Vec<(&'static str, String)> {
    let share = |share: Share| (share.of > 0).then(|| format!("{} of {}", share.n, share.of));
    let rates = |rates: Rates| {
        (rates.of + rates.found > 0)
            .then(|| format!("{} of {}; {} came back in all", rates.right, rates.of, rates.found))
    };
    let mut noticed: Vec<&str> = measures.noticed.iter().map(|noticed| noticed.who.as_str()).collect();
    noticed.sort_unstable();
    noticed.dedup();
    let all = [
        ("Texts from before the order", share(measures.content_past)),
        ("Texts from the order on", share(measures.content_future)),
        ("Who wrote to whom", rates(measures.pairs)),
        ("When messages passed", rates(measures.times)),
        ("Members of groups", rates(measures.groups)),
        ("Reaches back", measures.look_back_ms.map(span)),
        ("Comes after at most", measures.delay_ms.map(span)),
        (
            "Others who are named or read",
            Some(measures.non_targets.join(", ")).filter(|names| !names.is_empty()),
        ),
        ("Noticed by", Some(noticed.join(", ")).filter(|names| !names.is_empty())),
        ("Texts that did not arrive", share(measures.function_lost)),
    ];
    all.into_iter().filter_map(|(name, says)| Some((name, says?))).collect()
}

/// A span of time in the largest unit that is not too coarse for it.
#[must_use]
pub(super) fn span(milliseconds: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1_000)];
    let fits = UNITS.into_iter().find(|(_, unit)| milliseconds >= 2 * unit);
    fits.map_or_else(
        || format!("{milliseconds} ms"),
        |(name, unit)| format!("{} {name}", milliseconds / unit),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_whole_numbers() {
        assert_eq!(
            (span(0), span(2_000), span(899_000), span(172_800_000)),
            ("0 ms".into(), "2 seconds".into(), "14 minutes".into(), "2 days".into())
        );
    }
}
