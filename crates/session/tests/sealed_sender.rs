//! Sealed-sender envelopes through the public interface.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_crypto::{IdentitySecret, SigningSecret, labels::SENDER_CERTIFICATE};
use pillarbox_session::{PayloadKind, SEALED_OVERHEAD, SealError, UnsealError, Unsealed, kind, seal, unseal};
use pillarbox_wire::{
    AccountId, DeviceAddress, DeviceId, FixedBytes, SenderCertificate, Timestamp, limits::MAX_PAYLOAD_LEN,
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const EXPIRES_AT: u32 = 1_490_000_000;
const NOW: Timestamp = Timestamp::from_seconds(EXPIRES_AT as u64);

struct Post {
    rng: ChaCha20Rng,
    relay: SigningSecret,
    sender: IdentitySecret,
    recipient: IdentitySecret,
    certificate: SenderCertificate,
}

impl Post {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let [sender, recipient] = [(); 2].map(|()| IdentitySecret::generate(&mut rng));
        let relay = SigningSecret::generate(&mut rng);
        let certificate = certify(&relay, &sender, EXPIRES_AT);
        Self { rng, relay, sender, recipient, certificate }
    }

    fn seal(&mut self, payload: &[u8]) -> Result<Vec<u8>, SealError> {
        seal(&mut self.rng, &self.sender, &self.certificate, &self.recipient.public(), payload)
    }

    fn unseal(&self, envelope: &[u8]) -> Result<Unsealed, UnsealError> {
        unseal(&self.recipient, &self.relay.public(), NOW, envelope)
    }
}

fn certify(relay: &SigningSecret, identity: &IdentitySecret, expires_at: u32) -> SenderCertificate {
    let mut certificate = SenderCertificate {
        sender: DeviceAddress { account: AccountId([9; 16]), device: DeviceId::FIRST },
        agreement: FixedBytes(*identity.public().agreement().as_bytes()),
        expires_at,
        signature: FixedBytes([0; 64]),
    };
    let signature = relay.sign(SENDER_CERTIFICATE, &certificate.signed_bytes());
    certificate.signature = FixedBytes(*signature.as_bytes());
    certificate
}

#[test]
fn the_recipient_learns_sender_and_payload() {
    let mut post = Post::new();
    let envelope = post.seal(b"payload").unwrap();
    assert_eq!((kind(&envelope), envelope.len()), (Ok(PayloadKind::Sealed), 7 + SEALED_OVERHEAD));
    assert_eq!(SEALED_OVERHEAD, 182);
    let unsealed = post.unseal(&envelope).unwrap();
    assert_eq!(unsealed.sender, post.certificate.sender);
    assert_eq!(&unsealed.agreement, post.sender.public().agreement());
    assert_eq!(unsealed.payload, b"payload");
}

#[test]
fn nobody_else_learns_anything() {
    let mut post = Post::new();
    let envelope = post.seal(b"payload").unwrap();
    let account = post.certificate.sender.account.0;
    let agreement = *post.sender.public().agreement().as_bytes();
    for secret in [&account[..], &agreement, b"payload"] {
        assert!(!envelope.windows(secret.len()).any(|window| window == secret));
        let plain = [&account[..], &agreement, b"payload"].concat();
        assert!(plain.windows(secret.len()).any(|window| window == secret), "the search finds what is there");
    }
    // Not even the sender can open the envelope, and no two envelopes have the same bytes.
    let by_sender = unseal(&post.sender, &post.relay.public(), NOW, &envelope);
    assert_eq!(by_sender, Err(UnsealError::Undecryptable));
    assert_ne!(post.seal(b"payload").unwrap()[1..81], envelope[1..81]);
}

#[test]
fn a_flipped_bit_in_any_byte_or_another_length_is_refused() {
    let mut post = Post::new();
    let good = post.seal(b"payload").unwrap();
    let mut wrong = good.clone();
    for at in 0..good.len() {
        for bit in [at % 8, 7] {
            wrong[at] ^= 1 << bit;
            assert!(post.unseal(&wrong).is_err(), "bit {bit} of byte {at}");
            wrong[at] ^= 1 << bit;
        }
        assert!(post.unseal(&good[..at]).is_err(), "cut to {at}");
    }
    wrong.push(0);
    assert!(post.unseal(&wrong).is_err());
    assert!(post.unseal(&good).is_ok());
}

#[test]
fn a_certificate_is_the_relays_and_in_time() {
    let mut post = Post::new();
    let envelope = post.seal(b"payload").unwrap();
    let later = NOW + pillarbox_wire::Duration::from_seconds(1);
    let late = unseal(&post.recipient, &post.relay.public(), later, &envelope);
    assert_eq!(late, Err(UnsealError::Expired));
    let other_relay = SigningSecret::generate(&mut post.rng);
    let elsewhere = unseal(&post.recipient, &other_relay.public(), NOW, &envelope);
    assert_eq!(elsewhere, Err(UnsealError::Certificate));

    // Somebody else's name is beside our own key, which the relay never signed.
    post.certificate.sender.account = AccountId([8; 16]);
    let envelope = post.seal(b"payload").unwrap();
    assert_eq!(post.unseal(&envelope), Err(UnsealError::Certificate));
}

#[test]
fn nobody_uses_another_ones_certificate() {
    let mut post = Post::new();
    let mallory = IdentitySecret::generate(&mut post.rng);
    let victim = post.certificate;
    let recipient = post.recipient.public();
    let outcome = seal(&mut post.rng, &mallory, &victim, &recipient, b"payload");
    assert_eq!(outcome, Err(SealError::ForeignCertificate));
    // Mallory's client skips the check. The certificate travels without its key, and the recipient checks it against
    // the key that the inner layer proved, which is Mallory's.
    let forged =
        SenderCertificate { agreement: FixedBytes(*mallory.public().agreement().as_bytes()), ..victim };
    let envelope = seal(&mut post.rng, &mallory, &forged, &recipient, b"payload").unwrap();
    assert_eq!(post.unseal(&envelope), Err(UnsealError::Certificate));
}

#[test]
fn an_envelope_is_no_longer_than_a_payload_may_be() {
    let mut post = Post::new();
    let most = MAX_PAYLOAD_LEN - SEALED_OVERHEAD;
    assert_eq!(post.seal(&vec![0; most]).unwrap().len(), MAX_PAYLOAD_LEN);
    assert_eq!(post.seal(&vec![0; most + 1]), Err(SealError::TooLong { most, got: most + 1 }));
}

proptest! {
    #[test]
    fn any_bytes_are_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), marked: bool) {
        if let (Some(first), true) = (bytes.first_mut(), marked) {
            *first = 3;
        }
        prop_assert!(Post::new().unseal(&bytes).is_err());
    }
}
