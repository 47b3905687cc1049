//! Inputs that the connections have read and the relay's thread has not yet processed.
//!
//! The next batch gathers here while one transaction is being committed: the slower the disk, the larger the batch. The
//! queue is bounded by its writers, because each connection stops reading while it has too much in it
//! ([`super::outbox`]).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pillarbox_wire::ChannelName;
use tokio::sync::oneshot;

use super::outbox::Outbox;
use crate::{ConnectionId, Input, StoreError};

/// Tells the relay's thread how to continue after this batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// Go on with the next batch.
    #[default]
    Continue,
    /// Say goodbye to every connection and end.
    Stop,
    /// End without a goodbye, as a crash would.
    Abandon,
}

/// The number of inputs for which room is allocated in advance. It is more than a busy relay's batch has, and takes
/// at most 300 kB while nothing arrives.
const MOST_EXPECTED: usize = 1_024;

/// One batch.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) opened: Vec<(ConnectionId, Arc<Outbox>)>,
    pub(crate) inputs: Vec<(ConnectionId, Input)>,
    pub(crate) takedowns: Vec<TakedownOrder>,
    pub(crate) order: Order,
}

/// An operator's order to take a channel down. The answer says whether there was such a channel. It is dropped if the
/// relay ends before it can answer.
pub(crate) struct TakedownOrder {
    pub(crate) channel: ChannelName,
    pub(crate) answer: oneshot::Sender<Result<bool, StoreError>>,
}

/// The queue: many connections write to it, and the relay's thread takes from it.
#[derive(Default)]
pub(crate) struct Queue {
    gathering: Mutex<Batch>,
    arrived: Condvar,
}

impl Queue {
    /// Announces a connection and its outbox. Returns false if the relay accepts no more.
    pub(crate) fn open(&self, connection: ConnectionId, outbox: Arc<Outbox>, input: Input) -> bool {
        let mut gathering = self.lock();
        if gathering.order != Order::Continue {
            return false;
        }
        gathering.opened.push((connection, outbox));
        self.add(gathering, connection, [input]);
        true
    }

    /// Adds inputs of a connection, in order.
    pub(crate) fn push(&self, connection: ConnectionId, inputs: impl IntoIterator<Item = Input>) {
        self.add(self.lock(), connection, inputs);
    }

    fn add(
        &self,
        mut gathering: MutexGuard<'_, Batch>,
        connection: ConnectionId,
        inputs: impl IntoIterator<Item = Input>,
    ) {
        let first = gathering.inputs.is_empty();
        gathering.inputs.extend(inputs.into_iter().map(|input| (connection, input)));
        drop(gathering);
        // The thread waits only for an empty queue, so it is already awake at the second input.
        if first {
            self.arrived.notify_one();
        }
    }

    /// Adds an order to take a channel down.
    pub(crate) fn take_down(&self, takedown: TakedownOrder) {
        self.lock().takedowns.push(takedown);
        self.arrived.notify_one();
    }

    /// Ends the thread after what has arrived (`Stop`) or at once (`Abandon`).
    pub(crate) fn end(&self, order: Order) {
        self.lock().order = order;
        self.arrived.notify_one();
    }

    /// Removes and returns everything that has arrived. Waits for the first input, but no longer than `longest`.
    pub(crate) fn take(&self, longest: Duration) -> Batch {
        let idle = |gathering: &mut Batch| {
            gathering.inputs.is_empty()
                && gathering.takedowns.is_empty()
                && gathering.order == Order::Continue
        };
        let (mut gathering, _) = self
            .arrived
            .wait_timeout_while(self.lock(), longest, idle)
            .unwrap_or_else(PoisonError::into_inner);
        let order = gathering.order;
        // The next batch is about as large as this one. Without this room, it would be moved again and again as it
        // grows.
        let inputs = Vec::with_capacity(gathering.inputs.len().min(MOST_EXPECTED));
        std::mem::replace(&mut gathering, Batch { order, inputs, ..Batch::default() })
    }

    /// A thread that holds this lock only moves values, so that the state is whole even after a panic.
    fn lock(&self) -> MutexGuard<'_, Batch> {
        self.gathering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_everything_that_arrived() {
        let queue = Queue::default();
        queue.push(ConnectionId(1), [Input::Closed]);
        queue.push(ConnectionId(2), [Input::Closed]);
        let batch = queue.take(Duration::MAX);
        assert_eq!(batch.inputs.iter().map(|(connection, _)| connection.0).collect::<Vec<_>>(), [1, 2]);
        assert!(queue.take(Duration::ZERO).inputs.is_empty());
    }

    #[test]
    fn a_stopped_queue_takes_no_new_connection_and_wakes_the_thread() {
        let queue = Queue::default();
        queue.end(Order::Stop);
        assert_eq!(queue.take(Duration::MAX).order, Order::Stop);
        assert!(!queue.open(ConnectionId(1), Arc::default(), Input::Closed));
    }
}
