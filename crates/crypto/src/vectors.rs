//! Published test vectors for every primitive, run through this crate's own functions.
//!
//! Most come from C2SP Wycheproof. Each test asserts the numbers of vectors that it accepted and refused, so that
//! no test can pass by running nothing. The vectors are inside the crate because two primitives (Ed25519, HKDF) are
//! public only with a label, which no published vector knows.

mod aead;
mod agreement;
mod kdf;
mod kem;
mod password;
mod signature;

/// Counts of the vectors that went as published: accepted with the right result, or refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    accepted: usize,
    refused: usize,
}

impl Tally {
    fn count(&mut self, accepted: bool) {
        if accepted {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }
}
