//! Messages over real TCP: submitted, delivered, kept for absent devices, and never lost once accepted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::Holdings;
use pillarbox_relay::server::{DataDirError, RelayServer, ServerConfig, StartError};
use pillarbox_testkit::frames::submission;
use pillarbox_testkit::link::Link;
use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{Refusal, RelayFrame};

use crate::server_running::start;

fn accepted(answer: &RelayFrame) -> bool {
    matches!(answer, RelayFrame::Accepted(_))
}

#[tokio::test]
async fn a_message_goes_from_phone_to_phone_and_then_from_the_relay() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(ServerConfig::on_loopback(data.path().into())).await;
    let mut alice = Link::open(relay.address()).await;
    let mut bob = Link::open(relay.address()).await;
    let sender = alice.register(1, Some("+447700900001")).await;
    let recipient = bob.register(2, None).await;

    assert!(accepted(&alice.submit(recipient.address, b"see you at 6").await));
    let delivery = bob.delivery().await;
    assert_eq!(delivery.payload.as_slice(), b"see you at 6");
    assert_eq!(delivery.from, Some(sender.address));
    assert_eq!(Holdings::read(data.path()).unwrap().messages.len(), 1);

    bob.acknowledge(&[delivery.message]).await;
    // An acknowledgement has no answer. The relay answers this question after it has processed the acknowledgement.
    assert!(accepted(&bob.submit(sender.address, b"ok").await));
    let held = Holdings::read(data.path()).unwrap().messages;
    assert_eq!(held.iter().map(|row| row.payload.as_slice()).collect::<Vec<_>>(), [b"ok"]);
}

#[tokio::test]
async fn what_was_accepted_waits_through_a_stop_and_through_a_crash() {
    let data = tempfile::tempdir().unwrap();
    let config = ServerConfig::on_loopback(data.path().into());
    let relay = start(config.clone()).await;
    let mut alice = Link::open(relay.address()).await;
    alice.register(1, None).await;
    let recipient = Link::open(relay.address()).await.register(2, None).await;
    let submissions: Vec<_> =
        (0..50_u8).map(|number| submission(alice.request(), recipient.address, None, &[number])).collect();
    alice.writer.send(&submissions).await.unwrap();
    for _ in &submissions {
        assert!(accepted(&alice.receive().await.unwrap()));
    }
    let key = *relay.address().key();
    relay.stop().await.unwrap();

    let relay = start(config.clone()).await;
    assert_eq!(*relay.address().key(), key, "the address outlives the process");
    let mut bob = Link::open(relay.address()).await;
    assert_eq!(bob.authenticate(&recipient).await, 50);
    for number in 0..10_u8 {
        let delivery = bob.delivery().await;
        assert_eq!(delivery.payload.as_slice(), [number]);
        bob.acknowledge(&[delivery.message]).await;
    }
    let request = bob.request();
    bob.send(submission(request, recipient.address, None, b"to myself")).await;
    while !accepted(&bob.receive().await.unwrap()) {}
    drop(relay); // without a word, as a crash would

    let relay = start(config).await;
    let mut bob = Link::open(relay.address()).await;
    assert_eq!(bob.authenticate(&recipient).await, 41);
    for number in 10..50_u8 {
        assert_eq!(bob.delivery().await.payload.as_slice(), [number]);
    }
    assert_eq!(bob.delivery().await.payload.as_slice(), b"to myself");
}

#[tokio::test]
async fn many_frames_at_once_are_all_answered_in_order() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(ServerConfig::on_loopback(data.path().into())).await;
    let mut alice = Link::open(relay.address()).await;
    alice.register(1, None).await;
    let recipient = Link::open(relay.address()).await.register(2, None).await;
    // These are more requests than the relay lets wait for a written answer.
    let frames: Vec<_> = (0..500)
        .map(|number: u16| {
            let request = alice.request();
            (request, submission(request, recipient.address, None, &number.to_be_bytes()))
        })
        .collect();
    alice.writer.send(frames.iter().map(|(_, frame)| frame)).await.unwrap();
    for (request, _) in &frames {
        let answer = alice.receive().await;
        let Some(RelayFrame::Accepted(accepted)) = answer else { panic!("{answer:?}") };
        assert_eq!(accepted.request, *request);
    }
    let held = Holdings::read(data.path()).unwrap().messages;
    let payloads: Vec<_> = held.iter().map(|row| row.payload.as_slice().to_vec()).collect();
    let sent: Vec<_> = (0..500_u16).map(|number| number.to_be_bytes().to_vec()).collect();
    assert_eq!(payloads, sent);
}

#[tokio::test]
async fn a_phone_that_has_said_all_still_gets_its_answers() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(ServerConfig::on_loopback(data.path().into())).await;
    let mut alice = Link::open(relay.address()).await;
    alice.register(1, None).await;
    let recipient = Link::open(relay.address()).await.register(2, None).await;
    let submissions: Vec<_> =
        (0..40).map(|_| submission(alice.request(), recipient.address, None, b"last words")).collect();
    alice.writer.send(&submissions).await.unwrap();
    alice.writer.close().await.unwrap();
    for _ in &submissions {
        assert!(accepted(&alice.receive().await.unwrap()));
    }
    assert_eq!(alice.receive().await, None);
}

#[tokio::test]
async fn an_oversized_payload_is_refused_and_the_connection_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(ServerConfig::on_loopback(data.path().into())).await;
    let mut alice = Link::open(relay.address()).await;
    let own = alice.register(1, None).await;
    let answer = alice.submit(own.address, &vec![0; MAX_PAYLOAD_LEN + 1]).await;
    let RelayFrame::Refused(refused) = answer else { panic!("{answer:?}") };
    assert_eq!(refused.reason, Refusal::TooMuch);
    assert!(accepted(&alice.submit(own.address, &vec![0; MAX_PAYLOAD_LEN]).await));
}

#[tokio::test]
async fn one_data_directory_has_one_relay() {
    let data = tempfile::tempdir().unwrap();
    let config = ServerConfig::on_loopback(data.path().into());
    let relay = start(config.clone()).await;
    let second = RelayServer::start(config.clone()).await;
    let expected = DataDirError::InUse { path: data.path().into() };
    assert_eq!(second.err(), Some(StartError::Data(expected)));
    // The first relay is unharmed.
    Link::open(relay.address()).await.register(1, None).await;
    relay.stop().await.unwrap();
    start(config).await.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_and_nothing_is_left_running() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut config = ServerConfig::on_loopback(data.path().into());
    config.listen = address;
    let refused = RelayServer::start(config.clone()).await;
    assert_eq!(refused.err(), Some(StartError::AddressTaken { address, option: "--listen" }));
    drop(taken);
    start(config).await.stop().await.unwrap();
}
