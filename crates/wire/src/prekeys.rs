//! Public keys as the relay stores and hands them out: runs of bytes that it never opens.

use serde::{Deserialize, Serialize};

use crate::bytes::FixedBytes;
use crate::ids::DeviceId;

/// The public half of an identity: an Ed25519 key, an X25519 key, and the signature of the first key over the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityKey {
    /// Ed25519 public key (RFC 8032).
    pub signing: FixedBytes<32>,
    /// X25519 public key (RFC 7748).
    pub agreement: FixedBytes<32>,
    /// Ed25519 signature over the X25519 key.
    pub cross_signature: FixedBytes<64>,
}

/// The number of one prekey of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PreKeyId(pub u32);

/// A signed X25519 prekey, used by many senders until the phone replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPreKey {
    /// The prekey's number.
    pub id: PreKeyId,
    /// X25519 public key.
    pub key: FixedBytes<32>,
    /// Signature by the identity's Ed25519 key.
    pub signature: FixedBytes<64>,
}

/// An X25519 prekey for one sender only. It needs no signature: without the signed prekey it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimePreKey {
    /// The prekey's number.
    pub id: PreKeyId,
    /// X25519 public key.
    pub key: FixedBytes<32>,
}

/// An ML-KEM-768 prekey (FIPS 203), for one sender only or, as the last resort, for many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KemPreKey {
    /// The prekey's number.
    pub id: PreKeyId,
    /// ML-KEM-768 encapsulation key, boxed so that moving a frame stays cheap.
    pub key: Box<FixedBytes<1184>>,
    /// Signature by the identity's Ed25519 key.
    pub signature: FixedBytes<64>,
}

/// The prekeys that a device uploads to the relay, so that strangers can write to it while it is away.
///
/// An absent key leaves the stored one unchanged. One-time keys are added to the stock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreKeyUpload {
    /// Replaces the signed prekey.
    pub signed: Option<SignedPreKey>,
    /// Replaces the KEM prekey that the relay hands out when the one-time ones are used up.
    pub last_resort: Option<KemPreKey>,
    /// Added to the stock; at most [`MAX_PREKEYS_PER_UPLOAD`](crate::limits::MAX_PREKEYS_PER_UPLOAD).
    pub one_time: Vec<OneTimePreKey>,
    /// Added to the stock; at most [`MAX_PREKEYS_PER_UPLOAD`](crate::limits::MAX_PREKEYS_PER_UPLOAD).
    pub one_time_kem: Vec<KemPreKey>,
}

/// The keys that a sender needs to start a session with one device (PQXDH, section 3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceBundle {
    /// The device among those of the account.
    pub device: DeviceId,
    /// The device's signed prekey.
    pub signed: SignedPreKey,
    /// A one-time prekey, which the relay has deleted; absent when the stock is used up.
    pub one_time: Option<OneTimePreKey>,
    /// A one-time KEM prekey, which the relay has deleted, or the last-resort one.
    pub kem: KemPreKey,
    /// True if `kem` is the last-resort prekey, because the stock is used up.
    pub kem_is_last_resort: bool,
}
