//! The live stream of what passes, for `pillarbox-relay ledger --follow`.
//!
//! Nothing is kept for a follower that is not there: events are remembered only while somebody follows, and at
//! most [`PASSING_KEPT`] of them. A follower that is slower than the relay loses the oldest and is told how
//! many; the relay never waits for it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::Admin;
use crate::Passing;
use crate::server::metrics::{Gauge, Metrics};

/// Events that a follower may fall behind by: a few seconds of a busy relay, and some hundred kilobytes. More
/// would turn what passes into what is kept.
pub(crate) const PASSING_KEPT: usize = 1_024;

/// Between two looks at what passed. A follower then sees at most [`PASSING_KEPT`] events each time, 10,000 a second, and is told
/// how many it missed: more would cost the phones of a busy relay the processor that writes them out, and nobody reads them.
const PAUSE: Duration = Duration::from_millis(100);

/// The version of the lines.
const JSON_VERSION: u32 = 1;

/// One line of the stream.
#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    #[serde(flatten)]
    event: &'a Passing,
}

/// Where the relay's thread puts what passed. The streams of all followers end when it is dropped.
#[derive(Debug)]
pub(crate) struct PassingFeed(broadcast::Sender<Arc<Passing>>);

/// Where followers join. It does not keep the feed alive.
#[derive(Clone, Debug)]
pub(crate) struct Followers(broadcast::WeakSender<Arc<Passing>>);

impl Followers {
    /// What passes from now on; `None` once the relay has stopped.
    pub(crate) fn join(&self) -> Option<broadcast::Receiver<Arc<Passing>>> {
        self.0.upgrade().map(|feed| feed.subscribe())
    }
}

impl PassingFeed {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(PASSING_KEPT))
    }

    /// Where followers join this feed.
    pub(crate) fn followers(&self) -> Followers {
        Followers(self.0.downgrade())
    }

    /// Whether anybody follows.
    pub(crate) fn is_followed(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Shows events to whoever follows now. Never waits.
    pub(crate) fn show(&self, passed: Vec<Passing>) {
        for event in passed {
            if self.0.send(Arc::new(event)).is_err() {
                return; // nobody follows
            }
        }
    }
}

pub(super) async fn passing(State(admin): State<Arc<Admin>>, headers: HeaderMap) -> Response {
    if !admin.token.admits(&headers) {
        return (StatusCode::UNAUTHORIZED, "this needs the token from the data directory\n").into_response();
    }
    let Some(events) = admin.followers.join() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the relay has stopped\n").into_response();
    };
    let format = HeaderValue::from_static("application/jsonl");
    ([(CONTENT_TYPE, format)], lines(events, &admin.metrics)).into_response()
}

fn lines(events: broadcast::Receiver<Arc<Passing>>, metrics: &Arc<Metrics>) -> Body {
    let counted = Gauge::raise(metrics, |metrics| &metrics.passing_followers);
    let begun = (events, counted, false);
    Body::from_stream(stream::unfold(begun, |(mut events, counted, again)| async move {
        if again {
            tokio::time::sleep(PAUSE).await;
        }
        let mut lines = match events.recv().await {
            Ok(event) => shown(&event),
            Err(RecvError::Lagged(count)) => missed(count),
            Err(RecvError::Closed) => return None,
        };
        while let (Ok(gathered), true) = (&mut lines, !events.is_empty()) {
            let line = match events.try_recv() {
                Ok(event) => shown(&event),
                Err(TryRecvError::Lagged(count)) => missed(count),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            };
            match line {
                Ok(line) => gathered.extend(line),
                Err(error) => lines = Err(error),
            }
        }
        Some((lines.map(Bytes::from), (events, counted, true)))
    }))
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
