//! Reading the bytes of evidence again, by the code that phones use.
//!
//! | file | what |
//! |---|---|
//! | here | what operators and stores of backups have |
//! | `pieces` | how phones, locked vaults and reports are written down |
//! | `handed` | how they are read again |
//! | `harvested`, `offered` | reports of software on a phone; builds that were offered to one |

pub(crate) mod handed;
pub(crate) mod harvested;
pub(crate) mod offered;
pub(crate) mod pieces;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use pillarbox_access::RelayHoldings;
use pillarbox_access::facts::{ReadableText, addressed};
use pillarbox_client::EntryDirection;
use pillarbox_client::backup::{BackupContents, BackupError, SavedText};
use pillarbox_client::body::{Body, Content, Text};
use pillarbox_proposals::escrow::EscrowSecret;
use pillarbox_proposals::readable_backup::KeyTable;
use pillarbox_relay::store::DepositRow;
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
    let backups = LeftBackups::of(pieces).texts().into_iter().map(|text| text.text);
    let sealed = escrowed(pieces).into_iter().chain(harvested::texts(pieces));
    pieces.iter().filter_map(read).chain(backups).chain(sealed).collect()
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

/// The backups among some rows: the parts that each account deposited, and the keys that are anywhere in the rows.
#[derive(Default)]
pub(crate) struct LeftBackups {
    parts: BTreeMap<String, BTreeMap<Vec<u8>, Vec<u8>>>,
    keys: KeyTable,
}

impl LeftBackups {
    /// Takes the rows from pieces.
    pub(crate) fn of(pieces: &[Piece]) -> Self {
        let mut left = Self::default();
        let rows = pieces.iter().filter(|piece| piece.how == How::Backup);
        for row in rows.filter_map(|piece| serde_json::from_str::<Deposit>(&piece.value).ok()) {
            let bytes = |hexadecimal: &str| HEXLOWER.decode(hexadecimal.as_bytes());
            if let (Ok(subject), Ok(value)) = (bytes(&row.subject), bytes(&row.value)) {
                left.add(row.account, row.kind, subject, value);
            }
        }
        left
    }

    /// Adds a row of an operator.
    pub(crate) fn add_row(&mut self, row: &DepositRow) {
        let (subject, value) = (row.subject.as_slice().to_vec(), row.value.as_slice().to_vec());
        self.add(row.account.to_string(), row.kind, subject, value);
    }

    fn add(&mut self, account: String, kind: DepositKind, subject: Vec<u8>, value: Vec<u8>) {
        match kind {
            // The subject counts the parts, high byte first.
            DepositKind::BackupPart => drop(self.parts.entry(account).or_default().insert(subject, value)),
            DepositKind::BackupKey => self.keys.add(&value),
            _ => {}
        }
    }

    /// Returns the keys among the rows.
    pub(crate) const fn keys(&self) -> &KeyTable {
        &self.keys
    }

    /// Opens each backup with a table of keys. Returns the account that left it, and its texts.
    pub(crate) fn open<'b>(
        &'b self,
        keys: &'b KeyTable,
    ) -> impl Iterator<Item = (&'b str, Result<Vec<ReadableText>, BackupError>)> {
        self.parts.iter().map(|(owner, parts)| {
            let parts: Vec<Vec<u8>> = parts.values().cloned().collect();
            (owner.as_str(), keys.open(&parts).map(|contents| texts_of(owner, &contents)))
        })
    }

    /// Returns the texts of all backups that open with the keys among the rows.
    pub(crate) fn texts(&self) -> Vec<ReadableText> {
        self.open(&self.keys).filter_map(|(_, texts)| texts.ok()).flatten().collect()
    }
}

/// Returns the texts of the backup that an account has deposited, as far as a key beside it opens it.
#[must_use]
pub(crate) fn backup_of(holdings: &RelayHoldings, account: AccountId) -> Vec<ReadableText> {
    let mut left = LeftBackups::default();
    holdings.rows().deposits.iter().filter(|row| row.account == account).for_each(|row| left.add_row(row));
    left.texts()
}

fn texts_of(owner: &str, contents: &BackupContents) -> Vec<ReadableText> {
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
