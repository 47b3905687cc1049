//! The control: the same method on a trace in which recipients are shuffled in time, and the rate of chance.

use crate::random::Random;
use crate::trace::{RowKind, Trace};

/// The purpose of the stream of random numbers.
const PURPOSE: u64 = 0x7368_7566;

/// Returns the same trace with the recipients of each kind of row in a random order. Nobody gets more or fewer rows,
/// and no time, size, connection or address changes, but nothing connects one row with another.
#[must_use]
pub fn shuffled(trace: &Trace, seed: u64) -> Trace {
    let mut shuffled = trace.clone();
    let mut random = Random::new(seed, PURPOSE);
    for kind in RowKind::ALL {
        let mut recipients: Vec<_> = trace.of(kind).map(|row| row.to).collect();
        random.shuffle(&mut recipients);
        let rows = shuffled.rows.iter_mut().filter(|row| row.kind == kind);
        for (row, to) in rows.zip(recipients) {
            row.to = to;
        }
    }
    shuffled
}

/// Returns the fraction of guesses that are right by chance alone: existing pairs among possible pairs.
#[must_use]
pub fn chance(there: u64, possible: u64) -> f64 {
    if possible == 0 { 0.0 } else { (there as f64 / possible as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{TracePerson, TraceRow};

    #[test]
    fn only_the_recipients_change_places() {
        let row = |at| TraceRow {
            to: Some(TracePerson(u32::try_from(at).unwrap())),
            ..TraceRow::new(at, RowKind::Sent)
        };
        let trace = Trace { rows: (0..50).map(row).collect(), ..Trace::default() };
        let other = shuffled(&trace, 1);
        assert_ne!(other, trace);
        assert_eq!(other, shuffled(&trace, 1), "the same seed, the same shuffle");
        let blank = |trace: &Trace| {
            trace.rows.iter().map(|row| TraceRow { to: None, ..row.clone() }).collect::<Vec<_>>()
        };
        assert_eq!(blank(&other), blank(&trace));
        let mut recipients: Vec<_> = other.rows.iter().map(|row| row.to).collect();
        recipients.sort_unstable();
        assert_eq!(recipients, trace.rows.iter().map(|row| row.to).collect::<Vec<_>>());
    }

    #[test]
    fn chance_is_the_fraction_of_pairs_that_there_are() {
        assert_eq!([chance(86, 780) < 0.111, chance(86, 780) > 0.110], [true; 2]);
        assert_eq!(chance(0, 0), 0.0);
    }
}
