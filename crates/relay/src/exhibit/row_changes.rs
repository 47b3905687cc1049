//! Changes to the rows of messages, as they are committed: for code that [follows](crate::Relay::follow), never
//! stored.

use pillarbox_wire::{MessageId, Timestamp};

use crate::rules::keeping::Keeping;
use crate::store::Changes;

/// A change to the row of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// The message.
    pub message: MessageId,
    /// The row's new state.
    pub became: Became,
}

/// The new state of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// The row now exists.
    Kept {
        /// The end of the time for which the row waits for its phone, by the rule of this moment.
        until: Timestamp,
    },
    /// Its phone has the message, and the row is kept.
    Delivered {
        /// The end of the time for which the row is kept, by the present rule.
        until: Timestamp,
    },
    /// The row is deleted.
    Gone(Why),
}

/// Reasons that a row was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its phone has the message.
    Delivered,
    /// Nobody fetched it in time.
    TooOld,
    /// The account that it waited for was closed.
    AccountClosed,
    /// The linked device that it waited for was removed.
    DeviceRemoved,
}

/// Lists the changes that a transaction makes to rows of messages. `expired` are the removed messages that nobody
/// fetched in time.
pub(crate) fn row_changes(changes: &Changes, expired: &[MessageId], keeping: &Keeping) -> Vec<RowChange> {
    let of = |message: MessageId, became: Became| RowChange { message, became };
    let kept = changes.messages.iter().map(|row| {
        let until = row.accepted_at + keeping.undelivered;
        of(row.message, Became::Kept { until })
    });
    let delivered = changes.delivered.iter().map(|(message, at)| {
        let until = *at + keeping.delivered.unwrap_or_default();
        of(*message, Became::Delivered { until })
    });
    let removed = changes.removed.iter().map(|message| {
        let why = if expired.contains(message) { Why::TooOld } else { Why::Delivered };
        of(*message, Became::Gone(why))
    });
    let closed = changes.closed.iter().flat_map(|closing| &closing.waiting);
    let closed = closed.map(|message| of(*message, Became::Gone(Why::AccountClosed)));
    let relisted = changes.relisted.iter().map(|relisting| &relisting.removed);
    let unlinked = relisted.chain(changes.replaced.iter().map(|replacement| &replacement.unlinked));
    let unlinked = unlinked.flat_map(|unlinking| &unlinking.waiting);
    let unlinked = unlinked.map(|message| of(*message, Became::Gone(Why::DeviceRemoved)));
    kept.chain(delivered).chain(removed).chain(closed).chain(unlinked).collect()
}
