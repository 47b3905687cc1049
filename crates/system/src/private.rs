//! Files of this user alone, in a folder that nobody else writes in.
//!
//! Somebody who may write in a program's folder can put a link there before the program makes its file: it would then write its key
//! into a file of theirs, or over a file of the user's. So a file is opened without following a link in its last part, made with
//! no rights for others, and a folder that others may write in is refused before anything is made there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

/// Read and written by the owner only.
pub const OWNER_ONLY: u32 = 0o600;

/// The permission bits of group and others.
const OTHERS: u32 = 0o077;

/// Of those, the ones that let them put files into a folder.
const OTHERS_WRITE: u32 = 0o022;

/// The user who may write everywhere.
const ROOT: u32 = 0;

/// Says who besides this user may put files into a folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderExposure {
    /// Its permissions let others write.
    #[error(
        "others on this computer may write in {}, and can put files of theirs in the place of this program's. \
         Type: chmod go-w {}",
        .0.display(), quoted(.0)
    )]
    Writable(PathBuf),
    /// Another user owns it.
    #[error(
        "{} belongs to another user, who can put files in the place of this program's. Name a folder of this user's, \
         or give this one to them: chown -R {} {}",
        .0.display(), geteuid().as_raw(), quoted(.0)
    )]
    Foreign(PathBuf),
}

/// Looks if others than this user, and root, may put files into a folder. A folder that is not there is nobody's.
///
/// # Errors
/// What the system says.
pub fn exposure(folder: &Path) -> io::Result<Option<FolderExposure>> {
    let found = match fs::metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    let is_ours = [geteuid().as_raw(), ROOT].contains(&found.uid());
    Ok(if !is_ours {
        Some(FolderExposure::Foreign(folder.to_owned()))
    } else if found.permissions().mode() & OTHERS_WRITE != 0 {
        Some(FolderExposure::Writable(folder.to_owned()))
    } else {
        None
    })
}

/// Options to open a file with [`open`]: one that is made is read and written by its owner only.
#[must_use]
pub fn options() -> OpenOptions {
    // Without waiting: a pipe under the file's name would hold the program up for ever. A file knows no waiting.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.mode(OWNER_ONLY).custom_flags(flags.bits().cast_signed());
    options
}

/// Opens a file with [`options`] that were completed.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] if a link stands there or what else is no file, or what the system says.
pub fn open(options: &OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.open(path).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::LOOP) => ErrorKind::AlreadyExists.into(),
        _ => error,
    })?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(ErrorKind::AlreadyExists.into()),
    }
}

/// Makes a file anew for its owner only. What stands there, a link among it, goes first; nothing that it leads to is touched.
///
/// # Errors
/// What the system says; [`ErrorKind::AlreadyExists`] if somebody puts a file there meanwhile.
pub fn create_anew(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    open(options().write(true).create_new(true), path)
}

/// Says if others on this computer may read or write an open file, as its permissions tell.
///
/// # Errors
/// What the system says.
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.permissions().mode() & OTHERS != 0)
}

/// Takes all rights of others to an open file away.
///
/// # Errors
/// What the system says.
pub fn close_to_others(file: &File) -> io::Result<()> {
    if is_open_to_others(file)? {
        file.set_permissions(PermissionsExt::from_mode(OWNER_ONLY))?;
    }
    Ok(())
}

/// A path as a shell takes it.
#[must_use]
pub fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.to_string(), Into::into)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_is_not_followed_whatever_is_done_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "theirs").unwrap();
        symlink(&target, &link).unwrap();
        for options in [options().read(true), options().append(true).create(true), options().write(true)] {
            assert_eq!(open(options, &link).unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
        create_anew(&link).unwrap().write_all(b"ours").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"theirs");
        assert_eq!(fs::read(&link).unwrap(), b"ours");
        assert_eq!(fs::metadata(&link).unwrap().permissions().mode() & 0o777, OWNER_ONLY);
        assert!(open(options().read(true), folder.path()).is_err(), "a folder is no file");
    }

    #[test]
    fn a_folder_is_exposed_by_the_bits_that_let_others_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("with space");
        assert_eq!(exposure(&path).unwrap(), None);
        fs::create_dir(&path).unwrap();
        for mode in 0..=0o777 {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(exposure(&path).unwrap().is_some(), mode & 0o022 != 0, "{mode:o}");
        }
        let sentence = exposure(&path).unwrap().unwrap().to_string();
        assert!(sentence.ends_with(&format!("chmod go-w '{}'", path.display())), "{sentence}");
    }

    #[test]
    fn rights_of_others_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let file = File::open(&path).unwrap();
        assert!(is_open_to_others(&file).unwrap());
        close_to_others(&file).unwrap();
        assert!(!is_open_to_others(&file).unwrap());
    }
}
