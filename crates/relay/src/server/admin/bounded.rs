//! The admin port's connections, limited in number and in time.
//!
//! These connections use the same descriptors as the phones'. A peer that can reach this port may have no token,
//! and must not be able to take what phones need. The port therefore has few connections, and a connection that
//! does not ask within a moment is cut off. Further connections wait with the operating system and take nothing
//! from this process. Each connection gets one answer, after which the routes close it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

use crate::server::timing::ACCEPT_PAUSE;

/// The number of connections that the admin port has at once: a monitor, a person and some followers. More would take
/// descriptors from the phones.
pub(crate) const ADMIN_CONNECTIONS: usize = 16;

/// The time within which a connection must ask. A request is one line and arrives at once. A request that is never
/// finished occupies a place.
pub(crate) const ADMIN_REQUEST: Duration = Duration::from_secs(10);

/// A listener with a limited number of places.
pub(super) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Bounded {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(ADMIN_CONNECTIONS)), patience: ADMIN_REQUEST }
    }
}

impl Listener for Bounded {
    type Io = Timed;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Timed, SocketAddr) {
        loop {
            // The place is taken before the connection is accepted, so that a waiting connection costs this process
            // no descriptor.
            let place = Arc::clone(&self.places).acquire_owned().await.ok();
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let asking = Some(Box::pin(sleep(self.patience)));
                    return (Timed { stream, asking, _place: place }, peer);
                }
                // The phones' port then lacks descriptors as well, and reports it.
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that has to ask in time. Once the answer has begun, the connection may last as long as its peer follows
/// the stream.
pub(super) struct Timed {
    stream: TcpStream,
    asking: Option<Pin<Box<Sleep>>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for Timed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(asking) = &mut self.asking
            && asking.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Timed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.asking = None;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn one_that_does_not_ask_is_cut_off_and_its_place_is_given_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut bounded = Bounded::new(listener);
        bounded.patience = Duration::from_millis(50);
        let mut phones = Vec::new();
        let mut taken = Vec::new();
        for _ in 0..ADMIN_CONNECTIONS {
            phones.push(TcpStream::connect(address).await.unwrap());
            taken.push(bounded.accept().await.0);
        }
        let _one_more = TcpStream::connect(address).await.unwrap();
        assert!(timeout(Duration::from_millis(20), bounded.accept()).await.is_err(), "there is no place");
        let (mut silent, mut answered) = (taken.pop().unwrap(), taken.pop().unwrap());
        answered.write_all(b"an answer").await.unwrap();
        let cut = silent.read_u8().await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
        assert!(timeout(Duration::from_millis(100), answered.read_u8()).await.is_err(), "it may follow");
        drop(silent);
        bounded.accept().await;
    }
}
