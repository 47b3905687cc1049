//! The bytes behind an answer: the rows, fields and payloads that it was read from, each with its digest.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A piece of evidence with its digest: a row without the parts that the demand does not reach, a field, or bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exhibit {
    /// The table, file or wire that contains it.
    pub place: &'static str,
    /// The part of the row or frame.
    pub part: &'static str,
    /// The value: JSON of a row or field, or hexadecimal digits of bytes.
    pub value: String,
    /// SHA-256 in hexadecimal, of the row's or field's JSON or of the bytes themselves.
    pub sha256: String,
}

impl Exhibit {
    /// Records a whole row.
    #[must_use]
    pub fn row(table: &'static str, row: &impl Serialize) -> Self {
        Self::field(table, "row", row)
    }

    /// Records a field of a row, or some of its fields.
    #[must_use]
    pub fn field(table: &'static str, field: &'static str, value: &impl Serialize) -> Self {
        // Serialization can only fail for a map whose keys JSON cannot represent, and no row has such a map. If a
        // row ever had one, it would show as empty.
        let value = serde_json::to_string(value).unwrap_or_default();
        Self { place: table, part: field, sha256: sha256(value.as_bytes()), value }
    }

    /// Records bytes as they are stored.
    #[must_use]
    pub fn bytes(place: &'static str, part: &'static str, bytes: &[u8]) -> Self {
        Self { place, part, value: hexadecimal(bytes), sha256: sha256(bytes) }
    }
}

/// Returns the SHA-256 digest in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Encodes bytes in hexadecimal.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}
