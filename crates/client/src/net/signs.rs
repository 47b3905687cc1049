//! Signs of life: when bytes last went over a stream. A slow line is no dead one, and one record may take minutes on it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// When bytes last went each way, in milliseconds since the stream was opened.
#[derive(Debug)]
pub(super) struct Signs {
    opened: Instant,
    came: AtomicU64,
    went: AtomicU64,
}

impl Signs {
    /// When bytes last came from the relay.
    pub(super) fn came(&self) -> Instant {
        self.opened + Duration::from_millis(self.came.load(Ordering::Relaxed))
    }

    /// When bytes last went to the relay, or into the system's hands at least.
    pub(super) fn went(&self) -> Instant {
        self.opened + Duration::from_millis(self.went.load(Ordering::Relaxed))
    }

    fn note(&self, when: &AtomicU64) {
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        when.store(now, Ordering::Relaxed);
    }
}

/// A stream that notes its signs of life.
pub(super) struct Watched<S> {
    stream: S,
    signs: Arc<Signs>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S) -> (Self, Arc<Signs>) {
        let signs =
            Arc::new(Signs { opened: Instant::now(), came: AtomicU64::new(0), went: AtomicU64::new(0) });
        (Self { stream, signs: Arc::clone(&signs) }, signs)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.signs.note(&self.signs.came);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        if written > 0 {
            self.signs.note(&self.signs.went);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_direction_has_its_own_time() {
        let (ours, mut theirs) = duplex(64);
        let begun = Instant::now();
        let (mut stream, signs) = Watched::new(ours);
        advance(Duration::from_secs(5)).await;
        assert_eq!((signs.came(), signs.went()), (begun, begun));
        stream.write_all(b"out").await.unwrap();
        assert_eq!((signs.came(), signs.went()), (begun, begun + Duration::from_secs(5)));
        advance(Duration::from_secs(2)).await;
        theirs.write_all(b"in").await.unwrap();
        let mut read = [0; 2];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!(signs.came(), begun + Duration::from_secs(7));
        assert_eq!(signs.went(), begun + Duration::from_secs(5));
        drop(theirs);
        advance(Duration::from_secs(2)).await;
        assert_eq!(stream.read(&mut read).await.unwrap(), 0);
        assert_eq!(signs.came(), begun + Duration::from_secs(7), "an end is no sign of life");
    }
}
