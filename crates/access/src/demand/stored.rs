//! Demands on what an operator has. One function serves all of them from the operator's rows.
//!
//! An item is returned if the demand reaches it at the process that the operator requires, and if the rows have it.
//! For an item that the operator has and does not hand over, the answer says so.

use pillarbox_relay::store::{AccountRow, EventRow};
use pillarbox_wire::{AccountId, FixedBytes, Timestamp};

use super::case::{Case, DemandTarget};
use super::definition::{Demand, EVERYTHING, ViewKind, When};
use crate::facts::Facts;
use crate::item::{Item, ItemReading, Reach, Rows};
use crate::returned::{Blank, ItemAnswer};
use crate::served::{ItemLine, Served};
use crate::view::{OperatorTap, RelayHoldings};

/// A demand for what was said, as far as the operator has it. Both powers reach the data about it too: secondary data
/// in the UK (section 15(2)(b)), records in the US (18 U.S.C. 2703(c)(1)(A)).
pub const CONTENT_WARRANT: Demand = Demand {
    name: "content-warrant",
    title: "a content warrant",
    plain: "what was said, as far as the operator has it, and the data about it",
    reaches: EVERYTHING,
    view: ViewKind::RelayHoldings,
    when: When::Past,
};

/// A demand for a person's identity, as far as the operator has it.
pub const ENTITY_DATA: Demand = Demand {
    name: "entity-data",
    title: "a demand for subscriber data",
    plain: "who stands behind the account",
    reaches: &[Reach::Subscriber],
    view: ViewKind::RelayHoldings,
    when: When::Past,
};

/// A demand for a person's acts, as far as the operator has them.
pub const EVENTS_DATA: Demand = Demand {
    name: "events-data",
    title: "a demand for records of use",
    plain: "what the account did: when, from where, with whom",
    reaches: &[Reach::Subscriber, Reach::Records],
    view: ViewKind::RelayHoldings,
    when: When::Past,
};

/// Serves `demand` on everything that an operator has.
#[must_use]
pub fn serve(demand: &'static Demand, case: &Case<'_>, holdings: &RelayHoldings) -> Served {
    over(demand, case, holdings, &AnswerSource::Rows { since: None, backups: true })
}

/// Serves `demand` on an operator's messages and records, and leaves the backups stored there closed.
#[must_use]
pub fn serve_messages(demand: &'static Demand, case: &Case<'_>, holdings: &RelayHoldings) -> Served {
    over(demand, case, holdings, &AnswerSource::Rows { since: None, backups: false })
}

/// Serves `demand` on everything that an operator has from the time since `since`.
#[must_use]
pub fn serve_since(
    demand: &'static Demand,
    case: &Case<'_>,
    holdings: &RelayHoldings,
    since: Timestamp,
) -> Served {
    over(demand, case, holdings, &AnswerSource::Rows { since: Some(since), backups: true })
}

/// The events and messages that an answer is read from, in addition to the rows of accounts.
pub(super) enum AnswerSource<'a> {
    /// The operator's own log and messages, all of them or those since a time.
    Rows {
        /// The time at which they begin.
        since: Option<Timestamp>,
        /// True if backups stored here are read too.
        backups: bool,
    },
    /// The traffic on a tap, and nothing older.
    Tap {
        /// The tap with the traffic.
        tap: &'a OperatorTap,
        /// True if backups deposited since then are read too.
        backups: bool,
    },
}

pub(super) fn over(
    demand: &'static Demand,
    case: &Case<'_>,
    holdings: &RelayHoldings,
    seen: &AnswerSource<'_>,
) -> Served {
    let account = case.account(holdings);
    let tapped;
    let (events, tap, since, backups) = match seen {
        AnswerSource::Rows { since, backups } => (holdings.rows().events.as_slice(), None, *since, *backups),
        AnswerSource::Tap { tap, backups } => {
            tapped = tap.events();
            (tapped.as_slice(), Some(*tap), Some(tap.since()), *backups)
        }
    };
    let rows = account.map(|account| Rows { holdings, events, tap, account, since, backups });
    let nobody = nobody(case, events);
    // The traffic was handed over or logged as it passed. Closing an account later does not undo that.
    let closed = if account.is_none() { closed_since(case, holdings, seen) } else { None };
    let passed = closed.as_ref().map(|account| Rows { holdings, events, tap, account, since, backups });
    let mut facts = Facts::default();
    let mut line = |item: &Item| {
        let rows = rows.as_ref().or(passed.as_ref().filter(|_| PASSES.contains(item)));
        let (answer, exhibits) = match hand_over(*item, demand, case, rows, nobody) {
            HandedOver::Yes(reply) => {
                facts.add(reply.facts);
                (reply.answer, reply.exhibits)
            }
            HandedOver::No(answer) => (answer, Vec::new()),
        };
        ItemLine {
            item: *item,
            reach: case.operator.reach(*item),
            class: item.class(),
            was_known: was_known(*item, case, account),
            answer,
            exhibits,
        }
    };
    let lines = Item::ALL.iter().map(&mut line).collect();
    Served { demand, about: case.about.to_string(), has_account: account.is_some(), lines, facts }
}

/// The items that a tap or a log shows by itself, without a row of the account.
const PASSES: [Item; 4] =
    [Item::MessageContent, Item::MessageTimes, Item::MessageSourceDestination, Item::MessageCount];

/// Returns the account that an order named and that no longer has a row at the relay. Only its name is known, from the
/// tap or from the rule by which the relay keeps the log.
fn closed_since(case: &Case<'_>, holdings: &RelayHoldings, seen: &AnswerSource<'_>) -> Option<AccountRow> {
    let ordered: Vec<AccountId> = match seen {
        AnswerSource::Tap { tap, .. } => tap.accounts().collect(),
        AnswerSource::Rows { since: Some(_), .. } => {
            let rules = holdings.rows().keeping.iter().flat_map(|keeping| &keeping.log);
            rules.flat_map(|rule| &rule.only).copied().collect()
        }
        AnswerSource::Rows { since: None, .. } => Vec::new(),
    };
    let is_there = |account: &AccountId| holdings.rows().accounts.iter().any(|row| row.account == *account);
    let mut closed = ordered.into_iter().filter(|account| !is_there(account));
    let account = match case.about {
        DemandTarget::Account(named) => closed.find(|account| account == named),
        DemandTarget::Number(_) => closed.next(),
    };
    Some(AccountRow {
        account: account?,
        handle: None,
        registered_at: None,
        identity_signing: FixedBytes([0; 32]),
        identity_agreement: FixedBytes([0; 32]),
        identity_cross_signature: FixedBytes([0; 64]),
        delivery_verifier: FixedBytes([0; 32]),
    })
}

enum HandedOver {
    Yes(ItemReading),
    No(ItemAnswer),
}

/// Answers about one item as the operator would. If the item is a collective one, the answer contains the parts that
/// the operator would hand over individually.
fn hand_over(
    item: Item,
    demand: &Demand,
    case: &Case<'_>,
    rows: Option<&Rows<'_>>,
    nobody: Blank,
) -> HandedOver {
    if !reaches(item, demand, case) {
        return HandedOver::No(ItemAnswer::NotCovered);
    }
    let Some(rows) = rows else {
        return HandedOver::No(ItemAnswer::NoneHeld { reason: nobody });
    };
    let freely = |item: Item| {
        reaches(item, demand, case) && case.operator.withholding(item, case.circumstances).is_none()
    };
    match case.operator.withholding(item, case.circumstances) {
        None => HandedOver::Yes(item.read_parts(rows, freely)),
        Some(withheld) => {
            let reply = item.read_in(rows);
            match (&reply.answer, reply.answer.held()) {
                // An operator cannot withhold what nobody can read.
                (
                    ItemAnswer::HeldUnreadable { .. } | ItemAnswer::HeldInAnotherForm { plain_words: 0, .. },
                    _,
                )
                | (_, 0) => HandedOver::Yes(reply),
                (_, count) => HandedOver::No(ItemAnswer::Withheld {
                    count,
                    says: withheld.says.to_owned(),
                    from: withheld.from.to_owned(),
                    by: withheld.by,
                }),
            }
        }
    }
}

/// Returns the reason for blanks about somebody without an account. Log rows outlive a closed account, and somebody may
/// have searched for a number that nobody has.
fn nobody(case: &Case<'_>, events: &[EventRow]) -> Blank {
    let rows = |names: &dyn Fn(&EventRow) -> bool| {
        u64::try_from(events.iter().filter(|event| names(event)).count()).unwrap_or(u64::MAX)
    };
    match case.about {
        DemandTarget::Account(account) => {
            match rows(&|event| event.account == Some(*account) || event.about == Some(*account)) {
                0 => Blank::NoSuchAccount,
                rows => Blank::ClosedAndLogged { rows },
            }
        }
        DemandTarget::Number(number) => match rows(&|event| event.name.as_deref() == Some(number.as_str())) {
            0 => Blank::NoSuchAccount,
            rows => Blank::LookedUpInVain { rows },
        },
    }
}

fn reaches(item: Item, demand: &Demand, case: &Case<'_>) -> bool {
    demand.reaches.contains(&case.operator.reach(item)) || case.names.contains(&item)
}

/// Returns true if the demand itself states the item: the number that it names.
fn was_known(item: Item, case: &Case<'_>, account: Option<&AccountRow>) -> bool {
    match (item, case.about) {
        (Item::PhoneNumber, DemandTarget::Number(number)) => {
            account.is_some_and(|account| account.handle.as_ref() == Some(number))
        }
        _ => false,
    }
}
