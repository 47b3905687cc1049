//! The index of one mailbox: the messages that wait for a device, in order, and those of them that are in flight to
//! it.
//!
//! The payloads are on disk. The index takes 16 bytes for each message, so that a million waiting ones fit in memory
//! and the table on disk can be a plain append by row number.

use std::collections::VecDeque;

use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{Duration, MessageId, Timestamp};

use crate::rules::limits::Limits;

/// The way in which a message entered a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// The sender showed the recipient's delivery key. A row that names no sender counts as such a message.
    Sealed,
    /// The sender has a name, and may be anybody.
    Open,
}

/// One waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The message's row.
    pub message: MessageId,
    /// Time of acceptance, in seconds since 1970, which is exact enough to age by.
    pub accepted: u32,
    /// Payload size in bytes.
    pub size: u16,
    /// The way in which the message arrived.
    pub entrance: Entrance,
}

const _: () = assert!(MAX_PAYLOAD_LEN <= u16::MAX as usize);

impl QueuedMessage {
    /// Builds the index entry of a row.
    #[must_use]
    pub fn new(message: MessageId, size: usize, accepted: Timestamp, entrance: Entrance) -> Self {
        Self {
            message,
            accepted: u32::try_from(accepted.as_seconds()).unwrap_or(u32::MAX),
            size: u16::try_from(size).unwrap_or(u16::MAX),
            entrance,
        }
    }
}

/// A number of messages, and their payload bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Load {
    messages: u64,
    bytes: u64,
}

impl Load {
    fn add(&mut self, size: u64) {
        self.messages += 1;
        self.bytes = self.bytes.saturating_add(size);
    }

    fn take(&mut self, size: u64) {
        self.messages = self.messages.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(size);
    }

    /// Returns whether one more message fits, with this additional load.
    fn fits(self, beside: Self, size: u64, messages: u64, bytes: u64) -> bool {
        self.messages + beside.messages < messages
            && self.bytes.saturating_add(beside.bytes).saturating_add(size) <= bytes
    }
}

/// The maximum that one mailbox holds, and the part of it that is reserved for messages that arrive
/// [sealed](Entrance::Sealed).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    messages: u64,
    bytes: u64,
    /// The number of messages that may come from senders with a name.
    open_messages: u64,
    open_bytes: u64,
}

impl From<&Limits> for Quota {
    fn from(limits: &Limits) -> Self {
        let (messages, bytes) = (u64::from(limits.mailbox_messages), limits.mailbox_bytes);
        // In a smaller mailbox at most half is reserved, so that strangers can still write to it.
        let open = |whole: u64, reserved| whole.saturating_sub(reserved).max(whole.div_ceil(2));
        Self {
            messages,
            bytes,
            open_messages: open(messages, limits.mailbox_reserved_messages.into()),
            open_bytes: open(bytes, limits.mailbox_reserved_bytes),
        }
    }
}

/// The messages that wait for one device.
///
/// Invariants: message numbers rise along the queue. The first `handed` entries, and no others, were sent to the
/// device's present connection and are not acknowledged. The device has said that it leaves the first `left` of
/// those here. `load` is the sum of all sizes, `in_flight_bytes` that of the entries between `left` and `handed`,
/// and `open` the part of the load that arrived by [`Entrance::Open`]. `pending` counts messages that are accepted
/// but not committed yet, by entrance: the quota includes them, deliveries do not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox {
    queue: VecDeque<QueuedMessage>,
    load: Load,
    open: Load,
    handed: usize,
    left: usize,
    in_flight_bytes: u64,
    pending: Load,
    pending_open: Load,
}

impl Mailbox {
    /// The number of messages that wait, including those in flight.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// The number of payload bytes of the messages that wait.
    pub(crate) fn bytes(&self) -> u64 {
        self.load.bytes
    }

    /// Returns the rows of all waiting messages, in order.
    pub(crate) fn messages(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.queue.iter().map(|waiting| waiting.message)
    }

    /// Reserves room for one message that is about to be committed. Returns false if that would exceed the quota,
    /// or the part of it for messages that arrive in this way.
    pub(crate) fn reserve(&mut self, size: usize, entrance: Entrance, quota: Quota) -> bool {
        let size = size as u64;
        let fits = self.load.fits(self.pending, size, quota.messages, quota.bytes);
        let open = entrance == Entrance::Open;
        let may = !open || self.open.fits(self.pending_open, size, quota.open_messages, quota.open_bytes);
        if !fits || !may {
            return false;
        }
        self.pending.add(size);
        if open {
            self.pending_open.add(size);
        }
        true
    }

    /// Releases reserved room: the message was committed and is pushed next, or it was not.
    pub(crate) fn release(&mut self, size: usize, entrance: Entrance) {
        self.pending.take(size as u64);
        if entrance == Entrance::Open {
            self.pending_open.take(size as u64);
        }
    }

    /// Adds a committed message behind all others.
    pub(crate) fn push(&mut self, waiting: QueuedMessage) {
        debug_assert!(self.queue.back().is_none_or(|last| last.message < waiting.message));
        self.load.add(waiting.size.into());
        if waiting.entrance == Entrance::Open {
            self.open.add(waiting.size.into());
        }
        self.queue.push_back(waiting);
    }

    /// Returns the next message to send on the connection, if the window of `most` messages and `most_bytes` has
    /// room. The first message is always sent, however small the window.
    pub(crate) fn hand_over(&mut self, most: u32, most_bytes: u64) -> Option<QueuedMessage> {
        let next = *self.queue.get(self.handed)?;
        let in_flight = self.handed - self.left;
        let bytes = self.in_flight_bytes + u64::from(next.size);
        if in_flight > 0 && (in_flight >= most as usize || bytes > most_bytes) {
            return None;
        }
        self.handed += 1;
        self.in_flight_bytes = bytes;
        Some(next)
    }

    /// Returns the last `count` delivered messages to the queue, because they never left the relay.
    pub(crate) fn take_back(&mut self, count: usize) {
        for _ in 0..count.min(self.handed - self.left) {
            self.handed -= 1;
            if let Some(waiting) = self.queue.get(self.handed) {
                self.in_flight_bytes = self.in_flight_bytes.saturating_sub(u64::from(waiting.size));
            }
        }
    }

    /// The device has looked at everything that was delivered to it, and leaves here what it has not acknowledged.
    /// These messages no longer occupy the window, so that those behind them can be sent.
    pub(crate) fn leave(&mut self) {
        self.left = self.handed;
        self.in_flight_bytes = 0;
    }

    /// Resets the window, because the connection is closed: no message is in flight.
    pub(crate) fn rewind(&mut self) {
        self.handed = 0;
        self.left = 0;
        self.in_flight_bytes = 0;
    }

    /// Removes a message that the device has. Returns false if it does not wait here.
    pub(crate) fn remove(&mut self, message: MessageId) -> bool {
        let Ok(at) = self.queue.binary_search_by_key(&message, |waiting| waiting.message) else {
            return false;
        };
        // Acknowledged messages are at the front, and a deque moves the shorter side.
        let Some(waiting) = self.queue.remove(at) else { return false };
        self.load.take(waiting.size.into());
        if waiting.entrance == Entrance::Open {
            self.open.take(waiting.size.into());
        }
        if at < self.left {
            self.left -= 1;
            self.handed -= 1;
        } else if at < self.handed {
            self.handed -= 1;
            self.in_flight_bytes = self.in_flight_bytes.saturating_sub(u64::from(waiting.size));
        }
        true
    }

    /// Removes the first message if it has waited longer than `most` at the time `clock`.
    pub(crate) fn expire(&mut self, clock: Timestamp, most: Duration) -> Option<MessageId> {
        let front = *self.queue.front()?;
        let waited = clock.since(Timestamp::from_seconds(u64::from(front.accepted)));
        (waited > most && self.remove(front.message)).then_some(front.message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn waiting(at: usize, size: usize, entrance: Entrance) -> QueuedMessage {
        QueuedMessage::new(MessageId(at as u64), size, Timestamp(0), entrance)
    }

    fn entrance(open: bool) -> Entrance {
        if open { Entrance::Open } else { Entrance::Sealed }
    }

    fn filled(messages: &[(usize, bool)]) -> Mailbox {
        let mut mailbox = Mailbox::default();
        for (at, (size, open)) in messages.iter().enumerate() {
            mailbox.push(waiting(at, *size, entrance(*open)));
        }
        mailbox
    }

    /// A quota of ten messages and 200 bytes; six messages and 120 bytes of them for senders with a name.
    const QUOTA: Quota = Quota { messages: 10, bytes: 200, open_messages: 6, open_bytes: 120 };

    #[test]
    fn an_entry_is_sixteen_bytes() {
        assert_eq!(size_of::<QueuedMessage>(), 16);
    }

    #[test]
    fn a_message_larger_than_the_window_still_goes_alone() {
        let mut mailbox = filled(&[(500, true), (1, false)]);
        assert_eq!(mailbox.hand_over(10, 100).unwrap().message, MessageId(0));
        assert_eq!(mailbox.hand_over(10, 100), None);
    }

    #[test]
    fn what_the_device_leaves_takes_up_no_window_and_goes_out_again_on_the_next_connection() {
        let mut mailbox = filled(&[(10, true); 5]);
        let hand_over = |mailbox: &mut Mailbox| -> Vec<u64> {
            std::iter::from_fn(|| mailbox.hand_over(2, 100)).map(|waiting| waiting.message.0).collect()
        };
        assert_eq!(hand_over(&mut mailbox), [0, 1]);
        mailbox.leave();
        assert_eq!(hand_over(&mut mailbox), [2, 3]);
        assert!(mailbox.remove(MessageId(3)));
        assert_eq!(hand_over(&mut mailbox), [4]);
        mailbox.rewind();
        assert_eq!(hand_over(&mut mailbox), [0, 1]);
    }

    proptest! {
        #[test]
        fn sums_and_order_hold_under_any_sequence(
            sizes in proptest::collection::vec((0_usize..50, any::<bool>()), 0..40),
            steps in proptest::collection::vec((0_u8..5, 0_u64..45), 0..120),
        ) {
            let mut mailbox = filled(&sizes);
            for (step, at) in steps {
                match step {
                    0 => { mailbox.hand_over(5, 90); }
                    1 => { mailbox.remove(MessageId(at)); }
                    2 => mailbox.take_back(at as usize % 3),
                    3 => mailbox.leave(),
                    _ => mailbox.rewind(),
                }
                let sum = |entries: usize| mailbox.queue.iter().take(entries).map(|entry| u64::from(entry.size)).sum::<u64>();
                let (handed, left) = (mailbox.handed, mailbox.left);
                let open = mailbox.queue.iter().filter(|entry| entry.entrance == Entrance::Open);
                let (count, bytes) = open.fold((0, 0), |(count, bytes), entry| (count + 1, bytes + u64::from(entry.size)));
                prop_assert_eq!(mailbox.open, Load { messages: count, bytes });
                prop_assert_eq!(mailbox.load, Load { messages: mailbox.len() as u64, bytes: sum(usize::MAX) });
                prop_assert!(left <= handed && handed <= mailbox.queue.len() && handed - left <= 5);
                prop_assert_eq!(mailbox.in_flight_bytes, sum(handed) - sum(left));
                prop_assert!(handed - left <= 1 || mailbox.in_flight_bytes <= 90);
                prop_assert!(mailbox.messages().is_sorted());
            }
        }

        #[test]
        fn a_quota_counts_what_is_not_committed_yet(
            offered in proptest::collection::vec((1_usize..50, any::<bool>()), 1..40),
        ) {
            let mut mailbox = Mailbox::default();
            let taken: Vec<_> =
                offered.iter().filter(|(size, open)| mailbox.reserve(*size, entrance(*open), QUOTA)).collect();
            let sum = |of: &[&(usize, bool)]| of.iter().map(|(size, _)| *size).sum::<usize>();
            let open: Vec<_> = taken.iter().copied().filter(|(_, open)| *open).collect();
            prop_assert!(taken.len() <= 10 && sum(&taken) <= 200);
            prop_assert!(open.len() <= 6 && sum(&open) <= 120);
            for (at, (size, open)) in taken.iter().enumerate() {
                mailbox.release(*size, entrance(*open));
                mailbox.push(waiting(at, *size, entrance(*open)));
            }
            prop_assert_eq!(mailbox.bytes(), sum(&taken) as u64);
            prop_assert_eq!((mailbox.pending, mailbox.pending_open), (Load::default(), Load::default()));
        }

        #[test]
        fn what_is_reserved_is_there_however_much_strangers_send(
            offered in proptest::collection::vec(1_usize..50, 1..80),
        ) {
            let mut mailbox = Mailbox::default();
            for size in offered {
                mailbox.reserve(size, Entrance::Open, QUOTA);
            }
            for _ in 0..4 {
                prop_assert!(mailbox.reserve(20, Entrance::Sealed, QUOTA));
            }
        }
    }
}
