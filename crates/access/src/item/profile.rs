//! Items that a phone has deposited about its owner, one deposit for each.

use pillarbox_client::display;
use pillarbox_relay::store::DepositRow;
use pillarbox_wire::DepositKind;

use super::rows::{ItemReading, Rows};
use crate::evidence::{Exhibit, hexadecimal};
use crate::returned::ItemAnswer;

/// Reads deposits that are text. Bytes that are not text count as held and unreadable.
pub(super) fn text(kind: DepositKind, rows: &Rows<'_>) -> ItemReading {
    let left: Vec<&DepositRow> = rows.left(kind).collect();
    let lines: Vec<String> = left.iter().filter_map(|row| words(row.value.as_slice())).collect();
    let mut reply = ItemReading::of(lines, exhibits(&left), rows.no_deposit(kind));
    if !left.is_empty() && !matches!(reply.answer, ItemAnswer::Returned { .. }) {
        reply.answer = unreadable(left.len());
    }
    reply
}

/// Reads deposits that carry meaning as bytes: a token, a hash.
pub(super) fn bytes(kind: DepositKind, rows: &Rows<'_>) -> ItemReading {
    each(kind, rows, |row| match words(row.value.as_slice()) {
        Some(words) => words,
        None if row.value.is_empty() => hexadecimal(row.subject.as_slice()),
        None => hexadecimal(row.value.as_slice()),
    })
}

/// Reads pictures. The answer states the size of each.
pub(super) fn picture(kind: DepositKind, rows: &Rows<'_>) -> ItemReading {
    each(kind, rows, |row| format!("a picture of {} bytes", row.value.len()))
}

/// Counts deposits that are keyed hashes and reveal nothing else.
pub(super) fn count_of(kind: DepositKind, rows: &Rows<'_>) -> ItemReading {
    let left: Vec<&DepositRow> = rows.left(kind).collect();
    let line = (!left.is_empty()).then(|| left.len().to_string());
    ItemReading::of(line.into_iter().collect(), exhibits(&left), rows.no_deposit(kind))
}

fn each(kind: DepositKind, rows: &Rows<'_>, line: impl Fn(&DepositRow) -> String) -> ItemReading {
    let left: Vec<&DepositRow> = rows.left(kind).collect();
    ItemReading::of(left.iter().map(|row| line(row)).collect(), exhibits(&left), rows.no_deposit(kind))
}

pub(super) fn exhibits(rows: &[&DepositRow]) -> Vec<Exhibit> {
    rows.iter().map(|row| Exhibit::row("deposits", row)).collect()
}

/// Builds the answer for deposits that are not text. No key is tried, because a value that was never encrypted has no
/// key.
pub(super) fn unreadable(count: usize) -> ItemAnswer {
    ItemAnswer::HeldUnreadable {
        count: u64::try_from(count).unwrap_or(u64::MAX),
        private_keys: 0,
        public_values: 0,
    }
}

/// Returns the bytes as text, made safe to print, if they are text.
pub(super) fn words(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty())?;
    Some(display::safe(text).to_string())
}
