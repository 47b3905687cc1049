//! The authority's half: a table of keys, and the backups that it opens.

use pillarbox_client::backup::{self, BackupContents, BackupError};
use pillarbox_crypto::SecretBytes;

/// Keys of backups, as they lie in an operator's rows.
#[derive(Debug, Default)]
pub struct KeyTable {
    keys: Vec<SecretBytes<32>>,
}

impl KeyTable {
    /// Adds the value of a row. A value that is no key is left out.
    pub fn add(&mut self, value: &[u8]) {
        self.keys.extend(<[u8; 32]>::try_from(value).ok().map(SecretBytes::from_bytes));
    }

    /// Returns the number of keys.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns true if there is no key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Opens the parts of a backup: without a key if they are readable, and else with whichever key fits. No name ties
    /// a key to a backup, because the two may lie with two operators.
    ///
    /// # Errors
    /// [`BackupError::NoKey`] if the table is empty, [`BackupError::NotOpened`] if no key of it fits, and any error of
    /// parts that make no whole backup.
    pub fn open(&self, parts: &[Vec<u8>]) -> Result<BackupContents, BackupError> {
        let mut closed = match backup::open(parts, None) {
            Err(error @ BackupError::NoKey) => error,
            other => return other,
        };
        for key in &self.keys {
            match backup::open(parts, Some(key)) {
                Err(error @ BackupError::NotOpened { .. }) => closed = error,
                other => return other,
            }
        }
        Err(closed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use pillarbox_client::BackupKey;
    use pillarbox_client::backup::Backup;
    use pillarbox_wire::Timestamp;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    fn parts(key: Option<[u8; 32]>) -> Vec<Vec<u8>> {
        let contents = BackupContents { made_at: Timestamp(7), ..BackupContents::default() };
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        Backup::make(contents, BackupKey::Owner, key.map(SecretBytes::from_bytes), rng).unwrap().parts
    }

    fn table(keys: &[&[u8]]) -> KeyTable {
        let mut table = KeyTable::default();
        keys.iter().for_each(|key| table.add(key));
        table
    }

    #[test]
    fn a_table_opens_the_backups_whose_key_is_in_it_and_no_others() {
        let (mine, readable) = (parts(Some([3; 32])), parts(None));
        let with_mine = table(&[&[2; 32], &[3; 32]]);
        assert_eq!(with_mine.open(&mine).unwrap().made_at, Timestamp(7));
        let others = table(&[&[2; 32], &[4; 32], &[3; 31]]);
        assert_eq!(others.len(), 2, "31 bytes are no key");
        assert_eq!(others.open(&mine), Err(BackupError::NotOpened { part: 0 }));
        let empty = KeyTable::default();
        assert!(empty.is_empty());
        assert_eq!(empty.open(&mine), Err(BackupError::NoKey));
        for table in [with_mine, others, empty] {
            assert_eq!(table.open(&readable).unwrap().made_at, Timestamp(7));
            assert!(table.open(&[]).is_err(), "no parts are no backup");
        }
    }
}
