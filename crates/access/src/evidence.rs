//! The bytes behind an answer: the rows, fields and payloads that it was read from, each with its digest.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// One thing that an answer rests on: a row without what the demand does not reach, a field, or bytes; and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exhibit {
    /// The table, the file or the wire that it stands in.
    pub place: &'static str,
    /// What of it.
    pub part: &'static str,
    /// JSON of a row or field, hexadecimal digits of bytes.
    pub value: String,
    /// SHA-256 of the row's or field's JSON, or of the bytes themselves; in hexadecimal.
    pub sha256: String,
}

impl Exhibit {
    /// A whole row.
    #[must_use]
    pub fn row(table: &'static str, row: &impl Serialize) -> Self {
        Self::field(table, "row", row)
    }

    /// A field of a row, or some of them.
    #[must_use]
    pub fn field(table: &'static str, field: &'static str, value: &impl Serialize) -> Self {
        // No row has a map with keys that JSON lacks, which is all that could fail; if one ever had, it would show as empty.
        let value = serde_json::to_string(value).unwrap_or_default();
        Self { place: table, part: field, sha256: sha256(value.as_bytes()), value }
    }

    /// Bytes as they lie.
    #[must_use]
    pub fn bytes(place: &'static str, part: &'static str, bytes: &[u8]) -> Self {
        Self { place, part, value: hexadecimal(bytes), sha256: sha256(bytes) }
    }
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}
