//! The bytes that follow a payload: the content under a key of its own, and that key wrapped to the authority.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use pillarbox_crypto::{AeadKey, Padding, aead};
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

/// Bytes of a message's key.
pub(super) const KEY_LEN: usize = 32;

/// Bytes that the ratchet encrypts: the key and a digest of the content.
pub(super) const HELD_LEN: usize = KEY_LEN + 32;

/// Bytes of a leaf: a point and a sealed key.
pub(super) const LEAF_LEN: usize = 32 + KEY_LEN + pillarbox_crypto::TAG_LEN;

/// Bytes of the content's length.
const LENGTH_LEN: usize = 4;

/// Each key seals one thing only.
const NONCE: [u8; 12] = [0; 12];

/// The purposes for which bytes are hashed here.
const RANDOMNESS: &[u8] = b"pillarbox proposal escrow randomness";
const CONTENT: &[u8] = b"pillarbox proposal escrow content";
const WRAPPING: &[u8] = b"pillarbox proposal escrow wrapping";

/// The key of one message.
pub(super) type MessageKey = Zeroizing<[u8; KEY_LEN]>;

/// A payload in its parts.
pub(super) struct Escrowed<'p> {
    /// The part for the ratchet, which holds the key.
    pub(super) for_ratchet: &'p [u8],
    content: &'p [u8],
    leaf: &'p [u8],
}

impl<'p> Escrowed<'p> {
    /// Takes a payload apart; none if nothing of this form follows the ratchet's part.
    pub(super) fn of(payload: &'p [u8]) -> Option<Self> {
        let (rest, length) = payload.split_last_chunk::<LENGTH_LEN>()?;
        let (rest, leaf) = rest.split_at_checked(rest.len().checked_sub(LEAF_LEN)?)?;
        let content = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (for_ratchet, content) = rest.split_at_checked(rest.len().checked_sub(content)?)?;
        (!for_ratchet.is_empty() && !content.is_empty()).then_some(Self { for_ratchet, content, leaf })
    }

    /// Returns the point with which whoever has the authority's key opens the leaf; none if the bytes are no point.
    pub(super) fn point(&self) -> Option<RistrettoPoint> {
        CompressedRistretto::from_slice(self.leaf.get(..32)?).ok()?.decompress()
    }

    /// Opens the leaf with the product of its point and the authority's key.
    pub(super) fn unwrap(&self, shared: &RistrettoPoint) -> Option<MessageKey> {
        let (point, wrapped) = self.leaf.split_at_checked(32)?;
        let key = aead::open(&wrapping_key(shared, point), &NONCE, b"", wrapped).ok()?;
        Some(Zeroizing::new(<[u8; KEY_LEN]>::try_from(key.as_slice()).ok()?))
    }

    /// Returns the key from the bytes that the ratchet gave; none if they are of another form or name other content.
    pub(super) fn held(&self, held: &[u8]) -> Option<MessageKey> {
        let held = <&[u8; HELD_LEN]>::try_from(held).ok()?;
        let (key, digest) = held.split_at_checked(KEY_LEN)?;
        let is_this = Sha256::digest(self.content).as_slice() == digest;
        is_this.then(|| <[u8; KEY_LEN]>::try_from(key).ok().map(Zeroizing::new)).flatten()
    }

    /// Returns true if the leaf is that of this key and this authority.
    pub(super) fn is_of(&self, key: &MessageKey, authority: &RistrettoPoint) -> bool {
        self.leaf == leaf(key, authority)
    }

    /// Opens the content.
    pub(super) fn open(&self, key: &MessageKey) -> Option<Zeroizing<Vec<u8>>> {
        let padded = Zeroizing::new(aead::open(&content_key(key), &NONCE, b"", self.content).ok()?.to_vec());
        Padding::unpad(&padded).ok().map(|body| Zeroizing::new(body.to_vec()))
    }
}

/// Returns the bytes for the ratchet, and those that follow its part.
pub(super) fn escrow(
    key: &MessageKey,
    authority: &RistrettoPoint,
    body: &[u8],
) -> (Zeroizing<Vec<u8>>, Vec<u8>) {
    let padded = Zeroizing::new(Padding::BLOCKS_80.pad(body.to_vec()));
    let content = aead::seal(&content_key(key), &NONCE, b"", &padded);
    let held = Zeroizing::new([key.as_slice(), Sha256::digest(&content).as_slice()].concat());
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes();
    (held, [content.as_slice(), &leaf(key, authority), &length].concat())
}

fn leaf(key: &MessageKey, authority: &RistrettoPoint) -> Vec<u8> {
    let digest = Sha512::new().chain_update(RANDOMNESS).chain_update(key.as_slice()).finalize();
    let random = Scalar::from_bytes_mod_order_wide(&digest.into());
    let point = RistrettoPoint::mul_base(&random).compress().to_bytes();
    let wrapped = aead::seal(&wrapping_key(&(authority * random), &point), &NONCE, b"", key.as_slice());
    [point.as_slice(), &wrapped].concat()
}

fn content_key(key: &MessageKey) -> AeadKey {
    AeadKey::from_bytes(Sha256::new().chain_update(CONTENT).chain_update(key.as_slice()).finalize().into())
}

fn wrapping_key(shared: &RistrettoPoint, point: &[u8]) -> AeadKey {
    let digest = Sha256::new()
        .chain_update(WRAPPING)
        .chain_update(shared.compress().as_bytes())
        .chain_update(point)
        .finalize();
    AeadKey::from_bytes(digest.into())
}
