//! Backups stored at an operator: their parts, their key, and the texts that the two yield together.

use pillarbox_client::backup::{self, BackupContents};
use pillarbox_client::{EntryDirection, display};
use pillarbox_relay::store::DepositRow;
use pillarbox_wire::{AccountId, DepositKind};

use super::profile::exhibits;
use super::rows::{ItemReading, Rows};
use crate::evidence::Exhibit;
use crate::facts::{Facts, ReadableText, addressed};
use crate::reading::Keys;
use crate::returned::{Blank, ItemAnswer};

pub(super) fn parts(rows: &Rows<'_>) -> ItemReading {
    let parts: Vec<&DepositRow> = rows.left(DepositKind::BackupPart).collect();
    let bytes: usize = parts.iter().map(|part| part.value.len()).sum();
    let noun = if parts.len() == 1 { "part" } else { "parts" };
    let line = (!parts.is_empty()).then(|| format!("{} {noun}, {bytes} bytes", parts.len()));
    ItemReading::of(line.into_iter().collect(), exhibits(&parts), none(rows, DepositKind::BackupPart))
}

pub(super) fn keys(rows: &Rows<'_>) -> ItemReading {
    let keys: Vec<&DepositRow> = rows.left(DepositKind::BackupKey).collect();
    let lines = keys.iter().map(|key| format!("a key of {} bytes", key.value.len())).collect();
    ItemReading::of(lines, exhibits(&keys), none(rows, DepositKind::BackupKey))
}

fn none(rows: &Rows<'_>, kind: DepositKind) -> Blank {
    if rows.left(DepositKind::BackupPart).next().is_some() {
        Blank::NoneLeft { kind }
    } else {
        rows.no_deposit(kind)
    }
}

/// The result of trying to open a backup.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) lines: Vec<String>,
    pub(super) facts: Facts,
    pub(super) exhibits: Vec<Exhibit>,
    /// The number of stored backups that do not open.
    pub(super) unreadable: u64,
}

/// The number of public values of the owner's rows that are tried as the backup's key. One phone with its whole stock
/// of prekeys has that many.
const PUBLIC_ATTEMPTS: usize = 256;

/// Tries to open the backup as its owner's phone would: without a key, and with each key that the operator has.
pub(super) fn content(rows: &Rows<'_>) -> Opened {
    // The backup alone identifies a contact without a number by the account.
    opened(rows, &|account| format!("account {account}"))
}

/// Tries to open the backup. `name` returns a name for each contact for whom the backup itself has no number.
fn opened(rows: &Rows<'_>, name: &dyn Fn(AccountId) -> String) -> Opened {
    let mut left: Vec<&DepositRow> = rows.left(DepositKind::BackupPart).collect();
    if left.is_empty() {
        return Opened::default();
    }
    // The subject numbers the parts, high byte first.
    left.sort_by(|one, other| one.subject.as_slice().cmp(other.subject.as_slice()));
    let parts: Vec<Vec<u8>> = left.iter().map(|row| row.value.as_slice().to_vec()).collect();
    let keys = Keys::for_recipient(rows.holdings, Some(rows.account.account), PUBLIC_ATTEMPTS);
    let bare = backup::open(&parts, None).ok();
    let opened = bare.or_else(|| keys.each().find_map(|key| backup::open(&parts, Some(key)).ok()));
    // A key may have been deposited before the start of the period that a demand covers. A text read with that key
    // still depends on it.
    let (account, all) = (rows.account.account, rows.holdings.rows().deposits.iter());
    left.extend(all.filter(|row| row.account == account && row.kind == DepositKind::BackupKey));
    let exhibits = exhibits(&left);
    match opened {
        None => Opened { exhibits, unreadable: 1, ..Opened::default() },
        Some(contents) => {
            let facts = Facts { said: said(&contents, &rows.name(account), name), ..Facts::default() };
            let lines = facts.said.iter().map(|said| format!("\"{}\"", display::safe(&said.text)));
            Opened { lines: lines.collect(), facts, exhibits, unreadable: 0 }
        }
    }
}

/// Reads the texts of the backup alone. Contacts have the names that the operator's other rows give them.
pub(super) fn texts(rows: &Rows<'_>) -> ItemReading {
    let Opened { lines, facts, exhibits, unreadable } = opened(rows, &|account| rows.name(account));
    if unreadable > 0 {
        let tried = Keys::for_recipient(rows.holdings, Some(rows.account.account), PUBLIC_ATTEMPTS);
        let (private_keys, public_values) = tried.counts();
        let answer = ItemAnswer::HeldUnreadable { count: unreadable, private_keys, public_values };
        return ItemReading { answer, facts, exhibits };
    }
    ItemReading::of(lines, exhibits, Blank::NoTextInside).with(facts)
}

/// Converts the texts of a backup. A text from the owner to a group names the group and no recipient.
fn said(contents: &BackupContents, owner: &str, name: &dyn Fn(AccountId) -> String) -> Vec<ReadableText> {
    let other = |account: AccountId| {
        let saved = contents.contacts.iter().find(|contact| contact.account == account);
        let number = saved.and_then(|contact| contact.handle.as_ref());
        number.map_or_else(|| name(account), ToString::to_string)
    };
    let said = contents.texts.iter().map(|text| {
        let (owner, other) = (Some(owner.to_owned()), text.contact.map(other));
        let (from, to) = match text.direction {
            EntryDirection::Received { .. } => (other, owner),
            EntryDirection::Sent(_) => (owner, other),
        };
        let group = addressed(text.group, &contents.groups);
        ReadableText { at: text.sent_at, from, to, text: text.text.clone(), group }
    });
    said.collect()
}
