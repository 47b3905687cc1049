//! The pen register: who wrote to whom, in real time, without the content.
//!
//! Everything that passes an operator can be recorded as it passes, so the tap is read for every design. The operator's
//! practice decides whether it delivers live, and in which batches. That practice decides when something is delivered,
//! and never whether it was seen.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Duration, Timestamp};
use serde::Serialize;

use super::case::Case;
use super::definition::{Demand, ViewKind, When};
use crate::evidence::Exhibit;
use crate::facts::{Facts, Wrote};
use crate::item::{Item, Reach};
use crate::returned::{Blank, ItemAnswer};
use crate::served::{ItemLine, Served};
use crate::view::{OperatorTap, RelayHoldings};

/// The demand that this module describes.
pub const PEN_REGISTER: Demand = Demand {
    name: "pen-register",
    title: "a pen register order",
    plain: "who writes to whom from now on, delivered in batches; not what is said",
    reaches: &[Reach::Records],
    view: ViewKind::OperatorTap,
    when: When::FromNowOn,
};

/// The records that are delivered together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// The time of delivery.
    pub at: Timestamp,
    /// Source and destination of each message since the previous batch, as far as the operator knows them. It contains
    /// nothing else.
    pub messages: Vec<Wrote>,
}

/// The result of a pen register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PenRegister {
    /// The batches that contain something. The list is empty for an operator that is not known to deliver live.
    pub batches: Vec<Batch>,
    /// The number of messages of whose two parties the operator knows only one.
    pub one_ended: u64,
    /// The records of all batches as one answer, with a line for each item.
    pub served: Served,
}

/// Serves the pen register up to `until`.
#[must_use]
pub fn serve(case: &Case<'_>, tap: &OperatorTap, holdings: &RelayHoldings, until: Timestamp) -> PenRegister {
    let name = |account: Option<AccountId>| account.map(|account| holdings.name(account));
    let passed: Vec<Wrote> = tap
        .messages()
        .filter(|tapped| tapped.at < until)
        .map(|tapped| Wrote { at: tapped.at, from: name(tapped.from), to: name(tapped.to) })
        .collect();
    let mut batches: BTreeMap<Timestamp, Vec<Wrote>> = BTreeMap::new();
    if let Some(every) =
        case.operator.pen_register.as_ref().map(|live| live.every).filter(|every| every.0 > 0)
    {
        for wrote in &passed {
            batches.entry(delivery(tap.since(), every, wrote.at)).or_default().push(wrote.clone());
        }
    }
    let one_ended = passed.iter().filter(|wrote| wrote.from.is_none() || wrote.to.is_none()).count();
    PenRegister {
        batches: batches.into_iter().map(|(at, messages)| Batch { at, messages }).collect(),
        one_ended: u64::try_from(one_ended).unwrap_or(u64::MAX),
        served: paper(case, holdings, passed),
    }
}

/// Returns the delivery time of a record made at `at`. Each batch covers a period of `every`, and the first begins
/// with the order.
fn delivery(since: Timestamp, every: Duration, at: Timestamp) -> Timestamp {
    let batches = at.since(since).0 / every.0 + 1;
    since + Duration(batches.saturating_mul(every.0))
}

/// Returns an item's line about a message, or nothing if the item says nothing about it.
type LineOf<'a> = &'a dyn Fn(&Wrote) -> Option<String>;

fn paper(case: &Case<'_>, holdings: &RelayHoldings, passed: Vec<Wrote>) -> Served {
    let both =
        |wrote: &Wrote| Some(format!("{}: {} to {}", wrote.at, wrote.from.as_deref()?, wrote.to.as_deref()?));
    let one = |wrote: &Wrote| match (&wrote.from, &wrote.to) {
        (Some(from), None) => Some(format!("{}: {from} to somebody", wrote.at)),
        (None, Some(to)) => Some(format!("{}: somebody to {to}", wrote.at)),
        _ => None,
    };
    let line = |item: &Item| {
        let read: Option<LineOf<'_>> = match item {
            Item::MessageSourceDestination => Some(&both),
            Item::MessageTimes => Some(&one),
            _ => None,
        };
        let of_item = || passed.iter().filter_map(|wrote| Some((wrote, read?(wrote)?)));
        ItemLine {
            item: *item,
            reach: case.operator.reach(*item),
            class: item.class(),
            was_known: false,
            answer: match (read, case.operator.withholding(*item, case.circumstances)) {
                (None, _) => ItemAnswer::NotCovered,
                (Some(_), Some(withheld)) if of_item().next().is_some() => ItemAnswer::Withheld {
                    count: u64::try_from(of_item().count()).unwrap_or(u64::MAX),
                    says: withheld.says.to_owned(),
                    from: withheld.from.to_owned(),
                    by: withheld.by,
                },
                (Some(_), _) => {
                    let nothing = if passed.is_empty() { Blank::NonePassed } else { Blank::NotWrittenDown };
                    ItemAnswer::of(of_item().map(|(_, line)| line).collect(), nothing)
                }
            },
            exhibits: of_item().map(|(wrote, _)| Exhibit::field("tap", "message", wrote)).collect(),
        }
    };
    Served {
        demand: &PEN_REGISTER,
        about: case.about.to_string(),
        has_account: case.account(holdings).is_some(),
        lines: Item::ALL.iter().map(line).collect(),
        facts: Facts { wrote: passed, ..Facts::default() },
    }
}
