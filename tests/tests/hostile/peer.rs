//! A hostile peer's access to a relay: TCP from an address of its choice, and a channel that it can misuse.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use pillarbox_crypto::SigningSecret;
use pillarbox_testkit::frames;
use pillarbox_testkit::link::{self, Link};
use pillarbox_transport::{Channel, HandshakeError, RelayAddress};
use pillarbox_wire::{ClientFrame, DeviceAddress, Ping, RelayFrame, RequestId};
use tokio::net::{TcpSocket, TcpStream};

use super::relay::RelayProcess;

/// A relay as a hostile peer knows it.
#[derive(Clone)]
pub(crate) struct Front {
    address: RelayAddress,
    pub(crate) admin: SocketAddr,
    pub(crate) token: String,
}

impl Front {
    pub(crate) fn of(relay: &RelayProcess) -> Self {
        Self { address: relay.address.parse().unwrap(), admin: relay.admin, token: relay.token() }
    }

    /// Opens a TCP connection from 127.0.0.`from`.
    pub(crate) async fn dial(&self, from: u8) -> io::Result<TcpStream> {
        self.dial_with(from, None).await
    }

    /// Opens a TCP connection that buffers at most `buffer` bytes that its owner does not read.
    pub(crate) async fn dial_with(&self, from: u8, buffer: Option<u32>) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, from), 0).into())?;
        if let Some(bytes) = buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.connect(link::socket(&self.address)).await
    }

    /// Performs the handshake over a TCP connection.
    pub(crate) async fn secure(&self, stream: TcpStream) -> Result<Channel<TcpStream>, HandshakeError> {
        // The generator belongs to this thread and must not be held across the wait.
        let handshake = pillarbox_transport::connect(stream, self.address.key(), &mut rand::rng());
        handshake.await
    }

    /// Opens a connection from 127.0.0.`from` that the relay has welcomed.
    pub(crate) async fn link(&self, from: u8) -> Link {
        self.welcomed(self.dial(from).await.unwrap()).await
    }

    pub(crate) async fn welcomed(&self, stream: TcpStream) -> Link {
        Link::welcomed(stream, &self.address).await
    }
}

/// Registers an account that is derived from a number. The same number yields the same account.
pub(crate) async fn register(link: &mut Link, number: u32) -> RelayFrame {
    let frame = registration(number, &link.handshake_hash);
    link.try_ask(&frame).await.expect("an answer")
}

pub(crate) async fn authenticate(link: &mut Link, number: u32, address: DeviceAddress) {
    link.send(frames::authenticate(&device_key(number), address, &link.handshake_hash, RequestId(1))).await;
}

pub(crate) fn ping() -> ClientFrame {
    ClientFrame::Ping(Ping { request: RequestId(1) })
}

pub(crate) fn submission(to: DeviceAddress, len: usize) -> ClientFrame {
    frames::submission(RequestId(1), to, None, &vec![0x41; len])
}

fn device_key(number: u32) -> SigningSecret {
    let mut seed = [0xb5; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningSecret::from_bytes(seed)
}

/// Builds a registration that a relay accepts, because it uses none of these keys.
fn registration(number: u32, handshake_hash: &[u8; 32]) -> ClientFrame {
    let key = device_key(number);
    frames::filled_registration(&key, *key.public().as_bytes(), 0xb5, None, handshake_hash, RequestId(1))
}

/// Creates the async runtime of a hostile peer.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
