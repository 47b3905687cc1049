//! Phones over real TCP that know their keys and no sessions.

use std::net::SocketAddr;

use pillarbox_crypto::SigningSecret;
use pillarbox_transport::{Reader, RelayAddress, Writer};
use pillarbox_wire::{Acknowledge, ClientFrame, Deliver, DeviceAddress, MessageId, RelayFrame, RequestId};
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{PATIENCE, frames};

/// Returns the socket at which a relay listens, whose host is an address.
#[must_use]
pub fn socket(address: &RelayAddress) -> SocketAddr {
    SocketAddr::new(address.host().parse().unwrap(), address.port())
}

/// One connection to a relay, after its Welcome frame.
pub struct Link {
    /// The receiving half.
    pub reader: Reader<ReadHalf<TcpStream>>,
    /// The sending half.
    pub writer: Writer<WriteHalf<TcpStream>>,
    /// The hash that a device signs to name itself.
    pub handshake_hash: [u8; 32],
    next_request: u32,
}

impl Link {
    /// Opens a connection, and reads the relay's welcome frame.
    pub async fn open(address: &RelayAddress) -> Self {
        let stream = TcpStream::connect(socket(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::welcomed(stream, address).await
    }

    /// Performs the handshake over a TCP connection, and reads the relay's welcome frame.
    pub async fn welcomed(stream: TcpStream, address: &RelayAddress) -> Self {
        let mut link = Self::secure(stream, address).await;
        let welcome = link.receive().await;
        assert!(matches!(welcome, Some(RelayFrame::Welcome(_))), "{welcome:?}");
        link
    }

    /// Performs the handshake over a TCP connection.
    pub async fn secure(stream: TcpStream, address: &RelayAddress) -> Self {
        // The random generator belongs to this thread and must not be held across an `await`.
        let handshake = pillarbox_transport::connect(stream, address.key(), &mut rand::rng());
        let channel = handshake.await.unwrap();
        let handshake_hash = *channel.handshake_hash();
        let (reader, writer) = channel.split();
        Self { reader, writer, handshake_hash, next_request: 1 }
    }

    /// Returns a number for the next request.
    pub fn request(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: ClientFrame) {
        self.writer.send([&frame]).await.unwrap();
    }

    /// Returns the next frame, or nothing at the end of the connection, however it ended.
    pub async fn receive_if_any(&mut self) -> Option<RelayFrame> {
        timeout(PATIENCE, self.reader.receive()).await.expect("the relay says nothing").unwrap_or(None)
    }

    /// Sends a frame, and returns the answer if the connection lasts that long.
    pub async fn try_ask(&mut self, frame: &ClientFrame) -> Option<RelayFrame> {
        self.writer.send([frame]).await.ok()?;
        self.receive_if_any().await
    }

    /// Returns the next frame, or nothing at an orderly end.
    pub async fn receive(&mut self) -> Option<RelayFrame> {
        timeout(PATIENCE, self.reader.receive()).await.expect("the relay says nothing").unwrap()
    }

    /// Sends a frame, and returns the answer.
    pub async fn ask(&mut self, frame: ClientFrame) -> RelayFrame {
        self.send(frame).await;
        self.receive().await.expect("an answer")
    }

    /// Registers an account whose keys are derived from a seed.
    pub async fn register(&mut self, seed: u8, handle: Option<&str>) -> LinkedPhone {
        let request = self.request();
        let answer = self.ask(frames::plain_registration(seed, handle, &self.handshake_hash, request)).await;
        let RelayFrame::Registered(registered) = answer else { panic!("{answer:?}") };
        LinkedPhone { key: frames::device_key(seed), address: registered.address }
    }

    /// Authenticates this connection, and returns how many messages wait.
    pub async fn authenticate(&mut self, phone: &LinkedPhone) -> u32 {
        let request = self.request();
        let frame = frames::authenticate(&phone.key, phone.address, &self.handshake_hash, request);
        let answer = self.ask(frame).await;
        let RelayFrame::Authenticated(authenticated) = answer else { panic!("{answer:?}") };
        authenticated.waiting
    }

    /// Submits a message, and returns the answer.
    pub async fn submit(&mut self, to: DeviceAddress, payload: &[u8]) -> RelayFrame {
        let request = self.request();
        self.ask(frames::submission(request, to, None, payload)).await
    }

    /// Waits for a message.
    pub async fn delivery(&mut self) -> Deliver {
        let frame = self.receive().await;
        let Some(RelayFrame::Deliver(deliver)) = frame else { panic!("{frame:?}") };
        deliver
    }

    /// Acknowledges messages.
    pub async fn acknowledge(&mut self, messages: &[MessageId]) {
        self.send(ClientFrame::Acknowledge(Acknowledge { messages: messages.to_vec() })).await;
    }
}

/// A registered phone that knows its device key and its address.
pub struct LinkedPhone {
    /// The key that names the device on its connections.
    pub key: SigningSecret,
    /// The address that the relay gave out.
    pub address: DeviceAddress,
}
