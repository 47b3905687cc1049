//! The relay's static X25519 key, which its address names (Noise NK's `s`).
//!
//! The key has its own file outside the database, so that the database can be shown, copied and handed over without
//! the means to impersonate the relay. This module does not know addresses.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::KEY_FILE;
use crate::server::trouble::in_words;
use pillarbox_crypto::AgreementSecret;
use pillarbox_system::private;
use pillarbox_text::shell::quote_path;
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

/// The file contains the 32 bytes of the key and nothing else.
const KEY_LEN: usize = 32;

/// Reasons that there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file exists and contains no key.
    #[error(
        "{path} holds {got} bytes, where a relay's key has 32. Put the key back from a copy; without \
         it no phone accepts this relay, and a new key means new addresses for everybody"
    )]
    Damaged {
        /// The path at which the key should be.
        path: PathBuf,
        /// The length of the file in bytes.
        got: usize,
    },
    /// Others on this computer may read the key.
    #[error("others on this computer can read the relay's key. Type: chmod 600 {}", quote_path(path))]
    Exposed {
        /// The file is missing, although it existed before.
        path: PathBuf,
    },
    /// The file is missing and has existed before.
    #[error(
        "the relay's key {path} is missing, and this relay has accounts, whose phones accept no other key. Put the \
         key back from a copy"
    )]
    Missing {
        /// The path at which the key should be.
        path: PathBuf,
    },
    /// The file holds the key of another relay than the one whose database this is.
    #[error(
        "{path} is the key of another relay than the one whose database lies beside it, and the phones that have accounts \
         here accept no other key than their own relay's. Put both back from the same copy, or give each relay a folder of \
         its own with --data"
    )]
    OfAnother {
        /// The path of the key.
        path: PathBuf,
    },
    /// The file could not be read or created.
    #[error("the relay's key {path} cannot be read or made: {}", in_words(*kind))]
    Io {
        /// The path at which the key should be.
        path: PathBuf,
        /// The system's error.
        kind: io::ErrorKind,
    },
}

/// Returns the key in `directory`, if one was created there.
///
/// # Errors
/// [`KeyError`].
pub(crate) fn load(directory: &Path) -> Result<Option<AgreementSecret>, KeyError> {
    let path = directory.join(KEY_FILE);
    match private::open(private::options().read(true), &path) {
        Ok(file) => read(file, path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(KeyError::Io { path, kind: error.kind() }),
    }
}

/// Creates a key in `directory`, which has none. The key is on the disk when this returns.
///
/// # Errors
/// [`KeyError`].
pub(crate) fn create(directory: &Path, rng: &mut impl CryptoRng) -> Result<AgreementSecret, KeyError> {
    let path = directory.join(KEY_FILE);
    write(directory, &path, rng).map_err(|error| KeyError::Io { path, kind: error.kind() })
}

fn read(file: File, path: PathBuf) -> Result<AgreementSecret, KeyError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_LEN + 1));
    let read = private::is_open_to_others(&file).and_then(|is_exposed| {
        (&file).take(KEY_LEN as u64 + 1).read_to_end(&mut bytes)?;
        Ok(is_exposed)
    });
    match read {
        Err(error) => Err(KeyError::Io { path, kind: error.kind() }),
        Ok(true) => Err(KeyError::Exposed { path }),
        Ok(false) => match <[u8; KEY_LEN]>::try_from(bytes.as_slice()) {
            Ok(mut key) => {
                let secret = AgreementSecret::from_bytes(key);
                key.zeroize();
                Ok(secret)
            }
            Err(_) => Err(KeyError::Damaged { path, got: bytes.len() }),
        },
    }
}

/// Writes under another name first, so that an interrupted start does not leave half a key behind.
fn write(directory: &Path, path: &Path, rng: &mut impl CryptoRng) -> io::Result<AgreementSecret> {
    let secret = AgreementSecret::generate(rng);
    let unfinished = path.with_extension("key.new");
    let mut file = private::create_anew(&unfinished)?;
    file.write_all(&*secret.to_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    File::open(directory)?.sync_all()?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use pillarbox_system::private::OWNER_ONLY;

    use super::*;

    fn rng() -> impl CryptoRng {
        rand::rng()
    }

    #[test]
    fn the_key_is_made_once_and_found_again() {
        let directory = tempfile::tempdir().unwrap();
        assert!(load(directory.path()).unwrap().is_none());
        let first = create(directory.path(), &mut rng()).unwrap();
        let again = load(directory.path()).unwrap().unwrap();
        assert_eq!(first.public(), again.public());
        let mode = std::fs::metadata(directory.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, OWNER_ONLY);
    }

    #[test]
    fn a_damaged_or_exposed_key_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(KEY_FILE);
        create(directory.path(), &mut rng()).unwrap();

        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let refused = load(directory.path());
        assert_eq!(refused.err(), Some(KeyError::Exposed { path: path.clone() }));

        std::fs::set_permissions(&path, PermissionsExt::from_mode(OWNER_ONLY)).unwrap();
        std::fs::write(&path, [1; 31]).unwrap();
        let refused = load(directory.path());
        assert_eq!(refused.err(), Some(KeyError::Damaged { path: path.clone(), got: 31 }));
        assert_eq!(std::fs::read(&path).unwrap(), [1; 31]);
    }
}
