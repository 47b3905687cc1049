//! A recorder on the wire. Phones connect to it instead of to the relay, and it keeps every byte and passes it on.
//!
//! The recorder has the same view as an observer on the network: the bytes of each connection in both directions,
//! and nothing that shows their meaning.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The number of bytes passed on at a time.
const PIECE: usize = 16 * 1024;

/// The bytes of one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The bytes that the phone sent.
    pub up: Vec<u8>,
    /// The bytes that the relay sent.
    pub down: Vec<u8>,
}

/// A listener that records. Its connections end with it.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    recordings: Arc<Mutex<Vec<Recording>>>,
    listening: JoinHandle<()>,
}

impl Recorder {
    /// Listens on a free port of this computer for connections to `relay`.
    ///
    /// # Errors
    /// The system's error if there is no port.
    pub async fn start(relay: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let recordings = Arc::new(Mutex::new(Vec::new()));
        let listening = tokio::spawn(listen(listener, relay, Arc::clone(&recordings)));
        Ok(Self { address, recordings, listening })
    }

    /// Returns the address to connect to.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the recordings until now: every connection, in the order in which they were made.
    #[must_use]
    pub fn recordings(&self) -> Vec<Recording> {
        self.recordings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// The direction of bytes on a connection.
#[derive(Clone, Copy)]
enum Direction {
    /// To the relay.
    Up,
    /// To the phone.
    Down,
}

type Shared = Arc<Mutex<Vec<Recording>>>;

async fn listen(listener: TcpListener, relay: SocketAddr, recordings: Shared) {
    // A phone whose connection is refused here reports the refusal, and nobody else needs to know.
    while let Ok((phone, _)) = listener.accept().await {
        let Ok(relay) = TcpStream::connect(relay).await else { continue };
        // Delays on the way would make the phones wait for each other.
        if phone.set_nodelay(true).and_then(|()| relay.set_nodelay(true)).is_err() {
            continue;
        }
        let number = {
            let mut recordings = recordings.lock().unwrap_or_else(PoisonError::into_inner);
            recordings.push(Recording::default());
            recordings.len() - 1
        };
        let (from_phone, to_phone) = phone.into_split();
        let (from_relay, to_relay) = relay.into_split();
        tokio::spawn(pass(from_phone, to_relay, Arc::clone(&recordings), number, Direction::Up));
        tokio::spawn(pass(from_relay, to_phone, Arc::clone(&recordings), number, Direction::Down));
    }
}

/// Records first and then passes on, so that everything the other end has seen is recorded.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    recordings: Shared,
    number: usize,
    way: Direction,
) {
    let mut piece = vec![0; PIECE];
    // A connection that breaks has ended, for both of its ends.
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let bytes = piece.get(..count).unwrap_or_default();
        if let Some(recording) = recordings.lock().unwrap_or_else(PoisonError::into_inner).get_mut(number) {
            let side = match way {
                Direction::Up => &mut recording.up,
                Direction::Down => &mut recording.down,
            };
            side.extend_from_slice(bytes);
        }
        if to.write_all(bytes).await.is_err() {
            break;
        }
    }
    // The end is passed on too. A peer that has disconnected already does not need it.
    let _ = to.shutdown().await;
}
