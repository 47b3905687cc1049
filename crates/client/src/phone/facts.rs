//! What is left at the relay about the owner: kept here first, so that it goes out when the relay can be reached,
//! and only of the kinds that are this phone's [`Habits`](crate::Habits).

use std::collections::BTreeSet;

use pillarbox_wire::limits::{MAX_DEPOSIT_SUBJECT_LEN, MAX_DEPOSITS, MAX_PAYLOAD_LEN};
use pillarbox_wire::{
    Bytes, ClientFrame, Deposit, DepositKind, Encoded, Handle, LeaveDeposits, Refusal, Timestamp,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::Phone;
use super::error::PhoneError;
use super::links::{Link, Question};
use super::waiting::patience;
use crate::notice::Notice;
use crate::vault::{Rows, StorageError, Table};

/// One fact, and whether the relay has it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Fact {
    /// None: it is to be taken back.
    deposit: Deposit,
    left: bool,
}

impl Encoded for Fact {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PAYLOAD_LEN + MAX_DEPOSIT_SUBJECT_LEN + 64;
}

impl Fact {
    /// What is to be left as `kind`; none takes it back.
    ///
    /// # Errors
    /// [`PhoneError::FactTooLong`].
    pub(super) fn new(kind: DepositKind, subject: &[u8], value: Option<Vec<u8>>) -> Result<Self, PhoneError> {
        let fits = value.as_ref().is_none_or(|value| value.len() <= MAX_PAYLOAD_LEN);
        if subject.len() > MAX_DEPOSIT_SUBJECT_LEN || !fits {
            return Err(PhoneError::FactTooLong);
        }
        let deposit = Deposit { kind, subject: Bytes(subject.to_vec()), value: value.map(Bytes) };
        Ok(Self { deposit, left: false })
    }

    /// Keeps it to be left. One that says what is kept already changes nothing.
    pub(super) fn keep(&self, rows: &mut Rows<'_>) -> Result<(), StorageError> {
        let key = key(&self.deposit);
        let kept: Option<Self> = rows.load(Table::Facts, &key)?;
        match kept {
            None if self.deposit.value.is_none() => Ok(()),
            Some(kept) if kept.deposit == self.deposit => Ok(()),
            _ => rows.store(Table::Facts, &key, self),
        }
    }
}

/// Everything of a kind is to be taken back, except what is kept to be left after this.
pub(super) fn take_back(rows: &mut Rows<'_>, kind: DepositKind) -> Result<(), StorageError> {
    for mut fact in rows.load_all::<Fact>(Table::Facts)? {
        if fact.deposit.kind == kind && fact.deposit.value.is_some() {
            fact = Fact { deposit: Deposit { value: None, ..fact.deposit }, left: false };
            rows.store(Table::Facts, &key(&fact.deposit), &fact)?;
        }
    }
    Ok(())
}

fn key(deposit: &Deposit) -> Vec<u8> {
    [&[deposit.kind as u8], deposit.subject.as_slice()].concat()
}

/// What this phone remembers of its deposits while it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Deposits {
    /// Whether everything that was to be left has been looked for, and was left.
    settled: bool,
    /// Kinds that the relay does not keep.
    refused: BTreeSet<DepositKind>,
    retry_at: Option<Timestamp>,
}

impl Deposits {
    /// There may be something to leave.
    pub(super) fn look_again(&mut self) {
        self.settled = false;
    }

    pub(super) const fn are_settled(&self) -> bool {
        self.settled || self.retry_at.is_some()
    }

    pub(super) const fn retry_at(&self) -> Option<Timestamp> {
        self.retry_at
    }
}

impl Phone {
    /// Tells the phone a fact about its owner, or with none takes it back. It is left at the relay if that is this phone's
    /// habit, and only kept otherwise.
    ///
    /// # Errors
    /// [`PhoneError::FactTooLong`], [`PhoneError::Storage`].
    pub fn set_fact(
        &mut self,
        kind: DepositKind,
        subject: &[u8],
        value: Option<Vec<u8>>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let fact = Fact::new(kind, subject, value)?;
        self.vault.transact(rng, |rows| Ok::<_, PhoneError>(fact.keep(rows)?))?;
        self.facts_changed(kind);
        Ok(())
    }

    /// Something of this kind is to be left, also if the relay would not have it before.
    pub(super) fn facts_changed(&mut self, kind: DepositKind) {
        self.deposits.refused.remove(&kind);
        self.deposits.look_again();
    }

    /// Leaves what is to be left, as much as one frame holds; the answer brings the rest. One frame holds one kind, so that
    /// a relay that does not keep it says so of nothing else.
    pub(super) fn leave_facts(
        &mut self,
        now: Timestamp,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        if self.deposits.retry_at.is_some_and(|at| at > now) {
            return Ok(());
        }
        self.deposits.retry_at = None;
        let busy = self.links.get(Link::Named).is_none_or(|connection| {
            connection.is_asking(|question| matches!(question, Question::Leave { .. }))
        });
        if self.deposits.settled || busy {
            return Ok(());
        }
        let deposits = self.next_deposits()?;
        match self.links.get_mut(Link::Named) {
            Some(connection) if !deposits.is_empty() => {
                let request = connection.ask(Question::Leave { deposits: deposits.clone() });
                frames.push(ClientFrame::LeaveDeposits(LeaveDeposits { request, deposits }));
            }
            _ => self.deposits.settled = true,
        }
        Ok(())
    }

    fn next_deposits(&self) -> Result<Vec<Deposit>, StorageError> {
        let facts = self.vault.read(|rows| rows.load_all::<Fact>(Table::Facts))?;
        let (habits, refused) = (&self.account.habits, &self.deposits.refused);
        let mut open: Vec<Deposit> = facts
            .into_iter()
            .filter(|fact| !fact.left && habits.leaves(fact.deposit.kind))
            .map(|fact| fact.deposit)
            .filter(|deposit| !refused.contains(&deposit.kind))
            .collect();
        open.sort_by_key(key);
        let kind = open.first().map(|first| first.kind);
        let mut room = MAX_PAYLOAD_LEN;
        let fits = |deposit: &Deposit| {
            let len = deposit.value.as_ref().map_or(0, Bytes::len);
            let fits = Some(deposit.kind) == kind && len <= room;
            room = room.saturating_sub(len);
            fits
        };
        Ok(open.into_iter().take(MAX_DEPOSITS).take_while(fits).collect())
    }

    /// The relay has these.
    pub(super) fn left(
        &mut self,
        deposits: &[Deposit],
        numbers: Vec<Handle>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.vault.transact(rng, |rows| {
            for deposit in deposits {
                let key = key(deposit);
                // It may have changed while it was on its way.
                let Some(mut fact) =
                    rows.load::<Fact>(Table::Facts, &key)?.filter(|it| it.deposit == *deposit)
                else {
                    continue;
                };
                if fact.deposit.value.is_none() {
                    rows.remove(Table::Facts, &key)?;
                    continue;
                }
                fact.left = true;
                if deposit.kind == DepositKind::BackupPart {
                    // A second copy of the history would outlive what is removed from the first.
                    fact.deposit.value = Some(Bytes(Vec::new()));
                }
                rows.store(Table::Facts, &key, &fact)?;
            }
            Ok::<_, PhoneError>(())
        })?;
        Ok(if numbers.is_empty() { Vec::new() } else { vec![Notice::KnownNumbers { numbers }] })
    }

    /// The relay does not have these.
    pub(super) fn not_left(&mut self, deposits: &[Deposit], reason: Refusal, now: Timestamp) -> Vec<Notice> {
        match (reason, deposits.first()) {
            (Refusal::NotOffered | Refusal::NotWellFormed | Refusal::TooMuch, Some(first)) => {
                self.deposits.refused.insert(first.kind);
                vec![Notice::DepositRefused { kind: first.kind, reason }]
            }
            _ => {
                self.deposits.retry_at = Some(now + patience(reason));
                vec![Notice::Delayed { reason }]
            }
        }
    }
}
