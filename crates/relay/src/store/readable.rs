//! Rows written as JSON: identifiers and keys in hexadecimal, as they are displayed everywhere else.

use std::fmt::{Display, Write as _};

use pillarbox_wire::{Bytes, FixedBytes};
use serde::Serializer;

fn hexadecimal<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
    }
    serializer.serialize_str(&text)
}

pub(super) fn fixed<const N: usize, S: Serializer>(
    bytes: &FixedBytes<N>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    hexadecimal(bytes.as_bytes(), serializer)
}

pub(super) fn optional_fixed<const N: usize, S: Serializer>(
    bytes: &Option<FixedBytes<N>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => fixed(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

pub(super) fn bytes<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    hexadecimal(bytes.as_slice(), serializer)
}

pub(super) fn display<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(super) fn optional_display<T: Display, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => display(value, serializer),
        None => serializer.serialize_none(),
    }
}
