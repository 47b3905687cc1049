//! The engine over real TCP, against the real relay server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::time::Duration;

use pillarbox_client::net::{Carrier, CarrierEvent, NetError, now, sync, sync_until};
use pillarbox_client::{Habits, Link, NewAccount, Notice, PaddingRule, Phone, Protection, Vault};
use pillarbox_crypto::AgreementSecret;
use pillarbox_relay::server::{RelayServer, Running, ServerConfig};
use pillarbox_transport::{HandshakeError, RelayAddress};
use pillarbox_wire::{Farewell, Handle, Refusal};

const LIMIT: Duration = Duration::from_secs(20);

async fn relay(folder: &tempfile::TempDir) -> Running {
    RelayServer::start(ServerConfig::on_loopback(folder.path().to_owned())).await.unwrap()
}

fn phone(relay: &RelayAddress, name: &str, number: Option<&str>) -> Phone {
    let new = NewAccount {
        relay: relay.clone(),
        handle: number.map(|number| Handle::parse(number).unwrap()),
        name: name.to_owned(),
        protection: Protection::EndToEnd,
        padding: PaddingRule::Blocks80,
        habits: Habits::default(),
    };
    let mut rng = rand::rng();
    Phone::create_in(Vault::in_memory(&mut rng).unwrap(), new, now(), &mut rng).unwrap()
}

fn rng() -> rand::rngs::StdRng {
    rand::make_rng()
}

#[tokio::test]
async fn two_phones_talk_over_tcp_one_visit_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(&folder).await;
    let (mut alice, mut bob) = (phone(relay.address(), "Alice", None), phone(relay.address(), "Bob", None));
    let mut rng = rng();
    sync(&mut alice, LIMIT, &mut rng).await.unwrap();
    sync(&mut bob, LIMIT, &mut rng).await.unwrap();
    let contact = alice.add_invited(&bob.invitation().unwrap(), None, now(), &mut rng).unwrap();
    bob.add_invited(&alice.invitation().unwrap(), None, now(), &mut rng).unwrap();
    alice.queue_text(contact.account, "hello", now(), &mut rng).unwrap();
    let told = sync(&mut alice, LIMIT, &mut rng).await.unwrap();
    assert!(told.iter().any(|notice| matches!(notice, Notice::Accepted { .. })), "{told:?}");
    let told = sync(&mut bob, LIMIT, &mut rng).await.unwrap();
    let received =
        |notice: &Notice| matches!(notice, Notice::Received { entry, .. } if entry.text() == Some("hello"));
    assert!(told.iter().any(received), "{told:?}");
    let told = sync(&mut alice, LIMIT, &mut rng).await.unwrap();
    assert!(told.iter().any(|notice| matches!(notice, Notice::Delivered { .. })), "{told:?}");
    relay.stop().await.unwrap();
}

#[tokio::test]
async fn a_phone_that_stays_connected_hears_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(&folder).await;
    let (mut alice, mut bob) = (phone(relay.address(), "Alice", None), phone(relay.address(), "Bob", None));
    let mut rng = rng();
    sync(&mut alice, LIMIT, &mut rng).await.unwrap();
    sync(&mut bob, LIMIT, &mut rng).await.unwrap();
    let contact = alice.add_invited(&bob.invitation().unwrap(), None, now(), &mut rng).unwrap();
    bob.add_invited(&alice.invitation().unwrap(), None, now(), &mut rng).unwrap();
    let listening = async {
        let mut carrier = Carrier::new();
        let mut rng = self::rng();
        loop {
            if let CarrierEvent::Told(notices) = carrier.next(&mut bob, &mut rng).await.unwrap()
                && notices.iter().any(|notice| matches!(notice, Notice::Received { .. }))
            {
                // Bob's receipt is sent in the next rounds.
                while carrier.next(&mut bob, &mut rng).await.unwrap() != CarrierEvent::Quiet {}
                carrier.close(&mut bob).await;
                return;
            }
        }
    };
    let sending = async {
        alice.queue_text(contact.account, "hello", now(), &mut rng).unwrap();
        let delivered = |notice: &Notice| matches!(notice, Notice::Delivered { .. });
        sync_until(&mut alice, LIMIT, delivered, &mut rng).await.unwrap()
    };
    let ((), told) = tokio::join!(listening, sending);
    assert!(told.iter().any(|notice| matches!(notice, Notice::Delivered { .. })), "{told:?}");
    relay.stop().await.unwrap();
}

#[tokio::test]
async fn each_way_not_to_reach_the_relay_has_its_error() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(&folder).await;
    let mut rng = rng();
    let address = relay.address().clone();
    let other_key = AgreementSecret::generate(&mut rng).public();
    let impostor = RelayAddress::new(address.host(), address.port(), other_key).unwrap();
    let outcome = sync(&mut phone(&impostor, "Alice", None), LIMIT, &mut rng).await;
    assert_eq!(outcome.unwrap_err(), NetError::Handshake(HandshakeError::WrongKey));

    let mut first = phone(&address, "Alice", Some("+447700900123"));
    sync(&mut first, LIMIT, &mut rng).await.unwrap();
    let outcome = sync(&mut phone(&address, "Alice", Some("+447700900123")), LIMIT, &mut rng).await;
    assert_eq!(outcome.unwrap_err(), NetError::NotRegistered(Refusal::HandleTaken));

    relay.stop().await.unwrap();
    let outcome = sync(&mut first, LIMIT, &mut rng).await;
    assert!(matches!(outcome.unwrap_err(), NetError::Unreachable(_)));
}

#[tokio::test]
async fn a_phone_that_stays_comes_back_when_its_relay_does() {
    let folder = tempfile::tempdir().unwrap();
    let first = relay(&folder).await;
    let (mut alice, mut rng) = (phone(first.address(), "Alice", None), rng());
    let listen = (std::net::Ipv4Addr::LOCALHOST, first.address().port()).into();
    let mut carrier = Carrier::new();
    while carrier.next(&mut alice, &mut rng).await.unwrap() != CarrierEvent::Quiet {}
    let hearing = async {
        loop {
            if let CarrierEvent::Down { error, .. } = carrier.next(&mut alice, &mut rng).await.unwrap() {
                break error;
            }
        }
    };
    let (stopped, down) = tokio::join!(first.stop(), hearing);
    stopped.unwrap();
    assert_eq!(down, NetError::Farewell(Farewell::Stopping));
    let config = ServerConfig { listen, ..ServerConfig::on_loopback(folder.path().to_owned()) };
    let second = RelayServer::start(config).await.unwrap();
    let again = async { while carrier.next(&mut alice, &mut rng).await.unwrap() != CarrierEvent::Quiet {} };
    tokio::time::timeout(LIMIT, again).await.unwrap();
    assert!(alice.is_ready(Link::Named));
    second.stop().await.unwrap();
}
