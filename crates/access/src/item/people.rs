//! Items that name other people: address books, block lists, groups.

use pillarbox_crypto::{AeadKey, aead};
use pillarbox_relay::store::DepositRow;
use pillarbox_wire::DepositKind;

use super::groups::{Managed, managed};
use super::profile::{exhibits, unreadable, words};
use super::rows::{ItemReading, Rows};
use crate::facts::{Facts, Knows, Member};
use crate::reading::Keys;
use crate::returned::{Blank, ItemAnswer};

/// Reads the people about whom the account has deposited an entry.
pub(super) fn left(kind: DepositKind, rows: &Rows<'_>) -> ItemReading {
    let left: Vec<&DepositRow> = rows.left(kind).collect();
    let names: Vec<String> = left.iter().filter_map(|row| words(row.subject.as_slice())).collect();
    if names.is_empty() && !left.is_empty() {
        // The phone deposited hashes of the numbers, or something else that is not text.
        return ItemReading {
            answer: unreadable(left.len()),
            facts: Facts::default(),
            exhibits: exhibits(&left),
        };
    }
    let owner = rows.name(rows.account.account);
    let facts = facts(kind, names.iter().map(|name| (owner.clone(), name.clone())));
    ItemReading::of(names, exhibits(&left), rows.no_deposit(kind)).with(facts)
}

/// Reads the accounts that have deposited an entry about this one.
pub(super) fn left_about(kind: DepositKind, rows: &Rows<'_>) -> ItemReading {
    let Some(number) = &rows.account.handle else { return ItemReading::blank(rows.no_deposit_about(kind)) };
    let all = rows.holdings.rows().deposits.iter();
    let about: Vec<&DepositRow> = all
        .filter(|row| row.kind == kind && row.subject.as_slice() == number.as_str().as_bytes())
        .filter(|row| row.account != rows.account.account)
        .collect();
    let names: Vec<String> = about.iter().map(|row| rows.name(row.account)).collect();
    let facts = facts(kind, names.iter().map(|name| (name.clone(), number.to_string())));
    ItemReading::of(names, exhibits(&about), rows.no_deposit_about(kind)).with(facts)
}

fn facts(kind: DepositKind, pairs: impl Iterator<Item = (String, String)>) -> Facts {
    let knows = match kind {
        DepositKind::Contact => pairs.map(|(owner, contact)| Knows { owner, contact }).collect(),
        _ => Vec::new(),
    };
    Facts { knows, ..Facts::default() }
}

/// Reads the groups whose rosters the account has deposited, and those that it is in according to the operator's own
/// rows.
pub(super) fn groups(rows: &Rows<'_>) -> ItemReading {
    let left: Vec<&DepositRow> = rows.left(DepositKind::Group).collect();
    rosters(&left, rows, managed(rows, true), rows.no_group(rows.no_deposit(DepositKind::Group)), |_| true)
}

/// Reads the groups whose rosters name the account, whoever deposited the roster, and those of the operator's own rows.
pub(super) fn memberships(rows: &Rows<'_>) -> ItemReading {
    let all: Vec<&DepositRow> =
        rows.holdings.rows().deposits.iter().filter(|row| row.kind == DepositKind::Group).collect();
    let own = rows.name(rows.account.account);
    let id = format!("account {}", rows.account.account);
    let own_row = |row: &DepositRow| row.account == rows.account.account;
    let of_account: Vec<&DepositRow> = all
        .into_iter()
        .filter(|row| {
            own_row(row)
                || roster(row, rows)
                    .is_some_and(|(_, members)| members.contains(&own) || members.contains(&id))
        })
        .collect();
    let otherwise = rows.no_group(rows.no_deposit_about(DepositKind::Group));
    rosters(&of_account, rows, managed(rows, false), otherwise, |_| false)
}

/// Reads the rosters that open, in addition to the operator's own rows. `whole` decides for each row whether the
/// members are listed beside the name.
fn rosters(
    left: &[&DepositRow],
    rows: &Rows<'_>,
    managed: Managed,
    otherwise: Blank,
    whole: impl Fn(&DepositRow) -> bool,
) -> ItemReading {
    let Managed { mut lines, mut members, exhibits: mut of_operator } = managed;
    for row in left {
        let Some((group, of_group)) = roster(row, rows) else { continue };
        let group = words(group.as_bytes()).unwrap_or_default();
        if whole(row) {
            let names: Vec<&str> = of_group.iter().map(String::as_str).collect();
            lines.insert(format!("{group}: {}", names.join(", ")));
            members.extend(of_group.into_iter().map(|member| Member { group: group.clone(), member }));
        } else {
            lines.insert(group.clone());
            members.insert(Member { group, member: rows.name(rows.account.account) });
        }
    }
    if lines.is_empty() && !left.is_empty() {
        return ItemReading {
            answer: held(left.len(), rows),
            facts: Facts::default(),
            exhibits: exhibits(left),
        };
    }
    let facts = Facts { members: members.into_iter().collect(), ..Facts::default() };
    of_operator.extend(exhibits(left));
    ItemReading::of(lines.into_iter().collect(), of_operator, otherwise).with(facts)
}

/// Parses a roster as phones deposit it: the group's name, then a member on each line. Every key that the operator
/// has is tried on a sealed roster.
fn roster(row: &DepositRow, rows: &Rows<'_>) -> Option<(String, Vec<String>)> {
    in_the_clear(row.value.as_slice()).or_else(|| {
        let (nonce, sealed) = row.value.as_slice().split_first_chunk::<24>()?;
        let opened = Keys::all(rows.holdings).each().find_map(|key| {
            let key = AeadKey::from_bytes(*key.as_bytes());
            aead::open_extended(&key, nonce, row.subject.as_slice(), sealed).ok()
        })?;
        in_the_clear(&opened)
    })
}

fn in_the_clear(bytes: &[u8]) -> Option<(String, Vec<String>)> {
    let mut lines = std::str::from_utf8(bytes).ok()?.lines();
    let name = lines.next()?.to_owned();
    let members: Vec<String> = lines.filter(|line| !line.is_empty()).map(member).collect();
    (!members.is_empty()).then_some((name, members))
}

/// Names a member as answers name people: by number, or as an account.
fn member(line: &str) -> String {
    if line.starts_with('+') { line.to_owned() } else { format!("account {line}") }
}

fn held(count: usize, rows: &Rows<'_>) -> ItemAnswer {
    let (private_keys, public_values) = Keys::all(rows.holdings).counts();
    ItemAnswer::HeldUnreadable {
        count: u64::try_from(count).unwrap_or(u64::MAX),
        private_keys,
        public_values,
    }
}
