//! The rows that an operator answers from about one account, and the reply that an item is read into.

use pillarbox_relay::store::{AccountRow, DepositRow, EventRow, MessageRow};
use pillarbox_relay::{Keeping, Logged};
use pillarbox_wire::{AccountId, DepositKind, Timestamp};

use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::returned::{Answer, Blank};
use crate::view::{OperatorTap, RelayHoldings};

/// What an operator has to answer with, about one account.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Its rows and keys.
    pub holdings: &'a RelayHoldings,
    /// What happened: the log that it keeps, or what it sees pass by.
    pub events: &'a [EventRow],
    /// What passes it, payloads included, if this is about that.
    pub tap: Option<&'a OperatorTap>,
    /// The account.
    pub account: &'a AccountRow,
    /// Only what happened since then, for a demand that begins at a time.
    pub since: Option<Timestamp>,
    /// Whether backups that lie here are read too: a tap on what people say to each other has none.
    pub backups: bool,
}

/// One item, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What came of it.
    pub answer: Answer,
    /// The same as plain data, where somebody can count it.
    pub facts: Facts,
    /// The rows that it was read from.
    pub exhibits: Vec<Exhibit>,
}

impl Reply {
    /// An answer that rests on no row.
    pub(super) fn blank(reason: Blank) -> Self {
        Self { answer: Answer::NoneHeld { reason }, facts: Facts::default(), exhibits: Vec::new() }
    }

    /// Lines and the rows behind them; without lines a blank.
    pub(super) fn of(lines: Vec<String>, exhibits: Vec<Exhibit>, otherwise: Blank) -> Self {
        Self { answer: Answer::of(lines, otherwise), facts: Facts::default(), exhibits }
    }

    pub(super) fn with(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }
}

impl<'a> Rows<'a> {
    /// Everything that the operator has about an account, whenever it happened.
    #[must_use]
    pub fn of(holdings: &'a RelayHoldings, account: &'a AccountRow) -> Self {
        Self { holdings, events: &holdings.rows().events, tap: None, account, since: None, backups: true }
    }

    /// What the relay is set to keep. A database that never had a relay keeps the least.
    pub(super) fn keeping(&self) -> &'a Keeping {
        const LEAST: &Keeping = &Keeping::LEAST;
        self.holdings.rows().keeping.as_ref().unwrap_or(LEAST)
    }

    /// Returns true if the demand asks for something of this time.
    pub(super) fn is_in_time(&self, at: Timestamp) -> bool {
        after(self.since, at)
    }

    /// What the account has left, of one kind.
    pub(super) fn left(&self, kind: DepositKind) -> impl Iterator<Item = &'a DepositRow> {
        let (account, since) = (self.account.account, self.since);
        let all = self.holdings.rows().deposits.iter();
        all.filter(move |row| row.account == account && row.kind == kind && after(since, row.left_at))
    }

    /// Why there is no deposit of a kind.
    pub(super) fn no_deposit(&self, kind: DepositKind) -> Blank {
        if self.keeping().deposits.contains(&kind) {
            Blank::NoneLeft { kind }
        } else {
            Blank::NotTaken { kind }
        }
    }

    /// The reason that no phone has left a deposit of a kind about the account.
    pub(super) fn no_deposit_about(&self, kind: DepositKind) -> Blank {
        match self.no_deposit(kind) {
            Blank::NoneLeft { kind } => Blank::NoneLeftAbout { kind },
            other => other,
        }
    }

    /// What the account did and what was done about it.
    pub(super) fn happened(&self, what: Logged) -> impl Iterator<Item = &'a EventRow> {
        let account = self.account.account;
        self.of_everybody(what)
            .filter(move |event| event.account == Some(account) || event.about == Some(account))
    }

    /// What anybody did.
    pub(super) fn of_everybody(&self, what: Logged) -> impl Iterator<Item = &'a EventRow> {
        let since = self.since;
        self.events.iter().filter(move |event| event.what == what && after(since, event.at))
    }

    /// Why there is no event of a kind.
    pub(super) fn not_logged(&self, what: Logged) -> Blank {
        let kept = self.keeping().log.iter().any(|rule| rule.what == what);
        if kept || !self.events.is_empty() { Blank::NoneLogged { what } } else { Blank::SeenNotKept { what } }
    }

    /// Rows of messages to and from the account.
    pub(super) fn messages(&self) -> impl Iterator<Item = &'a MessageRow> {
        let since = self.since;
        self.holdings.messages_of(self.account.account).filter(move |row| after(since, row.accepted_at))
    }

    /// An account as a paper names it.
    pub(super) fn name(&self, account: AccountId) -> String {
        self.holdings.name(account)
    }
}

fn after(since: Option<Timestamp>, time: Timestamp) -> bool {
    since.is_none_or(|since| time >= since)
}
