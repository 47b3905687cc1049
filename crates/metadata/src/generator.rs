//! Invented traces for tests and measurements: people with a few contacts each, texts with answers, and receipts over a
//! network.

use crate::random::Random;
use crate::score::PairTruth;
use crate::trace::{Person, RowKind, Trace, TraceRow};

/// The settings of an invented trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratorSettings {
    /// The number of people.
    pub people: u32,
    /// The number of contacts with whom each person begins conversations.
    pub contacts: u32,
    /// The number of messages, receipts included.
    pub messages: u64,
    /// The mean time between two texts, in milliseconds.
    pub gap: u64,
    /// The time within which a receipt follows, in milliseconds, drawn evenly; `None` for no receipts.
    pub receipts_within: Option<u64>,
    /// The seed.
    pub seed: u64,
}

/// The bytes of a receipt as phones pad it, and of a text.
const SIZES: (u32, u32) = (349, 509);

/// Invents a trace in which no row names a sender, and its truth.
#[must_use]
pub fn sealed(settings: GeneratorSettings) -> (Trace, PairTruth) {
    let GeneratorSettings { people, contacts, messages, gap, receipts_within, seed } = settings;
    let mut random = Random::new(seed, 0x6d61_6b65);
    let (mut truth, mut rows) = (PairTruth::default(), Vec::new());
    let anybody = |random: &mut Random| u32::try_from(random.below(u64::from(people))).unwrap_or(0);
    let mut pairs = Vec::new();
    for one in 0..people {
        pairs.extend((0..contacts).map(|_| (one, anybody(&mut random))).filter(|(one, other)| one != other));
    }
    let mut at = 1_490_000_000_000;
    while (rows.len() as u64) < messages {
        let Some((one, other)) = random.pick(&pairs).copied() else { break };
        let (from, to) = if random.below(2) == 0 { (one, other) } else { (other, one) };
        at += random.below(2 * gap.max(1));
        truth.wrote(Person(from), Person(to));
        let text =
            TraceRow { to: Some(Person(to)), bytes: Some(SIZES.1), ..TraceRow::new(at, RowKind::Sent) };
        rows.push(text);
        if let Some(within) = receipts_within {
            let later = at + 100 + random.below(within.max(1));
            rows.push(TraceRow {
                to: Some(Person(from)),
                bytes: Some(SIZES.0),
                ..TraceRow::new(later, RowKind::Sent)
            });
        }
    }
    rows.sort_by_key(|row| row.at);
    let name = |place| format!("P{place:05}");
    (Trace { people: (0..people).map(name).collect(), rows, ..Trace::default() }, truth)
}
