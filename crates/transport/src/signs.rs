//! Signs of life: the times at which bytes last passed over a stream. A slow line is not a dead one: a single
//! record may take minutes on a slow line.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, timeout_at};

/// The times at which bytes last passed in each direction, in milliseconds since the stream was opened.
#[derive(Debug)]
pub struct Signs {
    opened: Instant,
    came: AtomicU64,
    went: AtomicU64,
}

impl Signs {
    /// Returns the time at which bytes were last received.
    #[must_use]
    pub fn came(&self) -> Instant {
        self.opened + Duration::from_millis(self.came.load(Ordering::Relaxed))
    }

    /// Returns the time at which bytes last went out, at least into the system's buffers.
    #[must_use]
    pub fn went(&self) -> Instant {
        self.opened + Duration::from_millis(self.went.load(Ordering::Relaxed))
    }

    /// Waits for a write to end, as long as bytes keep going out.
    ///
    /// # Errors
    /// [`Stalled`] once no bytes have been sent for as long as `most`.
    pub async fn write_in_time<T>(
        &self,
        most: Duration,
        write: impl Future<Output = T>,
    ) -> Result<T, Stalled> {
        let (begun, mut write) = (Instant::now(), pin!(write));
        loop {
            let stalled_at = begun.max(self.went()) + most;
            match timeout_at(stalled_at, &mut write).await {
                Ok(written) => return Ok(written),
                Err(_) if begun.max(self.went()) + most > stalled_at => {}
                Err(_) => return Err(Stalled),
            }
        }
    }

    fn note(&self, when: &AtomicU64) {
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        when.store(now, Ordering::Relaxed);
    }
}

/// A write made no progress for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other end takes nothing")]
pub struct Stalled;

/// A stream that notes its signs of life.
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    signs: Arc<Signs>,
}

impl<S> Watched<S> {
    /// Wraps a stream, and returns it with the shared record of its signs.
    pub fn new(stream: S) -> (Self, Arc<Signs>) {
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
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::{advance, sleep};

    use super::*;

    const MOST: Duration = Duration::from_secs(30);

    /// Writes `pieces` of 64 bytes to a reader that reads one piece after each `pause`, and no more than `most`
    /// pieces.
    async fn write(pieces: usize, pause: Duration, most: usize) -> (Result<(), Stalled>, Duration) {
        let (ours, mut theirs) = duplex(64);
        let (mut stream, signs) = Watched::new(ours);
        let begun = Instant::now();
        let reading = async {
            for _ in 0..most {
                sleep(pause).await;
                theirs.read_exact(&mut [0; 64]).await.unwrap();
            }
            sleep(Duration::from_secs(3_600)).await;
        };
        let bytes = vec![7; 64 * pieces];
        let outcome = tokio::select! {
            outcome = signs.write_in_time(MOST, stream.write_all(&bytes)) => outcome.map(Result::unwrap),
            () = reading => panic!("the write ends before that"),
        };
        (outcome, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_may_take_as_long_as_it_goes_on() {
        let (outcome, took) = write(21, Duration::from_secs(20), 20).await;
        assert_eq!(outcome, Ok(()));
        assert!(took >= Duration::from_secs(400), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_stalls_is_given_up() {
        let (outcome, took) = write(21, Duration::from_secs(20), 5).await;
        assert_eq!(outcome, Err(Stalled));
        let stalled = took - Duration::from_secs(100);
        assert!(stalled >= MOST && stalled < 2 * MOST, "{took:?}");
    }

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
