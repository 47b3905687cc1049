//! The channel over an asynchronous stream. It completes the handshake and then splits into two halves.
//!
//! This file moves bytes between a stream and the state machines of [`handshake`](crate::handshake) and
//! [`record`](crate::record), and watches the clock. The state machines decide everything else.

use std::fmt;
use std::future::Future;
use std::io;

use pillarbox_crypto::{AgreementPublic, AgreementSecret};
use rand_core::CryptoRng;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::timeout;

use crate::halves::{Reader, Writer};
use crate::handshake::{
    AwaitingAnswer, AwaitingOffer, Established, HandshakeError, HandshakeRefused, MESSAGE_LEN,
};
use crate::timeouts;
use crate::version::{Versions, may_begin_preamble};

/// A stream whose handshake is complete.
pub struct Channel<S> {
    stream: S,
    established: Established,
}

/// Runs the phone's side of the handshake with the relay that has the key `relay`, within [`timeouts::HANDSHAKE`].
///
/// Randomness is drawn at the call, so that the future does not borrow the generator.
///
/// # Errors
/// See [`HandshakeError`].
pub fn connect<S, R>(
    stream: S,
    relay: &AgreementPublic,
    rng: &mut R,
) -> impl Future<Output = Result<Channel<S>, HandshakeError>> + use<S, R>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: CryptoRng,
{
    let (state, offer) = AwaitingAnswer::begin(relay, Versions::SUPPORTED, rng);
    in_time(async move {
        let mut stream = stream;
        send(&mut stream, &offer).await?;
        let (state, opening) = state.answered(&receive_preamble(&mut stream).await?)?;
        send(&mut stream, &opening).await?;
        let established = state.replied(&receive_message(&mut stream).await?)?;
        Ok(Channel { stream, established })
    })
}

/// Runs the relay's side of the handshake with the phone that connected, within [`timeouts::HANDSHAKE`]. A phone that
/// the relay cannot serve is told so before the stream is closed.
///
/// Randomness is drawn at the call, so that the future does not borrow the generator.
///
/// # Errors
/// See [`HandshakeError`].
pub fn accept<S, R>(
    stream: S,
    relay: &AgreementSecret,
    rng: &mut R,
) -> impl Future<Output = Result<Channel<S>, HandshakeError>> + use<S, R>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: CryptoRng,
{
    let state = AwaitingOffer::begin(relay, Versions::SUPPORTED, rng);
    in_time(async move {
        let mut stream = stream;
        let offer = receive_preamble(&mut stream).await?;
        let (state, answer) = unless_refused(&mut stream, state.offered(&offer)).await?;
        send(&mut stream, &answer).await?;
        let opening = receive_message(&mut stream).await?;
        let (established, reply) = unless_refused(&mut stream, state.opened(&opening)).await?;
        send(&mut stream, &reply).await?;
        Ok(Channel { stream, established })
    })
}

impl<S> Channel<S> {
    /// Returns the hash of the handshake. A device signs it to name itself, and the signature is useless on another
    /// channel.
    #[must_use]
    pub fn handshake_hash(&self) -> &[u8; 32] {
        &self.established.handshake_hash
    }

    /// Returns the protocol version of this channel.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.established.version
    }

    /// Returns the stream and the state of the channel, for a caller that splits or drives the stream itself.
    #[must_use]
    pub fn into_parts(self) -> (S, Established) {
        (self.stream, self.established)
    }
}

impl<S: AsyncRead + AsyncWrite> Channel<S> {
    /// Splits the channel into two halves that work independently of each other.
    #[must_use]
    pub fn split(self) -> (Reader<ReadHalf<S>>, Writer<WriteHalf<S>>) {
        let Established { sealer, opener, .. } = self.established;
        let (read_half, write_half) = tokio::io::split(self.stream);
        (Reader::new(read_half, opener), Writer::new(write_half, sealer))
    }
}

impl<S> fmt::Debug for Channel<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Channel")
    }
}

async fn in_time<T>(handshake: impl Future<Output = Result<T, HandshakeError>>) -> Result<T, HandshakeError> {
    timeout(timeouts::HANDSHAKE, handshake).await.unwrap_or(Err(HandshakeError::TimedOut))
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), HandshakeError> {
    stream.write_all(bytes).await.map_err(failed)?;
    stream.flush().await.map_err(failed)
}

/// Returns the result of a step that succeeded. If the step failed, tells the phone about it.
async fn unless_refused<T>(
    stream: &mut (impl AsyncWrite + Unpin),
    step: Result<T, HandshakeRefused>,
) -> Result<T, HandshakeError> {
    let HandshakeRefused { farewell, reason } = match step {
        Ok(done) => return Ok(done),
        Err(refused) => refused,
    };
    // If telling the phone fails too, the caller still gets the reason for the refusal and not that second error.
    if send(stream, &farewell).await.is_ok() {
        stream.shutdown().await.map_err(|_| reason)?;
    }
    Err(reason)
}

/// Reads a preamble, and stops at the first byte that cannot be in a preamble at that position. A peer of another
/// protocol may send less than a preamble, or never end.
async fn receive_preamble<const LEN: usize>(
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<[u8; LEN], HandshakeError> {
    let mut preamble = [0; LEN];
    let mut filled = 0;
    while let Some(room) = preamble.get_mut(filled..).filter(|room| !room.is_empty()) {
        let count = stream.read(room).await.map_err(failed)?;
        if count == 0 {
            return Err(HandshakeError::Closed);
        }
        filled += count;
        if !preamble.get(..filled).is_some_and(may_begin_preamble) {
            return Err(HandshakeError::NotPillarbox);
        }
    }
    Ok(preamble)
}

async fn receive_message(stream: &mut (impl AsyncRead + Unpin)) -> Result<[u8; MESSAGE_LEN], HandshakeError> {
    let mut message = [0; MESSAGE_LEN];
    stream.read_exact(&mut message).await.map_err(failed)?;
    Ok(message)
}

/// Converts an error of the stream. Systems report in several ways that the other side disconnected; all of them
/// become one error for a person to read.
fn failed(error: io::Error) -> HandshakeError {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe => HandshakeError::Closed,
        kind => HandshakeError::Io(kind),
    }
}
