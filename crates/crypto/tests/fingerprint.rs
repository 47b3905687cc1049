//! The safety number against the vectors that Signal publishes with libsignal
//! (`rust/protocol/src/fingerprint.rs`, tests of version 1 and version 2), and its properties.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test")]

use pillarbox_crypto::{FingerprintParameters, SafetyNumber};
use proptest::prelude::*;

const ALICE_ID: &[u8] = b"+14152222222";
const ALICE_KEY: &str = "0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868";
const BOB_ID: &[u8] = b"+14153333333";
const BOB_KEY: &str = "05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b";

/// The same digits in version 1 and version 2.
const DIGITS: &str = "300354477692869396892869876765458257569162576843440918079131";

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn signals_digits() {
    let (alice, bob) = (bytes(ALICE_KEY), bytes(BOB_KEY));
    let (alice, bob) = ((ALICE_ID, &alice[..]), (BOB_ID, &bob[..]));
    let at_alice = SafetyNumber::new(FingerprintParameters::SIGNAL, alice, bob);
    let at_bob = SafetyNumber::new(FingerprintParameters::SIGNAL, bob, alice);
    assert_eq!(at_alice.digits(), DIGITS);
    assert_eq!(at_bob.digits(), DIGITS);
    assert_eq!(
        at_alice.to_string(),
        "30035 44776 92869 39689 28698 76765 45825 75691 62576 84344 09180 79131"
    );
}

/// Parameters with few iterations, because these properties do not depend on the number.
const FEW: FingerprintParameters = FingerprintParameters { version: 0, iterations: 2 };

proptest! {
    #[test]
    fn both_people_see_the_same_number(a: [u8; 64], b: [u8; 64], a_id: [u8; 4], b_id: [u8; 4]) {
        let (a, b) = ((&a_id[..], &a[..]), (&b_id[..], &b[..]));
        let number = SafetyNumber::new(FEW, a, b);
        prop_assert_eq!(&number, &SafetyNumber::new(FEW, b, a));
        prop_assert_eq!(number.digits().len(), 60);
        prop_assert_eq!(SafetyNumber::parse(&number.to_string()), Some(number.clone()));
        prop_assert_eq!(SafetyNumber::parse(&number.digits()), Some(number));
    }

    #[test]
    fn somebody_in_between_changes_it(a: [u8; 64], b: [u8; 64], mallory: [u8; 64]) {
        prop_assume!(mallory != b && mallory != a && a != b);
        let at_alice = SafetyNumber::new(FEW, (b"alice", &a), (b"bob", &mallory));
        let at_bob = SafetyNumber::new(FEW, (b"bob", &b), (b"alice", &mallory));
        prop_assert_ne!(at_alice, at_bob);
    }

    #[test]
    fn every_parameter_counts(key: [u8; 64], version in 1..u16::MAX, iterations in 3..50u32) {
        let number = |parameters| SafetyNumber::new(parameters, (b"a", &key), (b"b", &key));
        prop_assert_ne!(number(FEW), number(FingerprintParameters { version, ..FEW }));
        prop_assert_ne!(number(FEW), number(FingerprintParameters { iterations, ..FEW }));
    }

    #[test]
    fn text_that_is_no_number_is_refused(text in "[0-9 ]{0,59}|[0-9]{61,70}|[0-9]{59}[a-z٣]") {
        prop_assert_eq!(SafetyNumber::parse(&text), None);
    }
}
