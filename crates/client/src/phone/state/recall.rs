//! A backup being recalled from the relay, in memory.

use std::fmt;

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{Bytes, DepositKind, Refusal};

/// Parts of one backup that are requested: as many as fit the bytes that a relay keeps of one account, and some
/// more. A relay that sends parts without end fills 41 MB of memory and no more.
pub(crate) const MAX_RECALLED_PARTS: usize = 1_024;

/// A backup of this account as the relay stores it.
#[derive(Default)]
pub struct RecalledBackup {
    /// Its parts in order; none if the relay has no backup.
    pub parts: Vec<Vec<u8>>,
    /// The key, if it is stored beside the parts.
    pub key: Option<SecretBytes<32>>,
    /// True if the relay keeps keys of backups.
    pub takes_keys: bool,
}

/// Prints the number of parts.
impl fmt::Debug for RecalledBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecalledBackup({} parts)", self.parts.len())
    }
}

/// The progress of a recall: the parts are requested one by one until there are no more, and the key last.
#[derive(Debug, Default)]
pub(crate) enum Recall {
    /// No recall was requested.
    #[default]
    Idle,
    /// The next part has to be requested.
    Parts(RecalledBackup),
    /// The key has to be requested.
    Key(RecalledBackup),
    /// The relay has answered everything, or refused.
    Done(Result<RecalledBackup, Refusal>),
}

impl Recall {
    /// Returns the next question: a kind of deposit and its subject.
    pub(crate) fn next(&self) -> Option<(DepositKind, Bytes)> {
        match self {
            Self::Parts(recalled) => {
                let number = u32::try_from(recalled.parts.len()).unwrap_or(u32::MAX);
                Some((DepositKind::BackupPart, Bytes(number.to_be_bytes().to_vec())))
            }
            Self::Key(_) => Some((DepositKind::BackupKey, Bytes(Vec::new()))),
            Self::Idle | Self::Done(_) => None,
        }
    }

    /// Handles the relay's answer to the last question.
    pub(crate) fn answered(&mut self, value: Option<Bytes>) {
        *self = match (std::mem::take(self), value) {
            (Self::Parts(mut recalled), Some(part)) if recalled.parts.len() < MAX_RECALLED_PARTS => {
                recalled.parts.push(part.0);
                Self::Parts(recalled)
            }
            (Self::Parts(recalled), _) => Self::Key(recalled),
            (Self::Key(recalled), value) => {
                let key = value.and_then(|value| <[u8; 32]>::try_from(value.0).ok());
                let key = key.map(SecretBytes::from_bytes);
                Self::Done(Ok(RecalledBackup { key, takes_keys: true, ..recalled }))
            }
            (other, _) => other,
        };
    }

    /// Handles the relay's refusal of the last question.
    pub(crate) fn refused(&mut self, reason: Refusal) {
        *self = match std::mem::take(self) {
            Self::Key(recalled) if reason == Refusal::NotOffered => Self::Done(Ok(recalled)),
            Self::Parts(_) | Self::Key(_) => Self::Done(Err(reason)),
            other => other,
        };
    }

    /// Returns the result once, if there is one.
    pub(crate) fn take(&mut self) -> Option<Result<RecalledBackup, Refusal>> {
        match std::mem::take(self) {
            Self::Done(result) => Some(result),
            other => {
                *self = other;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> Option<Bytes> {
        Some(Bytes(vec![7]))
    }

    #[test]
    fn parts_are_asked_for_until_there_is_none_and_then_the_key() {
        let mut recall = Recall::Parts(RecalledBackup::default());
        let subject = |recall: &Recall| recall.next().map(|(kind, subject)| (kind, subject.0));
        for number in 0..3_u8 {
            assert_eq!(subject(&recall), Some((DepositKind::BackupPart, vec![0, 0, 0, number])));
            recall.answered(part());
        }
        recall.answered(None);
        assert_eq!(subject(&recall), Some((DepositKind::BackupKey, Vec::new())));
        recall.answered(Some(Bytes(vec![5; 32])));
        assert_eq!(subject(&recall), None);
        let recalled = recall.take().unwrap().unwrap();
        assert_eq!((recalled.parts.len(), recalled.takes_keys), (3, true));
        assert_eq!(recalled.key.unwrap().as_bytes(), &[5; 32]);
        assert!(recall.take().is_none());
    }

    #[test]
    fn a_relay_that_hands_out_parts_without_end_is_stopped_and_a_key_of_another_length_is_none() {
        let mut recall = Recall::Parts(RecalledBackup::default());
        (0..=MAX_RECALLED_PARTS).for_each(|_| recall.answered(part()));
        assert!(matches!(recall, Recall::Key(_)));
        recall.answered(Some(Bytes(vec![5; 31])));
        let recalled = recall.take().unwrap().unwrap();
        assert_eq!(recalled.parts.len(), MAX_RECALLED_PARTS);
        assert!(recalled.key.is_none());
    }

    #[test]
    fn a_relay_without_keys_of_backups_still_gives_the_parts_and_every_other_refusal_ends_it() {
        for (reason, goes_on) in [(Refusal::NotOffered, true), (Refusal::StorageFailed, false)] {
            let mut recall = Recall::Parts(RecalledBackup::default());
            recall.answered(part());
            recall.answered(None);
            recall.refused(reason);
            let result = recall.take().unwrap();
            assert_eq!(result.is_ok_and(|recalled| !recalled.takes_keys), goes_on, "{reason:?}");
        }
        let mut recall = Recall::Parts(RecalledBackup::default());
        recall.refused(Refusal::NotOffered);
        assert_eq!(recall.take().unwrap().err(), Some(Refusal::NotOffered));
    }
}
