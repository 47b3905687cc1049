//! The answers that the relay has for one connection, until its task has written them.
//!
//! The relay's thread never waits for a phone: it adds frames here and continues. The outbox stays bounded for two
//! reasons. The connection reads no further request while [`MAX_UNANSWERED`] frames are between request and written
//! answer. The core has only a window of unacknowledged deliveries in flight. An idle connection's outbox holds no
//! memory beyond itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pillarbox_wire::{Farewell, RelayFrame};
use tokio::sync::Notify;

use crate::server::timing::MAX_UNANSWERED;

/// One connection's outbox. Invariant: `unwritten` counts `frames` and those that are being written.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    to_write: Notify,
    /// Wakes the reading side when there is room again, or when every request has been processed.
    to_read: Notify,
}

#[derive(Default)]
struct Waiting {
    frames: Vec<RelayFrame>,
    unwritten: usize,
    unprocessed: usize,
    end: Option<End>,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a last frame that states the reason.
    Goodbye(Farewell),
    /// Without a last frame: the peer has disconnected.
    Silent,
}

impl Outbox {
    /// Adds frames and, if this is the last of them, the end. Also counts `processed` requests as done, to which these
    /// are the answers.
    pub(crate) fn put(&self, frames: Vec<RelayFrame>, end: Option<End>, processed: usize) {
        let news = !frames.is_empty() || end.is_some();
        self.ease(|waiting| {
            waiting.unwritten += frames.len();
            if waiting.frames.is_empty() {
                waiting.frames = frames;
            } else {
                waiting.frames.extend(frames);
            }
            waiting.end = waiting.end.or(end);
            waiting.unprocessed = waiting.unprocessed.saturating_sub(processed);
        });
        if news {
            self.to_write.notify_one();
        }
    }

    /// Ends the connection after the frames that are already queued. If several ends are set, the first one counts.
    pub(crate) fn end(&self, end: End) {
        self.put(Vec::new(), Some(end), 0);
    }

    /// Waits until there is something to write, and removes and returns all of it.
    pub(crate) async fn take(&self) -> (Vec<RelayFrame>, Option<End>) {
        loop {
            {
                let mut waiting = self.lock();
                if !waiting.frames.is_empty() || waiting.end.is_some() {
                    return (std::mem::take(&mut waiting.frames), waiting.end);
                }
            }
            self.to_write.notified().await;
        }
    }

    /// Records that `count` of the removed frames were written to the operating system.
    pub(crate) fn written(&self, count: usize) {
        self.ease(|waiting| waiting.unwritten = waiting.unwritten.saturating_sub(count));
    }

    /// Records that `count` requests are about to be passed to the relay's thread.
    pub(crate) fn asked(&self, count: usize) {
        self.lock().unprocessed += count;
    }

    /// Waits until the connection may read its next request, and returns how many it may read.
    pub(crate) async fn room(&self) -> usize {
        loop {
            let room = self.lock().room();
            if room > 0 {
                return room;
            }
            self.to_read.notified().await;
        }
    }

    /// Waits until the relay's thread has processed every request and added every answer here.
    pub(crate) async fn processed_all(&self) {
        while self.lock().unprocessed > 0 {
            self.to_read.notified().await;
        }
    }

    fn ease(&self, change: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.lock();
        let before = waiting.room();
        change(&mut waiting);
        if (before == 0 && waiting.room() > 0) || waiting.unprocessed == 0 {
            drop(waiting);
            self.to_read.notify_one();
        }
    }

    /// A thread that holds this lock only counts and moves values, so that the state is whole even after a panic.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Returns the number of further requests that the connection may read.
    fn room(&self) -> usize {
        MAX_UNANSWERED.saturating_sub(self.unprocessed + self.unwritten)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use pillarbox_wire::{Pong, RequestId};

    use super::*;

    fn pong() -> RelayFrame {
        RelayFrame::Pong(Pong { request: RequestId(1) })
    }

    #[tokio::test]
    async fn frames_come_out_in_order_with_the_first_end() {
        let outbox = Outbox::default();
        outbox.put(vec![pong()], None, 0);
        outbox.put(vec![pong()], Some(End::Goodbye(Farewell::Replaced)), 0);
        outbox.end(End::Silent);
        let (frames, end) = outbox.take().await;
        assert_eq!((frames.len(), end), (2, Some(End::Goodbye(Farewell::Replaced))));
    }

    #[tokio::test]
    async fn a_request_takes_room_until_its_answer_is_written() {
        let outbox = Outbox::default();
        for asked in 0..MAX_UNANSWERED {
            assert_eq!(outbox.room().now_or_never(), Some(MAX_UNANSWERED - asked));
            outbox.asked(1);
        }
        assert_eq!(outbox.room().now_or_never(), None);
        outbox.put(vec![pong()], None, 1);
        assert_eq!(outbox.room().now_or_never(), None, "answered is not written");
        let (frames, _) = outbox.take().await;
        outbox.written(frames.len());
        assert_eq!(outbox.room().now_or_never(), Some(1));
        assert_eq!(outbox.processed_all().now_or_never(), None);
        outbox.put(Vec::new(), None, MAX_UNANSWERED - 1);
        assert_eq!(outbox.processed_all().now_or_never(), Some(()));
    }
}
