//! The handshake between two state machines, without a stream.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test")]

use pillarbox_crypto::{AgreementPublic, AgreementSecret};
use pillarbox_transport::handshake::{AwaitingAnswer, AwaitingOffer};
use pillarbox_transport::{HandshakeError, Versions};
use proptest::prelude::*;

use crate::common;
use crate::common::{Handshake, STEPS, relay_key, versions};

#[test]
fn both_sides_end_with_the_same_hash_and_version() {
    let outcome = Handshake::default().run(|_, _| {});
    let (phone, relay) = (outcome.phone.unwrap().unwrap(), outcome.relay.unwrap().unwrap());
    assert_eq!(phone.handshake_hash, relay.handshake_hash);
    assert_eq!((phone.version, relay.version), (1, 1));
    assert_eq!(outcome.sent.iter().map(Vec::len).collect::<Vec<_>>(), STEPS);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let run = |seed| Handshake { seed, ..Handshake::default() }.run(|_, _| {});
    let (first, again, other) = (run(1), run(1), run(2));
    assert_eq!(first.sent, again.sent);
    assert_ne!(first.sent[2..], other.sent[2..]);
    assert_ne!(first.phone.unwrap().unwrap().handshake_hash, other.phone.unwrap().unwrap().handshake_hash);
}

#[test]
fn a_flipped_bit_anywhere_ends_the_handshake_at_the_phone() {
    let handshake = Handshake::default();
    let mut flipped = 0;
    for (step, length) in STEPS.into_iter().enumerate() {
        for (byte, bit) in (0..length).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
            let outcome = handshake.run(|number, bytes| {
                if number == step {
                    bytes[byte] ^= 1 << bit;
                }
            });
            let relay_failed = matches!(outcome.relay, Some(Err(_)));
            let phone_failed = matches!(outcome.phone, Some(Err(_)));
            // A peer whose magic is wrong is not answered: the phone reads the end of the stream.
            let unanswered = outcome.phone.is_none() && relay_failed;
            assert!(phone_failed || unanswered, "step {step}, byte {byte}, bit {bit}");
            // The relay itself refuses a message that it receives altered.
            assert!(step % 2 == 1 || relay_failed, "step {step}, byte {byte}, bit {bit}");
            flipped += 1;
        }
    }
    assert_eq!(flipped, 117 * 8);
}

#[test]
fn a_relay_with_another_key_is_found_out() {
    let handshake = Handshake { expected: relay_key(2), ..Handshake::default() };
    let outcome = handshake.run(|_, _| {});
    assert_eq!(outcome.phone.unwrap().unwrap_err(), HandshakeError::WrongKey);
    assert_eq!(outcome.relay.unwrap().unwrap_err(), HandshakeError::ForeignKey);
    assert_eq!(outcome.sent[3], [0; 48]);
    assert_eq!(
        HandshakeError::WrongKey.to_string(),
        "the relay does not hold the key in its address: \
         either the address has a typing error, or somebody else answers there"
    );
}

#[test]
fn somebody_in_between_with_a_relay_key_of_their_own_is_found_out() {
    // The phone's messages go to one relay, whose replies come from a handshake of another.
    let there = Handshake { relay: relay_key(2), expected: relay_key(2), ..Handshake::default() };
    let replies = there.run(|_, _| {}).sent;
    let outcome = Handshake::default().run(|step, bytes| {
        if step == 3 {
            bytes.copy_from_slice(&replies[3]);
        }
    });
    assert_eq!(outcome.phone.unwrap().unwrap_err(), HandshakeError::WrongKey);
}

#[test]
fn a_reply_of_an_earlier_handshake_is_worthless() {
    let earlier = Handshake { seed: 1, ..Handshake::default() }.run(|_, _| {}).sent;
    let outcome = Handshake { seed: 2, ..Handshake::default() }.run(|step, bytes| {
        if step == 3 {
            bytes.copy_from_slice(&earlier[3]);
        }
    });
    assert_eq!(outcome.phone.unwrap().unwrap_err(), HandshakeError::WrongKey);
}

#[test]
fn a_relay_key_of_small_order_is_refused_before_anything_is_sealed_to_it() {
    // Every agreement with this key yields zeros, so anybody who answers could open the phone's messages.
    let useless = AgreementPublic::from_bytes([0; 32]);
    let (phone, offer) = AwaitingAnswer::begin(&useless, Versions::SUPPORTED, &mut common::rng(1));
    let relay = AwaitingOffer::begin(&relay_key(1), Versions::SUPPORTED, &mut common::rng(2));
    let (_, answer) = relay.offered(&offer).unwrap();
    assert_eq!(phone.answered(&answer).unwrap_err(), HandshakeError::WrongKey);
}

#[test]
fn a_peer_of_another_protocol_gets_no_answer() {
    let relay = AwaitingOffer::begin(&relay_key(1), Versions::SUPPORTED, &mut common::rng(1));
    let refused = relay.offered(b"GET / HTTP").unwrap_err();
    assert_eq!(refused.reason, HandshakeError::NotPillarbox);
    assert!(refused.farewell.is_empty());
}

#[test]
fn states_print_as_their_names() {
    let (phone, relay) = Handshake::default().established();
    assert_eq!(format!("{phone:?} {relay:#?}"), "Established Established");
    assert_eq!(format!("{:?} {:?}", phone.sealer, phone.opener), "Sealer Opener");
    let state = AwaitingOffer::begin(&relay_key(1), Versions::SUPPORTED, &mut common::rng(1));
    assert_eq!(format!("{state:?}"), "AwaitingOffer");
}

fn any_versions() -> impl Strategy<Value = Versions> {
    (1..=5_u8, 1..=5_u8).prop_map(|(a, b)| versions(a.min(b), a.max(b)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn two_ranges_meet_in_the_newest_version_or_both_sides_hear_why(
        ours in any_versions(),
        theirs in any_versions(),
    ) {
        let handshake =
            Handshake { phone_speaks: ours, relay_speaks: theirs, ..Handshake::default() };
        let outcome = handshake.run(|_, _| {});
        match ours.pick(theirs) {
            Some(version) => {
                prop_assert_eq!(outcome.phone.unwrap().unwrap().version, version);
                prop_assert_eq!(outcome.relay.unwrap().unwrap().version, version);
            }
            None => {
                let at_phone = HandshakeError::Version { ours, theirs };
                let at_relay = HandshakeError::Version { ours: theirs, theirs: ours };
                prop_assert_eq!(outcome.phone.unwrap().unwrap_err(), at_phone);
                prop_assert_eq!(outcome.relay.unwrap().unwrap_err(), at_relay);
            }
        }
    }

    #[test]
    fn a_downgrade_on_the_way_is_noticed(lowest in 1..=3_u8) {
        // Both sides speak versions 1 to 3. An attacker removes the newest version from the offer.
        let both = versions(1, 3);
        let handshake = Handshake { phone_speaks: both, relay_speaks: both, ..Handshake::default() };
        let outcome = handshake.run(|step, bytes| match step {
            0 => bytes[8..].copy_from_slice(&[1, 2]),
            // The attacker alters the answer too, so that the phone does not see a choice that contradicts the two
            // ranges.
            1 => bytes[8..].copy_from_slice(&[lowest.min(2), 2, 2]),
            _ => {}
        });
        prop_assert_eq!(outcome.phone.unwrap().unwrap_err(), HandshakeError::WrongKey);
        prop_assert_eq!(outcome.relay.unwrap().unwrap_err(), HandshakeError::ForeignKey);
    }

    #[test]
    fn any_bytes_are_answered_without_a_panic(
        offer: [u8; 10],
        claimed: [u8; 2],
        opening: [[u8; 24]; 2],
        secret: [u8; 32],
    ) {
        let secret = AgreementSecret::from_bytes(secret);
        let begin = || AwaitingOffer::begin(&secret, Versions::SUPPORTED, &mut common::rng(1));
        prop_assert!(begin().offered(&offer).is_err());
        let mut offer = *b"pillarbx\0\0";
        offer[8..].copy_from_slice(&claimed);
        if let Ok((relay, _)) = begin().offered(&offer) {
            prop_assert!(relay.opened(&opening.concat().try_into().unwrap()).is_err());
        }
        if let Ok((relay, _)) = begin().offered(b"pillarbx\x01\x01") {
            prop_assert!(relay.opened(&opening.concat().try_into().unwrap()).is_err());
        }
    }
}
