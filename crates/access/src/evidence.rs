//! The bytes behind an answer: which rows were looked at, what was done to them, and what came of it.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::reading::Attempts;

/// The rows that an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// One for each message row that names the account.
    pub rows: Vec<RowEvidence>,
}

/// One message row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowEvidence {
    /// The row's number at the relay.
    pub message: u64,
    /// The payload in hexadecimal, byte for byte.
    pub payload: String,
    /// SHA-256 of the payload in hexadecimal.
    pub sha256: String,
    /// What was tried to read it; none if the demand does not cover content.
    pub attempts: Option<Attempts>,
}

impl RowEvidence {
    /// The evidence of one row.
    #[must_use]
    pub fn new(message: u64, payload: &[u8], attempts: Option<Attempts>) -> Self {
        Self { message, payload: hexadecimal(payload), sha256: sha256(payload), attempts }
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
