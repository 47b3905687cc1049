//! Throw-away accounts. Each is registered over TCP by hand, sends one text to one person, and disconnects.

use pillarbox_client::body::{Body, Content, Text};
use pillarbox_client::net::now;
use pillarbox_client::{BodyId, Invitation};
use pillarbox_crypto::{IdentitySecret, Padding, SigningSecret};
use pillarbox_session::Conversation;
use pillarbox_testkit::frames::{identity_public, session_registration};
use pillarbox_testkit::link::Link;
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{
    Bytes, ClientFrame, DeviceAddress, DeviceId, FetchBundles, RelayFrame, RequestId, Submit, encode,
};

const REQUEST: RequestId = RequestId(1);

/// The message of a throw-away account.
pub(crate) enum Said {
    /// Bytes that are not a message.
    Garbage(Vec<u8>),
    /// A first message that opens.
    Text(String),
}

/// Registers one new account for each message, and has it send the message to the owner of an invitation. The
/// delivery key is not used.
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
    let mut line = Link::open(relay).await;
    let identity = IdentitySecret::generate(&mut rand::rng());
    let device = SigningSecret::generate(&mut rand::rng());
    let registration = session_registration(&identity, &device, None, &line.handshake_hash, &mut rand::rng());
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

async fn first_message(
    line: &mut Link,
    identity: &IdentitySecret,
    whom: &Invitation,
    text: String,
) -> Vec<u8> {
    let fetch = FetchBundles { request: REQUEST, account: whom.account, delivery_key: None };
    let answer = line.ask(ClientFrame::FetchBundles(fetch)).await;
    let RelayFrame::Bundles(bundles) = answer else { panic!("{answer:?}") };
    let theirs = identity_public(&bundles.identity);
    let mut rng = rand::rng();
    let begun = Conversation::initiate(&mut rng, identity, &theirs, &bundles.devices[0], now()).unwrap();
    let id = BodyId::generate(&mut rng);
    let content = Content::Text(Text { id, sent_at: now(), text, expires_after: None });
    let body = encode(&Body { introduction: None, content }).unwrap();
    begun.encrypt(&body, Padding::Padme).unwrap().0
}
