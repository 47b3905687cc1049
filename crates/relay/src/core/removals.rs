//! Removals, which are written even when nothing else can be.
//!
//! A removal writes too: the pages that it frees pass through the log. When a batch was refused, the removals in it
//! are therefore tried alone: messages that phones have acknowledged, and rows that are deleted with an account.
//! While a larger transaction finds the disk full, smaller ones are tried.

use std::collections::HashSet;

use pillarbox_wire::{DeviceAddress, MessageId, Timestamp};

use super::Relay;
use super::events::Outcome;
use super::round::Round;
use crate::exhibit::row_changes::row_changes;
use crate::store::{Applied, Changes, Store, StoreError};

/// Rows that are removed or marked as delivered.
#[derive(Debug, Default)]
struct Removals {
    delivered: Vec<(MessageId, Timestamp)>,
    removed: Vec<MessageId>,
}

/// Divisor for a part that the store had no room for.
const SMALLER: usize = 4;

impl<S: Store> Relay<S> {
    /// Applies the changes of a round. An account that the store has no room to close at once is closed after its
    /// messages are gone.
    pub(super) fn apply(&mut self, round: &mut Round) -> Result<Applied, StoreError> {
        let done = self.store.apply(&round.changes);
        let closes = round.changes.closed.iter().any(|closing| !closing.waiting.is_empty());
        if done != Err(StoreError::Full) || !closes {
            return done;
        }
        for closing in &mut round.changes.closed {
            let removed = std::mem::take(&mut closing.waiting);
            let gone: HashSet<_> = removed.iter().copied().collect();
            let left = self.write(Removals { removed, ..Removals::default() }, |_| {})?;
            closing.waiting = left.removed;
            let stays: HashSet<_> = closing.waiting.iter().copied().collect();
            let devices =
                self.directory.account(closing.account).map_or(&[][..], |account| &account.devices).to_vec();
            for device in devices {
                let address = DeviceAddress { account: closing.account, device };
                if let Some(device) = self.directory.device_mut(&address) {
                    for message in gone.difference(&stays) {
                        device.mailbox.remove(*message);
                    }
                }
            }
        }
        self.store.apply(&round.changes)
    }

    /// Saves the removals of a batch that was refused: messages that phones have acknowledged are stored on those
    /// phones and can be deleted. A full disk empties that way. The removals are tried alone, and those that fail
    /// too are kept for the next transaction.
    pub(super) fn save_removals(
        &mut self,
        round: &mut Round,
        outcome: &mut Outcome,
    ) -> Result<(), StoreError> {
        let (changes, expired) = (&mut round.changes, std::mem::take(&mut round.expired));
        let removals = Removals {
            delivered: std::mem::take(&mut changes.delivered),
            removed: std::mem::take(&mut changes.removed),
        };
        let (following, keeping) = (self.following.is_some(), self.settings.keeping.clone());
        let left = self.write(removals, |written| {
            if following {
                outcome.rows.extend(row_changes(written, &expired, &keeping));
            }
        })?;
        let stays: HashSet<_> = left.removed.iter().copied().collect();
        self.unwritten.expired = expired.into_iter().filter(|message| stays.contains(message)).collect();
        self.unwritten.delivered = left.delivered;
        self.unwritten.removed = left.removed;
        Ok(())
    }

    /// Writes removals, in smaller parts while a larger one finds the disk full. Returns those that it did not write.
    fn write(
        &mut self,
        mut removals: Removals,
        mut written: impl FnMut(&Changes),
    ) -> Result<Removals, StoreError> {
        let mut at_once = removals.delivered.len().max(removals.removed.len());
        while !removals.delivered.is_empty() || !removals.removed.is_empty() {
            let part = Changes {
                delivered: split_end(&mut removals.delivered, at_once),
                removed: split_end(&mut removals.removed, at_once),
                counters: self.counters,
                ..Changes::default()
            };
            match self.store.apply(&part) {
                Ok(_) => written(&part),
                Err(error) if error.may_pass() => {
                    removals.delivered.extend(part.delivered);
                    removals.removed.extend(part.removed);
                    if error != StoreError::Full || at_once <= 1 {
                        break;
                    }
                    at_once /= SMALLER.min(at_once);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(removals)
    }
}

/// Returns the last elements, at most this many.
fn split_end<T>(all: &mut Vec<T>, most: usize) -> Vec<T> {
    all.split_off(all.len().saturating_sub(most))
}
