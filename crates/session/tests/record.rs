//! Records of conversations: writing a record that was read yields the same bytes, and no bytes make the reader
//! panic.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_crypto::Padding;
use pillarbox_session::{Conversation, RecordError};
use pillarbox_wire::Timestamp;
use proptest::prelude::*;
use std::sync::LazyLock;

use crate::support::{BEGUN, Phone};

/// A record with all parts: a running session with skipped keys, and an unanswered one.
static RECORD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (mut alice, mut bob) = (Phone::new(1), Phone::new(2));
    let mut sending = alice.initiate(&mut bob);
    let mut receiving = None;
    for n in 0..6 {
        let (payload, next) = sending.encrypt(b"body", Padding::None).unwrap();
        sending = next;
        if n % 2 == 1 {
            bob.receive(&mut receiving, &payload).unwrap();
        }
    }
    let again = bob.initiate_again(&receiving.unwrap(), &mut alice);
    again.to_record().to_vec()
});

/// The bytes of [`RECORD`] with the time at which its active, unanswered session began.
const BEGUN_AT: std::ops::Range<usize> = 194 + 35..194 + 35 + 8;

/// Returns the record as the previous version wrote it.
fn without_times() -> Vec<u8> {
    [&[1], &RECORD[1..BEGUN_AT.start], &RECORD[BEGUN_AT.end..]].concat()
}

fn assert_reads_as_written(bytes: &[u8]) {
    if let Ok(conversation) = Conversation::from_record(bytes) {
        let written = conversation.to_record();
        assert!(*written == bytes || bytes[0] == 1, "only another version is written otherwise");
        assert_eq!(Conversation::from_record(&written).unwrap().to_record(), written);
    }
}

#[test]
fn a_record_comes_back_and_no_other_length_does() {
    assert_eq!(*Conversation::from_record(&RECORD).unwrap().to_record(), *RECORD);
    for cut in 0..RECORD.len() {
        assert_eq!(
            Conversation::from_record(&RECORD[..cut]).err(),
            Some(RecordError::Malformed),
            "cut to {cut}"
        );
    }
    let longer = [RECORD.as_slice(), &[0]].concat();
    assert_eq!(Conversation::from_record(&longer).err(), Some(RecordError::Malformed));
}

#[test]
fn a_running_session_takes_344_bytes_and_its_conversation_195_more() {
    let (mut alice, mut bob) = (Phone::new(1), Phone::new(2));
    let (payload, _) = alice.initiate(&mut bob).encrypt(b"body", Padding::None).unwrap();
    let mut receiving = None;
    bob.receive(&mut receiving, &payload).unwrap();
    assert_eq!(receiving.unwrap().to_record().len(), 344 + 195);
}

#[test]
fn a_record_says_when_an_unanswered_session_began() {
    let conversation = Conversation::from_record(&RECORD).unwrap();
    assert_eq!(conversation.unanswered_since(), Some(BEGUN));
    assert_eq!(RECORD[BEGUN_AT], BEGUN.0.to_be_bytes());
}

#[test]
fn an_unanswered_session_of_a_record_without_times_counts_as_begun_long_ago() {
    let conversation = Conversation::from_record(&without_times()).unwrap();
    assert_eq!(conversation.unanswered_since(), Some(Timestamp(0)));
    let mut expected = RECORD.clone();
    expected[BEGUN_AT].fill(0);
    assert_eq!(*conversation.to_record(), expected, "written as a record of today");
}

#[test]
fn a_record_of_another_version_is_named() {
    let mut newer = RECORD.clone();
    newer[0] = 3;
    let outcome = Conversation::from_record(&newer).err();
    assert_eq!(outcome, Some(RecordError::Version { expected: 2, got: 3 }));
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_written_the_same_again(
        bytes in proptest::collection::vec(any::<u8>(), 0..4_000),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        assert_reads_as_written(&bytes);
        let mut changed = RECORD.clone();
        for (at, byte) in changes {
            let at = at % changed.len();
            changed[at] = byte;
        }
        assert_reads_as_written(&changed);
        changed[0] = 1;
        assert_reads_as_written(&changed);
    }
}
