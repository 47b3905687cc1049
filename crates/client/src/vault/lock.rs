//! The one row of the vault that is not sealed under the vault key: the vault key itself, wrapped.
//!
//! Argon2id derives the key-encryption key from the passphrase (salt and cost are in the clear beside it). That key
//! wraps 32 random bytes, the vault key. A new passphrase rewraps this one row. The row ends with an unkeyed digest
//! of itself, by which a reader tells a wrong passphrase from a damaged row. The digest does not help an attacker
//! who guesses, because it is computed from the row's own bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | layout |
//! | 12 | cost: memory in KiB, passes, lanes, four bytes each |
//! | 16 | salt |
//! | 24 | nonce |
//! | 48 | wrapped vault key and tag; the bytes above are the associated data |
//! | 32 | SHA-256 of all above |

use pillarbox_crypto::{AeadKey, PasswordCost, SecretBytes, aead, equal, kdf, labels, password};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::{ProfileError, StorageError};
use crate::vault::passphrase::Passphrase;

/// The one file of a profile. SQLite keeps a `-wal` beside it while the profile is open.
pub const FILE_NAME: &str = "vault.sqlite";

/// The layout that this program writes, for this row and all others.
pub(super) const LAYOUT: u8 = 1;

const SALT_LEN: usize = 16;
const NONCE_LEN: usize = 24;
const CLEAR_LEN: usize = 1 + 12 + SALT_LEN + NONCE_LEN;
const WRAPPED_LEN: usize = 32 + aead::TAG_LEN;

/// The random key on which everything else in the vault depends.
pub(super) type VaultKey = SecretBytes<32>;

/// Wraps `key` for `passphrase`.
pub(super) fn wrap(
    key: &VaultKey,
    passphrase: &Passphrase,
    cost: PasswordCost,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, ProfileError> {
    let mut salt = [0; SALT_LEN];
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut nonce);
    let mut row = vec![LAYOUT];
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        row.extend_from_slice(&number.to_be_bytes());
    }
    row.extend_from_slice(&salt);
    row.extend_from_slice(&nonce);
    let wrapping = wrapping_key(passphrase.as_bytes(), &salt, cost)?;
    let wrapped = aead::seal_extended(&wrapping, &nonce, &row, key.as_bytes());
    row.extend_from_slice(&wrapped);
    let digest = kdf::hash(labels::VAULT_WRAP, &[&row]);
    row.extend_from_slice(&digest);
    Ok(row)
}

/// Unwraps the result of [`wrap`].
pub(super) fn unwrap(row: &[u8], passphrase: &Passphrase) -> Result<VaultKey, ProfileError> {
    const DAMAGED: ProfileError = ProfileError::Storage(StorageError::Damaged);
    let (sealed, digest) = row.split_last_chunk::<32>().ok_or(DAMAGED)?;
    if !equal(&kdf::hash(labels::VAULT_WRAP, &[sealed]), digest) {
        return Err(DAMAGED);
    }
    let (&layout, _) = sealed.split_first().ok_or(DAMAGED)?;
    if layout > LAYOUT {
        return Err(ProfileError::NewerVersion { found: layout, known: LAYOUT });
    }
    if layout != LAYOUT || sealed.len() != CLEAR_LEN + WRAPPED_LEN {
        return Err(DAMAGED);
    }
    let (cost, rest) = cost(sealed).ok_or(DAMAGED)?;
    let (salt, rest) = rest.split_first_chunk::<SALT_LEN>().ok_or(DAMAGED)?;
    let (nonce, wrapped) = rest.split_first_chunk::<NONCE_LEN>().ok_or(DAMAGED)?;
    let (associated, _) = sealed.split_at_checked(CLEAR_LEN).ok_or(DAMAGED)?;
    for typed in passphrase.candidates() {
        let wrapping = wrapping_key(typed, salt, cost)?;
        if let Ok(opened) = aead::open_extended(&wrapping, nonce, associated, wrapped) {
            let key = Zeroizing::new(<[u8; 32]>::try_from(opened.as_slice()).map_err(|_| DAMAGED)?);
            return Ok(VaultKey::from_bytes(*key));
        }
    }
    Err(ProfileError::WrongPassphrase)
}

/// Returns the cost at which a key was wrapped, and the bytes after it.
pub(super) fn cost(row: &[u8]) -> Option<(PasswordCost, &[u8])> {
    let (memory_kib, rest) = number(row.get(1..)?)?;
    let (passes, rest) = number(rest)?;
    let (lanes, rest) = number(rest)?;
    Some((PasswordCost { memory_kib, passes, lanes }, rest))
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}

fn wrapping_key(
    passphrase: &[u8],
    salt: &[u8; SALT_LEN],
    cost: PasswordCost,
) -> Result<AeadKey, ProfileError> {
    let stretched = password::stretch(passphrase, salt, cost)?;
    let key = kdf::hkdf::<32>(&[], &[stretched.as_bytes()], labels::VAULT_WRAP, &[]);
    Ok(AeadKey::from_bytes(*key))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned()).unwrap()
    }

    #[test]
    fn the_passphrase_opens_it_and_no_other() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = VaultKey::generate(&mut rng);
        let row = wrap(&key, &passphrase("correct horse"), PasswordCost::TESTING, &mut rng).unwrap();
        assert!(unwrap(&row, &passphrase("correct horse")).unwrap().matches(key.as_bytes()));
        assert_eq!(unwrap(&row, &passphrase("wrong horse")).unwrap_err(), ProfileError::WrongPassphrase);
    }

    /// Wraps a key as older versions did, which stretched the bytes of a passphrase as they were typed.
    fn wrapped_as_it_came(key: &VaultKey, typed: &str, rng: &mut StdRng) -> Vec<u8> {
        let row = wrap(key, &passphrase("placeholder"), PasswordCost::TESTING, rng).unwrap();
        let clear = &row[..CLEAR_LEN];
        let (_, rest) = cost(clear).unwrap();
        let (salt, rest) = rest.split_first_chunk::<SALT_LEN>().unwrap();
        let nonce = rest.first_chunk::<NONCE_LEN>().unwrap();
        let wrapping = wrapping_key(typed.as_bytes(), salt, PasswordCost::TESTING).unwrap();
        let mut row = [clear, &aead::seal_extended(&wrapping, nonce, clear, key.as_bytes())].concat();
        row.extend(kdf::hash(labels::VAULT_WRAP, &[&row]));
        row
    }

    #[test]
    fn a_profile_from_before_passphrases_were_prepared_opens_with_the_bytes_as_they_came() {
        let mut rng = StdRng::seed_from_u64(3);
        let key = VaultKey::generate(&mut rng);
        for typed in ["correct horse", "\u{FEFF}correct horse", "cafe\u{301}", "caf\u{E9}", "a\u{A0}b"] {
            let row = wrapped_as_it_came(&key, typed, &mut rng);
            assert!(unwrap(&row, &passphrase(typed)).unwrap().matches(key.as_bytes()), "{typed:?}");
            assert_eq!(unwrap(&row, &passphrase("wrong")).unwrap_err(), ProfileError::WrongPassphrase);
        }
    }

    #[test]
    fn any_flipped_bit_is_damage_and_not_a_wrong_passphrase() {
        let mut rng = StdRng::seed_from_u64(2);
        let key = VaultKey::generate(&mut rng);
        let row = wrap(&key, &passphrase("a"), PasswordCost::TESTING, &mut rng).unwrap();
        for at in 0..row.len() {
            let mut altered = row.clone();
            altered[at] ^= 1;
            let outcome = unwrap(&altered, &passphrase("a")).unwrap_err();
            assert_eq!(outcome, ProfileError::Storage(StorageError::Damaged), "byte {at}");
        }
        assert_eq!(
            unwrap(&row[..40], &passphrase("a")).unwrap_err(),
            ProfileError::Storage(StorageError::Damaged)
        );
    }

    #[test]
    fn a_later_layout_says_so() {
        let mut row = vec![LAYOUT + 1; 60];
        let digest = kdf::hash(labels::VAULT_WRAP, &[&row]);
        row.extend_from_slice(&digest);
        let expected = ProfileError::NewerVersion { found: LAYOUT + 1, known: LAYOUT };
        assert_eq!(unwrap(&row, &passphrase("a")).unwrap_err(), expected);
    }
}
