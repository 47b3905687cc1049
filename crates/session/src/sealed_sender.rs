//! Sealed sender: an envelope that names its sender to the recipient and to nobody in between.
//!
//! The envelope follows Signal's sealed sender of 2018 ("Technology preview: Sealed sender for Signal"). It has two
//! layers, each a Diffie-Hellman agreement with the recipient's identity. The outer one, from an ephemeral key, hides
//! the sender's identity key. The inner one, from that identity key, proves it and hides certificate and payload.
//!
//! ```text
//! kind 0x03 (1)  ephemeral (32)  sender's agreement key (32 + 16)
//!                account (16)  device (1)  expiry (4)  relay's signature (64)  payload (n)  tag (16)
//!
//! chain, K1   = HKDF(salt = recipient || ephemeral, DH(ephemeral, recipient), label 1 || 0), and || 1
//! sealed key  = AEAD(K1, nonce 0, kind, sender's agreement key)
//! K2          = HKDF(salt = chain || sealed key, DH(sender, recipient), label 2)
//! rest        = AEAD(K2, nonce 0, kind || ephemeral || sealed key, certificate || payload)
//! ```
//!
//! Each envelope has its own ephemeral key, so both keys are used once and their nonce is zero. The certificate
//! travels without its agreement key. The recipient inserts the key that the inner layer has proved, so a
//! certificate for another key cannot verify.
//!
//! The envelope is not post-quantum. Somebody who records envelopes today and has a quantum computer later learns
//! senders, not texts. The envelope does not know what its payload is.

use crate::{
    kind,
    layout::{Reader, WrongLength},
};
use pillarbox_crypto::{
    AeadKey, AgreementPublic, AgreementSecret, AuthenticationFailed, IdentityPublic, IdentitySecret,
    NotContributory, Signature, SigningPublic, TAG_LEN,
    aead::{open, seal as seal_bytes},
    kdf::hkdf,
    labels::{SEALED_SENDER_EPHEMERAL, SEALED_SENDER_STATIC, SENDER_CERTIFICATE},
};
use pillarbox_wire::{
    AccountId, DeviceAddress, DeviceId, FixedBytes, SenderCertificate, Timestamp, limits::MAX_PAYLOAD_LEN,
};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of the sender's agreement key once sealed.
const SEALED_KEY_LEN: usize = 32 + TAG_LEN;

/// Bytes of a certificate without its agreement key.
const CERTIFICATE_LEN: usize = 16 + 1 + 4 + 64;

/// Bytes that an envelope adds to its payload.
pub const SEALED_OVERHEAD: usize = 1 + 32 + SEALED_KEY_LEN + CERTIFICATE_LEN + TAG_LEN;

const _: () = assert!(SEALED_OVERHEAD == 182);

const NONCE: [u8; 12] = [0; 12];

/// Reasons that an envelope is not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The certificate is for another key than ours, so the recipient would refuse it.
    #[error("the sender certificate is for another identity")]
    ForeignCertificate,
    /// The recipient's key contributes nothing.
    #[error("the recipient's identity key contributes nothing")]
    NotContributory,
    /// The payload leaves no room for the envelope.
    #[error("the payload has {got} bytes, where at most {most} fit an envelope")]
    TooLong {
        /// The longest payload that fits, in bytes.
        most: usize,
        /// The length of this payload in bytes.
        got: usize,
    },
}

impl From<NotContributory> for SealError {
    fn from(_: NotContributory) -> Self {
        Self::NotContributory
    }
}

/// Reasons that an envelope is refused. They are for this phone alone, like every reason for not opening something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnsealError {
    /// The bytes are not an envelope.
    #[error("the payload is not a sealed-sender envelope")]
    Malformed,
    /// The envelope is for somebody else, or was altered.
    #[error("the envelope does not open")]
    Undecryptable,
    /// The certificate is not the relay's for this sender.
    #[error("the sender certificate does not verify")]
    Certificate,
    /// The certificate is the relay's, and has expired.
    #[error("the sender certificate has expired")]
    Expired,
}

impl From<WrongLength> for UnsealError {
    fn from(WrongLength: WrongLength) -> Self {
        Self::Malformed
    }
}

impl From<NotContributory> for UnsealError {
    fn from(_: NotContributory) -> Self {
        Self::Undecryptable
    }
}

impl From<AuthenticationFailed> for UnsealError {
    fn from(_: AuthenticationFailed) -> Self {
        Self::Undecryptable
    }
}

/// The contents of an envelope.
///
/// Invariants: the creator of the envelope holds the private half of `agreement`, or our own private key; the relay
/// certified that `agreement` is `sender`'s. The caller compares it with the sender's *known* identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// The device that sent the envelope.
    pub sender: DeviceAddress,
    /// The sender's X25519 identity key.
    pub agreement: AgreementPublic,
    /// The payload that the envelope contains.
    pub payload: Vec<u8>,
}

/// Seals `payload` for `recipient`.
///
/// # Errors
/// [`SealError`].
pub fn seal(
    rng: &mut impl CryptoRng,
    sender_identity: &IdentitySecret,
    certificate: &SenderCertificate,
    recipient: &IdentityPublic,
    payload: &[u8],
) -> Result<Vec<u8>, SealError> {
    let SenderCertificate { sender, agreement, expires_at, signature } = certificate;
    let sender_key = sender_identity.agreement();
    let sender_public = *sender_identity.public().agreement();
    if agreement.0 != *sender_public.as_bytes() {
        return Err(SealError::ForeignCertificate);
    }
    let most = MAX_PAYLOAD_LEN - SEALED_OVERHEAD;
    if payload.len() > most {
        return Err(SealError::TooLong { most, got: payload.len() });
    }

    let recipient = recipient.agreement();
    let ephemeral = AgreementSecret::generate(rng);
    let ephemeral_public = ephemeral.public();
    let outer = Outer::derive(recipient, &ephemeral_public, &ephemeral, recipient)?;
    let sealed_key = seal_bytes(&outer.key, &NONCE, &[kind::SEALED], sender_public.as_bytes());
    let inner_key = outer.inner_key(&sealed_key, sender_key, recipient)?;

    let head = [&[kind::SEALED], ephemeral_public.as_bytes().as_slice(), &sealed_key].concat();
    let DeviceAddress { account, device } = sender;
    let expires_at = expires_at.to_be_bytes();
    let mut plaintext = [&account.0, [device.0].as_slice(), &expires_at, &signature.0, payload].concat();
    let sealed = seal_bytes(&inner_key, &NONCE, &head, &plaintext);
    plaintext.zeroize();
    Ok([head, sealed].concat())
}

/// Opens an envelope and checks its certificate.
///
/// # Errors
/// [`UnsealError`].
pub fn unseal(
    recipient: &IdentitySecret,
    relay_certificate_key: &SigningPublic,
    now: Timestamp,
    envelope: &[u8],
) -> Result<Unsealed, UnsealError> {
    let (head, sealed) = envelope.split_at_checked(1 + 32 + SEALED_KEY_LEN).ok_or(UnsealError::Malformed)?;
    let mut reader = Reader::new(head);
    if reader.u8()? != kind::SEALED || sealed.len() < CERTIFICATE_LEN + TAG_LEN {
        return Err(UnsealError::Malformed);
    }
    let ephemeral = AgreementPublic::from_bytes(*reader.take()?);
    let sealed_key = reader.rest();

    let secret = recipient.agreement();
    let outer = Outer::derive(recipient.public().agreement(), &ephemeral, secret, &ephemeral)?;
    let sender_key = open(&outer.key, &NONCE, &[kind::SEALED], sealed_key)?;
    let agreement = AgreementPublic::from_bytes(*Reader::new(&sender_key).take()?);
    let inner_key = outer.inner_key(sealed_key, secret, &agreement)?;
    let plaintext = open(&inner_key, &NONCE, head, sealed)?;

    let mut reader = Reader::new(&plaintext);
    let certificate = SenderCertificate {
        sender: DeviceAddress { account: AccountId(*reader.take()?), device: DeviceId(reader.u8()?) },
        agreement: FixedBytes(*agreement.as_bytes()),
        expires_at: reader.u32()?,
        signature: FixedBytes(*reader.take()?),
    };
    let signature = Signature::from_bytes(certificate.signature.0);
    relay_certificate_key
        .verify(SENDER_CERTIFICATE, &certificate.signed_bytes(), &signature)
        .map_err(|_| UnsealError::Certificate)?;
    if now.as_seconds() > u64::from(certificate.expires_at) {
        return Err(UnsealError::Expired);
    }
    Ok(Unsealed { sender: certificate.sender, agreement, payload: reader.rest().to_vec() })
}

/// Keys of the outer layer.
struct Outer {
    chain: Zeroizing<[u8; 32]>,
    key: AeadKey,
}

impl Outer {
    /// Derives the keys. The sender passes the ephemeral secret and the recipient's public key; the recipient passes
    /// its own secret and the ephemeral public key.
    fn derive(
        recipient: &AgreementPublic,
        ephemeral: &AgreementPublic,
        secret: &AgreementSecret,
        public: &AgreementPublic,
    ) -> Result<Self, NotContributory> {
        let shared = secret.agree(public)?;
        let salt = [recipient.as_bytes().as_slice(), ephemeral.as_bytes()].concat();
        let derive = |part| hkdf::<32>(&salt, &[shared.as_bytes()], SEALED_SENDER_EPHEMERAL, &[part]);
        Ok(Self { chain: derive(0), key: AeadKey::from_bytes(*derive(1)) })
    }

    /// Derives the key of the inner layer. Each side passes its own secret key and the other side's public key.
    fn inner_key(
        &self,
        sealed_key: &[u8],
        secret: &AgreementSecret,
        public: &AgreementPublic,
    ) -> Result<AeadKey, NotContributory> {
        let shared = secret.agree(public)?;
        let salt = Zeroizing::new([self.chain.as_slice(), sealed_key].concat());
        Ok(AeadKey::from_bytes(*hkdf::<32>(&salt, &[shared.as_bytes()], SEALED_SENDER_STATIC, &[])))
    }
}
