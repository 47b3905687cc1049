//! Habits: the phone's behaviour other than carrying texts, as data. The phones of a design act on these values,
//! and no code asks for a design's name.

use pillarbox_wire::{DepositKind, Duration, Encoded, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

/// The time at which a phone confirms a text to its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receipts {
    /// As soon as the text is stored.
    #[default]
    AtOnce,
    /// This many seconds after the first unconfirmed text, together for all that have arrived by then.
    After(u32),
    /// Never.
    Never,
    /// At a random moment within this many seconds after the first unconfirmed text, together for all texts that
    /// have arrived by then. The phone draws the moment again each time, all equally likely.
    Within(u32),
}

/// The time at which a receipt may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReceiptDue {
    /// Now.
    Now,
    /// Not before this time.
    At(Timestamp),
}

impl Receipts {
    /// Returns the time for the receipt of a text that arrives `now`, or `None` if it is never sent.
    pub(crate) fn due(self, now: Timestamp, rng: &mut (impl CryptoRng + ?Sized)) -> Option<ReceiptDue> {
        match self {
            Self::AtOnce => Some(ReceiptDue::Now),
            Self::After(seconds) => Some(ReceiptDue::At(now + Duration::from_seconds(u64::from(seconds)))),
            Self::Within(seconds) => {
                // The longest span is below 2^42 milliseconds, so that no moment is likelier than another by one part
                // in 2^22.
                let moments = Duration::from_seconds(u64::from(seconds)).0 + 1;
                Some(ReceiptDue::At(now + Duration(rng.next_u64() % moments)))
            }
            Self::Never => None,
        }
    }
}

/// The holder of a backup's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupKey {
    /// No one: the backup is readable.
    None,
    /// The provider that stores the backup: the phone stores the key beside it.
    Provider,
    /// The owner alone.
    Owner,
}

/// The ground on which a phone knows who is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupBasis {
    /// Its members sign each change.
    Signed,
    /// Its members' statements: nobody signs, and nobody can be removed.
    Word,
    /// The operator's statement: phones ask the relay for each change.
    Operator,
}

/// A phone's behaviour other than carrying texts. [`Default`] is that of the shipped program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Habits {
    /// True if it hides the sender from the relay where it can.
    pub sealed_sender: bool,
    /// The time of receipts.
    pub receipts: Receipts,
    /// The kinds of facts that it deposits at the relay, if the owner has supplied them. A phone that makes backups
    /// deposits those too.
    pub deposits: Vec<DepositKind>,
    /// True if it encrypts a group's roster to the members before depositing it.
    pub sealed_rosters: bool,
    /// The holder of the key of its backups; `None` if it makes none.
    pub backup: Option<BackupKey>,
    /// True if it keeps the evidence for reporting a message.
    pub reports: bool,
    /// The basis on which it creates groups. `None` is [`GroupBasis::Signed`]; habits of version 1 did not contain
    /// it.
    pub groups: Option<GroupBasis>,
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
            groups: None,
        }
    }
}

impl Habits {
    /// Returns true if the phone deposits facts of this kind at the relay.
    #[must_use]
    pub fn leaves(&self, kind: DepositKind) -> bool {
        let backup = matches!(kind, DepositKind::BackupPart | DepositKind::BackupKey);
        self.deposits.contains(&kind) || (backup && self.backup.is_some())
    }
}

impl Encoded for Habits {
    const VERSION: u8 = 2;
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
