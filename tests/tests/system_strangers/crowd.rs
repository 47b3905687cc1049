//! Throw-away accounts. Each is registered over TCP by hand, says one thing to one person, and disconnects.

use pillarbox_client::body::{Body, Content, Text};
use pillarbox_client::net::now;
use pillarbox_client::{BodyId, Invitation};
use pillarbox_crypto::labels::DELIVERY_KEY;
use pillarbox_crypto::{IdentityPublic, IdentitySecret, Padding, SigningSecret, kdf};
use pillarbox_session::{Conversation, KemPreKeySecret, SignedPreKeySecret};
use pillarbox_testkit::PATIENCE;
use pillarbox_transport::{Reader, RelayAddress, Writer, sign_handshake};
use pillarbox_wire::{
    Bytes, ClientFrame, DeviceAddress, DeviceId, FetchBundles, FixedBytes, IdentityKey, PreKeyId,
    PreKeyUpload, Register, RelayFrame, RequestId, Submit, encode,
};
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::timeout;

const REQUEST: RequestId = RequestId(1);

/// The message of a throw-away account.
pub(crate) enum Said {
    /// Bytes that are not a message.
    Garbage(Vec<u8>),
    /// A first message that opens.
    Text(String),
}

/// Registers one new account for each message, and lets it send the message to the owner of an invitation. The delivery
/// key is not used.
pub(crate) fn crowd(relay: &str, invitation: &str, says: impl IntoIterator<Item = Said>) {
    let (relay, whom): (RelayAddress, Invitation) = (relay.parse().unwrap(), invitation.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for said in says {
            write(&relay, &whom, said).await;
        }
    });
}

async fn write(relay: &RelayAddress, whom: &Invitation, said: Said) {
    let stream = TcpStream::connect((relay.host(), relay.port())).await.unwrap();
    let channel = pillarbox_transport::connect(stream, relay.key(), &mut rand::rng()).await.unwrap();
    let identity = IdentitySecret::generate(&mut rand::rng());
    let registration = registration(&identity, channel.handshake_hash());
    let (reader, writer) = channel.split();
    let mut line = Line { reader, writer };
    assert!(matches!(line.receive().await, RelayFrame::Welcome(_)));
    assert!(matches!(line.ask(registration).await, RelayFrame::Registered(_)));
    let payload = match said {
        Said::Garbage(bytes) => bytes,
        Said::Text(text) => first_message(&mut line, &identity, whom, text).await,
    };
    let to = DeviceAddress { account: whom.account, device: DeviceId::FIRST };
    let submit = Submit { request: REQUEST, to, delivery_key: None, payload: Bytes(payload) };
    let answer = line.ask(ClientFrame::Submit(submit)).await;
    assert!(matches!(answer, RelayFrame::Accepted(_)), "{answer:?}");
}

struct Line {
    reader: Reader<ReadHalf<TcpStream>>,
    writer: Writer<WriteHalf<TcpStream>>,
}

impl Line {
    async fn receive(&mut self) -> RelayFrame {
        timeout(PATIENCE, self.reader.receive()).await.unwrap().unwrap().unwrap()
    }

    async fn ask(&mut self, frame: ClientFrame) -> RelayFrame {
        self.writer.send([&frame]).await.unwrap();
        self.receive().await
    }
}

async fn first_message(
    line: &mut Line,
    identity: &IdentitySecret,
    whom: &Invitation,
    text: String,
) -> Vec<u8> {
    let fetch = FetchBundles { request: REQUEST, account: whom.account, delivery_key: None };
    let answer = line.ask(ClientFrame::FetchBundles(fetch)).await;
    let RelayFrame::Bundles(bundles) = answer else { panic!("{answer:?}") };
    let key = &bundles.identity;
    let theirs = IdentityPublic::from_parts(key.signing.0, key.agreement.0, key.cross_signature.0).unwrap();
    let mut rng = rand::rng();
    let begun = Conversation::initiate(&mut rng, identity, &theirs, &bundles.devices[0], now()).unwrap();
    let id = BodyId::generate(&mut rng);
    let content = Content::Text(Text { id, sent_at: now(), text, expires_after: None });
    let body = encode(&Body { introduction: None, content }).unwrap();
    begun.encrypt(&body, Padding::Padme).unwrap().0
}

fn registration(identity: &IdentitySecret, handshake_hash: &[u8; 32]) -> ClientFrame {
    let mut rng = rand::rng();
    let device = SigningSecret::generate(&mut rng);
    let signed = SignedPreKeySecret::generate(PreKeyId(1), identity, &mut rng).public();
    let last_resort = KemPreKeySecret::generate(PreKeyId(2), identity, &mut rng).public();
    let public = identity.public();
    ClientFrame::Register(Box::new(Register {
        request: REQUEST,
        handle: None,
        identity: IdentityKey {
            signing: FixedBytes(*public.signing().as_bytes()),
            agreement: FixedBytes(*public.agreement().as_bytes()),
            cross_signature: FixedBytes(*public.cross_signature().as_bytes()),
        },
        device_key: FixedBytes(*device.public().as_bytes()),
        delivery_verifier: FixedBytes(kdf::hash(DELIVERY_KEY, &[&[1; 32]])),
        prekeys: PreKeyUpload {
            signed: Some(signed),
            last_resort: Some(last_resort),
            ..PreKeyUpload::default()
        },
        signature: sign_handshake(&device, handshake_hash),
    }))
}
