//! The stand-in for the telephone network: a file into which the relay writes the codes that it sends to numbers.
//!
//! A message to a telephone passes through operators, and anybody who can read it there has the code. Here one file
//! represents that path: anybody who may read the file can take every number. A row contains the time, the number
//! and the code. Nothing removes rows.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pillarbox_system::private;
use pillarbox_wire::{Handle, NumberCode, Timestamp, declare};

use super::data_dir::DataDirError;

/// The file's name in the data directory, where the operator names no other.
pub const CODES_FILE: &str = "number-codes";

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCode {
    /// Time at which it was sent.
    pub time: Timestamp,
    /// The number to which the code is sent.
    pub handle: Handle,
    /// The code that is sent.
    pub code: NumberCode,
}

declare!(
    /// Fields of [`SentCode`].
    SENT_CODE: SentCode {
        time: Events, Log, "when somebody registered the number, or tried to";
        handle: Entity, Log, "the number that the code goes to";
        code: Entity, Log, "shows that whoever registers reads what is sent to the number; good for ten minutes";
    }
);

/// The file, open for as long as the relay runs.
#[derive(Debug)]
pub(crate) struct CodesFile {
    file: File,
}

impl CodesFile {
    /// Opens the file, or makes it for its owner only.
    ///
    /// # Errors
    /// [`DataDirError::File`].
    pub(crate) fn open(path: &Path) -> Result<Self, DataDirError> {
        let file = private::open(private::options().append(true).create(true), path);
        let file = file.map_err(|error| DataDirError::File {
            path: path.to_owned(),
            kind: error.kind(),
            way_out: "Name another file for the codes with --verify-numbers=FILE",
        })?;
        Ok(Self { file })
    }

    /// Writes one row, without a sync: a person asks again for a code that is lost in a crash.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn send(&mut self, sent: &SentCode) -> io::Result<()> {
        let SentCode { time, handle, code } = sent;
        self.file.write_all(format!("{time} {handle} {code}\n").as_bytes())
    }
}

/// Returns the file that codes are written to.
#[must_use]
pub fn codes_file(data: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| data.join(CODES_FILE), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_row_is_time_number_and_code_and_only_the_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = codes_file(folder.path(), None);
        for code in [4_217, 990_000] {
            let mut file = CodesFile::open(&path).unwrap();
            let handle = Handle::parse("+447700900123").unwrap();
            let time = Timestamp(1_490_193_607_000);
            file.send(&SentCode { time, handle, code: NumberCode::from_number(code) }).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let rows = ["004217", "990000"].map(|code| format!("2017-03-22 14:40:07 UTC +447700900123 {code}\n"));
        assert_eq!(text, rows.concat());
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
