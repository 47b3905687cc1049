//! Room for people whom the owner has not accepted.
//!
//! Accounts cost nothing, so that anybody can write from hundreds of them. The room that they can take is bounded
//! here, and a new sender is never turned away for good:
//!
//! - **A message that opens** makes its sender a request. With [`MAX_REQUESTS`] requests, the oldest one that has
//!   said nothing gives way. If there is none, it is the oldest one whose every word the owner has seen and not
//!   answered. While all are unseen, the message is not accepted: it is not acknowledged, stays at the relay, and
//!   is delivered again once some have been shown.
//! - **A message that does not open** makes nobody a request. Its sender's account is remembered, so that it is asked
//!   for again if the owner adds them; with [`MAX_UNOPENED`] of them the oldest is forgotten.
//!
//! Senders who know the delivery key, which is in invitations, have separate room in both tables: throw-away
//! accounts that know only a number take nothing from it.

use std::collections::BTreeSet;

use pillarbox_wire::{AccountId, Encoded, Timestamp};
use serde::{Deserialize, Serialize};

use crate::phone::rows::contacts::forget;
use crate::phone::rows::{entries, names, pending};
use crate::records::contact::{ContactRecord, Trust};
use crate::vault::{Rows, StorageError, Table, View};

/// The maximum number of requests admitted by the delivery key, and the maximum number of other requests. A person can
/// look through that many; more would only bury the genuine ones.
pub const MAX_REQUESTS: usize = 500;

/// The maximum number of accounts of either sort that are remembered because none of their messages has opened. Each is
/// asked to send again once the owner adds it. Each takes as many bytes as its digests. Nobody adds more accounts than
/// there are requests.
pub const MAX_UNOPENED: usize = 500;

/// An account that wrote and that the owner has not accepted. The record is kept when the owner accepts the
/// account, and says nothing about a contact.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Stranger {
    account: AccountId,
    /// True if the delivery key admitted its first message.
    admitted: bool,
    /// Time at which the message arrived.
    at: Timestamp,
}

impl Encoded for Stranger {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// A new account that has written to this phone.
#[derive(Clone, Copy)]
pub(crate) struct Newcomer {
    pub(crate) account: AccountId,
    /// True if the delivery key admitted the message.
    pub(crate) admitted: bool,
    pub(crate) now: Timestamp,
}

impl Newcomer {
    /// Makes room for one more request. Returns the requests that gave way, or `None` if there is no room.
    pub(crate) fn enter(self, rows: &mut Rows<'_>) -> Result<Option<Vec<GaveWay>>, StorageError> {
        let mut gave_way = Vec::new();
        // Most phones have fewer contacts in all, so there is nothing to look through.
        let waiting = match rows.count(Table::Contacts)? {
            0..MAX_REQUESTS => Vec::new(),
            _ => requests_of(rows, self.admitted)?,
        };
        if let Some(surplus) = (waiting.len() + 1).checked_sub(MAX_REQUESTS).filter(|surplus| *surplus > 0) {
            for record in expendable(rows, waiting, surplus)? {
                gave_way.push(GaveWay { name: record.name.clone(), entries: record.next_place });
                forget(rows, &record)?;
            }
            if gave_way.len() < surplus {
                return Ok(None);
            }
        }
        self.note(rows)?;
        Ok(Some(gave_way))
    }

    /// Remembers an account none of whose messages has opened.
    pub(crate) fn remember(self, rows: &mut Rows<'_>) -> Result<(), StorageError> {
        if !rows.has(Table::Strangers, &self.account.0)? {
            self.note(rows)?;
        }
        let mut unopened = Vec::new();
        for stranger in rows.load_all::<Stranger>(Table::Strangers)? {
            if stranger.admitted == self.admitted && !rows.has(Table::Contacts, &stranger.account.0)? {
                unopened.push(stranger);
            }
        }
        unopened.sort_by_key(|stranger| (stranger.at, stranger.account));
        let surplus = unopened.len().saturating_sub(MAX_UNOPENED);
        for stranger in unopened.iter().filter(|it| it.account != self.account).take(surplus) {
            rows.remove(Table::Strangers, &stranger.account.0)?;
            pending::forget(rows, stranger.account)?;
        }
        Ok(())
    }

    fn note(self, rows: &mut Rows<'_>) -> Result<(), StorageError> {
        let Self { account, admitted, now } = self;
        rows.store(Table::Strangers, &account.0, &Stranger { account, admitted, at: now })
    }
}

/// A request that gave way to a newer one.
pub(crate) struct GaveWay {
    pub(crate) name: String,
    /// Entries of its conversation, including those that have disappeared.
    pub(crate) entries: u64,
}

/// Returns the requests of one sort that the owner has neither named nor verified, oldest first.
fn requests_of(rows: &View<'_>, admitted: bool) -> Result<Vec<ContactRecord>, StorageError> {
    // Profiles of earlier versions have no record of strangers; all count as not admitted.
    let strangers = rows.load_all::<Stranger>(Table::Strangers)?.into_iter();
    let let_through: BTreeSet<AccountId> =
        strangers.filter(|stranger| stranger.admitted).map(|stranger| stranger.account).collect();
    let mut waiting = rows.load_all::<ContactRecord>(Table::Contacts)?;
    waiting.retain(|record| {
        is_stranger(record)
            && record.name == names::short(record.account)
            && let_through.contains(&record.account) == admitted
    });
    waiting.sort_by_key(|record| (record.added_at, record.account));
    Ok(waiting)
}

/// Returns at most `surplus` requests that can give way without losing anything the owner has not seen: first those
/// without entries, then the oldest.
fn expendable(
    rows: &View<'_>,
    waiting: Vec<ContactRecord>,
    surplus: usize,
) -> Result<Vec<ContactRecord>, StorageError> {
    let (mut expendable, spoke): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|record| record.next_place == 0);
    for record in spoke {
        if expendable.len() >= surplus {
            break;
        }
        if is_seen(rows, &record)? {
            expendable.push(record);
        }
    }
    expendable.truncate(surplus);
    Ok(expendable)
}

/// Returns true if the owner has seen every entry of a request.
fn is_seen(rows: &View<'_>, record: &ContactRecord) -> Result<bool, StorageError> {
    for place in (0..record.next_place).rev() {
        if entries::at(rows, record.account, place)?.is_some_and(|entry| !entry.shown) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns true if the owner has neither answered nor verified the contact.
pub(crate) fn is_stranger(record: &ContactRecord) -> bool {
    !record.accepted && record.trust == Trust::Unverified
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::Duration;

    use super::*;
    use crate::phone::rows::records::store_contact;
    use crate::phone::testing::{NOW, phone};
    use crate::phone::{Phone, PhoneError};
    use crate::records::contact::ContactOrigin;

    fn account(number: usize) -> AccountId {
        AccountId(u128::try_from(number).unwrap().to_be_bytes())
    }

    /// A request as a former version of the program kept it: without a record of the stranger.
    fn former_request(rows: &mut Rows<'_>, number: usize) -> Result<(), StorageError> {
        let account = account(number);
        let at = NOW + Duration::from_seconds(u64::try_from(number).unwrap());
        store_contact(rows, &ContactRecord::new(account, names::short(account), ContactOrigin::Stranger, at))
    }

    #[test]
    fn a_profile_of_a_former_version_opens_and_its_empty_requests_give_way_oldest_first() {
        let (mut phone, mut rng) = (phone(), rand::rng());
        let blocked = account(7);
        phone
            .vault
            .transact(&mut rng, |rows| {
                (0..MAX_REQUESTS).try_for_each(|number| former_request(rows, number + 1))?;
                // In that version a block row was empty.
                rows.put(Table::Blocked, &blocked.0, &[])
            })
            .unwrap();
        let mut phone = Phone::open_in(phone.into_vault(), NOW, &mut rng).unwrap();
        assert_eq!(phone.contacts().unwrap().len(), MAX_REQUESTS);
        assert_eq!(phone.blocked().unwrap(), [blocked]);
        let newcomer = Newcomer { account: account(10_000), admitted: false, now: NOW };
        let gave_way =
            phone.vault.transact(&mut rng, |rows| newcomer.enter(rows)).unwrap().expect("there is room");
        assert_eq!(gave_way.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["00000000"]);
        assert_eq!(phone.contact(account(1)).err(), Some(PhoneError::UnknownContact));
        assert!(phone.contact(account(2)).is_ok());
    }

    #[test]
    fn accounts_of_which_nothing_opened_are_remembered_up_to_a_limit_and_contacts_do_not_count() {
        let (mut phone, mut rng) = (phone(), rand::rng());
        let remembered = |phone: &Phone, number| {
            phone.vault.read(|rows| rows.has(Table::Strangers, &account(number).0)).unwrap()
        };
        phone
            .vault
            .transact(&mut rng, |rows| {
                for number in 0..=MAX_UNOPENED {
                    let at = NOW + Duration::from_seconds(u64::try_from(number).unwrap());
                    Newcomer { account: account(number), admitted: number == 0, now: at }.remember(rows)?;
                }
                former_request(rows, 1)
            })
            .unwrap();
        assert!(remembered(&phone, 0) && remembered(&phone, 1), "room for all of either sort");
        let more = |from: usize, to: usize| (from..to).map(|number| (number, NOW + Duration::from_days(1)));
        phone
            .vault
            .transact(&mut rng, |rows| {
                more(1_000, 1_002).try_for_each(|(number, now)| {
                    Newcomer { account: account(number), admitted: false, now }.remember(rows)
                })
            })
            .unwrap();
        let left = [0, 1, 2, 3, 1_000, 1_001].map(|number| remembered(&phone, number));
        assert_eq!(left, [true, true, false, true, true, true], "the oldest that is no contact is forgotten");
    }
}
