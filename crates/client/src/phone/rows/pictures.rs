//! Pictures as rows: those that are here, those on their way, and the devices that show pictures.
//!
//! A phone learns which devices of its contacts show pictures from receipts with the id
//! [`SHOWS_PICTURES`](crate::records::body::SHOWS_PICTURES), and forgets it at a receipt without it.

use pillarbox_wire::AccountId;
use zeroize::Zeroizing;

use crate::phone::rows::records::message_key;
use crate::records::history::{EntryKind, HistoryEntry};
use crate::records::ids::BodyId;
use crate::records::picture::{PictureTransfer, TransferStage};
use crate::vault::{Rows, StorageError, Table, View};

/// Returns true if a device has said that it shows pictures.
pub(crate) fn shows(rows: &View<'_>, peer: AccountId) -> Result<bool, StorageError> {
    rows.has(Table::PictureViewers, &peer.0)
}

/// Records whether a device shows pictures.
pub(crate) fn learn(rows: &mut Rows<'_>, peer: AccountId, shows_them: bool) -> Result<(), StorageError> {
    match (shows_them, shows(rows, peer)?) {
        (true, false) => rows.put(Table::PictureViewers, &peer.0, &[]),
        (false, true) => forget_viewer(rows, peer),
        _ => Ok(()),
    }
}

pub(crate) fn forget_viewer(rows: &mut Rows<'_>, peer: AccountId) -> Result<(), StorageError> {
    rows.remove(Table::PictureViewers, &peer.0)
}

/// Returns the bytes of a picture, if they are here.
pub(crate) fn picture(
    rows: &View<'_>,
    contact: AccountId,
    message: BodyId,
) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
    rows.get(Table::Pictures, &message_key(contact, message))
}

/// Stores the bytes of a picture, which have arrived or are to be left at the relay.
pub(crate) fn store_picture(
    rows: &mut Rows<'_>,
    contact: AccountId,
    message: BodyId,
    picture: &[u8],
) -> Result<(), StorageError> {
    rows.put(Table::Pictures, &message_key(contact, message), picture)
}

pub(crate) fn transfer(
    rows: &View<'_>,
    contact: AccountId,
    message: BodyId,
) -> Result<Option<PictureTransfer>, StorageError> {
    rows.load(Table::PictureTransfers, &message_key(contact, message))
}

pub(crate) fn store_transfer(rows: &mut Rows<'_>, transfer: &PictureTransfer) -> Result<(), StorageError> {
    rows.store(Table::PictureTransfers, &message_key(transfer.contact, transfer.message), transfer)
}

pub(crate) fn end_transfer(
    rows: &mut Rows<'_>,
    contact: AccountId,
    message: BodyId,
) -> Result<(), StorageError> {
    rows.remove(Table::PictureTransfers, &message_key(contact, message))
}

/// Returns true if a picture of this message is still to be left at the relay, so that the message has to wait.
pub(crate) fn is_leaving(rows: &View<'_>, contact: AccountId, message: BodyId) -> Result<bool, StorageError> {
    let found = transfer(rows, contact, message)?;
    Ok(found.is_some_and(|transfer| matches!(transfer.stage, TransferStage::Leaving { .. })))
}

/// Records that the picture of a received entry is to be fetched, if it has one.
pub(crate) fn expect(
    rows: &mut Rows<'_>,
    contact: AccountId,
    entry: &HistoryEntry,
) -> Result<(), StorageError> {
    let (true, EntryKind::Picture(picture)) = (entry.is_received(), &entry.kind) else { return Ok(()) };
    let stage = TransferStage::Fetching;
    let picture = picture.clone();
    store_transfer(rows, &PictureTransfer { contact, message: entry.id, picture, stage })
}

/// Removes the picture of a message that is removed.
pub(crate) fn remove(rows: &mut Rows<'_>, contact: AccountId, message: BodyId) -> Result<(), StorageError> {
    end_transfer(rows, contact, message)?;
    rows.remove(Table::Pictures, &message_key(contact, message))
}
