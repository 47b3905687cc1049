//! Keys, labels and primitives: the foundation of every other crate of Pillarbox.
//!
//! This layer offers one safe form for each primitive and one type for each secret. A key agreement that
//! contributes nothing is refused. Signatures are verified strictly and always under a label. Tags and tokens are
//! compared in constant time. Secrets are wiped when dropped and print as their type's name.
//!
//! It knows nothing of messages, accounts, sessions, storage or time. It has no randomness of its own; a function
//! that needs randomness takes `&mut impl CryptoRng`.
//!
//! | file | primitive | source |
//! |---|---|---|
//! | [`agreement`] | X25519 | RFC 7748 |
//! | [`signature`] | Ed25519, strict | RFC 8032 |
//! | [`identity`] | the two long-term keys of an account | - |
//! | [`kem`] | ML-KEM-768 | FIPS 203 |
//! | [`aead`] | ChaCha20-Poly1305, XChaCha20-Poly1305 | RFC 8439, draft-irtf-cfrg-xchacha-03 |
//! | [`committing`] | SIV of HMAC-SHA-256 and ChaCha20, whose tag is a commitment | EUROCRYPT 2006, CRYPTO 2018 |
//! | [`salamander`] | an attack on the authentication of [`aead`], for measurements and tests | CRYPTO 2018 |
//! | [`kdf`] | SHA-256, HMAC, HKDF, the ratchet's chain step | FIPS 180-4, RFC 2104, RFC 5869 |
//! | [`password`] | Argon2id | RFC 9106 |
//! | [`fingerprint`] | the safety number | Signal's numeric fingerprint |
//! | [`log`] | an append-only log with a map of its latest entries | RFC 6962, section 2.1 |
//! | [`padding`] | length buckets | ISO/IEC 7816-4, Padmé (PETS 2019) |
//! | [`labels`] | every domain-separation string | - |

mod redact;

pub mod aead;
pub mod agreement;
pub mod committing;
pub mod equal;
pub mod fingerprint;
pub mod identity;
pub mod kdf;
pub mod kem;
pub mod labels;
pub mod log;
pub mod padding;
pub mod password;
pub mod salamander;
pub mod signature;
pub mod token;

#[cfg(test)]
mod vectors;

pub use aead::{AeadKey, AuthenticationFailed, TAG_LEN};
pub use agreement::{AgreementPublic, AgreementSecret, NotContributory, ReadyPublic, SharedSecret};
pub use committing::{OneTimeKey, Opening};
pub use equal::equal;
pub use fingerprint::{FingerprintParameters, SafetyNumber};
pub use identity::{IdentityError, IdentityPublic, IdentitySecret};
pub use kem::{
    KEM_CIPHERTEXT_LEN, KEM_PUBLIC_LEN, KEM_SEED_LEN, KemCiphertext, KemError, KemPublic, KemSecret,
};
pub use labels::Label;
pub use padding::{BadPadding, Padding};
pub use password::{CostError, PasswordCost};
pub use signature::{BadSignature, BadSigningKey, Signature, SigningPublic, SigningSecret};
pub use token::SecretBytes;
