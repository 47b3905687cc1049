//! One phone's connection: one task, which reads requests and writes answers side by side.
//!
//! This task does not know the content of a frame. Reading and writing run at the same time: a phone that sends
//! much before it reads anything, and a relay that has much for it, cannot wait for each other.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::FutureExt as _;
use pillarbox_transport::timeouts::FAREWELL;
use pillarbox_transport::{Channel, Reader, ReceiveError, RecordOpenError, Signs, Stalled, Watched, Writer};
use pillarbox_wire::{ClientFrame, Farewell, Goodbye, RelayFrame};
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::admission::{Place, PlaceKind};
use super::outbox::{End, Outbox};
use super::shared::Shared;
use crate::server::log::{Level, LogLine};
use crate::server::metrics::{Gauge, Metrics};
use crate::server::trouble::in_words;
use crate::{ConnectionId, Input};

/// Serves one connection from its first byte to its last.
pub(crate) async fn serve(stream: TcpStream, peer: IpAddr, number: u64, place: Place, shared: Arc<Shared>) {
    let connection = Connection { id: ConnectionId(number), peer, shared: &shared };
    connection.log("a connection was opened", None);
    // Each part has its own allocation: otherwise a task would be as large as its largest part for its whole life.
    let Some((channel, signs)) = Box::pin(connection.secure(stream)).await else { return };
    let ended = match place.kind() {
        PlaceKind::Admitted => connection.converse(channel, &signs).await,
        PlaceKind::Refused => {
            Metrics::add(&shared.metrics.connections_refused_total, 1);
            Box::pin(connection.refuse(channel, Farewell::TooMany)).await
        }
    };
    connection.log("a connection was closed", Some(ended));
}

struct Connection<'a> {
    id: ConnectionId,
    peer: IpAddr,
    shared: &'a Shared,
}

/// Reasons that a connection ended, for the log and the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Ended {
    #[error("the phone closed it")]
    ByPhone,
    #[error("it was cut")]
    Cut,
    #[error("nothing was said for too long")]
    Idle,
    #[error("the phone took nothing")]
    TooSlow,
    #[error("the relay closed it")]
    ByRelay,
}

impl Connection<'_> {
    async fn secure(&self, stream: TcpStream) -> Option<(Channel<Watched<TcpStream>>, Arc<Signs>)> {
        // Frames are already gathered into one write. Waiting for more frames to send would only delay that write.
        let prepared = stream.set_nodelay(true).map_err(|error| in_words(error.kind()).to_owned());
        let secured = match (prepared, StdRng::try_from_rng(&mut SysRng)) {
            (Err(reason), _) => Err(reason),
            (_, Err(error)) => Err(error.to_string()),
            (Ok(()), Ok(mut rng)) => {
                let (stream, signs) = Watched::new(stream);
                let handshake = pillarbox_transport::accept(stream, &self.shared.key, &mut rng);
                match timeout(self.shared.timeouts.handshake, handshake).await {
                    Ok(Ok(channel)) => Ok((channel, signs)),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err("it took too long".to_owned()),
                }
            }
        };
        secured
            .inspect_err(|reason| {
                Metrics::add(&self.shared.metrics.handshakes_failed_total, 1);
                self.line("a handshake failed").because(reason).write(Level::Debug);
            })
            .ok()
    }

    async fn converse(&self, channel: Channel<Watched<TcpStream>>, signs: &Signs) -> Ended {
        let _open = Gauge::raise(&self.shared.metrics, |metrics| &metrics.connections_open);
        let outbox = Arc::<Outbox>::default();
        let opened = Input::Opened { peer: self.peer, handshake_hash: *channel.handshake_hash() };
        if !self.shared.queue.open(self.id, Arc::clone(&outbox), opened) {
            return Box::pin(self.refuse(channel, Farewell::Stopping)).await;
        }
        // The core learns of the end, even if the connection ends by a panic or an abort.
        let _closing = Closing { id: self.id, shared: self.shared };
        let (mut reader, writer) = channel.split();
        let mut writing = std::pin::pin!(self.write(writer, signs, &outbox));
        let ended = tokio::select! {
            ended = self.read(&mut reader, &outbox) => {
                timeout(FAREWELL, self.finish(ended, &outbox, &mut writing)).await.map_or(Ended::TooSlow, |()| ended)
            }
            ended = &mut writing => ended,
        };
        if matches!(ended, Ended::ByRelay | Ended::Idle) {
            Box::pin(drain(&mut reader)).await;
        }
        self.counted(ended)
    }

    /// Ends a connection on which nothing more is read. A phone that only stopped sending still gets its answers.
    async fn finish(
        &self,
        ended: Ended,
        outbox: &Outbox,
        writing: &mut (impl Future<Output = Ended> + Unpin),
    ) {
        if ended == Ended::ByPhone {
            tokio::select! {
                () = outbox.processed_all() => {}
                // The other direction is closed too.
                _ = &mut *writing => return,
            }
        }
        outbox.end(if ended == Ended::Idle { End::Goodbye(Farewell::Idle) } else { End::Silent });
        writing.await;
    }

    /// Reads requests until the connection ends, never more than the outbox has room for.
    async fn read<R: AsyncRead + Unpin>(&self, reader: &mut Reader<R>, outbox: &Outbox) -> Ended {
        loop {
            let room = outbox.room().await;
            let Ok(mut received) = timeout(self.shared.timeouts.idle, reader.receive()).await else {
                return Ended::Idle;
            };
            let mut inputs = Vec::new();
            let ended = loop {
                match received {
                    Ok(Some(frame)) => inputs.push(Input::Frame(frame)),
                    Ok(None) => break Some(Ended::ByPhone),
                    Err(error) if is_unreadable(&error) => {
                        inputs.push(Input::Unreadable);
                        break None;
                    }
                    Err(_) => break Some(Ended::Cut),
                }
                // Frames that have arrived together with the first one are processed with it, without waiting for
                // more.
                let next = if inputs.len() < room { reader.receive().now_or_never() } else { None };
                match next {
                    Some(next) => received = next,
                    None => break None,
                }
            };
            let last = matches!(inputs.last(), Some(Input::Unreadable));
            Metrics::add(&self.shared.metrics.frames_received_total, inputs.len() as u64);
            outbox.asked(inputs.len());
            self.shared.queue.push(self.id, inputs);
            match ended {
                Some(ended) => return ended,
                // The core says goodbye; the writing side ends the connection.
                None if last => return std::future::pending().await,
                None => {}
            }
        }
    }

    /// Writes everything that the relay has for this connection, each time as much as is available. A slow line may
    /// take its time, as long as bytes move.
    async fn write<W: AsyncWrite + Unpin>(
        &self,
        mut writer: Writer<W>,
        signs: &Signs,
        outbox: &Outbox,
    ) -> Ended {
        loop {
            let (mut frames, end) = outbox.take().await;
            let taken = frames.len();
            if let Some(End::Goodbye(reason)) = end {
                frames.push(RelayFrame::Goodbye(Goodbye { reason }));
            }
            if !frames.is_empty() {
                match signs.write_in_time(self.shared.timeouts.write, writer.send(&frames)).await {
                    Err(Stalled) => return Ended::TooSlow,
                    Ok(Err(_)) => return Ended::Cut,
                    Ok(Ok(())) => Metrics::add(&self.shared.metrics.frames_sent_total, frames.len() as u64),
                }
            }
            outbox.written(taken);
            if end.is_some() {
                // This closes the direction, after the reason if one was sent. A phone that has already
                // disconnected is not an error.
                return writer.close().await.map_or(Ended::Cut, |()| Ended::ByRelay);
            }
        }
    }

    async fn refuse(&self, channel: Channel<Watched<TcpStream>>, reason: Farewell) -> Ended {
        let (mut reader, mut writer) = channel.split();
        let goodbye = RelayFrame::Goodbye(Goodbye { reason });
        let said = timeout(FAREWELL, async {
            writer.send([&goodbye]).await?;
            writer.close().await
        });
        match said.await {
            Ok(Ok(())) => {
                drain(&mut reader).await;
                Ended::ByRelay
            }
            Ok(Err(_)) => Ended::Cut,
            Err(_) => Ended::TooSlow,
        }
    }

    fn counted(&self, ended: Ended) -> Ended {
        match ended {
            Ended::TooSlow => Metrics::add(&self.shared.metrics.connections_too_slow_total, 1),
            Ended::Idle => Metrics::add(&self.shared.metrics.connections_idle_total, 1),
            Ended::ByPhone | Ended::Cut | Ended::ByRelay => {}
        }
        ended
    }

    fn line(&self, message: &'static str) -> LogLine {
        LogLine::new(message).of(self.id.0).from(self.shared.salt.pseudonym(self.peer))
    }

    fn log(&self, message: &'static str, ended: Option<Ended>) {
        let line = self.line(message);
        match ended {
            Some(ended) => line.because(ended),
            None => line,
        }
        .write(Level::Debug);
    }
}

/// Returns whether the peer has shown that it holds the channel's key, and yet sent something that is not a frame. Such
/// a peer is told so.
fn is_unreadable(error: &ReceiveError) -> bool {
    use RecordOpenError::{Empty, Frame, FrameBeyondRecord, TrailingBytes};
    let ReceiveError::Record(error) = error else { return false };
    matches!(error, Empty | Frame(_) | FrameBeyondRecord { .. } | TrailingBytes { .. })
}

/// Reads on and drops the bytes until the phone has closed its side. A socket that is closed while bytes wait in it is
/// reset, and the last frame could be lost with it.
async fn drain<R: AsyncRead + Unpin>(reader: &mut Reader<R>) {
    let rest = async { while let Ok(Some(_)) = reader.receive::<ClientFrame>().await {} };
    // The connection ends here, whether or not the phone closed in time.
    timeout(FAREWELL, rest).await.unwrap_or_default();
}

/// Tells the core that the connection is closed.
struct Closing<'a> {
    id: ConnectionId,
    shared: &'a Shared,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.shared.queue.push(self.id, [Input::Closed]);
    }
}
