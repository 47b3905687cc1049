//! Files of this user alone, in a folder that nobody else writes in.
//!
//! Somebody who may write in a program's folder can create a link there before the program creates its file. The
//! program would then write its key into a file of theirs, or over a file of the user's. So a file is opened
//! without following a link in the last part of its path, and a new file gives others no rights. A folder in which
//! others may write is refused before anything is created there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use pillarbox_text::shell::quote_path;
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

/// Permissions by which only the owner reads and writes.
pub const OWNER_ONLY: u32 = 0o600;

/// The permission bits of group and others.
const OTHERS: u32 = 0o077;

/// The permission bits that let group and others create files in a folder.
const OTHERS_WRITE: u32 = 0o022;

/// The user id of root, who may write everywhere.
const ROOT: u32 = 0;

/// The ways in which anybody but this user and root may create files in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exposure {
    /// The folder's permissions let others write.
    Writable,
    /// Another user owns the folder.
    Foreign,
}

impl Exposure {
    /// Returns the sentence for the person who named this folder, with the command to type.
    #[must_use]
    pub fn sentence(self, folder: &Path) -> String {
        let (shown, quoted) = (folder.display(), quote_path(folder));
        match self {
            Self::Writable => format!(
                "others on this computer may write in {shown}, and could put files of theirs in the place of this program's. \
                 Type `chmod go-w {quoted}`, and this command again"
            ),
            Self::Foreign => format!(
                "{shown} belongs to another user, who could put files in the place of this program's. Name a folder of this \
                 user's with --data, or type `chown -R {} {quoted}`",
                geteuid().as_raw()
            ),
        }
    }
}

/// Checks whether others may create files in a folder. A folder that does not exist is open to nobody.
///
/// # Errors
/// The system's error.
pub fn exposure(folder: &Path) -> io::Result<Option<Exposure>> {
    let found = match fs::metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    let is_ours = [geteuid().as_raw(), ROOT].contains(&found.uid());
    Ok(if !is_ours {
        Some(Exposure::Foreign)
    } else if found.permissions().mode() & OTHERS_WRITE != 0 {
        Some(Exposure::Writable)
    } else {
        None
    })
}

/// Returns options to open a file with [`open`]. Only its owner reads and writes a newly created file.
#[must_use]
pub fn options() -> OpenOptions {
    // Opens without waiting, because a pipe under the file's name would block the program for ever. An ordinary
    // file never makes a program wait.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.mode(OWNER_ONLY).custom_flags(flags.bits().cast_signed());
    options
}

/// Opens a file with completed [`options`].
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] if the path is a link or anything else than a file; else the system's error.
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

/// Creates a new file for its owner only. An existing file or link of that name is removed first; the link's target
/// is not touched.
///
/// # Errors
/// The system's error; [`ErrorKind::AlreadyExists`] if somebody creates a file there meanwhile.
pub fn create_anew(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    open(options().write(true).create_new(true), path)
}

/// Returns true if the permissions of an open file let others on this computer read or write it.
///
/// # Errors
/// The system's error.
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.permissions().mode() & OTHERS != 0)
}

/// Creates an empty file for its owner only, or removes the rights of others on an existing one. An existing file
/// is not opened, because closing a file releases every lock that this process has on it (fcntl(2)).
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] if the path is a link or anything else than a file; else the system's error.
pub fn make(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            open(options().write(true).create_new(true), path).map(drop)
        }
        Ok(found) if !found.is_file() => Err(ErrorKind::AlreadyExists.into()),
        Ok(found) if found.permissions().mode() & OTHERS == 0 => Ok(()),
        Ok(_) => fs::set_permissions(path, PermissionsExt::from_mode(OWNER_ONLY)),
        Err(error) => Err(error),
    }
}

/// Writes a result to a file that a person named, replacing its contents. No link is followed, except the system's
/// own, such as `/dev/stdout`.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`] if the path is a link; else the system's error.
pub fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_systems = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    if !is_systems && fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if !is_systems {
        options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
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
        let sentence = exposure(&path).unwrap().unwrap().sentence(&path);
        assert!(sentence.contains(&format!("`chmod go-w '{}'`", path.display())), "{sentence}");
    }

    #[test]
    fn a_file_is_made_for_its_owner_and_rights_of_others_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        make(&file).unwrap();
        assert_eq!(mode(), OWNER_ONLY);
        fs::write(&file, "kept").unwrap();
        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(is_open_to_others(&File::open(&file).unwrap()).unwrap());
        make(&file).unwrap();
        assert_eq!((mode(), fs::read(&file).unwrap()), (OWNER_ONLY, b"kept".to_vec()));
        symlink(&file, &link).unwrap();
        assert_eq!(make(&link).unwrap_err().kind(), ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_result_is_written_over_a_file_and_not_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        for text in ["a longer one", "short"] {
            save(&file, text.as_bytes()).unwrap();
            assert_eq!(fs::read(&file).unwrap(), text.as_bytes());
        }
        symlink(&file, &link).unwrap();
        assert_eq!(save(&link, b"other").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&file).unwrap(), b"short");
        save(Path::new("/dev/null"), b"nothing").unwrap();
    }
}
