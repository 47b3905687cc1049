//! The two halves of a channel: one receives frames, one sends them. They share no state that
//! changes, so each can be held by a task of its own or both by one `select!`.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Poll, ready};

use pillarbox_wire::Encoded;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::record::{OpenError, Opener, SealError, Sealer};
use crate::unread::Unread;

/// Bytes asked of the stream at once: most records whole, with one system call. The place for them
/// is on the stack for the length of one poll, so a connection that waits holds none of it.
const READ_LEN: usize = 16 * 1024;

/// Why no frame was received. The channel is of no more use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// What came is not what the other side may send.
    #[error(transparent)]
    Record(#[from] OpenError),
    /// The stream ended inside a record.
    #[error("the connection ended in the middle of a record")]
    Truncated,
    /// Reading failed.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
}

/// Why frames were not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError {
    /// They could not be sealed; the channel is as before.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Writing failed; the channel is of no more use.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
}

/// The receiving half.
///
/// Invariants: a cancelled [`receive`](Self::receive) loses nothing; while it waits between records
/// it holds no buffer, and otherwise at most one record, sealed and opened, and one read of 16 KiB.
pub struct Reader<R> {
    stream: R,
    opener: Opener,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Receives from `stream`, the bytes of which `opener` can open.
    #[must_use]
    pub fn new(stream: R, opener: Opener) -> Self {
        Self { stream, opener }
    }

    /// The next frame; none when the stream ended between two records. Cancel-safe.
    ///
    /// An end between records may still be the work of somebody on the wire: Noise does not
    /// authenticate the end of a stream. A relay that ends a connection says goodbye in a frame.
    ///
    /// # Errors
    /// What stands in [`ReceiveError`].
    pub async fn receive<T: Encoded>(&mut self) -> Result<Option<T>, ReceiveError> {
        loop {
            if let Some(frame) = self.opener.next_frame()? {
                return Ok(Some(frame));
            }
            if self.read().await? == 0 {
                return if self.opener.is_idle() { Ok(None) } else { Err(ReceiveError::Truncated) };
            }
        }
    }

    /// Whether nothing has come that [`receive`](Self::receive) has not given yet, not even a part of a record.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.opener.is_idle()
    }

    async fn read(&mut self) -> Result<usize, ReceiveError> {
        poll_fn(|context| {
            let mut place = [MaybeUninit::uninit(); READ_LEN];
            let mut buffer = ReadBuf::uninit(&mut place);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            read.map_err(|error| ReceiveError::Io(error.kind()))?;
            self.opener.feed(buffer.filled());
            Poll::Ready(Ok(buffer.filled().len()))
        })
        .await
    }
}

/// The sending half.
///
/// Invariants: records leave in the order they were sealed in, whole. A cancelled
/// [`send`](Self::send) leaves its rest here, and the next one finishes it first.
pub struct Writer<W> {
    stream: W,
    sealer: Sealer,
    unsent: Unread,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Sends to `stream` what `sealer` seals.
    #[must_use]
    pub fn new(stream: W, sealer: Sealer) -> Self {
        Self { stream, sealer, unsent: Unread::default() }
    }

    /// Sends frames, packed into as few records as hold them, with one write.
    ///
    /// Not to be repeated after being cancelled: the frames are sealed and will go out with the
    /// next [`send`](Self::send) or [`flush`](Self::flush).
    ///
    /// # Errors
    /// What stands in [`SendError`].
    pub async fn send<'a, T: Encoded + 'a>(
        &mut self,
        frames: impl IntoIterator<Item = &'a T>,
    ) -> Result<(), SendError> {
        let records = self.sealer.seal(frames)?;
        if self.unsent.is_empty() {
            self.unsent = Unread::from(records);
        } else {
            self.unsent.push(&records);
        }
        self.flush().await
    }

    /// Sends what a cancelled [`send`](Self::send) left. Cancel-safe.
    ///
    /// # Errors
    /// [`SendError::Io`].
    pub async fn flush(&mut self) -> Result<(), SendError> {
        while !self.unsent.is_empty() {
            match self.stream.write(self.unsent.rest()).await {
                Ok(0) => return Err(SendError::Io(io::ErrorKind::WriteZero)),
                Ok(count) => self.unsent.advance(count),
                Err(error) => return Err(SendError::Io(error.kind())),
            }
        }
        self.stream.flush().await.map_err(|error| SendError::Io(error.kind()))
    }

    /// Sends what is left and ends this direction of the stream.
    ///
    /// # Errors
    /// [`SendError::Io`].
    pub async fn close(&mut self) -> Result<(), SendError> {
        self.flush().await?;
        self.stream.shutdown().await.map_err(|error| SendError::Io(error.kind()))
    }
}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl<W> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}
