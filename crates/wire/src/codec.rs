//! The one encoding: bincode 2, big-endian, with fixed-width integers, a byte limit, no trailing bytes, and a version
//! byte in front. Nothing else in the project names bincode, so replacing it is a change to this file.
//!
//! Fixed-width integers make the encoding unique. With variable-width integers two encodings decode to one value, and
//! an encoding that is not unique cannot be hashed, signed or compared (`docs/decisions/0001-bincode.md`).

use bincode::config::{BigEndian, Configuration, Fixint, Limit};
use bincode::enc::write::Writer;
use bincode::error::EncodeError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits::MAX_RECORD_LEN;

const CONFIG: Configuration<BigEndian, Fixint, Limit<MAX_RECORD_LEN>> =
    bincode::config::standard().with_big_endian().with_fixed_int_encoding().with_limit();

/// A type that can be encoded, with its version byte and its longest encoding.
///
/// Implementors contain no map, no `usize` and no float, and do not nest in themselves.
pub trait Encoded: Serialize + DeserializeOwned {
    /// The version byte that precedes the value. Each change of the layout gets a new number.
    const VERSION: u8;
    /// The longest encoding in bytes, version byte included. At most [`MAX_RECORD_LEN`].
    const MAX_LEN: usize;
}

/// Reasons that bytes do not decode or a value cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// Longer than the type allows.
    #[error("{got} bytes, where at most {most} are allowed")]
    TooLong {
        /// The type's limit in bytes.
        most: usize,
        /// The actual length in bytes.
        got: usize,
    },
    /// No bytes at all.
    #[error("empty, where a version byte was expected")]
    Empty,
    /// The version byte is not this type's.
    #[error("layout version {got}, where {expected} was expected")]
    Version {
        /// The version of this type.
        expected: u8,
        /// The version byte that was found.
        got: u8,
    },
    /// The bytes break off, name an unknown variant or contain a value out of range.
    #[error("the bytes do not hold such a value")]
    Malformed,
    /// The value was complete and more bytes followed.
    #[error("{count} bytes after the end of the value")]
    TrailingBytes {
        /// The number of bytes left over.
        count: usize,
    },
}

/// Encodes `value`.
///
/// # Errors
/// [`CodecError::TooLong`] if it exceeds the type's limit.
pub fn encode<T: Encoded>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes)?;
    Ok(bytes)
}

/// Appends the encoding of `value` to `out` and returns its length in bytes. After an error `out` is unchanged.
///
/// # Errors
/// [`CodecError::TooLong`] if it exceeds the type's limit.
pub fn encode_into<T: Encoded>(value: &T, out: &mut Vec<u8>) -> Result<usize, CodecError> {
    let start = out.len();
    out.push(T::VERSION);
    let written = bincode::serde::encode_into_writer(value, Appender(out), CONFIG);
    let length = out.len().saturating_sub(start);
    let error = match written {
        Ok(()) if length <= T::MAX_LEN => return Ok(length),
        Ok(()) => CodecError::TooLong { most: T::MAX_LEN, got: length },
        Err(_) => CodecError::Malformed,
    };
    out.truncate(start);
    Err(error)
}

/// Decodes a value that occupies all of `bytes`.
///
/// # Errors
/// See [`CodecError`]. No error names the field that was wrong, because the bytes are a stranger's.
pub fn decode<T: Encoded>(bytes: &[u8]) -> Result<T, CodecError> {
    if bytes.len() > T::MAX_LEN {
        return Err(CodecError::TooLong { most: T::MAX_LEN, got: bytes.len() });
    }
    let (version, body) = bytes.split_first().ok_or(CodecError::Empty)?;
    if *version != T::VERSION {
        return Err(CodecError::Version { expected: T::VERSION, got: *version });
    }
    let (value, read) = bincode::serde::decode_from_slice(body, CONFIG)
        .map_err(|_: bincode::error::DecodeError| CodecError::Malformed)?;
    match body.len().saturating_sub(read) {
        0 => Ok(value),
        count => Err(CodecError::TrailingBytes { count }),
    }
}

struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair {
        first: u16,
        second: Vec<u32>,
    }

    impl Encoded for Pair {
        const VERSION: u8 = 7;
        const MAX_LEN: usize = 64;
    }

    #[test]
    fn the_layout_is_big_endian_with_fixed_widths() {
        let bytes = encode(&Pair { first: 0x0102, second: vec![5] }).unwrap();
        assert_eq!(bytes, [7, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 5]);
    }

    #[test]
    fn each_way_to_be_wrong_has_its_error() {
        let good = encode(&Pair { first: 1, second: vec![] }).unwrap();
        assert_eq!(decode::<Pair>(&[]), Err(CodecError::Empty));
        assert_eq!(decode::<Pair>(&[8, 0]), Err(CodecError::Version { expected: 7, got: 8 }));
        assert_eq!(decode::<Pair>(&good[..good.len() - 1]), Err(CodecError::Malformed));
        let longer = [good.as_slice(), &[0, 0]].concat();
        assert_eq!(decode::<Pair>(&longer), Err(CodecError::TrailingBytes { count: 2 }));
        assert_eq!(decode::<Pair>(&[7; 65]), Err(CodecError::TooLong { most: 64, got: 65 }));
    }

    #[test]
    fn a_claimed_length_allocates_nothing() {
        let claim = [&[7, 0, 0][..], &[0xff; 8]].concat();
        assert_eq!(decode::<Pair>(&claim), Err(CodecError::Malformed));
    }

    #[test]
    fn a_value_that_is_too_long_leaves_the_buffer_alone() {
        let mut out = vec![9];
        let long = Pair { first: 0, second: vec![0; 20] };
        assert_eq!(encode_into(&long, &mut out), Err(CodecError::TooLong { most: 64, got: 91 }));
        assert_eq!(out, [9]);
    }
}
