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

/// One message row. What a demand does not cover is not in its evidence either: neither the payload nor a digest, which
/// would confirm a guessed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowEvidence {
    /// The row's number at the relay.
    pub message: u64,
    /// Length of the payload.
    pub bytes: u64,
    /// Whether the row names its sender.
    pub names_sender: bool,
    /// The payload and what was tried on it, if the demand covers content.
    pub content: Option<ContentEvidence>,
}

/// The payload of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentEvidence {
    /// In hexadecimal, byte for byte.
    pub payload: String,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
    /// What was tried to read it.
    pub attempts: Attempts,
}

impl ContentEvidence {
    /// The evidence of one payload.
    #[must_use]
    pub fn new(payload: &[u8], attempts: Attempts) -> Self {
        Self { payload: hexadecimal(payload), sha256: sha256(payload), attempts }
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
