//! Frames of phones that know their own keys and nothing of sessions.

use pillarbox_crypto::labels::DELIVERY_KEY;
use pillarbox_crypto::{IdentityPublic, IdentitySecret, SigningSecret, kdf};
use pillarbox_session::{KemPreKeySecret, SignedPreKeySecret};
use pillarbox_transport::sign_handshake;
use pillarbox_wire::{
    AccountId, Authenticate, Bytes, ClientFrame, Deliver, DeviceAddress, DeviceId, FixedBytes, Handle,
    IdentityKey, KemPreKey, OneTimePreKey, PreKeyId, PreKeyUpload, Register, RelayFrame, RequestId,
    SignedPreKey, Submit,
};
use rand_core::CryptoRng;

/// Returns the device key that is derived from a seed.
#[must_use]
pub fn device_key(seed: u8) -> SigningSecret {
    SigningSecret::from_bytes([seed; 32])
}

/// Builds the frame with which a device names itself on a connection with this handshake.
#[must_use]
pub fn authenticate(
    key: &SigningSecret,
    address: DeviceAddress,
    handshake_hash: &[u8; 32],
    request: RequestId,
) -> ClientFrame {
    let signature = sign_handshake(key, handshake_hash);
    ClientFrame::Authenticate(Authenticate { request, address, signature })
}

/// Builds a submission.
#[must_use]
pub fn submission(
    request: RequestId,
    to: DeviceAddress,
    delivery_key: Option<[u8; 32]>,
    payload: &[u8],
) -> ClientFrame {
    let delivery_key = delivery_key.map(FixedBytes);
    ClientFrame::Submit(Submit { request, to, delivery_key, payload: Bytes(payload.to_vec()) })
}

/// Builds an identity key that no relay opens.
#[must_use]
pub fn identity(seed: u8) -> IdentityKey {
    IdentityKey {
        signing: FixedBytes([seed; 32]),
        agreement: FixedBytes([seed ^ 0x55; 32]),
        cross_signature: FixedBytes([seed; 64]),
    }
}

/// Builds a KEM prekey that no relay opens.
#[must_use]
pub fn kem(id: u32) -> KemPreKey {
    KemPreKey {
        id: PreKeyId(id),
        key: Box::new(FixedBytes([id as u8; 1184])),
        signature: FixedBytes([id as u8; 64]),
    }
}

/// Builds a one-time prekey that no relay opens.
#[must_use]
pub fn one_time(id: u32) -> OneTimePreKey {
    OneTimePreKey { id: PreKeyId(id), key: FixedBytes([id as u8; 32]) }
}

/// Builds an upload of one-time prekeys of both kinds.
#[must_use]
pub fn upload(ids: std::ops::Range<u32>) -> PreKeyUpload {
    PreKeyUpload {
        signed: None,
        last_resort: None,
        one_time: ids.clone().map(one_time).collect(),
        one_time_kem: ids.map(kem).collect(),
    }
}

/// Builds a registration with three one-time prekeys of each kind. A relay accepts it, because it opens none of
/// these keys.
#[must_use]
pub fn registration(
    seed: u8,
    handle: Option<&str>,
    handshake_hash: &[u8; 32],
    request: RequestId,
) -> ClientFrame {
    let key = device_key(seed);
    let signed =
        SignedPreKey { id: PreKeyId(0), key: FixedBytes([seed; 32]), signature: FixedBytes([seed; 64]) };
    ClientFrame::Register(Box::new(Register {
        request,
        handle: handle.map(|text| Handle::parse(text).unwrap()),
        identity: identity(seed),
        device_key: FixedBytes(*key.public().as_bytes()),
        delivery_verifier: FixedBytes(kdf::hash(DELIVERY_KEY, &[&[seed; 32]])),
        prekeys: PreKeyUpload { signed: Some(signed), last_resort: Some(kem(1_000)), ..upload(1..4) },
        signature: sign_handshake(&key, handshake_hash),
    }))
}

/// Returns the deliveries among some frames.
#[must_use]
pub fn deliveries(frames: &[RelayFrame]) -> Vec<&Deliver> {
    let found = frames.iter().filter_map(|frame| match frame {
        RelayFrame::Deliver(deliver) => Some(deliver),
        _ => None,
    });
    found.collect()
}

/// Returns an address that no relay assigns.
#[must_use]
pub fn nobody() -> DeviceAddress {
    DeviceAddress { account: AccountId([0xee; 16]), device: DeviceId::FIRST }
}

/// Returns a number under which a phone can be looked up.
#[must_use]
pub fn handle(number: &str) -> Handle {
    Handle::parse(number).unwrap()
}

/// Returns an identity as phones upload it.
#[must_use]
pub fn identity_key(identity: &IdentityPublic) -> IdentityKey {
    IdentityKey {
        signing: FixedBytes(*identity.signing().as_bytes()),
        agreement: FixedBytes(*identity.agreement().as_bytes()),
        cross_signature: FixedBytes(*identity.cross_signature().as_bytes()),
    }
}

/// Returns an uploaded identity as sessions use it.
#[must_use]
pub fn identity_public(key: &IdentityKey) -> IdentityPublic {
    IdentityPublic::from_parts(key.signing.0, key.agreement.0, key.cross_signature.0).unwrap()
}

/// Builds a registration without one-time prekeys, whose other keys are the seed repeated.
#[must_use]
pub fn plain_registration(
    seed: u8,
    handle: Option<&str>,
    handshake_hash: &[u8; 32],
    request: RequestId,
) -> ClientFrame {
    let handle = handle.map(self::handle);
    filled_registration(&device_key(seed), [seed; 32], seed, handle, handshake_hash, request)
}

/// Builds a registration without one-time prekeys, whose other keys are `fixed`, with `filler` as their signatures.
#[must_use]
pub fn filled_registration(
    key: &SigningSecret,
    fixed: [u8; 32],
    filler: u8,
    handle: Option<Handle>,
    handshake_hash: &[u8; 32],
    request: RequestId,
) -> ClientFrame {
    let (fixed, signature) = (FixedBytes(fixed), FixedBytes([filler; 64]));
    let kem = Box::new(FixedBytes([filler; 1184]));
    ClientFrame::Register(Box::new(Register {
        request,
        handle,
        identity: IdentityKey { signing: fixed, agreement: fixed, cross_signature: signature },
        device_key: FixedBytes(*key.public().as_bytes()),
        delivery_verifier: fixed,
        prekeys: PreKeyUpload {
            signed: Some(SignedPreKey { id: PreKeyId(1), key: fixed, signature }),
            last_resort: Some(KemPreKey { id: PreKeyId(1), key: kem, signature }),
            ..PreKeyUpload::default()
        },
        signature: sign_handshake(key, handshake_hash),
    }))
}

/// Builds a registration with which sessions can begin, and with a delivery key of 32 bytes of 1.
#[must_use]
pub fn session_registration(
    identity: &IdentitySecret,
    device: &SigningSecret,
    handle: Option<Handle>,
    handshake_hash: &[u8; 32],
    rng: &mut impl CryptoRng,
) -> ClientFrame {
    let signed = SignedPreKeySecret::generate(PreKeyId(1), identity, rng).public();
    let last_resort = KemPreKeySecret::generate(PreKeyId(2), identity, rng).public();
    ClientFrame::Register(Box::new(Register {
        request: RequestId(1),
        handle,
        identity: identity_key(&identity.public()),
        device_key: FixedBytes(*device.public().as_bytes()),
        delivery_verifier: FixedBytes(kdf::hash(DELIVERY_KEY, &[&[1; 32]])),
        prekeys: PreKeyUpload {
            signed: Some(signed),
            last_resort: Some(last_resort),
            ..PreKeyUpload::default()
        },
        signature: sign_handshake(device, handshake_hash),
    }))
}
