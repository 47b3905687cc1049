//! The push-token look-up, in two steps. The messenger's operator returns the token of a device, and the push
//! service names the owner of the device.

use pillarbox_wire::DepositKind;
use serde::Serialize;

use super::case::Case;
use super::definition::{Demand, ViewKind, When};
use super::stored;
use crate::evidence::{Exhibit, hexadecimal};
use crate::item::{Item, Reach};
use crate::returned::{Blank, ItemAnswer};
use crate::served::Served;
use crate::view::{PushRecords, RelayHoldings};

/// The demand that this module describes. A push service asks for such a process before it names anybody. The source is
/// Apple's guidelines since December 2023, after Senator Wyden's letter of 6 December 2023.
pub const PUSH_LOOKUP: Demand = Demand {
    name: "push-lookup",
    title: "a push token look-up",
    plain: "whose device the account's push token stands for, from the push service",
    reaches: &[Reach::Subscriber, Reach::Records],
    view: ViewKind::PushRecords,
    when: When::Past,
};

/// The result of the two steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushLookUp {
    /// The answer of the messenger's operator.
    pub first: Served,
    /// The push service's answer about the tokens from the first step.
    pub second: ItemAnswer,
    /// The rows behind the second step.
    pub exhibits: Vec<Exhibit>,
    /// The names of the people.
    pub owners: Vec<String>,
}

/// Serves both steps.
#[must_use]
pub fn serve(case: &Case<'_>, holdings: &RelayHoldings, push: &PushRecords) -> PushLookUp {
    let names = [case.names, &[Item::PushToken]].concat();
    let case = Case { names: &names, ..*case };
    let first = stored::serve(&PUSH_LOOKUP, &case, holdings);
    let Some(ItemAnswer::Returned { .. }) = first.answer(Item::PushToken) else {
        let second = ItemAnswer::NoneHeld { reason: Blank::NoneLeft { kind: DepositKind::PushToken } };
        return PushLookUp { first, second, exhibits: Vec::new(), owners: Vec::new() };
    };
    let account = case.account(holdings).map(|row| row.account);
    let tokens = holdings
        .rows()
        .deposits
        .iter()
        .filter(|row| row.kind == DepositKind::PushToken && Some(row.account) == account)
        .map(|row| row.value.as_slice());
    let (mut lines, mut exhibits, mut owners) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens {
        if let Some(owner) = push.owner(token) {
            let woken = push.woken(token).count();
            lines.push(format!("{}, {}; woken {woken} times", owner.name, owner.email));
            exhibits.push(Exhibit::field("push", "owner", &(hexadecimal(token), &owner.name, &owner.email)));
            owners.push(owner.name.clone());
        }
    }
    PushLookUp { first, second: ItemAnswer::of(lines, Blank::NoSuchAccount), exhibits, owners }
}
