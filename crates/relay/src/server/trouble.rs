//! Refusals of the operating system, in words for the person who runs a relay instead of the system's own words.

use std::io::ErrorKind;

/// The reason for a failure, as a clause.
#[must_use]
pub const fn in_words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "there is no such file or directory",
        ErrorKind::PermissionDenied => "this user may not do that",
        ErrorKind::AlreadyExists => "something else stands in its place, such as a link",
        ErrorKind::NotADirectory => "a part of the path is a file and no directory",
        ErrorKind::IsADirectory => "it is a directory and no file",
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full",
        ErrorKind::FileTooLarge => "a limit on the size of files stands in the way (`ulimit -f`, LimitFSIZE)",
        ErrorKind::AddrNotAvailable => "it has no such address",
        ErrorKind::AddrInUse => "another program is using it",
        ErrorKind::InvalidData => "it does not hold text",
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => "the system has no such name",
        ErrorKind::OutOfMemory => "the memory is full",
        ErrorKind::Unsupported => "this system has nothing of the kind",
        _ => "the operating system refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_the_systems_own() {
        for kind in [
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::AlreadyExists,
            ErrorKind::NotADirectory,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::StorageFull,
            ErrorKind::AddrNotAvailable,
            ErrorKind::InvalidData,
            ErrorKind::Other,
        ] {
            let words = in_words(kind);
            assert_ne!(words, kind.to_string());
            assert!(!words.contains("entity") && words.contains(' '), "{words}");
        }
    }
}
