//! One case: whom it is about, where, and what kind of case it is.

use std::fmt;

use pillarbox_relay::store::AccountRow;
use pillarbox_wire::{AccountId, Handle};

use crate::design::Operator;
use crate::item::Item;
use crate::view::RelayHoldings;

/// Whom a demand names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// Whoever has this number.
    Number(Handle),
    /// This account, where accounts have no numbers.
    Account(AccountId),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Account(account) => write!(f, "account {account}"),
        }
    }
}

/// One case.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Whom it is about.
    pub about: &'a About,
    /// What the operator does about demands, and says.
    pub operator: &'a Operator,
    /// Words for what kind of case it is, which an operator may ask for.
    pub circumstances: &'a [&'a str],
    /// Items that the demand names beside what its kind reaches.
    pub names: &'a [Item],
}

impl<'a> Case<'a> {
    /// A case of no special kind.
    #[must_use]
    pub const fn new(about: &'a About, operator: &'a Operator) -> Self {
        Self { about, operator, circumstances: &[], names: &[] }
    }
}

impl Case<'_> {
    /// The row of the account that the case is about.
    #[must_use]
    pub fn account<'h>(&self, holdings: &'h RelayHoldings) -> Option<&'h AccountRow> {
        match self.about {
            About::Number(number) => holdings.account(number),
            About::Account(account) => holdings.rows().accounts.iter().find(|row| row.account == *account),
        }
    }
}
