//! A head of the directory's log as one line of text, in which people pass it on: to an audit, or to each other.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::bytes::FixedBytes;
use crate::log::LogHead;
use crate::time::Timestamp;

/// The first word of each line, with the version of its form.
const WORD: &str = "pillarbox-head-1";

/// A head that a phone was shown, with the key that it was signed with.
///
/// As text it is one line: a word, the key, the size, the root of the tree, the root of the map, the time, and the
/// signature, with spaces in between. Bytes are hexadecimal, numbers decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenHead {
    /// The Ed25519 key with which the relay signs heads.
    pub log_key: FixedBytes<32>,
    /// The head that was seen.
    pub head: LogHead,
}

/// The line is not that of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a line that begins with {WORD} and has seven words")]
#[non_exhaustive]
pub struct SeenHeadError;

impl fmt::Display for SeenHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { log_key, head: LogHead { size, tree, map, at, signature } } = self;
        write!(f, "{WORD} {} {size} {} ", hex(&log_key.0), hex(&tree.0))?;
        write!(f, "{} {} {}", hex(&map.0), at.0, hex(&signature.0))
    }
}

impl FromStr for SeenHead {
    type Err = SeenHeadError;

    fn from_str(line: &str) -> Result<Self, SeenHeadError> {
        let mut words = line.split_ascii_whitespace();
        let mut next = || words.next().ok_or(SeenHeadError);
        if next()? != WORD {
            return Err(SeenHeadError);
        }
        let log_key = bytes(next()?)?;
        let head = LogHead {
            size: next()?.parse().map_err(|_| SeenHeadError)?,
            tree: bytes(next()?)?,
            map: bytes(next()?)?,
            at: Timestamp(next()?.parse().map_err(|_| SeenHeadError)?),
            signature: bytes(next()?)?,
        };
        if words.next().is_some() { Err(SeenHeadError) } else { Ok(Self { log_key, head }) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes<const N: usize>(word: &str) -> Result<FixedBytes<N>, SeenHeadError> {
    if word.len() != 2 * N || !word.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(SeenHeadError);
    }
    let (digits, _) = word.as_bytes().as_chunks::<2>();
    let mut read = [0; N];
    for (slot, pair) in read.iter_mut().zip(digits) {
        let pair = std::str::from_utf8(pair).map_err(|_| SeenHeadError)?;
        *slot = u8::from_str_radix(pair, 16).map_err(|_| SeenHeadError)?;
    }
    Ok(FixedBytes(read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_no_other() {
        let head = LogHead {
            size: 7,
            tree: FixedBytes([0xa5; 32]),
            map: FixedBytes([6; 32]),
            at: Timestamp(8),
            signature: FixedBytes([0xf9; 64]),
        };
        let seen = SeenHead { log_key: FixedBytes([1; 32]), head };
        let line = seen.to_string();
        assert_eq!(line.parse(), Ok(seen));
        assert_eq!(format!("  {line}\r").parse(), Ok(seen));
        let wrong = [
            String::new(),
            line.replace("head-1", "head-2"),
            line.replace("a5a5", "a5g5"),
            line.replacen(" 7 ", " -7 ", 1),
            format!("{line}00"),
            format!("{line} 00"),
            line.chars().take(line.len() - 1).collect(),
        ];
        assert!(wrong.iter().all(|line| line.parse::<SeenHead>() == Err(SeenHeadError)));
    }
}
