//! The handshake over bad streams: one that delivers a byte at a time, is cut, stays silent, or speaks another
//! protocol.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test")]

use std::time::Duration;

use pillarbox_transport::{HandshakeError, accept, connect, sign_handshake, timeouts, verify_handshake};
use pillarbox_wire::FixedBytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use crate::common::{Handshake, block_on, channels, relay_key, rng};

#[test]
fn both_ends_know_the_channel_by_the_same_hash() {
    block_on(async {
        let (phone, relay) = channels(1).await;
        assert_eq!(phone.handshake_hash(), relay.handshake_hash());
        assert_eq!((phone.version(), relay.version()), (1, 1));
        assert_eq!(format!("{phone:?}"), "Channel");
    });
}

#[test]
fn a_device_that_signed_this_channel_is_known_on_no_other() {
    block_on(async {
        let device = pillarbox_crypto::SigningSecret::generate(&mut rng(9));
        let key = FixedBytes(*device.public().as_bytes());
        let (phone, relay) = channels(64).await;
        let signature = sign_handshake(&device, phone.handshake_hash());
        assert_eq!(verify_handshake(&key, relay.handshake_hash(), &signature), Ok(()));
        let (_, elsewhere) = Handshake { seed: 8, ..Handshake::default() }.established();
        assert!(verify_handshake(&key, &elsewhere.handshake_hash, &signature).is_err());
    });
}

#[test]
fn a_wrong_relay_key_is_told_to_both_sides_at_once() {
    block_on(async {
        let (here, there) = duplex(64);
        let phone = connect(here, &relay_key(2).public(), &mut rng(2));
        let relay = relay_key(1);
        let relay = accept(there, &relay, &mut rng(3));
        let begin = tokio::time::Instant::now();
        let (phone, relay) = tokio::join!(phone, relay);
        assert_eq!(phone.unwrap_err(), HandshakeError::WrongKey);
        assert_eq!(relay.unwrap_err(), HandshakeError::ForeignKey);
        assert_eq!(begin.elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_relay_of_another_version_says_so() {
    block_on(async {
        let (here, mut there) = duplex(64);
        let phone = connect(here, &relay_key(1).public(), &mut rng(2));
        let newer = async {
            there.read_exact(&mut [0; 10]).await.unwrap();
            there.write_all(b"pillarbx\x02\x03\x00").await.unwrap();
        };
        let (phone, ()) = tokio::join!(phone, newer);
        assert_eq!(
            phone.unwrap_err().to_string(),
            "this program speaks version 1 of the protocol, the other side versions 2 to 3: \
             this program is the older one, update it"
        );
    });
}

#[test]
fn a_phone_of_another_version_is_told_the_relays_range() {
    block_on(async {
        let (mut here, there) = duplex(64);
        let relay = relay_key(1);
        let relay = accept(there, &relay, &mut rng(3));
        let newer = async {
            here.write_all(b"pillarbx\x02\x03").await.unwrap();
            let mut answer = Vec::new();
            here.read_to_end(&mut answer).await.unwrap();
            answer
        };
        let (relay, answer) = tokio::join!(relay, newer);
        assert!(matches!(relay, Err(HandshakeError::Version { .. })));
        assert_eq!(answer, b"pillarbx\x01\x01\x00");
    });
}

#[test]
fn what_answers_in_another_protocol_is_told_from_a_relay() {
    // A TLS alert is shorter than an answer and SSH keeps the connection open: the first byte decides.
    let answers: [&[u8]; 4] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"SSH-2.0-x\r\n",
        b"pillarbox",
    ];
    for answer in answers {
        block_on(async {
            let (here, mut there) = duplex(64);
            let begin = tokio::time::Instant::now();
            let phone = connect(here, &relay_key(1).public(), &mut rng(2));
            let (phone, _) = tokio::join!(phone, there.write_all(answer));
            assert_eq!(phone.unwrap_err(), HandshakeError::NotPillarbox);
            assert_eq!(begin.elapsed(), Duration::ZERO);
        });
    }
}

#[test]
fn a_stranger_at_the_relay_is_sent_away_without_a_word() {
    block_on(async {
        let (mut here, there) = duplex(64);
        let relay = relay_key(1);
        let relay = accept(there, &relay, &mut rng(3));
        let stranger = async {
            here.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            here.read_to_end(&mut answer).await.unwrap();
            answer
        };
        let (relay, answer) = tokio::join!(relay, stranger);
        assert_eq!(relay.unwrap_err(), HandshakeError::NotPillarbox);
        assert!(answer.is_empty());
    });
}

#[test]
fn silence_ends_after_the_time_for_a_handshake() {
    block_on(async {
        let (here, _there) = duplex(64);
        let begin = tokio::time::Instant::now();
        let error = connect(here, &relay_key(1).public(), &mut rng(2)).await.unwrap_err();
        assert_eq!(error, HandshakeError::TimedOut);
        assert_eq!(begin.elapsed(), timeouts::HANDSHAKE);
        assert_eq!(error.to_string(), "the handshake was not done within 10 s");
    });
}

#[test]
fn a_handshake_cut_at_any_byte_ends_as_closed_on_the_side_that_waits() {
    let sent = Handshake::default().run(|_, _| {}).sent;
    let [offer, answer, opening, reply] = sent.try_into().unwrap();
    // The phone draws its key first, so the recorded replies fit a phone with the same seed.
    let whole = answer.len() + reply.len();
    for cut in 0..=whole {
        block_on(async {
            let (here, mut there) = duplex(256);
            there.write_all(&[&answer[..], &reply].concat()[..cut]).await.unwrap();
            there.shutdown().await.unwrap();
            let outcome = connect(here, &relay_key(1).public(), &mut rng(7)).await.map(drop);
            let expected = if cut == whole { Ok(()) } else { Err(HandshakeError::Closed) };
            assert_eq!(outcome, expected, "the relay's bytes, cut at {cut}");
        });
    }
    let whole = offer.len() + opening.len();
    for cut in 0..=whole {
        block_on(async {
            let (mut here, there) = duplex(256);
            here.write_all(&[&offer[..], &opening].concat()[..cut]).await.unwrap();
            here.shutdown().await.unwrap();
            let relay = relay_key(1);
            let outcome = accept(there, &relay, &mut rng(7)).await.map(drop);
            let expected = if cut == whole { Ok(()) } else { Err(HandshakeError::Closed) };
            assert_eq!(outcome, expected, "the phone's bytes, cut at {cut}");
        });
    }
}

#[test]
fn the_futures_can_move_between_threads_and_do_not_hold_the_generator() {
    fn movable<T: Send + 'static>(value: T) -> T {
        value
    }
    let (here, there) = duplex(64);
    let relay = relay_key(1);
    drop(movable(connect(here, &relay.public(), &mut rng(1))));
    drop(movable(accept(there, &relay, &mut rng(1))));
}
