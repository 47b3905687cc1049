//! One case: the person whom it is about, the operator that is asked, and the circumstances.

use std::fmt;

use pillarbox_relay::store::AccountRow;
use pillarbox_wire::{AccountId, Handle};

use crate::design::Operator;
use crate::item::Item;
use crate::view::RelayHoldings;

/// The person whom a demand names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DemandTarget {
    /// The holder of this number.
    Number(Handle),
    /// The holder of this account, where accounts have no numbers.
    Account(AccountId),
}

impl fmt::Display for DemandTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Account(account) => write!(f, "account {account}"),
        }
    }
}

/// One case, in which a demand is served.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The person whom the case is about.
    pub about: &'a DemandTarget,
    /// The operator's practice and statements about demands.
    pub operator: &'a Operator,
    /// Words for the circumstances of the case, which an operator may ask for.
    pub circumstances: &'a [&'a str],
    /// Items that the demand names in addition to those that its kind reaches.
    pub names: &'a [Item],
}

impl<'a> Case<'a> {
    /// Creates a case without special circumstances.
    #[must_use]
    pub const fn new(about: &'a DemandTarget, operator: &'a Operator) -> Self {
        Self { about, operator, circumstances: &[], names: &[] }
    }
}

impl Case<'_> {
    /// Returns the row of the account that the case is about.
    #[must_use]
    pub fn account<'h>(&self, holdings: &'h RelayHoldings) -> Option<&'h AccountRow> {
        match self.about {
            DemandTarget::Number(number) => holdings.account(number),
            DemandTarget::Account(account) => {
                holdings.rows().accounts.iter().find(|row| row.account == *account)
            }
        }
    }
}
