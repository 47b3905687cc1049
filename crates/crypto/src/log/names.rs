//! Labels and bindings of entries: digests, so that the public log names no account and shows no key.

use super::proof::NodeHash;
use crate::kdf::hash;
use crate::labels::{DIRECTORY_BINDING, DIRECTORY_LABEL};

/// Returns the label of an account. The account's name is 16 random bytes, so nobody finds it by trying.
#[must_use]
pub fn label(account: &[u8; 16]) -> NodeHash {
    hash(DIRECTORY_LABEL, &[account])
}

/// Returns the digest in an entry for an account: its Ed25519 and X25519 identity keys, and the version and the
/// signed bytes of its device list. An account without a list has version 0 and no bytes.
#[must_use]
pub fn binding(signing: &[u8; 32], agreement: &[u8; 32], version: u32, list: &[u8]) -> NodeHash {
    hash(DIRECTORY_BINDING, &[signing, agreement, &version.to_be_bytes(), list])
}

#[cfg(test)]
mod tests {
    use super::{binding, label};

    #[test]
    fn everything_that_a_contact_relies_on_changes_the_binding() {
        let one = binding(&[1; 32], &[2; 32], 0, b"");
        let others = [
            binding(&[3; 32], &[2; 32], 0, b""),
            binding(&[1; 32], &[3; 32], 0, b""),
            binding(&[1; 32], &[2; 32], 1, b""),
            binding(&[1; 32], &[2; 32], 0, b"a list"),
        ];
        assert!(others.iter().all(|other| *other != one));
        assert_ne!(label(&[1; 16]), label(&[2; 16]));
    }
}
