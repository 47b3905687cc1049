//! The index of one mailbox: which messages wait for a device, in order, and which of them are on their way to it.
//!
//! The payloads are on disk. Here stand 16 bytes for each message, so that a million waiting ones fit in memory and the table
//! on disk can be a plain append by row number.

use std::collections::VecDeque;

use pillarbox_wire::{Duration, MessageId, Timestamp};

/// One waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub message: MessageId,
    /// Payload bytes.
    pub size: u32,
    /// When it was accepted, in seconds since 1970, which is exact enough to age by.
    pub accepted: u32,
}

impl Waiting {
    /// The index entry of a row.
    #[must_use]
    pub fn new(message: MessageId, size: usize, accepted: Timestamp) -> Self {
        Self {
            message,
            size: u32::try_from(size).unwrap_or(u32::MAX),
            accepted: u32::try_from(accepted.as_seconds()).unwrap_or(u32::MAX),
        }
    }
}

/// The messages that wait for one device.
///
/// Invariants: message numbers rise along the queue; the first `in_flight` entries, and no others, were handed to
/// the device's present connection and are not acknowledged; `bytes` and `in_flight_bytes` are the sums of the sizes.
/// `reserved` counts what is accepted but not committed yet: the quota includes it, deliveries do not.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    queue: VecDeque<Waiting>,
    bytes: u64,
    in_flight: usize,
    in_flight_bytes: u64,
    reserved: u32,
    reserved_bytes: u64,
}

impl Mailbox {
    /// How many messages wait, those on their way included.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Payload bytes that wait.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The rows of all waiting messages, in order.
    pub(crate) fn messages(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.queue.iter().map(|waiting| waiting.message)
    }

    /// Keeps room for one message that is about to be committed; false if that would exceed a quota.
    pub(crate) fn reserve(&mut self, size: usize, most: u32, most_bytes: u64) -> bool {
        let count = self.queue.len() as u64 + u64::from(self.reserved) + 1;
        let bytes = self.bytes.saturating_add(self.reserved_bytes).saturating_add(size as u64);
        if count > u64::from(most) || bytes > most_bytes {
            return false;
        }
        self.reserved += 1;
        self.reserved_bytes += size as u64;
        true
    }

    /// Gives room back: the message was committed and is pushed next, or it was not.
    pub(crate) fn release(&mut self, size: usize) {
        self.reserved = self.reserved.saturating_sub(1);
        self.reserved_bytes = self.reserved_bytes.saturating_sub(size as u64);
    }

    /// Adds a committed message behind all others.
    pub(crate) fn push(&mut self, waiting: Waiting) {
        debug_assert!(self.queue.back().is_none_or(|last| last.message < waiting.message));
        self.bytes += u64::from(waiting.size);
        self.queue.push_back(waiting);
    }

    /// The next message to hand to the connection, if the window of `most` messages and `most_bytes` has room.
    /// The first one always goes, however small the window.
    pub(crate) fn hand_over(&mut self, most: u32, most_bytes: u64) -> Option<Waiting> {
        let next = *self.queue.get(self.in_flight)?;
        let bytes = self.in_flight_bytes + u64::from(next.size);
        if self.in_flight > 0 && (self.in_flight >= most as usize || bytes > most_bytes) {
            return None;
        }
        self.in_flight += 1;
        self.in_flight_bytes = bytes;
        Some(next)
    }

    /// Takes the last `count` messages that were handed over back into the queue: they never left.
    pub(crate) fn take_back(&mut self, count: usize) {
        for _ in 0..count.min(self.in_flight) {
            self.in_flight -= 1;
            if let Some(waiting) = self.queue.get(self.in_flight) {
                self.in_flight_bytes = self.in_flight_bytes.saturating_sub(u64::from(waiting.size));
            }
        }
    }

    /// Nothing is on its way any more: the connection is gone.
    pub(crate) fn rewind(&mut self) {
        self.in_flight = 0;
        self.in_flight_bytes = 0;
    }

    /// Takes out a message that the device has. False if it does not wait here.
    pub(crate) fn remove(&mut self, message: MessageId) -> bool {
        let Ok(at) = self.queue.binary_search_by_key(&message, |waiting| waiting.message) else {
            return false;
        };
        // Acknowledged messages stand at the front, and a deque moves the shorter side.
        let Some(waiting) = self.queue.remove(at) else { return false };
        self.bytes = self.bytes.saturating_sub(u64::from(waiting.size));
        if at < self.in_flight {
            self.in_flight -= 1;
            self.in_flight_bytes = self.in_flight_bytes.saturating_sub(u64::from(waiting.size));
        }
        true
    }

    /// Takes out the foremost message if it has waited longer than `most` at the time `clock`.
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

    fn filled(sizes: &[u32]) -> Mailbox {
        let mut mailbox = Mailbox::default();
        for (at, size) in sizes.iter().enumerate() {
            mailbox.push(Waiting { message: MessageId(at as u64), size: *size, accepted: 0 });
        }
        mailbox
    }

    #[test]
    fn an_entry_is_sixteen_bytes() {
        assert_eq!(size_of::<Waiting>(), 16);
    }

    #[test]
    fn a_message_larger_than_the_window_still_goes_alone() {
        let mut mailbox = filled(&[500, 1]);
        assert_eq!(mailbox.hand_over(10, 100).unwrap().message, MessageId(0));
        assert_eq!(mailbox.hand_over(10, 100), None);
    }

    proptest! {
        #[test]
        fn sums_and_order_hold_under_any_sequence(
            sizes in proptest::collection::vec(0_u32..50, 0..40),
            steps in proptest::collection::vec((0_u8..4, 0_u64..45), 0..120),
        ) {
            let mut mailbox = filled(&sizes);
            for (step, at) in steps {
                match step {
                    0 => { mailbox.hand_over(5, 90); }
                    1 => { mailbox.remove(MessageId(at)); }
                    2 => mailbox.take_back(at as usize % 3),
                    _ => mailbox.rewind(),
                }
                let sum = |entries: usize| mailbox.queue.iter().take(entries).map(|entry| u64::from(entry.size)).sum::<u64>();
                prop_assert_eq!(mailbox.bytes, sum(usize::MAX));
                prop_assert_eq!(mailbox.in_flight_bytes, sum(mailbox.in_flight));
                prop_assert!(mailbox.in_flight <= mailbox.queue.len().min(5));
                prop_assert!(mailbox.in_flight <= 1 || mailbox.in_flight_bytes <= 90);
                prop_assert!(mailbox.messages().is_sorted());
            }
        }

        #[test]
        fn a_quota_counts_what_is_not_committed_yet(sizes in proptest::collection::vec(1_usize..50, 1..40)) {
            let mut mailbox = Mailbox::default();
            let taken: Vec<_> = sizes.iter().filter(|size| mailbox.reserve(**size, 10, 200)).collect();
            prop_assert!(taken.len() <= 10 && taken.iter().copied().sum::<usize>() <= 200);
            for (at, size) in taken.iter().enumerate() {
                mailbox.release(**size);
                mailbox.push(Waiting::new(MessageId(at as u64), **size, Timestamp(0)));
            }
            prop_assert_eq!(mailbox.bytes(), taken.into_iter().sum::<usize>() as u64);
            prop_assert_eq!((mailbox.reserved, mailbox.reserved_bytes), (0, 0));
        }
    }
}
