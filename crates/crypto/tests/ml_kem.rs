//! ML-KEM-768 here (libcrux) against an independent implementation (the crate `ml-kem`).

#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use ml_kem::{B32, Decapsulate as _, DecapsulationKey768, EncapsulationKey768, Seed, kem::KeyExport as _};
use pillarbox_crypto::{KemCiphertext, KemPublic, KemSecret};
use proptest::{array::uniform, prelude::*};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

fn theirs(seed: &[u8; 64]) -> DecapsulationKey768 {
    DecapsulationKey768::from_seed(Seed::from(*seed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_seed_gives_one_public_key(seed in uniform::<_, 64>(any::<u8>())) {
        let public = KemSecret::from_seed(seed).public();
        let other = theirs(&seed).encapsulation_key().to_bytes();
        prop_assert_eq!(&public.as_bytes()[..], &other[..]);
        prop_assert_eq!(KemPublic::from_bytes(&other).unwrap(), public);
    }

    #[test]
    fn what_is_encapsulated_here_opens_there(seed in uniform::<_, 64>(any::<u8>()), random: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(random);
        let (ciphertext, shared) = KemSecret::from_seed(seed).public().encapsulate(&mut rng);
        let opened = theirs(&seed).decapsulate(&(*ciphertext.as_bytes()).into());
        prop_assert_eq!(&shared.as_bytes()[..], &opened[..]);
    }

    #[test]
    fn what_is_encapsulated_there_opens_here(
        seed in uniform::<_, 64>(any::<u8>()),
        message in uniform::<_, 32>(any::<u8>()),
    ) {
        let secret = KemSecret::from_seed(seed);
        let key = EncapsulationKey768::new(&(*secret.public().as_bytes()).into()).unwrap();
        let (ciphertext, shared) = key.encapsulate_deterministic(&B32::from(message));
        let ciphertext = KemCiphertext::from_bytes(&ciphertext).unwrap();
        let opened = secret.decapsulate(&ciphertext);
        prop_assert_eq!(&opened.as_bytes()[..], &shared[..]);
    }

    #[test]
    fn an_altered_ciphertext_gives_the_same_unrelated_secret(
        seed in uniform::<_, 64>(any::<u8>()),
        random: u64,
        at in 0..1088usize,
        bit in 0..8u8,
    ) {
        let mut rng = ChaCha20Rng::seed_from_u64(random);
        let secret = KemSecret::from_seed(seed);
        let (ciphertext, shared) = secret.public().encapsulate(&mut rng);
        let mut altered = *ciphertext.as_bytes();
        altered[at] ^= 1 << bit;
        let here = secret.decapsulate(&KemCiphertext::from_bytes(&altered).unwrap());
        let there = theirs(&seed).decapsulate(&altered.into());
        prop_assert_eq!(&here.as_bytes()[..], &there[..]);
        prop_assert_ne!(here.as_bytes(), shared.as_bytes());
    }
}

#[test]
fn the_seed_survives_storage() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let secret = KemSecret::generate(&mut rng);
    let restored = KemSecret::from_seed(*secret.seed());
    assert_eq!(restored.public(), secret.public());
    assert_ne!(KemSecret::generate(&mut rng).public(), secret.public());
}
