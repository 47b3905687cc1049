//! A phone over real TCP that knows its keys and nothing of sessions, shared by the tests of server and program.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "shared by tests that each use a part of it; a failed expectation is a failed test"
)]

use std::net::SocketAddr;
use std::time::Duration;

use pillarbox_crypto::SigningSecret;
use pillarbox_relay::server::{RelayServer, Running, ServerConfig};
use pillarbox_transport::{Reader, RelayAddress, Writer, sign_handshake};
use pillarbox_wire::{
    Acknowledge, Authenticate, Bytes, ClientFrame, Deliver, DeviceAddress, FixedBytes, Handle, IdentityKey,
    KemPreKey, MessageId, PreKeyId, PreKeyUpload, Register, RelayFrame, RequestId, SignedPreKey, Submit,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything here takes, so that a test that hangs fails instead.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub async fn start(config: ServerConfig) -> Running {
    RelayServer::start(config).await.unwrap()
}

pub fn socket(address: &RelayAddress) -> SocketAddr {
    SocketAddr::new(address.host().parse().unwrap(), address.port())
}

/// One connection to a relay, past its Welcome.
pub struct Link {
    pub reader: Reader<ReadHalf<TcpStream>>,
    pub writer: Writer<WriteHalf<TcpStream>>,
    pub handshake_hash: [u8; 32],
    next_request: u32,
}

impl Link {
    pub async fn open(address: &RelayAddress) -> Self {
        let stream = TcpStream::connect(socket(address)).await.unwrap();
        let mut link = Self::secure(stream, address).await;
        let welcome = link.receive().await;
        assert!(matches!(welcome, Some(RelayFrame::Welcome(_))), "{welcome:?}");
        link
    }

    pub async fn secure(stream: TcpStream, address: &RelayAddress) -> Self {
        stream.set_nodelay(true).unwrap();
        let channel = pillarbox_transport::connect(stream, address.key(), &mut rand::rng()).await.unwrap();
        let handshake_hash = *channel.handshake_hash();
        let (reader, writer) = channel.split();
        Self { reader, writer, handshake_hash, next_request: 1 }
    }

    pub fn request(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }

    pub async fn send(&mut self, frame: ClientFrame) {
        self.writer.send([&frame]).await.unwrap();
    }

    /// Returns the next frame; none at the end.
    pub async fn receive(&mut self) -> Option<RelayFrame> {
        timeout(PATIENCE, self.reader.receive()).await.expect("the relay says nothing").unwrap()
    }

    pub async fn ask(&mut self, frame: ClientFrame) -> RelayFrame {
        self.send(frame).await;
        self.receive().await.expect("an answer")
    }

    pub async fn register(&mut self, seed: u8, handle: Option<&str>) -> Phone {
        let request = self.request();
        let answer = self.ask(registration(seed, handle, &self.handshake_hash, request)).await;
        let RelayFrame::Registered(registered) = answer else { panic!("{answer:?}") };
        Phone { key: device_key(seed), address: registered.address }
    }

    /// Authenticates this connection, and returns how many messages wait.
    pub async fn authenticate(&mut self, phone: &Phone) -> u32 {
        let request = self.request();
        let signature = signed(&phone.key, &self.handshake_hash);
        let frame = ClientFrame::Authenticate(Authenticate { request, address: phone.address, signature });
        let answer = self.ask(frame).await;
        let RelayFrame::Authenticated(authenticated) = answer else { panic!("{answer:?}") };
        authenticated.waiting
    }

    pub async fn submit(&mut self, to: DeviceAddress, payload: &[u8]) -> RelayFrame {
        let request = self.request();
        self.ask(submission(request, to, payload)).await
    }

    pub async fn delivery(&mut self) -> Deliver {
        let frame = self.receive().await;
        let Some(RelayFrame::Deliver(deliver)) = frame else { panic!("{frame:?}") };
        deliver
    }

    pub async fn acknowledge(&mut self, messages: &[MessageId]) {
        self.send(ClientFrame::Acknowledge(Acknowledge { messages: messages.to_vec() })).await;
    }
}

/// A phone's knowledge of itself.
pub struct Phone {
    pub key: SigningSecret,
    pub address: DeviceAddress,
}

pub fn submission(request: RequestId, to: DeviceAddress, payload: &[u8]) -> ClientFrame {
    ClientFrame::Submit(Submit { request, to, delivery_key: None, payload: Bytes(payload.to_vec()) })
}

fn device_key(seed: u8) -> SigningSecret {
    SigningSecret::from_bytes([seed; 32])
}

fn signed(key: &SigningSecret, handshake_hash: &[u8; 32]) -> FixedBytes<64> {
    sign_handshake(key, handshake_hash)
}

/// Builds a registration that a relay takes: the relay opens none of these keys.
pub fn registration(
    seed: u8,
    handle: Option<&str>,
    handshake_hash: &[u8; 32],
    request: RequestId,
) -> ClientFrame {
    let key = device_key(seed);
    let fixed = FixedBytes([seed; 32]);
    let signature = FixedBytes([seed; 64]);
    ClientFrame::Register(Box::new(Register {
        request,
        handle: handle.map(|text| Handle::parse(text).unwrap()),
        identity: IdentityKey { signing: fixed, agreement: fixed, cross_signature: signature },
        device_key: FixedBytes(*key.public().as_bytes()),
        delivery_verifier: fixed,
        prekeys: PreKeyUpload {
            signed: Some(SignedPreKey { id: PreKeyId(1), key: fixed, signature }),
            last_resort: Some(KemPreKey {
                id: PreKeyId(1),
                key: Box::new(FixedBytes([seed; 1184])),
                signature,
            }),
            one_time: Vec::new(),
            one_time_kem: Vec::new(),
        },
        signature: signed(&key, handshake_hash),
    }))
}

/// Asks the admin port. Returns the status code and the body.
pub async fn get(address: SocketAddr, path: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Returns one of the relay's counters.
pub async fn metric(address: SocketAddr, name: &str) -> u64 {
    let (_, body) = get(address, "/metrics", "").await;
    let line = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
    line.parse().unwrap()
}

/// Waits until a counter is no longer zero.
pub async fn rises(address: SocketAddr, name: &str) {
    let risen = async {
        while metric(address, name).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, risen).await.unwrap_or_else(|_| panic!("{name} stays 0"));
}
