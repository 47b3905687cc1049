//! The two halves of a channel: one receives frames, one sends them. They share no state that changes, so each can
//! have its own task, or one `select!` can hold both.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Poll, ready};

use pillarbox_wire::Encoded;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::record::{Opener, RecordOpenError, RecordSealError, Sealer};
use crate::unread::Unread;

/// Bytes read from the stream at once. Most records fit whole into one system call. The buffer is on the stack for
/// the length of one poll, so a waiting connection holds none of it.
const READ_LEN: usize = 16 * 1024;

/// Reasons that no frame was received. The channel is no longer usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The received bytes are not valid records.
    #[error(transparent)]
    Record(#[from] RecordOpenError),
    /// The stream ended inside a record.
    #[error("the connection ended in the middle of a record")]
    Truncated,
    /// Reading from the stream failed.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
}

/// Reasons that frames were not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError {
    /// The frames could not be sealed. The channel is unchanged.
    #[error(transparent)]
    Seal(#[from] RecordSealError),
    /// Writing to the stream failed. The channel is no longer usable.
    #[error("the connection failed: {0}")]
    Io(io::ErrorKind),
}

/// The receiving half.
///
/// Invariants: a cancelled [`receive`](Self::receive) loses nothing; while it waits between records it owns no
/// buffer, and otherwise at most one record, sealed and opened, and one read of 16 KiB.
pub struct Reader<R> {
    stream: R,
    opener: Opener,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Creates the half that receives from `stream`, whose bytes `opener` can open.
    #[must_use]
    pub fn new(stream: R, opener: Opener) -> Self {
        Self { stream, opener }
    }

    /// Receives the next frame, or `None` when the stream ended between two records. Cancel-safe.
    ///
    /// Somebody on the wire can end the stream between two records, because Noise does not authenticate the end of a
    /// stream. So a relay that ends a connection says goodbye in a frame.
    ///
    /// # Errors
    /// See [`ReceiveError`].
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

    /// Returns true if [`receive`](Self::receive) has returned every frame that arrived, and no part of a record is
    /// waiting.
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
/// Invariants: records are written whole, in the order in which they were sealed. A cancelled [`send`](Self::send)
/// leaves its unsent bytes here, and the next call sends them first.
pub struct Writer<W> {
    stream: W,
    sealer: Sealer,
    unsent: Unread,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Creates the half that sends to `stream` the records of `sealer`.
    #[must_use]
    pub fn new(stream: W, sealer: Sealer) -> Self {
        Self { stream, sealer, unsent: Unread::default() }
    }

    /// Sends frames, packed into as few records as possible, with one write.
    ///
    /// Do not repeat a cancelled call: the frames are sealed and will be sent with the next [`send`](Self::send) or
    /// [`flush`](Self::flush).
    ///
    /// # Errors
    /// See [`SendError`].
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

    /// Sends the rest of a cancelled [`send`](Self::send). Cancel-safe.
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

    /// Sends the rest of a cancelled [`send`](Self::send) and ends this direction of the stream.
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
