//! The live stream of events that pass, for `pillarbox-relay ledger --follow`.
//!
//! Nothing is kept for later followers. Events are created and remembered only while somebody follows: at most
//! [`PASSING_KEPT`] in all, and at most [`SHOWN_AT_ONCE`] in each [`PAUSE`]. A follower is told how many events it
//! missed, even if the reason is that it is slower than the relay. The relay never waits for a follower.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::Passing;
use crate::server::metrics::{Gauge, Metrics};

/// The number of events by which a follower may fall behind: a few seconds of a busy relay, and some hundred kilobytes.
/// A larger number would turn events that pass into events that are kept.
pub(crate) const PASSING_KEPT: usize = 1_024;

/// The pause between two checks for new events. A follower checks that often, and so does the thread that counts
/// how many events may still be shown.
const PAUSE: Duration = Duration::from_millis(100);

/// The number of events created in one [`PAUSE`]: 5,000 a second. Creating and writing more would cost the phones
/// of a busy relay processor time, and nobody reads so many. A follower's pauses do not begin together with the
/// thread's pauses, so a follower may see the events of two pauses at once.
pub(crate) const SHOWN_AT_ONCE: usize = PASSING_KEPT / 2;

/// The version of the lines.
const JSON_VERSION: u32 = 1;

/// One line of the stream.
#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    #[serde(flatten)]
    event: &'a Passing,
}

/// The sending end of the feed, which the relay's thread has. The streams of all followers end when it is dropped.
#[derive(Debug)]
pub(crate) struct PassingFeed {
    events: broadcast::Sender<Arc<Passing>>,
    unseen: Arc<AtomicU64>,
    /// The number of events that may still be created, and the time until which that number applies.
    left: usize,
    until: Instant,
}

/// The end of the feed where followers join. It does not keep the feed alive.
#[derive(Clone, Debug)]
pub(crate) struct Followers {
    events: broadcast::WeakSender<Arc<Passing>>,
    unseen: Arc<AtomicU64>,
}

impl Followers {
    /// Returns the stream of events that pass from now on, or `None` once the relay has stopped.
    pub(crate) fn join(&self) -> Option<broadcast::Receiver<Arc<Passing>>> {
        self.events.upgrade().map(|feed| feed.subscribe())
    }

    /// Returns the body of the answer to a new follower; `None` once the relay has stopped.
    pub(super) fn lines(&self, metrics: &Arc<Metrics>) -> Option<Body> {
        self.join().map(|events| lines(events, Arc::clone(&self.unseen), metrics))
    }
}

impl PassingFeed {
    pub(crate) fn new() -> Self {
        let (events, unseen) = (broadcast::Sender::new(PASSING_KEPT), Arc::default());
        Self { events, unseen, left: SHOWN_AT_ONCE, until: Instant::now() + PAUSE }
    }

    /// Returns the end where followers join this feed.
    pub(crate) fn followers(&self) -> Followers {
        Followers { events: self.events.downgrade(), unseen: Arc::clone(&self.unseen) }
    }

    /// Returns the number of events to create now, or `None` if nobody follows.
    pub(crate) fn room(&mut self, now: Instant) -> Option<usize> {
        if self.events.receiver_count() == 0 {
            return None;
        }
        if now >= self.until {
            (self.left, self.until) = (SHOWN_AT_ONCE, now + PAUSE);
        }
        Some(self.left)
    }

    /// Shows events to the present followers, and counts those that were not created. Never waits.
    pub(crate) fn show(&mut self, passed: Vec<Passing>, unseen: u64) {
        self.left = self.left.saturating_sub(passed.len());
        self.unseen.fetch_add(unseen, Relaxed);
        for event in passed {
            if self.events.send(Arc::new(event)).is_err() {
                return; // nobody follows
            }
        }
    }
}

fn lines(events: broadcast::Receiver<Arc<Passing>>, unseen: Arc<AtomicU64>, metrics: &Arc<Metrics>) -> Body {
    let counted = Gauge::raise(metrics, |metrics| &metrics.passing_followers);
    let told = unseen.load(Relaxed);
    let begun = (events, unseen, told, counted, false);
    Body::from_stream(stream::unfold(begun, |(mut events, unseen, told, counted, again)| async move {
        if again {
            tokio::time::sleep(PAUSE).await;
        }
        let mut lines = waiting(&mut events);
        // The count of missed events comes after the events of the same pause that were created.
        let now = unseen.load(Relaxed);
        if now > told {
            lines = joined(lines, missed(now.saturating_sub(told)));
        }
        if lines.as_ref().is_ok_and(Vec::is_empty) {
            lines = match events.recv().await {
                Ok(event) => shown(&event),
                Err(RecvError::Lagged(count)) => missed(count),
                Err(RecvError::Closed) => return None,
            };
        }
        Some((lines.map(Bytes::from), (events, unseen, now, counted, true)))
    }))
}

/// Returns the lines of the events that are already queued.
fn waiting(events: &mut broadcast::Receiver<Arc<Passing>>) -> serde_json::Result<Vec<u8>> {
    let mut lines = Ok(Vec::new());
    loop {
        let line = match events.try_recv() {
            Ok(event) => shown(&event),
            Err(TryRecvError::Lagged(count)) => missed(count),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return lines,
        };
        lines = joined(lines, line);
    }
}

fn joined(
    lines: serde_json::Result<Vec<u8>>,
    line: serde_json::Result<Vec<u8>>,
) -> serde_json::Result<Vec<u8>> {
    let mut lines = lines?;
    lines.extend(line?);
    Ok(lines)
}

fn shown(event: &Passing) -> serde_json::Result<Vec<u8>> {
    line(&Line { v: JSON_VERSION, event })
}

fn missed(count: u64) -> serde_json::Result<Vec<u8>> {
    line(&json!({ "v": JSON_VERSION, "missed": count }))
}

fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::memory::connection_id::ConnectionId;
    use pillarbox_wire::Timestamp;

    fn event() -> Passing {
        Passing {
            time: Timestamp(1),
            connection: ConnectionId(1),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            frame: "Ping",
            from: None,
            about: None,
            bytes: 0,
        }
    }

    #[test]
    fn there_is_room_for_so_many_in_each_pause_and_for_none_if_nobody_follows() {
        let mut feed = PassingFeed::new();
        let followers = feed.followers();
        let start = Instant::now() + PAUSE;
        assert_eq!(feed.room(start), None);
        let mut events = followers.join().unwrap();
        assert_eq!(feed.room(start), Some(SHOWN_AT_ONCE));
        feed.show(vec![event(); SHOWN_AT_ONCE - 1], 0);
        assert_eq!(feed.room(start + PAUSE / 2), Some(1));
        feed.show(vec![event()], 7);
        assert_eq!((feed.room(start + PAUSE / 2), followers.unseen.load(Relaxed)), (Some(0), 7));
        assert_eq!(feed.room(start + PAUSE), Some(SHOWN_AT_ONCE));
        // A follower that arrives between two pauses may see this many events, and loses none of them.
        feed.show(vec![event(); SHOWN_AT_ONCE], 0);
        let lines = waiting(&mut events).unwrap();
        assert_eq!(lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(), PASSING_KEPT);
        assert!(!String::from_utf8(lines).unwrap().contains("missed"));
    }
}
