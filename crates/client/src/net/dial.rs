//! One connection to the relay, in one of three states.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use pillarbox_transport::{Reader, RelayAddress, Signs, Stalled, Watched, Writer, connect, timeouts};
use pillarbox_wire::RelayFrame;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::CryptoRng;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use super::error::NetError;

type Dialling = Pin<Box<dyn Future<Output = Result<Open, NetError>> + Send>>;

/// A connection whose handshake is complete.
pub(super) struct Open {
    pub(super) handshake_hash: [u8; 32],
    pub(super) reader: Reader<ReadHalf<Watched<TcpStream>>>,
    pub(super) writer: Writer<WriteHalf<Watched<TcpStream>>>,
    /// Times at which bytes were last received and sent.
    pub(super) signs: Arc<Signs>,
    /// Start of the wait for an answer that has not arrived.
    pub(super) unanswered: Option<Instant>,
}

impl Open {
    /// Returns the time at which the relay is considered dead, unless bytes arrive before.
    fn dead_at(&self) -> Instant {
        match self.unanswered {
            Some(since) => since.max(self.signs.came()) + timeouts::ANSWER,
            None => self.signs.came() + timeouts::IDLE,
        }
    }

    /// Returns true if no bytes have passed in one of the two directions for so long that a ping is due.
    pub(super) fn is_quiet(&self) -> bool {
        self.signs.came().min(self.signs.went()).elapsed() >= timeouts::PING_INTERVAL
    }

    /// Waits for a write as long as bytes keep going out.
    pub(super) async fn in_time<E: Into<NetError>>(
        signs: &Signs,
        write: impl Future<Output = Result<(), E>>,
    ) -> Result<(), NetError> {
        match signs.write_in_time(timeouts::STALLED_WRITE, write).await {
            Ok(written) => written.map_err(Into::into),
            Err(Stalled) => Err(NetError::Silent),
        }
    }
}

/// The state of one of the two connections.
pub(super) enum LinkState {
    /// Not connected; not tried again before this time.
    Down(Instant),
    /// Connecting. The attempt is stored here, so that a caller may stop waiting and resume.
    Dialling(Dialling),
    /// Connected.
    Up(Box<Open>),
}

/// An event on a connection.
pub(super) enum LinkEvent {
    Opened(Box<Open>),
    Frame(RelayFrame),
    Failed(NetError),
}

impl LinkState {
    pub(super) fn dial(address: &RelayAddress, rng: &mut impl CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self::Dialling(Box::pin(open(address.clone(), StdRng::from_seed(seed))))
    }

    /// Returns the next event. Cancel-safe. A connection that is down waits for ever.
    pub(super) async fn next_event(&mut self) -> LinkEvent {
        match self {
            Self::Down(_) => pending().await,
            Self::Dialling(attempt) => match attempt.await {
                Ok(open) => LinkEvent::Opened(Box::new(open)),
                Err(error) => LinkEvent::Failed(error),
            },
            Self::Up(open) => loop {
                let dead_at = open.dead_at();
                tokio::select! {
                    received = open.reader.receive() => return match received {
                        Ok(Some(frame)) => LinkEvent::Frame(frame),
                        Ok(None) => LinkEvent::Failed(NetError::Lost),
                        Err(error) => LinkEvent::Failed(error.into()),
                    },
                    // Part of a frame may have arrived meanwhile.
                    () = sleep_until(dead_at) => if open.dead_at() <= dead_at {
                        return LinkEvent::Failed(NetError::Silent);
                    },
                }
            },
        }
    }
}

async fn open(address: RelayAddress, mut rng: StdRng) -> Result<Open, NetError> {
    let dial = TcpStream::connect((address.host(), address.port()));
    let stream = match timeout(timeouts::CONNECT, dial).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(NetError::Unreachable(error.kind())),
        Err(_) => return Err(NetError::Unreachable(io::ErrorKind::TimedOut)),
    };
    // Frames are written whole; holding back a small one would only delay a person's message.
    stream.set_nodelay(true).map_err(|error| NetError::Unreachable(error.kind()))?;
    let (stream, signs) = Watched::new(stream);
    let channel = connect(stream, address.key(), &mut rng).await?;
    let handshake_hash = *channel.handshake_hash();
    let (reader, writer) = channel.split();
    Ok(Open { handshake_hash, reader, writer, signs, unanswered: None })
}
