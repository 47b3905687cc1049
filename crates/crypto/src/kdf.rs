//! Hashing and key derivation: SHA-256, HMAC (RFC 2104), HKDF (RFC 5869) and the ratchet's chain
//! step (Double Ratchet specification, section 7.2).
//!
//! Every digest and every derived key is bound to a [`Label`]. Only the chain step has none: the specification fixes
//! its inputs to single bytes, and its key is already bound to one session.

use crate::labels::Label;
use hkdf::HkdfExtract;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// Bytes that SHA-256 compresses at once; an HMAC key is padded or hashed to this length.
const BLOCK_LEN: usize = 64;

/// HKDF-Expand numbers its blocks with one byte (RFC 5869, section 2.3).
pub(crate) const MAX_DERIVED_LEN: usize = 255 * 32;

/// Input of the chain step that derives the message key.
const MESSAGE_KEY_INPUT: u8 = 0x01;

/// Input of the chain step that derives the next chain key.
const CHAIN_KEY_INPUT: u8 = 0x02;

/// HKDF-SHA-256: derives `N` bytes from the concatenation of `input`, for the purpose `label ‖ context`.
///
/// An empty `salt` is HKDF's default of zeros. `input` is concatenated without lengths, as PQXDH specifies, so its
/// parts must have fixed lengths.
#[must_use]
pub fn hkdf<const N: usize>(
    salt: &[u8],
    input: &[&[u8]],
    label: Label,
    context: &[u8],
) -> Zeroizing<[u8; N]> {
    const {
        assert!(N <= MAX_DERIVED_LEN, "longer than HKDF-SHA-256 can give");
    }
    let mut derived = Zeroizing::new([0; N]);
    hkdf_into(salt, input, &[label.as_bytes(), context], &mut *derived);
    derived
}

/// HKDF into a slice of at most [`MAX_DERIVED_LEN`] bytes.
#[expect(
    clippy::expect_used,
    reason = "fails only for a longer output, and the public function rules that out when compiled"
)]
pub(crate) fn hkdf_into(salt: &[u8], input: &[&[u8]], info: &[&[u8]], derived: &mut [u8]) {
    let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
    for part in input {
        extract.input_ikm(part);
    }
    let (mut pseudorandom_key, expand) = extract.finalize();
    pseudorandom_key.as_mut_slice().zeroize();
    expand.expand_multi_info(info, derived).expect("the output is short enough");
}

/// Computes HMAC-SHA-256 over the concatenation of `parts`.
///
/// No lengths are mixed in, so pass parts of fixed length, or one part. Compare results with
/// [`equal`](crate::equal::equal).
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// KDF_CK of the Double Ratchet: returns the key of this message and the chain key of the next.
#[must_use]
pub fn chain_step(key: &[u8; 32]) -> (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>) {
    let keyed = keyed(key);
    let step = |input: u8| {
        let mac = keyed.clone().chain_update([input]);
        Zeroizing::new(mac.finalize().into_bytes().into())
    };
    (step(MESSAGE_KEY_INPUT), step(CHAIN_KEY_INPUT))
}

/// Computes SHA-256 under a label, over a list of parts.
///
/// Each part is preceded by its length in eight bytes, so two different lists never hash the same
/// bytes.
#[must_use]
pub fn hash(label: Label, parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(label.as_bytes());
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Returns an HMAC that has absorbed its key. The key is brought to one block here (RFC 2104, section 2), because the
/// `hmac` crate's own constructor for slices returns an error that cannot happen.
pub(crate) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    if let Some(start) = block.get_mut(..key.len()) {
        start.copy_from_slice(key);
    } else {
        let digest = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
        block.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    }
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::{chain_step, hash, hkdf, hmac};
    use crate::labels::{ENVELOPE_DIGEST, RATCHET_HEADER, RATCHET_ROOT};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_chain_step_is_the_specifications(key: [u8; 32]) {
            let (message_key, next) = chain_step(&key);
            prop_assert_eq!(*message_key, hmac(&key, &[&[1]]));
            prop_assert_eq!(*next, hmac(&key, &[&[2]]));
        }

        #[test]
        fn a_hash_tells_where_one_part_ends(a: Vec<u8>, b: Vec<u8>, cut: usize) {
            let joined = [a.as_slice(), &b].concat();
            let cut = cut % (joined.len() + 1);
            let (head, tail) = joined.split_at(cut);
            let same = cut == a.len();
            let parts = hash(ENVELOPE_DIGEST, &[&a, &b]);
            prop_assert_eq!(hash(ENVELOPE_DIGEST, &[head, tail]) == parts, same);
            prop_assert_ne!(hash(ENVELOPE_DIGEST, &[&joined]), parts);
        }

        #[test]
        fn purpose_salt_input_and_context_all_count(salt: [u8; 32], input: [u8; 32], context: u8) {
            let derive = |salt: &[u8], input: &[u8], label, context| {
                *hkdf::<32>(salt, &[input], label, &[context])
            };
            let key = derive(&salt, &input, RATCHET_ROOT, context);
            let mut other = input;
            other[0] ^= 1;
            prop_assert_ne!(key, derive(&salt, &input, RATCHET_HEADER, context));
            prop_assert_ne!(key, derive(&salt, &other, RATCHET_ROOT, context));
            prop_assert_ne!(key, derive(&other, &input, RATCHET_ROOT, context));
            prop_assert_ne!(key, derive(&salt, &input, RATCHET_ROOT, context ^ 1));
        }

        #[test]
        fn a_longer_output_begins_like_a_shorter_one(salt: [u8; 8], input: Vec<u8>) {
            let short = hkdf::<32>(&salt, &[&input], RATCHET_ROOT, b"");
            let long = hkdf::<96>(&salt, &[&input], RATCHET_ROOT, b"");
            prop_assert_eq!(&short[..], &long[..32]);
        }
    }
}
