//! Pieces: the rows, fields and bytes on which an answer rests.

use serde::{Deserialize, Serialize};

/// A row, a field or bytes on which an answer rests, and the way in which the bytes are read, so that anybody with the
/// file can try again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// The place where it was found.
    pub found_in: String,
    /// The part of that place.
    pub part: String,
    /// JSON of a row or a field; bytes in hexadecimal.
    pub value: String,
    /// SHA-256 of the JSON, or of the bytes.
    pub sha256: String,
    /// The way in which it is read.
    pub how: How,
}

/// The way in which a piece is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// As a message that phones exchange.
    Message,
    /// As a text in plain form.
    Plain,
    /// As a row with a part of a backup, or its key. All of them are read together.
    Backup,
    /// As the key of a phone's vault, in bytes, for the rows that were found in the same phone.
    PhoneKey,
    /// As a row of a phone's vault, in bytes: its table, the hash under which it is found, the nonce, and the sealed
    /// part.
    PhoneRow,
    /// As a phone's names for people in the data that is read from it, in JSON.
    PhoneNames,
    /// As the wrapped key of a phone's vault, in bytes: passcodes are tried on it.
    WrappedKey,
    /// As a reported message with the stamp key that checks it, in JSON.
    Report,
    /// As an escrow authority's key or a share of it, in bytes. It was generated for this run.
    EscrowSecret,
    /// As a message whose key is escrowed, in bytes. It is tried with the available part of the authority's key.
    Escrowed,
    /// As the key of an authority to which software on a phone reports, in bytes. It was generated for this run.
    HarvestKey,
    /// As a report of software on a phone, in bytes. It is opened with that key, together with the others.
    Harvested,
    /// As a build that was offered to a phone, with what the phone's updater knew, in JSON.
    Build,
    /// Not at all. It is kept unchanged.
    Kept,
}
