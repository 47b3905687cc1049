//! The phone's half: software that leaves the key of each backup with the operator.

use pillarbox_client::{Phone, PhoneError, Software};
use pillarbox_wire::DepositKind;
use rand_core::CryptoRng;

/// Software that leaves the key of each backup with the operator, whoever chose to hold it. Its screens say what the
/// shipped program's say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadableBackupClient;

impl ReadableBackupClient {
    /// Leaves the key of the last backup at the phone's own relay. A backup without a key leaves nothing.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn leave_key(&self, phone: &mut Phone, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let Some(key) = phone.backup_key()? else { return Ok(()) };
        phone.set_fact(DepositKind::BackupKey, b"", Some(key.as_bytes().to_vec()), rng)
    }
}

impl Software for ReadableBackupClient {}
