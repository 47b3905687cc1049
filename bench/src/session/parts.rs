//! The cost of the parts of each figure, through `pillarbox-crypto`. It shows which parts take the time, and how
//! much would remain if every step between them cost nothing.

use super::{TEXT, unit};
use crate::{
    Failure,
    measure::{Stopwatch, alternate},
    report::Part,
};
use pillarbox_crypto::{
    AeadKey, AgreementSecret, KemSecret, SigningSecret,
    OneTimeKey,
    aead::seal_extended,
    committing::seal_in_place,
    kdf::chain_step,
    labels::SIGNED_KEM_PREKEY,
};
use rand::rng;
use std::hint::black_box;

/// The number of operations on a curve or a lattice in one measurement, and then of operations on a message.
const SLOW: u32 = 2_000;
const FAST: u32 = 100_000;

/// Bytes of the associated data that a body is bound to: two identities, kind, header.
const BOUND_LEN: usize = 128 + 1 + 38;

/// Bytes of a header.
const HEADER_LEN: usize = 38;

pub(super) fn table() -> Result<Vec<Part>, Failure> {
    let (ours, theirs) =
        (AgreementSecret::generate(&mut rng()), AgreementSecret::generate(&mut rng()).public());
    let ready = theirs.ready();
    let signing = SigningSecret::generate(&mut rng());
    let verifying = signing.public();
    let kem = KemSecret::generate(&mut rng());
    let kem_public = kem.public();
    let signature = signing.sign(SIGNED_KEM_PREKEY, kem_public.as_bytes());
    let (ciphertext, _) = kem_public.encapsulate(&mut rng());
    let (key, bound) = (AeadKey::from_bytes([1; 32]), [0; BOUND_LEN]);
    let (once, nonce) = (OneTimeKey::from_bytes([1; 32]), [2; 24]);
    let mut body = [0; TEXT.len() + 1];
    Ok(vec![
        part("agreement", SLOW, || ours.agree(&theirs))?,
        part("agreement, peer's key ready", SLOW, || ours.agree_with(&ready))?,
        part("public half of a new key", SLOW, || ours.public())?,
        part("signature checked, 1,184 bytes", SLOW, || {
            verifying.verify(SIGNED_KEM_PREKEY, kem_public.as_bytes(), &signature)
        })?,
        part("KEM: key from its seed", SLOW, || kem.public())?,
        part("KEM: encapsulate", SLOW, || kem_public.encapsulate(&mut rng()))?,
        part("KEM: key from its seed and decapsulate", SLOW, || kem.decapsulate(&ciphertext))?,
        part("chain step", FAST, || chain_step(key.as_bytes()))?,
        part("body sealed and committed to, 300 bytes", FAST, || {
            seal_in_place(&once, &[&bound], &mut body)
        })?,
        part("header sealed", FAST, || seal_extended(&key, &nonce, &[], &[0; HEADER_LEN]))?,
    ])
}

fn part<T>(what: &'static str, count: u32, mut work: impl FnMut() -> T) -> Result<Part, Failure> {
    let mut work = || {
        let start = Stopwatch::start();
        for _ in 0..count {
            black_box(work());
        }
        Ok(start.each(count))
    };
    let [unit, ours] = alternate([&mut unit(), &mut work])?;
    Ok(Part { what, ours: ours.over(&unit) })
}
