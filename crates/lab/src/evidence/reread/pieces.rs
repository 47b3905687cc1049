//! Pieces from which phones and reports are read again, and the form in which they are written.
//! [`handed`](super::handed) reads them.

use data_encoding::HEXLOWER;
use pillarbox_access::view::ReportedMessage;
use pillarbox_client::vault::{SealedRow, VaultExhibit};
use pillarbox_relay::stamp::StampKey;
use serde::{Deserialize, Serialize};

use crate::evidence::{How, Piece};
use crate::record::sha256;

/// The lengths of the parts between a row's table byte and its sealed part: the keyed hash under which it is found, and
/// its nonce.
pub(super) const LOOKUP_LEN: usize = 32;
pub(super) const NONCE_LEN: usize = 24;

/// The owner of a phone, and the one conversation that was shown, if not all of them were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    /// The paper's name for the owner.
    pub(crate) owner: String,
    /// The account of the contact whose conversation was shown; `None` for the whole phone.
    pub(crate) contact: Option<String>,
}

/// A reported message as written in evidence, bytes in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reported {
    pub(super) stamp_key: String,
    pub(super) payload: String,
    pub(super) from: String,
    pub(super) from_device: u8,
    pub(super) to: String,
    pub(super) to_device: u8,
    pub(super) accepted_at: u64,
    pub(super) stamp: String,
    pub(super) body: String,
    pub(super) opening: String,
}

/// Returns the pieces that a phone showed: the key of its vault, the rows, and the names of people. All pieces of a
/// phone have the same place.
pub(crate) fn phone(place: &str, exhibit: &VaultExhibit, names: &Names) -> Vec<Piece> {
    let mut pieces =
        vec![bytes(place, "key of the vault", exhibit.key.as_bytes(), How::PhoneKey), owner(place, names)];
    pieces.extend(exhibit.rows.iter().map(|row| {
        let SealedRow { table, lookup, nonce, sealed } = row;
        let whole = [&[*table][..], lookup, nonce, sealed].concat();
        bytes(place, "row of the vault", &whole, How::PhoneRow)
    }));
    pieces
}

/// Returns the owner of the phone on which something was found, and the conversation that was shown, if not all of
/// them were.
pub(crate) fn owner(place: &str, names: &Names) -> Piece {
    text(place, "names", serde_json::to_string(names).unwrap_or_default(), How::PhoneNames)
}

/// Returns the wrapped key of a vault on which passcodes were tried.
pub(crate) fn wrapped_key(place: &str, wrapped: &[u8]) -> Piece {
    bytes(place, "wrapped key of the vault", wrapped, How::WrappedKey)
}

/// Returns a reported message, and the key with which the operator checks it.
pub(crate) fn report(reported: &ReportedMessage, key: &StampKey) -> Piece {
    let ReportedMessage { payload, from, to, accepted_at, stamp, body, opening } = reported;
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let reported = Reported {
        stamp_key: hex(key.as_bytes()),
        payload: hex(payload),
        from: from.account.to_string(),
        from_device: from.device.0,
        to: to.account.to_string(),
        to_device: to.device.0,
        accepted_at: accepted_at.0,
        stamp: hex(stamp),
        body: hex(body),
        opening: hex(opening),
    };
    text("report", "message", serde_json::to_string(&reported).unwrap_or_default(), How::Report)
}

/// Returns an escrow authority's key, or a share of it.
pub(crate) fn escrow_secret(secret: &[u8]) -> Piece {
    bytes("escrow", "secret, made for this run", secret, How::EscrowSecret)
}

/// Returns a message that was tried with it. `part` states the outcome.
pub(crate) fn escrowed(part: &str, payload: &[u8]) -> Piece {
    bytes("messages", part, payload, How::Escrowed)
}

/// Returns the key of an authority to which software on a phone reports.
pub(crate) fn harvest_key(key: &[u8]) -> Piece {
    bytes("authority", "secret, made for this run", key, How::HarvestKey)
}

/// Returns a report of software on somebody's phone.
pub(crate) fn harvested(owner: &str, sealed: &[u8]) -> Piece {
    bytes(&format!("phone of {owner}"), "report", sealed, How::Harvested)
}

/// Returns a build that was offered to a phone. `outcome` states what the phone decided.
pub(super) fn build(outcome: &str, written: String) -> Piece {
    text("phone", outcome, written, How::Build)
}

/// Returns a message that passed.
pub(crate) fn message(payload: &[u8]) -> Piece {
    bytes("messages", "payload", payload, How::Message)
}

/// Returns words that were found in plain form.
pub(crate) fn plain(place: &str, part: &str, words: &[u8]) -> Piece {
    bytes(place, part, words, How::Plain)
}

fn bytes(found_in: &str, part: &str, bytes: &[u8], how: How) -> Piece {
    Piece { sha256: sha256(bytes), ..text(found_in, part, HEXLOWER.encode(bytes), how) }
}

fn text(found_in: &str, part: &str, value: String, how: How) -> Piece {
    let sha256 = sha256(value.as_bytes());
    Piece { found_in: found_in.to_owned(), part: part.to_owned(), value, sha256, how }
}
