//! Conversations through the public interface: the defined outcome of everything that can happen to a message in
//! transit.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_crypto::Padding;
use pillarbox_session::{
    Conversation, Degraded, EncryptError, InitiateError, OpenError, PREKEY_OVERHEAD, PayloadKind,
    RATCHET_OVERHEAD, claimed_identity, conversation::MAX_PLAINTEXT_LEN, franking, kind,
};
use pillarbox_wire::FixedBytes;
use proptest::prelude::*;

use crate::support::pair::{Pair, copy, send};
use crate::support::{BEGUN, Phone};

#[test]
fn two_phones_talk() {
    Pair::running().assert_flows();
}

#[test]
fn sizes_are_those_of_the_specification() {
    let mut pair = Pair::begun();
    let body = [7; 300];
    let first = pair.alice_writes(&body);
    assert_eq!((kind(&first), first.len()), (Ok(PayloadKind::PreKey), body.len() + 1 + PREKEY_OVERHEAD));
    assert_eq!(PREKEY_OVERHEAD, 1_348);
    pair.bob_reads(&first).unwrap();
    let answer = pair.bob_writes(&body);
    assert_eq!((kind(&answer), answer.len()), (Ok(PayloadKind::Ratchet), body.len() + 1 + RATCHET_OVERHEAD));
    assert_eq!(RATCHET_OVERHEAD, 87);

    let conversation = pair.at_bob.as_ref().unwrap();
    let (padded, _) = conversation.encrypt(&body, Padding::BLOCKS_80).unwrap();
    assert_eq!(padded.len(), 320 + RATCHET_OVERHEAD, "four blocks");
}

#[test]
fn every_message_carries_the_beginning_until_the_first_answer() {
    let mut pair = Pair::begun();
    let messages: Vec<_> = (0..4_u8).map(|n| pair.alice_writes(&[n])).collect();
    assert!(messages.iter().all(|message| kind(message) == Ok(PayloadKind::PreKey)));
    assert_eq!(claimed_identity(&messages[0]), Ok(Some(pair.alice.public())));
    // The last message arrives first and starts the session; the other three open in it.
    for (started, n) in [(true, 3), (false, 0), (false, 2), (false, 1)] {
        let opened = pair.bob.open(pair.at_bob.as_ref(), None, &messages[n]).unwrap();
        assert_eq!((opened.started, opened.consumed.len()), (started, if started { 2 } else { 0 }));
        assert_eq!((&**opened.body, opened.sender_identity), ([n as u8].as_slice(), pair.alice.public()));
        assert!(franking::verify(&opened.opening, &opened.commitment, &opened.body).is_ok());
        pair.bob.stock.delete(&opened.consumed);
        pair.at_bob = Some(opened.next);
    }
    let answer = pair.bob_writes(b"answer");
    pair.alice_reads(&answer).unwrap();
    let next = pair.alice_writes(b"next");
    assert_eq!(kind(&next), Ok(PayloadKind::Ratchet));
    assert_eq!(claimed_identity(&next), Ok(None));
}

#[test]
fn both_sides_may_start_at_the_same_moment() {
    let mut pair = Pair::begun();
    pair.at_bob = Some(pair.bob.initiate(&mut pair.alice));
    let (from_alice, from_bob) = (pair.alice_writes(b"a"), pair.bob_writes(b"b"));
    let also_from_alice = pair.alice_writes(b"a2");
    assert_eq!(pair.bob_reads(&from_alice), Ok(b"a".to_vec()));
    assert_eq!(pair.alice_reads(&from_bob), Ok(b"b".to_vec()));
    // Each side has adopted the other's session, and messages that cross open as well.
    let (from_alice, from_bob) = (pair.alice_writes(b"c"), pair.bob_writes(b"d"));
    assert_eq!(pair.bob_reads(&from_alice), Ok(b"c".to_vec()));
    assert_eq!(pair.alice_reads(&from_bob), Ok(b"d".to_vec()));
    assert_eq!(pair.bob_reads(&also_from_alice), Ok(b"a2".to_vec()));
    pair.assert_flows();
}

#[test]
fn a_message_opens_once() {
    let mut pair = Pair::begun();
    let first = pair.alice_writes(b"first");
    pair.bob_reads(&first).unwrap();
    let second = pair.alice_writes(b"second");
    pair.bob_reads(&second).unwrap();
    for again in [&first, &second] {
        assert_eq!(pair.bob_reads(again), Err(OpenError::Duplicate));
    }
    let answer = pair.bob_writes(b"answer");
    pair.alice_reads(&answer).unwrap();
    assert_eq!(pair.alice_reads(&answer), Err(OpenError::Duplicate));
    pair.assert_flows();
}

#[test]
fn a_session_is_unanswered_until_the_first_answer_and_says_since_when() {
    let mut pair = Pair::begun();
    assert_eq!(pair.at_alice.as_ref().unwrap().unanswered_since(), Some(BEGUN));
    for text in [b"one", b"two"] {
        let payload = pair.alice_writes(text);
        pair.bob_reads(&payload).unwrap();
        assert_eq!(pair.at_alice.as_ref().unwrap().unanswered_since(), Some(BEGUN));
    }
    assert_eq!(pair.at_bob.as_ref().unwrap().unanswered_since(), None, "who was written to has the session");
    let answer = pair.bob_writes(b"answer");
    pair.alice_reads(&answer).unwrap();
    assert_eq!(pair.at_alice.as_ref().unwrap().unanswered_since(), None);
}

#[test]
fn a_flipped_bit_in_any_byte_is_refused_and_changes_nothing() {
    let mut pair = Pair::begun();
    let starting = pair.alice_writes(b"starts a session");
    assert_refused(&mut pair.bob, &None, &starting);
    pair.bob_reads(&starting).unwrap();
    let known = pair.alice_writes(b"finds its session");
    assert_refused(&mut pair.bob, &pair.at_bob, &known);
    pair.bob_reads(&known).unwrap();
    let answer = pair.bob_writes(b"turns the ratchet");
    assert_refused(&mut pair.alice, &pair.at_alice, &answer);
    pair.alice_reads(&answer).unwrap();
    let running = pair.bob_writes(b"runs on");
    assert_refused(&mut pair.alice, &pair.at_alice, &running);
    assert_eq!(pair.alice_reads(&running), Ok(b"runs on".to_vec()), "the message itself is good");
}

/// Checks that the message is refused with each byte altered, at each shorter length, and with one more byte.
fn assert_refused(phone: &mut Phone, current: &Option<Conversation>, good: &[u8]) {
    let record = |current: &Option<Conversation>| current.as_ref().map(|it| it.to_record().to_vec());
    let before = record(current);
    let mut wrong = good.to_vec();
    for at in 0..good.len() {
        for bit in [at % 8, 7] {
            wrong[at] ^= 1 << bit;
            assert!(phone.open(current.as_ref(), None, &wrong).is_err(), "bit {bit} of byte {at}");
            wrong[at] ^= 1 << bit;
        }
        assert!(phone.open(current.as_ref(), None, &good[..at]).is_err(), "cut to {at}");
    }
    wrong.push(0);
    assert!(phone.open(current.as_ref(), None, &wrong).is_err(), "a byte more");
    assert_eq!(record(current), before);
}

#[test]
fn a_foreign_message_is_told_apart_and_changes_nothing() {
    let mut pair = Pair::running();
    let (mut carol, mut dave) = (Phone::new(3), Phone::new(4));
    let mut at_carol = Some(carol.initiate(&mut pair.bob));
    let from_carol = send(&mut at_carol, b"from carol");
    assert_eq!(pair.bob_reads(&from_carol), Err(OpenError::ForeignIdentity));
    let opened = pair.bob.open(None, Some(&carol.public()), &from_carol).unwrap();
    assert_eq!(&**opened.body, b"from carol");
    let elsewhere = pair.bob.open(None, Some(&pair.alice.public()), &from_carol);
    assert_eq!(elsewhere.err(), Some(OpenError::ForeignIdentity));

    // A message for somebody else names a prekey number that Dave does not have, or one under which he has another
    // key.
    assert_eq!(dave.receive(&mut None, &from_carol), Err(OpenError::UnknownPreKey));
    dave.bundle();
    dave.bundle();
    assert_eq!(dave.receive(&mut None, &from_carol), Err(OpenError::Undecryptable));
    let running = pair.alice_writes(b"for bob");
    assert_eq!(dave.receive(&mut None, &running), Err(OpenError::Undecryptable));
    assert_eq!(carol.receive(&mut at_carol, &running), Err(OpenError::Undecryptable));
    pair.assert_flows();
}

#[test]
fn our_own_message_sent_back_to_us_is_refused() {
    let mut pair = Pair::begun();
    let first = pair.alice_writes(b"first");
    assert_eq!(pair.alice_reads(&first), Err(OpenError::ForeignIdentity));
    assert_eq!(pair.alice.receive(&mut None, &first), Err(OpenError::ForeignIdentity));
    pair.bob_reads(&first).unwrap();
    let answer = pair.bob_writes(b"answer");
    assert_eq!(pair.bob_reads(&answer), Err(OpenError::Undecryptable));
}

#[test]
fn exhausted_prekeys_are_told_on_both_sides() {
    let mut pair = Pair::begun();
    assert_eq!(pair.at_alice.as_ref().unwrap().degraded(), None);
    let theirs = pair.bob.public();
    let bundle = pair.bob.last_bundle();
    let conversation =
        Conversation::initiate(&mut pair.alice.rng, &pair.alice.identity, &theirs, &bundle, BEGUN).unwrap();
    let degraded = Some(Degraded { no_one_time: true, last_resort_kem: true });
    assert_eq!(conversation.degraded(), degraded);
    pair.at_alice = Some(conversation);
    let first = pair.alice_writes(b"first");
    let opened = pair.bob.open(None, None, &first).unwrap();
    assert_eq!((opened.degraded, opened.consumed), (degraded, vec![]));
    pair.at_bob = Some(opened.next);
    pair.assert_flows();
    pair.at_bob = copy(&pair.at_bob);
    assert_eq!(pair.at_bob.as_ref().unwrap().degraded(), degraded);
}

#[test]
fn a_one_time_prekey_opens_one_session() {
    let mut pair = Pair::begun();
    let first = pair.alice_writes(b"first");
    pair.bob_reads(&first).unwrap();
    assert_eq!(pair.bob.receive(&mut None, &first), Err(OpenError::UnknownPreKey));
}

#[test]
fn a_first_message_played_again_after_its_session_is_gone_starts_nothing() {
    let mut pair = Pair::begun();
    // Without one-time prekeys, only the session names that the conversation keeps prevent the replay.
    let bundle = pair.bob.last_bundle();
    let theirs = pair.bob.public();
    let conversation =
        Conversation::initiate(&mut pair.alice.rng, &pair.alice.identity, &theirs, &bundle, BEGUN).unwrap();
    pair.at_alice = Some(conversation);
    let first = pair.alice_writes(b"first");
    pair.bob_reads(&first).unwrap();
    for _ in 0..9 {
        pair.at_alice = Some(pair.alice.initiate_again(pair.at_alice.as_ref().unwrap(), &mut pair.bob));
        let again = pair.alice_writes(b"again");
        pair.bob_reads(&again).unwrap();
    }
    pair.at_bob = copy(&pair.at_bob);
    assert_eq!(pair.bob_reads(&first), Err(OpenError::Duplicate));
    assert!(pair.bob.receive(&mut None, &first).is_ok(), "without that memory it would start again");
}

#[test]
fn a_restored_phone_uses_a_number_twice_and_recovers() {
    let mut pair = Pair::running();
    let backup = copy(&pair.at_bob);
    let before = pair.bob_writes(b"before the restore");
    pair.alice_reads(&before).unwrap();
    pair.at_bob = backup;
    let after = pair.bob_writes(b"after the restore");
    assert_eq!(pair.alice_reads(&after), Err(OpenError::Duplicate));
    pair.at_alice = Some(pair.alice.initiate_again(pair.at_alice.as_ref().unwrap(), &mut pair.bob));
    pair.assert_flows();
}

#[test]
fn a_number_used_twice_does_not_show_the_difference_of_two_texts() {
    let mut pair = Pair::running();
    let backup = copy(&pair.at_alice);
    let [one, other] = [[0x55; 64], [0xaa; 64]];
    let first = pair.alice_writes(&one);
    pair.at_alice = backup;
    let second = pair.alice_writes(&other);
    let body_at = RATCHET_OVERHEAD;
    let differing = (body_at..body_at + 64).filter(|&at| first[at] ^ second[at] != 0xff).count();
    assert!(differing > 48, "under one keystream every byte would differ by 0xff");
}

#[test]
fn both_sides_may_recover_at_once() {
    let mut pair = Pair::running();
    pair.at_alice = Some(pair.alice.initiate_again(pair.at_alice.as_ref().unwrap(), &mut pair.bob));
    pair.at_bob = Some(pair.bob.initiate_again(pair.at_bob.as_ref().unwrap(), &mut pair.alice));
    let (from_alice, from_bob) = (pair.alice_writes(b"a"), pair.bob_writes(b"b"));
    assert_eq!(pair.bob_reads(&from_alice), Ok(b"a".to_vec()));
    assert_eq!(pair.alice_reads(&from_bob), Ok(b"b".to_vec()));
    pair.assert_flows();
}

#[test]
fn a_new_identity_keeps_nothing_of_the_old_one() {
    let mut pair = Pair::running();
    let under_way = pair.bob_writes(b"from the old phone");
    let mut new_bob = Phone::new(5);
    let again = pair.alice.initiate_again(pair.at_alice.as_ref().unwrap(), &mut new_bob);
    pair.at_alice = Some(again);
    let opened = pair.alice.open(pair.at_alice.as_ref(), None, &under_way);
    assert_eq!(opened.err(), Some(OpenError::Undecryptable));
    let expected = pair.bob.public();
    let opened = pair.alice.open(pair.at_alice.as_ref(), Some(&expected), &under_way);
    assert_eq!(opened.err(), Some(OpenError::ForeignIdentity));
    pair.bob = new_bob;
    pair.at_bob = None;
    pair.assert_flows();
}

#[test]
fn a_bundle_that_the_identity_did_not_sign_is_refused() {
    let (mut alice, mut bob) = (Phone::new(1), Phone::new(2));
    let theirs = bob.public();
    let good = bob.bundle();
    let mut refused =
        |bundle| Conversation::initiate(&mut alice.rng, &alice.identity, &theirs, &bundle, BEGUN).err();
    let mut bundle = good.clone();
    bundle.signed.key.0[3] ^= 1;
    assert_eq!(refused(bundle), Some(InitiateError::SignedPreKey));
    let mut bundle = good.clone();
    bundle.kem.key.0[3] ^= 1;
    assert_eq!(refused(bundle), Some(InitiateError::KemPreKey));
    let mut bundle = good.clone();
    bundle.kem.signature = bundle.signed.signature;
    assert_eq!(refused(bundle), Some(InitiateError::KemPreKey));
    let mut bundle = good.clone();
    bundle.one_time.as_mut().unwrap().key = FixedBytes([0; 32]);
    assert_eq!(refused(bundle), Some(InitiateError::NotContributory));
    assert_eq!(refused(good), None);
    let own = alice.bundle();
    let ours = alice.public();
    let started = Conversation::initiate(&mut alice.rng, &alice.identity, &ours, &own, BEGUN);
    assert_eq!(started.err(), Some(InitiateError::Ourselves));
}

#[test]
fn a_body_that_no_payload_holds_is_refused() {
    let mut pair = Pair::begun();
    let conversation = pair.at_alice.as_ref().unwrap();
    let longest = vec![1; MAX_PLAINTEXT_LEN - 1];
    let (payload, _) = conversation.encrypt(&longest, Padding::None).unwrap();
    assert_eq!(pair.bob_reads(&payload), Ok(longest.clone()));
    let longer = [longest.as_slice(), &[1]].concat();
    let conversation = pair.at_alice.as_ref().unwrap();
    let outcome = conversation.encrypt(&longer, Padding::None);
    let too_long = EncryptError::TooLong { most: MAX_PLAINTEXT_LEN, got: MAX_PLAINTEXT_LEN + 1 };
    assert_eq!(outcome.err(), Some(too_long));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_refused(
        first in 0..5_u8,
        mut bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            proptest::collection::vec(any::<u8>(), 1_300..1_500),
        ],
    ) {
        if let Some(kind) = bytes.first_mut() {
            *kind = first;
        }
        let mut pair = Pair::running();
        prop_assert!(pair.bob_reads(&bytes).is_err());
        prop_assert!(pair.bob.receive(&mut None, &bytes).is_err());
        pair.assert_flows();
    }
}
