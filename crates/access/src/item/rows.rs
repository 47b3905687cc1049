//! The rows from which an operator answers about one account, and the reply into which an item is read.

use pillarbox_relay::store::{AccountRow, DepositRow, EventRow, MessageRow};
use pillarbox_relay::{Keeping, Logged};
use pillarbox_wire::{AccountId, DepositKind, Timestamp};

use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::returned::{Blank, ItemAnswer};
use crate::view::{OperatorTap, RelayHoldings};

/// Everything from which an operator answers about one account.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The operator's rows and keys.
    pub holdings: &'a RelayHoldings,
    /// The events: the log that the operator keeps, or what it sees in passing.
    pub events: &'a [EventRow],
    /// The tapped traffic with its payloads, for a demand about what passes.
    pub tap: Option<&'a OperatorTap>,
    /// The row of the account.
    pub account: &'a AccountRow,
    /// The start of the period that the demand covers. Everything earlier is left out.
    pub since: Option<Timestamp>,
    /// True if backups stored here are read too. A tap on messages in transit has none.
    pub backups: bool,
}

/// The result of reading one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemReading {
    /// The answer for the demand's line.
    pub answer: ItemAnswer,
    /// The answer as structured data, if it can be counted.
    pub facts: Facts,
    /// The rows that the item was read from.
    pub exhibits: Vec<Exhibit>,
}

impl ItemReading {
    /// Builds a blank, which rests on no row.
    pub(super) fn blank(reason: Blank) -> Self {
        Self { answer: ItemAnswer::NoneHeld { reason }, facts: Facts::default(), exhibits: Vec::new() }
    }

    /// Builds an answer from lines and the rows behind them. Without a line, it becomes a blank with the reason
    /// `otherwise`.
    pub(super) fn of(lines: Vec<String>, exhibits: Vec<Exhibit>, otherwise: Blank) -> Self {
        Self { answer: ItemAnswer::of(lines, otherwise), facts: Facts::default(), exhibits }
    }

    pub(super) fn with(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }
}

impl<'a> Rows<'a> {
    /// Collects everything that the operator has about an account, whenever it happened.
    #[must_use]
    pub fn of(holdings: &'a RelayHoldings, account: &'a AccountRow) -> Self {
        Self { holdings, events: &holdings.rows().events, tap: None, account, since: None, backups: true }
    }

    /// Returns the relay's retention rules. A database that never had a relay counts as keeping the least.
    pub(super) fn keeping(&self) -> &'a Keeping {
        const LEAST: &Keeping = &Keeping::LEAST;
        self.holdings.rows().keeping.as_ref().unwrap_or(LEAST)
    }

    /// Returns true if `at` is in the period that the demand covers.
    pub(super) fn is_in_time(&self, at: Timestamp) -> bool {
        after(self.since, at)
    }

    /// Returns the deposits of one kind that the account has made.
    pub(super) fn left(&self, kind: DepositKind) -> impl Iterator<Item = &'a DepositRow> {
        let (account, since) = (self.account.account, self.since);
        let all = self.holdings.rows().deposits.iter();
        all.filter(move |row| row.account == account && row.kind == kind && after(since, row.left_at))
    }

    /// Returns the reason that the account made no deposit of a kind.
    pub(super) fn no_deposit(&self, kind: DepositKind) -> Blank {
        if self.keeping().deposits.contains(&kind) {
            Blank::NoneLeft { kind }
        } else {
            Blank::NotTaken { kind }
        }
    }

    /// Returns the reason that no phone has made a deposit of a kind about the account.
    pub(super) fn no_deposit_about(&self, kind: DepositKind) -> Blank {
        match self.no_deposit(kind) {
            Blank::NoneLeft { kind } => Blank::NoneLeftAbout { kind },
            other => other,
        }
    }

    /// Returns the reason that the account is in no group, where `without` is the reason at a relay that manages none.
    pub(super) fn no_group(&self, without: Blank) -> Blank {
        if self.keeping().groups { Blank::NoGroup } else { without }
    }

    /// Returns the events of a kind that the account caused or that were about it.
    pub(super) fn happened(&self, what: Logged) -> impl Iterator<Item = &'a EventRow> {
        let account = self.account.account;
        self.of_everybody(what)
            .filter(move |event| event.account == Some(account) || event.about == Some(account))
    }

    /// Returns the events of a kind, no matter who caused them.
    pub(super) fn of_everybody(&self, what: Logged) -> impl Iterator<Item = &'a EventRow> {
        let since = self.since;
        self.events.iter().filter(move |event| event.what == what && after(since, event.at))
    }

    /// Returns the reason that there is no event of a kind.
    pub(super) fn not_logged(&self, what: Logged) -> Blank {
        let kept = self.keeping().log.iter().any(|rule| rule.what == what);
        if kept || !self.events.is_empty() { Blank::NoneLogged { what } } else { Blank::SeenNotKept { what } }
    }

    /// Returns the rows of messages to and from the account.
    pub(super) fn messages(&self) -> impl Iterator<Item = &'a MessageRow> {
        let since = self.since;
        self.holdings.messages_of(self.account.account).filter(move |row| after(since, row.accepted_at))
    }

    /// Returns the name of an account for the answer.
    pub(super) fn name(&self, account: AccountId) -> String {
        self.holdings.name(account)
    }
}

fn after(since: Option<Timestamp>, time: Timestamp) -> bool {
    since.is_none_or(|since| time >= since)
}
