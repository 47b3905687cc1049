//! Accepts connections, starts a task for each, and waits at a stop for the tasks to end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::connection;
use super::shared::Shared;
use crate::server::log::{Level, LogLine};
use crate::server::metrics::Metrics;
use crate::server::readiness::Trouble;
use crate::server::timing::{ACCEPT_PAUSE, ACCEPT_TROUBLE, STOP_TIMEOUT};

/// Listens until `stop` signals, or the relay's thread has ended; then lets the connections finish.
pub(crate) async fn listen(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
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
        match next(&listener, shared).await {
            Some(Ok((stream, peer))) => {
                note_trouble(shared, None);
                Metrics::add(&shared.metrics.connections_total, 1);
                number += 1;
                // A stream without a place is dropped here, which ends the connection.
                let Some(place) = shared.door.admit(peer.ip()) else {
                    Metrics::add(&shared.metrics.connections_refused_total, 1);
                    continue;
                };
                let shared = Arc::clone(shared);
                connections.spawn(connection::serve(stream, peer.ip(), number, place, shared));
            }
            Some(Err(error)) => {
                note_trouble(shared, Some(&error));
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            // Every waiting connection has been accepted.
            None => note_trouble(shared, None),
        }
        // Forgets the tasks that have ended, so that they do not add up.
        while connections.try_join_next().is_some() {}
    }
}

/// Returns the next connection. After a connection that could not be accepted, it returns `None` if no further
/// connection arrives that would show whether the trouble continues.
async fn next(listener: &TcpListener, shared: &Shared) -> Option<io::Result<(TcpStream, SocketAddr)>> {
    if shared.ready.has(Trouble::NoConnections) {
        timeout(ACCEPT_TROUBLE, listener.accept()).await.ok()
    } else {
        Some(listener.accept().await)
    }
}

/// Logs once that connections cannot be accepted, and once that they can be accepted again.
fn note_trouble(shared: &Shared, error: Option<&io::Error>) {
    if !shared.ready.set(Trouble::NoConnections, error.is_some()) {
        return;
    }
    match error {
        Some(error) => LogLine::new("connections cannot be taken")
            .because(crate::server::trouble::in_words(error.kind()))
            .write(Level::Warn),
        None => LogLine::new("connections can be taken again").write(Level::Info),
    }
}
