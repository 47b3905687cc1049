//! Messages that arrive late or never: the skipped ones, those that still open, and the people who can cause a
//! jump.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_session::{MAX_JUMP, OpenError, RATCHET_OVERHEAD};

use crate::support::Phone;
use crate::support::pair::{Pair, copy};

/// Loses this many messages from Alice to Bob in a row.
fn lose(pair: &mut Pair, messages: u32) {
    for _ in 0..messages {
        pair.alice_writes(b"lost");
    }
}

#[test]
fn a_late_message_opens_after_the_conversation_has_turned() {
    let mut pair = Pair::running();
    let late: Vec<_> = (0..3_u8).map(|n| pair.alice_writes(&[n])).collect();
    for _ in 0..2 {
        pair.assert_flows();
    }
    for n in [2, 0, 1] {
        assert_eq!(pair.bob_reads(&late[n]), Ok(vec![n as u8]));
        assert!(pair.bob_reads(&late[n]).is_err(), "and only once");
    }
}

#[test]
fn a_late_message_opens_after_a_thousand_others_and_not_after_one_more() {
    for (others, outcome) in [(1_000, Ok(b"late".to_vec())), (1_001, Err(OpenError::Duplicate))] {
        let mut pair = Pair::running();
        let late = pair.alice_writes(b"late");
        for _ in 0..others {
            let payload = pair.alice_writes(b"in time");
            pair.bob_reads(&payload).unwrap();
        }
        pair.at_bob = copy(&pair.at_bob);
        assert_eq!(pair.bob_reads(&late), outcome);
    }
}

#[test]
fn a_jumps_worth_of_lost_messages_is_passed_over_and_one_more_is_recovered_from() {
    let mut pair = Pair::running();
    lose(&mut pair, MAX_JUMP);
    let next = pair.alice_writes(b"next");
    assert_eq!(pair.bob_reads(&next), Ok(b"next".to_vec()));

    lose(&mut pair, MAX_JUMP + 1);
    let too_far = pair.alice_writes(b"too far");
    assert_eq!(pair.bob_reads(&too_far), Err(OpenError::TooFarAhead));
    pair.at_bob = Some(pair.bob.initiate_again(pair.at_bob.as_ref().unwrap(), &mut pair.alice));
    let again = pair.bob_writes(b"again");
    assert_eq!(pair.alice_reads(&again), Ok(b"again".to_vec()));
    pair.assert_flows();
}

#[test]
fn of_messages_passed_over_the_last_two_thousand_still_open_when_they_come_late() {
    let mut pair = Pair::running();
    let late: Vec<_> = (0..2_500_u32).map(|n| pair.alice_writes(&n.to_be_bytes())).collect();
    let next = pair.alice_writes(b"next");
    assert_eq!(pair.bob_reads(&next), Ok(b"next".to_vec()));
    pair.at_bob = copy(&pair.at_bob);
    assert_eq!(pair.bob_reads(&late[0]), Err(OpenError::Duplicate));
    assert_eq!(pair.bob_reads(&late[499]), Err(OpenError::Duplicate));
    assert_eq!(pair.bob_reads(&late[500]), Ok(500_u32.to_be_bytes().to_vec()));
    assert_eq!(pair.bob_reads(&late[2_499]), Ok(2_499_u32.to_be_bytes().to_vec()));
}

#[test]
fn lost_messages_on_both_sides_of_a_turn_are_passed_over_at_once() {
    let mut pair = Pair::running();
    lose(&mut pair, 3_000);
    let answer = pair.bob_writes(b"answer");
    pair.alice_reads(&answer).unwrap();
    lose(&mut pair, 3_000);
    let next = pair.alice_writes(b"next");
    assert_eq!(pair.bob_reads(&next), Ok(b"next".to_vec()));
    // A record stays within its bound all the same.
    pair.at_bob = copy(&pair.at_bob);
    pair.assert_flows();
}

#[test]
fn only_the_holder_of_the_header_key_can_make_us_step_over_keys() {
    let mut pair = Pair::running();
    lose(&mut pair, MAX_JUMP + 1);
    let far = pair.alice_writes(b"far ahead");
    assert_eq!(pair.bob_reads(&far), Err(OpenError::TooFarAhead), "the number in Alice's header is read");
    // A header that anybody but Alice wrote, or that was altered together with its nonce, opens under no key of Bob's,
    // so its number is never read. A relay can use only Alice's own header: with it, each altered body costs one jump.
    for at in (1..1 + 24).chain(RATCHET_OVERHEAD - 54..RATCHET_OVERHEAD) {
        let mut forged = far.clone();
        forged[at] ^= 1;
        assert_eq!(pair.bob_reads(&forged), Err(OpenError::Undecryptable), "byte {at}");
    }
    let mut elsewhere = Pair::of(Phone::new(11), Phone::new(12)).answered();
    lose(&mut elsewhere, MAX_JUMP + 1);
    let foreign = elsewhere.alice_writes(b"from another conversation");
    assert_eq!(pair.bob_reads(&foreign), Err(OpenError::Undecryptable));
}
