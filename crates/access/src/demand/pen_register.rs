//! The pen register: who wrote to whom, while it happens, in batches, without what was said.
//!
//! An operator whose software cannot deliver while it happens is not made to here: that would be other software.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Duration, Timestamp};
use serde::Serialize;

use super::{Case, Demand, View, When};
use crate::evidence::Exhibit;
use crate::facts::{Facts, Wrote};
use crate::item::{Item, Reach};
use crate::returned::{Answer, Blank};
use crate::served::{ItemLine, Served};
use crate::view::{OperatorTap, RelayHoldings};

/// See the module.
pub const PEN_REGISTER: Demand = Demand {
    name: "pen-register",
    title: "a pen register order",
    plain: "who writes to whom from now on, delivered in batches; not what is said",
    reaches: &[Reach::Records],
    view: View::OperatorTap,
    when: When::FromNowOn,
};

/// Why an operator without the ability delivers nothing.
const CANNOT: &str = "this operator's software does not deliver while it happens";

/// What is handed over at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// When it is handed over.
    pub at: Timestamp,
    /// Source and destination of each message since the batch before; nothing else is in it.
    pub pairs: Vec<Wrote>,
}

/// What comes of a pen register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PenRegister {
    /// The batches that hold something.
    pub batches: Vec<Batch>,
    /// Messages that passed and of which one end is unknown to the operator: no pair.
    pub one_ended: u64,
    /// The same as a paper.
    pub served: Served,
}

/// Serves it, up to `until`.
#[must_use]
pub fn serve(case: &Case<'_>, tap: &OperatorTap, holdings: &RelayHoldings, until: Timestamp) -> PenRegister {
    let Some(every) = case.operator.pen_register.as_ref().map(|live| live.every).filter(|every| every.0 > 0)
    else {
        let answer = Answer::NotPossible { why: CANNOT };
        return PenRegister { batches: Vec::new(), one_ended: 0, served: paper(case, holdings, answer, &[]) };
    };
    let name = |account: Option<AccountId>| account.map(|account| holdings.name(account));
    let passed: Vec<Wrote> = tap
        .messages()
        .filter(|tapped| tapped.at < until)
        .map(|tapped| Wrote { at: tapped.at, from: name(tapped.from), to: name(tapped.to) })
        .collect();
    let (pairs, others): (Vec<Wrote>, Vec<Wrote>) =
        passed.into_iter().partition(|wrote| wrote.from.is_some() && wrote.to.is_some());
    let mut batches: BTreeMap<Timestamp, Vec<Wrote>> = BTreeMap::new();
    for pair in &pairs {
        batches.entry(delivery(tap.since(), every, pair.at)).or_default().push(pair.clone());
    }
    let lines = pairs.iter().map(|pair| {
        let end = |end: &Option<String>| end.clone().unwrap_or_default();
        format!("{}: {} to {}", pair.at, end(&pair.from), end(&pair.to))
    });
    let answer = match (pairs.is_empty(), others.is_empty()) {
        (true, true) => Answer::OnlyFromNowOn { since: tap.since() },
        _ => Answer::of(lines.collect(), Blank::NotWrittenDown),
    };
    PenRegister {
        batches: batches.into_iter().map(|(at, pairs)| Batch { at, pairs }).collect(),
        one_ended: u64::try_from(others.len()).unwrap_or(u64::MAX),
        served: paper(case, holdings, answer, &pairs),
    }
}

/// When the batch is handed over in which something of `at` is: whole batches after the order.
fn delivery(since: Timestamp, every: Duration, at: Timestamp) -> Timestamp {
    let batches = at.since(since).0 / every.0 + 1;
    since + Duration(batches.saturating_mul(every.0))
}

fn paper(case: &Case<'_>, holdings: &RelayHoldings, answer: Answer, pairs: &[Wrote]) -> Served {
    let line = |item: &Item| ItemLine {
        item: *item,
        reach: case.operator.reach(*item),
        class: item.class(),
        was_known: false,
        answer: match item {
            Item::MessageSourceDestination => answer.clone(),
            _ => Answer::NotCovered,
        },
        exhibits: match item {
            Item::MessageSourceDestination => {
                pairs.iter().map(|pair| Exhibit::field("tap", "pair", pair)).collect()
            }
            _ => Vec::new(),
        },
    };
    Served {
        demand: &PEN_REGISTER,
        about: case.about.to_string(),
        has_account: case.account(holdings).is_some(),
        lines: Item::ALL.iter().map(line).collect(),
        facts: Facts { wrote: pairs.to_vec(), ..Facts::default() },
    }
}
