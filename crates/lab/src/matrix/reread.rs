//! Reading the bytes of evidence again, by the code that phones use.

use data_encoding::HEXLOWER;
use pillarbox_access::RelayHoldings;
use pillarbox_client::body::{Body, Content};
use pillarbox_wire::{AccountId, decode};

use super::cell::{How, Piece};
use crate::score::Text;

/// What a message says that is readable to the server; none for one that is not, and for what is no text.
#[must_use]
pub(crate) fn message(payload: &[u8]) -> Option<String> {
    let (kind, body) = payload.split_first()?;
    if *kind != pillarbox_session::kind::SERVER_READABLE {
        return None;
    }
    match decode::<Body>(body).ok()?.content {
        Content::Text(text) => Some(text.text),
        _ => None,
    }
}

/// Every text that pieces give when they are read again.
#[must_use]
pub(super) fn texts(pieces: &[Piece]) -> Vec<String> {
    let read = |piece: &Piece| {
        let bytes = HEXLOWER.decode(piece.value.as_bytes()).ok()?;
        match piece.how {
            How::Message => message(&bytes),
            How::Plain => String::from_utf8(bytes).ok(),
            How::Backup | How::Kept => None,
        }
    };
    pieces.iter().filter_map(read).collect()
}

/// The texts of the backup that an account has left, as far as what lies there opens it.
#[must_use]
pub(crate) fn backup_of(_holdings: &RelayHoldings, _account: AccountId) -> Vec<Text> {
    Vec::new()
}
