//! Facts about the owner that are deposited at the relay. They are stored here first and sent when the relay can be
//! reached, if their kinds belong to this phone's [`Habits`](crate::Habits).

use pillarbox_wire::limits::{MAX_DEPOSITS, MAX_PAYLOAD_LEN};
use pillarbox_wire::{Bytes, ClientFrame, Deposit, DepositKind, Handle, LeaveDeposits, Refusal, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::facts::{Fact, key};
use crate::phone::state::link::Link;
use crate::phone::state::links::Question;
use crate::phone::state::pauses::patience;
use crate::records::notice::Notice;
use crate::vault::{StorageError, Table};

impl Phone {
    /// Stores a fact about the owner, or withdraws it if `value` is `None`. It is deposited at the relay only if
    /// that is this phone's habit.
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

    /// Schedules facts of this kind to be deposited, even if the relay refused the kind before.
    pub(crate) fn facts_changed(&mut self, kind: DepositKind) {
        self.deposits.refused.remove(&kind);
        self.deposits.look_again();
    }

    /// Deposits as many facts as one frame can carry; the rest follow after the answer. A frame carries one kind,
    /// so that a refusal concerns no other kind.
    pub(crate) fn leave_facts(
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
            .filter(|fact| !fact.left && (habits.leaves(fact.deposit.kind) || fact.ends_backups()))
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

    /// Handles the relay's confirmation.
    pub(crate) fn left(
        &mut self,
        deposits: &[Deposit],
        numbers: Vec<Handle>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.vault.transact(rng, |rows| {
            for deposit in deposits {
                let key = key(deposit);
                // The fact may have changed while it was in transit.
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
                    // A second copy of the history would outlive texts removed from the first.
                    fact.deposit.value = Some(Bytes(Vec::new()));
                }
                rows.store(Table::Facts, &key, &fact)?;
            }
            Ok::<_, PhoneError>(())
        })?;
        Ok(if numbers.is_empty() { Vec::new() } else { vec![Notice::KnownNumbers { numbers }] })
    }

    /// Handles the relay's refusal.
    pub(crate) fn not_left(&mut self, deposits: &[Deposit], reason: Refusal, now: Timestamp) -> Vec<Notice> {
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
