//! The lengths of payloads are the same in the session, in `lengths` and in `docs/protocol.md`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

use pillarbox_crypto::Padding;
use pillarbox_session::kind::PayloadKind;
use pillarbox_session::lengths::{CLEAR_OVERHEAD, overheads};
use pillarbox_session::{PREKEY_OVERHEAD, RATCHET_OVERHEAD, SEALED_OVERHEAD, kind};
use proptest::prelude::*;

use crate::support::pair::Pair;

const PROTOCOL: &str = include_str!("../../../docs/protocol.md");

/// Reads the two numbers of a row of the table in section 6.
fn row(begins: &str) -> [usize; 2] {
    let row =
        PROTOCOL.lines().find(|line| line.starts_with(begins)).unwrap_or_else(|| panic!("no row {begins}"));
    let cells = row.trim_matches('|').split('|').skip(1);
    let numbers: Vec<usize> = cells.map(|cell| cell.trim().replace(',', "").parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

#[test]
fn the_lengths_are_those_of_the_protocol() {
    let [running, first] = row("| kind, prekey header, commitment, sealed header |");
    let [sealed, sealed_first] = row("| sealed envelope, if there is one |");
    assert_eq!((running, first), (RATCHET_OVERHEAD, PREKEY_OVERHEAD));
    assert_eq!((sealed, sealed_first), (SEALED_OVERHEAD, SEALED_OVERHEAD));
    assert_eq!(overheads(PayloadKind::Ratchet), [running]);
    assert_eq!(overheads(PayloadKind::PreKey), [first]);
    assert_eq!(overheads(PayloadKind::Sealed), [sealed + running, sealed_first + first]);
    // Without padding and encryption, a payload is its kind and its body.
    assert!(PROTOCOL.contains("| `0x00` server-readable | kind (1), encoded body:"));
    assert_eq!(overheads(PayloadKind::ServerReadable), [CLEAR_OVERHEAD]);
    assert_eq!(CLEAR_OVERHEAD, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_payload_measures_its_bucket_and_the_overhead_of_its_kind(len in 0..2_000_usize) {
        let mut pair = Pair::begun();
        let body = vec![7; len];
        let first = pair.alice_writes(&body);
        pair.bob_reads(&first).unwrap();
        let (answer, _) = pair.at_bob.as_ref().unwrap().encrypt(&body, Padding::BLOCKS_80).unwrap();
        for (payload, padding) in [(first, Padding::None), (answer, Padding::BLOCKS_80)] {
            let over = overheads(kind(&payload).unwrap());
            prop_assert_eq!(over.iter().map(|over| over + padding.padded_len(len)).collect::<Vec<_>>(), [payload.len()]);
        }
    }
}
