//! Argon2id (RFC 9106), which makes a passphrase costly to guess.
//!
//! The cost is stored in the clear beside the profile that it protects, so that a profile made on one machine opens
//! on another. Anyone who can alter the profile can therefore alter the cost, so limits on it are checked before
//! any memory is allocated.

use crate::token::SecretBytes;
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use zeroize::Zeroizing;

/// The maximum memory that a stored cost may request. 1 GiB is sixteen times the cost used here and still opens on a
/// small machine. Without a limit an altered profile could take all of a machine's memory.
pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;

/// The maximum number of passes that a stored cost may request: five times the cost used here. Without a limit an
/// altered profile could make unlocking take for ever.
pub const MAX_PASSES: u32 = 16;

/// The maximum number of lanes that a stored cost may request. They run one after the other here, so more of them only
/// help an attacker with more cores.
pub const MAX_LANES: u32 = 16;

/// Reasons that a passphrase was not stretched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CostError {
    /// The cost is outside the limits of this module or of RFC 9106, section 3.1.
    #[error("the password cost is outside its limits: {0:?}")]
    OutOfRange(PasswordCost),
    /// The system did not allocate the memory.
    #[error("no {0} KiB of memory for the password cost")]
    OutOfMemory(u32),
    /// The passphrase is longer than RFC 9106 allows (2^32 - 1 bytes).
    #[error("the passphrase is too long")]
    PassphraseLength,
}

/// The cost of one guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory that the hash fills, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes the memory is divided into.
    pub lanes: u32,
}

impl PasswordCost {
    /// The second recommended option of RFC 9106, section 4 (64 MiB, three passes, four lanes). The first needs 2
    /// GiB, more than a phone spares. The lanes are computed one after the other. On a small server this was
    /// measured to take 0.15 to 0.2 s, which is bearable at each start of the program.
    pub const INTERACTIVE: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// The minimum cost that Argon2id allows. It protects nothing and is for tests and throw-away profiles.
    pub const TESTING: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    fn params(self) -> Result<Params, CostError> {
        let within =
            self.memory_kib <= MAX_MEMORY_KIB && self.passes <= MAX_PASSES && self.lanes <= MAX_LANES;
        if !within {
            return Err(CostError::OutOfRange(self));
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| CostError::OutOfRange(self))
    }
}

/// Stretches a passphrase into 32 bytes, at the price of `cost`.
///
/// # Errors
/// [`CostError`] if the cost is outside its limits, the system does not allocate the memory, or the passphrase is
/// too long. A wrong passphrase is not an error here, but yields other bytes.
pub fn stretch(passphrase: &[u8], salt: &[u8; 16], cost: PasswordCost) -> Result<SecretBytes<32>, CostError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    let mut stretched = Zeroizing::new([0; 32]);
    argon2.hash_password_into(passphrase, salt, &mut *stretched).map_err(|error| match error {
        argon2::Error::OutOfMemory => CostError::OutOfMemory(cost.memory_kib),
        argon2::Error::PwdTooLong => CostError::PassphraseLength,
        _ => CostError::OutOfRange(cost),
    })?;
    Ok(SecretBytes::from_bytes(*stretched))
}

#[cfg(test)]
mod tests {
    use super::{CostError, MAX_LANES, MAX_MEMORY_KIB, MAX_PASSES, PasswordCost, stretch};

    fn refused(cost: PasswordCost) -> bool {
        stretch(b"passphrase", &[0; 16], cost).err() == Some(CostError::OutOfRange(cost))
    }

    #[test]
    fn passphrase_salt_and_every_cost_count() {
        let base = PasswordCost { memory_kib: 64, passes: 2, lanes: 2 };
        let stretched = |passphrase: &[u8], salt, cost| stretch(passphrase, salt, cost).unwrap();
        let key = stretched(b"a", &[0; 16], base);
        assert!(key.matches(stretched(b"a", &[0; 16], base).as_bytes()));
        let others = [
            stretched(b"b", &[0; 16], base),
            stretched(b"a", &[1; 16], base),
            stretched(b"a", &[0; 16], PasswordCost { memory_kib: 65, ..base }),
            stretched(b"a", &[0; 16], PasswordCost { memory_kib: 128, ..base }),
            stretched(b"a", &[0; 16], PasswordCost { passes: 3, ..base }),
            stretched(b"a", &[0; 16], PasswordCost { lanes: 1, ..base }),
        ];
        for other in &others {
            assert!(!key.matches(other.as_bytes()));
        }
    }

    #[test]
    fn a_cost_outside_its_limits_is_refused_before_memory_is_taken() {
        let base = PasswordCost::TESTING;
        let outside = [
            PasswordCost { memory_kib: MAX_MEMORY_KIB + 1, ..base },
            PasswordCost { memory_kib: u32::MAX, ..base },
            PasswordCost { memory_kib: 7, ..base },
            PasswordCost { passes: 0, ..base },
            PasswordCost { passes: MAX_PASSES + 1, ..base },
            PasswordCost { lanes: 0, ..base },
            PasswordCost { lanes: 2, ..base },
            PasswordCost { lanes: MAX_LANES + 1, memory_kib: 1024, ..base },
        ];
        for cost in outside {
            assert!(refused(cost), "{cost:?}");
        }
    }
}
