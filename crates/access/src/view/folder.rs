//! The holdings of a relay, read from its data folder.

use std::path::Path;

use pillarbox_crypto::SecretBytes;
use pillarbox_relay::{Holdings, HoldingsError, KEY_FILE};
use zeroize::Zeroizing;

use super::holdings::{HeldKey, RelayHoldings, keys_in};

impl RelayHoldings {
    /// Reads the data folder of a running or stopped relay. No file there is created, changed or removed.
    ///
    /// # Errors
    /// [`HoldingsError`] if the folder has no relay's data, or the data cannot be read.
    pub fn read(folder: &Path) -> Result<Self, HoldingsError> {
        let (rows, signing) = Holdings::read_with_certificate_key(folder)?;
        let mut keys = keys_in(&rows);
        if let Some(signing) = &signing {
            keys.push(HeldKey {
                found_in: "meta.certificate_key",
                is_private: true,
                owner: None,
                bytes: SecretBytes::from_bytes(*signing.to_bytes()),
            });
        }
        // A copy of the database alone lacks this file. Then there is one key less to try.
        if let Ok(bytes) = std::fs::read(folder.join(KEY_FILE)).map(Zeroizing::new)
            && let Ok(bytes) = <[u8; 32]>::try_from(bytes.as_slice())
        {
            keys.push(HeldKey {
                found_in: KEY_FILE,
                is_private: true,
                owner: None,
                bytes: SecretBytes::from_bytes(bytes),
            });
        }
        Ok(Self::of(rows, signing.map(|signing| signing.public()), keys))
    }
}
