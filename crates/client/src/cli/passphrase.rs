//! The source of a passphrase: a prompt, a file, or a descriptor. A flag's value or the environment is never used,
//! because other processes and the shell's history can read those.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use pillarbox_text::read::without_mark;
use zeroize::Zeroizing;

/// Longest passphrase in bytes. Argon2id accepts any length, but a longer input is surely the wrong file.
const MAX_LEN: usize = 1_024;

/// A new passphrase with fewer characters is called short. The number is the least that NIST SP 800-63B (section
/// 5.1.1) accepts of a memorised secret, and there a server also limits the guesses. Nothing limits the guesses on a
/// copied profile.
const SHORT: usize = 8;

/// A passphrase as read, before it reaches the vault. The library prepares it and opens older profiles with the raw
/// bytes. Wiped when dropped.
pub(crate) type Secret = Zeroizing<String>;

/// A source for the passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Ask on the terminal.
    Prompt,
    /// The first line of a file.
    File(PathBuf),
    /// The first line of an open descriptor.
    Descriptor(u32),
    /// No source: `--no-input` without one of the others.
    Nowhere,
}

/// The passphrase that is asked for, which decides the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The passphrase of an existing profile.
    Existing,
    /// A new passphrase, asked for twice.
    New,
}

/// Reasons that no passphrase was read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PassphraseError {
    /// `--no-input` was set without a file or descriptor.
    #[error("a passphrase is needed, and --no-input forbids to ask for it")]
    NotAsked,
    /// There is no terminal to ask on.
    #[error("a passphrase is needed, and there is no terminal to ask on")]
    NoTerminal,
    /// The user pressed Ctrl-C or Ctrl-D at the prompt.
    #[error("no passphrase was typed")]
    Interrupted,
    /// The line is empty.
    #[error("the passphrase is empty")]
    Empty,
    /// The two entries differ.
    #[error("the two passphrases differ")]
    Differ,
    /// The passphrase is longer than [`MAX_LEN`].
    #[error("the passphrase is longer than {MAX_LEN} bytes: is that the right file?")]
    TooLong,
    /// The passphrase is not UTF-8.
    #[error("the passphrase is not UTF-8 text: is that the right file?")]
    NotText,
    /// Others may read the file.
    #[cfg(unix)]
    #[error(
        "others on this computer can read the passphrase file. Type `chmod 600 {file}`, and this command again"
    )]
    Exposed {
        /// The file, quoted for a shell.
        file: String,
    },
    /// The file or descriptor could not be read.
    #[error("the passphrase could not be read from {from} ({kind})")]
    Unreadable {
        /// The file or descriptor.
        from: String,
        /// The kind of the system's error.
        kind: io::ErrorKind,
    },
}

impl Source {
    /// Reads the passphrase.
    pub(crate) fn read(&self, purpose: Purpose) -> Result<Secret, PassphraseError> {
        let secret = match self {
            Self::Nowhere => return Err(PassphraseError::NotAsked),
            Self::File(path) => from_path(path, &path.display().to_string())?,
            Self::Descriptor(number) => from_path(&descriptor(*number), &format!("descriptor {number}"))?,
            Self::Prompt => match purpose {
                Purpose::Existing => prompt("Passphrase: ")?,
                Purpose::New => {
                    let first = prompt("New passphrase: ")?;
                    if !first.is_empty() && *first != *prompt("The same again: ")? {
                        return Err(PassphraseError::Differ);
                    }
                    first
                }
            },
        };
        if without_mark(&secret).is_empty() { Err(PassphraseError::Empty) } else { Ok(secret) }
    }

    /// Returns true if the passphrase is read from standard input, which then cannot provide a message or number.
    pub(crate) fn takes_stdin(&self) -> bool {
        match self {
            Self::Descriptor(number) => *number == 0,
            Self::File(path) => path == Path::new("/dev/stdin") || *path == descriptor(0),
            Self::Prompt | Self::Nowhere => false,
        }
    }
}

/// Returns true if a new passphrase deserves a warning.
pub(crate) fn is_short(secret: &Secret) -> bool {
    without_mark(secret).chars().count() < SHORT
}

/// Returns the path under which Unix systems show a process its own descriptors.
fn descriptor(number: u32) -> PathBuf {
    Path::new("/dev/fd").join(number.to_string())
}

fn from_path(path: &Path, name: &str) -> Result<Secret, PassphraseError> {
    let unreadable =
        |error: io::Error| PassphraseError::Unreadable { from: name.to_owned(), kind: error.kind() };
    let file = File::open(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use pillarbox_system::private::is_open_to_others;
        use pillarbox_text::shell::quote_path;
        // A pipe or a terminal has no permissions that would tell who can read it.
        let is_exposed = file.metadata().and_then(|found| Ok(found.is_file() && is_open_to_others(&file)?));
        if is_exposed.map_err(unreadable)? {
            return Err(PassphraseError::Exposed { file: quote_path(path) });
        }
    }
    first_line(file, unreadable)
}

/// Reads the first line byte by byte and no further, so that the rest of a pipe is left to the next reader.
fn first_line(
    mut input: impl Read,
    unreadable: impl Fn(io::Error) -> PassphraseError,
) -> Result<Secret, PassphraseError> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LEN));
    let mut byte = [0];
    loop {
        match input.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == [b'\n'] => break,
            Ok(_) if line.len() == MAX_LEN => return Err(PassphraseError::TooLong),
            Ok(_) => line.extend(byte),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    let text = std::str::from_utf8(&line).map_err(|_| PassphraseError::NotText)?;
    Ok(Zeroizing::new(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}

pub(crate) fn prompt(question: &str) -> Result<Secret, PassphraseError> {
    match rpassword::prompt_password(question) {
        Ok(typed) => Ok(Zeroizing::new(typed)),
        Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) => {
            Err(PassphraseError::Interrupted)
        }
        Err(_) => Err(PassphraseError::NoTerminal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, PassphraseError> {
        let never = |error: io::Error| panic!("{error}");
        first_line(bytes, never).map(|secret| (*secret).clone())
    }

    #[test]
    fn the_first_line_is_the_passphrase_without_its_line_end() {
        for bytes in [&b"correct horse"[..], b"correct horse\n", b"correct horse\r\n", b"correct horse\nmore"]
        {
            assert_eq!(read(bytes), Ok("correct horse".to_owned()));
        }
        assert_eq!(read(b" spaces stay \n"), Ok(" spaces stay ".to_owned()));
    }

    #[test]
    fn what_follows_the_line_is_left_for_the_next_reader() {
        let mut input = io::Cursor::new(b"secret\nhello\n");
        first_line(&mut input, |error| panic!("{error}")).unwrap();
        let mut rest = String::new();
        input.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "hello\n");
    }

    #[test]
    fn a_wrong_file_is_noticed() {
        assert_eq!(read(&[b'x'; MAX_LEN + 1]), Err(PassphraseError::TooLong));
        assert_eq!(read(&[0xff, 0xfe]), Err(PassphraseError::NotText));
        assert!(read(&[b'x'; MAX_LEN]).is_ok());
    }

    #[test]
    fn an_empty_passphrase_a_missing_file_and_nobody_to_ask_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("empty");
        pillarbox_system::private::make(&file).unwrap();
        for empty in ["", "\n", "\r\n", "\u{feff}\r\n"] {
            std::fs::write(&file, empty).unwrap();
            assert_eq!(Source::File(file.clone()).read(Purpose::New), Err(PassphraseError::Empty));
        }
        let missing = Source::File(directory.path().join("missing")).read(Purpose::Existing);
        assert!(matches!(missing, Err(PassphraseError::Unreadable { kind: io::ErrorKind::NotFound, .. })));
        assert_eq!(Source::Nowhere.read(Purpose::New), Err(PassphraseError::NotAsked));
    }

    #[cfg(unix)]
    #[test]
    fn a_descriptor_is_read_by_its_number() {
        use std::os::fd::AsRawFd;
        let (reader, mut writer) = io::pipe().unwrap();
        io::Write::write_all(&mut writer, b"by number\n").unwrap();
        let number = u32::try_from(reader.as_raw_fd()).unwrap();
        assert_eq!(*Source::Descriptor(number).read(Purpose::Existing).unwrap(), "by number");
    }

    #[test]
    fn standard_input_is_recognised_under_each_of_its_names() {
        for source in
            [Source::Descriptor(0), Source::File("/dev/stdin".into()), Source::File("/dev/fd/0".into())]
        {
            assert!(source.takes_stdin(), "{source:?}");
        }
        assert!(!Source::Descriptor(3).takes_stdin());
        assert!(!Source::Prompt.takes_stdin());
    }
}
