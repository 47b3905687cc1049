//! Takes connections, gives each a task, and at a stop waits for the tasks to end.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::connection;
use super::log::{Level, LogLine};
use super::metrics::Metrics;
use super::shared::Shared;
use super::timing::{ACCEPT_PAUSE, STOP_TIMEOUT};

/// Listens until `stop` says so, or the relay's thread is gone; then lets the connections finish.
pub(super) async fn listen(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    tokio::select! {
        () = accept(listener, &shared, &mut connections) => {}
        _ = stop.wait_for(|stopping| *stopping) => {}
    }
    let deadline = Instant::now() + STOP_TIMEOUT;
    while let Ok(Some(_)) = timeout_at(deadline, connections.join_next()).await {}
    if !connections.is_empty() {
        LogLine::new("connections were cut off, because they took too long to end")
            .counting(connections.len())
            .write(Level::Warn);
    }
}

async fn accept(listener: TcpListener, shared: &Arc<Shared>, connections: &mut JoinSet<()>) {
    let mut number = 0;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                Metrics::add(&shared.metrics.connections_total, 1);
                number += 1;
                // Without a place the stream is dropped here, and with it the connection.
                let Some(place) = shared.door.admit(peer.ip()) else {
                    Metrics::add(&shared.metrics.connections_refused_total, 1);
                    continue;
                };
                let shared = Arc::clone(shared);
                connections.spawn(connection::serve(stream, peer.ip(), number, place, shared));
            }
            Err(error) => {
                LogLine::new("a connection could not be taken")
                    .because(super::trouble::in_words(error.kind()))
                    .write(Level::Warn);
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
        // Forgets the tasks that have ended, so that they do not add up.
        while connections.try_join_next().is_some() {}
    }
}
