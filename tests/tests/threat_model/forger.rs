//! An account whose owner wrote the program. It knows its keys and says whatever it likes, frame by frame.

use std::net::IpAddr;

use pillarbox_client::BodyId;
use pillarbox_client::body::{Body, Content, Introduction, Text};
use pillarbox_crypto::{IdentitySecret, Padding, SigningSecret};
use pillarbox_relay::ConnectionId;
use pillarbox_session::{Conversation, seal};
use pillarbox_testkit::frames::{self, handle, identity_public, session_registration};
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{
    ClientFrame, DeviceAddress, FetchBundles, Handle, RelayFrame, RequestCertificate, RequestId,
    SenderCertificate,
};

/// The number of every request. The connection distinguishes answers, because each asks one question at a time.
pub(crate) const REQUEST: RequestId = RequestId(1);

/// A hand-made account and its connection.
pub(crate) struct Forger {
    pub(crate) identity: IdentitySecret,
    pub(crate) device: SigningSecret,
    pub(crate) address: DeviceAddress,
    pub(crate) connection: ConnectionId,
}

impl Forger {
    pub(crate) fn new(world: &mut World) -> Self {
        Self::register(world, None)
    }

    pub(crate) fn with_number(world: &mut World, number: &str) -> Self {
        Self::register(world, Some(handle(number)))
    }

    /// Registers an account at this network address.
    pub(crate) fn at(world: &mut World, peer: IpAddr) -> Self {
        let guest = world.guest_from(peer);
        Self::register_on(world, guest, None)
    }

    fn register(world: &mut World, handle: Option<Handle>) -> Self {
        let guest = world.guest();
        Self::register_on(world, guest, handle)
    }

    fn register_on(world: &mut World, guest: (ConnectionId, [u8; 32]), handle: Option<Handle>) -> Self {
        let (connection, hash) = guest;
        let mut rng = world.fork();
        let (identity, device) = (IdentitySecret::generate(&mut rng), SigningSecret::generate(&mut rng));
        let frame = session_registration(&identity, &device, handle, &hash, &mut rng);
        let answer = world.ask(connection, frame);
        let [RelayFrame::Registered(registered)] = &answer[..] else { panic!("{answer:?}") };
        Self { identity, device, address: registered.address, connection }
    }

    /// Fetches the relay's certificate for this account.
    pub(crate) fn certificate(&self, world: &mut World) -> SenderCertificate {
        let frame = ClientFrame::RequestCertificate(RequestCertificate { request: REQUEST });
        let answer = world.ask(self.connection, frame);
        let [RelayFrame::Certificate(certificate)] = &answer[..] else { panic!("{answer:?}") };
        certificate.certificate
    }

    /// Returns the first message of a conversation with `to`, not sealed.
    pub(crate) fn first_message(&self, world: &mut World, to: Who, body: &Body) -> Vec<u8> {
        let account = world.id(to);
        let fetch = FetchBundles { request: REQUEST, account, delivery_key: None };
        let answer = world.ask(self.connection, ClientFrame::FetchBundles(fetch));
        let [RelayFrame::Bundles(bundles)] = &answer[..] else { panic!("{answer:?}") };
        let theirs = identity_public(&bundles.identity);
        let mut rng = world.fork();
        let bundle = &bundles.devices[0];
        let begun = Conversation::initiate(&mut rng, &self.identity, &theirs, bundle, world.now).unwrap();
        begun.encrypt(&body.write().unwrap(), Padding::Padme).unwrap().0
    }

    /// Returns a message to `to` in an envelope that shows this certificate.
    pub(crate) fn envelope(
        &self,
        world: &mut World,
        to: Who,
        certificate: &SenderCertificate,
        body: &Body,
    ) -> Vec<u8> {
        let payload = self.first_message(world, to, body);
        let recipient = world.invitation(to).identity;
        seal(&mut world.fork(), &self.identity, certificate, &recipient, &payload).unwrap()
    }

    /// Submits a message on the connection that names this account.
    pub(crate) fn submit(&self, world: &mut World, to: Who, payload: Vec<u8>) {
        let frame = submission(world.address(to), None, payload);
        let answer = world.ask(self.connection, frame);
        assert!(matches!(answer[..], [RelayFrame::Accepted(_)]), "{answer:?}");
        world.run();
    }
}

/// Encodes a text as phones do.
pub(crate) fn text_body(text: &str, world: &mut World) -> Body {
    let introduction = Some(Introduction { delivery_key: None, name: "Mallory".to_owned() });
    let (id, sent_at) = (BodyId::generate(&mut world.fork()), world.now);
    let content = Content::Text(Text { id, sent_at, text: text.to_owned(), expires_after: None });
    Body { introduction, content }
}

pub(crate) fn submission(to: DeviceAddress, delivery_key: Option<[u8; 32]>, payload: Vec<u8>) -> ClientFrame {
    frames::submission(REQUEST, to, delivery_key, &payload)
}

pub(crate) fn login(
    device: &SigningSecret,
    address: DeviceAddress,
    handshake_hash: &[u8; 32],
) -> ClientFrame {
    frames::authenticate(device, address, handshake_hash, REQUEST)
}
