//! Deposits that phones store here about their owners. The relay accepts the kinds that it keeps, and no others.
//!
//! A frame is accepted whole or not at all. The relay does not know what a deposit means, with two exceptions.
//! Address book entries that have accounts are named in the answer, as far as numbers can be looked up here at all.
//! Push tokens wake devices.

use pillarbox_wire::limits::{MAX_DEPOSIT_SUBJECT_LEN, MAX_DEPOSITS, MAX_PAYLOAD_LEN};
use pillarbox_wire::{
    AccountId, Bytes, Deposit, DepositKind, Deposited, Handle, LeaveDeposits, Recall, Recalled, Refusal,
    RelayFrame,
};

use super::Relay;
use super::log::LogEntry;
use super::prekeys::Trouble;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::{Leaving, Store, StoreError};

/// Bytes of a deposit's row in addition to its subject and value.
const DEPOSIT_ROW_BYTES: usize = 64;

impl<S: Store> Relay<S> {
    pub(super) fn leave_deposits(
        &mut self,
        id: ConnectionId,
        frame: LeaveDeposits,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let request = frame.request;
        match self.stage_deposits(id, frame, round) {
            Ok(known) => {
                // The next request of this connection sees these deposits.
                round.block(id);
                round.promise(id, request, RelayFrame::Deposited(Deposited { request, known }));
            }
            Err(Trouble::Refused(reason)) => round.refuse(id, request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn stage_deposits(
        &mut self,
        id: ConnectionId,
        frame: LeaveDeposits,
        round: &mut Round,
    ) -> Result<Vec<Handle>, Trouble> {
        let LeaveDeposits { request: _, deposits } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let account = connection.named()?.account;
        let kept = &self.settings.keeping.deposits;
        if deposits.iter().any(|deposit| !kept.contains(&deposit.kind)) {
            return Err(Refusal::NotOffered.into());
        }
        check_size(&deposits)?;
        let limits = &self.settings.limits;
        // The answer to an address book says which of its numbers have accounts.
        let asks = self.settings.keeping.directory
            && deposits.iter().any(|deposit| deposit.kind == DepositKind::Contact && deposit.value.is_some());
        let own = (connection.subject(), limits.deposits);
        let address = (Subject::address(connection.peer), limits.deposits_per_address);
        let counted: &[_] = if asks { &[own, address] } else { &[own] };
        self.limiter.take_all(Request::Deposit, counted, round.now)?;
        self.check_room(account, &deposits)?;
        let left =
            deposits.iter().filter_map(|deposit| Some(deposit.subject.len() + deposit.value.as_ref()?.len()));
        // Taking back needs no room, and works at a full relay.
        match left.collect::<Vec<_>>() {
            left if left.is_empty() => {}
            left => self.take_room(left.iter().sum::<usize>() + left.len() * DEPOSIT_ROW_BYTES, round)?,
        }
        let known = if self.settings.keeping.directory { self.with_accounts(&deposits) } else { Vec::new() };
        let mut kinds: Vec<DepositKind> = Vec::new();
        for Deposit { kind, subject, value } in deposits {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
            round.changes.deposits.push(Leaving { account, kind, subject, value, at: round.now });
        }
        for kind in kinds {
            self.log(LogEntry::on(&connection, Logged::Changed).named(kind.as_str()), round);
        }
        Ok(known)
    }

    /// Checks that the account stays within its limits with these deposits. A deposit that is replaced makes room for
    /// its successor.
    fn check_room(&mut self, account: AccountId, deposits: &[Deposit]) -> Result<(), Trouble> {
        let held = self.store.deposits(account)?;
        let (mut rows, mut bytes) = (u64::from(held.rows), held.bytes);
        for Deposit { kind, subject, value } in deposits {
            // A repeated subject is counted twice: a phone has no reason for it.
            if let Some(earlier) = self.store.deposit(account, *kind, subject.as_slice())? {
                rows = rows.saturating_sub(1);
                bytes = bytes.saturating_sub((subject.len() + earlier.len()) as u64);
            }
            if let Some(value) = value {
                rows += 1;
                bytes += (subject.len() + value.len()) as u64;
            }
        }
        let limits = &self.settings.limits;
        // Withdrawing is always possible, no matter what the limits were when it was deposited.
        let grows = rows > u64::from(held.rows) || bytes > held.bytes;
        if grows && (rows > u64::from(limits.deposit_rows) || bytes > limits.deposit_bytes) {
            return Err(Refusal::TooMuch.into());
        }
        Ok(())
    }

    /// Returns the entries of an address book that have an account here.
    fn with_accounts(&self, deposits: &[Deposit]) -> Vec<Handle> {
        let entries = deposits
            .iter()
            .filter(|deposit| deposit.kind == DepositKind::Contact && deposit.value.is_some())
            .filter_map(|deposit| {
                let text = std::str::from_utf8(deposit.subject.as_slice()).ok()?;
                Handle::try_from(text.to_owned()).ok()
            });
        entries.filter(|handle| self.directory.account_by_handle(handle).is_some()).collect()
    }

    pub(super) fn recall(
        &mut self,
        id: ConnectionId,
        frame: &Recall,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        match self.recalled(id, frame, round) {
            Ok(value) => {
                round.answer(id, RelayFrame::Recalled(Recalled { request: frame.request, value }));
            }
            Err(Trouble::Refused(reason)) => round.refuse(id, frame.request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn recalled(
        &mut self,
        id: ConnectionId,
        frame: &Recall,
        round: &Round,
    ) -> Result<Option<Bytes>, Trouble> {
        let Recall { request: _, kind, subject } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let account = connection.named()?.account;
        if !self.settings.keeping.deposits.contains(kind) {
            return Err(Refusal::NotOffered.into());
        }
        let rate = self.settings.limits.recalls;
        self.limiter.take(Request::Recall, connection.subject(), rate, round.now)?;
        Ok(self.store.deposit(account, *kind, subject.as_slice())?)
    }
}

fn check_size(deposits: &[Deposit]) -> Result<(), Refusal> {
    let values: usize = deposits.iter().filter_map(|deposit| deposit.value.as_ref()).map(Bytes::len).sum();
    let subjects_fit = deposits.iter().all(|deposit| deposit.subject.len() <= MAX_DEPOSIT_SUBJECT_LEN);
    if deposits.len() <= MAX_DEPOSITS && values <= MAX_PAYLOAD_LEN && subjects_fit {
        Ok(())
    } else {
        Err(Refusal::TooMuch)
    }
}
