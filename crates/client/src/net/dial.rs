//! One connection to the relay: opened, and held in one of three states.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;

use pillarbox_transport::{Reader, RelayAddress, Writer, connect, timeouts};
use pillarbox_wire::RelayFrame;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::CryptoRng;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use super::error::NetError;

type Dialling = Pin<Box<dyn Future<Output = Result<Open, NetError>> + Send>>;

/// A connection whose handshake is done.
pub(super) struct Open {
    pub(super) handshake_hash: [u8; 32],
    pub(super) reader: Reader<ReadHalf<TcpStream>>,
    pub(super) writer: Writer<WriteHalf<TcpStream>>,
    /// When something last came.
    pub(super) heard: Instant,
    /// Since when an answer is waited for in vain.
    pub(super) unanswered: Option<Instant>,
}

/// One of the two connections, as far as it goes.
pub(super) enum Line {
    /// Not connected; not tried again before then.
    Down(Instant),
    /// Being opened. The attempt lives here, so that whoever waits for it may stop waiting and come back.
    Dialling(Dialling),
    /// Open.
    Up(Box<Open>),
}

/// What happens on a line.
pub(super) enum Happening {
    Opened(Box<Open>),
    Frame(RelayFrame),
    Failed(NetError),
}

impl Line {
    pub(super) fn dial(address: &RelayAddress, rng: &mut impl CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self::Dialling(Box::pin(open(address.clone(), StdRng::from_seed(seed))))
    }

    /// The next thing that happens. Cancel-safe. A line that is down waits for ever.
    pub(super) async fn happening(&mut self) -> Happening {
        match self {
            Self::Down(_) => pending().await,
            Self::Dialling(attempt) => match attempt.await {
                Ok(open) => Happening::Opened(Box::new(open)),
                Err(error) => Happening::Failed(error),
            },
            Self::Up(open) => {
                let patience = match open.unanswered {
                    Some(since) => since + timeouts::ANSWER,
                    None => open.heard + timeouts::IDLE,
                };
                tokio::select! {
                    received = open.reader.receive() => match received {
                        Ok(Some(frame)) => Happening::Frame(frame),
                        Ok(None) => Happening::Failed(NetError::Lost),
                        Err(error) => Happening::Failed(error.into()),
                    },
                    () = sleep_until(patience) => Happening::Failed(NetError::Silent),
                }
            }
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
    let channel = connect(stream, address.key(), &mut rng).await?;
    let handshake_hash = *channel.handshake_hash();
    let (reader, writer) = channel.split();
    Ok(Open { handshake_hash, reader, writer, heard: Instant::now(), unanswered: None })
}
