//! Reading the bytes of evidence again, by the code that phones use.
//!
//! | file | what |
//! |---|---|
//! | here | what operators and stores of backups have |
//! | `pieces` | how phones, locked vaults and reports are written down |
//! | `handed` | how they are read again |

pub(crate) mod handed;
pub(crate) mod pieces;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use pillarbox_access::RelayHoldings;
use pillarbox_access::facts::{ReadableText, addressed};
use pillarbox_client::EntryDirection;
use pillarbox_client::backup::{self, SavedText};
use pillarbox_client::body::{Body, Content, Text};
use pillarbox_crypto::SecretBytes;
use pillarbox_proposals::escrow::EscrowSecret;
use pillarbox_wire::{AccountId, DepositKind};
use serde::Deserialize;

use crate::evidence::{How, Piece};

/// Returns the words of a message that the server can read. Returns nothing for a sealed message, and for a message
/// that is not a text.
#[must_use]
pub(crate) fn message(payload: &[u8]) -> Option<String> {
    let (kind, body) = payload.split_first()?;
    if *kind != pillarbox_session::kind::SERVER_READABLE {
        return None;
    }
    text_of(Body::read(body).ok()?).map(|text| text.text)
}

/// Returns the text of a body, said to a person or a group.
#[must_use]
pub(crate) fn text_of(body: Body) -> Option<Text> {
    match body.content {
        Content::Text(text) => Some(text),
        other => other.group_text().map(|said| said.text.clone()),
    }
}

/// Returns the words of the messages among these pieces, as far as the server can read them.
#[must_use]
pub(crate) fn messages(pieces: &[Piece]) -> Vec<String> {
    let messages = pieces.iter().filter(|piece| piece.how == How::Message);
    messages.filter_map(|piece| message(&HEXLOWER.decode(piece.value.as_bytes()).ok()?)).collect()
}

/// Returns every text obtained by reading pieces again.
#[must_use]
pub(crate) fn texts(pieces: &[Piece]) -> Vec<String> {
    let read = |piece: &Piece| {
        let bytes = HEXLOWER.decode(piece.value.as_bytes()).ok()?;
        match piece.how {
            How::Message => message(&bytes),
            How::Plain => String::from_utf8(bytes).ok(),
            _ => None,
        }
    };
    let backups = backups(pieces).into_iter().map(|text| text.text);
    pieces.iter().filter_map(read).chain(backups).chain(escrowed(pieces)).collect()
}

/// Returns the words of the messages among these pieces that can be opened with the available part of an escrow
/// authority's key.
fn escrowed(pieces: &[Piece]) -> Vec<String> {
    let bytes = |how: How| {
        let pieces = pieces.iter().filter(move |piece| piece.how == how);
        pieces.filter_map(|piece| HEXLOWER.decode(piece.value.as_bytes()).ok())
    };
    let Some(secret) = bytes(How::EscrowSecret).find_map(|bytes| EscrowSecret::of_bytes(&bytes)) else {
        return Vec::new();
    };
    let opened = bytes(How::Escrowed).filter_map(|payload| {
        text_of(Body::read(&secret.recover(&payload).ok()?).ok()?).map(|text| text.text)
    });
    opened.collect()
}

/// A row of the relay's deposits, as written in evidence.
#[derive(Deserialize)]
struct Deposit {
    account: String,
    kind: DepositKind,
    subject: String,
    value: String,
}

/// One account's backup, as far as the evidence contains it.
#[derive(Default)]
struct Left {
    parts: BTreeMap<String, Vec<u8>>,
    key: Option<SecretBytes<32>>,
}

/// Returns the texts of the backups among these pieces. Each account's parts are opened with the key that its owner
/// deposited.
fn backups(pieces: &[Piece]) -> Vec<ReadableText> {
    let rows = pieces.iter().filter(|piece| piece.how == How::Backup);
    let rows = rows.filter_map(|piece| serde_json::from_str::<Deposit>(&piece.value).ok());
    let mut owners: BTreeMap<String, Left> = BTreeMap::new();
    for row in rows {
        let Ok(value) = HEXLOWER.decode(row.value.as_bytes()) else { continue };
        let Left { parts, key } = owners.entry(row.account).or_default();
        match row.kind {
            DepositKind::BackupPart => drop(parts.insert(row.subject, value)),
            DepositKind::BackupKey => *key = <[u8; 32]>::try_from(value).ok().map(SecretBytes::from_bytes),
            _ => {}
        }
    }
    let opened = owners.into_iter().map(|(owner, Left { parts, key })| {
        let parts: Vec<Vec<u8>> = parts.into_values().collect();
        open(&owner, &parts, key.as_ref())
    });
    opened.flatten().collect()
}

/// Returns the texts of the backup that an account has deposited, as far as a key beside it opens it.
#[must_use]
pub(crate) fn backup_of(holdings: &RelayHoldings, account: AccountId) -> Vec<ReadableText> {
    let left = |kind| {
        let rows = holdings.rows().deposits.iter();
        rows.filter(move |row| row.account == account && row.kind == kind)
    };
    let mut parts: Vec<_> = left(DepositKind::BackupPart).collect();
    // The subject counts the parts, high byte first.
    parts.sort_by(|one, other| one.subject.as_slice().cmp(other.subject.as_slice()));
    let parts: Vec<Vec<u8>> = parts.into_iter().map(|row| row.value.as_slice().to_vec()).collect();
    let key = left(DepositKind::BackupKey).find_map(|row| <[u8; 32]>::try_from(row.value.as_slice()).ok());
    open(&account.to_string(), &parts, key.map(SecretBytes::from_bytes).as_ref())
}

fn open(owner: &str, parts: &[Vec<u8>], key: Option<&SecretBytes<32>>) -> Vec<ReadableText> {
    let opened = backup::open(parts, None)
        .or_else(|closed| key.map_or(Err(closed), |key| backup::open(parts, Some(key))));
    let Ok(contents) = opened else { return Vec::new() };
    let text = |text: &SavedText| {
        let (own, other) = (Some(owner.to_owned()), text.contact.map(|contact| contact.to_string()));
        let (from, to) = match text.direction {
            EntryDirection::Sent(_) => (own, other),
            EntryDirection::Received { .. } => (other, own),
        };
        let group = addressed(text.group, &contents.groups);
        ReadableText { at: text.sent_at, from, to, text: text.text.clone(), group }
    };
    contents.texts.iter().map(text).collect()
}
