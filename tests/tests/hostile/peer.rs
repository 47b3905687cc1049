//! A hostile peer's access to a relay: TCP from an address of its choice, and a channel that it can misuse.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use pillarbox_crypto::SigningSecret;
use pillarbox_testkit::PATIENCE;
use pillarbox_transport::{Channel, HandshakeError, Reader, RelayAddress, Writer, sign_handshake};
use pillarbox_wire::{
    Authenticate, Bytes, ClientFrame, DeviceAddress, FixedBytes, IdentityKey, KemPreKey, Ping, PreKeyId,
    PreKeyUpload, Register, RelayFrame, RequestId, SignedPreKey, Submit,
};
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::relay::RelayProcess;

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
        let to = SocketAddr::new(self.address.host().parse().unwrap(), self.address.port());
        socket.connect(to).await
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
        let channel = self.secure(stream).await.unwrap();
        let handshake_hash = *channel.handshake_hash();
        let (reader, writer) = channel.split();
        let mut link = Link { reader, writer, handshake_hash };
        let first = link.receive().await;
        assert!(matches!(first, Some(RelayFrame::Welcome(_))), "{first:?}");
        link
    }
}

/// A connection that the relay has welcomed.
pub(crate) struct Link {
    pub(crate) reader: Reader<ReadHalf<TcpStream>>,
    pub(crate) writer: Writer<WriteHalf<TcpStream>>,
    handshake_hash: [u8; 32],
}

impl Link {
    /// Returns the next frame, or nothing at the end of the connection, however it ended.
    pub(crate) async fn receive(&mut self) -> Option<RelayFrame> {
        timeout(PATIENCE, self.reader.receive()).await.expect("the relay says nothing").unwrap_or(None)
    }

    pub(crate) async fn ask(&mut self, frame: &ClientFrame) -> Option<RelayFrame> {
        self.writer.send([frame]).await.ok()?;
        self.receive().await
    }

    /// Registers an account that is derived from a number. The same number gives the same account.
    pub(crate) async fn register(&mut self, number: u32) -> RelayFrame {
        let frame = registration(number, &self.handshake_hash);
        self.ask(&frame).await.expect("an answer")
    }

    pub(crate) async fn authenticate(&mut self, number: u32, address: DeviceAddress) {
        let signature = sign_handshake(&device_key(number), &self.handshake_hash);
        let frame = ClientFrame::Authenticate(Authenticate { request: RequestId(1), address, signature });
        self.writer.send([&frame]).await.unwrap();
    }
}

pub(crate) fn ping() -> ClientFrame {
    ClientFrame::Ping(Ping { request: RequestId(1) })
}

pub(crate) fn submission(to: DeviceAddress, len: usize) -> ClientFrame {
    let payload = Bytes(vec![0x41; len]);
    ClientFrame::Submit(Submit { request: RequestId(1), to, delivery_key: None, payload })
}

fn device_key(number: u32) -> SigningSecret {
    let mut seed = [0xb5; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningSecret::from_bytes(seed)
}

/// Builds a registration that a relay accepts, because it uses none of these keys.
fn registration(number: u32, handshake_hash: &[u8; 32]) -> ClientFrame {
    let key = device_key(number);
    let (fixed, signature) = (FixedBytes(*key.public().as_bytes()), FixedBytes([0xb5; 64]));
    let kem = Box::new(FixedBytes([0xb5; 1_184]));
    ClientFrame::Register(Box::new(Register {
        request: RequestId(1),
        handle: None,
        identity: IdentityKey { signing: fixed, agreement: fixed, cross_signature: signature },
        device_key: fixed,
        delivery_verifier: fixed,
        prekeys: PreKeyUpload {
            signed: Some(SignedPreKey { id: PreKeyId(1), key: fixed, signature }),
            last_resort: Some(KemPreKey { id: PreKeyId(1), key: kem, signature }),
            one_time: Vec::new(),
            one_time_kem: Vec::new(),
        },
        signature: sign_handshake(&key, handshake_hash),
    }))
}

/// Creates the async runtime of a hostile peer.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
