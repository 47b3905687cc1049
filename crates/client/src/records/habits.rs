//! Habits: what a phone does beside carrying texts, as data. A design's phones act on these values, and nothing asks for a
//! design's name.

use pillarbox_wire::{DepositKind, Duration, Encoded, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

/// When a phone tells a sender that a text has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receipts {
    /// As soon as the text is kept.
    #[default]
    AtOnce,
    /// So many seconds after the first text that waits for one, together for all that have come by then.
    After(u32),
    /// Not at all.
    Never,
    /// At a moment within so many seconds after the first text that waits for one, together for all that have come by then.
    /// Each moment is as likely as any other, and the phone draws it anew each time.
    Within(u32),
}

/// The time at which a receipt may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReceiptDue {
    /// At once.
    Now,
    /// Not before this time.
    At(Timestamp),
}

impl Receipts {
    /// The time at which the receipt for a text that comes `now` may go; none if it never goes.
    pub(crate) fn due(self, now: Timestamp, rng: &mut (impl CryptoRng + ?Sized)) -> Option<ReceiptDue> {
        match self {
            Self::AtOnce => Some(ReceiptDue::Now),
            Self::After(seconds) => Some(ReceiptDue::At(now + Duration::from_seconds(u64::from(seconds)))),
            Self::Within(seconds) => {
                // The longest span is below 2^42 milliseconds, so that no moment is likelier than another by one part in 2^22.
                let moments = Duration::from_seconds(u64::from(seconds)).0 + 1;
                Some(ReceiptDue::At(now + Duration(rng.next_u64() % moments)))
            }
            Self::Never => None,
        }
    }
}

/// Who holds the key of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupKey {
    /// Nobody: the backup is readable as it lies.
    None,
    /// Whoever holds the backup: the phone leaves the key beside it.
    Provider,
    /// The owner alone.
    Owner,
}

/// What a phone does beside carrying texts. [`Default`] is what the shipped program does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Habits {
    /// Whether it seals the sender where it can.
    pub sealed_sender: bool,
    /// When it sends receipts.
    pub receipts: Receipts,
    /// Which facts about its owner it leaves at the relay, if the owner gave them. A phone that makes backups leaves
    /// those too.
    pub deposits: Vec<DepositKind>,
    /// Whether it encrypts a group's roster to the members before it leaves it.
    pub sealed_rosters: bool,
    /// Whether it makes backups, and who holds their key.
    pub backup: Option<BackupKey>,
    /// Whether it keeps what the owner needs to report a message.
    pub reports: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            sealed_sender: true,
            receipts: Receipts::AtOnce,
            deposits: Vec::new(),
            sealed_rosters: false,
            backup: None,
            reports: false,
        }
    }
}

impl Habits {
    /// Whether the phone leaves such facts at the relay.
    #[must_use]
    pub fn leaves(&self, kind: DepositKind) -> bool {
        let backup = matches!(kind, DepositKind::BackupPart | DepositKind::BackupKey);
        self.deposits.contains(&kind) || (backup && self.backup.is_some())
    }
}

impl Encoded for Habits {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 512;
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_moment_within_a_span_is_as_likely_as_any_other_and_never_outside() {
        let (now, mut rng) = (Timestamp(1_490_193_600_000), StdRng::from_seed([5; 32]));
        let mut tenths = [0_u32; 10];
        for _ in 0..20_000 {
            let Some(ReceiptDue::At(at)) = Receipts::Within(3_600).due(now, &mut rng) else {
                panic!("there is a moment")
            };
            assert!(now <= at && at <= now + Duration::from_seconds(3_600));
            let tenth = at.since(now).0 / 360_001;
            tenths[usize::try_from(tenth).unwrap()] += 1;
        }
        // Of 20,000 draws 2,000 are expected in each tenth, and 42 is one standard deviation.
        assert!(tenths.iter().all(|count| count.abs_diff(2_000) < 5 * 42), "{tenths:?}");
        assert_eq!(Receipts::Within(0).due(now, &mut rng), Some(ReceiptDue::At(now)));
        let late = Receipts::After(60).due(now, &mut rng);
        assert_eq!(late, Some(ReceiptDue::At(now + Duration::from_seconds(60))));
    }
}
